"""What the fields of FreeSWITCH's events say of people and endings."""

import re
from typing import Final

from ringdesk import numbers
from ringdesk.calls import Caller, LegState, Outcome, Presentation, Via
from ringdesk.codecs import sipheaders
from ringdesk.safetext import SafeText

LONGEST_ID: Final = 100

Fields = dict[str, str]
"""The fields of one event by their names as FreeSWITCH writes them."""

TRANSFERS: Final = frozenset({"BLIND_TRANSFER", "ATTENDED_TRANSFER"})
_DISPOSITION: Final = "variable_endpoint_disposition"
LEG_ENDS: Final[dict[str, LegState]] = {
    "NO_ANSWER": LegState.MISSED,
    "NO_USER_RESPONSE": LegState.MISSED,
    "ALLOTTED_TIMEOUT": LegState.MISSED,
    "RECOVERY_ON_TIMER_EXPIRE": LegState.MISSED,
    "CALL_REJECTED": LegState.REJECTED,
    "USER_BUSY": LegState.REJECTED,
}
"""How a telephone ended that was not answered; every other cause (ORIGINATOR_CANCEL, LOSE_RACE, PICKED_OFF) cancelled it."""
_GAVE_UP: Final = frozenset(
    {
        "NORMAL_CLEARING",
        "ORIGINATOR_CANCEL",
        "NO_ANSWER",
        "NO_USER_RESPONSE",
        "ALLOTTED_TIMEOUT",
        "LOSE_RACE",
        "PICKED_OFF",
    }
    | {"RECOVERY_ON_TIMER_EXPIRE"}
)
_ENDS: Final[dict[str, Outcome]] = {"USER_BUSY": Outcome.BUSY, "CALL_REJECTED": Outcome.REJECTED}


def id_in(fields: Fields, name: str = "Unique-ID") -> str:
    """The id of a channel; empty where there is none."""
    return fields.get(name, "")[:LONGEST_ID]


def is_id(uuid: str) -> bool:
    """Whether it can stand in a command."""
    return re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", uuid) is not None


def is_loopback(fields: Fields) -> bool:
    """Half of a connection that FreeSWITCH makes with itself: nobody's telephone."""
    return fields.get("Channel-Name", "").startswith("loopback/")


def parent(uuid: str, fields: Fields) -> str:
    """The leg, or the call, for which this one was made; itself if it began the call."""
    other_half = fields.get("variable_other_loopback_leg_uuid") if is_loopback(fields) else ""
    if fields.get("Call-Direction") == "outbound":
        other_half = ""
    others = fields.get("variable_cc_member_session_uuid"), other_half, fields.get("variable_ent_originate_aleg_uuid")
    for known in others:
        if known:
            return known[:LONGEST_ID]
    if fields.get("Call-Direction") == "inbound":
        return uuid  # since it was picked up its call may be named after who did
    made = fields.get("Other-Type") == "originator"
    maker = fields.get("Other-Leg-Unique-ID", "") if made else ""
    return (maker or fields.get("Channel-Call-UUID") or uuid)[:LONGEST_ID]


def agent(fields: Fields) -> SafeText | None:
    """The telephone that a leg rings."""
    name = fields.get("variable_cc_agent", "").partition("@")[0]
    for field in ("variable_dialed_user", "Caller-Destination-Number", "Caller-Callee-ID-Number"):
        name = name or fields.get(field, "").removeprefix("sip:").partition("@")[0]
    return SafeText(name) or None


def caller_id(fields: Fields, part: str) -> str:
    """The `Number` or the `Name` of who calls. A caller who was picked up is given those of who did, and keeps the first."""
    picked_up = fields.get("Call-Direction") == "inbound" and fields.get("Other-Type") == "originator"
    said, first = fields.get(f"Caller-Caller-ID-{part}"), fields.get(f"Caller-Orig-Caller-ID-{part}")
    return (first or said if picked_up else said or first) or ""


def caller(fields: Fields) -> Caller:
    """Who calls. A number that may not be shown is not kept."""
    hidden = fields.get("Caller-Privacy-Hide-Number") == "true"
    if hidden:
        return Caller(presentation=Presentation.PRIVATE)
    raw = caller_id(fields, "Number")
    absent = numbers.read(raw).presentation
    if absent is Presentation.PRIVATE:
        return Caller(presentation=absent)
    text = SafeText(caller_id(fields, "Name"))
    nameless = (
        fields.get("Caller-Privacy-Hide-Name") == "true" or text == raw or text.lower() in ("", "unknown", "anonymous")
    )
    name = None if nameless else text
    if absent in (Presentation.UNAVAILABLE, Presentation.PAYPHONE):
        return Caller(presentation=absent, name=name)
    return Caller(raw=SafeText(raw), presentation=Presentation.SHOWN, name=name)


def via(fields: Fields) -> Via | None:
    """Who forwarded the call: the Diversion header (RFC 5806), which FreeSWITCH only passes on, or RDNIS, unless a transfer
    within FreeSWITCH left the number that was dialled first there."""
    header = fields.get("variable_sip_h_Diversion", "").encode().decode("latin-1")
    topmost = sipheaders.addresses([header])[:1]
    redirected = "" if fields.get("Caller-Transfer-Source") else fields.get("Caller-RDNIS", "")
    if any(sipheaders.is_hidden(one) for one in topmost):
        return None
    raw = next((one.number for one in topmost if one.number is not None), SafeText(redirected))
    if not raw or numbers.read(raw).presentation is Presentation.PRIVATE:
        return None
    return Via(raw, sipheaders.diversion_reason(header))


def ending(fields: Fields) -> str:
    """Why a channel ended. A leg that handed its call on hangs up normally: what happened to it is its disposition."""
    disposition = fields.get(_DISPOSITION, "")
    return (
        disposition
        if disposition in TRANSFERS
        else fields.get("Hangup-Cause") or fields.get("variable_hangup_cause", "")
    )


def is_mailbox(fields: Fields) -> bool:
    """Whether the voice mail has the channel."""
    return fields.get("variable_current_application") == "voicemail"


def unanswered(cause: str, *, machine: bool) -> Outcome:
    """How a call ended that nobody took; `machine`: a menu or a queue had it."""
    if cause in _GAVE_UP:
        return Outcome.ABANDONED if machine else Outcome.MISSED
    return _ENDS.get(cause, Outcome.FAILED)
