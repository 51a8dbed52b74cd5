"""A file is kept, announced to the assistant once, and nothing but fit files gets in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from bot.intake.bootstrap import open_evidence
from bot.intake.evidence import LARGEST_BYTES
from tests.channels.counter import JPEG, PDF, PNG, Counter, Visitor
from tests.channels.test_web_bad_input import refused


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with Counter(tmp_path_factory.mktemp("counter")).open() as opened:
        yield opened


@pytest.fixture
def visitor(counter: Counter) -> Visitor:
    return counter.visitor()


def bot_texts(answer: requests.Response) -> list[str]:
    return [m["text"] for m in answer.json()["messages"] if m["from"] == "bot"]


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(PNG, "截图.png", "图片"), (JPEG, "照片.jpg", "图片"), (PDF, "回单.pdf", "文件")],
)
def test_a_file_is_kept_and_announced_to_the_assistant(
    counter: Counter, visitor: Visitor, content: bytes, name: str, kind: str
) -> None:
    answer = visitor.upload(content, name)
    assert answer.status_code == 201, answer.text
    shown, reply = answer.json()["messages"]
    assert (shown["from"], shown["text"]) == ("customer", f"［{kind}］{name}")
    assert reply["reply_to"] == shown["id"]
    assert answer.json()["cursor"] == reply["cursor"]
    attachment = answer.json()["attachment"]
    assert counter.assistant.entities() == {"id": attachment, "kind": kind}
    sender = counter.assistant.turns[-1].sender_id
    evidence = open_evidence(counter.config)
    (held,) = evidence.held(sender)
    assert (held.id, held.name, held.size) == (attachment, name, len(content))
    assert evidence.content(attachment) == content
    assert visitor.history() == answer.json()["messages"]


def test_the_same_id_again_is_the_same_answer_one_turn_and_one_file(
    counter: Counter, visitor: Visitor
) -> None:
    key, turns, files = str(uuid4()), len(counter.assistant.turns), len(counter.files())
    first = visitor.upload(key=key)
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda _: visitor.upload(key=key.upper()), range(4)))
    assert [(a.status_code, a.json()) for a in again] == [(201, first.json())] * 4
    assert len(counter.assistant.turns) == turns + 1
    assert len(counter.files()) == files + 1


def test_the_same_id_at_the_same_time_is_one_turn_and_one_file(
    counter: Counter, visitor: Visitor
) -> None:
    key, turns, files = str(uuid4()), len(counter.assistant.turns), len(counter.files())
    content = PNG + bytes(200_000)
    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(counter.visitor().upload, content) for _ in range(2)]
        mine = [pool.submit(visitor.upload, content, "截图.png", key) for _ in range(4)]
        assert len({future.result().text for future in mine}) == 1
        assert all(future.result().status_code == 201 for future in sent)
    assert len(counter.assistant.turns) == turns + 3
    assert len(counter.files()) == files + 3


def test_one_customers_id_says_nothing_about_anothers(counter: Counter, visitor: Visitor) -> None:
    key, other = str(uuid4()), counter.visitor()
    mine = visitor.upload(name="我的.png", key=key).json()
    theirs = other.upload(PDF, "他的.pdf", key=key)
    assert theirs.status_code == 201
    assert theirs.json()["attachment"] != mine["attachment"]
    assert other.history()[0]["text"] == "［文件］他的.pdf"
    assert visitor.history() == mine["messages"]


def test_an_id_that_was_a_text_gets_its_first_answer_and_keeps_no_file(
    counter: Counter, visitor: Visitor
) -> None:
    key, files = str(uuid4()), counter.files()
    said = visitor.say("你好", key).json()["messages"]
    answer = visitor.upload(key=key)
    assert answer.json()["messages"] == said
    assert counter.files() == files


def test_when_the_turn_fails_the_file_is_kept_and_the_same_id_works_later(
    counter: Counter, visitor: Visitor
) -> None:
    key, files = str(uuid4()), len(counter.files())
    counter.assistant.away = True
    try:
        refused(visitor.upload(key=key), 503, "busy")
    finally:
        counter.assistant.away = False
    assert len(counter.files()) == files + 1
    answer = visitor.upload(key=key)
    assert answer.status_code == 201
    assert len(bot_texts(answer)) == 1
    assert len(counter.files()) == files + 1


# -- unfit files ---------------------------------------------------------------------------------

FILES_REFUSED = {
    "nothing inside": (b"", "空.png", 400, "empty_file"),
    "a script called a picture": (b"#!/bin/sh\nrm -rf /\n", "照片.jpg", 422, "file_refused"),
    "a program called a picture": (b"MZ\x90\x00" + bytes(64), "照片.png", 422, "file_refused"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "a.html", 422, "file_refused"),
    "a page called a picture": (b"<html><body></body></html>", "a.png", 422, "file_refused"),
    "a drawing that may hold scripts": (
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "图.svg",
        422,
        "file_refused",
    ),
    "an archive": (b"PK\x03\x04" + bytes(64), "材料.zip", 422, "file_refused"),
    "plain text": ("今天排队两小时".encode(), "说明.txt", 422, "file_refused"),
    "10 MB and one byte": (PNG.ljust(LARGEST_BYTES + 1, b"\0"), "大.png", 413, "too_large"),
    "much more than 10 MB": (PNG.ljust(23 << 19, b"\0"), "大.png", 413, "too_large"),
}


@pytest.mark.parametrize("kind", FILES_REFUSED)
def test_an_unfit_file_is_refused_with_a_sentence_and_leaves_no_trace(
    counter: Counter, visitor: Visitor, kind: str
) -> None:
    content, name, status, code = FILES_REFUSED[kind]
    turns, files = len(counter.assistant.turns), counter.files()
    refused(visitor.upload(content, name), status, code)
    assert visitor.history() == []
    assert counter.files() == files
    assert len(counter.assistant.turns) == turns


def test_ten_megabytes_are_taken(visitor: Visitor) -> None:
    answer = visitor.upload(PNG.ljust(LARGEST_BYTES, b"\0"), "大.png")
    assert answer.status_code == 201


def test_a_day_has_a_limit_of_files(visitor: Visitor) -> None:
    for _ in range(20):
        assert visitor.upload().status_code == 201
    refused(visitor.upload(), 422, "file_refused")


# -- names ---------------------------------------------------------------------------------------

NAMES = {
    "a path": ("../../etc/passwd", "passwd"),
    "a path of Windows": ("C:\\Users\\李\\回单.png", "回单.png"),
    "a path in full width": ("．．／．．／回单.png", "回单.png"),
    "only dots": ("..", "未命名"),
    "right-to-left override": ("回单\u202egnp.exe", "回单gnp.exe"),
    "invisible characters": ("回\u200b单\ufeff.png", "回单.png"),
    "line breaks": ("回单\u2028二.png", "回单 二.png"),
    "full width": ("ＡＢＣ　１.png", "ABC 1.png"),
    "markup": ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
    "an identity number": ("11010519491231002X.png", "〔身份证号已隐去〕.png"),
    "a phone": ("13800138000的截图.png", "138****8000的截图.png"),
    "300 characters": ("长" * 296 + ".png", "长" * 95 + "….png"),
    "300 characters without an end": ("长" * 300, "长" * 99 + "…"),
}


@pytest.mark.parametrize("kind", NAMES)
def test_an_evil_name_is_only_a_harmless_text(
    counter: Counter, visitor: Visitor, kind: str
) -> None:
    name, shown = NAMES[kind]
    answer = visitor.upload(name=name)
    assert answer.status_code == 201, answer.text
    assert answer.json()["messages"][0]["text"] == f"［图片］{shown}"
    evidence = open_evidence(counter.config)
    (held,) = evidence.held(counter.assistant.turns[-1].sender_id)
    assert held.name == shown
    assert counter.files().count(held.id) == 1
    everything = [path.name for path in Path(counter.config.var_dir).rglob("*")]
    assert not any("passwd" in path or "回单" in path for path in everything)


# -- forms ---------------------------------------------------------------------------------------

FILE = ("file", ("a.png", PNG, "image/png"))
FORMS_REFUSED: dict[str, tuple[list[Any], dict[str, str], int, str]] = {
    "no file": ([("x", (None, "y"))], {"id": str(uuid4())}, 400, "no_file"),
    "a file under another name": (
        [("picture", ("a.png", PNG, "image/png"))],
        {"id": str(uuid4())},
        400,
        "no_file",
    ),
    "a file without name and content": (
        [("file", ("", b"", "application/octet-stream"))],
        {"id": str(uuid4())},
        400,
        "no_file",
    ),
    "two files": ([FILE, FILE], {"id": str(uuid4())}, 400, "too_many_files"),
    "a hundred files": ([FILE] * 100, {"id": str(uuid4())}, 400, "too_many_files"),
    "a file of another name beside it": (
        [FILE, ("other", ("b.png", PNG, "image/png"))],
        {"id": str(uuid4())},
        400,
        "too_many_files",
    ),
    "no id": ([FILE], {}, 400, "invalid_request"),
    "an id that is a path": ([FILE], {"id": "../../x"}, 400, "invalid_request"),
    "an empty id": ([FILE], {"id": ""}, 400, "invalid_request"),
}


@pytest.mark.parametrize("kind", FORMS_REFUSED)
def test_an_unfit_form_is_refused(counter: Counter, visitor: Visitor, kind: str) -> None:
    files, fields, status, code = FORMS_REFUSED[kind]
    before = counter.files()
    refused(visitor.send(files, fields), status, code)
    assert counter.files() == before


BOUNDARY = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
BODIES_REFUSED = {
    "JSON": (b'{"id": "x"}', "application/json", 415, "unsupported_media_type"),
    "no boundary": (b"x", "multipart/form-data", 415, "unsupported_media_type"),
    "nothing": (b"", BOUNDARY, 400, "invalid_request"),
    "no form": (b"x" * 5000, BOUNDARY, 400, "invalid_request"),
    "cut short": (PART + PNG, BOUNDARY, 400, "invalid_request"),
    "a part without a name": (
        b"--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n",
        BOUNDARY,
        400,
        "invalid_request",
    ),
    "endless headers": (b"--b\r\n" + b"X: y\r\n" * 9000, BOUNDARY, 400, "invalid_request"),
    "one endless header": (b"--b\r\nX: " + b"y" * 90_000, BOUNDARY, 400, "invalid_request"),
    "a boundary without end": (
        b"x",
        "multipart/form-data; boundary=" + "b" * 3000,
        400,
        "invalid_request",
    ),
    "a boundary that is not ASCII": (
        b"x",
        "multipart/form-data; boundary=界".encode(),
        400,
        "invalid_request",
    ),
}


@pytest.mark.parametrize("kind", BODIES_REFUSED)
def test_a_body_that_is_no_form_is_refused(visitor: Visitor, kind: str) -> None:
    body, content_type, status, code = BODIES_REFUSED[kind]
    answer = visitor.http.post(
        visitor.web + "attachments",
        data=body,
        headers={"Content-Type": content_type},
        timeout=30,
    )
    refused(answer, status, code)


def test_without_a_session_nothing_is_taken(counter: Counter, visitor: Visitor) -> None:
    files = counter.files()
    visitor.http.headers.pop("Authorization")
    refused(visitor.upload(), 401, "unauthorized")
    visitor.http.headers["Authorization"] = "Bearer x.y.z"
    refused(visitor.upload(PNG.ljust(LARGEST_BYTES, b"\0")), 401, "unauthorized")
    assert counter.files() == files


def test_an_ended_session_sends_no_more_files(visitor: Visitor) -> None:
    visitor.http.post(visitor.web + "session/end", json={}, timeout=10)
    refused(visitor.upload(), 401, "unauthorized")


def test_other_routes_keep_their_small_limit(visitor: Visitor) -> None:
    answer = visitor.http.post(
        visitor.web + "messages",
        data=b" " * (65 * 1024),
        headers={"Content-Type": "application/json"},
        timeout=30,
    )
    refused(answer, 413, "too_long")


def test_another_method_is_refused(visitor: Visitor) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = visitor.http.request(method, visitor.web + "attachments", timeout=10)
        refused(answer, 405, "method_not_allowed")


def test_the_metrics_are_those_of_the_health_check_as_plain_text(counter: Counter) -> None:
    answer = requests.get(counter.web + "metrics", timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'xiaobao_undelivered{kind="attachment",status="pending"} 0.0' in answer.text
