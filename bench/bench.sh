#!/usr/bin/env bash
# Makes the measurement's own virtual environment, sees to PostgreSQL and Redis, and runs bench/run.py.
#   bench/bench.sh PYTHON [arguments of bench/run.py]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "$1")
shift
venv=bench/.venv stamp=bench/.venv/.installed
sum=$(cksum <bench/requirements.txt)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$sum" ]; then
    echo "Installing what bench/requirements.txt names into $venv; once."
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input -r bench/requirements.txt
    echo "$sum" >"$stamp"
fi
services=$(PAM_TEST_DATABASE=${BENCH_DATABASE:-pam_bench} PAM_TEST_REDIS_NUMBER=${BENCH_REDIS_NUMBER:-13} scripts/services.sh)
eval "$services"
exec "$venv/bin/python" -m bench.run --pam "$python" "$@"
