"""Webhooks at a real server: popped at a desk, once; the provider's retries; what people send who are not believed."""

import contextlib
import http.client
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.doctor_hooks import refused
from ringdesk.codecs.http import LARGEST_BODY
from ringdesk.ids import call_id
from tests.flows.processes import Process, Shop
from tests.server.intake.dialect import ANSWER, KILL_FILE
from tests.server.intake.provider import OLD, SECRET, Provider, Reply, audit, calls, head, office, said


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with office(tmp_path, monkeypatch) as it:
        it.start_server()
        yield it


@pytest.fixture
def provider(place: Shop) -> Provider:
    return Provider(place.address)


def pops(desk: Process) -> list[str]:
    """The calls that popped up to now: whatever was sent before the desk's `sync` was shown."""
    assert desk.ask("sync", timeout=20)["ok"]
    desk.ask("state")
    return [line["call"] for line in desk.seen if line.get("event") == "screen_pop"]


def test_a_call_pops_once_at_each_desk_of_its_store_and_nowhere_else(place: Shop, provider: Provider) -> None:
    desks = [place.desk("a"), place.desk("b", user="ann")]
    for desk in desks:
        assert desk.ask("sync", timeout=20)["ok"]
    status, body, headers = provider.sends(said("c1"))
    assert (status, body, headers["content-type"]) == (200, ANSWER, "application/json")
    for desk in desks:
        pop = desk.expect(lambda line: line.get("event") == "screen_pop")
        assert pop["call"] == call_id("pbx", "c1")
        assert (pop["caller"]["e164"], pop["called"]["line"]) == ("+886912345678", "0227208889")
    assert provider.sends(said("c1"))[:2] == (200, ANSWER), "a repetition gets the same good answer"
    assert provider.sends(said("c1", "answered"))[0] == 200
    assert provider.sends(said("north", to="02-2345-6789"))[0] == 200
    assert provider.sends(said("late", at=time.time() - 1200))[0] == 200
    for desk in desks:
        desk.expect(lambda line: line.get("event") == "call" and line.get("state") == "answered")
        assert pops(desk) == [call_id("pbx", "c1")]
    found = {call["id"]: (call["site"], call["state"], call.get("ring_count", 0)) for call in calls(place)}
    assert found == {
        call_id("pbx", "c1"): ("main", "answered", 1),
        call_id("pbx", "north"): ("north", "ringing", 1),
        call_id("pbx", "late"): ("main", "ended", 1),
    }


def test_a_bridge_that_names_no_call_is_followed_from_ring_to_end(place: Shop, provider: Provider) -> None:
    for status in ("Ringing", "HookOff", "HookOn"):
        sent = {
            "date": "2026/11/22",
            "time": "13:38:05",
            "line": 1,
            "number": "0912345678",
            "status": status,
            "store": "S01",
        }
        secret = {"x-ringdesk-secret": SECRET, "content-type": "application/json"}
        assert provider.asks("POST", "/hook/bridge", json.dumps(sent).encode(), secret)[0] == 200
    assert [(call["state"], call["outcome"]) for call in calls(place)] == [("ended", "answered")]


def test_a_server_that_dies_between_the_disk_and_the_answer_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill = tmp_path / "kill"
    kill.touch()
    with office(tmp_path, monkeypatch) as place:
        monkeypatch.setenv(KILL_FILE, str(kill))
        place.start_server()
        desk = place.desk("a")
        assert desk.ask("sync", timeout=20)["ok"]
        provider = Provider(place.address)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            provider.sends(said("c1"))
        assert place.server is not None
        assert place.server.child.wait(20) == -9
        before = head(place)
        assert [call["id"] for call in calls(place)] == [call_id("pbx", "c1")], "it was durable"
        kill.unlink()
        place.start_server()
        for _ in range(2):
            assert provider.sends(said("c1"))[:2] == (200, ANSWER)
        assert head(place) == before
        desk.expect(lambda line: line.get("event") == "screen_pop")
        assert pops(desk) == [call_id("pbx", "c1")]


def test_whatever_is_killed_what_was_answered_is_there_and_nothing_is_double(place: Shop, provider: Provider) -> None:
    answered: list[str] = []

    def tell(native: str) -> None:
        """As providers do: the same again until there is a good answer."""
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if provider.sends(said(native))[0] == 200:
                    answered.append(native)
                    return
            time.sleep(0.02)

    names = [f"c{number}" for number in range(300)]
    with ThreadPoolExecutor(8) as pool:
        telling = [pool.submit(tell, name) for name in names]
        for enough in (40, 150):
            while len(answered) < enough:
                time.sleep(0.005)
            assert place.server is not None
            place.server.kill()
            kept = {call["id"] for call in calls(place)}
            assert {call_id("pbx", name) for name in tuple(answered)} <= kept
            place.start_server()
        for each in telling:
            each.result(60)
    assert {call["id"]: call.get("ring_count") for call in calls(place)} == {call_id("pbx", name): 1 for name in names}
    assert head(place) == len(names)


def test_a_storm_of_retries_is_one_request_and_two_of_one_call_are_one_call(place: Shop, provider: Provider) -> None:
    bodies = [said("c1"), said("c1", "answered")] * 100
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda body: provider.sends(body)[:2], bodies))
    assert set(replies) == {(200, ANSWER)}
    (call,) = calls(place)
    assert (call["state"], call.get("ring_count", 0)) == ("answered", 0 if call["answered"] == call["started"] else 1)
    assert head(place) <= 2


def test_who_is_not_believed_learns_nothing(place: Shop, provider: Provider) -> None:
    body = said("c1", **{"from": "0987654321"})
    with contextlib.closing(sqlite3.connect(place.room / "server.db")) as db:
        db.execute(
            "INSERT INTO source (id, dialect, url) VALUES ('bare', 'signed', ''), ('line', 'modem', 'serial:///x'),"
            " ('unmakable', 'unmakable', '')"
        )
        db.commit()
    forged = {"x-test-signature": "0" * 64}
    wanted = provider.asks("POST", "/hook/pbx", body, forged)
    assert wanted[0] == 403
    began = time.monotonic()
    others = [
        provider.asks("POST", "/hook/nobody-has-this-id", body, forged),
        provider.asks("POST", "/hook/", body, forged),
        provider.asks("POST", "/hook/%2e%2e/pbx", body, forged),
        provider.asks("POST", "/hook/pbx", body),
        provider.asks("GET", "/hook/token/not-the-token"),
        provider.asks("POST", "/hook/bare", body, provider.headers(body, "/hook/bare")),
        provider.asks("POST", "/hook/line", body),
        provider.asks("POST", "/hook/unmakable", body),
        Provider(place.address).sends(said("c1", "raise")),
        Provider(place.address, secret="another").sends(body),
    ]
    assert time.monotonic() - began >= len(others) * 0.1, "each takes as long as any"
    for status, said_back, headers in others:
        assert (status, said_back, _lasting(headers)) == (403, b"", _lasting(wanted[2]))
    assert calls(place) == []
    assert place.server is not None
    place.server.close()
    lines = [line for line in audit(place) if line["action"] == "hook.refused"]
    assert {line["detail"].partition(":")[0] for line in lines} == {
        "hook_forged",
        "unknown_source",
        "no_secret",
        "not_a_webhook",
        "dialect_failed",
    }
    assert {line["subject"] for line in lines} == {"", "pbx", "token", "bare", "line", "unmakable"}
    kept = (place.room / "state" / "server.log").read_text() + json.dumps(lines)
    for never in ("0987654321", "987654321", "tests-secret", "not-the-token", "nobody-has-this-id"):
        assert never not in kept


def _lasting(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "date"}


def test_both_secrets_are_good_and_a_token_in_the_path_and_an_open_source(place: Shop, provider: Provider) -> None:
    assert Provider(place.address, secret=OLD).sends(said("c1"))[0] == 200
    event = b'{"event":"newCall","from":"886912345678","to":"886227208889","callId":"z1","direction":"in"}'
    assert provider.asks("POST", "/hook/token/path-token-0001", event)[:2] == (200, b"{}")
    assert provider.asks("POST", "/hook/anybody", said("o1"))[0] == 200
    assert {call["id"] for call in calls(place)} == {
        call_id("pbx", "c1"),
        call_id("token", "z1"),
        call_id("anybody", "o1"),
    }
    assert {call["site"] for call in calls(place)} == {"main"}, "a source without a line belongs to the store main"


def test_a_number_without_an_area_code_is_one_of_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGDESK_GENERAL_AREA", "2")
    with office(tmp_path, monkeypatch) as place:
        file = place.room / "lines.toml"
        file.write_text(
            '[[line]]\nid = "1"\nsource = "anybody"\n[[line]]\nid = "2"\nsource = "anybody"\narea = "4"\n'
            '[[line]]\nid = "3"\nsource = "anybody"\nregion = "US"\n'
        )
        place.admin("settings", "import", str(file))
        place.start_server()
        provider = Provider(place.address)
        for line in "123":
            body = json.loads(said(f"c{line}", to=line)) | {"from": "2233-4455"}
            assert provider.asks("POST", "/hook/anybody", json.dumps(body).encode())[0] == 200
        event = b'{"event":"newCall","from":"27208889","to":"886227208889","callId":"z1","direction":"in"}'
        assert provider.asks("POST", "/hook/token/path-token-0001", event)[0] == 200
        numbers = {call["id"]: call["caller"].get("e164") for call in calls(place)}
        assert numbers == {
            call_id("anybody", "c1"): "+886222334455",
            call_id("anybody", "c2"): "+886422334455",
            call_id("anybody", "c3"): None,
            call_id("token", "z1"): "+886227208889",
        }, "also of a source without a line; another area or country has its own"


def test_the_public_address_counts_and_not_the_host_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGDESK_SERVER_PUBLIC_URL", "https://pop.example.tw/")
    with office(tmp_path, monkeypatch) as place:
        place.start_server()
        body = said("c1")
        query = "/hook/pbx?site=a%20b"
        good = Provider(place.address, public="https://pop.example.tw")
        assert good.asks("POST", query, body, good.headers(body, query) | {"host": "evil.example"})[0] == 200
        assert Provider(place.address).sends(body, host="pop.example.tw")[0] == 403


def test_what_was_refused_names_the_address_that_a_signature_has_to_cover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGDESK_SERVER_PUBLIC_URL", "https://pop.example.tw")
    with office(tmp_path, monkeypatch) as place:
        file = place.room / "twilio.toml"
        table = '[[source]]\nid = "{0}"\ndialect = "twilio"\nsecrets = ["never-told"]\n'
        elsewhere = 'url = "https://mei:word@other.example/t"\n'
        file.write_text(f"line = []\n{table.format('plain')}{table.format('own')}{elsewhere}")
        place.admin("settings", "import", str(file))
        place.start_server()
        provider = Provider(place.address)
        for source in ("plain", "own"):
            path = f"/hook/{source}/behind?From=%2B886912345678"
            assert provider.asks("POST", path, b"CallSid=CA1", {"x-twilio-signature": "AA=="})[0] == 403
        assert provider.asks("POST", "/hook/plain", b"CallSid=CA1")[0] == 403
        assert place.server is not None
        place.server.close()
        told = sorted(line["detail"] for line in audit(place) if line["action"] == "hook.refused")
        assert told == [
            "hook_forged: 1 times, from 127.0.0.1; the signature was checked for https://other.example/t",
            "hook_forged: 1 times, from 127.0.0.1; the signature was checked for https://pop.example.tw/hook/plain",
            "hook_unsigned: 1 times, from 127.0.0.1",
        ]
        found = {each.check: each.message for each in refused(place.room / "server.db", time.time())}
        assert "does not fit https://other.example/t: where" in found["webhook own"]


def test_methods_heads_and_bodies_have_an_end(place: Shop, provider: Provider) -> None:
    status, _, headers = provider.asks("PUT", "/hook/pbx", b"x")
    assert (status, headers["allow"]) == (405, "GET, POST")
    assert provider.asks("DELETE", "/hook/nobody")[0] == 405
    assert provider.asks("GET", "/hook/pbx", headers={f"x-{number}": "1" for number in range(120)})[0] == 431
    assert provider.sends(b"x" * (1 << 20))[0] == 413
    assert provider.sends(said("big", padding="x" * (LARGEST_BODY + 1)))[0] == 413
    chunks = b"".join(b"10000\r\n" + b"x" * 0x10000 + b"\r\n" for _ in range(8))
    with provider.opens() as line:
        line.sendall(b"POST /hook/pbx HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + chunks)
        assert line.recv(100).startswith(b"HTTP/1.1 413")
    large = said("large", padding="x" * (LARGEST_BODY - 200))
    assert len(large) < LARGEST_BODY
    assert provider.sends(large)[0] == 200


def test_slow_bodies_hold_nobody(place: Shop, provider: Provider) -> None:
    done = threading.Event()
    body = said("slow")
    request = provider.request(body)

    def dribble() -> bytes:
        with provider.opens() as line, contextlib.suppress(OSError):
            line.sendall(request[: -len(body)])
            for byte in body:
                line.sendall(bytes([byte]))
                if done.wait(1.0):
                    break
            return line.recv(100)
        return b""

    with ThreadPoolExecutor(40) as pool:
        slow = [pool.submit(dribble) for _ in range(40)]
        replies = [provider.sends(said(f"c{number}"))[0] for number in range(20)]
        assert set(replies) == {200}
        assert not any(each.done() for each in slow), "they were still at it"
        cut = [each.result(20) for each in slow]
        done.set()
    assert set(cut) == {b""}, "who never comes to an end is cut off"
    assert len(calls(place)) == 20


def test_garbage_behind_a_request_harms_nobody(place: Shop, provider: Provider) -> None:
    whole = provider.request(said("c1"))
    for garbage in (
        b"\x00\xff" * 500,
        b"GET /hook/pbx HTTP/9.9\r\n\r\n",
        b"POST /hook/pbx HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    ):
        with provider.opens() as line, contextlib.suppress(ConnectionError):
            line.sendall(whole + garbage)
            while line.recv(4096):
                pass
    with provider.opens() as line:
        line.sendall(provider.request(said("p1")) + provider.request(said("p2")))
        got = b""
        while got.count(ANSWER) < 2:
            more = line.recv(4096)
            assert more, got
            got += more
    assert provider.sends(said("c2"))[0] == 200
    found = {call["id"] for call in calls(place)}
    assert found >= {call_id("pbx", name) for name in ("p1", "p2", "c2")}
    assert len(found) <= 4


def test_one_line_serves_many_requests(place: Shop, provider: Provider) -> None:
    line = http.client.HTTPConnection(provider.address, timeout=20)
    began = time.monotonic()
    for number in range(9):
        body = said(f"c{number}", padding="x" * 30_000)
        line.request("POST", provider.path, body, provider.headers(body))
        reply = line.getresponse()
        assert (reply.status, reply.read()) == (200, ANSWER)
        time.sleep(0.7)
    assert time.monotonic() - began > 5.5, "longer than one request may take"
    line.close()


def test_a_store_that_is_busy_is_said_within_a_second_and_the_retry_is_taken(place: Shop, provider: Provider) -> None:
    reply: Reply
    with contextlib.closing(sqlite3.connect(place.room / "server.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        body = said("c1")
        reply = provider.asks("POST", provider.path, body, provider.headers(body))
        db.execute("ROLLBACK")
    assert (reply[0], reply[2]["retry-after"]) == (503, "1")
    assert provider.sends(said("c1"))[:2] == (200, ANSWER)
    assert len(calls(place)) == 1
