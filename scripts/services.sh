#!/usr/bin/env bash
# Sees to PostgreSQL and Redis on 127.0.0.1 and, with `browser`, to PgBouncer and Chromium: takes what runs, starts what is installed,
# installs what is missing where it may (root, apt), and fails otherwise. Prints the environment to use, for eval.
#   eval "$(scripts/services.sh [browser])"
set -euo pipefail
# `role` makes databases and owns their tables; `runtime` owns nothing, as in production.
role=pam_test runtime=pam_test_runtime database=${PAM_TEST_DATABASE:-pam_test} redis_number=${PAM_TEST_REDIS_NUMBER:-15}

say() { echo "services: $*" >&2; }
fail() { say "$*"; exit 1; }
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
await() {
    for _ in $(seq 100); do if answers "$1"; then return; fi; sleep 0.2; done
    fail "$2 does not answer on 127.0.0.1:$1."
}
updated=
install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        fail "$1 is missing and only root may install it. Install it, then run this again."
    say "installing $1"
    if [ -z "$updated" ]; then apt-get update -qq >&2; updated=1; fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >&2 || fail "$1 cannot be installed."
}
as_postgres() { if [ "$(id -un)" = postgres ]; then "$@"; else runuser -u postgres -- "$@"; fi; }

if ! answers 5432; then
    command -v pg_ctlcluster >/dev/null || install postgresql
    if ! answers 5432; then
        read -r version cluster _ < <(pg_lsclusters --no-header) || fail "there is no PostgreSQL cluster to start."
        pg_ctlcluster "$version" "$cluster" start >&2 || fail "PostgreSQL $version cannot be started."
    fi
    await 5432 PostgreSQL
fi
command -v psql >/dev/null || install postgresql-client
mine() { PGPASSWORD=$role psql --no-psqlrc -qtA -h 127.0.0.1 -U "$role" -d "${1:-postgres}" -c "${2:-select 1}"; }
if ! mine >/dev/null 2>&1; then
    (cd / && as_postgres psql --no-psqlrc -q -d postgres -c "create role $role login createdb password '$role'") >&2 ||
        fail "the PostgreSQL on 127.0.0.1:5432 has no role $role, and it cannot be made here: create role $role login createdb password '$role'"
fi
# Member of it, so that whoever drops a database may end the runtime's connections to it.
if [ -z "$(mine postgres "select 1 from pg_roles where rolname = '$runtime' and pg_has_role('$role', oid, 'member')")" ]; then
    make="create role $runtime login password '$runtime'; grant $runtime to $role"
    [ -z "$(mine postgres "select 1 from pg_roles where rolname = '$runtime'")" ] || make="grant $runtime to $role"
    (cd / && as_postgres psql --no-psqlrc -q -d postgres -c "$make") >&2 ||
        fail "the PostgreSQL on 127.0.0.1:5432 has no role $runtime, and it cannot be made here: $make"
fi
if ! mine "$database" >/dev/null 2>&1; then mine postgres "create database $database" >&2; fi

if ! answers 6379; then
    command -v redis-server >/dev/null || install redis-server
    if ! answers 6379; then
        redis-server --bind 127.0.0.1 --port 6379 --daemonize yes --save '' --appendonly no --dir "${TMPDIR:-/tmp}" >/dev/null
    fi
    await 6379 Redis
fi

echo "export DATABASE_URL=postgres://$role:$role@127.0.0.1:5432/$database"
echo "export REDIS_URL=redis://127.0.0.1:6379/$redis_number"

if [ "${1:-}" = browser ]; then
    command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || install pgbouncer
    # Not `command -v`, which would find a function of that name too.
    browser() { type -P chromium || type -P chromium-browser || type -P google-chrome; }
    browser >/dev/null || install chromium
    echo "export PAM_CHROMIUM=$(browser)"
fi
