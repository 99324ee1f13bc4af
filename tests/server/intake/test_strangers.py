"""What people bring about who have no secret: tests of an address, which some providers send unsigned, prove nothing."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from ringdesk.members import Member
from ringdesk.safetext import SafeText
from server import intake as intake_module
from server.app import door, serve_hooks
from server.app.address import bound
from server.callroom import Report
from server.intake import Intake, Place, Proven
from server.intake.rates import Rate
from server.store.values import Entry, LineRow, Source

SECRET = "verification-token-0001"
SESSION = {"uuid": "u1", "event": "x", "body": {"telephonySessionId": "s1", "parties": []}}
TEST = {"validation-token": "x"}
GENUINE = {"verification-token": SECRET}


class Behind:
    """What stands behind an intake with one source."""

    def __init__(self, dialect: str = "ringcentral", secrets: str = SECRET) -> None:
        self._source = Source(id="desk", dialect=dialect, url="", secrets=secrets, open=not secrets)
        self.noted: list[Entry] = []
        self.people: tuple[Member, ...] = ()

    async def source(self, _source: str) -> tuple[Source, tuple[LineRow, ...]]:
        return self._source, ()

    async def hear(self, _report: Report) -> bool:
        return True

    async def owners(self, _e164: str) -> tuple[Member, ...]:
        return self.people

    async def note(self, entry: Entry) -> None:
        self.noted.append(entry)


def made(behind: Behind) -> Intake:
    return Intake(behind, lambda: 1_795_000_000.0, Place(address="http://x"), "decoy")


async def answered(
    it: Intake, headers: dict[str, str], peer: str = "192.0.2.1", method: str = "POST", query: str = ""
) -> Response:
    body = b"" if headers is TEST or method == "GET" else json.dumps(SESSION).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    fields = [(name.encode(), text.encode()) for name, text in headers.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": "/hook/desk",
        "raw_path": b"/hook/desk",
        "query_string": query.encode(),
        "headers": [*fields, (b"content-length", str(len(body)).encode())],
        "client": (peer, 40_000),
    }
    return await it.receive(Request(scope, receive))


async def test_tests_of_an_address_use_up_nothing_of_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "OF_SOURCE", Rate(per_second=0.001, burst=3))
    it = made(Behind())
    for number in range(10):
        got = await answered(it, TEST, peer=f"192.0.2.{number}")
        assert (got.status_code, got.headers["validation-token"]) == (200, "x")
    assert (await answered(it, GENUINE)).status_code == 200


async def test_only_a_secret_that_was_checked_proves_anything() -> None:
    it = made(Behind())
    assert isinstance(await answered(it, GENUINE), Proven)
    assert not isinstance(await answered(it, TEST), Proven)
    assert not isinstance(await answered(it, {"verification-token": "no"}), Proven)
    said = await answered(made(Behind(secrets="")), {})
    assert said.status_code == 200
    assert not isinstance(said, Proven), "an open source asks for nothing"


async def test_tests_of_an_address_count_for_who_sends_them_and_are_not_logged_one_by_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "ringdesk.server.intake")
    it = made(Behind())
    got = [(await answered(it, TEST)).status_code for _ in range(40)]
    assert (got[0], got[-1]) == (200, 429)
    assert (await answered(it, TEST, peer="192.0.2.2")).status_code == 200
    assert (await answered(it, GENUINE)).status_code == 200, "who is believed always comes in"
    assert [record.message for record in caplog.records] == ["hook.challenged", "hook.taken"]


async def test_questions_are_counted_for_the_audit_with_who_was_told_and_who_asked() -> None:
    behind = Behind("threecx")
    it = made(behind)

    async def asks(*people: Member) -> int:
        behind.people = people
        header = {"x-ringdesk-secret": SECRET}
        return (await answered(it, header, method="GET", query="number=0912345678")).status_code

    mei = Member(id="m1", name=SafeText("Mei"))
    assert [await asks(mei) for _ in range(100)] == [200] * 100
    assert [await asks() for _ in range(3)] == [200] * 3
    await it.flush()
    assert [(each.actor, each.action, each.subject, each.detail) for each in behind.noted] == [
        ("desk", "hook.lookup", "", "unknown: 3 times, from 192.0.2.1"),
        ("desk", "hook.lookup", "m1", "told: 100 times, from 192.0.2.1"),
    ]


async def test_a_customer_with_many_addresses_counts_once() -> None:
    it = made(Behind())
    got = [(await answered(it, TEST, peer=f"2001:db8:0:1::{number:x}")).status_code for number in range(1, 41)]
    assert got[-1] == 429
    assert (await answered(it, TEST, peer="2001:db8:0:2::1")).status_code == 200


@contextlib.asynccontextmanager
async def listening(it: Intake) -> AsyncIterator[int]:
    listener, ready, stop = bound("127.0.0.1:0"), asyncio.Event(), asyncio.Event()
    port: int = listener.getsockname()[1]
    running = asyncio.create_task(serve_hooks(listener, it, ready.set, stop, lambda: None))
    try:
        async with asyncio.timeout(10):
            await ready.wait()
        yield port
    finally:
        stop.set()
        await running


async def line_of(port: int, headers: dict[str, str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A line over which one request was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b"" if headers is TEST else json.dumps(SESSION).encode()
    fields = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
    writer.write(f"POST / HTTP/1.1\r\nhost: x\r\n{fields}content-length: {len(body)}\r\n\r\n".encode() + body)
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def test_what_is_no_http_is_not_logged_each_time(caplog: pytest.LogCaptureFixture) -> None:
    async with listening(made(Behind())) as port, asyncio.timeout(20):
        for _ in range(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\0\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 400")
            writer.close()
        logging.getLogger("uvicorn.error").error("of an application")
    said = [(record.message, getattr(record, "times", 0)) for record in caplog.records]
    assert said == [("Invalid HTTP request received.", 1), ("of an application", 0)]


async def test_who_tests_an_address_is_still_one_of_those_who_keep_lines_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_AT_ONE", 2)
    async with listening(made(Behind())) as port, asyncio.timeout(20):
        proven = await line_of(port, GENUINE)
        strangers = [await line_of(port, TEST) for _ in range(3)]
        with contextlib.suppress(ConnectionError):
            assert await strangers[0][0].read(1) == b"", "the oldest had to go"
        assert not proven[0].at_eof()
        for _, writer in (proven, *strangers):
            writer.close()
