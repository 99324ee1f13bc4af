"""Which pump a source needs: bytes of a line, or requests of a provider. Light until one is made."""

import random
import secrets
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from config import registry
from ringdesk.calls import CallEvent
from ringdesk.dialects import Notice
from ringdesk.transcript import Chunk
from terminal.callerid.source import SourceSpec, Transport

if TYPE_CHECKING:
    from cli.hooks import HookPump
    from terminal.callerid.pump import SourcePump


def expect_dialect(spec: SourceSpec, allowed: Collection[str]) -> None:
    """What the source speaks is known here, and can be used; `allowed` are the foreign dialects of the settings. Raises
    `BadInput` with what to write instead."""
    (registry.webhook if spec.transport is Transport.HTTP else registry.dialect)(spec.dialect, allowed)


def pump_of(
    spec: SourceSpec,
    on_event: Callable[[CallEvent], None],
    on_health: Callable[[str, Notice], None],
    wall: Callable[[], float],
    on_chunk: Callable[[Chunk], None] = lambda _: None,
    *,
    allowed: Collection[str] = (),
) -> "SourcePump | HookPump":
    """The pump of a source, not yet started. `on_chunk` hears the bytes of a line; a webhook has none to keep.
    `allowed` are the foreign dialects of the settings."""
    if spec.transport is Transport.HTTP:
        from cli.hooks import HookPump

        return HookPump(spec, on_event=on_event, on_health=on_health, wall=wall, allowed=allowed)
    from terminal.callerid.pump import SourcePump

    return SourcePump(
        spec,
        registry.dialect(spec.dialect, allowed),
        on_event=on_event,
        on_health=on_health,
        on_chunk=on_chunk,
        wall=wall,
        jitter=random.Random(secrets.randbits(64)),  # noqa: S311 - spreads attempts, no secret
    )
