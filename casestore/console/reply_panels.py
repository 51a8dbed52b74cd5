"""The panels about points, reply and notices on the page of a case."""

from typing import Any

from casestore.console.notice_view import notice_lines
from casestore.console.reply_view import reply_panel
from casestore.domain.case import Case
from casestore.domain.directory import Directory
from casestore.domain.staff import Officer
from casestore.edge.services import Services

REPLY_PANELS = ("points.html", "notices.html")


def reply_panels(
    reach: Services, case: Case, officer: Officer, directory: Directory
) -> dict[str, Any]:
    """What the templates of ``REPLY_PANELS`` need, for an officer who has the case open."""
    notices = reach.notices.of(case.standing.reference)
    return {
        "reply": reply_panel(reach.replies.glance(case, officer), directory),
        "notices": notice_lines(notices, directory, reach.now()),
    }
