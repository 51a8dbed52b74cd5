"""The HTTP API for programs: docs/contract/case-store.openapi.json."""
