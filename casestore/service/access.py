"""Whether an officer may see a case, asked of the store where the case itself does not tell."""

from casestore.domain.access import sees
from casestore.domain.case import CaseStanding
from casestore.domain.errors import CaseNotFound
from casestore.domain.staff import Officer
from casestore.service.ports import Transaction


def may_see(tx: Transaction, standing: CaseStanding, officer: Officer) -> bool:
    """Whether the case is the officer's to see; see ``casestore.domain.access``."""
    return sees(standing, officer) or tx.cases.registered_by(standing.reference) == officer.actor


def check_access(tx: Transaction, standing: CaseStanding, officer: Officer) -> None:
    """Raises CaseNotFound for another branch's case, so that nobody learns that it exists."""
    if not may_see(tx, standing, officer):
        raise CaseNotFound
