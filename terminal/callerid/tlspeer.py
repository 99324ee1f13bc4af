"""Why a peer that is spoken to in plain text says nothing: it may be waiting for TLS, as a server that speaks first does."""

import socket
import ssl
from collections.abc import Callable
from typing import Final

from ringdesk.dialects import Level, Notice
from ringdesk.why import Why, register
from terminal.callerid.source import SourceSpec, Transport

register({"line_wants_tls": "{port} speaks TLS, and is spoken to in plain text: add `tls=1` to the source"})

_LOOK_SECONDS: Final = 3.0
_SILENT: Final = "_silent"
"""How the codes end by which a dialect says that its peer answers nothing."""
_GOES_WITH_IT: Final = ("_cut_off", "port_closed")
"""What such a peer is said to do once it is tired of waiting."""


def speaks_tls(spec: SourceSpec) -> bool:
    """Whether a handshake gets an answer. It proves nothing about who is there, and nothing is said behind it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((spec.host, spec.port), timeout=_LOOK_SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=spec.host),
        ):
            return True
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")  # it refuses this handshake, and says so in TLS
    except (OSError, ValueError):
        return False


class TlsPeer:
    """Looks once a connection that stays silent, and gives the reason a name. `look` asks the peer, for some seconds."""

    def __init__(self, spec: SourceSpec, look: Callable[[SourceSpec], bool] = speaks_tls) -> None:
        self._spec = spec
        self._look = look
        self._plain = spec.transport is Transport.TCP and not spec.tls
        self._found = False

    def heard(self) -> None:
        """It said something that was no TLS."""
        self._plain, self._found = False, False

    def explained(self, notice: Notice) -> Notice:
        """What is wrong with the line, or that it is this."""
        code = notice.why.code
        if not self._plain or notice.level is not Level.BROKEN:
            return notice
        if code.endswith(_SILENT):
            self._found = self._look(self._spec)
        elif not code.endswith(_GOES_WITH_IT):
            return notice
        return Notice(Level.BROKEN, Why("line_wants_tls", {"port": self._spec.address})) if self._found else notice
