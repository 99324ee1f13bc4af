"""How often somebody may come, and what an exchange that asks who calls is told."""

import asyncio
import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ringdesk.codecs.hooktimes import OLD
from ringdesk.members import Member, MemberNumber
from ringdesk.safetext import SafeText
from server import admin
from server.app.door import MOST_AT_ONE
from server.intake.refusals import LOOKED_UP, read_detail
from tests.flows.processes import Shop
from tests.server.intake.dialect import ANSWER
from tests.server.intake.provider import Provider, audit, office, said
from tests.server.parts import ROOTS


def test_who_is_refused_again_and_again_silences_nobody_behind_the_same_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGDESK_SERVER_PROXIES", "127.0.0.1 10.0.0.0/8")
    with office(tmp_path, monkeypatch) as place:
        place.start_server()
        bad, good = Provider(place.address, secret="guess"), Provider(place.address)
        forwarded = {"x-forwarded-for": "198.51.100.7, 10.1.1.1"}
        with ThreadPoolExecutor(16) as pool:
            got = list(pool.map(lambda number: bad.sends(said(f"c{number}"), **forwarded)[0], range(60)))
        assert set(got) == {403, 429}
        assert got.count(403) >= 30
        assert good.sends(said("c1"), **forwarded)[0] == 200, "who is believed always comes in"
        assert good.sends(said("c2"), **{"x-forwarded-for": "198.51.100.7, 198.51.100.8"})[0] == 200
        still = [bad.sends(said("c3"), **forwarded) for _ in range(20)]
        assert {headers.get("retry-after") for status, _, headers in still if status == 429} == {"1"}
        another = Provider(place.address, source="token", secret="guess")
        assert another.sends(said("c4"), **forwarded)[0] == 403, "each source by itself"
        nobody = [Provider(place.address, source="nobody").sends(said("c5"), **forwarded)[0] for _ in range(40)]
        assert set(nobody) == {403, 429}, "one that does not exist looks like any other"
        assert place.server is not None
        place.server.close()
        lines = [line["detail"] for line in audit(place) if line["action"] == "hook.refused"]
        assert len(lines) <= 5
        assert all("from 198.51.100.7" in line for line in lines)


def test_a_provider_that_keeps_many_lines_open_is_believed_and_a_stranger_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office(tmp_path, monkeypatch) as place, contextlib.ExitStack() as kept:
        place.start_server()
        provider = Provider(place.address)
        for number in range(MOST_AT_ONE + 4):
            line = kept.enter_context(contextlib.closing(provider.opens()))
            line.sendall(provider.request(said(f"c{number}")))
            assert line.recv(4096).startswith(b"HTTP/1.1 200"), number
        strangers = [kept.enter_context(contextlib.closing(provider.opens())) for _ in range(MOST_AT_ONE)]
        assert provider.sends(said("c0"))[0] == 200, "who says nothing keeps nobody out"
        strangers[0].settimeout(2.5)
        with contextlib.suppress(ConnectionError):
            assert strangers[0].recv(1) == b"", "the oldest of them had to go, before its time was over"


def known(it: Shop, *people: tuple[str, str, str]) -> None:
    """Members with a number each."""

    async def bring() -> None:
        roots = {"clock": ROOTS.clock, "random_id": ROOTS.random_id, "random_bytes": ROOTS.random_bytes}
        async with admin.office(it.database, str(it.state), **roots) as desk:  # type: ignore[arg-type]
            rows = [
                ("member", Member(id=each, name=SafeText(name), numbers=(MemberNumber(SafeText(e164), e164),)))
                for each, name, e164 in people
            ]
            await admin.import_rows(desk, rows)

    asyncio.run(bring())


def test_an_exchange_is_told_the_one_member_of_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with office(tmp_path, monkeypatch) as place:
        known(
            place,
            ("m1", "陳美玲", "+886912345678"),
            ("m2", "林一", "+886987654321"),
            ("m3", "林二", "+886987654321"),
        )
        place.start_server()
        provider = Provider(place.address)
        for asks, name in (("0912-345-678", "陳美玲"), ("0987654321", None), ("0911111111", None), ("?", None)):
            status, body, _ = provider.sends(said(f"c{asks}", asks=asks))
            assert (status, json.loads(body)) == (200, {"name": name})
        assert Provider(place.address, secret="guess").sends(said("x", asks="0912345678"))[1] == b""
        assert provider.sends(said("c1"))[1] == ANSWER, "who asks nothing is told nothing"
        assert place.server is not None
        place.server.close()
        asked = [line for line in audit(place) if line["action"] == LOOKED_UP]
        assert {(line["actor"], line["subject"]) for line in asked} == {("pbx", "m1"), ("pbx", "")}
        assert all(line["detail"].endswith(" times, from 127.0.0.1") for line in asked)
        assert sum(read_detail(line["detail"])[1] for line in asked) == 4


def test_the_forms_of_a_real_exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with office(tmp_path, monkeypatch) as place:
        known(place, ("m1", "陳美玲", "+886912345678"))
        file = place.room / "3cx.toml"
        file.write_text('line = []\n[[source]]\nid = "3cx"\ndialect = "threecx"\nsecrets = ["header-secret"]\n')
        place.admin("settings", "import", str(file))
        place.start_server()
        provider = Provider(place.address, source="3cx")
        secret = {"x-ringdesk-secret": "header-secret"}
        status, body, headers = provider.asks("GET", "/hook/3cx?number=0912345678", headers=secret)
        assert (status, headers["content-type"]) == (200, "application/json")
        assert [each["name"] for each in json.loads(body)["contacts"]] == ["陳美玲"]
        assert provider.asks("GET", "/hook/3cx?number=0912345678", headers={"x-ringdesk-secret": "no"})[0] == 403


def test_what_came_too_late_to_ring_is_noted_for_the_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with office(tmp_path, monkeypatch) as place:
        place.start_server()
        provider = Provider(place.address)
        long_ago = said("c1", at=time.time() - OLD - 60)
        assert [provider.sends(each)[0] for each in (long_ago, long_ago, said("c2", at=time.time() - 60))] == [200] * 3
        assert place.server is not None
        place.server.close()
        (line,) = [line for line in audit(place) if line["action"] == "hook.refused"]
        assert (line["subject"], line["detail"].partition(",")[0]) == ("pbx", "too_old: 1 times")
