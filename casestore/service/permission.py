"""Whether an officer may work on a case in ways that are no act of their own (a draft, say)."""

from collections.abc import Iterable

from casestore.domain.assignment import recusal
from casestore.domain.case import CaseStanding
from casestore.domain.errors import CaseNotFound, NotAllowed, Recused
from casestore.domain.staff import Officer, Right
from casestore.service.access import check_access
from casestore.service.ports import Transaction


def lock_permitted(tx: Transaction, reference: str, officer: Officer, right: Right) -> CaseStanding:
    """The case, locked for the transaction.

    Raises CaseNotFound (also for a case of another branch), NotAllowed without the right, Recused
    (投诉办法 article 17).
    """
    standing = tx.cases.lock(reference)
    if standing is None:
        raise CaseNotFound
    check_access(tx, standing, officer)
    if not officer.may(right):
        raise NotAllowed
    if reason := recusal(standing, tx.cases.staff_named(reference), officer):
        raise Recused(f"{reason}，按回避规定不能办理这件投诉。")
    return standing


def recusal_of(tx: Transaction, references: Iterable[str], officer: Officer) -> str | None:
    """Why an officer must stay out of one of these cases, in Chinese; None if of none. Cases that
    are not here tell nothing."""
    for reference in references:
        standing = tx.cases.standing(reference)
        if standing is None:
            continue
        if reason := recusal(standing, tx.cases.staff_named(reference), officer):
            return reason
    return None
