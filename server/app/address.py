"""The address at which a server listens."""

import socket
from typing import Final

from ringdesk.errors import BadInput, RingdeskError

BACKLOG: Final = 4096


class Taken(RingdeskError):
    """The address cannot be listened at; `reason` is what the system said."""

    def __init__(self, listen: str, error: OSError) -> None:
        super().__init__(f"cannot listen on {listen}: {error.strerror}; choose another --listen")
        self.reason = error.strerror or str(error)


def bound(listen: str) -> socket.socket:
    """A listening socket's address, taken. Raises `BadInput` for what is no HOST:PORT, `Taken` if it is in use."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > 65535:
        raise BadInput(f"{listen!r} is no address; write --listen HOST:PORT, with port 0 for a free one")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise BadInput(f"{host!r} is no host of this machine; write --listen HOST:PORT") from error
    listener = socket.socket(family, kind, protocol)
    try:
        if not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # on Windows SO_REUSEADDR lets two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Taken(listen, error) from error
    listener.settimeout(0)
    return listener


def address_of(listener: socket.socket) -> str:
    """HOST:PORT of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
