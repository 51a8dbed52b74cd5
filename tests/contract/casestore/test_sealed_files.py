"""The folder of attachments: sealed, whole or not there, safe before any row speaks of a file."""

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

from casestore.domain.errors import ConfigurationError, FieldUnreadable, StoreUnavailable
from casestore.storage.files import SealedFiles
from casestore.storage.keyring import Keyring
from tests.contract.casestore.kit import FIELD_KEY, OTHER_FIELD_KEY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "files"


@pytest.fixture
def files(folder: Path) -> SealedFiles:
    return SealedFiles(folder, Keyring([FIELD_KEY]))


def test_a_file_comes_back_as_it_was(files: SealedFiles) -> None:
    files.put("a", b"\0\xff content")
    assert files.get("a") == b"\0\xff content"


def test_the_same_name_again_replaces_the_file_whole(files: SealedFiles, folder: Path) -> None:
    files.put("a", b"first, and longer")
    files.put("a", b"second")
    assert files.get("a") == b"second"
    assert os.listdir(folder) == ["a"]


def test_an_old_key_still_opens_what_it_sealed(files: SealedFiles, folder: Path) -> None:
    files.put("a", b"content")
    rotated = SealedFiles(folder, Keyring([OTHER_FIELD_KEY, FIELD_KEY]))
    assert rotated.get("a") == b"content"
    with pytest.raises(FieldUnreadable):
        SealedFiles(folder, Keyring([OTHER_FIELD_KEY])).get("a")


def test_a_cut_file_is_not_opened(files: SealedFiles, folder: Path) -> None:
    files.put("a", b"content")
    stored = folder / "a"
    stored.write_bytes(stored.read_bytes()[:-5])
    with pytest.raises(FieldUnreadable):
        files.get("a")


def test_a_file_that_is_gone_is_our_own_error(files: SealedFiles) -> None:
    with pytest.raises(StoreUnavailable):
        files.get("a")


def test_a_write_that_fails_leaves_nothing_behind(files: SealedFiles, folder: Path) -> None:
    (folder / "a").mkdir()  # a file cannot take this place
    with pytest.raises(StoreUnavailable):
        files.put("a", b"content")
    assert os.listdir(folder) == ["a"]


def test_a_folder_beside_the_files_is_none_of_them(files: SealedFiles, folder: Path) -> None:
    files.put("a", b"content")
    (folder / "before-restore-1").mkdir()
    assert list(files.names(datetime.max.replace(tzinfo=timezone.utc))) == ["a"]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="CASE_STORE_FILES_DIR"):
        SealedFiles(tmp_path / "file" / "files", Keyring([FIELD_KEY]))


def test_a_missing_folder_is_known_not_to_be_writable(files: SealedFiles, folder: Path) -> None:
    assert files.is_writable()
    folder.rmdir()
    assert not files.is_writable()
