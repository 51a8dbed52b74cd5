"""Names and ids of attachments come from outside."""

from dataclasses import replace

import pytest

from casestore.domain.attachment import Attachment, MediaType, is_attachment_id, is_sha256
from casestore.domain.texts import LONGEST_ACT, act_problem, text_problem
from tests.contract.casestore.kit import NOW, make_id, make_reference

PICTURE = Attachment("att-1", make_reference(), "a.png", MediaType.PNG, 3, "0" * 64, NOW)


@pytest.mark.parametrize(
    ("filename", "safe"),
    [
        ("小票.png", "小票.png"),
        ("小票.PNG", "小票.PNG"),
        ("页面.html", "页面.html.png"),
        ("../../etc/passwd", "_.._etc_passwd.png"),
        ('a"b\r\nc.png', "a_bc.png"),
        ("\u202egnp.exe", "gnp.exe.png"),
        ("...", "附件.png"),
    ],
)
def test_a_file_name_is_safe_and_ends_like_what_it_is(filename: str, safe: str) -> None:
    assert replace(PICTURE, filename=filename).safe_filename == safe


def test_each_kind_of_file_keeps_its_own_ending() -> None:
    assert {
        kind: replace(PICTURE, filename="x", media_type=kind).safe_filename for kind in MediaType
    } == {
        MediaType.JPEG: "x.jpg",
        MediaType.PNG: "x.png",
        MediaType.WEBP: "x.webp",
        MediaType.GIF: "x.gif",
        MediaType.PDF: "x.pdf",
    }
    assert replace(PICTURE, filename="x.jpeg", media_type=MediaType.JPEG).safe_filename == "x.jpeg"


def test_other_content_under_the_same_id_is_another_stored_file() -> None:
    assert replace(PICTURE, sha256="1" * 64).stored_name != PICTURE.stored_name


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (make_id(), True),
        ("att-1", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("", False),
        ("A", False),
        ("..", False),
        ("a/b", False),
        ("-a", False),
        ("a\n", False),
    ],
)
def test_an_attachment_id_is_plain(text: str, fits: bool) -> None:
    assert is_attachment_id(text) is fits


@pytest.mark.parametrize(
    ("text", "fits"), [("0" * 64, True), ("0" * 63, False), ("G" * 64, False), ("A" * 64, False)]
)
def test_a_checksum_is_lower_case_hex(text: str, fits: bool) -> None:
    assert is_sha256(text) is fits


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("好", None),
        ("长" * LONGEST_ACT, None),
        ("长" * (LONGEST_ACT + 1), "5001"),
        ("", None),
        (" \n", None),
        ("空\0", "空字符"),
        ("\ud800", "无法识别"),
    ],
)
def test_what_is_said_with_an_act_can_be_kept(text: str, problem: str | None) -> None:
    found = act_problem(text)
    assert found is None if problem is None else problem in (found or "")


@pytest.mark.parametrize("text", ["", " \n"])
def test_what_must_be_said_is_not_blank(text: str) -> None:
    assert "空白" in (text_problem(text) or "")
    assert text_problem(text, may_be_blank=True) is None
