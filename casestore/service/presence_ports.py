"""What presence and saved views need of the storage. Every method may raise StoreUnavailable."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from casestore.domain.presence import SavedView, Viewer


class Viewers(Protocol):
    """Who looks at which case."""

    def put(self, viewer: Viewer) -> None:
        """Note a sign of life, in place of the viewer's last one at this case."""

    def of(self, reference: str, since: datetime) -> Sequence[Viewer]:
        """Those seen at a case at or after a moment, by username."""

    def drop_before(self, moment: datetime) -> None:
        """Delete signs of life older than a moment."""


class SavedViews(Protocol):
    """Lists that officers keep; nobody reaches those of somebody else."""

    def put(self, view: SavedView) -> None:
        """Create a view, or change the one with its id."""

    def of(self, username: str) -> Sequence[SavedView]:
        """A person's views by name."""

    def drop(self, username: str, view_id: str) -> None:
        """Delete a person's view; no error if there is none."""
