"""The console's menu: the pages an officer may open, in the order of a working day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casestore.domain.staff import Officer, Right


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu; ``key`` is its access key, empty if it has none, ``count`` how much
    waits there."""

    label: str
    path: str
    key: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True)
class _Entry:
    label: str
    path: str
    right: Right
    key: str = ""
    is_of_head_office: bool = False

    def is_for(self, officer: Officer) -> bool:
        """Whether the officer may open the page."""
        return officer.may(self.right) and not (self.is_of_head_office and officer.branch)


# The longest path that fits is the current one, so /cases/new is not also /cases.
_ENTRIES = (
    _Entry("我的工作", "/", Right.READ, "w"),
    _Entry("全部投诉", "/cases", Right.READ, "c"),
    _Entry("登记", "/cases/new", Right.REGISTER, "n"),
    _Entry("人工对话", "/chats", Right.READ),
    _Entry("回电", "/callbacks", Right.READ),
    _Entry("答复审批", "/approvals", Right.APPROVE),
    _Entry("未送达", "/notices", Right.HANDLE),
    _Entry("分类", "/classification", Right.HANDLE),
    _Entry("投递", "/deliveries", Right.HANDLE),
    _Entry("提问", "/questions", Right.READ),
    _Entry("知识", "/knowledge", Right.READ),
    _Entry("活动", "/campaigns", Right.READ),
    _Entry("整改", "/tasks", Right.READ),
    _Entry("报告", "/reports", Right.REPORT),
    _Entry("预警", "/alerts", Right.REPORT),
    _Entry("分派规则", "/routes", Right.ASSIGN),
    _Entry("用户", "/users", Right.ADMINISTER),
    _Entry("机构", "/branches", Right.ADMINISTER),
    _Entry("审计", "/audit", Right.AUDIT, is_of_head_office=True),
)


def navigation(
    officer: Officer, path: str, counts: Mapping[str, int] | None = None
) -> Sequence[NavItem]:
    """The menu of an officer who looks at ``path``; ``counts`` by path of what waits there."""
    waiting = counts or {}
    allowed = [entry for entry in _ENTRIES if entry.is_for(officer)]
    current = max((entry.path for entry in allowed if _leads_to(entry.path, path)), default=None)
    return [
        NavItem(
            entry.label, entry.path, entry.key, entry.path == current, waiting.get(entry.path, 0)
        )
        for entry in allowed
    ]


def _leads_to(entry: str, path: str) -> bool:
    return path == entry or (entry != "/" and path.startswith(f"{entry}/"))
