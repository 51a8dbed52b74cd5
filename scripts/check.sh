#!/bin/sh
# The fast subset: nothing here starts a server. What only reads the code runs beside the tests.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
code="bot actions casestore wechatsim tests benchmarks deploy"
mkdir -p var

step() { printf '\n== %s\n' "$1"; }

read_code() {
    step "types"; $bin/mypy
    step "import contract"; $bin/lint-imports --no-cache >var/import-contract.log 2>&1 || { cat var/import-contract.log; return 1; }
    tail -1 var/import-contract.log
    step "answers and their sources"; $bin/python -m bot knowledge check
}

step "format"; $bin/ruff format --check $code
step "lint"; $bin/ruff check $code
(set -e; read_code) >var/read-code.log 2>&1 &
reading=$!
step "data checks and unit tests"
# A worker a core; each has the training data and Rasa in memory, half a gigabyte.
tests=0; $bin/python -m pytest tests/data tests/unit -q --numprocesses auto --maxprocesses 8 || tests=$?
reader=0; wait "$reading" || reader=$?
cat var/read-code.log
[ "$tests" -eq 0 ] && [ "$reader" -eq 0 ]
