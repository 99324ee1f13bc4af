"""The doctor listens to a line for a while: what came of it, and why no number did."""

import random
import secrets
import threading
from collections.abc import Collection, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from cli import roots
from cli.doctor_area import Place, misread
from cli.findings import Finding
from cli.line_probe import Heard, Probe
from cli.line_reasons import judged
from config import registry
from ringdesk.dialects import Level, Notice
from ringdesk.why import Why
from terminal.callerid.pump import SourcePump
from terminal.callerid.source import SourceSpec, Transport

if TYPE_CHECKING:
    from cli.hooks import HookPump


def heard_for(spec: SourceSpec, seconds: float, allowed: Collection[str] = ()) -> Iterator[Finding]:
    """Listen to a line for so many seconds, from its set-up on; of a webhook also why a request was refused, be it one. Of a
    recording nothing: it is no line."""
    if spec.transport is Transport.REPLAY:
        return
    heard, notices = Heard(modem=spec.dialect == "modem"), list[Notice]()
    with closing(_pump(spec, heard, notices, allowed)) as pump:
        pump.start()
        threading.Event().wait(seconds)
    trouble = _trouble(notices, seconds)
    refused = _refused(notices) if spec.transport is Transport.HTTP else None
    place = spec.options
    area = misread(heard.raws, [Place(place.region, place.area)])
    notice = None if heard.calls or (heard.modem and heard.bytes) else refused or trouble
    notice = notice or (Notice(Level.BROKEN, area) if area else judged(heard, place.region, seconds, spec.dialect))
    for each in filter(None, (refused, None if notice is refused else notice)):
        yield Finding(check=f"{spec.url} ({seconds:g} s)", ok=each.level is Level.OK, level=each.level, why=each.why)


def _trouble(notices: list[Notice], seconds: float) -> Notice | None:
    """What is wrong with a line that is not well at the end."""
    bad = [notice for notice in notices if notice.level in (Level.BROKEN, Level.WARNING)]
    if not bad and notices and notices[-1].level is Level.STARTING:
        return Notice(Level.STARTING, Why("line_waiting", {"seconds": f"{seconds:g}"}))
    if not bad or notices[-1].level is Level.OK:
        return None
    return bad[-1]


def _refused(notices: list[Notice]) -> Notice | None:
    """The last thing that a webhook's line said of its requests."""
    return next((notice for notice in reversed(notices) if notice.level is Level.WARNING), None)


def _pump(spec: SourceSpec, heard: Heard, notices: list[Notice], allowed: Collection[str]) -> "SourcePump | HookPump":
    if spec.transport is Transport.HTTP:
        from cli.hooks import HookPump

        return HookPump(
            spec,
            on_event=heard.hear,
            on_health=lambda _, notice: notices.append(notice),
            wall=roots.wall,
            allowed=allowed,
            several=1,
        )
    make = registry.dialect(spec.dialect, allowed)
    return SourcePump(
        spec,
        lambda source, options: Probe(make(source, options), heard),
        on_event=lambda _: None,
        on_health=lambda _, notice: notices.append(notice),
        wall=roots.wall,
        jitter=random.Random(secrets.randbits(64)),  # noqa: S311 - spreads attempts, no secret
    )
