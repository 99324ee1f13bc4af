"""A provider that calls a server by HTTP, and the shop that has it in its settings: real processes, a real client."""

import contextlib
import http.client
import json
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.flows.processes import Shop, shop
from tests.server.intake import dialect
from tests.server.intake.dialect import SIGNATURE, plugged, signature

SECRET = "tests-secret-0001"
OLD = "tests-secret-0000"
SETTINGS = f"""
[[source]]
id = "pbx"
dialect = "signed"
secrets = ["{SECRET}", "{OLD}"]

[[source]]
id = "token"
dialect = "generic"
secrets = ["path-token-0001"]

[[source]]
id = "anybody"
dialect = "signed"
open = true

[[source]]
id = "bridge"
dialect = "shop"
secrets = ["{SECRET}"]

[[line]]
id = "0227208889"
source = "pbx"
store = "main"
area = "2"

[[line]]
id = "+886223456789"
source = "pbx"
store = "north"
area = "2"
"""

Reply = tuple[int, bytes, dict[str, str]]


class Provider:
    """Sends requests of one source."""

    def __init__(self, address: str, source: str = "pbx", secret: str = SECRET, public: str = "") -> None:
        self.address = address
        self.path = f"/hook/{source}"
        self.secret = secret
        self.public = public or f"http://{address}"

    def headers(self, body: bytes, path: str | None = None) -> dict[str, str]:
        return {SIGNATURE: signature(self.secret, self.public + (path or self.path), body)}

    def sends(self, body: bytes, **more: Any) -> Reply:
        """One signed request; again where the server asks for it, as providers do."""
        for _ in range(20):
            reply = self.asks("POST", self.path, body, self.headers(body) | more)
            if reply[0] != 503:
                break
        return reply

    def asks(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        line = http.client.HTTPConnection(self.address, timeout=20)
        try:
            line.request(method, path, body, dict(headers or {}))
            reply = line.getresponse()
            return reply.status, reply.read(), {name.lower(): value for name, value in reply.getheaders()}
        finally:
            line.close()

    def opens(self) -> socket.socket:
        """A line for bytes by hand."""
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=20)

    def request(self, body: bytes) -> bytes:
        """A whole signed request, as bytes."""
        fields = {"host": "x", "content-length": str(len(body))} | self.headers(body)
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {self.path} HTTP/1.1\r\n{head}\r\n".encode() + body


@contextlib.contextmanager
def office(room: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop with the settings above; its server does not run yet."""
    monkeypatch.setenv("PYTHONPATH", plugged(room))
    monkeypatch.setenv("RINGDESK_GENERAL_DIALECTS", "signed unmakable")
    with shop(room) as it:
        it.admin("store", "add", "north")
        (room / "central.toml").write_text(SETTINGS)
        it.admin("settings", "import", str(room / "central.toml"))
        yield it


def calls(it: Shop) -> list[dict[str, Any]]:
    """The calls in the database."""
    with contextlib.closing(sqlite3.connect(it.room / "server.db")) as db:
        rows = db.execute("SELECT body FROM image WHERE kind = 'call' AND body IS NOT NULL ORDER BY seq").fetchall()
    return [json.loads(body) for (body,) in rows]


def head(it: Shop) -> int:
    """Where the order stands."""
    with contextlib.closing(sqlite3.connect(it.room / "server.db")) as db:
        seq: int = db.execute("SELECT seq FROM space").fetchone()[0]
    return seq


def audit(it: Shop) -> list[dict[str, Any]]:
    return [json.loads(line) for line in it.admin("audit").splitlines()]


said = dialect.said
