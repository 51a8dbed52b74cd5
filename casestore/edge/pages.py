"""HTML pages; every value is escaped unless a template says otherwise, and none does."""

from collections.abc import Mapping
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

_environment = Environment(
    loader=ChoiceLoader(
        [
            PackageLoader("casestore.edge"),
            PackageLoader("casestore.console"),
            PackageLoader("casestore.api"),
        ]
    ),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    template: str,
    values: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a template. ``values`` may hold ``user`` and ``form_token`` for the page's header.

    Half a character, which no page can carry, is shown as a question mark.
    """
    text = _environment.get_template(template).render({"user": None, **values})
    return HTMLResponse(text.encode("utf-8", "replace"), status, dict(headers or {}))
