"""Auditors read words, not codes."""

import re
from pathlib import Path

import pytest

import casestore
from casestore.console.audit_words import ACTIONS, action_words, actor_words, subject_words

# append(actor, action, …), note(officer, action, …) of the room, note(tx, whom, action, …) of others.
_WRITTEN = re.compile(
    r"""(?:audit\.append|audit\.note|note_actor)\(\s*[^,]+,\s*"([a-z_]+)"
      | (?<![.\w])_?note\(\s*tx,[^,]+,\s*"([a-z_]+)\"""",
    re.VERBOSE,
)


def test_every_action_that_is_written_has_words() -> None:
    folder = Path(casestore.__file__).parent
    written = {
        first or second
        for path in folder.rglob("*.py")
        for first, second in _WRITTEN.findall(path.read_text(encoding="utf-8"))
    }
    assert len(written) > 15
    assert written - set(ACTIONS) == set()


def test_a_code_nobody_has_words_for_stands_as_it_is() -> None:
    assert action_words("something_new") == "something_new"


@pytest.mark.parametrize(
    ("actor", "words"),
    [
        ("staff:liming", "liming"),
        ("client:bot", "程序 bot"),
        ("system", "系统"),
        ("system:command-line", "服务器命令行"),
        ("anonymous", "未登录"),
    ],
)
def test_actors_are_told_apart(actor: str, words: str) -> None:
    assert actor_words(actor) == words


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("account:liming", "账号 liming"),
        ("branch:101", "机构 101"),
        ("TS20261123-0000000", "TS20261123-0000000"),
        ("", ""),
    ],
)
def test_subjects_are_named(subject: str, words: str) -> None:
    assert subject_words(subject) == words
