"""The console's forms as a browser sends them."""

import re
from typing import Any

from tests.contract.casestore.kit import ADMIN_PASSWORD, TestClient, make_reference

REFERENCE = make_reference()
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


def form_token(client: TestClient, path: str = "/login") -> str:
    found = _TOKEN.search(client.get(path, headers={"Accept": "text/html"}).text)
    assert found is not None
    return found.group(1)


def login(
    client: TestClient, password: str = ADMIN_PASSWORD, user: str = "admin", **headers: str
) -> Any:
    form = {"form_token": form_token(client), "username": user, "password": password}
    return client.post("/login", data=form, headers={**OWN_PAGE, **headers})


def page(client: TestClient, path: str = "/") -> str:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200, response.text
    return str(response.text)
