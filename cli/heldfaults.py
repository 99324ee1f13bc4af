"""What is wrong with the sources that a server is to listen to, said before it does: at the import of the central settings."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from config import registry
from ringdesk.errors import BadInput
from ringdesk.servedwords import at_server
from terminal.callerid.source import SourceSpec, at_one_port

Specs = Mapping[str, SourceSpec | None]
"""The lines of the central settings by the ids of their sources; None for those that a desk listens to."""


def expect_usable(specs: Specs, allowed: Collection[str]) -> None:
    """Raises `BadInput`, with its name, for a source of the server's that can never work as it is written."""
    for name, spec in _of_the_server(specs):
        if (fault := registry.login_fault(spec.dialect, spec.options, allowed)) is not None:
            raise BadInput(f"[[source]] {name}: {at_server(fault).english()}")
    if (pair := at_one_port(spec for _, spec in _of_the_server(specs))) is not None:
        one, other = pair
        raise BadInput(
            f"[[source]] {one.id} and [[source]] {other.id} would both listen at port {one.port} of the server; give one of them"
            " another port"
        )


def doubts(specs: Specs, allowed: Collection[str]) -> Iterator[str]:
    """What may not be meant, or may not work yet: one line each."""
    for name, spec in _of_the_server(specs):
        where, secrets = f"[[source]] {name}", spec.options.secrets
        if secrets and registry.logs_in(spec.dialect, allowed) is False:
            yield f"{where}: {spec.dialect} knows no login, so nothing is done with its secrets; take them out"
        if spec.options.registrar and not secrets:
            yield (
                f"{where}: it registers with {spec.options.registrar} without a password; if one is asked for, write"
                ' secrets = ["user:password"]'
            )
        if spec.ca is not None and not _can_be_read(spec.ca):
            yield f"{where}: the file ca={spec.ca} cannot be read here; the server does not connect before it can"


def _of_the_server(specs: Specs) -> Iterator[tuple[str, SourceSpec]]:
    return ((name, spec) for name, spec in specs.items() if spec is not None)


def _can_be_read(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            file.read(1)
    except OSError:
        return False
    return True
