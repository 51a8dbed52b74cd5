"""Reading training data the light way gives what Rasa reads by itself."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    import rasa.shared.importers.utils
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
    data = importer_of(files).get_nlu_data("zh")
    return [dict(example.data) for example in data.training_examples]


def importer_of(files: list[Path]) -> TrainingDataImporter:
    return TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(file) for file in files]
    )


def test_the_examples_are_the_same() -> None:
    with light_examples():
        light = read(FILES)
    assert light == read(FILES)
    assert len(light) > 1000


def test_answers_and_domain_are_the_same() -> None:
    def answers() -> tuple[Any, Any]:
        importer = importer_of(FILES)
        return importer.get_nlu_data("zh").responses, importer.get_domain().as_dict()

    with light_examples():
        light = answers()
    assert light == answers()


def test_an_example_gets_the_answer_that_rasa_gives_it() -> None:
    def filled() -> list[dict[str, Any]]:
        said = {"text": "多少", "intent": "faq", "intent_response_key": "fees"}
        other = {"text": "丢了", "intent": "faq", "intent_response_key": "lost", "response": "旧的"}
        responses = {"utter_faq/fees": [{"text": "一"}, {"image": "x"}, {"text": "二"}]}
        data = TrainingData([Message(said), Message(other)], responses=responses)
        return [dict(message.data) for message in data.merge(data).training_examples]

    with light_examples():
        light = filled()
    assert light == filled()


def test_files_are_read_once_whatever_the_language() -> None:
    with light_examples():
        importer = importer_of(FILES)
        data, again = importer.get_nlu_data("zh"), importer.get_nlu_data("en")
    firsts = [examples.training_examples[-1] for examples in (data, again)]
    assert firsts[0] is firsts[1]


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
    owners = (Message, TrainingData, RasaYAMLReader, rasa.shared.importers.utils)
    before = [dict(vars(owner)) for owner in owners]
    with pytest.raises(ZeroDivisionError), light_examples():
        assert [dict(vars(owner)) for owner in owners] != before
        raise ZeroDivisionError
    assert [dict(vars(owner)) for owner in owners] == before
