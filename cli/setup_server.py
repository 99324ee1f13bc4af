"""Setup, the server: one of the desk's own, or an address, with the enrolment and a login that is really tried."""

import asyncio
from pathlib import Path
from typing import Final

from cli.deskroot import DeskRoot
from cli.plan import Plan
from cli.setup_console import Console
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from terminal.sync.key import KEY_FILE
from terminal.widgets.speech import say

SYNC_SECONDS: Final = 60.0


def read_first_line(file: str, what: str) -> str:
    """The first line of a file. Raises `BadInput`."""
    try:
        lines = Path(file).expanduser().read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read ({error}); give a text file with {what} in its first line") from error
    if not lines or not lines[0].strip():
        raise BadInput(f"{file} is empty; it needs {what} in its first line")
    return lines[0].strip()


def check_address(address: str) -> str:
    """The address of a server. Raises `BadInput`."""
    if not address.startswith(("ws://", "wss://")):
        raise BadInput(f"{address!r} is no address of a server; write it as wss://HOST:PORT/sync")
    return address


def ask_code(console: Console, data: Path, given: str, file: str) -> str:
    """The one-time code, where this desk is not known to a server yet."""
    if given or file:
        return given or read_first_line(file, "the code")
    if (data / KEY_FILE).exists():
        return ""
    answer = console.ask(say("Enrolment code, or the file with it (`ringdesk admin enrol` makes one):"))
    return read_first_line(answer, "the code") if answer and Path(answer).is_file() else answer


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
