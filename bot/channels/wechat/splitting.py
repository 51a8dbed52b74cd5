"""Cuts a long text where it hurts least (公众平台「被动回复用户消息」: a text has at most 2,048 bytes of UTF-8)."""

from __future__ import annotations

from collections.abc import Sequence

import regex

LONGEST_BYTES = 2048
_CLUSTER = regex.compile(r"\X")  # what a reader sees as one character (UAX #29)
_NEWLINES = ("\n", "\r\n")
_SENTENCE_ENDS = frozenset("。！？!?；;…")
_CLOSING = frozenset("”’」』》）)】")
_CLAUSE_ENDS = frozenset("，、：,: \u3000")


def split(text: str, limit: int = LONGEST_BYTES) -> list[str]:
    """Parts of at most `limit` bytes, each as it stands in the text; only blanks between are lost.

    Cuts between paragraphs, else lines, sentences, clauses, words, else between characters; never
    inside what is seen as one character, unless that alone is longer than `limit` (≥ 4). A text
    that fits stays as it is; a blank one has no parts.
    """
    if len(text.encode()) <= limit:
        return [text] if text.strip() else []
    rest = _clusters(text, limit)
    parts = []
    while rest:
        size = _fitting(rest, limit)
        if size < len(rest):
            size = _best_cut(rest, size)
        part = "".join(_without_blanks(rest[:size]))
        parts += [part] if part else []
        rest = _without_blanks_in_front(rest[size:])
    return parts


def _clusters(text: str, limit: int) -> list[str]:
    found = []
    for cluster in _CLUSTER.findall(text):
        # Marks without end on one letter: its code points are all there is to cut between.
        found += [cluster] if len(cluster.encode()) <= limit else list(cluster)
    return found


def _fitting(clusters: Sequence[str], limit: int) -> int:
    """How many of the first clusters have room."""
    left = limit
    for number, cluster in enumerate(clusters):
        left -= len(cluster.encode())
        if left < 0:
            return number
    return len(clusters)


def _best_cut(clusters: Sequence[str], size: int) -> int:
    """The last cut of the best sort in the second half of what fits."""
    for is_cut in (_is_paragraph, _is_line, _is_sentence, _is_clause, _is_word):
        for place in range(size, size // 2, -1):
            if is_cut(clusters, place):
                return place
    return size


def _is_paragraph(clusters: Sequence[str], place: int) -> bool:
    return _is_line(clusters, place) and place > 1 and clusters[place - 2] in _NEWLINES


def _is_line(clusters: Sequence[str], place: int) -> bool:
    return clusters[place - 1] in _NEWLINES


def _is_sentence(clusters: Sequence[str], place: int) -> bool:
    before = clusters[place - 1]
    if before in _CLOSING and place > 1:
        before = clusters[place - 2]
    return before in _SENTENCE_ENDS and clusters[place] not in _SENTENCE_ENDS | _CLOSING


def _is_clause(clusters: Sequence[str], place: int) -> bool:
    return clusters[place - 1] in _CLAUSE_ENDS and clusters[place] not in _CLOSING


def _is_word(clusters: Sequence[str], place: int) -> bool:
    """Not inside a number, a reference or an address of the web."""
    return not (_is_of_a_word(clusters[place - 1]) and _is_of_a_word(clusters[place]))


def _is_of_a_word(cluster: str) -> bool:
    return cluster.isascii() and cluster.isprintable() and cluster != " "


def _without_blanks(clusters: Sequence[str]) -> Sequence[str]:
    """Without the blanks at its end."""
    end = len(clusters)
    while end and clusters[end - 1].isspace():
        end -= 1
    return clusters[:end]


def _without_blanks_in_front(clusters: list[str]) -> list[str]:
    start = 0
    while start < len(clusters) and clusters[start].isspace():
        start += 1
    return clusters[start:]
