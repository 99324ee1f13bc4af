"""The central settings: what a person wrote (`server.settings.file`), judged in words, becomes what the server goes by."""

import re
from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from config import registry
from ringdesk import numbers
from ringdesk.errors import BadInput
from ringdesk.numbers import known_region
from ringdesk.safetext import SafeText
from server import callrules
from server.settings.file import MASK, LineTable, SourceTable, Written
from server.store.values import MAIN_SITE, Central, LineRow, Roster, Source

MAX_SECRETS: Final = 2
"""Active at once: the new one and, while providers are switched over, the old one (contracts.md 2)."""
MAX_TEXT: Final = 512
_SOURCE_ID: Final = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}")
_AREA: Final = re.compile(r"[0-9]{0,6}")
_ABILITY: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def settled(
    written: Written,
    before: Central,
    sites: frozenset[str],
    region: str,
    allowed: Collection[str] = (),
    roster: Roster | None = None,
) -> Central:
    """The settings as they are after an import; `allowed` are the foreign dialects of this machine's settings, `roster` who can
    be routed to. Raises `BadInput`, naming what is wrong and where."""
    old = {source.id: source for source in before.sources}
    sources, lines = before.sources, before.lines
    if written.sources is not None:
        sources = tuple(_source(each, old.get(each.id), place, allowed) for place, each in enumerate(written.sources))
    if written.lines is not None:
        lines = tuple(_line(each, sites, region, place) for place, each in enumerate(written.lines))
    known = {source.id for source in sources}
    for line in lines:
        if line.source not in known:
            there = ", ".join(sorted(known)) or "none"
            raise BadInput(
                f"[[line]] {line.id}: there is no source {line.source!r}; the sources are {there}; mend the line or take it out"
            )
    _expect_apart(sources, lines)
    rules = callrules.settled(written.rules, before.rules, sites, roster)
    for route in rules.routes:
        if route.source is not None and route.source not in known:
            there = ", ".join(sorted(known)) or "none"
            raise BadInput(f"[[route]] {route.id}: there is no source {route.source!r}; the sources are {there}")
    return Central(sources, lines, rules)


def _expect_apart(sources: Iterable[Source], lines: Iterable[LineRow]) -> None:
    """Whoever hears a line tells its store by its id or number, and the id of a call follows from that of its source: what two
    stores share would be one store's calls in the other. Raises `BadInput`."""
    stores: dict[str, set[str]] = {}
    numbered: dict[tuple[str, str], LineRow] = {}
    for line in lines:
        stores.setdefault(line.source, set()).add(line.site)
        number = numbers.read(line.id, line.region, line.area).e164
        other = numbered.setdefault((line.source, number), line) if number is not None else line
        if other.site != line.site:
            raise BadInput(
                f"[[line]] {line.id} of store {line.site} is the same number as [[line]] {other.id} of store {other.site};"
                " take one of them out, or correct its number"
            )
    named: dict[str, Source] = {source.id: source for source in sources}
    for source in sources:
        said = _id_in(source.url) or source.id
        other_source = named.setdefault(said, source)
        if other_source is not source and stores.get(other_source.id, {MAIN_SITE}) != stores.get(
            source.id, {MAIN_SITE}
        ):
            raise BadInput(
                f"[[source]] {source.id}: its url says id={said}, which is that of [[source]] {other_source.id} of another"
                " store; give each an id of its own, or take id= out of the url"
            )


def _id_in(url: str) -> str:
    try:
        return dict(parse_qsl(urlsplit(url).query)).get("id", "")
    except ValueError:  # no address at all
        return ""


def _source(table: SourceTable, before: Source | None, position: int, allowed: Collection[str]) -> Source:
    where = f"[[source]] {table.id}"
    if not _SOURCE_ID.fullmatch(table.id):
        raise BadInput(
            f"[[source]] {table.id!r}: an id has letters, digits and . _ ~ -, at most 64: it stands in an address"
        )
    hook = table.dialect in registry.webhook_names(allowed)
    if hook:
        registry.webhook(table.dialect, allowed)
    elif (barred := registry.barred(table.dialect, allowed)) is not None:
        raise BadInput(f"{where}: {barred.why.english()}")
    elif table.dialect not in registry.names(allowed):
        known = ", ".join(sorted({*registry.names(allowed), *registry.webhook_names(allowed)}))
        raise BadInput(f"{where}: there is no dialect {table.dialect!r}; known are {known}")
    secrets = _secrets(where, table.secrets, () if before is None else before.active)
    if (fault := registry.secret_fault(table.dialect, secrets, allowed)) is not None:
        raise BadInput(f"{where}: {fault.english()}")
    if hook and not secrets and not table.open:
        raise BadInput(
            f"{where}: anybody could send its calls; give it secrets, or write open = true to believe everybody"
        )
    _expect_url(where, table.url, hook=hook)
    return Source(
        id=table.id,
        dialect=table.dialect,
        url=table.url,
        secrets="\n".join(secrets),
        open=table.open,
        position=position,
    )


def _expect_url(where: str, url: str, *, hook: bool) -> None:
    if not _is_text(url):
        raise BadInput(f"{where}: the url has characters that cannot be in one; type it again")
    if hook and url and not is_address(url):
        raise BadInput(f"{where}: {url!r} is no address that a provider could call; write https://HOST/..., or no url")


def is_address(url: str) -> bool:
    """Whether it is an http or https address with a host, and nothing behind its path."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it raises for a port that is none
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment


def _secrets(where: str, given: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """The secrets themselves: a mask stands for the next of those that are there."""
    kept = iter(before)
    secrets: list[str] = []
    for each in given:
        secret = next(kept, "") if each == MASK else each
        if each == MASK and not secret:
            raise BadInput(f"{where}: a secret is masked ({MASK}), and none is kept here; write it in full")
        if not secret or secret != secret.strip() or not secret.isprintable() or len(secret) > MAX_TEXT:
            raise BadInput(f"{where}: a secret is empty, has blanks around it or control characters; copy it again")
        secrets.append(secret)
    if len(secrets) > MAX_SECRETS:
        raise BadInput(f"{where}: it has {len(secrets)} secrets and {MAX_SECRETS} are active at once; keep the newest")
    return tuple(secrets)


def _line(table: LineTable, sites: frozenset[str], region: str, position: int) -> LineRow:
    where = f"[[line]] {table.id}"
    if not table.id or len(table.id) > 64 or not _is_text(table.id) or not _is_text(table.label):
        raise BadInput(
            f"[[line]] {table.id!r}: the id or label of a line is one line of text, an id at most 64 characters"
        )
    callrules.expect_store(where, table.store, sites)
    own = region if table.region is None else table.region
    if not re.fullmatch("[A-Z]{2}", own) or not known_region(own):
        raise BadInput(f"{where}: there is no country {own!r} with telephones; use a code such as TW or US")
    if not _AREA.fullmatch(table.area):
        raise BadInput(f"{where}: {table.area!r} is no area code; write it without the leading 0, as in 2")
    for ability in table.abilities:
        if not _ABILITY.fullmatch(ability):
            raise BadInput(f"{where}: {ability!r} is no ability; they are words of small letters")
    return LineRow(
        id=table.id,
        source=table.source,
        site=table.store,
        label=table.label,
        region=own,
        area=table.area,
        abilities=" ".join(table.abilities),
        position=position,
    )


def _is_text(text: str) -> bool:
    return len(text) <= MAX_TEXT and SafeText(text) == text
