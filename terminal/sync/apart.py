"""Why the line is down, or what else keeps this desk and its server apart: in words that say what to do. What the person
wrote is kept in every case."""

from typing import Final

from ringdesk.errors import Refused, RingdeskError
from ringdesk.why import Why, register
from terminal.news import SLOWED, UNSAVED
from terminal.sync.socket import Unreachable

register(
    {
        "sync_down": "the server cannot be reached: {reason}; trying again in {seconds} s",
        "sync_disk_full": "the disk of this PC is full: make room on it; what the server has for this desk is fetched then",
        "uplink_said": "{said}",
        "sync_away": "the server cannot be reached: {reason}",
        "sync_starting": "not yet connected",
        "sync_held": "what {name} wrote here is sent when {name} signs in on this desk again",
        "sync_readonly": "this desk is too old for the server: upgrade it; what you write is kept",
        "sync_fenced": "a copy of this desk's folder was used: start this desk with --enrol and a new code of"
        " `ringdesk admin enrol`; what you wrote is kept",
        "sync_revoked": "this desk was shut out: if it is to work again, start it with --enrol and a new code of"
        " `ringdesk admin enrol`; what you wrote is kept",
        "sync_unknown": "the server does not know this desk: start it with --enrol and a new code of"
        " `ringdesk admin enrol`; what you wrote is kept",
        UNSAVED: "the server cannot save now: make room on its disk; what you write is kept here and sent later",
        SLOWED: "the server asks this desk to slow down; nothing to do: what you write is kept and sent in a moment",
    }
)

_REASONS: Final = {
    "fenced": "sync_fenced",
    "device_revoked": "sync_revoked",
    "unknown_device": "sync_unknown",
    "bad_signature": "sync_unknown",
}
"""The words of a server's notice before it closes the line."""


def ended_by(error: RingdeskError) -> Why:
    """Why a session ended: the line, this desk's own full disk, or what was said."""
    if isinstance(error, Unreachable):
        return error.why
    if isinstance(error, Refused) and error.code == "disk_full":
        return Why("sync_disk_full")
    return Why("uplink_said", {"said": str(error)})


def down(reason: Why, seconds: str) -> Why:
    """The server cannot be reached, with the reason inside; or it can, and this desk cannot keep what it sends."""
    if reason.code == "sync_disk_full":
        return reason
    inside = {"reason": reason.english(), "reason_code": reason.code, "seconds": seconds}
    return Why("sync_down", {**reason.args, **inside})


def farewell(code: str) -> Why | None:
    """What a notice of the server means for this device; None for one that does not shut it out."""
    reason = _REASONS.get(code)
    return None if reason is None else Why(reason)
