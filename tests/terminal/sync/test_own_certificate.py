"""A real server with a certificate that others made, and desks that join it by what its code names, or by the system."""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cli.roots import new_ids
from ringdesk.errors import Refused
from ringdesk.wire.signing import read_code
from server.identity.authority import Authority, ensure
from terminal.serverclock import ServerClock
from terminal.store.replica import Store
from terminal.sync.enrol import enrol, is_enrolled
from terminal.sync.key import CA_FILE
from terminal.sync.link import Link
from terminal.sync.socket import Unreachable
from tests.terminal.sync.test_real_server import PATIENCE, Desk, Server


def company(room: Path, host: str = "127.0.0.1") -> Authority:
    """An authority of somebody else, with a certificate for `host` (and no other address of this machine)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.identity.authority.ALWAYS", ())
        return ensure(room, (host,), time.time())


def self_signed(room: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(1))
        .not_valid_after(now + timedelta(9))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    room.mkdir()
    (room / "self.pem").write_bytes(made.public_bytes(pem))
    (room / "self.key").write_bytes(secret)
    return room / "self.pem"


@contextlib.contextmanager
def serving(room: Path, certificate: Path, *more: str) -> Iterator[Server]:
    server = Server(room)
    try:
        server.start("--tls-cert", str(certificate), *more)
        yield server
    finally:
        server.kill()


def code_of(server: Server, *more: str) -> str:
    return str(json.loads(server.admin("enrol", "--store", "main", *more))["code"])


async def joins(server: Server, name: str, code: str) -> None:
    """Enrol, then open a session as at any later start."""
    directory = server.folder / name
    url = server.url.replace("ws:", "wss:")
    store = await Store.open(directory, ids=new_ids(), clock=ServerClock(time.time))
    try:
        await enrol(store, url, code, name)
        link: Link = Desk(store, url).link
        running = asyncio.create_task(link.run())
        async with asyncio.timeout(PATIENCE):
            while not link.connected:
                await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.wait([running])
    finally:
        await store.close()


async def refused(server: Server, name: str, code: str, words: str) -> None:
    directory = server.folder / name
    store = await Store.open(directory, ids=new_ids(), clock=ServerClock(time.time))
    try:
        with pytest.raises((Refused, Unreachable), match=words):
            await enrol(store, server.url.replace("ws:", "wss:"), code, name)
        assert not await is_enrolled(store)
        assert not (directory / CA_FILE).exists()
    finally:
        await store.close()


async def test_a_certificate_that_the_system_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = company(tmp_path / "public")
    with serving(tmp_path, public.certificate) as server:
        code = code_of(server)
        assert read_code(code)[1] == b""
        await refused(server, "a", code, "does not trust the server's certificate")
        monkeypatch.setenv("SSL_CERT_FILE", str(public.ca))
        await joins(server, "a", code)
        server.admin("ca")  # made for a later day: --public says that it is not what the server shows
        await refused(server, "b", code_of(server), "not the server that made the code")
        await joins(server, "b", code_of(server, "--public"))


async def test_the_host_name_counts_also_where_the_system_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = company(tmp_path / "public", "shop.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(public.ca))
    with serving(tmp_path, public.certificate) as server:
        await refused(server, "a", code_of(server, "--public"), "does not trust the server's certificate .*127.0.0.1")


async def test_a_code_names_the_authority_at_the_end_of_the_file(tmp_path: Path) -> None:
    """A renewed certificate of the same authority needs no new enrolment."""
    private, other = company(tmp_path / "private"), company(tmp_path / "other")
    chain = tmp_path / "chain.pem"
    chain.write_bytes(private.certificate.read_bytes() + private.ca.read_bytes())
    with serving(tmp_path, chain) as server:
        code = code_of(server, "--tls-cert", str(chain))
        assert read_code(code)[1] == private.fingerprint
        await refused(server, "a", code_of(server, "--tls-cert", str(other.ca)), "not the server that made the code")
        await joins(server, "a", code)


@pytest.mark.parametrize("signed_by", ["itself", "an authority that nobody shows"])
async def test_a_code_names_the_served_certificate_itself(tmp_path: Path, signed_by: str) -> None:
    if signed_by == "itself":
        served = self_signed(tmp_path / "own")
        key = ["--tls-key", str(served.with_suffix(".key"))]
    else:
        served, key = company(tmp_path / "own").certificate, []
    with serving(tmp_path, served, *key) as server:
        await joins(server, "a", code_of(server, "--tls-cert", str(served)))
