"""One small file says what serves; models that serve or served are never cleared away."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.launcher.models.shelf import POINTER, REFUSED, WITHDRAWN, Promoted, Shelf, fits, is_whole
from tests.unit.models.kit import AT, FRAME, OTHER_FRAME, SCORES, name, put_model


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    for number in range(1, 6):
        put_model(tmp_path, number, age=100 - number)
    return Shelf(tmp_path)


def promoted(number: int, frame: str = FRAME) -> Promoted:
    return Promoted(name(number, frame), AT, SCORES)


def test_an_empty_folder_has_nothing_that_serves(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "nowhere")
    assert shelf.state().serving is None
    assert shelf.names() == []
    assert shelf.to_serve(FRAME) is None


def test_the_model_before_is_kept_for_a_roll_back(shelf: Shelf) -> None:
    shelf.promote(promoted(1))
    shelf.promote(promoted(2))
    assert shelf.to_serve(FRAME) == shelf.path(name(2))
    later = "2026-11-27T08:00:00+00:00"
    assert shelf.roll_back(later) == Promoted(name(1), later, SCORES)
    state = shelf.state()
    assert state.serving is not None
    assert state.previous is not None
    assert (state.serving.name, state.previous.name) == (name(1), name(2))
    assert state.aside == {name(2): WITHDRAWN}
    assert shelf.to_serve(FRAME) == shelf.path(name(1))


def test_a_second_roll_back_takes_the_first_one_back(shelf: Shelf) -> None:
    shelf.promote(promoted(1))
    shelf.promote(promoted(2))
    shelf.roll_back(AT)
    assert shelf.roll_back(AT).name == name(2)
    assert shelf.state().aside == {name(1): WITHDRAWN}


@pytest.mark.parametrize("count", [0, 1])
def test_without_a_model_before_there_is_no_roll_back(shelf: Shelf, count: int) -> None:
    for number in range(count):
        shelf.promote(promoted(number + 1))
    with pytest.raises(ConfigurationError, match="没有上一个模型"):
        shelf.roll_back(AT)


def test_a_promoted_model_is_not_set_aside_any_more(shelf: Shelf) -> None:
    shelf.promote(promoted(1))
    shelf.refuse(name(2))
    assert shelf.state().aside == {name(2): REFUSED}
    shelf.promote(promoted(2))
    assert shelf.state().aside == {}


def test_nothing_is_left_to_decide_about_what_serves_or_was_set_aside(shelf: Shelf) -> None:
    assert not shelf.is_settled(name(1))
    shelf.promote(promoted(1))
    shelf.refuse(name(2))
    assert [shelf.is_settled(name(n)) for n in (1, 2, 3)] == [True, True, False]
    shelf.path(name(1)).write_bytes(b"half")
    assert not shelf.is_settled(name(1))


def test_old_models_go_but_for_those_that_serve_or_served(shelf: Shelf) -> None:
    shelf.promote(promoted(1))
    shelf.promote(promoted(2))
    shelf.tidy(name(5))
    assert shelf.names() == [name(5), name(4), name(2), name(1)]


def test_while_versions_change_each_program_serves_the_model_made_for_it(shelf: Shelf) -> None:
    put_model(shelf.folder, 9, OTHER_FRAME)
    shelf.promote(promoted(1))
    shelf.promote(promoted(9, OTHER_FRAME))
    assert shelf.to_serve(OTHER_FRAME) == shelf.path(name(9, OTHER_FRAME))
    assert shelf.to_serve(FRAME) == shelf.path(name(1))
    assert shelf.to_serve("c" * 64) is None


def test_a_withdrawn_model_serves_nobody_not_even_its_own_program(shelf: Shelf) -> None:
    put_model(shelf.folder, 9, OTHER_FRAME)
    shelf.promote(promoted(1))
    shelf.promote(promoted(9, OTHER_FRAME))
    shelf.roll_back(AT)
    assert shelf.to_serve(OTHER_FRAME) is None


def test_a_model_that_is_gone_or_half_is_not_served(shelf: Shelf) -> None:
    shelf.promote(promoted(1))
    content = shelf.path(name(1)).read_bytes()
    shelf.path(name(1)).write_bytes(content[: len(content) // 2])
    assert not is_whole(shelf.path(name(1)))
    assert shelf.to_serve(FRAME) is None
    shelf.path(name(1)).unlink()
    assert shelf.to_serve(FRAME) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"serving": null}', '{"serving": 3}'])
def test_a_damaged_pointer_says_what_to_do(shelf: Shelf, text: str) -> None:
    (shelf.folder / POINTER).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="make train"):
        shelf.state()


def test_a_folder_that_cannot_be_written_to_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="写不进去"):
        Shelf(tmp_path / "nowhere").promote(promoted(1))


def test_models_of_earlier_versions_without_a_frame_fit_no_program() -> None:
    assert fits(name(1), FRAME)
    assert not fits(name(1), OTHER_FRAME)
    assert not fits("xiaobao-17f9be5d6174e655.tar.gz", FRAME)
    assert not fits("other.tar.gz", FRAME)
