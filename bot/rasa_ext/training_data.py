"""Overrides how Rasa reads, checks, copies and compares training examples.

Rasa merges its sources of training data pairwise; each merge copies every example deeply, sets its
intent and answer again and hashes it through JSON (rasa/shared/nlu/training_data/training_data.py,
`merge`, `sanitize_examples` and `_fill_response_phrases`). With tens of thousands of examples that is
most of the training time. Here merged data hold the same examples, and each is hashed by its contents
when they have changed; what Rasa makes of the data stays the same. Rasa also reads all files twice,
once for the domain and once for the examples, because its cache goes by the language, which no file
depends on (rasa/shared/importers/importer.py); here files are read once. Files are checked against
Rasa's schema with the fast parser first; only a file that fails is parsed again by the slow one, which
knows the line numbers for the message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partialmethod
from typing import Any

import rasa.shared.importers.utils
import rasa.shared.utils.io
from rasa.shared.exceptions import YamlException
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, RESPONSE, TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.nlu.training_data.util import intent_response_key_to_template_key

Read = Callable[[Iterable[str], str], Any]


@contextmanager
def light_examples() -> Iterator[None]:
    """Reads training data faster within the block."""
    reading, checking = rasa.shared.importers.utils, RasaYAMLReader
    with ExitStack() as stack:
        for owner, name, light in (
            (Message, "fingerprint", _fingerprint),
            (TrainingData, "sanitize_examples", staticmethod(_sanitize)),
            (TrainingData, "_fill_response_phrases", _fill_response_phrases),
            (checking, "validate", partialmethod(_validate, checking.validate)),
            (reading, "training_data_from_paths", _once(reading.training_data_from_paths)),
        ):
            stack.callback(setattr, owner, name, vars(owner)[name])
            setattr(owner, name, light)
        Message.__deepcopy__ = _itself
        stack.callback(delattr, Message, "__deepcopy__")
        yield


def _once(read: Read) -> Read:
    """`read` that remembers what it has read; the language does not matter to YAML files."""
    found: dict[tuple[str, ...], Any] = {}

    def remembered(paths: Iterable[str], language: str) -> Any:
        key = tuple(paths)
        if key not in found:
            found[key] = read(key, language)
        return found[key]

    return remembered


def _validate(reader: Any, with_lines: Callable[[Any, str], None], content: str) -> None:
    slow = rasa.shared.utils.io.read_yaml
    rasa.shared.utils.io.read_yaml = lambda text, *_, **__: slow(text, "safe")
    try:
        with_lines(reader, content)
        return
    except YamlException:
        pass  # said again below, with line numbers
    finally:
        rasa.shared.utils.io.read_yaml = slow
    with_lines(reader, content)


def _fingerprint(message: Any) -> str:
    """A digest of the example's contents; equal examples have equal ones."""
    if message._cached_fingerprint is None:
        contents = repr((sorted(message.data.items()), message.features))
        message._cached_fingerprint = hashlib.md5(
            contents.encode(), usedforsecurity=False
        ).hexdigest()
    digest: str = message._cached_fingerprint
    return digest


def _itself(message: Any, _memo: dict[int, Any]) -> Any:
    """Nobody changes an example of one source and reads it in another."""
    return message


def _sanitize(examples: list[Any]) -> list[Any]:
    """Trailing blanks off intents and responses, duplicates out, as Rasa does."""
    for example in examples:
        for name in (INTENT, RESPONSE):
            value = example.get(name)
            if value and value != value.strip():
                example.set(name, value.strip())
    return list(dict.fromkeys(examples))


def _fill_response_phrases(data: Any) -> None:
    """The answer as an attribute of each example that has one, as Rasa does; only set when new."""
    phrases: dict[str, str | None] = {}
    for example in data.training_examples:
        if example.get(INTENT_RESPONSE_KEY) is None:
            continue
        label = example.get_full_intent()
        if label not in phrases:
            phrases[label] = _phrase(data.responses, label)
        if phrases[label] is not None and example.get(RESPONSE) != phrases[label]:
            example.set(RESPONSE, phrases[label])


def _phrase(responses: dict[str, list[dict[str, Any]]], label: str) -> str | None:
    """Rasa takes the last text."""
    answers = responses.get(intent_response_key_to_template_key(label), [])
    texts = [answer[TEXT] for answer in answers if answer.get(TEXT)]
    return texts[-1] if texts else None
