"""Every error of the tree has its words for the world."""

from collections.abc import Iterator

from casestore.domain import errors
from casestore.edge.failures import FAILURES


def leaves(kind: type[errors.CaseStoreError]) -> Iterator[type[errors.CaseStoreError]]:
    children = kind.__subclasses__()
    for child in children:
        yield from leaves(child)
    if not children:
        yield kind


def test_every_error_that_can_reach_the_edge_is_mapped() -> None:
    assert set(FAILURES) == set(leaves(errors.CaseStoreError)) - {errors.ConfigurationError}


def test_every_failure_has_an_error_status_and_a_chinese_text() -> None:
    for failure in FAILURES.values():
        assert failure.status >= 400
        assert any("\u4e00" <= character <= "\u9fff" for character in failure.message)


def test_the_tree_is_drawn_completely() -> None:
    drawn = errors.__doc__ or ""
    assert all(kind.__name__ in drawn for kind in leaves(errors.CaseStoreError))
