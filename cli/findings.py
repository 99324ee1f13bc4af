"""What the doctor finds, and how it is said: to people in the language in force, to programs in English with a stable code."""

import unicodedata
from typing import Any, Final

import msgspec

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register
from terminal.widgets.speech import because, mark, say

register(
    {
        "doctor_language": "there are no words in the language '{language}'; use en or zh-Hant",
        "doctor_seconds": "--seconds must be from 0 to 86400",
        "doctor_public_alone": "--public looks at that address alone; leave out sources and --data",
        "doctor_public_address": (
            "'{url}' is no address of a webhook; write it like https://pop.example.tw/hook/SOURCE_ID"
        ),
        "doctor_python": "{version} on {platform}",
        "doctor_version": "{version}",
        "doctor_sqlite_faulty": (
            "{version}; a rare fault of it can damage a database: keep backups, and update Python when a newer one is there"
        ),
        "doctor_not_installed": "is not installed; install ringdesk again",
        "doctor_settings_read": "{file} was read",
        "doctor_settings_none": "there is no settings file; it would be {file}, `ringdesk setup` writes it",
        "doctor_settings_wrong": "cannot be used; correct what is named behind it",
        "doctor_no_ports": "no serial port was found; plug the modem in, or ignore this if the line comes over the network",
        "doctor_port_opens": "can be opened",
        "doctor_port_opens_named": "can be opened: {name}",
        "doctor_port_odd": "has a name that no source can have; give the device another one",
        "doctor_recording": "a recording; chunks: {count}",
        "doctor_recording_unread": "cannot be read; correct the path, or record it again",
        "doctor_data_hidden": "cannot be looked at; let this user read it, or correct the path",
        "doctor_data_none": "is no directory; start the desk or server once with --data, or correct the path",
        "doctor_data_locked": "cannot be written by this user; give it to the user who runs ringdesk",
        "doctor_data_full": "only {free} MB are free; make room for at least {least} MB",
        "doctor_data_well": "can be written",
        "doctor_database": "can be read; tables: {count}",
        "doctor_database_unread": "cannot be read; if it is not encrypted, restore a backup",
        "doctor_damaged": (
            "a damaged file of this desk, made anew since and kept as it was; delete it if nobody is to look into it"
        ),
        "doctor_source_wrong": "cannot be used; correct it in the settings file, or run `ringdesk setup --only line`",
        "doctor_server_well": "{where} answers and is well",
        "doctor_server_there": "{where} takes the connection; whether it is the right server shows when the desk signs in",
        "doctor_server_unwell": (
            "{where} answers that it cannot read or keep anything; look at its disk and at the `server.log` there"
        ),
        "doctor_server_clear": "{where} would be spoken to without encryption; write wss:// in the settings file",
        "doctor_server_no_address": "cannot be looked for; correct `[desk] server` in the settings file",
        "doctor_server_unproved": "not looked for: {file} cannot be read; enrol this desk anew with a code",
        "doctor_ami_ready": (
            "logged in to the telephone exchange; whether this account is told of calls shows only when there is one: add"
            " --seconds 60, and have somebody call"
        ),
        "doctor_awaited": (
            "changes of {name} wait ({count}) until {name} signs in on this desk again, and hold up what comes after them;"
            " where that will not be, a supervisor lets go of them on the desk (Ctrl+P)"
        ),
    }
)

LEVELS: Final = {
    Level.OK: mark("ok"),
    Level.STARTING: mark("starting"),
    Level.WARNING: mark("warning"),
    Level.BROKEN: mark("broken"),
}
CHECKS: Final = {
    "settings": mark("settings"),
    "keys": mark("settings"),
    "server": mark("server"),
    "ports": mark("serial ports"),
    "outbox": mark("unsent changes"),
    "area code": mark("area code"),
    "public address": mark("public address"),
    "public name": mark("public name"),
    "public certificate": mark("public certificate"),
    "public answer": mark("public answer"),
    "public time": mark("public time to answer"),
}
"""Words for what is looked at; a package, a path and a line have their name."""
_NAMED: Final = {
    "dialect": mark("dialect {name}"),
    "source": mark("{name} at the server"),
    "server": mark("server of {name}"),
}
"""Kinds of what is looked at that stand before its name: a dialect of another package, a line that a server listens to, the
server of a database."""
_LEVEL_CELLS: Final = 8
_WORDY: Final = "port_"
"""Codes whose sentence says all that the system said, but for `port_failed`."""
_OURS: Final = ("doctor_", "public_", "hook_")
"""Codes behind which stands what this machine says, and no peer."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the report. `ok` is False where somebody must do something; `said` is what the peer or the system said."""

    check: str
    ok: bool = True
    level: Level = Level.OK
    why: Why
    said: str | None = None

    @property
    def message(self) -> str:
        """What was found and what to do about it, in English."""
        return self.why.english()

    def for_programs(self) -> dict[str, Any]:
        """The object of `--json`: the same words and codes in every language."""
        return {
            "check": self.check,
            "ok": self.ok,
            "level": self.level,
            "message": self.message,
            "why_code": self.why.code,
            "said": self.said,
        }

    def for_people(self) -> SafeText:
        """The line, in the language in force. A message of the system is left out where our own words say the same."""
        level = say(LEVELS[self.level])
        air = " " * (_LEVEL_CELLS - sum(1 + (unicodedata.east_asian_width(char) == "W") for char in level))
        line = say("{name}: {text}", name=self._looked_at(), text=because(self.why))
        return SafeText(f"{level}{air} {line}{self._heard()}")

    def _looked_at(self) -> SafeText:
        kind, _, name = self.check.partition(" ")
        if name and kind in _NAMED:
            return say(_NAMED[kind], name=SafeText(name))
        return say(CHECKS[self.check]) if self.check in CHECKS else SafeText(self.check)

    def _heard(self) -> SafeText:
        worded = self.why.code.startswith(_WORDY) and self.why.code != "port_failed"
        if not self.said or worded:
            return SafeText()
        text = SafeText(self.said)
        return say(" ({text})", text=text) if self.why.code.startswith(_OURS) else say(" (it said: {text})", text=text)


def wrong(check: str, why: Why, said: str | None = None) -> Finding:
    """Something that somebody must mend; `said` is what the system or the peer said of it."""
    return Finding(check=check, ok=False, level=Level.BROKEN, why=why, said=said)
