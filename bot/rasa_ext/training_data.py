"""Overrides how Rasa checks, copies and compares training examples while it reads them.

Rasa merges its sources of training data pairwise; each merge copies every example deeply, sets its
intent again and hashes it through JSON (rasa/shared/nlu/training_data/training_data.py, `merge` and
`sanitize_examples`). With tens of thousands of examples that is most of the training time. Here
merged data hold the same examples, and each is hashed once by its contents; what Rasa makes of the
data stays the same. Files are checked against Rasa's schema with the fast parser first; only a file
that fails is parsed again by the slow one, which knows the line numbers for the message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partialmethod
from typing import Any

import rasa.shared.utils.io
from rasa.shared.exceptions import YamlException
from rasa.shared.nlu.constants import INTENT, RESPONSE
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


@contextmanager
def light_examples() -> Iterator[None]:
    """Reads training data faster within the block."""
    full, thorough = Message.fingerprint, TrainingData.sanitize_examples
    with_lines = RasaYAMLReader.validate
    Message.fingerprint = _fingerprint
    Message.__deepcopy__ = _itself
    TrainingData.sanitize_examples = staticmethod(_sanitize)
    RasaYAMLReader.validate = partialmethod(_validate, with_lines)
    try:
        yield
    finally:
        RasaYAMLReader.validate = with_lines
        Message.fingerprint = full
        del Message.__deepcopy__
        TrainingData.sanitize_examples = staticmethod(thorough)


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
