"""The lines that a server listens to itself: what a `[[source]]` of the central settings is as a source of a terminal."""

from collections.abc import Callable, Collection

import msgspec

from cli.pumps import expect_dialect, pump_of
from config import registry
from ringdesk.dialects import SourceOptions
from ringdesk.errors import BadInput
from ringdesk.why import Why, register
from server.callroom.heard import ANYWHERE
from server.links.line import Heard, Line, MakeLine, Stood, called
from server.store.values import Central, LineRow, Source
from terminal.callerid.source import SourceSpec, Transport, parse

register(
    {
        "link_secret_file": "the url names a secret file; write what it holds as secrets = [...]",
        "link_line": "the url says {name}=, which the [[line]] of the source says here; take it out of the url",
        "link_option": "the url says {name}={said}, and the source has {name} = {own}; take it out of the url",
    }
)

_OF_A_DESK = (Transport.SERIAL, Transport.REPLAY)
"""What is plugged into one machine, or lies on it."""


def spec_of(source: Source, lines: tuple[LineRow, ...], allowed: Collection[str] = ()) -> SourceSpec | None:
    """How the server listens to a source; None for a webhook, and for a line that only a desk listens to: one without a url, or
    at a port of its machine. `lines` are those of the source, one at least. Raises `BadInput` for a url that cannot be used."""
    if not source.url or registry.find_webhook(source.dialect, allowed) is not None:
        return None
    spec = parse(_addressed(source), "", region=lines[0].region, area=lines[0].area)
    if spec.transport in _OF_A_DESK:
        return None
    expect_dialect(spec, allowed)
    return msgspec.structs.replace(spec, id=source.id, url=source.url, options=_options(spec.options, source, lines))


def specs_of(central: Central, allowed: Collection[str]) -> dict[str, SourceSpec | None]:
    """The same of every source of the central settings that is no webhook, by its id. Raises `BadInput`, with its name."""
    specs: dict[str, SourceSpec | None] = {}
    for source in central.sources:
        if registry.find_webhook(source.dialect, allowed) is not None:
            continue
        lines = tuple(line for line in central.lines if line.source == source.id) or (ANYWHERE,)
        try:
            specs[source.id] = spec_of(source, lines, allowed)
        except BadInput as error:
            raise BadInput(f"[[source]] {source.id}: {error}") from error
    return specs


def _addressed(source: Source) -> str:
    """The url with what the source says beside it. Raises `BadInput` where it says something else."""
    url, _, query = source.url.partition("?")
    given = dict(pair.partition("=")[::2] for pair in query.split("&"))
    if "secret-file" in given:
        raise BadInput(Why("link_secret_file"))
    for name in given.keys() & {"line", "store"}:
        raise BadInput(Why("link_line", {"name": name}))
    for name, own in (("dialect", source.dialect), ("id", source.id)):
        said = given.setdefault(name, own)
        if said != own:
            raise BadInput(Why("link_option", {"name": name, "said": said, "own": own}))
    return f"{url}?{'&'.join(f'{name}={value}' for name, value in given.items() if name)}"


def _options(given: SourceOptions, source: Source, lines: tuple[LineRow, ...]) -> SourceOptions:
    """With what the central settings say beside the url."""
    return msgspec.structs.replace(given, line=called(lines), store=lines[0].site, secrets=source.active)


def maker(wall: Callable[[], float], allowed: Collection[str]) -> MakeLine:
    """Makes them. `allowed` are the foreign dialects of this machine's settings."""

    def make(source: Source, lines: tuple[LineRow, ...], heard: Heard, stood: Stood) -> Line | None:
        spec = spec_of(source, lines, allowed)
        return None if spec is None else pump_of(spec, heard, stood, wall, allowed=allowed)

    return make
