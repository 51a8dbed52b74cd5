"""Which passwords an officer may choose: long enough, and not among the first anybody would guess.

NIST SP 800-63B and OWASP ASVS 5.0, 6.2: length counts, rules about kinds of characters do not. What
is refused is a password that hardly holds anything but common words, sequences, years and the
person's own name.
"""

import re
from collections.abc import Iterable
from importlib import resources

SHORTEST, LONGEST = 12, 128

_FEWEST_KINDS = 4
_LEAST_OF_ONES_OWN = 5
_SHORTEST_RUN = 3
_YEAR = re.compile(r"(?:19|20)\d\d(?:[01]\d)?(?:[0-3]\d)?")
_REPEATED = re.compile(r"(.+?)\1{2,}")
_MARKS = re.compile(r"[\W_]+")
# As people put signs for letters; 1 and 0 are tried as digits, too.
_SIGNS = str.maketrans("@$013457", "asoieast")


def password_problem(password: str, personal: Iterable[str] = ()) -> str | None:
    """What is wrong with a new password, in plain Chinese; None if it may be taken.

    ``personal`` are texts that must not carry it: the user name, the person's name.
    """
    if len(password) < SHORTEST:
        return f"太短，至少 {SHORTEST} 个字符；几个不相干的词连起来既好记又安全"
    if len(password) > LONGEST:
        return f"太长，最多 {LONGEST} 个字符"
    if len(set(password)) < _FEWEST_KINDS:
        return "不同的字符太少，太容易被猜到"
    parts = sorted({*_COMMON, *_lower(personal)}, key=len, reverse=True)
    plain = password.lower()
    if any(_own(text, parts) < _LEAST_OF_ONES_OWN for text in (plain, plain.translate(_SIGNS))):
        return "太容易被猜到：除了常见的词、连续的数字字母、年份和您的名字，几乎没有别的"
    return None


def _own(text: str, parts: Iterable[str]) -> int:
    """How many characters are left once everything guessable was taken out."""
    for part in parts:
        text = text.replace(part, " ")
    text = _REPEATED.sub(r"\1", _YEAR.sub(" ", text))
    return len(_MARKS.sub("", _without_runs(text)))


def _without_runs(text: str) -> str:
    """Takes out characters that follow each other upwards or downwards, such as 3456 or dcba."""
    kept, run = [], text[:1]
    for character in text[1:]:
        if _goes_on(run, character):
            run += character
            continue
        kept.append(run)
        run = character
    kept.append(run)
    return "".join(run for run in kept if len(run) < _SHORTEST_RUN)


def _goes_on(run: str, character: str) -> bool:
    step = ord(character) - ord(run[-1])
    if len(run) == 1:
        return step in {-1, 1}
    return step == ord(run[-1]) - ord(run[-2])


def _lower(texts: Iterable[str]) -> set[str]:
    return {text.lower() for text in texts if len(text) > 1}


def _read_common() -> frozenset[str]:
    text = resources.files("casestore").joinpath("data/common_password_parts.txt")
    lines = text.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


_COMMON = _read_common()
