"""Requests that the vendors' own Python packages sign come in at a running server, and are refused with any field changed.

Twilio's and Plivo's packages sign; Vonage's and Telnyx's only check, so there the signature is made with the library that each
of them stands on (PyJWT, PyNaCl), and theirs has to believe it before it is sent. SignalWire's package holds Twilio's at an
old version and cannot be installed beside it; its forms have Twilio's signature.
"""

import asyncio
import hashlib
import http.client
import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlencode

import jwt
import pytest
from nacl.signing import SigningKey
from plivo.utils.signature_v3 import (  # type: ignore[import-untyped]
    construct_post_url,
    get_signature_v3,
    validate_v3_signature,
)
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from vonage_jwt.verify_jwt import verify_signature  # type: ignore[import-untyped]

from server.store.values import Central, Entry, Source
from tests.server.intake.provider import Reply
from tests.server.parts import Shop, shop

PUBLIC: Final = "https://pop.example.tw"
TOKEN: Final = "vendor-auth-token-for-tests-0001"
SEED: Final = SigningKey(bytes(range(32)))
PUBLIC_KEY: Final = b64encode(SEED.verify_key.encode()).decode()
NONCE: Final = "05429567804466091622"
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
JSON: Final = {"content-type": "application/json"}

Fields = dict[str, str]


class Sent(NamedTuple):
    """One request: where behind the public address, what, and with which headers."""

    path: str
    body: bytes
    headers: Mapping[str, str]


class Vendor(NamedTuple):
    """How requests of a source are signed, and whether the vendor's own package believes one. `sign` gets the fields that are
    signed, and those that are sent."""

    source: str
    dialect: str
    secret: str
    fields: Fields
    sign: Callable[[Fields, Fields], Sent]
    believes: Callable[[Sent, Fields], bool]


TWILIO_FIELDS: Final = {
    "AccountSid": "AC00000000000000000000000000000001",
    "CallSid": "CA00000000000000000000000000000001",
    "CallStatus": "ringing",
    "CallbackSource": "call-progress-events",
    "CallerName": "陳小姐",
    "Direction": "inbound",
    "From": "+886912345678",
    "To": "+886227208889",
}
PLIVO_FIELDS: Final = {
    "CallStatus": "ringing",
    "CallUUID": "97ceeb52-58b6-11e1-86da-77300b68f8bb",
    "Direction": "inbound",
    "Event": "Ring",
    "From": "886912345678",
    "To": "886227208889",
}
VONAGE_FIELDS: Final = {
    "from": "886912345678",
    "to": "886227208889",
    "uuid": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    "conversation_uuid": "CON-aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    "status": "ringing",
    "direction": "inbound",
    "timestamp": "2026-11-22T05:38:00.000Z",
}
TELNYX_FIELDS: Final = {
    "call_control_id": "v3:abc",
    "call_leg_id": "leg-1",
    "call_session_id": "ses-1",
    "from": "+886912345678",
    "to": "+886227208889",
    "direction": "incoming",
    "state": "parked",
}


def by_twilio(source: str, header: str) -> tuple[Callable[[Fields, Fields], Sent], Callable[[Sent, Fields], bool]]:
    path = f"/hook/{source}?site=taipei"

    def sign(signed: Fields, sent: Fields) -> Sent:
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, signed)
        return Sent(path, urlencode(sent).encode(), {**FORM, header: signature})

    def believes(sent: Sent, fields: Fields) -> bool:
        return bool(RequestValidator(TOKEN).validate(PUBLIC + sent.path, fields, sent.headers[header]))

    return sign, believes


def twilio_json(signed: Fields, sent: Fields) -> Sent:
    """A body that is no form: its hash stands in the query, and only the address is signed."""
    digest = RequestValidator(TOKEN).compute_hash(json.dumps(signed))
    path = f"/hook/twilio-json?bodySHA256={digest}"
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, {})
    return Sent(path, json.dumps(sent).encode(), {**JSON, "x-twilio-signature": signature})


def twilio_json_believed(sent: Sent, _fields: Fields) -> bool:
    signature = sent.headers["x-twilio-signature"]
    return bool(RequestValidator(TOKEN).validate(PUBLIC + sent.path, sent.body.decode(), signature))


def plivo(signed: Fields, sent: Fields) -> Sent:
    path = "/hook/plivo?site=taipei"
    address = construct_post_url(PUBLIC + path, signed).decode()
    signature = get_signature_v3(TOKEN.encode(), address, NONCE).decode()
    headers = {"x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": NONCE}
    return Sent(path, urlencode(sent).encode(), {**FORM, **headers})


def plivo_believes(sent: Sent, fields: Fields) -> bool:
    signature = sent.headers["x-plivo-signature-v3"]
    return bool(validate_v3_signature("POST", PUBLIC + sent.path, NONCE, TOKEN, signature, fields))


def vonage(signed: Fields, sent: Fields) -> Sent:
    whole = hashlib.sha256(json.dumps(signed).encode()).hexdigest()
    claims = {"iat": int(time.time()), "jti": "c5ba8f24", "iss": "Vonage", "payload_hash": whole, "api_key": "a1b2c3d4"}
    token = jwt.encode(claims, TOKEN, algorithm="HS256")
    return Sent("/hook/vonage", json.dumps(sent).encode(), {**JSON, "authorization": f"Bearer {token}"})


def vonage_believes(sent: Sent, _fields: Fields) -> bool:
    """The package checks the token; to compare the hash of the body is left to whoever uses it."""
    token = sent.headers["authorization"].partition(" ")[2]
    claims = jwt.decode(token, options={"verify_signature": False})
    return bool(verify_signature(token, TOKEN)) and claims["payload_hash"] == hashlib.sha256(sent.body).hexdigest()


def _telnyx_event(fields: Fields) -> bytes:
    event = {"event_type": "call.initiated", "id": "0ccc7b54-0000-4000-8000-000000000001", "record_type": "event"}
    return json.dumps({"data": {**event, "occurred_at": "2026-11-22T05:38:00.000000Z", "payload": fields}}).encode()


def telnyx(signed: Fields, sent: Fields) -> Sent:
    stamp = str(int(time.time()))
    signature = b64encode(SEED.sign(stamp.encode() + b"|" + _telnyx_event(signed)).signature).decode()
    headers = {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature}
    return Sent("/hook/telnyx", _telnyx_event(sent), {**JSON, **headers})


def telnyx_believes(sent: Sent, _fields: Fields) -> bool:
    try:
        verify_webhook_signature(sent.body, sent.headers, PUBLIC_KEY)
    except WebhookVerificationError:
        return False
    return True


VENDORS: Final = (
    Vendor("twilio", "twilio", TOKEN, TWILIO_FIELDS, *by_twilio("twilio", "x-twilio-signature")),
    Vendor("twilio-json", "twilio", TOKEN, TWILIO_FIELDS, twilio_json, twilio_json_believed),
    Vendor("signalwire", "signalwire", TOKEN, TWILIO_FIELDS, *by_twilio("signalwire", "x-signalwire-signature")),
    Vendor("plivo", "plivo", TOKEN, PLIVO_FIELDS, plivo, plivo_believes),
    Vendor("vonage", "vonage", TOKEN, VONAGE_FIELDS, vonage, vonage_believes),
    Vendor("telnyx", "telnyx", PUBLIC_KEY, TELNYX_FIELDS, telnyx, telnyx_believes),
)


async def configured(it: Shop, vendor: Vendor) -> None:
    source = Source(id=vendor.source, dialect=vendor.dialect, url="", secrets=vendor.secret)
    async with it.office() as office:
        entry = Entry(at=0.0, actor="test", action="test")
        await office.store.register.settle(lambda _before, _sites: (Central((source,)), entry))


def posted(address: str, sent: Sent) -> Reply:
    line = http.client.HTTPConnection(address, timeout=20)
    try:
        line.request("POST", sent.path, sent.body, dict(sent.headers))
        reply = line.getresponse()
        return reply.status, reply.read(), {}
    finally:
        line.close()


async def head(it: Shop) -> int:
    async with it.office() as office:
        return (await office.store.order.space()).head.seq


@pytest.mark.parametrize("vendor", VENDORS, ids=[vendor.source for vendor in VENDORS])
async def test_what_the_vendor_signs_comes_in_and_nothing_that_was_changed(tmp_path: Path, vendor: Vendor) -> None:
    async with shop(tmp_path, public_url=PUBLIC) as it:
        await configured(it, vendor)
        before = await head(it)
        for name, value in vendor.fields.items():
            changed = {**vendor.fields, name: value[:-1] + ("0" if value[-1] != "0" else "1")}
            forged = vendor.sign(vendor.fields, changed)
            assert not vendor.believes(forged, changed), name
            assert (await asyncio.to_thread(posted, it.address, forged))[0] == 403, name
        assert await head(it) == before, "nothing of them is kept"
        good = vendor.sign(vendor.fields, vendor.fields)
        assert vendor.believes(good, vendor.fields)
        status, _, _ = await asyncio.to_thread(posted, it.address, good)
        assert status in (200, 204)
        assert await head(it) == before + 1, "it is a call"
