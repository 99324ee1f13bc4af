"""What an import of central settings changes, in words for the audit: names of what changed, never a value."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from server.store.values import Central


class Difference(msgspec.Struct, frozen=True):
    """What an import changes: `what` is added, changed or removed; `fields` are the names of those that changed."""

    kind: str
    id: str
    what: str
    fields: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """For the audit: never a value."""
        fields = ", ".join(self.fields)
        return f"{self.kind} {self.id} {self.what}" + (f" ({fields})" if fields else "")


def differences(before: Central, after: Central) -> tuple[Difference, ...]:
    """What is different, sources first."""
    return (
        *_compared("source", {each.id: each for each in before.sources}, {each.id: each for each in after.sources}),
        *_compared("line", {each.id: each for each in before.lines}, {each.id: each for each in after.lines}),
        *_compared(
            "hours", {each.id: each for each in before.rules.hours}, {each.id: each for each in after.rules.hours}
        ),
        *_compared(
            "route", {each.id: each for each in before.rules.routes}, {each.id: each for each in after.rules.routes}
        ),
        *_compared(
            "mark",
            {each.number: each for each in before.rules.marks},
            {each.number: each for each in after.rules.marks},
        ),
        *_compared("callbacks", {"all": before.rules.callbacks}, {"all": after.rules.callbacks}),
    )


_NAMES: Final = {"site": "store", "within": "within_minutes"}
_SILENT: Final = ("id", "position")


def _compared(
    kind: str, before: Mapping[str, msgspec.Struct], after: Mapping[str, msgspec.Struct]
) -> Iterable[Difference]:
    for each, new in after.items():
        old = before.get(each)
        if old is None:
            yield Difference(kind, each, "added")
            continue
        changed = [name for name in new.__struct_fields__ if getattr(old, name) != getattr(new, name)]
        fields = tuple(_NAMES.get(name, name) for name in changed if name not in _SILENT)
        if fields:
            yield Difference(kind, each, "changed", fields)
    for each in before:
        if each not in after:
            yield Difference(kind, each, "removed")
