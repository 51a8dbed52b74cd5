"""Forms with a file are read piece by piece; a file's name is only a text."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.files import clean_name, evidence_id
from bot.channels.web.uploads import read_upload
from bot.errors import ChannelError

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
HEADERS = {"content-type": "multipart/form-data; boundary=edge"}
FORM = (
    b'--edge\r\nContent-Disposition: form-data; name="id"\r\n\r\n' + ID.encode() + b"\r\n"
    b'--edge\r\nContent-Disposition: form-data; name="file"; filename="\xe5\x9b\xbe.png"\r\n'
    b"Content-Type: image/png\r\n\r\n\x89PNG\r\n--edg\r\n\r\n--edge--\r\n"
)


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("size", [1, 2, 7, 64, len(FORM)])
async def test_a_form_is_the_same_however_it_is_cut(size: int) -> None:
    upload = await read_upload(HEADERS, pieces(FORM, size))
    assert (upload.id, upload.name) == (ID, "图.png")
    assert upload.content == b"\x89PNG\r\n--edg\r\n"


@pytest.mark.parametrize("length", range(0, len(FORM) - 4, 7))
async def test_a_form_cut_short_is_refused(length: int) -> None:
    with pytest.raises(ChannelError) as caught:
        await read_upload(HEADERS, pieces(FORM[:length], 64))
    assert caught.value.status == 400


@settings(max_examples=200)
@given(st.binary(max_size=300), st.integers(1, 64))
async def test_no_body_gets_further_than_a_refusal(rest: bytes, size: int) -> None:
    body = FORM[:60] + rest
    with pytest.raises(ChannelError) as caught:
        await read_upload(HEADERS, pieces(body, size))
    assert 400 <= caught.value.status < 500


@settings(max_examples=500)
@given(st.text(max_size=400))
def test_every_name_is_short_visible_and_no_path(name: str) -> None:
    shown = clean_name(name)
    assert 0 < len(shown) <= 150, "100 characters, and the words that mask numbers"
    assert not {"/", "\\", "\n"} & set(shown)
    assert shown not in {".", ".."}
    assert all(unicodedata.category(c)[0] != "C" for c in shown)


def test_a_documents_id_is_its_customers_own() -> None:
    mine = evidence_id("web-1", ID)
    assert mine == evidence_id("web-1", ID)
    assert mine.version == 4
    assert len({mine, evidence_id("web-2", ID), evidence_id("web-1", ID[::-1])}) == 3
