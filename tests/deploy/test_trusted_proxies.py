"""Only a proxy that was named is believed when it says how a request came."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.stack import PATIENCE_SECONDS, Stack

PROMISE = "Strict-Transport-Security"
"""Sent over HTTPS only (casestore/edge/middleware.py)."""


@pytest.mark.parametrize(
    ("proxies", "believed"),
    [("127.0.0.1", True), ("10.0.0.0/8, 127.0.0.0/8", True), ("10.0.0.1", False)],
)
def test_the_case_store_believes_named_proxies_only(
    tmp_path: Path, proxies: str, believed: bool
) -> None:
    installation = Stack(tmp_path, extra={"CASE_STORE_TRUSTED_PROXIES": proxies})
    try:
        installation.start("casestore")
        url = f"{installation.store}/login"
        answer = requests.get(url, headers={"X-Forwarded-Proto": "https"}, timeout=PATIENCE_SECONDS)
    finally:
        installation.stop()
    assert (PROMISE in answer.headers) is believed
