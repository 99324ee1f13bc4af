"""A wrong clock for the processes that are started while `PYTHONPATH` names a folder with this as its sitecustomize.py."""

from pathlib import Path

SHIFTED = """
import os, pathlib, time
_file, _time, _ns = pathlib.Path(os.environ["SHIFT_FILE"]), time.time, time.time_ns
time.time = lambda: _time() + float(_file.read_text())
time.time_ns = lambda: _ns() + int(float(_file.read_text()) * 1e9)
"""


def set_clock(file: Path, seconds: float) -> None:
    """In one step: the processes read the file all the time."""
    new = file.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(file)
