"""A desk that listens for webhooks by itself, with no server in between."""

import asyncio
import contextlib
import queue
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest

from cli.hooks import PACE, HookPump, _OneSource
from ringdesk.calls import CallEvent, EventKind
from ringdesk.codecs import macs
from ringdesk.codecs.http import LARGEST_BODY
from ringdesk.dialects import Level, Notice
from ringdesk.ids import call_id
from ringdesk.tracker import again
from server.app import door
from server.callroom import Report
from server.store.values import Entry
from terminal.callerid.health import Opened
from terminal.callerid.source import parse
from tests.cli.processes import Child, child

CALL = {"event": "newCall", "from": "886912345678", "to": "886227208889", "direction": "in", "callId": "c1"}


class Provider:
    """Sends requests to one port."""

    def __init__(self, room: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.file = room / "secret"
        self.file.write_text("s3cret\n")
        self.url = f"http://127.0.0.1:{self.port}?dialect=generic&id=pbx&line=front&secret-file={self.file}"

    def sends(
        self,
        path: str = "/s3cret",
        said: Mapping[str, str] | bytes = CALL,
        method: str = "POST",
        header: Mapping[str, str] = {},
    ) -> int:
        body = said if isinstance(said, bytes) else urlencode(said).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, dict(header), method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status: int = answer.status
                return status
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


@pytest.fixture
def desk(tmp_path: Path, provider: Provider) -> Iterator[Child]:
    with child(tmp_path, "desk", "--headless", "--data", str(tmp_path / "data"), "--source", provider.url) as it:
        it.event("health", lambda line: line["level"] == "ok")
        yield it


def test_a_request_pops_at_the_desk_once(desk: Child, provider: Provider) -> None:
    assert provider.sends() == 200
    pop = desk.event("screen_pop")
    assert (pop["call"], pop["caller"]["e164"], pop["called"]["line"]) == (
        call_id("pbx", "c1"),
        "+886912345678",
        "front",
    )
    assert provider.sends() == 200, "a repetition gets the same good answer"
    assert provider.sends(said=CALL | {"event": "hangup", "cause": "cancel"}) == 200
    assert desk.event("call", lambda line: line["state"] == "ended")["outcome"] == "missed"
    assert desk.ask("sync", timeout=30)["ok"]
    assert [row["call"] for row in desk.ask("dump", what="calls")["rows"]] == [call_id("pbx", "c1")]
    assert sum(line.get("event") == "screen_pop" for line in desk.seen) == 1


def test_who_is_not_believed_is_refused_and_the_line_says_why(desk: Child, provider: Provider) -> None:
    assert provider.sends("/wrong") == 403
    assert provider.sends("/") == 403
    assert provider.sends("/guess") == 403
    assert desk.event("health", lambda line: line["level"] == "warning")["why_code"] == "hook_forged"
    assert provider.sends(said=b"\xff\x00 nonsense") == 403
    assert provider.sends(said=b"x" * (LARGEST_BODY + 1)) == 413
    assert provider.sends(method="DELETE") == 405
    assert provider.sends() == 200
    assert desk.event("screen_pop")["call"] == call_id("pbx", "c1")
    (source,) = desk.ask("state")["sources"]
    assert (source["level"], source["why_code"]) == ("ok", "line_ok")


def test_a_stranger_who_tries_the_port_makes_no_line_look_broken(desk: Child, provider: Provider) -> None:
    for number in range(3):
        assert provider.sends("/wrong") == 403
        assert provider.sends(said=CALL | {"callId": f"c{number}"}) == 200
    assert [provider.sends("/wrong"), provider.sends("/wrong")] == [403, 403]
    time.sleep(2 * PACE)
    (source,) = desk.ask("state")["sources"]
    assert (source["level"], source["why_code"]) == ("ok", "line_ok")
    assert not [line for line in desk.seen if line.get("event") == "health" and line["level"] == "warning"]


def test_a_new_secret_holds_at_once_beside_the_old_one(desk: Child, provider: Provider) -> None:
    provider.file.write_text("newer\ns3cret\n")
    assert [provider.sends(f"/{secret}") for secret in ("newer", "s3cret", "other")] == [200, 200, 403]
    provider.file.unlink()
    assert provider.sends("/newer") == 503, "the provider comes again when the file is there"
    assert desk.event("health", lambda line: line["level"] == "broken")["why_code"] == "source_secret_unread"


def test_a_secret_that_can_be_none_is_said_before_anything_comes(tmp_path: Path, provider: Provider) -> None:
    url = provider.url.replace("dialect=generic", "dialect=telnyx")
    with child(tmp_path, "desk", "--headless", "--data", str(tmp_path / "data"), "--source", url) as it:
        assert it.event("health", lambda line: line["level"] == "broken")["why_code"] == "telnyx_no_key"


def test_a_port_that_is_taken_is_said_and_tried_again(tmp_path: Path, provider: Provider) -> None:
    words = ["desk", "--headless", "--data", str(tmp_path / "data"), "--source", provider.url]
    with socket.create_server(("127.0.0.1", provider.port)):
        it = Child(tmp_path, *words)
        try:
            assert it.event("health", lambda line: line["level"] == "broken")["why_code"] == "port_in_use"
        except AssertionError:
            it.close()
            raise
    try:
        it.event("health", lambda line: line["level"] == "ok")
        assert provider.sends() == 200
        assert it.event("screen_pop")["call"] == call_id("pbx", "c1")
    finally:
        it.close()


def test_a_change_that_is_dated_days_back_is_history_and_does_not_pop(tmp_path: Path, provider: Provider) -> None:
    url = provider.url.replace("dialect=generic", "dialect=shop")
    header = {"x-ringdesk-secret": "s3cret", "content-type": "application/json"}

    def rings(number: str, days: int) -> None:
        at = datetime.now(UTC) - timedelta(days=days)
        said = {"date": f"{at:%Y/%m/%d}", "time": f"{at:%H:%M:%S}", "line": 1, "number": number, "status": "Ringing"}
        assert provider.sends("/", msgspec.json.encode(said), header=header) == 200

    with child(tmp_path, "desk", "--headless", "--data", str(tmp_path / "data"), "--source", url) as it:
        it.event("health", lambda line: line["level"] == "ok")
        rings("0911111111", days=3)
        rings("0922222222", days=0)
        assert it.event("screen_pop")["caller"]["raw"] == "0922222222"


def test_a_signature_is_over_the_address_that_the_provider_calls(tmp_path: Path, provider: Provider) -> None:
    form = {
        "CallSid": "CA1",
        "CallStatus": "ringing",
        "From": "+886912345678",
        "CallbackSource": "call-progress-events",
    }
    signed = "https://pop.shop/twilio" + "".join(f"{name}{form[name]}" for name in sorted(form))
    url = f"http://127.0.0.1:{provider.port}?dialect=twilio&secret-file={provider.file}&public=https://pop.shop/twilio"
    with child(tmp_path, "desk", "--headless", "--data", str(tmp_path / "data"), "--source", url) as it:
        it.event("health", lambda line: line["level"] == "ok")
        header = {"x-twilio-signature": macs.base64("sha1", "s3cret", signed.encode())}
        assert provider.sends("/", form, header=header) == 204
        assert provider.sends("/elsewhere", form, header=header) == 403
        assert it.event("screen_pop")["caller"]["e164"] == "+886912345678"
        for number in range(3):
            assert provider.sends(f"/wrong{number}", form, header=header | {"x-twilio-signature": "AA=="}) == 403
        health = it.event("health", lambda line: line["level"] == "warning")
        assert health["why_code"] == "hook_forged_for"
        assert "does not fit https://pop.shop/twilio: where the provider calls another" in health["why"]


def test_a_port_at_which_all_places_are_taken_says_so_until_a_request_came_in(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST", 3)
    told: queue.SimpleQueue[Notice] = queue.SimpleQueue()
    pump = HookPump(
        parse(provider.url, "d1"), on_event=lambda _: None, on_health=lambda _id, one: told.put(one), wall=time.time
    )
    pump.start()
    try:
        assert told.get(timeout=10).why.code == "line_ok"
        with contextlib.ExitStack() as kept:
            for _ in range(4):
                kept.enter_context(socket.create_connection(("127.0.0.1", provider.port)))
            full = told.get(timeout=10)
            assert (full.level, full.why.code) == (Level.WARNING, "hooks_full")
            assert provider.sends() == 200
            assert told.get(timeout=10).why.code == "line_ok"
    finally:
        pump.close()


async def test_questions_of_an_exchange_are_no_refusals(provider: Provider) -> None:
    told: list[Notice] = []
    pump = HookPump(
        parse(provider.url, "d1"), on_event=lambda _: None, on_health=lambda _id, one: told.append(one), wall=time.time
    )
    backing = _OneSource(pump)
    detail = "{}: 9 times, from 192.0.2.1"
    await backing.note(Entry(at=0.0, actor="pbx", action="hook.lookup", detail=detail.format("unknown")))
    assert told == []
    pump.note(Opened())
    await backing.note(Entry(at=0.0, actor="server", action="hook.refused", detail=detail.format("hook_forged")))
    assert told[-1].why.code == "hook_forged"


async def test_the_name_of_a_request_that_comes_again_is_anothers_when_its_source_counts_anew(
    tmp_path: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[CallEvent] = []
    pump = HookPump(
        parse(provider.url, "d1"), on_event=heard.append, on_health=lambda _id, _notice: None, wall=time.time
    )
    backing = _OneSource(pump)

    async def says(*, counts: bool) -> bool:
        event = CallEvent(event=EventKind.RINGING, at=100.0, source="pbx", native_id="c1")
        return await backing.hear(Report(source="pbx", events=(event,), once=f"c1-{counts}", again=counts))

    assert [await says(counts=counts) for counts in (True, True, False, False)] == [True, False, True, False]
    monkeypatch.setattr(again, "AGAIN_SECONDS", 0.05)
    await asyncio.sleep(0.1)
    assert [await says(counts=counts) for counts in (True, False)] == [True, False]
    assert len(heard) == 3
