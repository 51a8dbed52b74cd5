"""The console's forms as a browser sends them."""

import re
from typing import Any

from tests.contract.casestore.kit import ADMIN_PASSWORD, TestClient, make_reference
from tests.officers import code_at

REFERENCE = make_reference()
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


def form_token(client: TestClient, path: str = "/login") -> str:
    found = _TOKEN.search(client.get(path, headers={"Accept": "text/html"}).text)
    assert found is not None
    return found.group(1)


def send(client: TestClient, path: str, shown: str | None = None, **fields: Any) -> Any:
    """Fill in a form of the page ``shown`` (the same path if not given) and send it to ``path``."""
    form = {"form_token": form_token(client, shown or path), **fields}
    return client.post(path, data=form, headers={**OWN_PAGE, "Accept": "text/html"})


def give_password(
    client: TestClient, password: str = ADMIN_PASSWORD, user: str = "admin", **headers: str
) -> Any:
    """The first factor."""
    form = {"form_token": form_token(client), "username": user, "password": password}
    return client.post("/login", data=form, headers={**OWN_PAGE, **headers})


def give_code(client: TestClient, code: str | None = None) -> Any:
    """The second factor, by default what the authenticator shows now."""
    now = client.app.state.services.now()  # type: ignore[attr-defined]  # our FastAPI application
    return send(client, "/login/code", code=code_at(now) if code is None else code)


def login(
    client: TestClient, password: str = ADMIN_PASSWORD, user: str = "admin", **headers: str
) -> Any:
    """Both factors; the answer to the last form that was sent."""
    first = give_password(client, password, user, **headers)
    return give_code(client) if first.status_code == 303 else first


def page(client: TestClient, path: str = "/") -> str:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200, response.text
    return str(response.text)
