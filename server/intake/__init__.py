"""Webhooks: requests of telephone providers at `/hook/SOURCE_ID`, and below it for a token in the path.

What is taken in is on the disk before it is answered with 2xx, and an answer comes within a second: a provider that gets
none, or a 503, sends the same again. Whoever is not believed learns nothing from it: a source that does not exist answers
like a wrong secret, after the same time.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Collection
from typing import Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from config import registry
from config.registry import Barred, Broken
from ringdesk import numbers
from ringdesk.calls import CallEvent
from ringdesk.codecs import hooktimes, http, macs
from ringdesk.codecs.refusals import FORGED
from ringdesk.dialects import SourceOptions, Verdict, WebhookDialect
from ringdesk.safetext import SafeText
from server.callroom import Report
from server.callroom.heard import ANYWHERE
from server.intake.backing import Backing
from server.intake.rates import Rate, Rates
from server.intake.reading import Reader, TooLarge, header_fields
from server.intake.refusals import LOOKED_UP, NOBODY, PACE, TOO_OLD, Refusals
from server.pacing import Paced
from server.peers import Network, customer, peer_of
from server.store.base import Unavailable
from server.store.values import LineRow, Source

METHODS: Final = ("GET", "POST")
MAX_HEADERS: Final = 100
"""Fields of a request's head; providers send some twenty."""
ANSWER_SECONDS: Final = 0.8
"""From a whole request to the answer: providers wait a second or more, and a 503 has to get there, too."""
REFUSAL_SECONDS: Final = 0.1
"""From a whole request to its refusal, whatever was wrong: longer than any check takes, so that the time tells nothing."""
FROM_ADDRESS: Final = Rate(per_second=1000.0, burst=2000)
"""Requests of one address, of an IPv6 address those of its /64."""
REFUSED_FROM_ADDRESS: Final = Rate(per_second=1.0, burst=30)
"""Refused ones of one address for one source, and tests of it that anybody may make; beyond it a refusal is not waited for, but
who is believed comes in all the same: behind an address there may be many, and to check a signature costs less than to tell them
apart."""
LONGEST_ASKED: Final = 64
"""Characters of a source's name by which refused requests are told apart, whether there is such a source or not."""
OF_SOURCE: Final = Rate(per_second=500.0, burst=1000)
"""Believed requests of one source: whoever is not believed cannot use them up."""

log = logging.getLogger("ringdesk.server.intake")


class _Refused(Exception):
    """The request is not believed. `code` is for the audit; `source` is "" where there is none of that id; `url` the address for
    which a signature was checked that covers it."""

    def __init__(self, source: str, code: str, url: str = "") -> None:
        super().__init__(code)
        self.source = source
        self.code = code
        self.url = url


class Proven(Response):
    """The answer to who proved itself: a secret or a signature of the request was checked."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server is for the outside: `address` is `https://HOST` without a slash behind, `proxies` are believed when
    they say for whom they ask."""

    address: str
    proxies: tuple[Network, ...] = ()


class Intake:
    """Takes requests. `clock` is seconds since 1970; `decoy` a secret that nobody knows, for sources that do not exist;
    `allowed` are the foreign dialects of the settings; `pace` seconds between two entries of audit for one reason."""

    def __init__(
        self,
        backing: Backing,
        clock: Callable[[], float],
        place: Place,
        decoy: str,
        allowed: Collection[str] = (),
        pace: float = PACE,
    ) -> None:
        self._backing = backing
        self._clock = clock
        self._place = place
        self._decoy = decoy
        self._allowed = allowed
        self._reader = Reader()
        self._from_address = Rates(FROM_ADDRESS)
        self._refused_from = Rates(REFUSED_FROM_ADDRESS)
        self._of_source = Rates(OF_SOURCE)
        self._dialects: dict[str, tuple[Source, tuple[LineRow, ...], WebhookDialect]] = {}
        self._challenged = Paced()
        self.refusals = Refusals(backing.note, clock, pace)
        self._look_ups = Refusals(backing.note, clock, pace, LOOKED_UP)

    async def run(self) -> None:
        """What is done beside requests, until cancelled."""
        await asyncio.to_thread(numbers.read, "0")  # the numbering plans take longer to load than an answer may take
        await asyncio.gather(self.refusals.run(), self._look_ups.run())

    async def flush(self) -> None:
        """Write what was counted for the audit."""
        await self.refusals.flush()
        await self._look_ups.flush()

    async def receive(self, request: Request) -> Response:
        """One request to its answer. What looks at nothing but the request itself comes first."""
        now = asyncio.get_running_loop().time()
        if request.method not in METHODS:
            return Response(status_code=405, headers={"allow": ", ".join(METHODS)})
        peer = peer_of(request, self._place.proxies)
        if not self._from_address.admit(customer(peer), now):
            return _later(429)
        if len(request.headers.raw) > MAX_HEADERS:
            return Response(status_code=431)
        try:
            body = await self._reader.body(request)
        except TooLarge:
            return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)
        return _later(503) if body is None else await self._answered(request, body, peer)

    async def _answered(self, request: Request, body: bytes, peer: str) -> Response:
        loop = asyncio.get_running_loop()
        whole = loop.time()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._judged(request, body, peer)
        except (TimeoutError, Unavailable) as error:
            log.warning("hook.unavailable", extra={"reason": type(error).__name__})
            return _later(503)
        except _Refused as refused:
            self.refusals.add(refused.source, refused.code, peer, url=refused.url)
            if not self._is_patient_with(peer, request):
                return _later(429)
            await asyncio.sleep(max(0.0, whole + REFUSAL_SECONDS - loop.time()))
            return Response(status_code=403)

    async def _judged(self, request: Request, body: bytes, peer: str) -> Response:
        """Raises `_Refused`, `Unavailable`."""
        found = await self._backing.source(_asked_for(request))
        asked = http.Request(
            method=request.method,
            url=self._url(request, found[0] if found is not None else None),
            headers=header_fields(request),
            body=body,
            peer=peer,
        )
        if found is None:
            self._work(asked)
            raise _Refused(NOBODY, "unknown_source")
        source, lines = found
        dialect = self._dialect(source, lines)
        if dialect is None or not (source.secrets or source.open):
            self._work(asked)
            raise _Refused(source.id, "not_a_webhook" if dialect is None else "no_secret")
        verdict = self._verdict(source, dialect, asked)
        if verdict.challenge:
            return self._echoed(source, verdict) if self._is_patient_with(peer, request) else _later(429)
        if not self._of_source.admit(source.id, asyncio.get_running_loop().time()):
            return _later(429)
        return await self._taken(source, lines, dialect, verdict, peer)

    def _is_patient_with(self, peer: str, request: Request) -> bool:
        """Whether an address may send one more that proves nothing to the source that it names."""
        now = asyncio.get_running_loop().time()
        return self._refused_from.admit(f"{customer(peer)} {_asked_for(request)[:LONGEST_ASKED]}", now)

    def _echoed(self, source: Source, verdict: Verdict) -> Response:
        if times := self._challenged.count():
            log.info("hook.challenged", extra={"source": source.id, "times": times})
        return _response(verdict.answer, Response)

    def _url(self, request: Request, source: Source | None) -> str:
        """The public address that was asked for. What the `Host` header says is the sender's word, and no part of it."""
        behind = _behind(request)
        path = f"{self._place.address}/hook/{behind}"
        if source is not None:
            path = self._address(source) + behind[len(behind.partition("/")[0]) :]
        query = request.scope["query_string"].decode("latin-1")
        return f"{path}?{query}" if query else path

    def _address(self, source: Source) -> str:
        return source.url.rstrip("/") or f"{self._place.address}/hook/{source.id}"

    def _work(self, asked: http.Request) -> None:
        """What a check of two secrets costs, for a source that has none."""
        for _ in range(2):
            macs.same(macs.hexadecimal("sha256", self._decoy, asked.url.encode() + asked.body), (self._decoy,))

    def _dialect(self, source: Source, lines: tuple[LineRow, ...]) -> WebhookDialect | None:
        """Made once for a source, until its settings change: some providers name no call, and the dialect knows which one
        rang last; and to look through what is installed takes milliseconds. Raises `_Refused` where it cannot be made."""
        made = self._dialects.get(source.id)
        if made is not None and made[:2] == (source, lines):
            return made[2]
        factory = registry.find_webhook(source.dialect, self._allowed)
        if factory is None or isinstance(factory, Barred | Broken):
            reason = factory.why.english() if isinstance(factory, Barred) else "" if factory is None else factory.reason
            log.error("hook.no_dialect", extra={"source": source.id, "dialect": source.dialect, "reason": reason})
            return None
        line = next(iter(lines), ANYWHERE)
        try:
            dialect = factory(source.id, SourceOptions(store=line.site, region=line.region, area=line.area))
        except Exception as error:  # noqa: BLE001 - foreign code
            log.error("hook.dialect_failed", extra={"source": source.id, "where": _place_of(error)})
            raise _Refused(source.id, "dialect_failed") from None
        self._dialects[source.id] = source, lines, dialect
        return dialect

    def _verdict(self, source: Source, dialect: WebhookDialect, asked: http.Request) -> Verdict:
        """Raises `_Refused`, also where the dialect itself fails: its error may quote the request, so only its place is told."""
        try:
            verdict = dialect.request(asked, self._clock(), source.active)
        except Exception as error:  # noqa: BLE001 - foreign code over foreign bytes
            log.error("hook.dialect_failed", extra={"source": source.id, "where": _place_of(error)})
            raise _Refused(source.id, "dialect_failed") from None
        if verdict.refused is not None:
            covered = verdict.refused == FORGED and getattr(dialect, "signs_address", False)
            raise _Refused(source.id, verdict.refused.code, _shown(self._address(source)) if covered else "")
        return verdict

    async def _taken(
        self, source: Source, lines: tuple[LineRow, ...], dialect: WebhookDialect, verdict: Verdict, peer: str
    ) -> Response:
        fresh = True
        if verdict.events or verdict.once:
            report = Report(
                source=source.id, events=_named(verdict), lines=lines, once=verdict.once, again=verdict.again
            )
            fresh = await self._backing.hear(report)
        answer = verdict.answer
        if verdict.asks is not None:
            answer = await self._told(source, next(iter(lines), ANYWHERE), dialect, verdict.asks, peer) or answer
        log.info("hook.taken" if fresh else "hook.repeated", extra={"source": source.id, "events": len(verdict.events)})
        oldest = min((event.at for event in verdict.events), default=self._clock())
        if fresh and self._clock() - oldest >= hooktimes.OLD:
            log.warning("hook.old", extra={"source": source.id, "seconds": round(self._clock() - oldest)})
            self.refusals.add(source.id, TOO_OLD, peer)
        return _response(answer, Proven if source.secrets else Response)

    async def _told(
        self, source: Source, line: LineRow, dialect: WebhookDialect, asks: SafeText, peer: str
    ) -> http.Answer | None:
        """Who has the number that an exchange asks for. Only the one member of a number is told, and every question is counted
        for the audit. Raises `Unavailable`."""
        tell = getattr(dialect, "told", None)
        if tell is None:
            return None
        number = numbers.read(asks, line.region, line.area).e164
        owners = () if number is None else await self._backing.owners(number)
        member = owners[0] if len(owners) == 1 else None
        if member is None:
            self._look_ups.add(NOBODY, "unknown", peer, source.id)
        else:
            self._look_ups.add(member.id, "told", peer, source.id)
        answer: http.Answer = tell(asks, None if member is None else member.name, None, "")
        return answer


def _named(verdict: Verdict) -> tuple[CallEvent, ...]:
    """The events, with whether their ids may be other calls' one day: where the names of requests do not come again, neither do
    those of calls."""
    return tuple(msgspec.structs.replace(event, unique=None if verdict.again else True) for event in verdict.events)


def _behind(request: Request) -> str:
    """What stands behind `/hook/`, as it came: a signature may be over it."""
    raw: bytes = request.scope["raw_path"]
    return raw.decode("latin-1").partition("/hook/")[2]


def _asked_for(request: Request) -> str:
    """The source that is named, whether there is one of that name or not."""
    return _behind(request).partition("/")[0]


def _shown(address: str) -> str:
    """An address without the user and password that it may have."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _place_of(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {place.filename}:{place.lineno}"


def _response(answer: http.Answer, kind: type[Response]) -> Response:
    response = kind(answer.body, status_code=answer.status)
    response.raw_headers += [(name.lower().encode("latin-1"), text.encode()) for name, text in answer.headers]
    return response


def _later(status: int) -> Response:
    return Response(status_code=status, headers={"retry-after": "1"})
