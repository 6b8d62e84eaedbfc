#!/usr/bin/env bash
# Every check that needs no test; runs them all and names those that fail.
#   scripts/lint.sh PYTHON
set -uo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "$1") bin=$(dirname "$(realpath -s "$1")") failed=()
PAM_VAR_DIR=$(mktemp -d)
export PAM_VAR_DIR
trap 'rm -rf "$PAM_VAR_DIR"' EXIT

check() {
    local name=$1
    shift
    if "$@"; then echo "ok    $name"; else echo "FAILS $name" && failed+=("$name"); fi
}
in_production() {
    ENVIRONMENT=production DEBUG=false SECRET_KEY=$("$python" -c 'import secrets; print(secrets.token_urlsafe(64))') "$@"
}

check formatting "$bin/ruff" format --check --quiet .
check ruff "$bin/ruff" check --quiet .
check types "$bin/mypy"
check imports "$bin/lint-imports" --no-cache
check migrations "$python" manage.py makemigrations --check --dry-run
check regexes "$python" scripts/regexes.py
check models "$python" manage.py lint_models
check deployment in_production "$python" manage.py check --deploy --fail-level WARNING

[ ${#failed[@]} -eq 0 ] || { echo "Failed: ${failed[*]}"; exit 1; }
