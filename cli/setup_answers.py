"""The answers of setup so far, over what the settings file has already."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any, Final

import msgspec

from cli.setup_console import Wrong
from config import save
from config.load import Layer, load
from config.settings import Settings
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from terminal.widgets.speech import mark

UNREAD: Final = mark("{file} cannot be read; give another file with --config")
UNWRITABLE: Final = mark("{file} cannot be written; make {folder} writable, or give another file with --config")


class Answers:
    """What will be written to `file`. Nothing is, before `keep`."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._text = file.read_text("utf-8-sig") if file.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise Wrong(UNREAD, file=SafeText(str(file))) from error
        self._known = load(file, environ={}) if file.exists() else Settings()
        self.changes: Layer = {}
        self.begun: dict[str, str] = {}
        """What was answered in a step that is not done (`Console.begun`); it is no setting."""
        self._draft: Path | None = None

    def __getitem__(self, name: str) -> Any:
        """The value in force of `section.key`."""
        section, _, key = name.partition(".")
        known = getattr(getattr(self._known, section), key)
        return self.changes.get(section, {}).get(key, known)

    def __setitem__(self, name: str, value: Any) -> None:
        section, _, key = name.partition(".")
        if value != getattr(getattr(self._known, section), key):
            self.changes.setdefault(section, {})[key] = value
        else:
            self.changes.get(section, {}).pop(key, None)
        self.set_aside()

    def resume(self, draft: Path) -> bool:
        """Take up the answers of a setup of the same file that was broken off; whether there were any. From now on `draft` has
        every answer as soon as it is given: kill -9 asks nobody."""
        self._draft = draft
        kept = _kept_in(draft, self.file)
        if kept is None:
            return False
        found, begun = kept
        self.changes = {name: found.get(name, {}) | self.changes.get(name, {}) for name in found | self.changes}
        self.begun.update(begun)
        return True

    def set_aside(self) -> None:
        """Keep the answers for the next time, in the draft, if there is one; what cannot be kept is asked again."""
        if self._draft is None:
            return
        answers = {section: values for section, values in self.changes.items() if values}
        kept = {"file": str(self.file.absolute()), "answers": answers, "begun": self.begun}
        with contextlib.suppress(BadInput, OSError):
            if answers or self.begun:
                save.write(self._draft, json.dumps(kept), mode=0o600)
            else:
                self._draft.unlink(missing_ok=True)

    def done(self, draft: Path) -> None:
        """Nothing is left to go on with; a draft of another settings file is not ours."""
        if self._draft == draft or _kept_in(draft, self.file) is not None:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)

    def expect_writable(self) -> None:
        """Raises `BadInput` at the beginning for a file that could not be written at the end. Nothing is made."""
        folder = next((each for each in self.file.absolute().parents if each.exists()), None)
        if folder is None or not os.access(folder, os.W_OK | os.X_OK) or not folder.is_dir():
            raise Wrong(UNWRITABLE, file=SafeText(str(self.file)), folder=SafeText(str(folder)))

    def keep(self) -> bool:
        """Write them; whether there was anything to write. Raises `BadInput`."""
        changes = {
            section: {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
            for section, values in self.changes.items()
            if values
        }
        if not changes and self.file.exists():
            return False
        text = save.changed(self._text, changes)
        msgspec.convert(_layer(text), Settings, strict=False)
        save.write(self.file, text)
        return True


def _kept_in(draft: Path, file: Path) -> tuple[Layer, dict[str, str]] | None:
    """What a draft has of the settings in `file`: answers by section and key, and what is begun. None where it has nothing of
    them."""
    try:
        kept = json.loads(draft.read_text("utf-8"))
        if kept["file"] != str(file.absolute()):
            return None
        found = {section: dict(values) for section, values in kept["answers"].items()}
        begun = msgspec.convert(kept.get("begun", {}), dict[str, str])
        msgspec.convert(found, Settings, strict=False)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, msgspec.ValidationError):
        return None
    return found, begun


def _layer(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)
