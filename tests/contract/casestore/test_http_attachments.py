"""Taking in files over HTTP, as the contract says."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from casestore.domain.attachment import LARGEST_ATTACHMENT
from casestore.domain.staff import SYSTEM
from casestore.edge.services import Services
from tests.contract.casestore.http_kit import (
    PATH,
    PNG,
    REFERENCE,
    file,
    put_attachment,
    refused,
)
from tests.contract.casestore.kit import Clock, TestClient, make_payload, make_reference

PDF = b"%PDF-1.4 a contract"


@pytest.fixture
def filed(bot: TestClient) -> TestClient:
    """The bot, with one case."""
    assert file(bot).status_code == 201
    return bot


def test_a_file_is_kept_and_comes_back_as_it_was(
    filed: TestClient, services: Services, clock: Clock
) -> None:
    response = put_attachment(filed)
    assert response.status_code == 201
    assert response.json() == {
        "reference": REFERENCE,
        "id": "att-1",
        "size": len(PNG),
        "sha256": hashlib.sha256(PNG).hexdigest(),
        "received_at": clock.moment.isoformat(),
    }
    attachment, content = services.attachments.open(REFERENCE, "att-1", SYSTEM)
    assert (attachment.filename, content) == ("小票.png", PNG)
    event = services.desk.open_case(REFERENCE, SYSTEM).events[-1]
    assert (event.kind.value, event.actor) == ("attached", "client:bot")


def test_a_repeat_gets_the_same_answer(filed: TestClient, services: Services, clock: Clock) -> None:
    first = put_attachment(filed)
    clock.forward(days=1)
    repeat = put_attachment(filed)
    assert (repeat.status_code, repeat.json()) == (200, first.json())
    assert len(services.desk.open_case(REFERENCE, SYSTEM).events) == 2


def test_other_content_or_another_case_under_the_same_id_conflicts(
    filed: TestClient, services: Services
) -> None:
    file(filed, make_payload(reference=make_reference(1)))
    put_attachment(filed)
    refused(put_attachment(filed, PDF), 422, "idempotency_conflict")
    elsewhere = put_attachment(filed, reference=make_reference(1))
    refused(elsewhere, 422, "idempotency_conflict")
    assert services.attachments.open(REFERENCE, "att-1", SYSTEM)[1] == PNG


def test_the_same_file_many_times_at_once_is_kept_once(
    filed: TestClient, services: Services
) -> None:
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: put_attachment(filed), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len(services.desk.open_case(REFERENCE, SYSTEM).attachments) == 1


def test_of_different_files_at_once_the_one_acknowledged_is_the_one_kept(
    filed: TestClient, services: Services
) -> None:
    contents = [PNG + bytes([number]) for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda content: put_attachment(filed, content), contents))
    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [201] + [422] * 5
    assert services.attachments.open(REFERENCE, "att-1", SYSTEM)[1] == contents[codes.index(201)]


def test_files_are_sealed_and_for_the_service_alone(filed: TestClient, files_folder: Path) -> None:
    put_attachment(filed)
    (stored,) = files_folder.iterdir()
    assert PNG not in stored.read_bytes()
    assert "小票" not in stored.name
    assert stored.stat().st_mode & 0o077 == 0
    assert files_folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "media_type", ["image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"]
)
def test_pictures_and_pdf_are_kept(filed: TestClient, media_type: str) -> None:
    assert put_attachment(filed, Content_Type=media_type).status_code == 201


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/json", "", None])
def test_other_files_are_refused(filed: TestClient, media_type: str | None) -> None:
    refused(put_attachment(filed, Content_Type=media_type), 415, "unsupported_media_type")


def test_a_file_changed_on_the_way_is_refused(
    filed: TestClient, services: Services, files_folder: Path
) -> None:
    response = put_attachment(filed, X_Content_SHA256="0" * 64)
    refused(response, 422, "checksum_mismatch")
    assert list(services.desk.open_case(REFERENCE, SYSTEM).attachments) == []
    assert list(files_folder.iterdir()) == []


def test_a_checksum_may_be_written_in_capitals(filed: TestClient) -> None:
    digest = hashlib.sha256(PNG).hexdigest().upper()
    assert put_attachment(filed, X_Content_SHA256=digest).status_code == 201


def test_ten_megabytes_are_kept_and_one_byte_more_is_refused(filed: TestClient) -> None:
    largest = b"\0" * LARGEST_ATTACHMENT
    assert put_attachment(filed, largest).status_code == 201
    refused(put_attachment(filed, largest + b"\0", "att-2"), 413, "body_too_large")


def test_a_file_too_large_is_refused_without_an_announced_length(filed: TestClient) -> None:
    chunk = b"\0" * (1024 * 1024)
    chunks = (chunk for _ in range(LARGEST_ATTACHMENT // len(chunk) + 1))
    headers = {"Content-Type": "image/png", "X-Filename": "a", "X-Content-SHA256": "0" * 64}
    url = f"{PATH}/{REFERENCE}/attachments/att-1"
    refused(filed.put(url, content=chunks, headers=headers), 413, "body_too_large")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"X_Filename": None}, "X-Filename"),
        ({"X_Filename": ""}, "X-Filename"),
        ({"X_Filename": "%20"}, "X-Filename"),
        ({"X_Filename": "%FF"}, "X-Filename"),
        ({"X_Filename": "a%00.png"}, "X-Filename"),
        ({"X_Filename": quote("长" * 201)}, "X-Filename"),
        ({"X_Content_SHA256": None}, "X-Content-SHA256"),
        ({"X_Content_SHA256": "beef"}, "X-Content-SHA256"),
        ({"attachment_id": "A"}, "attachment_id"),
        ({"attachment_id": "a" * 65}, "attachment_id"),
        ({"attachment_id": "a%00"}, "attachment_id"),
        ({"attachment_id": ".x"}, "attachment_id"),
        ({"content": b""}, "body"),
    ],
)
def test_a_wrong_header_is_named(filed: TestClient, changes: dict[str, str], field: str) -> None:
    error = refused(put_attachment(filed, **changes), 422, "invalid_request")  # type: ignore[arg-type]
    assert list(error["fields"]) == [field]


def test_a_long_name_is_kept_whole(filed: TestClient, services: Services) -> None:
    put_attachment(filed, X_Filename=quote("长" * 200))
    (attachment,) = services.desk.open_case(REFERENCE, SYSTEM).attachments
    assert attachment.filename == "长" * 200


@pytest.mark.parametrize("reference", [make_reference(5), "nonsense", "%00"])
def test_a_file_of_an_unknown_case_is_not_found(filed: TestClient, reference: str) -> None:
    refused(put_attachment(filed, reference=reference), 404, "not_found")


def test_a_folder_that_takes_no_files_is_a_503_and_no_row_speaks_of_the_file(
    filed: TestClient, services: Services, files_folder: Path
) -> None:
    files_folder.rmdir()
    refused(put_attachment(filed), 503, "unavailable")
    assert list(services.desk.open_case(REFERENCE, SYSTEM).attachments) == []
    files_folder.mkdir()
    assert put_attachment(filed).status_code == 201
