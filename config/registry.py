"""Which dialects there are: entry points of the groups `ringdesk.dialects` (streams) and `ringdesk.webhooks` (single
requests).

    [project.entry-points."ringdesk.dialects"]
    modem = "ringdesk.dialects.modem:ModemDialect"

    [project.entry-points."ringdesk.webhooks"]
    sipgate = "ringdesk.dialects.sipgate:SipgateDialect"

Ours are those of the distribution `ringdesk` from which this very program runs, and always there: another one of that name, in
another folder, is foreign, too. Those of other packages are foreign: what is merely installed
must not get into the path of calls, so a foreign one is imported only if its name is `allowed` (`[general] dialects` of the
settings), and none can take a name of ours, in either group.

A dialect is imported when it is asked for. One that cannot be imported, or may not be, is a value (`Broken`, `Barred`): it
must not take the others with it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec

import ringdesk
from ringdesk.dialects import Level, SourceOptions, StreamDialect, WebhookDialect
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

register(
    {
        "dialect_unknown": "there is no dialect '{name}'; known are {streams}; and as webhooks {webhooks}",
        "dialect_stream": "{name} is heard on a line, it is no webhook; known webhooks are {webhooks}",
        "dialect_webhook": (
            "{name} is a webhook: its provider sends requests to the server; known on a line are {streams}"
        ),
        "dialect_not_allowed": (
            "the dialect '{name}' is of the package {package} and not allowed here; to allow it write dialects = [{all}]"
            " under [general] in ringdesk.toml"
        ),
        "dialect_twice": "the dialect '{name}' is offered more than once, by {packages}; leave one of them installed",
        "dialect_broken": "the dialect '{name}' cannot be imported ({reason}); install its package again",
        "dialect_of_package": "a dialect of the package {package}; the settings allow it",
        "dialect_is_ours": (
            "is a dialect of Ringdesk's own; that of the package {package} is never used, unless its author gives it another name"
        ),
        "dialect_missing": (
            "is allowed in the settings, and no package offers it; install its package here, or take it out of dialects"
            " under [general]"
        ),
    }
)

GROUP: Final = "ringdesk.dialects"
WEBHOOKS: Final = "ringdesk.webhooks"
OURS: Final = "ringdesk"
"""The distribution whose dialects need no leave."""

Factory = Callable[[str, SourceOptions], StreamDialect]
"""Makes a dialect of a source id and its options."""
WebhookFactory = Callable[[str, SourceOptions], WebhookDialect]
"""The same for single requests."""

_Found = TypeVar("_Found", Factory, WebhookFactory)


class Broken(msgspec.Struct, frozen=True):
    """A dialect that cannot be used: why, in one line."""

    name: str
    reason: str


class Barred(msgspec.Struct, frozen=True):
    """A foreign dialect that is installed and may not be used: why, and what to write to use it. It was not imported."""

    name: str
    why: Why


class Foreign(msgspec.Struct, frozen=True):
    """How a foreign dialect stands. `usable` is False where the settings name it and it cannot be used all the same."""

    name: SafeText
    level: Level
    why: Why
    usable: bool = True


class _Offer(msgspec.Struct, frozen=True):
    """An entry point, and the distribution that it comes from."""

    group: str
    entry: EntryPoint
    package: str
    ours: bool


def names(allowed: Collection[str] = ()) -> tuple[str, ...]:
    """The dialects of streams that may be used, in alphabetical order; nothing is imported."""
    return _names(GROUP, allowed)


def webhook_names(allowed: Collection[str] = ()) -> tuple[str, ...]:
    """The dialects of webhooks that may be used, in alphabetical order; nothing is imported."""
    return _names(WEBHOOKS, allowed)


def is_ours(name: str) -> bool:
    """Whether a dialect of either kind needs no leave of the settings."""
    return any(offer.ours for offer in _offers() if offer.entry.name == name)


def find(name: str, allowed: Collection[str] = ()) -> Factory | Broken | Barred | None:
    """The dialect of a stream; None if there is none of that name."""
    found: Factory | Broken | Barred | None = _find(GROUP, name, allowed)
    return found


def find_webhook(name: str, allowed: Collection[str] = ()) -> WebhookFactory | Broken | Barred | None:
    """The dialect of a webhook; None if there is none of that name."""
    found: WebhookFactory | Broken | Barred | None = _find(WEBHOOKS, name, allowed)
    return found


def dialect(name: str, allowed: Collection[str] = ()) -> Factory:
    """The dialect of a stream. Raises `BadInput`, with what to write instead, if there is none of that name, it may not be
    used or cannot be imported."""
    found = find(name, allowed)
    if found is None and name in webhook_names(allowed):
        raise BadInput(Why("dialect_webhook", {"name": name, "streams": _all(names(allowed))}))
    return _usable(name, found, allowed)


def webhook(name: str, allowed: Collection[str] = ()) -> WebhookFactory:
    """The dialect of a webhook. Raises `BadInput` as `dialect` does."""
    found = find_webhook(name, allowed)
    if found is None and name in names(allowed):
        raise BadInput(Why("dialect_stream", {"name": name, "webhooks": _all(webhook_names(allowed))}))
    return _usable(name, found, allowed)


def secret_fault(name: str, secrets: Iterable[str], allowed: Collection[str] = ()) -> Why | None:
    """Why one of the secrets can be none of a webhook's, as far as its dialect knows (`ringdesk.dialects.Choosy`)."""
    fault: Callable[[str], Why | None] | None = getattr(find_webhook(name, allowed), "secret_fault", None)
    return None if fault is None else next(filter(None, map(fault, secrets)), None)


def logs_in(name: str, allowed: Collection[str] = ()) -> bool | None:
    """Whether a dialect of a stream has any use for secrets; None for a foreign one that does not say."""
    return hasattr(find(name, allowed), "login_fault") or (False if is_ours(name) else None)


def login_fault(name: str, options: SourceOptions, allowed: Collection[str] = ()) -> Why | None:
    """Why a dialect of a stream cannot log in with these options, as far as it knows (`ringdesk.dialects.LogsIn`)."""
    fault: Callable[[SourceOptions], Why | None] | None = getattr(find(name, allowed), "login_fault", None)
    return None if fault is None else fault(options)


def barred(name: str, allowed: Collection[str] = ()) -> Barred | None:
    """Why a dialect of either kind may not be used; None if it may, or there is none of that name."""
    offers = [offer for offer in _offers() if offer.entry.name == name]
    return _barred(name, offers, allowed)


def foreign(allowed: Collection[str] = ()) -> tuple[Foreign, ...]:
    """Every foreign dialect that is installed, and every name that is allowed and not there, in alphabetical order. Those that
    are allowed are imported."""
    offers = list(_offers())
    found = {offer.entry.name for offer in offers if not offer.ours} | (
        set(allowed) - {offer.entry.name for offer in offers}
    )
    return tuple(
        _standing(name, [offer for offer in offers if offer.entry.name == name], allowed) for name in sorted(found)
    )


def _standing(name: str, offers: list[_Offer], allowed: Collection[str]) -> Foreign:
    shown = SafeText(name)
    package = _packages(offers)
    if not offers:
        return Foreign(shown, Level.BROKEN, Why("dialect_missing"), usable=False)
    if any(offer.ours for offer in offers):
        return Foreign(shown, Level.WARNING, Why("dialect_is_ours", {"package": package}))
    if (found := _barred(name, offers, allowed)) is not None:
        return Foreign(shown, Level.WARNING, found.why, usable=name not in allowed)
    loaded = _loaded(name, offers[0].entry)
    if isinstance(loaded, Broken):
        return Foreign(shown, Level.BROKEN, _why_broken(loaded), usable=False)
    return Foreign(shown, Level.OK, Why("dialect_of_package", {"package": package}))


def _usable(name: str, found: _Found | Broken | Barred | None, allowed: Collection[str]) -> _Found:
    if found is None:
        known = {"streams": _all(names(allowed)), "webhooks": _all(webhook_names(allowed))}
        raise BadInput(Why("dialect_unknown", {"name": name, **known}))
    if isinstance(found, Barred):
        raise BadInput(found.why)
    if isinstance(found, Broken):
        raise BadInput(_why_broken(found))
    return found


def _why_broken(found: Broken) -> Why:
    return Why("dialect_broken", {"name": SafeText(found.name), "reason": SafeText(found.reason)})


def _all(known: tuple[str, ...]) -> str:
    return ", ".join(known) or "none: install ringdesk again"


def _names(group: str, allowed: Collection[str]) -> tuple[str, ...]:
    by_name: dict[str, list[_Offer]] = {}
    for offer in _offers():
        by_name.setdefault(offer.entry.name, []).append(offer)
    return tuple(sorted(name for name, offers in by_name.items() if _entry(group, name, offers, allowed) is not None))


def _find(group: str, name: str, allowed: Collection[str]) -> Any:
    offers = [offer for offer in _offers() if offer.entry.name == name]
    if (found := _barred(name, offers, allowed)) is not None:
        return found
    entry = _entry(group, name, offers, allowed)
    return None if entry is None else _loaded(name, entry)


def _entry(group: str, name: str, offers: list[_Offer], allowed: Collection[str]) -> EntryPoint | None:
    """What stands behind a name: ours, else the one foreign dialect that is allowed."""
    ours = [offer for offer in offers if offer.ours]
    if not ours and _barred(name, offers, allowed) is not None:
        return None
    return next((offer.entry for offer in ours or offers if offer.group == group), None)


def _barred(name: str, offers: list[_Offer], allowed: Collection[str]) -> Barred | None:
    """A name that is offered twice is nobody's: which of them is meant would hang on the order of the path."""
    if not offers or any(offer.ours for offer in offers):
        return None
    shown = SafeText(name)
    if name not in allowed:
        wanted = ", ".join(f'"{SafeText(each)}"' for each in (*allowed, name))
        why = Why("dialect_not_allowed", {"name": shown, "package": _packages(offers), "all": wanted})
        return Barred(name, why)
    if len(offers) > 1:
        return Barred(name, Why("dialect_twice", {"name": shown, "packages": _packages(offers)}))
    return None


def _packages(offers: list[_Offer]) -> str:
    return ", ".join(sorted({SafeText(offer.package) or "?" for offer in offers if not offer.ours}))


def _loaded(name: str, entry: EntryPoint) -> Any:
    try:
        loaded: Any = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- foreign code at import: whatever it raises is the answer
        return Broken(name, f"{type(error).__name__}: {error}")
    return loaded if callable(loaded) else Broken(name, f"{entry.value} is no class")


def _offers() -> Iterator[_Offer]:
    """Ours, then those of the others. Of two distributions of one name only the first on the path offers anything there, so
    ours are asked for by themselves."""
    this = _this()
    known = entry_points()
    packages: dict[int, str] = {}  # a distribution reads its files anew whenever it is asked for its name
    for group in (GROUP, WEBHOOKS):
        own = () if this is None else this.entry_points.select(group=group)
        yield from (_Offer(group, entry, OURS, ours=True) for entry in own)
        for entry in known.select(group=group):
            dist = entry.dist
            if id(dist) not in packages:
                packages[id(dist)] = "" if dist is None or _same(dist, this) else str(dist.name or "")
            if not _same(dist, this):
                yield _Offer(group, entry, packages[id(dist)], ours=False)


def _this() -> Distribution | None:
    """The distribution from which we run. Where none says so, the only one of the name is."""
    named = list(distributions(name=OURS))
    return next((dist for dist in named if _is_this(dist)), named[0] if len(named) == 1 else None)


def _same(dist: Distribution | None, this: Distribution | None) -> bool:
    return dist is not None and this is not None and _folder(dist) == _folder(this)


def _folder(dist: Distribution) -> str:
    """Where its metadata lies."""
    return str(getattr(dist, "_path", id(dist)))


def _is_this(dist: Distribution) -> bool:
    """Whether we run from this distribution: what it was installed as, or the folder in which it is worked on (PEP 610)."""
    here = Path(ringdesk.__file__).resolve()
    recorded = any(str(file) == f"{OURS}/{here.name}" for file in dist.files or ())
    if recorded and Path(str(dist.locate_file(f"{OURS}/{here.name}"))).resolve() == here:
        return True
    try:
        origin: Any = msgspec.json.decode(dist.read_text("direct_url.json") or "null")
    except (msgspec.MsgspecError, OSError, UnicodeDecodeError):
        return False
    url = origin.get("url") if isinstance(origin, dict) else None
    place = urlsplit(url) if isinstance(url, str) else None
    return place is not None and place.scheme == "file" and Path(url2pathname(place.path)).resolve() == here.parents[1]
