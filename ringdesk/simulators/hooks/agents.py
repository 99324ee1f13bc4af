"""Call centres by their people: Aircall and RingCentral."""

from typing import Any

from ringdesk.simulators.hooks import Part, Told, json
from ringdesk.times import iso


def aircall(told: Told) -> list[Part]:
    """Created, ringing at somebody, answered, hung up; `call.ended`, that really comes 30 s later, follows at once."""
    answered, ended = told.answered_after, told.ended_after
    found = [_call(told, 0.0, "call.created"), _call(told, 0.0, "call.ringing_on_agent", agent=True)]
    if told.taken:
        found.append(_call(told, answered, "call.answered", agent=True))
    return [*found, _call(told, ended, "call.hungup"), _call(told, ended, "call.ended")]


def _call(told: Told, after: float, name: str, *, agent: bool = False) -> Part:
    answered = told.taken and after >= told.answered_after
    data: dict[str, Any] = {
        "id": told.whole_number(9),
        "direction": "inbound",
        "raw_digits": told.caller,
        "number": {"digits": told.called},
        "started_at": int(told.at),
    }
    if told.call.shown_name:
        data["contact"] = {"first_name": told.call.shown_name, "last_name": ""}
    if agent or answered:
        data["user"] = {"id": 7, "name": told.rung}
    if answered:
        data["answered_at"] = int(told.at + told.answered_after)
    elif name in ("call.hungup", "call.ended"):
        data["missed_call_reason"] = "agents_did_not_answer"
    return json(after, name, {"resource": "call", "event": name, "timestamp": int(told.at + after), "data": data})


def ringcentral(told: Told) -> list[Part]:
    """One party with an extension: set up, ringing, answered, gone."""
    steps = [(0.0, "Setup"), (0.0, "Proceeding")]
    steps += [(told.answered_after, "Answered")] if told.taken else []
    steps += [(told.ended_after, "Disconnected")]
    return [_party(told, after, code, number) for number, (after, code) in enumerate(steps)]


def _party(told: Told, after: float, code: str, number: int) -> Part:
    caller = {"phoneNumber": told.caller}
    if told.call.shown_name:
        caller["name"] = told.call.shown_name
    party = {
        "id": f"p-{told.id}-1",
        "direction": "Inbound",
        "extensionId": "4",
        "from": caller,
        "to": {"phoneNumber": told.called, "extensionId": "4", "extensionNumber": told.rung},
        "status": {"code": code},
        "missedCall": code == "Disconnected" and not told.taken,
    }
    body = {
        "sequence": number,
        "sessionId": str(told.whole_number(12)),
        "telephonySessionId": f"s-{told.id}",
        "eventTime": iso(told.at + after),
        "parties": [party],
    }
    return json(
        after,
        code,
        {
            "uuid": told.other_id(code),
            "event": "/restapi/v1.0/account/1/telephony/sessions",
            "timestamp": iso(told.at + after),
            "subscriptionId": "sub-1",
            "ownerId": "4",
            "body": body,
        },
    )
