"""Enrolment: a one-time code makes this device known to a server, and the server to this device.

The code carries the fingerprint of a certificate: the server's own, or one above it. So the first look, at the certificates,
needs no trust; everything after it goes over a line that is verified against that one, and the secret of the code never
leaves before. A code without a fingerprint is for a certificate that the system trusts, or for a server on this machine.
"""

import hashlib
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from ringdesk.errors import Refused, WireError
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import Challenge, Denied, Enrol, Enrolled
from ringdesk.wire.signing import read_code
from terminal.store.joining import Credentials
from terminal.store.replica import Store
from terminal.sync.address import addressed
from terminal.sync.key import CA_FILE, DeviceKey, write_private
from terminal.sync.socket import SYSTEM, Socket, Unreachable, anchored, opened, strangers, trust

_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


async def enrol(store: Store, url: str, code: str, name: str) -> Enrolled:
    """Make this device known under `name`, as a new one. The key is on the disk before the secret leaves.

    What it held and what waits to be sent stays: `joining.enrolled`. Raises `BadInput` for a code with a typing error or an
    address that is none, `Refused` for a code that the server does not take or a server that is not the one of the code,
    `Unreachable` where there is no line.
    """
    secret, fingerprint = read_code(code)
    addressed(url)
    directory = store.directory
    anchor = await _meet(url, fingerprint) if urlsplit(url).scheme == "wss" else None
    context = trust(url, directory / CA_FILE) if anchor is None else anchored(anchor)
    key = DeviceKey.fresh(directory)
    async with _verified(url, context, by_code=bool(fingerprint)) as socket:
        challenge = await _challenge(socket)
        if anchor is not None:
            write_private(directory / CA_FILE, anchor)
        await socket.send(
            Enrol(code=secret, name=SafeText(name), public_key=key.public, signature=key.sign(challenge.nonce))
        )
        message = await socket.receive()
    if isinstance(message, Denied):
        raise Refused(message.code, str(message.message))
    if not isinstance(message, Enrolled):
        raise WireError("the server did not answer the enrolment; try again")
    by = Credentials(key=key.public, code=_mark(secret), server_epoch=challenge.server_epoch)
    await store.enrolled(message, by)
    DeviceKey.settle(directory, key.public)
    return message


def _mark(secret: str) -> str:
    """What is kept of a code: enough to know it again, nothing to use."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def is_spent(store: Store, code: str) -> bool:
    """Whether this is the code by which this device was enrolled. It stays in settings and start scripts, and means nothing
    any more. Raises `BadInput` for a code with a typing error."""
    return (await store.standing()).code == _mark(read_code(code)[0])


@asynccontextmanager
async def _verified(url: str, context: ssl.SSLContext | None, *, by_code: bool) -> AsyncIterator[Socket]:
    """A line to a server whose certificate was found good. Raises `Refused("wrong_server")` for one that only a code with a
    fingerprint could vouch for."""
    try:
        async with opened(url, context) as socket:
            yield socket
    except Unreachable as error:
        if by_code or not isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise
        reason = error.__cause__.verify_message
        raise Refused(
            "wrong_server",
            f"this system does not trust the server's certificate ({reason}), and the code names none;"
            " get a new code, made after `ringdesk admin ca` or with --tls-cert",
        ) from error


async def _meet(url: str, fingerprint: bytes) -> bytes:
    """The certificate (PEM) that the code names, as the server shows it; `SYSTEM` where the code names none."""
    if not fingerprint:
        return SYSTEM
    async with opened(url, strangers()) as socket:
        shown: list[str] = _PEM.findall((await _challenge(socket)).ca)
        if socket.certificate is not None:
            shown.append(ssl.DER_cert_to_PEM_cert(socket.certificate))
    try:
        named = [pem for pem in shown if hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest() == fingerprint]
    except ValueError as error:
        raise Refused("wrong_server", "the server shows no certificate that can be read; check its address") from error
    if not named:
        raise Refused("wrong_server", "this is not the server that made the code; check the address, or get a new code")
    return named[0].encode("ascii")


async def _challenge(socket: Socket) -> Challenge:
    message = await socket.receive()
    if not isinstance(message, Challenge):
        raise WireError("the server did not begin with a challenge; check its address")
    return message


async def is_enrolled(store: Store) -> bool:
    """Whether a server knows this device."""
    return bool((await store.standing()).device)
