"""Lists of cases that an officer keeps under a name."""

from collections.abc import Sequence

from casestore.domain.errors import InvalidRequest
from casestore.domain.presence import LONGEST_VIEW_NAME, MOST_VIEWS, SavedView
from casestore.domain.staff import Officer
from casestore.domain.texts import text_problem
from casestore.service.ports import NewId, Store


class SavedViewBook:
    """Everybody's own views. ``new_id`` gives their ids."""

    def __init__(self, store: Store, new_id: NewId) -> None:
        self._store = store
        self._new_id = new_id

    def of(self, officer: Officer) -> Sequence[SavedView]:
        """The officer's views by name. Raises StoreUnavailable."""
        with self._store.transaction() as tx:
            return tx.saved_views.of(officer.username)

    def save(self, officer: Officer, name: str, query: str) -> None:
        """Keep a list; one of the same name is replaced.

        Raises InvalidRequest for an unusable name or too many views, StoreUnavailable.
        """
        name = _checked(name)
        with self._store.transaction() as tx:
            known = {view.name: view.id for view in tx.saved_views.of(officer.username)}
            if name not in known and len(known) >= MOST_VIEWS:
                raise InvalidRequest({"name": f"最多保存 {MOST_VIEWS} 个，请先删除不用的"})
            view_id = known.get(name) or self._new_id()
            tx.saved_views.put(SavedView(view_id, officer.username, name, query))
            tx.commit()

    def rename(self, officer: Officer, view_id: str, name: str) -> None:
        """Give a view of the officer another name; unknown ones are left alone.

        Raises InvalidRequest if the name is unusable or taken, StoreUnavailable.
        """
        name = _checked(name)
        with self._store.transaction() as tx:
            views = tx.saved_views.of(officer.username)
            if any(view.name == name and view.id != view_id for view in views):
                raise InvalidRequest({"name": "已有同名的视图，请换一个名称"})
            for view in views:
                if view.id == view_id:
                    tx.saved_views.put(SavedView(view.id, view.username, name, view.query))
            tx.commit()

    def delete(self, officer: Officer, view_id: str) -> None:
        """Forget a view of the officer. Raises StoreUnavailable."""
        with self._store.transaction() as tx:
            tx.saved_views.drop(officer.username, view_id)
            tx.commit()


def _checked(name: str) -> str:
    name = name.strip()
    if len(name) > LONGEST_VIEW_NAME:
        raise InvalidRequest({"name": f"名称太长，最多 {LONGEST_VIEW_NAME} 字"})
    if problem := text_problem(name):
        raise InvalidRequest({"name": f"名称{problem}"})
    return name
