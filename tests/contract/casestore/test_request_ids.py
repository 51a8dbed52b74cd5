"""The id a client gives its request is in every line about it, and nowhere else."""

import json
import logging
from collections.abc import Iterator

import pytest

from casestore.edge.logs import JsonLines, Lines
from tests.contract.casestore.http_kit import PATH, REFERENCE, file
from tests.contract.casestore.kit import TestClient, make_id, make_payload

ID = "0123456789abcdef"


class Lined(logging.Handler):
    """Keeps lines as a process writes them."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Lined]:
    yield from _listening(Lined(JsonLines()))


@pytest.fixture
def plain_log() -> Iterator[Lined]:
    yield from _listening(Lined(Lines()))


def _listening(handler: Lined) -> Iterator[Lined]:
    logger = logging.getLogger("casestore")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_every_line_about_a_request_carries_its_id(bot: TestClient, log: Lined) -> None:
    bot.headers["X-Request-Id"] = ID
    file(bot)
    lines = [json.loads(line) for line in log.lines]
    assert [line["request"] for line in lines] == [ID] * len(lines)
    messages = [line["message"] for line in lines]
    assert f"filed reference={REFERENCE} client=bot" in messages
    assert messages[-1].startswith("answered method=POST route=/api/v1/complaints status=201 ms=")


def test_the_next_request_has_nothing_of_it(bot: TestClient, log: Lined) -> None:
    file(bot, make_payload())
    bot.get("/health", headers={"X-Request-Id": ID})
    file(bot)
    lines = [json.loads(line) for line in log.lines]
    assert ["request" in line for line in lines] == [False, True, False]


@pytest.mark.parametrize("given", ["", "13800001234", ID.upper(), ID + "0", "x\u00e9"])
def test_what_is_no_id_is_not_logged(bot: TestClient, log: Lined, given: str) -> None:
    file_with = {"X-Request-Id": given.encode("latin-1")}
    assert bot.get("/health", headers=file_with).status_code == 200
    assert log.lines == []


def test_a_refused_request_is_found_as_well(bot: TestClient, log: Lined) -> None:
    response = bot.get(f"{PATH}/{REFERENCE}", headers={"X-Request-Id": ID})
    assert response.status_code == 422
    (line,) = [json.loads(line) for line in log.lines]
    assert "route=/api/v1/complaints/{reference} status=422" in line["message"]
    assert REFERENCE not in line["message"]


def test_the_plain_line_ends_with_the_id(bot: TestClient, plain_log: Lined) -> None:
    bot.headers["X-Request-Id"] = ID
    file(bot)
    assert all(line.endswith(f" request={ID}") for line in plain_log.lines)
    assert "level=INFO logger=casestore." in plain_log.lines[0]


def record(message: str, *args: object, error: Exception | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("casestore.x", logging.ERROR, "x.py", 1, message, args, info)


@pytest.mark.parametrize("formatter", [JsonLines(), Lines()])
def test_numbers_of_people_are_masked_and_ids_are_not(formatter: logging.Formatter) -> None:
    message = f"phone 138 0000 1234 card 6222021234567890128 id={make_id(7)} bytes=10485760"
    line = formatter.format(record(message))
    assert f"phone **** card **** id={make_id(7)} bytes=10485760" in line


def test_an_error_in_json_is_its_kind_and_places_without_its_words() -> None:
    def burst() -> None:
        raise ValueError("欧阳小雨") from KeyError("13800001234")

    with pytest.raises(ValueError, match="欧阳") as caught:
        burst()
    line = json.loads(JsonLines().format(record("job_failed", error=caught.value)))
    assert [cause["kind"] for cause in line["error"]] == ["ValueError", "KeyError"]
    assert line["error"][0]["at"][-1].startswith("burst:")
    assert "欧阳" not in json.dumps(line, ensure_ascii=False)
