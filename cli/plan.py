"""How a desk is to be opened: what flags and settings come to. Light to import, for it is made before the first paint."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from terminal.callerid.source import SourceSpec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How a desk is to be opened. Without `server` it gets one of its own, with the settings file `config` (None: the machine's),
    and `user` a password made once."""

    data: Path
    server: str = ""
    user: str = ""
    password: str = ""
    code: str = ""
    sources: "tuple[SourceSpec, ...]" = ()
    region: str = "TW"
    area: str = ""
    dialects: tuple[str, ...] = ()
    config: Path | None = None

    def signing_in(self, user: str, password: str) -> "Plan":
        """The same desk for whoever this is."""
        return msgspec.structs.replace(self, user=user, password=password)
