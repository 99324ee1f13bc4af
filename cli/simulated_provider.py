"""`ringdesk simulate PROVIDER --post URL`: a telephone provider that is not there tells a real webhook of calls, over real HTTP.

Each source that a call is told to has a thread of its own, in which one request follows the other: two sources hear of a call
at the same time.
"""

import argparse
import http.client
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from cli import roots
from cli.output import print_json
from ringdesk import numbers
from ringdesk.codecs.http import Request
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from ringdesk.simulators import Incoming
from ringdesk.simulators.hooks import Part, Provider, Stamp, Told, signing
from ringdesk.simulators.hooks.providers import PROVIDERS

_CALLED: Final = "+886227208889"
_TRIES: Final = 4
"""Times that a request is sent which found nobody, or a 429 or 503: most providers do so two to four times."""
_PAUSE: Final = 1.0
"""Seconds before a request is sent again."""
_TIMEOUT: Final = 15.0
"""Seconds for an answer: the most that a provider waits (Twilio)."""
_AGAIN: Final = (429, 503)
_MOST_AT_ONCE: Final = 16


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One source: `post` is where its requests go, `public` the address that the provider was given; without a query, which is
    `asked`. `secret` is None where the source takes anything."""

    dialect: str
    post: SplitResult
    public: str
    asked: str
    secret: str | None
    context: ssl.SSLContext | None

    @property
    def provider(self) -> Provider:
        """Who speaks to it."""
        return PROVIDERS[self.dialect]

    @property
    def shown(self) -> str:
        """The address for people, without a query: a secret may stand there."""
        return f"{self.post.scheme}://{self.post.netloc}{self.post.path}"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of a provider."""
    group = parser.add_argument_group("providers (webhooks)")
    group.add_argument("--region", default="TW", help="region of numbers without a country code (default TW)")
    group.add_argument("--area", default="", help="area code of numbers without one")
    group.add_argument(
        "--url", default="", help="the address that the provider was given, where it is another (it is signed)"
    )
    group.add_argument(
        "--also", nargs="+", action="append", metavar="X",
        help="DIALECT URL [SECRET-FILE]: a second source that hears of the same calls at the same time",
    )  # fmt: skip
    group.add_argument("--retry-storm", type=int, default=1, metavar="N", help="send each request N times, all at once")
    group.add_argument("--wrong-signature", action="store_true", help="sign with a secret that is not the one")
    group.add_argument("--ca", type=Path, metavar="FILE", help="certificate that the server's is signed by, in PEM")


def run(options: argparse.Namespace, calls: Iterable[Incoming]) -> int:
    """Tell of the calls; 0 if every request was taken, 1 if one was not. Raises BadInput: what cannot be sent."""
    if not 1 <= options.retry_storm <= 1000:
        raise BadInput("--retry-storm must be from 1 to 1000")
    context = _trusted(options.ca)
    targets = [_target(options.what, options.post, options.secret_file, context, public=options.url)]
    for words in options.also or ():
        if len(words) not in (2, 3):
            raise BadInput(
                "--also needs DIALECT URL and perhaps a secret file, as in --also shop http://127.0.0.1:8791/hook/box"
            )
        if words[0] not in PROVIDERS:
            raise BadInput(f"--also {words[0]!r} is no webhook; use one of {', '.join(PROVIDERS)}")
        targets.append(_target(words[0], words[1], Path(words[2]) if len(words) == 3 else None, context))
    if not options.wrong_signature:
        for target in targets:
            print_json(_announced(target))
    taken = True
    for told in _told(calls, options):
        taken &= _Call(told, targets, options).tell()
    return 0 if taken else 1


def _announced(target: Target) -> dict[str, Any]:
    said: dict[str, Any] = {"posting": target.shown, "dialect": target.dialect}
    if target.secret is not None and (shown := target.provider.shown(target.secret)) != target.secret:
        said["public_key"] = shown
    return said


def _target(dialect: str, url: str, secret: Path | None, context: ssl.SSLContext | None, *, public: str = "") -> Target:
    try:
        parts = urlsplit(url)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well = False
    if not well or not url.isascii() or not url.isprintable() or " " in url:
        raise BadInput(f"{url!r} is no address of a webhook; write it like http://127.0.0.1:8791/hook/SOURCE_ID")
    given = (public or url).partition("#")[0].partition("?")[0]
    return Target(dialect=dialect, post=parts, public=given, asked=parts.query, secret=_secret(secret), context=context)


def _secret(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise BadInput(f"cannot read the secret file {path}: {reason}; it needs the secret of the source") from error
    found = next((line.strip() for line in lines if line.strip()), "")
    if not found:
        raise BadInput(f"there is no secret in {path}; write the secret of the source into it")
    return found


def _trusted(ca: Path | None) -> ssl.SSLContext | None:
    if ca is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(ca))
    except (OSError, ValueError) as error:
        raise BadInput(f"{ca} is no certificate in PEM ({error}); `ringdesk admin ca` prints the server's") from error


def _told(calls: Iterable[Incoming], options: argparse.Namespace) -> Iterator[Told]:
    """The calls, each at its time."""
    to = options.to or _CALLED
    called = numbers.read(to, options.region, options.area).e164 or to
    begun = -1.0
    for call in calls:
        if begun >= 0:
            time.sleep(max(0.0, begun + (options.every or 0.0) - time.monotonic()))
        begun = time.monotonic()
        number = numbers.read(call.number or "", options.region, options.area).e164 or call.number or ""
        yield Told(call=call, id=roots.random_bytes(16).hex(), number=number, called=called, at=roots.wall())


class _Call:
    """One call, told to all targets."""

    def __init__(self, told: Told, targets: list[Target], options: argparse.Namespace) -> None:
        self._told = told
        self._targets = targets
        self._copies = options.retry_storm
        self._wrong = options.wrong_signature
        self._begun = time.monotonic()
        self._printing = threading.Lock()

    def tell(self) -> bool:
        """Whether all of it was taken."""
        with ThreadPoolExecutor(len(self._targets)) as pool:
            return all(list(pool.map(self._to, self._targets)))

    def _to(self, target: Target) -> bool:
        taken = True
        with ThreadPoolExecutor(min(self._copies, _MOST_AT_ONCE)) as pool:
            for part in target.provider.parts(self._told):
                time.sleep(max(0.0, self._begun + part.after - time.monotonic()))
                request = self._request(target, part)
                taken &= all(list(pool.map(lambda _: self._sent(target, part, request), range(self._copies))))  # noqa: B023
        return taken

    def _request(self, target: Target, part: Part) -> Request:
        address = f"{target.public}?{target.asked}" if target.asked else target.public
        request = signing.unsigned(part, address)
        if target.secret is None:
            return request
        secret = signing.other(target.secret) if self._wrong else target.secret
        nonce = str(int.from_bytes(roots.random_bytes(8))).zfill(20)
        return target.provider.signed(request, secret, Stamp(roots.wall(), nonce))

    def _sent(self, target: Target, part: Part, request: Request) -> bool:
        """The request, again as providers do it."""
        for attempt in range(1, _TRIES + 1):
            if attempt > 1:
                time.sleep(_PAUSE)
            began = time.monotonic()
            status, reason = _asked(target, request)
            taken = status is not None and (200 <= status < 300 or (part.asks and status == 503))
            self._print(target, part, status, reason, taken=taken, attempt=attempt, took=time.monotonic() - began)
            if taken or (status is not None and status not in _AGAIN):
                break
        return taken

    def _print(
        self, target: Target, part: Part, status: int | None, reason: str, *, taken: bool, attempt: int, took: float
    ) -> None:
        said: dict[str, Any] = {
            "request": part.tells,
            "dialect": target.dialect,
            "to": target.shown,
            "status": status,
            "taken": taken,
            "attempt": attempt,
            "ms": round(took * 1000, 1),
        }
        if reason:
            said["said"] = SafeText(reason)
        with self._printing:
            print_json(said)


def _asked(target: Target, request: Request) -> tuple[int | None, str]:
    """The status that was answered, or None and what the system said."""
    where = target.post
    host = where.hostname or ""
    line = (
        http.client.HTTPSConnection(host, where.port, timeout=_TIMEOUT, context=target.context)
        if where.scheme == "https"
        else http.client.HTTPConnection(host, where.port, timeout=_TIMEOUT)
    )
    try:
        path = (where.path or "/") + request.url[len(target.public) :]
        line.request(request.method, path, request.body or None, dict(request.headers))
        reply = line.getresponse()
        reply.read()
    except (OSError, http.client.HTTPException) as error:
        return None, str(error) or type(error).__name__
    else:
        return reply.status, ""
    finally:
        line.close()
