"""The exported OpenAPI document is the one the service serves."""

import json
from pathlib import Path

from typer.testing import CliRunner

from casestore.__main__ import cli
from tests.contract.casestore.kit import TestClient

EXPORTED = Path(__file__).parents[3] / "docs" / "contract" / "case-store.openapi.json"


def test_the_exported_document_is_current() -> None:
    printed = CliRunner().invoke(cli, ["openapi"]).stdout
    hint = "run: python -m casestore openapi > docs/contract/case-store.openapi.json"
    assert EXPORTED.read_text(encoding="utf-8") == printed, hint


def test_the_served_document_is_the_exported_one(anonymous: TestClient) -> None:
    exported = json.loads(EXPORTED.read_text(encoding="utf-8"))
    assert anonymous.get("/openapi.json").json() == exported


def test_the_document_tells_what_may_be_null_and_what_every_error_is() -> None:
    document = json.loads(EXPORTED.read_text(encoding="utf-8"))
    fields = document["components"]["schemas"]["ComplaintIn"]["properties"]
    nullable = {
        name for name, field in fields.items() if {"type": "null"} in field.get("anyOf", [])
    }
    optional = {"complaint_amount_text", "complaint_group", "linked_to"}
    assert nullable == {"complaint_staff", "complaint_amount", *optional}
    error = {"$ref": "#/components/schemas/Error"}
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "400" and status != "503":
                    assert answer["content"]["application/json"]["schema"] == error
