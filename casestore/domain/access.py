"""Which cases an officer sees and may touch at all: the branch right."""

from casestore.domain.case import CaseStanding
from casestore.domain.staff import SYSTEM, Officer


def sees(standing: CaseStanding, officer: Officer) -> bool:
    """Whether a case is the officer's to see, as far as who handles it tells.

    The head office (branch None) and jobs see every case; who works for a branch those its people
    handle and those assigned to them. They also see what they registered themselves, which only
    the history tells (``service.access``).
    """
    if officer is SYSTEM or officer.branch is None:
        return True
    handling = standing.handling
    return officer.branch == handling.unit or officer.username == handling.assignee
