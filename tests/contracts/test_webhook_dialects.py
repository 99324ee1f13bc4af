"""One suite over every webhook dialect: wrong secrets, flipped bytes, cut bodies, any bytes, huge and odd ones.

A dialect takes part with a folder under `tests/transcripts`: requests as they were captured (`NAME.http`), each with a
`NAME.json` beside it (`Expected`). One of another package takes part as `tests/contracts/recordings.py` says.
"""

import re
from collections.abc import AsyncIterator, Iterator
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import registry
from ringdesk import ops
from ringdesk.calls import Call, CallEvent, EventKind
from ringdesk.codecs import http, macs, refusals
from ringdesk.codecs.http import Fields, Request
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from ringdesk.wire.signing import ServerKey
from server.callroom import CallRoom, Report
from server.fanout import Wake
from server.store.sqlite import SqliteStore, open_store
from tests.contracts.recordings import transcripts

TRANSCRIPTS, FOREIGN = transcripts()
REQUESTS = sorted((path.parent.name, path.stem) for path in TRANSCRIPTS.glob("*/*.http"))
FOLDERS = sorted({folder for folder, _ in REQUESTS})
DAYS = 3 * 86_400.0
BEGINNINGS = (EventKind.RINGING, EventKind.QUEUED, EventKind.ANSWERED)
VALUE = re.compile(rb"[^&=\s\"{}\[\],:]+")
"""What means something in a form or in JSON: a name or a value."""


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    """`events` are those of the dialect without what is None, `at` and `source`. `signed` names what the signature is over:
    `body`, `query`, and headers (the signature's own among them); empty where the provider signs nothing. `window`: the
    signature is over a time, too. `refused` is the code of the reason; such a request is refused for what it is."""

    secrets: tuple[str, ...]
    url: str
    at: float
    events: list[dict[str, Any]] = []
    refused: str | None = None
    status: int = 200
    answer: str = ""
    asks: str | None = None
    signed: tuple[str, ...] = ()
    window: bool = False
    open: bool = False
    """Anybody may send it and be answered (the provider's test of the address)."""
    nameless: bool = False
    """Nothing in it tells it from the next one of its kind: seconds later it counts as another."""


@cache
def example(name: str, stem: str) -> tuple[Request, Expected]:
    path = TRANSCRIPTS / name / f"{stem}.http"
    expected = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Expected)
    return http.parse(path.read_bytes(), url=expected.url), expected


def judged(name: str, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
    return _factory(name)("source", SourceOptions()).request(request, now, secrets)


_factory = cache(partial(registry.webhook, allowed=FOREIGN))


def plain(verdict: Verdict) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.to_builtins(verdict.events, enc_hook=str)
    return [_without_nothing({k: v for k, v in one.items() if k not in ("at", "source")}) for one in found]


def _without_nothing(value: Any) -> Any:
    return {k: _without_nothing(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else value


def unbelieved(verdict: Verdict) -> bool:
    return verdict.refused is not None and not verdict.events and not verdict.once and verdict.answer.status >= 400


def flipped(request: Request, signed: tuple[str, ...]) -> Iterator[Request]:
    """The request with one meaningful thing changed, each in its turn."""
    replace = msgspec.structs.replace
    if "body" in signed:
        for found in VALUE.finditer(request.body):
            changed = bytes([request.body[found.start()] ^ 1])
            yield replace(request, body=request.body[: found.start()] + changed + request.body[found.start() + 1 :])
    if "query" in signed:
        start = request.url.index("?") + 1 if "?" in request.url else len(request.url)
        for found in VALUE.finditer(request.url[start:].encode()):
            at = start + found.start()
            yield replace(request, url=request.url[:at] + chr(ord(request.url[at]) ^ 1) + request.url[at + 1 :])
        yield replace(request, url=request.url + ("&" if "?" in request.url else "?") + "x=1")
    for index, (key, value) in enumerate(request.headers):
        if key in signed:
            for other in ("", value[:-1], chr(ord(value[0]) ^ 1) + value[1:], value + "x"):
                yield replace(request, headers=_with(request.headers, index, (key, other)))
            yield replace(request, headers=(*request.headers[:index], *request.headers[index + 1 :]))


def _with(headers: Fields, index: int, header: tuple[str, str]) -> Fields:
    return (*headers[:index], header, *headers[index + 1 :])


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    path = f"sqlite:///{tmp_path / 's.db'}"
    store = await open_store(path, link=lambda _a, _b: "", random_id=iter("abcdef").__next__)
    yield store
    await store.close()


def test_there_is_something_to_run() -> None:
    assert set(registry.webhook_names(FOREIGN)) >= set(FOLDERS)
    assert FOREIGN or set(registry.webhook_names()) == set(FOLDERS)


def test_what_is_flipped() -> None:
    request = Request(method="POST", url="https://x/h?a=1", headers=(("sig", "ab"),), body=b'{"a": [1]}')
    assert len(list(flipped(request, ("body", "query", "sig")))) == 2 + 3 + 5


TELLING_NOTHING = {"generic", "sipgate", "cloudtalk"}
"""Some requests of these have nothing that tells them from another day's, as docs/reference/webhooks.md says."""


@pytest.mark.parametrize(("name", "stem"), REQUESTS)
class TestEveryRequest:
    async def test_days_later_the_same_id_is_another_call_only_where_it_may_be(
        self, name: str, stem: str, store: SqliteStore
    ) -> None:
        request, expected = example(name, stem)
        verdict = judged(name, request, expected.at, expected.secrets)
        now = expected.at + DAYS
        room = CallRoom(store.order, ServerKey(b"k" * 32), Wake(), lambda: now)
        rang = {event.native_id for event in verdict.events if event.event in BEGINNINGS}
        for _ in range(3):
            unique = None if verdict.again else True
            took = [msgspec.structs.replace(event, at=now, unique=unique) for event in verdict.events]
            assert await room.hear(Report(source="source", events=tuple(took), once=verdict.once)) or not verdict.once
            now += 60
            over = (CallEvent(event=EventKind.ENDED, at=now, source="source", native_id=native) for native in rang)
            await room.hear(Report(source="source", events=tuple(over)))
            now += DAYS
        page = await store.order.slice("store:main", "store:main@clear", 0, 1 << 20)
        calls = [ops.decode_row("call", held.body or b"") for held in page.images if held.kind == "call"]
        own = [call for call in calls if isinstance(call, Call) and call.merged_into is None]
        begun = sorted(call.started for call in own)
        assert len(own) == (3 if rang and verdict.again else min(1, len(verdict.events)))
        assert all(later - earlier > DAYS for earlier, later in pairwise(begun))

    async def test_who_recorded_it_and_sends_it_days_later_makes_nothing_ring(
        self, name: str, stem: str, store: SqliteStore
    ) -> None:
        request, expected = example(name, stem)
        now = expected.at
        room = CallRoom(store.order, ServerKey(b"k" * 32), Wake(), lambda: now)
        for now in (expected.at, expected.at + DAYS):
            verdict = judged(name, request, now, expected.secrets)
            if verdict.again or expected.nameless:
                assert name in TELLING_NOTHING
                return
            events = tuple(msgspec.structs.replace(event, unique=True) for event in verdict.events)
            await room.hear(Report(source="source", events=events, once=verdict.once))
            now = now + 60  # noqa: PLW2901 - the room's clock
            if now < expected.at + DAYS:
                rang = {event.native_id for event in events}
                over = (CallEvent(event=EventKind.ENDED, at=now, source="source", native_id=native) for native in rang)
                await room.hear(Report(source="source", events=tuple(over)))
        page = await store.order.slice("store:main", "store:main@clear", 0, 1 << 20)
        calls = [ops.decode_row("call", held.body or b"") for held in page.images if held.kind == "call"]
        assert not [call for call in calls if isinstance(call, Call) and call.live]
        assert all(call.started <= expected.at + 60 for call in calls if isinstance(call, Call))

    def test_says_what_it_means(self, name: str, stem: str) -> None:
        request, expected = example(name, stem)
        verdict = judged(name, request, expected.at, expected.secrets)
        assert plain(verdict) == expected.events
        assert (verdict.refused and verdict.refused.code, verdict.asks) == (expected.refused, expected.asks)
        assert verdict.answer.status == expected.status
        if expected.answer:
            assert verdict.answer.body.decode() == expected.answer
        if expected.refused is None:
            assert verdict.answer.status in (200, 204), "what is accepted lets the call go on"
        assert bool(verdict.once) == bool(verdict.events)
        assert all(event.at <= expected.at and event.source == "source" for event in verdict.events)

    def test_a_second_time_has_the_same_name(self, name: str, stem: str) -> None:
        request, expected = example(name, stem)
        first, second = (judged(name, request, expected.at + late, expected.secrets) for late in (0, 100))
        assert first.answer == second.answer
        assert (first.once == second.once) is not expected.nameless

    def test_is_unverified_without_a_secret(self, name: str, stem: str) -> None:
        request, expected = example(name, stem)
        if expected.refused is None:
            verdict = judged(name, request, expected.at, ())
            assert len(verdict.events) == len(expected.events)
            assert all(event.verified is None for event in verdict.events)

    def test_a_wrong_secret_is_refused(self, name: str, stem: str) -> None:
        request, expected = example(name, stem)
        if not expected.open:
            wrong = judged(name, request, expected.at, ("wrong:secret", "wrong-secret"))
            assert unbelieved(wrong)
            assert wrong.asks is None

    def test_two_secrets_are_active(self, name: str, stem: str) -> None:
        request, expected = example(name, stem)
        for secrets in (("newer:one", *expected.secrets), (*expected.secrets, "older-one")):
            assert plain(judged(name, request, expected.at, secrets)) == expected.events

    def test_whatever_is_flipped_is_refused(self, name: str, stem: str) -> None:
        request, expected = example(name, stem)
        for changed in flipped(request, expected.signed):
            assert unbelieved(judged(name, changed, expected.at, expected.secrets)), changed

    def test_cut_anywhere(self, name: str, stem: str) -> None:
        request, expected = example(name, stem)
        for length in range(len(request.body)):
            cut = msgspec.structs.replace(request, body=request.body[:length])
            verdict = judged(name, cut, expected.at, expected.secrets)
            assert unbelieved(verdict) or "body" not in expected.signed

    @pytest.mark.parametrize("apart", [-1.0, 1.0])
    def test_a_signed_time_is_near(self, name: str, stem: str, apart: float) -> None:
        request, expected = example(name, stem)
        if expected.window:
            near, far = (
                judged(name, request, expected.at + apart * seconds, expected.secrets)
                for seconds in (macs.WINDOW - 60, macs.WINDOW + 60)
            )
            assert plain(near) == expected.events
            assert unbelieved(far)
            assert far.refused == refusals.STALE


@pytest.mark.parametrize("name", FOLDERS)
class TestEveryDialect:
    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"a=" + b"x" * (http.LARGEST_BODY + 1), id="huge form"),
            pytest.param(b'{"a": "' + b"x" * http.LARGEST_BODY + b'"}', id="huge JSON"),
            pytest.param(b'{"event":' * 100_000, id="deep"),
            pytest.param(b'{"event":' * 100 + b"1" + b"}" * 100, id="deep and whole"),
            pytest.param(b"&".join(b"event=%d" % each for each in range(http.MOST_FIELDS + 1)), id="many fields"),
            pytest.param(b"event=%FF%FE&callId=%E9", id="no UTF-8"),
            pytest.param('{"event": "陳"}'.encode("utf-16"), id="UTF-16"),
            pytest.param(b'\xef\xbb\xbf{"event": 1}', id="byte order mark"),
            pytest.param(b"[]", id="no object"),
        ],
    )
    def test_odd_bodies(self, name: str, body: bytes) -> None:
        for request, expected in (example(name, stem) for folder, stem in REQUESTS if folder == name):
            if request.body and not expected.open:
                odd = msgspec.structs.replace(request, body=body)
                assert unbelieved(judged(name, odd, expected.at, expected.secrets))
                assert not judged(name, odd, expected.at, ()).events

    @given(data=st.data())
    def test_any_bytes(self, name: str, data: st.DataObject) -> None:
        request, expected = example(
            name, data.draw(st.sampled_from([stem for folder, stem in REQUESTS if folder == name]))
        )
        start = data.draw(st.integers(0, len(request.body)))
        body = (
            request.body[:start]
            + data.draw(st.binary(max_size=40))
            + request.body[start + data.draw(st.integers(0, 9)) :]
        )
        headers = tuple(
            (key, data.draw(st.sampled_from([value, "", "é\xff="]) | st.text())) for key, value in request.headers
        )
        url = data.draw(st.sampled_from([request.url, "", "https://[", request.url + "?%FF"]) | st.text())
        changed = msgspec.structs.replace(
            request, body=body, headers=data.draw(st.sampled_from([request.headers, headers])), url=url
        )
        for secrets in (expected.secrets, (), ("é:ü",)):
            verdict = judged(name, changed, data.draw(st.floats(0, 4e9)), secrets)
            assert (verdict.refused is None) or unbelieved(verdict)
            for event in verdict.events:
                assert all(each and each == SafeText(each) for each in (event.native_id, event.linked_id or "x"))
                assert event.caller is None or event.caller.presentation != "private" or event.caller.raw is None


ENDLESS = b"9" * 5000
"""More digits than Python makes a number of: `int` raises ValueError."""


@pytest.mark.parametrize(("name", "stem"), REQUESTS)
def test_thousands_of_digits_in_every_numeric_place(name: str, stem: str) -> None:
    """Whether it is signed (then it is refused) or nobody knows a secret (then it is read): a verdict, and no error."""
    _, expected = example(name, stem)
    raw = (TRANSCRIPTS / name / f"{stem}.http").read_bytes()
    for match in re.finditer(rb"[0-9]+", raw):
        changed = raw[: match.start()] + ENDLESS + raw[match.end() :]
        try:
            request = http.parse(changed, url=expected.url)
        except BadInput:
            continue  # the request line or Content-Length: the server's own reader refuses it
        for secrets in (expected.secrets, ()):
            plain(judged(name, request, expected.at, secrets))
