#!/bin/sh
# Makes the virtual environment and installs a locked set into it; does nothing where that is done already.
#   scripts/venv.sh FOLDER REQUIREMENTS [PYTHON]
set -eu
venv=$1 wanted=$2 asked=${3:-}
least="3.11"

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

python=
if [ -n "$asked" ]; then
    found=$(version "$asked") || { echo "PAM cannot start: $asked does not run." >&2; exit 1; }
    fits "$asked" || { echo "PAM needs Python $least or newer; $asked is Python $found." >&2; exit 1; }
    python=$asked
    # The environment of another Python is of no use.
    if [ -e "$venv" ] && [ "$(version "$venv/bin/python" || true)" != "$found" ]; then rm -rf "$venv"; fi
elif ! fits "$venv/bin/python"; then
    rm -rf "$venv"
    for name in python3 python python3.13 python3.12 python3.11 python3.14; do
        if fits "$name"; then python=$name; break; fi
    done
    if [ -z "$python" ]; then
        echo "PAM needs Python $least or newer; python3 is $(version python3 || echo 'not there')." \
            "Install one, then: PYTHON=python3.12 make run" >&2
        exit 1
    fi
fi

if ! [ -x "$venv/bin/python" ]; then
    echo "Making a virtual environment in $venv with Python $(version "$python")."
    "$python" -m venv "$venv" || {
        rm -rf "$venv"
        echo "PAM cannot start: $python cannot make a virtual environment (on Debian: apt install python3-venv)." >&2
        exit 1
    }
fi

stamp="$venv/.installed-$wanted"
sum=$(cat requirements.txt "$wanted" | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$sum" ]; then exit 0; fi
echo "Installing what $wanted names; once, a minute or two."
rm -f "$stamp"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input -r "$wanted" || {
    echo "PAM cannot start: the packages could not be installed. Check the network and run the command again." >&2
    exit 1
}
echo "$sum" >"$stamp"
# The tools' set holds the runtime's.
if [ "$wanted" = requirements-dev.txt ]; then cat requirements.txt requirements.txt | cksum >"$venv/.installed-requirements.txt"; fi
