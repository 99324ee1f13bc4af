"""One ASGI application on one port: `/sync` (websocket), `/hook/SOURCE_ID` and `/healthz`. What is not named here does not
exist.

`serve` puts a server together and runs it. It prints nothing; the bound address goes to a callback.
"""

import asyncio
import contextlib
import ipaddress
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from ringdesk.errors import BadInput
from ringdesk.wire import limits
from ringdesk.wire.messages import SUBPROTOCOL
from server import callroom
from server.accept import Acceptor, Business
from server.app.address import BACKLOG, address_of, bound
from server.app.door import Door, descriptors, guest_of, leave
from server.app.hurried import Hurried, Upgraded
from server.app.listening import Hushed, Listening
from server.callroom.heard import ANYWHERE
from server.fanout import Wake
from server.hub import Hub
from server.hub.saving import FULL
from server.identity import authority
from server.identity.people import Logins
from server.identity.state import keys_of, state_of
from server.intake import Intake, Place, Proven
from server.intake.backing import Central
from server.links import Links, MakeLine
from server.links.line import nothing
from server.peers import Network, networks, peer_of
from server.sessions import Parts, Reception
from server.settings import is_address
from server.store.base import Unavailable
from server.store.sqlite import open_store

GRACE: Final = 10
"""Seconds for open sessions at a shutdown."""
LAST_WRITES: Final = 5.0
"""Seconds of it for what is written then, if another program holds the database."""


class Roots(msgspec.Struct, frozen=True):
    """What only a composition root owns. `line` makes the lines that the server listens to itself."""

    clock: Callable[[], float]
    random_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    line: MakeLine = nothing


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """What to serve, and where. `tls_cert` and `tls_key` are PEM files of an own certificate."""

    listen: str
    database: str
    state: str = ""
    organisation: str = ""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    public_url: str = ""
    proxies: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    business: Business = Business()


class Running(msgspec.Struct, frozen=True):
    """A server that is put together."""

    parts: Parts
    intake: Intake
    ends: Callable[[], None]
    """It has been told to stop: the links end while the sessions do, and what the disk does not take soon is given up."""


def application(parts: Parts, intake: Intake) -> Starlette:
    """The routes over one set of parts."""
    reception = Reception(parts)

    async def sync(websocket: WebSocket) -> None:
        if _foreign(websocket) or SUBPROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.close()
            return
        await websocket.accept(subprotocol=SUBPROTOCOL)
        await reception.receive(websocket, lambda: leave(websocket.scope.get("state", {})))

    async def health(_request: Request) -> JSONResponse:
        try:
            await parts.store.order.space()
        except Unavailable:
            return JSONResponse({"ok": False, "why": "the database cannot be read"}, status_code=503)
        if parts.hub.saving.fails:
            return JSONResponse({"ok": False, "why": str(FULL.message)}, status_code=503)
        return JSONResponse({"ok": True})

    return Starlette(
        routes=[
            WebSocketRoute("/sync", sync),
            Route("/hook/{behind:path}", _Endpoint(hooked(intake))),
            Route("/healthz", health, methods=["GET"]),
        ]
    )


def hooked(intake: Intake) -> ASGIApp:
    """What an intake answers."""

    async def hook(scope: Scope, receive: Receive, send: Send) -> None:
        response = await intake.receive(Request(scope, receive))
        guest = guest_of(scope.get("state", {}))
        if guest is not None and isinstance(response, Proven):
            guest.believed()
        await response(scope, receive, send)

    return hook


def behind(proxies: Sequence[Network], app: ASGIApp) -> ASGIApp:
    """An application, whose connections by own proxies count for those for whom these ask."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        guest = guest_of(scope.get("state", {}))
        if guest is not None and guest.proxied:
            guest.asks_for(peer_of(HTTPConnection(scope), proxies))
        await app(scope, receive, send)

    return named


class _Endpoint:
    """An ASGI application as an endpoint: every method comes to it, and it says itself which it takes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _foreign(websocket: WebSocket) -> bool:
    """Whether a web page of somewhere else is behind it (RFC 6455, section 10.2). Terminals send no Origin."""
    origin = websocket.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != websocket.headers.get("host")


@contextlib.asynccontextmanager
async def put_together(serving: Serving, roots: Roots, ca: str, place: Place) -> AsyncIterator[Running]:
    """The parts of a server, running, until the context ends. Raises what `open_store` raises."""
    known = keys_of(serving.database, serving.state, roots.random_bytes)
    key = known.server
    store = await open_store(
        serving.database,
        link=known.audit_link,
        random_id=roots.random_id,
        organisation=serving.organisation,
        owner=True,
        key_print=known.fingerprint,
    )
    wake = Wake()
    hub = Hub(store, wake, roots.clock)
    logins = Logins(store.register, key)
    parts = Parts(
        store=store,
        key=key,
        hub=hub,
        wake=wake,
        acceptor=Acceptor(store.order, key, roots.random_bytes, callroom.flags, serving.business),
        logins=logins,
        clock=roots.clock,
        random_id=roots.random_id,
        random_bytes=roots.random_bytes,
        ca=ca,
        proxies=place.proxies,
    )
    room = callroom.CallRoom(store.order, key, wake, roots.clock, serving.business)
    decoy = roots.random_bytes(32).hex()
    home = msgspec.structs.replace(ANYWHERE, region=serving.business.region, area=serving.business.area)
    central = Central(store, room, home)
    intake = Intake(central, roots.clock, place, decoy, serving.dialects)
    links = Links(store, central, hub.standings, roots.clock, roots.line)
    linked = asyncio.create_task(links.run())
    working = [asyncio.create_task(work) for work in (hub.run(), room.run(), intake.run())]

    def ends() -> None:
        if not linked.cancelling():  # a second time would cut short how the links end
            linked.cancel()
            store.hurry(LAST_WRITES)

    try:
        yield Running(parts, intake, ends)
    finally:
        ends()
        for each in working:
            each.cancel()
        await asyncio.wait({linked, *working})
        await intake.flush()
        logins.close()
        await store.close()


async def serve(serving: Serving, roots: Roots, on_bound: Callable[[str], None], stop: asyncio.Event) -> None:
    """Serve until `stop` is set. `on_bound` gets HOST:PORT once connections are taken.

    Beyond loopback it is TLS, with the certificate given or one of the server's own authority; plain websockets are for
    loopback only. Raises `BadInput` for an address that is none, `RingdeskError` for one that is taken.
    """
    listener = bound(serving.listen)
    try:
        certificate, ca = _certificate(serving, roots, listener)
        place = _place(serving, listener, tls=certificate is not None)
        async with put_together(serving, roots, ca, place) as running:
            app = behind(place.proxies, application(running.parts, running.intake))
            config = _config(app, ssl_certfile=certificate, ssl_keyfile=serving.tls_key)
            door = Door(descriptors(), place.proxies)
            server = Listening(config, door, lambda: on_bound(address_of(listener)))
            await _run(server, listener, stop, running.ends)
    finally:
        listener.close()


async def serve_hooks(
    listener: socket.socket,
    intake: Intake,
    on_bound: Callable[[], None],
    stop: asyncio.Event,
    on_full: Callable[[], object],
) -> None:
    """Serve an intake alone, at every path, until `stop` is set: it is asked for the source "desk". The listener is closed.
    `on_full` is called now and then while as many are connected as may be."""
    answer = hooked(intake)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # nothing here speaks over a websocket
            await send({"type": "websocket.close"})
            return
        behind = b"" if scope["raw_path"] == b"/" else scope["raw_path"]
        await answer({**scope, "raw_path": b"/hook/desk" + behind}, receive, send)

    working = asyncio.create_task(intake.run())
    try:
        door = Door(descriptors(), on_full=on_full)
        await _run(Listening(_config(app), door, on_bound), listener, stop)
    finally:
        working.cancel()
        await asyncio.wait({working})
        await intake.flush()
        listener.close()


def _config(app: ASGIApp, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Hurried,
        ws=Upgraded,
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        ws_max_size=limits.FRAME_CAP,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=GRACE,
        **more,
    )


async def _run(
    server: Listening, listener: socket.socket, stop: asyncio.Event, ends: Callable[[], None] = lambda: None
) -> None:
    """Until it is told to stop, or is cancelled: either way sessions get their close frames, after a call of `ends`."""
    log, hushed = logging.getLogger("uvicorn.error"), Hushed()
    log.addFilter(hushed)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        ends()
        server.should_exit = True
        try:
            await running
        finally:
            log.removeFilter(hushed)


def _place(serving: Serving, listener: socket.socket, *, tls: bool) -> Place:
    """Where the outside finds the server: as the settings say, else where it listens. Raises `BadInput`."""
    public = serving.public_url.rstrip("/")
    if public and not is_address(public):
        raise BadInput(
            f"server.public_url: {serving.public_url!r} is no address; write it as in https://pop.example.tw"
        )
    own = f"{'https' if tls else 'http'}://{address_of(listener)}"
    return Place(address=public or own, proxies=networks(serving.proxies))


def _certificate(serving: Serving, roots: Roots, listener: socket.socket) -> tuple[Path | None, str]:
    """The certificate file to serve with (None: plain), and the certificates among which a terminal that enrols finds the one
    that its code names. Raises `BadInput` for files that cannot be served."""
    if serving.tls_cert is not None:
        return serving.tls_cert, authority.foreign(serving.tls_cert, serving.tls_key, served=True).pem
    host = listener.getsockname()[0]
    if ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        return None, ""
    own = authority.ensure(state_of(serving.database, serving.state), [], roots.clock())
    return own.certificate, own.pem()
