"""The console's pages where administrators keep the bank's institutions."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request, UploadFile
from starlette.responses import Response

from casestore.console.entrance import redirect
from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.domain.errors import BranchNotFound, InvalidRequest
from casestore.domain.staff import Branch, Officer, Right
from casestore.edge.pages import page

Admin = Annotated[Officer, Depends(require(Right.ADMINISTER))]

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class _Form:
    """The form of a branch, as typed or as it stands."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


@router.get("/branches")
def branches_page(
    request: Request, reach: Reach, admin: Admin, added: int = 0, changed: int = 0
) -> Response:
    """Every branch, and the forms for one more and for a file of them."""
    done = f"已导入：新增 {added} 个，修改 {changed} 个。" if added or changed else ""
    return _branches(request, reach, admin, _Form(), done)


@router.post("/branches", dependencies=[OwnForm])
def add_branch(request: Request, reach: Reach, admin: Admin, posted: PostedForm) -> Response:
    """A new branch; a refused form comes back filled in."""
    branch = _branch(posted.get("code"), posted)
    try:
        reach.branches.add(branch, admin)
    except InvalidRequest as exc:
        return _branches(request, reach, admin, _Form(posted.shown(), exc.fields))
    _log.info("branch_added code=%s by=%s", branch.code, admin.username)
    return redirect("/branches")


@router.post("/branches/import", dependencies=[OwnForm])
def import_branches(request: Request, reach: Reach, admin: Admin, file: UploadFile) -> Response:
    """Branches from a CSV file in UTF-8 or GB 18030, as spreadsheets write them here."""
    try:
        report = reach.branches.import_csv(_decoded(file.file.read()), admin)
    except InvalidRequest as exc:
        return _branches(request, reach, admin, _Form(problems=exc.fields))
    _log.info("branches_imported added=%d changed=%d", report.added, report.changed)
    return redirect(f"/branches?added={report.added}&changed={report.changed}")


@router.get("/branches/{code}")
def branch_page(request: Request, reach: Reach, admin: Admin, code: str) -> Response:
    """One branch. Raises BranchNotFound."""
    branch = _found(reach, code)
    values = {"name": branch.name, "parent": branch.parent or ""}
    return _one(request, reach, admin, code, _Form(values))


@router.post("/branches/{code}", dependencies=[OwnForm])
def change_branch(
    request: Request, reach: Reach, admin: Admin, code: str, posted: PostedForm
) -> Response:
    """Another name or superior. Raises BranchNotFound."""
    try:
        reach.branches.change(_branch(code, posted), admin)
    except InvalidRequest as exc:
        return _one(request, reach, admin, code, _Form(posted.shown(), exc.fields))
    _log.info("branch_changed code=%s by=%s", code, admin.username)
    return redirect("/branches")


def _branch(code: str, posted: Posted) -> Branch:
    return Branch(code, posted.get("name"), posted.get("parent") or None)


def _found(reach: Reach, code: str) -> Branch:
    for branch in reach.branches.all():
        if branch.code == code:
            return branch
    raise BranchNotFound


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidRequest({"file": "读不出文字，请另存为 UTF-8 编码的 CSV 文件"})


def _branches(
    request: Request, reach: Reach, admin: Officer, form: _Form, done: str = ""
) -> Response:
    known = reach.branches.all()
    names = {branch.code: branch.name for branch in known}
    values = {
        "lines": [(each, names.get(each.parent or "", each.parent or "总行")) for each in known],
        "form": form,
        "parents": _parents(known),
        "done": done,
        **page_values(request, admin),
    }
    return page("branches.html", values, 422 if form.problems else 200)


def _one(request: Request, reach: Reach, admin: Officer, code: str, form: _Form) -> Response:
    others = [branch for branch in reach.branches.all() if branch.code != code]
    values = {
        "code": code,
        "form": form,
        "parents": _parents(others),
        **page_values(request, admin),
    }
    return page("branch.html", values, 422 if form.problems else 200)


def _parents(branches: Sequence[Branch]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [("", [(branch.code, f"{branch.name}（{branch.code}）") for branch in branches])]
