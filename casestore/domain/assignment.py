"""Who handles a complaint: who must stay out of it, whose unit it is, who has room for it.

Sources: 《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）第十七条 (people without a direct
interest in the matter verify it), 第九条 (属地管理、分级负责), 第二十九条 (重大消费投诉).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from casestore.domain.branches import superiors
from casestore.domain.case import CaseStanding, Grade
from casestore.domain.staff import Account, Branch, Officer, Right, StaffRole, officer_of
from casestore.domain.taxonomy import Dimension, parents

_ACCUSED_BRANCH = "被投诉的是您所在的机构"
_ACCUSED_PERSON = "被投诉的是您本人"
# A name of one character would be found in almost every text.
_SHORTEST_NAME = 2
# What people leave out when they name a branch. Not 分行: without it, that is the name of a city.
_BRANCH_ENDINGS = ("营业部", "分理处", "储蓄所", "支行")
# What people say around the name.
_BEFORE = ("你们", "咱们", "贵行", "在", "是")
_AFTER = (*_BRANCH_ENDINGS, "营业厅", "网点", "银行", "那家", "那个", "那边", "这边", "的")


def recusal(standing: CaseStanding, complaint_staff: str | None, officer: Officer) -> str | None:
    """Why an officer must stay out of a case (回避, article 17), in Chinese; None if they need not.

    ``complaint_staff`` is whom the customer named as the person complained of.
    """
    if officer.branch is not None and officer.branch == standing.handling.accused:
        return _ACCUSED_BRANCH
    is_named = len(officer.name) >= _SHORTEST_NAME and officer.name in (complaint_staff or "")
    return _ACCUSED_PERSON if is_named else None


@dataclass(frozen=True)
class RoutingRule:
    """Cases of this business and accused branch (None: any) go to this unit or person.

    A business of JR/T 0169—2018 stands for all below it. Without ``unit`` and ``assignee`` the head
    office handles them. Rules are tried by ``position``; the first that fits counts.
    """

    id: str
    position: int
    business: str | None = None
    accused: str | None = None
    unit: str | None = None
    assignee: str | None = None

    def fits(self, business: str, accused: str | None) -> bool:
        """Whether the rule speaks of such a case."""
        return self.business in {None, *_businesses(business)} and self.accused in {None, accused}


@dataclass(frozen=True)
class Staffing:
    """Who could handle cases: the active accounts, open cases by username, branches, rules."""

    accounts: Sequence[Account]
    loads: Mapping[str, int]
    branches: Sequence[Branch]
    rules: Sequence[RoutingRule]


@dataclass(frozen=True)
class Choice:
    """Who handles a case and for which unit (None: the head office)."""

    assignee: str
    unit: str | None


def choose(
    standing: CaseStanding, business: str, complaint_staff: str | None, staffing: Staffing
) -> Choice | None:
    """Who should handle a case; None if nobody suitable is there, so that a person must decide.

    A major complaint (article 29) is the head office's supervisors'. Else the first routing rule
    that fits, and without one the superior of the branch complained of (属地管理, article 9); where
    nobody suitable is there, the next superior, at last the head office. Among several the one
    with the fewest open cases, ties by name.
    """
    suitable = _Suitable(standing, business, complaint_staff, staffing)
    if standing.handling.grade is Grade.MAJOR:
        return suitable.least_busy(None, StaffRole.SUPERVISOR)
    accused = standing.handling.accused
    rule = _first_rule(staffing.rules, business, accused)
    if rule is not None and rule.assignee is not None:
        return suitable.named(rule)
    unit = rule.unit if rule else superior(accused, staffing.branches)
    for level in upwards(unit, staffing.branches):
        if found := suitable.least_busy(level, StaffRole.HANDLER):
            return found
    return None


def superior(code: str | None, branches: Sequence[Branch]) -> str | None:
    """The code of the institution above a branch; None for the head office, also if unknown."""
    return next((branch.parent for branch in branches if branch.code == code), None)


def upwards(code: str | None, branches: Sequence[Branch]) -> Iterator[str | None]:
    """The unit, its superiors in their order, and the head office (None) last."""
    if code is not None:
        above = superiors(code, {branch.code: branch for branch in branches})
        yield from dict.fromkeys([code, *above])
    yield None


def match_branch(text: str, branches: Sequence[Branch]) -> Branch | None:
    """The one branch a customer's words name; None if none or more than one could be meant.

    First the whole name, then a name contained in the text, at last nothing but a name without its
    ending （“人民路那家” for 人民路支行）. A longer name contained wins over a shorter one inside it.
    """
    words = text.strip()
    for tries in (_same, _contained, _nickname):
        found = [branch for branch in branches if tries(branch, words)]
        if found:
            return _only(found)
    return None


class _Suitable:
    """Who of the staff could take one case."""

    def __init__(
        self, standing: CaseStanding, business: str, staff: str | None, staffing: Staffing
    ) -> None:
        self._standing = standing
        self._businesses = _businesses(business)
        self._staff = staff
        self._staffing = staffing

    def least_busy(self, unit: str | None, role: StaffRole) -> Choice | None:
        """Of the unit's people in this role the one with the fewest open cases."""
        here = (
            account
            for account in self._possible()
            if account.branch == unit and role in account.roles
        )
        loads = self._staffing.loads
        best = min(here, key=lambda a: (loads.get(a.username, 0), a.username), default=None)
        return Choice(best.username, unit) if best else None

    def named(self, rule: RoutingRule) -> Choice | None:
        """The person a rule names."""
        for account in self._possible():
            if account.username == rule.assignee:
                return Choice(account.username, rule.unit or account.branch)
        return None

    def _possible(self) -> Iterable[Account]:
        return (account for account in self._staffing.accounts if self._may_take(account))

    def _may_take(self, account: Account) -> bool:
        officer = officer_of(account)
        knows_it = not account.businesses or bool(account.businesses & self._businesses)
        is_able = account.is_active and officer.may(Right.HANDLE) and knows_it
        return is_able and recusal(self._standing, self._staff, officer) is None


def _businesses(name: str) -> frozenset[str]:
    """A business and those it is part of."""
    return frozenset({name, *parents(Dimension.BUSINESS, name)})


def _first_rule(
    rules: Sequence[RoutingRule], business: str, accused: str | None
) -> RoutingRule | None:
    ordered = sorted(rules, key=lambda rule: (rule.position, rule.id))
    return next((rule for rule in ordered if rule.fits(business, accused)), None)


def _same(branch: Branch, words: str) -> bool:
    return branch.name == words


def _contained(branch: Branch, words: str) -> bool:
    return branch.name in words


def _nickname(branch: Branch, words: str) -> bool:
    ending = next((each for each in _BRANCH_ENDINGS if branch.name.endswith(each)), None)
    short = branch.name.removesuffix(ending) if ending else ""
    return bool(short) and short == _bare(words)  # 营业部 alone leaves nothing


def _bare(words: str) -> str:
    """The words without what stands around a name: 湖滨 of 你们湖滨那边的网点."""
    while True:
        shorter = words
        for prefix in _BEFORE:
            shorter = shorter.removeprefix(prefix)
        for suffix in _AFTER:
            shorter = shorter.removesuffix(suffix)
        if shorter == words:
            return words
        words = shorter


def _only(found: Sequence[Branch]) -> Branch | None:
    longest = max(found, key=lambda branch: len(branch.name))
    inside = all(branch.name in longest.name for branch in found)
    return longest if inside else None
