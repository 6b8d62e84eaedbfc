#!/usr/bin/env bash
# Starts PAM as its users do, looks at it from outside with ../shared/checks/newcomer.py, and stops it with Ctrl-C's signal.
#   scripts/outside.sh embedded|services
set -euo pipefail
cd "$(dirname "$0")/.."
check=../shared/checks/newcomer.py
if ! [ -e ../shared ]; then echo "outside: ../shared is not there, nothing to check with"; exit 0; fi
[ -f "$check" ] || { echo "outside: $check is missing"; exit 1; }

if [ "$1" = services ]; then
    services=$(PAM_TEST_DATABASE=pam_check PAM_TEST_REDIS_NUMBER=14 scripts/services.sh)
    eval "$services"
    PGPASSWORD=pam_test psql -q -h 127.0.0.1 -U pam_test -d postgres \
        -c 'drop database if exists pam_check with (force)' -c 'create database pam_check'
else
    unset DATABASE_URL REDIS_URL
fi
work=$(mktemp -d)
export PAM_VAR_DIR=$work/var
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
PORT=$port setsid make run >"$work/log" 2>&1 &
pid=$!
finish() {
    kill -KILL -- "-$pid" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
started=$SECONDS
until python3 -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$port/api/health', timeout=2)" 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || { tail -20 "$work/log"; echo "outside: make run ended"; exit 1; }
    [ $((SECONDS - started)) -lt 300 ] || { tail -20 "$work/log"; echo "outside: not up in 300 s"; exit 1; }
    sleep 0.5
done
echo "outside ($1): up in $((SECONDS - started)) s"
rc=0
python3 "$check" "http://localhost:$port" || { rc=1; tail -60 "$work/log"; }
started=$SECONDS
kill -INT -- "-$pid"
for _ in $(seq 60); do kill -0 -- "-$pid" 2>/dev/null || break; sleep 0.1; done
if kill -0 -- "-$pid" 2>/dev/null; then echo "outside ($1): still running 6 s after Ctrl-C"; exit 1; fi
echo "outside ($1): stopped in $((SECONDS - started)) s"
exit $rc
