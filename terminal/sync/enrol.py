"""Enrolment: a one-time code makes this device known to a server, and the server to this device.

The code carries the fingerprint of the server's CA. So the first look, at the CA certificate, needs no trust; everything
after it goes over a line that is verified against that certificate, and the secret of the code never leaves before.
"""

import hashlib
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ringdesk.errors import BadInput, Refused, WireError
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import Challenge, Denied, Enrol, Enrolled
from ringdesk.wire.signing import read_code
from terminal.store.joining import Credentials
from terminal.store.replica import Store
from terminal.sync.key import CA_FILE, DeviceKey, write_private
from terminal.sync.socket import Socket, opened, strangers, trust

_FINGERPRINT: Final = 32


async def enrol(store: Store, url: str, code: str, name: str) -> Enrolled:
    """Make this device known under `name`, as a new one. The key is on the disk before the secret leaves.

    What it held and what waits to be sent stays: `joining.enrolled`. Raises `BadInput` for a code with a typing error or an
    address that is none, `Refused` for a code that the server does not take or a server that is not the one of the code,
    `Unreachable` where there is no line.
    """
    secret, fingerprint = read_code(code)
    directory = store.directory
    if urlsplit(url).scheme == "wss":
        await _meet(url, fingerprint, directory / CA_FILE)
    context = trust(url, directory / CA_FILE)
    key = DeviceKey.fresh(directory)
    async with opened(url, context) as socket:
        challenge = await _challenge(socket)
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


async def _meet(url: str, fingerprint: bytes, ca_file: Path) -> None:
    """Learn the CA certificate and judge it by the code's fingerprint."""
    if len(fingerprint) != _FINGERPRINT:
        raise BadInput("this code is for a server on this machine only; make a new one at the server for this address")
    async with opened(url, strangers()) as socket:
        pem = (await _challenge(socket)).ca
    try:
        seen = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.strip())).digest()
    except ValueError as error:
        raise Refused("wrong_server", "the server shows no certificate that can be read; check its address") from error
    if seen != fingerprint:
        raise Refused("wrong_server", "this is not the server that made the code; check the address, or get a new code")
    write_private(ca_file, pem.encode("ascii"))


async def _challenge(socket: Socket) -> Challenge:
    message = await socket.receive()
    if not isinstance(message, Challenge):
        raise WireError("the server did not begin with a challenge; check its address")
    return message


async def is_enrolled(store: Store) -> bool:
    """Whether a server knows this device."""
    return bool((await store.standing()).device)
