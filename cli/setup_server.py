"""Setup, the server: one of the desk's own, or an address, with the enrolment and a login that is really tried."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.deskroot import DeskRoot
from cli.firstline import first_line
from cli.plan import Plan
from cli.refusals import once_more
from cli.setup_console import Console, Ended, Wrong
from ringdesk.errors import BadInput, Refused, RingdeskError
from ringdesk.safetext import SafeText
from ringdesk.wire.signing import read_code
from terminal.sync.address import addressed, spelled_out
from terminal.sync.key import KEY_FILE
from terminal.sync.socket import expect_reachable
from terminal.widgets.speech import mark, say

if TYPE_CHECKING:
    from cli.setup import Setup

SYNC_SECONDS: Final = 60.0
NO_ADDRESS: Final = mark("{address} is no address of a server; write it as `wss://HOST:PORT/sync`")
NO_PASSWORD: Final = mark("{file} cannot be read, or is empty; it needs the password in its first line")
NO_SECRET: Final = mark("Nothing was typed; the server asks for the password of this user.")
NO_USER: Final = mark("Nothing was typed; the server asks for the name of a user.")
NO_CODE: Final = mark("{file} cannot be read, or is empty; it needs the code in its first line")
TYPING: Final = mark("The code has a typing error, or is not whole: compare it group by group.")


def read_first_line(file: str, lacking: str) -> str:
    """The first line of a file. Raises `Wrong`: `lacking` says what belongs there."""
    try:
        return first_line(file)
    except BadInput as error:
        raise Wrong(lacking, file=SafeText(file)) from error


def check_address(text: str) -> str:
    """The address of a server as people name it: `shop-server.local` will do. Raises `Wrong`."""
    address = spelled_out(text)
    try:
        addressed(address)
    except BadInput as error:
        raise Wrong(NO_ADDRESS, address=SafeText(text)) from error
    return address


def ask_code(console: Console, data: Path, given: str, file: str) -> str:
    """The one-time code, where this desk is not known to a server yet."""
    if given or file:
        return given or read_first_line(file, NO_CODE)
    if (data / KEY_FILE).exists():
        return ""
    while True:
        answer = console.ask(say("Enrolment code, or the file with it (`ringdesk admin enrol` makes one):"))
        try:
            code = read_first_line(answer, NO_CODE) if answer and Path(answer).expanduser().is_file() else answer
            read_code(code)
        except Ended:
            raise
        except BadInput as error:
            console.wrong(Wrong(TYPING) if "typing" in str(error) else error)
            continue
        return code


def log_in(plan: Plan) -> SafeText:
    """Really sign in: enrol if need be, log in, and bring the members here. What came of it; raises `RingdeskError`."""

    async def work() -> SafeText:
        root = DeskRoot(plan)
        try:
            desk = await root.open()
            await desk.sync(SYNC_SECONDS)
            stood = await desk.standing()
        finally:
            await root.close()
        return say("Signed in as {name}, in {store}.", name=stood.name, store=SafeText(stood.store))

    return asyncio.run(work())


def join(setup: "Setup", typed: str = "") -> str:
    """Sign in at a server for real, at the address that was `typed` already, and ask again only for what was wrong."""
    options, console, answers = setup.options, setup.console, setup.answers
    address, user = answers["desk.server"], options.user or answers["desk.user"]
    file, ask_address, ask_user = options.password_file or answers["desk.password_file"], True, options.user is None
    code = ""
    while True:
        try:
            if ask_address:
                question = say("Address of the server, as in `shop-server.local:8780`:")
                given, typed = options.server or typed, ""
                address = check_address(given or console.ask(question, address, name="server.address"))
                if not options.server:
                    _look_for(console, address)
            user = _user(console, user) if ask_user else user
            ask_address = ask_user = False
            password = _password(setup, file)
            code = code or ask_code(console, setup.data, options.enrol, options.enrol_file)
            console.say(say("Signing in at {address} ...", address=SafeText(address)))
            plan = Plan(data=setup.data, server=address, user=user, password=password, code=code)
            console.settled()
            said = log_in(plan)
        except Ended:
            raise
        except RingdeskError as met:
            if options.server:
                raise
            error = once_more(met) if isinstance(met, Refused) else met
            console.wrong(error)
            refusal = error.code if isinstance(error, Refused) else ""
            if refusal in ("not_allowed", "bad_login"):
                ask_user, file, code = True, "", ""
            elif refusal:
                code = ""
            ask_address = ask_address or refusal in ("", "wrong_server", "offline")
            continue
        console.say(said)
        answers["desk.server"], answers["desk.user"] = address, user
        if file:
            answers["desk.password_file"] = str(Path(file).expanduser().absolute())
        return str(address)


def _password(setup: "Setup", file: str) -> str:
    if file:
        return read_first_line(file, NO_PASSWORD)
    return _filled(setup.console, lambda: setup.console.ask(say("Password:"), secret=True), NO_SECRET)


def _user(console: Console, known: str) -> str:
    return _filled(console, lambda: console.ask(say("User:"), known, name="server.user"), NO_USER)


def _filled(console: Console, ask: Callable[[], str], lacking: str) -> str:
    """What is typed, until something is. Raises `Wrong` where nobody can be asked again."""
    while not (answer := ask()):
        console.wrong(Wrong(lacking))
    return answer


def _look_for(console: Console, address: str) -> None:
    """Whether anything answers there, before anybody types a password for it. Raises `Unreachable`."""

    def look() -> None:
        console.say(say("Looking for the server at {address} ...", address=SafeText(address)))
        asyncio.run(expect_reachable(address))

    console.once(address, look)
