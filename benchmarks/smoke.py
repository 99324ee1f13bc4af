"""Each benchmark once, small: that they still run and print what they promise. No figure of it means anything."""

import subprocess
import sys
from typing import Final

import msgspec

SMALL: Final = {
    "decode": ["--rounds", "2"],
    "pop": ["--calls", "5", "--members", "1000"],
    "startup": ["--rounds", "1"],
    "typing": ["--rounds", "1", "--keys", "5", "--members", "1000", "--lines", "4", "--rate", "4"],
    "webhook": ["--desks", "5", "--rate", "20", "--seconds", "1", "--rounds", "1"],
}


def main() -> None:
    """Run them all; the first that fails ends it."""
    for name, words in SMALL.items():
        command = [sys.executable, "-m", f"benchmarks.{name}", *words, "--json"]
        done = subprocess.run(command, check=True, capture_output=True, timeout=300)
        told = msgspec.json.decode(done.stdout)
        if told["benchmark"] != name or not told["rows"]:
            raise SystemExit(f"benchmarks.{name} printed no figures: {done.stdout!r}")
        sys.stdout.write(f"benchmark {name} runs\n")


if __name__ == "__main__":
    main()
