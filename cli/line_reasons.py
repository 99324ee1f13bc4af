"""Why a line rings without a number: told from what was heard of it (docs/howto/what-to-buy.md has the causes)."""

from typing import Final

from cli.line_probe import Heard
from ringdesk.dialects import Level, Notice
from ringdesk.why import Why, register

register(
    {
        "line_nothing": (
            "nothing came in {seconds} s; if it rang in that time it is not this line, not this port, or it has no power;"
            " if not, have somebody call and look again"
        ),
        "line_waiting": (
            "the peer has not answered yet after {seconds} s; check its address and its port, or listen longer (--seconds 60)"
        ),
        "line_ami_nothing": (
            "the exchange told of no call in {seconds} s; if there was one in that time, the account may not read calls: give it"
            " read = call,agent,cdr in manager.conf; if not, have somebody call and look again"
        ),
        "line_numbers": "calls that came with a number: {count} of {calls}",
        "line_withheld": "caller ID works, but no caller showed a number ({count} withheld it); call from a telephone that does",
        "line_unavailable": (
            "the exchange says that it has no number (calls: {count}); call from a mobile in this country: if it stays so,"
            " ask the telephone company what it sends on this line"
        ),
        "line_damaged": (
            "caller-ID messages came damaged ({count}): a bad line; plug the modem in at the first socket, by a short cable,"
            " behind the DSL filter and without other telephones, and look again"
        ),
        "line_tones": (
            "this line sends caller ID as tones (DTMF), which this modem cannot read; use a box or a gateway that says it reads"
            " DTMF caller ID"
        ),
        "line_bare": "{calls} calls came, none of them with a number; look at what is sent with `ringdesk listen URL --follow`",
        "line_not_enabled": (
            "it rang without a number, and the modem takes none of the commands for caller ID; use a model with caller ID"
        ),
        "line_country": (
            "it rang without a number, and the modem is set for another country ({found}, this line's is {wanted}): set it with"
            " AT+GCI={wanted} and AT&W, or as its manual says, and look again"
        ),
        "line_not_subscribed": (
            "it rang without a number; the modem is set up, nothing came damaged and no tones were heard: caller ID is not"
            " subscribed on this line, most likely; ask the telephone company for it"
        ),
    }
)

COUNTRIES: Final = {
    "TW": ("FE", "B5"),
    "US": ("B5",),
    "CA": ("20", "B5"),
    "GB": ("B4",),
    "DE": ("42",),
    "FR": ("3D",),
    "NL": ("7B",),
}
"""Regions and the countries of modems that work there (ITU-T T.35, annex A), the usual one first. In Taiwan modems are known to
show caller ID only as American ones (B5). Of another region nothing is said."""


_NOTHING: Final = {"ami": "line_ami_nothing"}
"""Dialects whose silence after the login has a reason of its own."""


def judged(heard: Heard, region: str, seconds: float, dialect: str = "modem") -> Notice:
    """What to tell of a line that was listened to for so many seconds. A cause that was seen goes before one that is left."""
    seen = _seen(heard)
    if seen is not None:
        return seen
    if not heard.calls:
        return _told(Level.WARNING, _NOTHING.get(dialect, "line_nothing"), seconds=f"{seconds:g}")
    if not heard.modem:
        return _told(Level.WARNING, "line_bare", calls=str(heard.calls))
    wanted = COUNTRIES.get(region, ())
    if heard.ready is False:
        return _told(Level.BROKEN, "line_not_enabled")
    if heard.country and wanted and heard.country not in wanted:
        return _told(Level.BROKEN, "line_country", found=heard.country, wanted=wanted[0])
    return _told(Level.BROKEN, "line_not_subscribed")


def _seen(heard: Heard) -> Notice | None:
    """What shows in what came."""
    if heard.shown:
        shown = str(min(heard.shown, heard.calls))
        return _told(Level.OK, "line_numbers", count=shown, calls=str(heard.calls))
    if heard.damaged:
        return _told(Level.BROKEN, "line_damaged", count=str(heard.damaged))
    if heard.tones:
        return _told(Level.BROKEN, "line_tones")
    if heard.withheld:
        return _told(Level.WARNING, "line_withheld", count=str(heard.withheld))
    return _told(Level.WARNING, "line_unavailable", count=str(heard.unavailable)) if heard.unavailable else None


def _told(level: Level, code: str, **values: str) -> Notice:
    return Notice(level, Why(code, values))
