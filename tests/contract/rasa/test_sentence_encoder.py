"""A sentence encoder that TensorFlow really opens, alone and in the classifier that uses it."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    import tensorflow as tf
    from rasa.engine.exceptions import GraphComponentException
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from benchmarks.scorecard.contestants import Ngrams
    from benchmarks.scorecard.corpus import Corpus
    from bot.nlu.components import NgramIntentClassifier

from bot.errors import ConfigurationError
from bot.launcher.training import ensure_model
from bot.nlu.encoder import BATCH, SentenceEncoder
from bot.nlu.recipe import Recipe
from bot.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

MEANING = {
    "遗": (3, 0),
    "失": (1, 0),
    "弄": (2, 0),
    "没": (1, 0),
    "年": (0, 1),
    "费": (0, 2),
    "?": (-1, 1),
}
TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *MEANING]
HIDDEN = "last_hidden_state"
SPEC = tf.TensorSpec([None, None], tf.int32)


class Tiny(tf.Module):
    """Looks each token's vector up."""

    def __init__(self, width: int) -> None:
        super().__init__()
        table = np.ones((len(TOKENS), width), np.float32)  # padding is not zero: the mask must work
        table[1:4] = 0
        table[4:, :2] = list(MEANING.values())
        table[4:, 2:] = 0
        self.table = tf.Variable(table)

    def states(self, ids: Any) -> Any:
        return tf.gather(self.table, ids)


def make(
    folder: Path,
    inputs: Sequence[str] = ("input_ids", "attention_mask"),
    outputs: Sequence[str] = (HIDDEN,),
    *,
    width: int = 2,
    spec: Any = SPEC,
    tokens: Sequence[str] = TOKENS,
) -> Path:
    """Writes an encoder; an output called `…pooled` is the sum over the mask."""
    tiny = Tiny(width)

    @tf.function
    def serve(**given: Any) -> dict[str, Any]:
        states = tiny.states(tf.cast(given[inputs[0]], tf.int32))
        mask = tf.cast(given[inputs[-1]], tf.float32)[..., None]
        pooled = tf.reduce_sum(states * mask, axis=1)
        return {name: pooled if name.endswith("pooled") else states for name in outputs}

    specs = {name: tf.TensorSpec(spec.shape, spec.dtype, name=name) for name in inputs}
    signature = serve.get_concrete_function(**specs)
    tf.saved_model.save(tiny, str(folder), signatures={"serving_default": signature})
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("encoder"))


def test_vectors_are_means_of_length_one_the_same_each_time(folder: Path) -> None:
    encoder = SentenceEncoder.load(folder)
    texts = ["遗失", "弄没", "年费", "失费", *["失" * n for n in range(1, 200)]]
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), encoder.width) == (203, 2)
    assert len(texts) > 3 * BATCH
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)))
    assert vectors[:4] == pytest.approx(np.array([[1, 0], [1, 0], [0, 1], [5**-0.5, 2 * 5**-0.5]]))
    assert np.array_equal(vectors, SentenceEncoder.load(folder).encode(texts))
    assert encoder.encode(["失费"])[0] == pytest.approx(vectors[3])  # alone as among longer ones
    assert encoder.encode(["xyz", ""]).tolist() == [[0, 0], [0, 0]]
    assert encoder.encode([]).shape == (0, 2)


@pytest.mark.parametrize(
    ("inputs", "outputs", "kind"),
    [
        (("input_ids", "token_type_ids", "attention_mask"), (HIDDEN, "a_pooled"), tf.int64),
        (("input_ids", "attention_mask"), ("states", "a_pooled", "b_pooled"), tf.int32),
        (("input_ids", "attention_mask"), ("a_pooled",), tf.int64),
    ],
)
def test_other_shapes_of_encoder_give_the_same(
    tmp_path: Path, inputs: Sequence[str], outputs: Sequence[str], kind: Any
) -> None:
    made = make(tmp_path, inputs, outputs, spec=tf.TensorSpec([None, None], kind))
    assert SentenceEncoder.load(made).encode(["失费"])[0] == pytest.approx([5**-0.5, 2 * 5**-0.5])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"inputs": ("input_ids",)}, "输入是 input_ids，应当是"),
        ({"inputs": ("input_ids", "position_ids", "attention_mask")}, "输入是 .*position_ids"),
        ({"spec": tf.TensorSpec([None, None], tf.float32)}, "float32.*int32 或 int64"),
        ({"spec": tf.TensorSpec([None, 128], tf.int32)}, r"\(None, 128\).*不固定"),
        ({"outputs": ("a", "b")}, "输出是 a、b，看不出用哪一个"),
        ({"outputs": ("a_pooled", "b_pooled")}, "看不出用哪一个"),
        ({"tokens": [*TOKENS, *"多出来的"]}, "试算失败.*vocab.txt 和模型不是一套"),
    ],
)
def test_an_encoder_that_does_not_fit_is_refused(
    tmp_path: Path, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        SentenceEncoder.load(make(tmp_path, **options))


def test_damaged_files_and_a_model_without_signature_are_refused(
    folder: Path, tmp_path: Path
) -> None:
    half = tmp_path / "half"
    shutil.copytree(folder, half)
    shutil.rmtree(half / "variables")
    with pytest.raises(ConfigurationError, match="打不开"):
        SentenceEncoder.load(half)
    (half / "saved_model.pb").write_bytes(b"no model")
    with pytest.raises(ConfigurationError, match="打不开"):
        SentenceEncoder.load(half)
    bare = tmp_path / "bare"
    tf.saved_model.save(Tiny(2), str(bare))
    shutil.copy(folder / "vocab.txt", bare)
    with pytest.raises(ConfigurationError, match="没有签名 serving_default"):
        SentenceEncoder.load(bare)


# -- in the classifier -------------------------------------------------------------------------

LINES = {
    "lost": ["遗失", "遗失了", "怎么遗失", "遗失怎么办"],
    "fees": ["年费", "年费了", "怎么年费", "年费怎么办"],
}


class Place:
    """One classifier's place in a model storage."""

    def __init__(self, folder: Path) -> None:
        self._storage = LocalModelStorage.create(folder)
        self._at = (self._storage, Resource("x"), ExecutionContext(GraphSchema({}), node_name="x"))

    def train(self, **config: Any) -> None:
        whole = {**NgramIntentClassifier.get_default_config(), "theme_c": 1.0, **config}
        lines = [(text, intent) for intent, texts in LINES.items() for text in texts]
        examples = [Message(data={TEXT: text, INTENT: intent}) for text, intent in lines]
        NgramIntentClassifier.create(whole, *self._at).train(TrainingData(examples))

    def understood(self, text: str, **config: Any) -> str:
        whole = {**NgramIntentClassifier.get_default_config(), **config}
        message = Message(data={TEXT: text})
        NgramIntentClassifier.load(whole, *self._at).process([message])
        return str(message.get("understanding")["label"])


def test_the_classifier_understands_what_only_the_encoder_knows(
    folder: Path, tmp_path: Path
) -> None:
    place = Place(tmp_path)
    place.train(encoder=str(folder))
    assert place.understood("弄没", encoder=str(folder)) == "lost"


def test_the_classifier_refuses_to_load_without_its_encoder(folder: Path, tmp_path: Path) -> None:
    moved, wider = tmp_path / "moved", make(tmp_path / "wider", width=3)
    (tmp_path / "storage").mkdir()
    place = Place(tmp_path / "storage")
    place.train(encoder=str(folder))
    for setting, complaint in [
        (str(moved), "没有 saved_model.pb"),
        (str(wider), "宽 2，现在的宽 3"),
        (None, "没有写 encoder"),
    ]:
        with pytest.raises(ConfigurationError, match=complaint):
            place.understood("年费", encoder=setting)
    place.train()
    assert place.understood("年费") == "fees"
    with pytest.raises(ConfigurationError, match="没有用句向量"):
        place.understood("年费", encoder=str(folder))


def test_the_scorecard_measures_with_the_encoder(folder: Path) -> None:
    lines = [(text, intent) for intent, texts in LINES.items() for text in texts]
    corpus = Corpus([text for text, _ in lines], [intent for _, intent in lines])
    ours = Ngrams.train(corpus, Recipe(theme_c=1.0, encoder=str(folder)))
    assert ours.rank(ours.see("弄没")).likeliest.label == "lost"


def test_a_training_that_fails_for_its_encoder_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise GraphComponentException("node") from ConfigurationError("词表不对。")

    monkeypatch.setenv("RASA_MAX_CACHE_SIZE", "0")
    monkeypatch.setattr("bot.launcher.training.configure_logging", lambda *_: None)
    monkeypatch.setattr("rasa.model_training.train", fail)
    config = Settings(
        web_session_secret="w",
        field_keys="f",
        case_store_token="c",
        analytics_secret="a",
        models_dir=tmp_path,
    )
    with pytest.raises(ConfigurationError, match="词表不对"):
        ensure_model(config)
