"""Changes to a settings file: only what changes is written anew, comments and all else stay as somebody wrote them."""

import contextlib
import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from config.load import Layer
from ringdesk.errors import BadInput
from ringdesk.why import Why, register

register({"save_by_hand": "the settings file is written in a way that cannot be changed line by line; edit it by hand"})

_SECTION: Final = re.compile(r"\s*\[\s*([A-Za-z0-9_-]+)\s*\]\s*(?:#.*)?$")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


def changed(text: str, changes: Layer) -> str:
    """The file with these values (section -> key -> value). Raises `BadInput` for a file that is no TOML, or one written
    in a way (inline sections, dotted keys) in which a value cannot be found line by line."""
    before = _parsed(text)
    lines = text.splitlines()
    for section, values in changes.items():
        for key, value in values.items():
            if before.get(section, {}).get(key) != value:
                _set(lines, section, key, value)
    after = "\n".join(lines).rstrip("\n") + "\n" if lines else ""
    wanted = {name: dict(before.get(name, {})) | dict(changes.get(name, {})) for name in before | changes}
    if _parsed(after) != {name: values for name, values in wanted.items() if values or name in before}:
        raise BadInput(Why("save_by_hand"))
    return after


def write(file: Path, text: str, mode: int | None = None) -> None:
    """Whole or not at all, on the disk when this returns; a link in its place is replaced, never followed.

    `mode` is that of the file before, or 0600, unless it is given. Raises `BadInput` when it cannot be written.
    """
    fresh = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if mode is None:
            mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
        fresh.unlink(missing_ok=True)
        with open(fresh, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
            fresh.chmod(mode)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise BadInput(Why("settings_unread", {"file": str(file), "reason": error.strerror or str(error)})) from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"the settings file is no TOML file: {error}") from error


def _set(lines: list[str], section: str, key: str, value: Any) -> None:
    said = f"{key} = {_toml(value)}"
    first, last = _span(lines, section)
    if first < 0:
        lines += [*([""] if lines else []), f"[{section}]", said]
        return
    for index in range(first, last):
        matched = _KEY.match(lines[index])
        if matched is not None and matched[1] == key:
            end = _end(lines, index, last)
            lines[index:end] = [said + _comment(lines[index]) if end == index + 1 else said]
            return
    while last > first and not lines[last - 1].strip():
        last -= 1
    lines.insert(last, said)


def _span(lines: list[str], section: str) -> tuple[int, int]:
    """The lines of a section, without its head; -1 where there is none."""
    heads = [(index, matched[1]) for index, line in enumerate(lines) if (matched := _SECTION.match(line))]
    for place, (index, name) in enumerate(heads):
        if name == section:
            return index + 1, heads[place + 1][0] if place + 1 < len(heads) else len(lines)
    return -1, -1


def _end(lines: list[str], first: int, last: int) -> int:
    """Where a value that may have several lines ends."""
    for end in range(first + 1, last + 1):
        with contextlib.suppress(tomllib.TOMLDecodeError):
            tomllib.loads("\n".join(lines[first:end]))
            return end
    return first + 1


def _comment(line: str) -> str:
    """The comment behind a value, where the line without it still says the same."""
    for matched in re.finditer(r"\s+#", line):
        with contextlib.suppress(tomllib.TOMLDecodeError):
            if tomllib.loads(line[: matched.start()]) == tomllib.loads(line):
                return line[matched.start() :]
    return ""


def _toml(value: Any) -> str:
    """Our values are texts and lists of texts. JSON's strings are TOML's, but for DEL."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False).replace("\x7f", "\\u007f")
