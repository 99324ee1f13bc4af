"""The doctor, the server that the settings name: whether it answers at its address."""

import ssl
from pathlib import Path
from typing import Final

from cli.findings import Finding
from ringdesk.dialects import Level
from ringdesk.errors import BadInput
from ringdesk.why import Why
from terminal.sync.address import addressed, is_loopback, spelled_out
from terminal.sync.health import Health, look
from terminal.sync.key import CA_FILE
from terminal.sync.socket import Unreachable, anchored

_FOUND: Final = {
    Health.WELL: "doctor_server_well",
    Health.UNWELL: "doctor_server_unwell",
    Health.THERE: "doctor_server_there",
}


def server(address: str, data: Path) -> Finding:
    """Asked as the desk of that data directory would trust it; only connected to where no enrolment left a certificate. A desk
    works without its server for a while, so it is a warning."""
    try:
        address = spelled_out(address)
        where = addressed(address)
        if where.scheme == "ws" and not is_loopback(where.hostname or ""):
            return _warning(Why("doctor_server_clear", {"where": where.netloc}))
        found = look(address, _trusted(data / CA_FILE) if where.scheme == "wss" else None)
    except BadInput as error:
        return _warning(error.why or Why("doctor_server_no_address"), None if error.why else str(error))
    except Unreachable as error:
        return _warning(error.why)
    except (OSError, ValueError):
        return _warning(Why("doctor_server_unproved", {"file": str(data / CA_FILE)}))
    why = Why(_FOUND[found], {"where": where.netloc})
    return _warning(why) if found is Health.UNWELL else Finding(check="server", why=why)


def _trusted(file: Path) -> ssl.SSLContext | None:
    """By what the enrolment left; None where there was none. Raises `OSError`, `ValueError`."""
    try:
        return anchored(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _warning(why: Why, said: str | None = None) -> Finding:
    return Finding(check="server", ok=False, level=Level.WARNING, why=why, said=said)
