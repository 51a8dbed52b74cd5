"""A model packed quickly is one that Rasa unpacks, and Rasa still packs where we make it quick."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.engine.graph import GraphModelConfiguration, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.core.domain import Domain
    from rasa.shared.data import TrainingType

    from bot.rasa_ext.model_archive import quick_archive

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
WEIGHTS = Resource("weights")
TEXT = "银行卡丢了怎么挂失" * 2000
FASTEST, SMALLEST = 4, 2
"""What a .gz of level 1 and one of level 9 say of themselves in their ninth byte (RFC 1952, XFL)."""


def pack(folder: Path) -> Path:
    """An archive of one file, made by Rasa."""
    storage = LocalModelStorage.create(folder / "before")
    with storage.write_to(WEIGHTS) as place:
        (place / "texts").write_text(TEXT, encoding="utf-8")
    archive = folder / "model.tar.gz"
    nothing = GraphSchema({})
    recipe = GraphModelConfiguration(
        nothing, nothing, TrainingType.BOTH, "xiaobao", "zh", None, None, "nowhere"
    )
    storage.create_model_package(archive, recipe, Domain.empty())
    return archive


def test_rasa_packs_at_our_level_within_the_block_only(tmp_path: Path) -> None:
    quick, plain = tmp_path / "quick", tmp_path / "plain"
    for folder in (quick, plain):
        (folder / "before").mkdir(parents=True)
    with quick_archive():
        assert pack(quick).read_bytes()[8] == FASTEST
    assert pack(plain).read_bytes()[8] == SMALLEST


def test_rasa_unpacks_what_was_packed_quickly(tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    with quick_archive():
        archive = pack(tmp_path)
    storage, _ = LocalModelStorage.from_model_archive(tmp_path / "after", archive)
    with storage.read_from(WEIGHTS) as place:
        assert (place / "texts").read_text(encoding="utf-8") == TEXT
