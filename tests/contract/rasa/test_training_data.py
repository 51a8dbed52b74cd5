"""Reading training data the light way gives what Rasa reads by itself."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.shared.exceptions import YamlException
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.rasa_ext.training_data import light_examples

from tests.stack import ROOT

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning"
)
FILES = [ROOT / "data/nlu/faq/torn_notes.yml", ROOT / "data/nlu/smalltalk.yml"]


def read(files: list[Path]) -> list[dict[str, Any]]:
    """Contents of all examples that Rasa's importer makes of `files`."""
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(file) for file in files]
    )
    return [dict(example.data) for example in importer.get_nlu_data().training_examples]


def test_the_examples_are_the_same() -> None:
    with light_examples():
        light = read(FILES)
    assert light == read(FILES)
    assert len(light) > 1000


def test_repeated_examples_and_blanks_are_tidied_alike() -> None:
    def tidied() -> list[dict[str, Any]]:
        said = [{"text": "你好", "intent": " greet "}, {"text": "你好", "intent": "greet"}]
        data = TrainingData([Message(one) for one in [*said, {"text": "再见", "intent": "bye"}]])
        return [dict(message.data) for message in data.merge(data).training_examples]

    with light_examples():
        light = tidied()
    assert light == tidied()
    assert len(light) == 2


def test_a_file_that_does_not_fit_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text('version: "3.1"\nnlu:\n- intent: greet\n  example: |\n    - 你好\n', "utf-8")
    with light_examples(), pytest.raises(YamlException, match=r"bad\.yml:3"):
        RasaYAMLReader().read(path)


def test_rasa_is_itself_again_afterwards() -> None:
    before = Message.fingerprint, TrainingData.sanitize_examples, RasaYAMLReader.validate
    with pytest.raises(ZeroDivisionError), light_examples():
        raise ZeroDivisionError
    after = Message.fingerprint, TrainingData.sanitize_examples, RasaYAMLReader.validate
    assert after == before
    assert not hasattr(Message, "__deepcopy__")
