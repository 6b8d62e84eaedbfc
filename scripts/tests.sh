#!/usr/bin/env bash
# The tests: on SQLite, or with `full` on PostgreSQL and Redis followed by the browser and the survival tests.
#   scripts/tests.sh PYTHON [full]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
PAM_VAR_DIR=$(mktemp -d)
export PAM_VAR_DIR
trap 'rm -rf "$PAM_VAR_DIR"' EXIT
if [ "${2:-}" != full ]; then
    # What the environment says of other services is not meant for these.
    env -u DATABASE_URL -u REDIS_URL "$python" -m pytest tests/unit tests/api tests/integration
    exit
fi
services=$(scripts/services.sh browser)
eval "$services"
"$python" -m pytest tests/unit tests/api tests/integration
# Each of these starts PAM's processes itself.
"$python" -m pytest tests/e2e tests/full
