#!/usr/bin/env bash
# Renews the locked sets from pyproject.toml, for every Python and platform that PAM runs on.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"$1" -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check uv
lock() {
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --native-tls \
        --no-header --no-annotate --no-emit-index-url "$@"
}
lock pyproject.toml --output-file requirements.txt ${UPGRADE:+--upgrade}
lock pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt ${UPGRADE:+--upgrade}
