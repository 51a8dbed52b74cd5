"""What customers mean whatever word they use: 「折子」 and 「存单」 are both `passbook`. Pure.

The classifier gets the concepts of a text beside its characters and words, so that a synonym it has
never seen in training still counts (docs/adr/0002-intent-model.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping


class Lexicon:
    """Finds concepts in normalised texts; the longest word wins where words overlap."""

    def __init__(self, concepts: Mapping[str, str]) -> None:
        """`concepts`: name of a concept → its words, separated by spaces."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, words in concepts.items():
            for word in dict.fromkeys(words.lower().split()):
                found[word].append(name)
        self._concepts = {word: tuple(names) for word, names in found.items()}
        lengths: dict[str, set[int]] = defaultdict(set)
        for word in self._concepts:
            lengths[word[0]].add(len(word))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def read(self, text: str) -> str:
        """Names of the concepts in the order of the text, separated by spaces."""
        return " ".join(self._scan(text))

    def _scan(self, text: str) -> Iterator[str]:
        at = 0
        while at < len(text):
            lengths = self._lengths.get(text[at], ())
            length = next((n for n in lengths if text[at : at + n] in self._concepts), 1)
            yield from self._concepts.get(text[at : at + length], ())
            at += length
