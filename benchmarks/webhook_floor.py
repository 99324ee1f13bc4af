"""The floor of an intake: the least that Starlette on uvicorn can do. `python -m benchmarks.webhook_floor [FILE]`.

It reads the body, checks the same HMAC, and sends the call's id in one frame to the one websocket at `/terminal`. Nothing
is kept, nobody is asked; with FILE each body is appended and synced to the disk first, those that wait at one moment together.
Lines at `/idle` are only open. It prints its port.
"""

import asyncio
import hashlib
import hmac
import os
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

SECRET = b"benchmark-secret-0001"
SIGNATURE = "x-placetel-signature"
CALL = b"call_id="


class Journal:
    """A file to which bodies are appended; `keep` returns when its body is on the disk."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, body: bytes) -> None:
        """Append and sync, with whoever waits too."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await kept

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._sync, b"".join(body for body, _ in batch))
            for _, kept in batch:
                kept.set_result(None)
        self._writing = None

    def _sync(self, data: bytes) -> None:
        os.write(self._file, data)
        os.fdatasync(self._file)


def application(journal: Journal | None) -> Starlette:
    """The three routes."""
    terminals: list[WebSocket] = []

    async def hook(request: Request) -> Response:
        body = await request.body()
        signed = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signed, request.headers.get(SIGNATURE, "")):
            return Response(status_code=403)
        if journal is not None:
            await journal.keep(body)
        call = body.partition(CALL)[2].partition(b"&")[0]
        for each in terminals:
            await each.send_text(f'{{"call":"{call.decode()}"}}')
        return Response(status_code=200)

    async def line(websocket: WebSocket) -> None:
        await websocket.accept()
        if websocket.url.path == "/terminal":
            terminals.append(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            return

    routes = [WebSocketRoute("/terminal", line), WebSocketRoute("/idle", line)]
    return Starlette(routes=[Route("/hook", hook, methods=["POST"]), *routes])


def main() -> None:
    """Serve until it is killed."""
    journal = Journal(Path(sys.argv[1])) if len(sys.argv) > 1 else None
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        application(journal),
        http="httptools",
        ws="websockets-sansio",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
