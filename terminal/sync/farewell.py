"""Why a server does not let this device in, in words that say what to do; what the person wrote is kept in every case."""

from typing import Final

from ringdesk.why import Why, register

register(
    {
        "sync_fenced": "a copy of this desk's folder was used: start this desk with --enrol and a new code of"
        " `ringdesk admin enrol`; what you wrote is kept",
        "sync_revoked": "this desk was shut out: if it is to work again, start it with --enrol and a new code of"
        " `ringdesk admin enrol`; what you wrote is kept",
        "sync_unknown": "the server does not know this desk: start it with --enrol and a new code of"
        " `ringdesk admin enrol`; what you wrote is kept",
    }
)

_REASONS: Final = {
    "fenced": "sync_fenced",
    "device_revoked": "sync_revoked",
    "unknown_device": "sync_unknown",
    "bad_signature": "sync_unknown",
}
"""The words of a server's notice before it closes the line."""


def farewell(code: str) -> Why | None:
    """What a notice of the server means for this device; None for one that does not shut it out."""
    reason = _REASONS.get(code)
    return None if reason is None else Why(reason)
