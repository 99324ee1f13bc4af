"""What an administrator does on the server's machine, beside a server that runs: it follows the same rules (one lock order,
one audit), and the server sees the outcome at its next look, a quarter of a second later at most."""

import contextlib
import unicodedata
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from pathlib import Path
from typing import Final

import msgspec

from ringdesk.errors import BadInput, Refused, RingdeskError
from ringdesk.ops import Row
from ringdesk.routing import MarkedNumbers
from ringdesk.safetext import SafeText
from ringdesk.wire.signing import ServerKey
from server import accept
from server.callroom import listed
from server.differences import Difference, differences
from server.identity import authority, devices, people
from server.identity.authority import Authority
from server.identity.state import KEY_FILE, keys_of, state_of, write_private
from server.settings import settled
from server.settings.file import read, text_of
from server.store.base import Store
from server.store.sqlite import open_store, path_of
from server.store.values import Central, DeviceClass, Entry, Person, Site, audit_content, entry_of, folded

ACTOR: Final = "admin"
"""Who stands in the audit: whoever may write the database file."""
__all__ = ["write_private"]

MAX_SITE: Final = 48
MAX_DEVICE: Final = 64
MAX_DETAIL: Final = 1000
"""Characters of what the audit says of an import."""
CODE_MINUTES: Final = 30.0


class Office(msgspec.Struct, frozen=True):
    """A database and its state directory, open for administration."""

    store: Store
    key: ServerKey
    audit_link: Callable[[str, bytes], str]
    state: Path
    clock: Callable[[], float]
    random_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]

    def entry(self, action: str, subject: str = "", detail: str = "") -> Entry:
        """A line of audit for what is done now."""
        return Entry(at=self.clock(), actor=ACTOR, action=action, subject=subject, detail=detail)


@contextlib.asynccontextmanager
async def office(
    database: str,
    state: str = "",
    *,
    clock: Callable[[], float],
    random_id: Callable[[], str],
    random_bytes: Callable[[int], bytes],
    renew: bool = False,
) -> AsyncIterator[Office]:
    """Open it; the database is made if it is missing. `renew`: a key that was lost is made anew, and the audit of before can
    no longer be verified. Raises what `open_store` raises, and `BadInput` for a database whose key is not there."""
    folder = state_of(database, state)
    renewed = renew and not (folder / KEY_FILE).exists()
    known = keys_of(database, state, random_bytes, renew=renew)
    store = await open_store(
        database, link=known.audit_link, random_id=random_id, key_print=known.fingerprint, renewed=renewed
    )
    try:
        yield Office(store, known.server, known.audit_link, folder, clock, random_id, random_bytes)
    finally:
        await store.close()


def missing(database: str) -> Path | None:
    """The absolute path of a database that does not exist yet. Raises `BadInput` for a URL that is none."""
    path = path_of(database).absolute()
    return None if path.exists() else path


def expect_server(database: str, state: str) -> None:
    """Raises `BadInput` where there is no database, or no key of its server: to read from a new one, or to chain its audit
    with a new key, is never what was meant."""
    path = missing(database)
    if path is not None:
        raise BadInput(f"there is no database {path}; give the server's with --database")
    folder = state_of(database, state).absolute()
    if not (folder / KEY_FILE).exists():
        raise BadInput(f"{folder} holds no key of a server; give the server's state directory with --state")


async def add_user(desk: Office, name: str, role: str, password: str) -> Person:
    """A person who can sign in. Raises `BadInput`, `Refused("exists")`."""
    entry = desk.entry("user.add", name, role)
    return await people.add_person(desk.store.register, name, role, password, random_id=desk.random_id, entry=entry)


async def set_password(desk: Office, name: str, password: str) -> Person:
    """Another password for a person; from now on they sign in with it alone. Who is signed in stays so: a grant is given up
    by `revoke_user` and its own end, never by a password (docs/reference/admin.md). Raises `BadInput`, `Refused("unknown_user")`.
    """
    person = await desk.store.register.person_named(folded(name))
    if person is None:
        raise Refused("unknown_user", f"there is no user {name!r}; `ringdesk admin users` lists them")
    hashed = await people.hashed(password)
    await desk.store.register.renew_password(person.id, hashed, desk.entry("user.password", person.id))
    return person


async def add_store(desk: Office, name: str) -> Site:
    """A store of the business; its id is the name without blanks. Raises `BadInput`, `Refused("exists")`."""
    site = site_id(name)
    added = Site(site, name.strip())
    await desk.store.register.add_site(added, desk.entry("store.add", site))
    return added


def site_id(name: str) -> str:
    """The id of a store: lower case, a dash for every blank. Raises `BadInput` for a name that has no usable character."""
    words = unicodedata.normalize("NFKC", name).casefold().split()
    letters = "-".join(words)
    if not letters or len(letters) > MAX_SITE or not all(char.isalnum() or char in "-_." for char in letters):
        raise BadInput(f"{name!r} is no name of a store; use letters, digits and dashes, at most {MAX_SITE}")
    return letters


async def enrol_code(
    desk: Office, site: str, cls: DeviceClass, minutes: float = CODE_MINUTES, fingerprint: bytes | None = None
) -> str:
    """A one-time code. It carries the fingerprint given (b"": none), else that of the server's authority, if there is one.
    Raises `Refused`, `BadInput`."""
    if not 0 < minutes <= 7 * 24 * 60:
        raise BadInput("a code is good for up to a week; give --minutes between 1 and 10080")
    if fingerprint is None:
        own = authority.existing(desk.state)
        fingerprint = own.fingerprint if own else b""
    return await devices.new_code(
        desk.store.register,
        site_id(site),
        cls,
        expires=desk.clock() + minutes * 60,
        fingerprint=fingerprint,
        random_bytes=desk.random_bytes,
        entry=desk.entry("enrol.code", site, cls),
    )


async def certificate(desk: Office, hosts: Iterable[str]) -> Authority:
    """The server's own authority, with `hosts` in the server's certificate. A running server takes it at its next start."""
    own = authority.ensure(desk.state, hosts, desk.clock())
    await desk.store.register.note(desk.entry("ca", own.fingerprint.hex(), " ".join(own.hosts)))
    return own


async def name_device(desk: Office, device: str, name: str) -> tuple[str, ...]:
    """Another name for a device; the ids of the routes that name nobody any more by the one it had. Raises `BadInput`,
    `Refused`: unknown_device, exists."""
    if not 0 < len(name) <= MAX_DEVICE or SafeText(name) != name or name != name.strip():
        raise BadInput(f"{name!r} is no name of a device; write one line of 1 to {MAX_DEVICE} characters")
    register = desk.store.register
    before = folded((await register.name_device(device, name, desk.entry("device.name", device, name))).name)
    if before in (await register.roster()).desks:
        return ()
    routes = (await register.central()).rules.routes
    return tuple(route.id for route in routes if any(folded(each) == before for each in route.desks))


async def revoke_device(desk: Office, device: str) -> None:
    """Close a device out. Raises `Refused("unknown_device")`."""
    await desk.store.register.revoke_device(device, desk.entry("device.revoke", device))


async def revoke_user(desk: Office, user: str) -> None:
    """Close a person out, by id or name. Raises `Refused("unknown_user")`."""
    found = await desk.store.register.person_named(folded(user))
    person = found.id if found else user
    await desk.store.register.revoke_person(person, desk.entry("user.revoke", person))


async def import_rows(desk: Office, rows: Iterable[tuple[str, Row]], chunk: int = 1000) -> int:
    """Bring rows in (kind and row), in order, with seq, chain and tallies; how many. A running server sends them on."""
    return await accept.import_rows(desk.store.order, desk.key, rows, desk.entry("import"), chunk)


async def import_settings(
    desk: Office,
    text: str,
    region: str,
    allowed: Collection[str] = (),
    judge: Callable[[Central], object] = lambda _: None,
) -> tuple[Difference, ...]:
    """Other central settings, all or nothing; what changed. `region` is that of lines without one, `allowed` are the foreign
    dialects of this machine's settings; `judge` has a word, too, where the file has sources. Open callbacks to numbers that
    are junk from now on are closed. Raises `BadInput`, and what `judge` raises."""
    written = read(text)
    roster = await desk.store.register.roster()
    changed: tuple[Difference, ...] = ()
    marks: tuple[MarkedNumbers, ...] = ()

    def decide(before: Central, sites: frozenset[str]) -> tuple[Central, Entry]:
        nonlocal changed, marks
        after = settled(written, before, sites, region, allowed, roster)
        if written.sources is not None:
            judge(after)
        changed = differences(before, after)
        marks = after.rules.marks
        words = "; ".join(each.words for each in changed) or "nothing changed"
        return after, desk.entry("settings.import", detail=words[:MAX_DETAIL])

    await desk.store.register.settle(decide)
    await listed.drop(desk.store.order, desk.key, marks, region, desk.clock())
    return changed


async def export_settings(desk: Office, *, with_secrets: bool = False) -> str:
    """The central settings as a file; secrets are masked unless they are asked for."""
    await desk.store.register.note(desk.entry("settings.export", detail="with secrets" if with_secrets else "masked"))
    return text_of(await desk.store.register.central(), with_secrets=with_secrets)


async def verify_audit(desk: Office) -> int:
    """Walk the chain of the audit; how many lines it has. Raises `RingdeskError` at the first that is not as it was written.

    Lines cut off at the end leave a chain that holds: they are missed by the count that the database keeps beside it. Who
    cuts both is found by comparing the count, or the last line, with one noted elsewhere.
    """
    last, end = await desk.store.register.audit_end()
    n, chain = 0, ""
    while lines := await desk.store.register.audit(n):
        for line in lines:
            n += 1
            if line.n != n:
                raise _broken(n, "is missing")
            if line.chain != desk.audit_link(chain, audit_content(n, entry_of(line))):
                raise _broken(n, "is not as it was written")
            chain = line.chain
            if n == last and chain != end:
                raise _broken(n, "is not the one that was written last")
    if n < last:
        raise _broken(n + 1, f"is missing, and all up to {last}")
    return n


def _broken(n: int, what: str) -> RingdeskError:
    return RingdeskError(f"line {n} of the audit {what}; see that --state is this server's, then compare with a backup")
