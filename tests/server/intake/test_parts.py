"""Rates, addresses behind proxies, bodies, and what the audit hears of refusals."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request

from ringdesk.codecs.http import LARGEST_BODY
from ringdesk.errors import BadInput
from server.intake import backing
from server.intake.backing import Central
from server.intake.rates import CAPACITY, Rate, Rates
from server.intake.reading import Reader, TooLarge
from server.intake.refusals import MOST_KINDS, MOST_PEERS, Refusals, detail_of, read_detail
from server.peers import networks, peer_of
from server.store.base import Unavailable
from server.store.values import Entry, LineRow, Source


def test_a_bucket_is_emptied_and_fills_again() -> None:
    rates = Rates(Rate(per_second=2.0, burst=3))
    assert [rates.admit("a", 0.0) for _ in range(5)] == [True, True, True, False, False]
    assert rates.admit("b", 0.0), "each has its own"
    assert not rates.admit("a", 0.4)
    assert [rates.admit("a", 1.0) for _ in range(3)] == [True, True, False]
    assert [rates.admit("a", 1e9) for _ in range(4)] == [True, True, True, False]


def test_who_comes_from_everywhere_takes_no_more_memory() -> None:
    rates = Rates(Rate(per_second=1.0, burst=1))
    for number in range(CAPACITY + 50):
        rates.admit(str(number), 0.0)
    assert len(rates._buckets) == CAPACITY


class Register:
    """Sources as somebody changes them."""

    def __init__(self) -> None:
        self.there: dict[str, tuple[Source, tuple[LineRow, ...]]] = {}
        self.asked: list[str] = []

    async def source(self, source: str) -> tuple[Source, tuple[LineRow, ...]] | None:
        self.asked.append(source)
        return self.there.get(source)


async def test_a_source_is_read_once_in_a_while_and_a_name_that_is_none_is_not_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register = Register()
    store: Any = SimpleNamespace(register=register)
    room: Any = None
    central = Central(store, room)
    assert [await central.source("pbx") for _ in range(2)] == [None, None]
    lines = (LineRow(id="1", source="pbx", site="main"),)
    old = register.there["pbx"] = (Source(id="pbx", dialect="generic", url="", secrets="a"), lines)
    assert [await central.source("pbx") for _ in range(3)] == [old] * 3
    assert register.asked == ["pbx"] * 3
    new = register.there["pbx"] = (Source(id="pbx", dialect="generic", url="", secrets="b"), lines)
    monkeypatch.setattr(backing, "SETTINGS_SECONDS", 0.0)
    assert await central.source("pbx") == new
    del register.there["pbx"]
    assert await central.source("pbx") is None
    monkeypatch.undo()
    assert await central.source("pbx") is None, "one that is gone is not remembered either"


def asked(client: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return Request({"type": "http", "client": client and (client, 1), "headers": headers})


@pytest.mark.parametrize(
    ("client", "forwarded", "peer"),
    [
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("10.0.0.5", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.5", (), "10.0.0.5"),
        ("10.0.0.5", ("1.1.1.1, 198.51.100.1, 10.1.2.3",), "198.51.100.1"),
        ("10.0.0.5", ("1.1.1.1", "198.51.100.1"), "198.51.100.1"),
        ("10.0.0.5", ("198.51.100.1, nonsense",), "10.0.0.5"),
        ("10.0.0.5", ("10.1.0.1, 10.1.0.2",), "10.1.0.1"),
        ("::ffff:10.0.0.5", ("2001:db8::1",), "2001:db8::1"),
        (None, ("198.51.100.1",), ""),
        ("10.0.0.5", ("198.51.100.7:40000",), "198.51.100.7"),
        ("10.0.0.5", ("[2001:db8::1]:40000",), "2001:db8::1"),
        ("10.0.0.5", ("unknown:1",), "10.0.0.5"),
    ],
)
def test_only_an_own_proxy_is_believed(client: str | None, forwarded: tuple[str, ...], peer: str) -> None:
    assert peer_of(asked(client, *forwarded), networks(("10.0.0.5", "10.1.0.0/16"))) == peer
    assert peer_of(asked(client, *forwarded), ()) == ("" if client is None else client.removeprefix("::ffff:"))


def test_a_proxy_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match=r"server.proxies: 'proxy.example' is no address"):
        networks(["10.0.0.1", "proxy.example"])


def body_of(*chunks: bytes, length: str | None = None) -> Request:
    left = list(chunks)

    async def receive() -> dict[str, Any]:
        chunk = left.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(left)}

    headers = [] if length is None else [(b"content-length", length.encode())]
    return Request({"type": "http", "headers": headers, "method": "POST"}, receive)


async def test_a_body_is_read_as_it_comes_and_no_further_than_it_may() -> None:
    reader = Reader(most=LARGEST_BODY + 10)
    assert await reader.body(body_of(b"ab", b"c")) == b"abc"
    assert len(await reader.body(body_of(b"x" * LARGEST_BODY)) or b"") == LARGEST_BODY
    for bad in (
        body_of(b"x" * LARGEST_BODY, b"y"),
        body_of(length=str(LARGEST_BODY + 1)),
        body_of(length="-1"),
        body_of(length="9" * 40),
    ):
        with pytest.raises(TooLarge):
            await reader.body(bad)
    assert reader._held == 0


async def test_all_that_is_being_read_has_room_or_comes_again() -> None:
    reader = Reader(most=100)
    go_on = asyncio.Event()

    async def stream() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request", "body": b"x" * 90, "more_body": True}
        await go_on.wait()
        yield {"type": "http.request", "body": b"", "more_body": False}

    slow = asyncio.create_task(reader.body(Request({"type": "http", "headers": []}, stream().__anext__)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await reader.body(body_of(b"y" * 20)) is None
    go_on.set()
    assert await slow == b"x" * 90
    assert await reader.body(body_of(b"y" * 20)) == b"y" * 20


class Audit:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.broken = False

    async def note(self, entry: Entry) -> None:
        if self.broken:
            raise Unavailable("disk full")
        self.entries.append(entry)


async def test_refusals_are_counted_so_that_they_cannot_fill_the_audit() -> None:
    audit = Audit()
    refusals = Refusals(audit.note, lambda: 7.0)
    for number in range(1000):
        refusals.add("pbx", "hook_forged", f"192.0.2.{number % 9}")
    for number in range(MOST_KINDS * 3):
        refusals.add(f"s{number}", "hook_forged", "192.0.2.1")
    await refusals.flush()
    assert len(audit.entries) == MOST_KINDS + 1
    (entry,) = [each for each in audit.entries if each.subject == "pbx"]
    assert (entry.at, entry.action) == (7.0, "hook.refused")
    assert entry.detail == f"hook_forged: 1000 times, from {', '.join(f'192.0.2.{n}' for n in range(MOST_PEERS))}"
    await refusals.flush()
    assert len(audit.entries) == MOST_KINDS + 1


async def test_the_first_refusal_is_written_at_once_and_a_full_disk_ends_nothing() -> None:
    audit = Audit()
    refusals = Refusals(audit.note, lambda: 7.0)
    audit.broken = True
    refusals.add("pbx", "no_secret", "192.0.2.1")
    await refusals.flush()
    audit.broken = False
    running = asyncio.create_task(refusals.run())
    refusals.add("pbx", "no_secret", "192.0.2.1")
    for _ in range(5):
        await asyncio.sleep(0)
    assert [entry.detail for entry in audit.entries] == ["no_secret: 1 times, from 192.0.2.1"]
    refusals.add("pbx", "no_secret", "192.0.2.1")
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(audit.entries) == 1, "the next ones wait for their minute"
    running.cancel()


def test_how_often_is_read_of_an_entry_whatever_it_says() -> None:
    assert read_detail(detail_of("bad_signature", 7, ["203.0.113.9"])) == ("bad_signature", 7)
    assert read_detail("bad_signature: " + "9" * 5000 + " times") == ("bad_signature", 1)
