#!/bin/sh
# The wheel, in a fresh environment, runs the demo from another folder. Usage: tests/wheel.sh [PYTHON]
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
python=${1:-python3}
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"$python" -m venv "$room/venv"
"$room/venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$room" "$here"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$room"/ringdesk-*.whl
cd "$room"
"$room/venv/bin/python" - <<'PYTHON'
import pathlib, sys, terminal
catalogues = list(pathlib.Path(terminal.__file__).parent.rglob("*.mo"))
sys.exit(0 if catalogues else "the wheel holds no compiled catalogue")
PYTHON
pops=$("$room/venv/bin/ringdesk" demo --headless --calls 3 --seed 7 | grep -c '"event":"screen_pop"')
test "$pops" -ge 3
echo "wheel: installed in a fresh environment, $pops pops from another folder"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$here/docs/examples/dialect"
day=$here/docs/examples/dialect/tests/transcripts/acme/day.jsonl
if "$room/venv/bin/ringdesk" decode acme "$day" 2>/dev/null; then echo "a dialect was used that no settings allow" >&2; exit 1; fi
events=$(RINGDESK_GENERAL_DIALECTS=acme "$room/venv/bin/ringdesk" decode acme "$day" | wc -l)
test "$events" -ge 7
echo "wheel: the example's dialect, built and installed: $events events"
