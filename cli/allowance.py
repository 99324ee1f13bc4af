"""Which foreign dialects the settings allow, for commands that need nothing else of the settings."""

from pathlib import Path
from typing import Final

from config import registry

HELP: Final = "settings file, for what it allows of other packages' dialects"


def of(config: Path | None, *wanted: str) -> tuple[str, ...]:
    """The names in `[general] dialects`. Raises `BadInput` for settings that cannot be read.

    Where only dialects of our own are `wanted` and no file is given, the settings are not read: what is wrong in them must
    not keep anybody from looking at a line.
    """
    if config is None and all(map(registry.is_ours, wanted)):
        return ()
    from config.load import load

    return load(config).general.dialects
