"""Compiles the message catalogues when the wheel (or an editable install) is made, so that they are always inside."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = "terminal/locale"


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg,misc]
    """`*.po` -> `*.mo` beside it, by Babel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue under the source tree; a broken one fails the build."""
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in sorted(Path(self.root, CATALOGUES).rglob("*.po")):
            with source.open("rb") as stream:
                catalogue = read_po(stream, abort_invalid=True)
            with source.with_suffix(".mo").open("wb") as target:
                write_mo(target, catalogue)
