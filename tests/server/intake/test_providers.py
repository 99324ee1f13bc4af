"""Every captured request of every provider, sent over HTTP to a server behind a proxy that has the provider's secret."""

import asyncio
import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ringdesk.codecs.http import Request
from ringdesk.ids import call_id
from server import admin
from server.app import Roots
from server.intake import backing
from server.store.values import Central, Entry, Source
from tests.contracts.test_webhook_dialects import FOLDERS, REQUESTS, Expected, example
from tests.server.parts import ROOTS, Shop, shop

PUBLIC = "https://pop.example.tw"


class Clock:
    """What the server takes for the time."""

    def __init__(self) -> None:
        self.now = ROOTS.clock()

    def __call__(self) -> float:
        return self.now


def send(address: str, request: Request, peer: str) -> tuple[int, bytes]:
    """Once more as long as the server asks for it, as providers do."""
    while (reply := send_once(address, request, peer))[0] == 503:
        pass
    return reply


def send_once(address: str, request: Request, peer: str) -> tuple[int, bytes]:
    """As a proxy passes it on: with another host, and a word for whom it asks."""
    parts = urlsplit(request.url)
    line = http.client.HTTPConnection(address, timeout=20)
    try:
        line.putrequest(request.method, f"{parts.path}?{parts.query}" if parts.query else parts.path, skip_host=True)
        for name, value in request.headers:
            if name not in ("host", "content-length"):
                line.putheader(name, value)
        line.putheader("host", "10.0.0.9:8791")
        line.putheader("x-forwarded-for", peer)
        line.putheader("content-length", str(len(request.body)))
        line.endheaders(request.body)
        reply = line.getresponse()
        return reply.status, reply.read()
    finally:
        line.close()


async def configured(it: Shop, folder: str, expected: Expected) -> None:
    source = Source(id=folder, dialect=folder, url="", secrets="\n".join(expected.secrets), open=not expected.secrets)
    entry = Entry(at=0.0, actor="test", action="test")
    async with it.office() as office:
        await office.store.register.settle(lambda _before, _sites: (Central((source,)), entry))


async def order(office: admin.Office) -> int:
    return (await office.store.order.space()).head.seq


@pytest.mark.parametrize("folder", FOLDERS)
async def test_a_captured_request_is_answered_as_its_provider_wants_and_once(
    tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backing, "SETTINGS_SECONDS", 0.0)  # each request has secrets of its own
    clock = Clock()
    roots = Roots(clock, ROOTS.random_id, ROOTS.random_bytes)
    async with shop(tmp_path, roots=roots, public_url=PUBLIC, proxies=("127.0.0.1",)) as it, it.office() as office:
        for number, stem in enumerate(stem for name, stem in REQUESTS if name == folder):
            request, expected = example(folder, stem)
            assert request.url.startswith(f"{PUBLIC}/hook/{folder}")
            clock.now = expected.at
            await configured(it, folder, expected)
            peer = f"198.51.100.{number}"
            got = await asyncio.to_thread(send, it.address, request, peer)
            if expected.refused is not None:
                assert got == (403, b""), stem
                continue
            assert got[0] == expected.status, (stem, got)
            if expected.answer and not expected.asks:
                assert got[1].decode() == expected.answer, stem
            for event in expected.events:
                assert await office.store.order.row(("call", call_id(folder, event["native_id"]))), stem
            stood = await order(office)
            assert await asyncio.to_thread(send, it.address, request, peer) == got, stem
            assert await order(office) == stood, stem
