"""The bank's institutions, as an administrator keeps them: one by one, or from a file."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from casestore.domain.branches import branch_problems, names_of
from casestore.domain.errors import BranchNotFound, InvalidRequest
from casestore.domain.staff import Branch, Officer
from casestore.service.ports import Clock, Store, Transaction

LARGEST_FILE = 5_000
"""Lines; more than any bank has institutions."""

_HEADING = ["code", "name", "parent"]


@dataclass(frozen=True)
class Imported:
    """How many branches of a file are new, and how many were changed."""

    added: int
    changed: int


class BranchOffice:
    """The list of branches. Every method may raise StoreUnavailable."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def all(self) -> Sequence[Branch]:
        """Every branch by code."""
        with self._store.transaction() as tx:
            return tx.branches.all()

    def add(self, branch: Branch, admin: Officer) -> None:
        """A new branch. Raises InvalidRequest (fields ``code``, ``name``, ``parent``)."""
        with self._store.transaction() as tx:
            known = {each.code: each for each in tx.branches.all()}
            if branch.code in known:
                raise InvalidRequest({"code": "已有这个机构号"})
            self._put(tx, branch, known, admin)
            tx.commit()

    def change(self, branch: Branch, admin: Officer) -> None:
        """Another name or superior for a branch; its code stays, because cases name it.

        Raises BranchNotFound, InvalidRequest.
        """
        with self._store.transaction() as tx:
            known = {each.code: each for each in tx.branches.all()}
            if branch.code not in known:
                raise BranchNotFound
            self._put(tx, branch, known, admin)
            tx.commit()

    def import_csv(self, text: str, admin: Officer) -> Imported:
        """Add and change branches from a CSV file with the columns code, name, parent.

        All or nothing. Raises InvalidRequest (field ``file``, naming the line).
        """
        rows = _read(text)
        with self._store.transaction() as tx:
            before = {each.code: each for each in tx.branches.all()}
            after = {**before, **{branch.code: branch for branch in rows.values()}}
            _require_good(rows, after)
            changed = [branch for code, branch in after.items() if before.get(code) != branch]
            for branch in changed:  # two branches may have exchanged their names
                tx.branches.put(replace(branch, name=f"#{branch.code}"))
            for branch in changed:
                tx.branches.put(branch)
            added = sum(branch.code not in before for branch in changed)
            report = Imported(added, len(changed) - added)
            detail = f"新增 {report.added}，修改 {report.changed}"
            tx.audit.append(admin.actor, "branches_imported", "", detail, self._now())
            tx.commit()
        return report

    def _put(
        self, tx: Transaction, branch: Branch, known: Mapping[str, Branch], admin: Officer
    ) -> None:
        after = {**known, branch.code: branch}
        if problems := branch_problems(branch, after, names_of(after)):
            raise InvalidRequest(problems)
        tx.branches.put(branch)
        detail = f"{branch.name}；上级 {branch.parent or '总行'}"
        tx.audit.append(admin.actor, "branch_saved", f"branch:{branch.code}", detail, self._now())


def _read(text: str) -> dict[int, Branch]:
    """The branches of a file by line number."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    heading = [cell.strip().lower() for cell in next(reader, [])]
    if heading != _HEADING:
        raise InvalidRequest({"file": "第 1 行应为：code,name,parent"})
    rows: dict[int, Branch] = {}
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows[reader.line_num] = _branch(cells, reader.line_num)
        if len(rows) > LARGEST_FILE:
            raise InvalidRequest({"file": f"太长，最多 {LARGEST_FILE} 行"})
    codes = Counter(branch.code for branch in rows.values())
    if repeated := sorted(code for code, times in codes.items() if times > 1):
        raise InvalidRequest({"file": f"机构号重复：{'、'.join(repeated[:5])}"})
    return rows


def _branch(cells: Sequence[str], line: int) -> Branch:
    if len(cells) != len(_HEADING):
        raise InvalidRequest({"file": f"第 {line} 行应有 {len(_HEADING)} 列，现有 {len(cells)} 列"})
    code, name, parent = (cell.strip() for cell in cells)
    return Branch(code, name, parent or None)


def _require_good(rows: Mapping[int, Branch], after: Mapping[str, Branch]) -> None:
    names = names_of(after)
    for line, branch in rows.items():
        for problem in branch_problems(branch, after, names).values():
            raise InvalidRequest({"file": f"第 {line} 行（{branch.code}）：{problem}"})
