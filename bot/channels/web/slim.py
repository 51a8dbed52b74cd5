"""Scripts and style sheets as browsers get them: without the comments, line for line. Pure.

There is no build step: what is written here is what runs. Only comments that have their lines to
themselves are left out; the lines stay, so that an error names the line of the source.
"""

from __future__ import annotations

import re

_BLOCK = re.compile(rb"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*$", re.MULTILINE | re.DOTALL)
_LINE = re.compile(rb"^[ \t]*//.*$", re.MULTILINE)
SCRIPT, STYLE = ".js", ".css"


def slim(source: bytes, suffix: str) -> bytes:
    """`source` of a file with this suffix, without its comments; other files as they are."""
    if suffix not in (SCRIPT, STYLE):
        return source
    without = _BLOCK.sub(lambda comment: b"\n" * comment.group().count(b"\n"), source)
    return _LINE.sub(b"", without) if suffix == SCRIPT else without
