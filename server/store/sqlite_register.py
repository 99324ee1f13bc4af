"""Who and what is known, on SQLite."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ringdesk.errors import Refused
from server.store.schema import QUERIES
from server.store.sqlite_lane import Lane
from server.store.sqlite_rows import Db, Link, append_audit, every, first, put_rules, roster_of, rules_of, scalar
from server.store.values import (
    Audited,
    Central,
    Device,
    Enrolment,
    Entry,
    LineRow,
    Person,
    Roster,
    Settle,
    Site,
    Source,
    folded,
)

asdict = msgspec.structs.asdict


class SqliteRegister:
    """See `server.store.base.Register`."""

    def __init__(self, writer: Lane, reader: Lane, link: Link) -> None:
        self._writer = writer
        self._reader = reader
        self._link = link

    async def _change(self, work: Callable[[Db], object], entry: Entry) -> None:
        def audited(db: Db) -> None:
            work(db)
            append_audit(db, entry, self._link)

        await self._writer.run(audited)

    async def _add(self, name: str, row: msgspec.Struct, entry: Entry, taken: str) -> None:
        def work(db: Db) -> None:
            try:
                db.execute(QUERIES[name], asdict(row))
            except sqlite3.IntegrityError:
                raise Refused("exists", taken) from None

        await self._change(work, entry)

    async def _revoke(self, name: str, subject: str, entry: Entry, refusal: Refused) -> None:
        def work(db: Db) -> None:
            if not db.execute(QUERIES[name], {"id": subject, "at": entry.at}).rowcount:
                raise refusal
            db.execute(QUERIES["bump_rights"])

        await self._change(work, entry)

    # --- sites and lines

    async def add_site(self, site: Site, entry: Entry) -> None:
        """A new site."""
        await self._add("add_site", site, entry, f"there is a store {site.id!r} already; choose another name")

    async def sites(self) -> tuple[Site, ...]:
        """All sites."""
        return await self._reader.run(lambda db: every(db, Site, "sites"))

    async def put_source(self, source: Source, lines: Sequence[LineRow], entry: Entry) -> None:
        """A source and its lines."""

        def work(db: Db) -> None:
            db.execute(QUERIES["drop_lines"], {"id": source.id})
            db.execute(QUERIES["drop_source"], {"id": source.id})
            db.execute(QUERIES["add_source"], asdict(source))
            db.executemany(QUERIES["add_line"], [asdict(line) for line in lines])

        await self._change(work, entry)

    async def lines(self, site: str) -> tuple[LineRow, ...]:
        """The lines of a site."""
        return await self._reader.run(lambda db: every(db, LineRow, "lines", site=site))

    async def roster(self) -> Roster:
        """Who can be routed to."""
        return await self._reader.run(roster_of)

    async def central(self) -> Central:
        """The central settings."""
        return await self._reader.run(_central)

    async def settle(self, decide: Settle) -> Central:
        """Other central settings."""

        def work(db: Db) -> Central:
            after, entry = decide(_central(db), frozenset(site.id for site in every(db, Site, "sites")))
            db.execute(QUERIES["clear_lines"])
            db.execute(QUERIES["clear_sources"])
            db.executemany(QUERIES["add_source"], [asdict(source) for source in after.sources])
            db.executemany(QUERIES["add_line"], [asdict(line) for line in after.lines])
            put_rules(db, after.rules)
            append_audit(db, entry, self._link)
            return after

        return await self._writer.run(work)

    async def source(self, source: str) -> tuple[Source, tuple[LineRow, ...]] | None:
        """A source and its lines."""

        def work(db: Db) -> tuple[Source, tuple[LineRow, ...]] | None:
            found, lines = first(db, Source, "source", id=source), every(db, LineRow, "lines_of", source=source)
            return None if found is None else (found, lines)

        return await self._reader.run(work)

    # --- people

    async def add_person(self, person: Person, entry: Entry) -> None:
        """A new person."""
        await self._add("add_person", person, entry, _taken(person.name))

    async def person(self, person: str) -> Person | None:
        """By id."""
        return await self._reader.run(lambda db: first(db, Person, "person", id=person))

    async def person_named(self, folded: str) -> Person | None:
        """By folded name."""
        return await self._reader.run(lambda db: first(db, Person, "person_named", folded=folded))

    async def people(self) -> tuple[Person, ...]:
        """All people."""
        return await self._reader.run(lambda db: every(db, Person, "people"))

    async def note_login(self, person: str, failures: int, at: float, entry: Entry) -> None:
        """Failed sign-ins in a row."""
        given = {"id": person, "failures": failures, "at": at}
        await self._change(lambda db: db.execute(QUERIES["note_login"], given), entry)

    async def set_password(self, person: str, password: str) -> None:
        """A hash with newer parameters."""
        given = {"id": person, "password": password}
        await self._writer.run(lambda db: db.execute(QUERIES["set_password"], given).rowcount)

    async def renew_password(self, person: str, password: str, entry: Entry) -> None:
        """Another password."""

        def work(db: Db) -> None:
            if not db.execute(QUERIES["renew_password"], {"id": person, "password": password}).rowcount:
                raise Refused("unknown_user", f"there is no user {person!r}; `ringdesk admin users` lists them")

        await self._change(work, entry)

    async def revoke_person(self, person: str, entry: Entry) -> None:
        """No more rights."""
        refusal = Refused("unknown_user", f"there is no active user {person!r}; `ringdesk admin users` lists them")
        await self._revoke("revoke_person", person, entry, refusal)

    # --- devices

    async def add_enrolment(self, enrolment: Enrolment, entry: Entry) -> None:
        """A one-time code."""

        def work(db: Db) -> None:
            if first(db, Site, "site", id=enrolment.site) is None:
                message = f"there is no store {enrolment.site!r}; `ringdesk admin stores` lists them"
                raise Refused("unknown_store", message)
            db.execute(QUERIES["add_enrolment"], asdict(enrolment))

        await self._change(work, entry)

    async def enrol(self, secret_hash: str, device: Device, now: float, entry: Entry) -> Device:
        """Use a code."""

        def work(db: Db) -> Device:
            enrolled = _enrol(db, secret_hash, device, now)
            append_audit(db, msgspec.structs.replace(entry, subject=enrolled.id), self._link)
            return enrolled

        return await self._writer.run(work)

    async def device(self, device: str) -> Device | None:
        """By id."""
        return await self._reader.run(lambda db: first(db, Device, "device", id=device))

    async def devices(self) -> tuple[Device, ...]:
        """All devices."""
        return await self._reader.run(lambda db: every(db, Device, "devices"))

    async def name_device(self, device: str, name: str, entry: Entry) -> Device:
        """Another name."""

        def work(db: Db) -> Device:
            active = {each.id: each for each in every(db, Device, "devices") if each.revoked_at is None}
            if device not in active:
                raise _unknown_device(device)
            same = [each for each in active.values() if each.id != device and folded(each.name) == folded(name)]
            if same:
                raise Refused("exists", f"the device {same[0].id} is called {same[0].name!r}; choose another name")
            db.execute(QUERIES["name_device"], {"id": device, "name": name})
            append_audit(db, entry, self._link)
            return active[device]

        return await self._writer.run(work)

    async def seen(self, device: str, at: float) -> None:
        """It said hello."""
        await self._writer.run(lambda db: db.execute(QUERIES["seen_device"], {"id": device, "at": at}).rowcount)

    async def restart(self, device: str, epoch: str, entry: Entry) -> Device:
        """A new epoch."""

        def work(db: Db) -> Device:
            db.execute(QUERIES["restart_device"], {"id": device, "epoch": epoch})
            append_audit(db, entry, self._link)
            return _present(db, device)

        return await self._writer.run(work)

    async def lived(self, device: str, epoch: str) -> bool:
        """Whether an epoch of the device is known."""
        return await self._reader.run(lambda db: scalar(db, "lived", device=device, epoch=epoch) is not None)

    async def revoke_device(self, device: str, entry: Entry) -> None:
        """Nobody's any more."""
        await self._revoke("revoke_device", device, entry, _unknown_device(device))

    async def revoked(self) -> tuple[frozenset[str], frozenset[str]]:
        """Revoked devices and people."""

        def ids(db: Db, name: str) -> frozenset[str]:
            return frozenset(row[0] for row in db.execute(QUERIES[name]))

        return await self._reader.run(lambda db: (ids(db, "revoked_devices"), ids(db, "revoked_people")))

    # --- audit

    async def note(self, entry: Entry) -> None:
        """A line by itself."""
        await self._change(lambda _: None, entry)

    async def audit_end(self) -> tuple[int, str]:
        """Where the space says that the audit ends."""
        n, chain = await self._reader.run(lambda db: db.execute(QUERIES["audit_end"]).fetchone())
        return n, chain

    async def audit(self, after: int = 0, limit: int = 1000) -> tuple[Audited, ...]:
        """The audit in order."""
        return await self._reader.run(lambda db: every(db, Audited, "audit", after=after, limit=limit))


def _central(db: Db) -> Central:
    return Central(every(db, Source, "sources"), every(db, LineRow, "all_lines"), rules_of(db))


def _taken(name: str) -> str:
    another = f"`ringdesk admin user password {name!r} --password-file FILE` sets another password"
    return f"the name {name!r} is taken; choose another name, or {another}"


def _unknown_device(device: str) -> Refused:
    return Refused("unknown_device", f"there is no active device {device!r}; `ringdesk admin devices` lists them")


def _present(db: Db, device: str) -> Device:
    found = first(db, Device, "device", id=device)
    assert found is not None
    return found


def _enrol(db: Db, secret_hash: str, device: Device, now: float) -> Device:
    """The device whose key it is comes back under its old id with a new epoch: so a fenced one keeps its outbox."""
    code = first(db, Enrolment, "enrolment", secret_hash=secret_hash)
    if code is None:
        raise Refused("bad_code", "this code is not known; ask for a new one with `ringdesk admin enrol`")
    if code.used_by is not None:
        raise Refused("used_code", "this code was used already; ask for a new one with `ringdesk admin enrol`")
    if code.expires <= now:
        raise Refused("expired_code", "this code is too old; ask for a new one with `ringdesk admin enrol`")
    known: dict[str, Any] = {"cls": code.cls, "site": code.site, "epoch": device.epoch}
    row: tuple[str] | None = db.execute(QUERIES["device_by_key"], {"public_key": device.public_key}).fetchone()
    if row is None:
        db.execute(QUERIES["add_device"], asdict(device) | known)
    elif _present(db, row[0]).revoked_at is not None:
        raise Refused("revoked", "this device was revoked; enrol with a new data directory")
    else:
        db.execute(QUERIES["refresh_device"], known | {"id": row[0]})
    identity = device.id if row is None else row[0]
    db.execute(QUERIES["use_enrolment"], {"secret_hash": secret_hash, "device": identity})
    return _present(db, identity)
