"""What leaves a script before it is sent, and what does not."""

from __future__ import annotations

from pathlib import Path

from bot.channels.web import slim as module
from bot.channels.web.slim import slim

STATIC = Path(module.__file__).parent / "static"

SOURCE = b"""/** What it is. */
const page = "https://bank.example/*"; // stays: not alone on its line
  /**
   * @param {string} text
   */
  function say(text) {
    // alone
    /** @type {Set<string>} */ (said).add(text);
    return /** @type {string} */ (text);
  }
  /** The end. */
"""


def test_only_comments_with_lines_to_themselves_are_left_out() -> None:
    left = [line for line in slim(SOURCE, ".js").splitlines() if line.strip()]
    assert left == [
        b'const page = "https://bank.example/*"; // stays: not alone on its line',
        b"  function say(text) {",
        b"    /** @type {Set<string>} */ (said).add(text);",
        b"    return /** @type {string} */ (text);",
        b"  }",
    ]


def test_every_line_keeps_its_number() -> None:
    before, after = SOURCE.splitlines(), slim(SOURCE, ".js").splitlines()
    assert len(before) == len(after)
    assert after[5] == before[5]


def test_a_style_sheet_keeps_what_only_scripts_call_a_comment() -> None:
    assert slim(b"/* frame */\n//x\na { top: 0 }\n", ".css") == b"\n//x\na { top: 0 }\n"


def test_other_files_are_left_alone() -> None:
    assert slim(SOURCE, ".html") == SOURCE
    assert slim(b"\x89PNG\r\n\xff", ".png") == b"\x89PNG\r\n\xff"


def test_no_script_of_the_page_loses_code() -> None:
    for path in STATIC.glob("*.js"):
        source = path.read_bytes()
        left = slim(source, ".js").splitlines()
        lines = zip(source.splitlines(), left, strict=True)
        lost = [line.strip() for line, kept in lines if line.strip() and not kept.strip()]
        assert [line for line in lost if not line.startswith((b"/*", b"*", b"//"))] == [], path.name
