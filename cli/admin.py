"""`ringdesk admin`: people, stores, devices and the certificate of a server, on its machine; also while it runs."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from cli import admin_settings
from cli.firstline import first_line
from cli.output import complain, print_json
from cli.roots import random_bytes, random_id, wall
from config.load import load, places
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.rules.permissions import ROLES
from ringdesk.times import iso
from ringdesk.wire.signing import read_code
from server import admin
from server.admin import Office
from server.identity.authority import foreign

NOT_YET: Final = ("request", "erase", "backup", "restore")
"""Subcommands of contracts.md that this version does not have."""

Job = Callable[[Office, argparse.Namespace], Awaitable[None]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--database", metavar="URL", help="sqlite:///PATH")
    parser.add_argument("--state", metavar="DIR", help="the server's state directory; default: beside the database")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")
    parser.add_argument("--json", action="store_true", help="one JSON object a line (it always is)")
    parser.set_defaults(begins=False)
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    _people(what.add_parser("user", help="people"))
    store = what.add_parser("store", help="stores").add_subparsers(dest="verb", required=True)
    opening = store.add_parser("add", help="a store or office")
    opening.add_argument("name")
    opening.set_defaults(job=_add_store, begins=True)

    enrol = what.add_parser("enrol", help="a one-time code that makes a device known")
    enrol.add_argument("--store", required=True)
    enrol.add_argument("--class", dest="cls", choices=["desk", "till", "console"], default="desk")
    enrol.add_argument("--minutes", type=float, default=admin.CODE_MINUTES, help="how long it is good")
    certificate = enrol.add_mutually_exclusive_group()
    certificate.add_argument(
        "--tls-cert",
        type=Path,
        metavar="FILE",
        help="what the server is started with, where PCs do not trust it anyway",
    )
    certificate.add_argument("--public", action="store_true", help="the server has a certificate that every PC trusts")
    enrol.add_argument("--output", type=Path, metavar="FILE", help="write the code here, for its owner alone")
    enrol.set_defaults(job=_enrol)

    ca = what.add_parser("ca", help="the server's own certificate authority")
    ca.add_argument("--host", action="append", default=[], metavar="NAME", help="a name or address of the server")
    ca.set_defaults(job=_ca, begins=True)

    device = what.add_parser("device", help="a device").add_subparsers(dest="verb", required=True)
    naming = device.add_parser("name", help="another name for a device, by which routes can name it")
    naming.add_argument("id")
    naming.add_argument("name")
    naming.set_defaults(job=_name_device)

    revoke = what.add_parser("revoke", help="close out a device or a user, at once")
    revoke.add_argument("kind", choices=["device", "user"])
    revoke.add_argument("id")
    revoke.set_defaults(job=_revoke)

    admin_settings.arguments(
        what.add_parser("settings", help="the central settings: sources, lines, hours, callbacks, routes, marks")
    )

    audit = what.add_parser("audit", help="list the audit")
    audit.add_argument("--verify", action="store_true", help="walk its chain instead: is every line as it was written")
    audit.set_defaults(job=_audit)

    lists: dict[str, Job] = {"devices": _devices, "users": _users, "stores": _stores}
    for name, job in lists.items():
        what.add_parser(name, help=f"list the {name}").set_defaults(job=job)
    for name in NOT_YET:
        later = what.add_parser(name, help="not in this version")
        later.add_argument("rest", nargs=argparse.REMAINDER)
        later.set_defaults(job=None)


def _people(parser: argparse.ArgumentParser) -> None:
    user = parser.add_subparsers(dest="verb", required=True)
    adding = user.add_parser("add", help="a person who can sign in")
    adding.add_argument("name")
    adding.add_argument("--role", required=True, choices=ROLES)
    adding.set_defaults(job=_add_user, begins=True)
    renewing = user.add_parser("password", help="another password for a person")
    renewing.add_argument("name")
    renewing.set_defaults(job=_set_password)
    for each in (adding, renewing):
        each.add_argument("--password-file", required=True, metavar="FILE", help="the password in its first line")


def run(options: argparse.Namespace) -> int:
    """Do one thing."""
    if options.job is None:
        raise RingdeskError(f"`admin {options.what}` is not in this version yet; `ringdesk admin --help` lists what is")
    if "password_file" in options:
        try:
            options.password = first_line(options.password_file)  # before a database is made for it
        except BadInput as error:
            raise BadInput(f"--password-file: {error}") from error
    if "settings_file" in options:
        options.text = admin_settings.text_of(options.settings_file)
    flags = {"server": {"database": options.database, "state": options.state}}
    settings = load(options.config, flags=flags)
    server, options.region = settings.server, settings.general.region
    options.dialects = settings.general.dialects
    database = server.database or f"sqlite:///{places().data / 'server.db'}"
    if not options.begins:
        admin.expect_server(database, server.state)
    elif (path := admin.missing(database)) is not None:
        complain(f"{path} is a new database: there was none; if one was meant, mend --database and delete this one")
    asyncio.run(_in_office(database, server.state, options))
    return 0


async def _in_office(database: str, state: str, options: argparse.Namespace) -> None:
    roots: dict[str, Any] = {"clock": wall, "random_id": random_id, "random_bytes": random_bytes}
    async with admin.office(database, state, **roots) as desk:
        await options.job(desk, options)


async def _add_user(desk: Office, options: argparse.Namespace) -> None:
    person = await admin.add_user(desk, options.name, options.role, options.password)
    print_json({"user": person.id, "name": person.name, "role": person.role})


async def _set_password(desk: Office, options: argparse.Namespace) -> None:
    person = await admin.set_password(desk, options.name, options.password)
    print_json({"user": person.id, "name": person.name, "role": person.role})


async def _add_store(desk: Office, options: argparse.Namespace) -> None:
    site = await admin.add_store(desk, options.name)
    print_json({"store": site.id, "name": site.name})


async def _enrol(desk: Office, options: argparse.Namespace) -> None:
    fingerprint = b"" if options.public else None
    if options.tls_cert is not None:
        fingerprint = foreign(options.tls_cert).fingerprint
    code = await admin.enrol_code(desk, options.store, options.cls, options.minutes, fingerprint)
    if options.output is not None:
        admin.write_private(options.output, f"{code}\n".encode())
    print_json({"code": code})
    if not read_code(code)[1] and not options.public:
        complain(
            "this code is for a desk on this machine (ws:// on loopback) or a server with a public certificate;"
            " for other PCs make the server's own with `ringdesk admin ca`, then a new code"
        )


async def _ca(desk: Office, options: argparse.Namespace) -> None:
    own = await admin.certificate(desk, options.host)
    print_json({"ca": str(own.ca), "fingerprint": own.fingerprint.hex(), "hosts": own.hosts})


async def _revoke(desk: Office, options: argparse.Namespace) -> None:
    revoke = admin.revoke_device if options.kind == "device" else admin.revoke_user
    await revoke(desk, options.id)
    print_json({"revoked": options.id})


async def _name_device(desk: Office, options: argparse.Namespace) -> None:
    routes = await admin.name_device(desk, options.id, options.name)
    print_json({"device": options.id, "name": options.name})
    for route in routes:
        complain(f"[[route]] {route} still says the name that it had, which nobody has; write the new one there")


async def _devices(desk: Office, _options: argparse.Namespace) -> None:
    for device in await desk.store.register.devices():
        state = "revoked" if device.revoked_at else "fenced" if device.fenced_at else "active"
        line = {"device": device.id, "name": device.name, "class": device.cls, "store": device.site, "state": state}
        print_json(line | {"enrolled": iso(device.enrolled_at), "seen": iso(device.seen_at)})
    for name, ids in (await desk.store.register.roster()).desks.items():
        if len(ids) > 1:
            complain(
                f"{len(ids)} devices are called {name!r}: a route that says so rings all of them; give each its own name"
            )


async def _users(desk: Office, _options: argparse.Namespace) -> None:
    for person in await desk.store.register.people():
        state = "revoked" if person.revoked_at else "active"
        print_json({"user": person.id, "name": person.name, "role": person.role, "state": state})


async def _stores(desk: Office, _options: argparse.Namespace) -> None:
    for site in await desk.store.register.sites():
        print_json({"store": site.id, "name": site.name})


async def _audit(desk: Office, options: argparse.Namespace) -> None:
    if options.verify:
        print_json({"verified": True, "lines": await admin.verify_audit(desk)})
        return
    after = 0
    while lines := await desk.store.register.audit(after):
        for line in lines:
            shown = {"n": line.n, "at": iso(line.at), "actor": line.actor, "action": line.action}
            print_json(shown | {"subject": line.subject, "detail": line.detail, "chain": line.chain})
        after = lines[-1].n
