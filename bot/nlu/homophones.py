"""Words of the domain that were heard or typed wrongly: 「挂诗」, 「到刷」, 「yin hang ka」. Pure.

Voice input and pinyin keyboards put other characters of the same sound. Only understanding sees the
repaired text; the case keeps the customer's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from pypinyin import lazy_pinyin

LONGEST = 4
"""Characters of a word that is looked for by its sound."""
_LATIN = re.compile(r"[a-z]+(?: [a-z]+)*")
_SHORTEST_LATIN = 5
"""Letters: shorter ones are abbreviations and English words."""
_SOUNDS_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
"""What southern speakers and keyboards with fuzzy pinyin do not tell apart."""


class Homophones:
    """Repairs domain words.

    `by_sound` are the words looked for among characters, `by_letters` those that a text typed in
    Latin letters is made of. `cut` cuts a text into words, `is_word` knows the common ones.
    """

    def __init__(
        self,
        by_sound: Iterable[str],
        by_letters: Iterable[str],
        cut: Callable[[str], list[str]],
        is_word: Callable[[str], object],
    ) -> None:
        self._cut = cut
        self._is_word = is_word
        self._by_sound = {_sound(term): term for term in by_sound}
        self._beginnings = {sound[0] for sound in self._by_sound}
        self._by_letters = {"".join(lazy_pinyin(term)): term for term in by_letters}
        self._lengths = range(max(map(len, self._by_letters), default=0), 0, -1)

    def repair(self, text: str) -> tuple[str, list[str]]:
        """The text with words written by their sound put right, and its words."""
        spelt = _LATIN.sub(lambda match: self._spelt(match.group()), text)
        words = self._cut(spelt)
        heard = self._hear(words)
        return heard, words if heard == spelt else self._cut(heard)

    def _hear(self, words: list[str]) -> str:
        units = [unit for word in words for unit in self._units(word)]
        at, out = 0, ""
        while at < len(units):
            term, width = self._term_at(units, at)
            out += term
            at += width
        return out

    def _units(self, word: str) -> list[str]:
        """A known word stays whole; an unknown one falls into its characters."""
        return [word] if self._is_word(word) else list(word)

    def _term_at(self, units: list[str], at: int) -> tuple[str, int]:
        """The word to put at `at`, and how many units it takes the place of."""
        if _syllable(units[at][0]) not in self._beginnings:  # nine times out of ten
            return units[at], 1
        for width in range(min(LONGEST, len(units) - at), 0, -1):
            window = units[at : at + width]
            heard = "".join(window)
            # A window of known words only is what the customer meant.
            if min(map(len, window)) == 1 < len(heard) <= LONGEST and _is_chinese(heard):
                term = self._by_sound.get(_sound(heard))
                if term is not None:
                    return term, width
        return units[at], 1

    def _spelt(self, run: str) -> str:
        """A text in letters as characters, when it consists of known words from end to end."""
        letters, at, out = run.replace(" ", ""), 0, ""
        if len(letters) < _SHORTEST_LATIN:
            return run
        while at < len(letters):
            length = next((n for n in self._lengths if letters[at : at + n] in self._by_letters), 0)
            if not length:
                return run
            out += self._by_letters[letters[at : at + length]]
            at += length
        return out


def _is_chinese(text: str) -> bool:
    return all("一" <= char <= "鿿" for char in text)


def _sound(text: str) -> tuple[str, ...]:
    return tuple(map(_syllable, text))


@lru_cache(maxsize=8192)
def _syllable(char: str) -> str:
    """Toneless pinyin without the differences that are often not heard."""
    sound: str = lazy_pinyin(char)[0]
    for strict, loose in _SOUNDS_ALIKE:
        sound = sound.replace(strict, loose)
    return sound
