"""A provider of our own for the tests: JSON, signed over the public address and the raw bytes, with a time in it.

`plugged` makes it known to registries as any foreign package would be: by an entry point on the path.
"""

import json
import os
import signal
from pathlib import Path
from typing import Any

from ringdesk.calls import Called, Caller, CallEvent, EventKind, Presentation
from ringdesk.codecs import macs, refusals
from ringdesk.codecs.http import Answer, Request, text_of
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText

SIGNATURE = "x-test-signature"
KILL_FILE = "RINGDESK_TEST_KILL_FILE"
"""Names a file: while it is there, the server dies as soon as a request is on the disk, before it answers."""
ANSWER = b'{"went": "on"}'


def signature(secret: str, url: str, body: bytes) -> str:
    return macs.hexadecimal("sha256", secret, url.encode() + b"\n" + body)


def said(call: str, event: str = "ringing", **more: Any) -> bytes:
    """A body. `once` is the name of the request, `at` when it happened."""
    fields = {"call": call, "event": event, "from": "0912345678", "to": "0227208889", "once": f"{call}-{event}"}
    return json.dumps(fields | more, ensure_ascii=False).encode()


class SignedDialect:
    """A `WebhookDialect`, and an `Oracle`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        wanted = [signature(secret, request.url, request.body) for secret in secrets]
        if secrets and not macs.same(request.header(SIGNATURE), wanted):
            return Verdict(answer=Answer(401, b"forged"), refused=refusals.FORGED)
        data = request.json
        if data is None or data.get("event") == "raise":
            raise ValueError(f"unreadable {request.body!r}")
        asks = SafeText(text_of(data, "asks")) or None
        event = CallEvent(
            event=EventKind(text_of(data, "event")),
            at=float(data.get("at", now)),
            source=self._source,
            native_id=text_of(data, "call"),
            linked_id=text_of(data, "linked") or None,
            caller=Caller(raw=SafeText(text_of(data, "from")), presentation=Presentation.SHOWN)
            if data.get("from")
            else None,
            called=Called(raw=SafeText(text_of(data, "to"))),
            verified=True if secrets else None,
        )
        answer = Answer(200, ANSWER, (("Content-Type", "application/json"), ("X-Test", "a"), ("X-Test", "b")))
        if os.environ.get(KILL_FILE):
            asks = asks or SafeText("0")
        return Verdict(answer=answer, events=(event,), once=text_of(data, "once"), asks=asks)

    def told(self, number: SafeText, name: SafeText | None, company: SafeText | None, url: str) -> Answer:
        kill = os.environ.get(KILL_FILE)
        if kill:
            if Path(kill).exists():
                os.kill(os.getpid(), signal.SIGKILL)
            return Answer(200, ANSWER)
        return Answer(200, json.dumps({"name": name}, ensure_ascii=False).encode())


class UnmakableDialect(SignedDialect):
    """One that fails before it has seen a request."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        raise RuntimeError("0987654321")


def plugged(room: Path) -> str:
    """A folder for the path of modules, with this dialect in it as an installed package."""
    plug = room / "plug"
    info = plug / "ringdesk_test_hook-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ringdesk-test-hook\nVersion: 1\n")
    classes = {"signed": "SignedDialect", "unmakable": "UnmakableDialect"}
    lines = [f"{name} = tests.server.intake.dialect:{each}" for name, each in classes.items()]
    (info / "entry_points.txt").write_text("\n".join(["[ringdesk.webhooks]", *lines, ""]))
    return str(plug)
