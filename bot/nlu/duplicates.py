"""Training examples that say what another one says: nearly the same text, or one template. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

ALIKE = 0.8
"""Share of common character pairs from which two texts count as nearly the same."""
SHORTEST = 8
"""Characters; in shorter texts one character more or less is another question."""
_RAREST = 3
_PARTICLES = re.compile(r"[啊呀呢吧吗嘛哦噢哈的了么]|请问|你好|您好|我想问一?下|想问一?下|问一?下")
_NUMBER = re.compile(r"[\d一二两三四五六七八九十百千万半]+")
_MARKS = re.compile(r"[\W_]+")


def near_duplicates(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of nearly the same texts; normalised texts come in."""
    pairs = [_pairs(text) for text in texts]
    spread = Counter(pair for found in pairs for pair in found)
    holders: dict[str, list[int]] = defaultdict(list)
    for n, found in enumerate(pairs):
        if len(texts[n]) < SHORTEST:
            continue
        shared = [pair for pair in found if spread[pair] > 1]
        rarest = sorted(shared, key=lambda pair: (spread[pair], pair))[:_RAREST]
        for other in {other for pair in rarest for other in holders[pair]}:
            if _jaccard(pairs[other], found) >= ALIKE:
                yield texts[other], texts[n]
                break
        for pair in rarest:
            holders[pair].append(n)


def template_series(
    texts: Iterable[str], interchangeable: Iterable[str]
) -> Mapping[str, list[str]]:
    """Texts that differ only in particles, figures or `interchangeable` words, by their template."""
    names = sorted(set(interchangeable), key=len, reverse=True)
    either = re.compile("|".join(map(re.escape, names)))
    series: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        series[_template(text, either)].append(text)
    return {key: found for key, found in series.items() if len(found) > 1 and len(key) > 1}


def _template(text: str, either: re.Pattern[str]) -> str:
    named = either.sub("〇", _MARKS.sub("", text))
    return _PARTICLES.sub("", _NUMBER.sub("#", named))


def _pairs(text: str) -> frozenset[str]:
    bare = _MARKS.sub("", text)
    return frozenset(bare[n : n + 2] for n in range(len(bare) - 1))


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / (len(a | b) or 1)
