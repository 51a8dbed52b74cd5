"""Chinese words by jieba, and the repair of misheard ones with the word lists of data/knowledge."""

from __future__ import annotations

import logging
import warnings
from functools import lru_cache

from bot.nlu.homophones import Homophones
from bot.nlu.text import normalise
from bot.settings import ROOT
from bot.shipped_yaml import read_shipped

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in its regular expressions
    import jieba

jieba.setLogLevel(logging.ERROR)  # it logs its dictionary at DEBUG, whatever the root level

HEARD_WORDS = ROOT / "data" / "knowledge" / "heard_words.yml"


def cut(text: str) -> list[str]:
    """The words of a text; joined they give the text again."""
    return list(jieba.cut(text))


@lru_cache(maxsize=1)
def _homophones() -> Homophones:
    lists = read_shipped(HEARD_WORDS)
    jieba.initialize()
    # jieba keeps beginnings of words in its dictionary, too, with frequency 0.
    is_word = jieba.dt.FREQ.get
    return Homophones(lists["by_sound"].split(), lists["by_letters"].split(), cut, is_word)


def tidy(text: str) -> str:
    """The form of a customer's text that understanding sees: normalised, misheard words repaired."""
    return tidy_words(text)[0]


def tidy_words(text: str) -> tuple[str, list[str]]:
    """`tidy` together with the words of the tidy text."""
    return _homophones().repair(normalise(text))
