#!/bin/sh
# The fast subset: nothing here starts a server.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
code="bot actions casestore tests benchmarks"

step() { printf '\n== %s\n' "$1"; }

step "format"; $bin/ruff format --check $code
step "lint"; $bin/ruff check $code
step "types"; $bin/mypy
step "import contract"; $bin/lint-imports --no-cache >var/import-contract.log 2>&1 || { cat var/import-contract.log; exit 1; }
tail -1 var/import-contract.log
step "answers and their sources"; $bin/python -m bot knowledge check
step "data checks and unit tests"; $bin/python -m pytest tests/data tests/unit -q
