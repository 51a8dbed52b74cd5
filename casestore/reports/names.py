"""Names along the dimensions: in which order they stand, and how people read them."""

from collections.abc import Iterable, Mapping

from casestore.domain import taxonomy
from casestore.domain.case import Source
from casestore.domain.figures import Dimension

_KNOWN_ORDER: Mapping[Dimension, Mapping[str, int]] = {
    dimension: {name: place for place, name in enumerate(names)}
    for dimension, names in (
        (Dimension.BUSINESS, taxonomy.BUSINESSES),
        (Dimension.REASON, taxonomy.REASONS),
        (Dimension.CHANNEL, taxonomy.CHANNELS),
        (Dimension.SOURCE, tuple(source.value for source in Source)),
    )
}


def in_order(dimension: Dimension, names: Iterable[str]) -> list[str]:
    """The names in the order of the standard or of the list of sources, others by name."""
    known = _KNOWN_ORDER.get(dimension, {})
    return sorted(names, key=lambda name: (known.get(name, len(known)), name))


def label(dimension: Dimension, name: str) -> str:
    """A name as people read it."""
    return Source(name).label if dimension is Dimension.SOURCE else name
