"""Setup, the last step: a test call through everything real (modem dialect, pump, tracker, look-up), with a fictional caller.

It happens on a simulated modem and in a temporary directory: nothing of it is kept.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from cli import roots
from cli.deskroot import DeskRoot
from cli.plan import Plan
from cli.setup_console import Failed
from cli.simulated_line import SimulatedLine
from ringdesk.members import Member, MemberNumber
from ringdesk.safetext import SafeText
from ringdesk.simulators.modem import Model, SimulatedModem
from server import admin
from server.admin import Office
from terminal.callerid.source import parse
from terminal.news import News, ScreenPop
from terminal.plain import voice
from terminal.widgets.callrow import CallRow
from terminal.widgets.speech import mark
from terminal.widgets.when import Now

SECONDS: Final = 60.0
NUMBER: Final = "0912345678"
NOT_ARRIVED: Final = mark("the test call did not arrive; `ringdesk doctor` says what is wrong here")
MEMBER: Final = Member(
    id="setup-1",
    code=SafeText("M0000001"),
    name=SafeText("林美玲"),
    honorific=SafeText("小姐"),
    numbers=(MemberNumber(SafeText("0912-345-678"), "+886912345678"),),
)


def pop_a_call() -> list[SafeText]:
    """Ring once; what the desk says of it. Raises `RingdeskError` when nothing pops."""
    with tempfile.TemporaryDirectory(prefix="ringdesk-setup-", ignore_cleanup_errors=True) as folder:
        return asyncio.run(_popped(Path(folder)))


async def _popped(room: Path) -> list[SafeText]:
    async with SimulatedLine(SimulatedModem(Model()), roots.wall) as line:
        source = parse(f"{await line.serve_socket()}?line=1&ring-gap=3", "setup")

        async def people(office: Office) -> None:
            await admin.import_rows(office, [("member", MEMBER)])

        root = DeskRoot(Plan(data=room, user="setup", sources=(source,)), prepare=people)
        try:
            desk = await root.open()
            await desk.sync(SECONDS)
            news: asyncio.Queue[News] = asyncio.Queue()
            desk.subscribe(news.put_nowait)
            await line.ready()
            await line.ring(NUMBER, None, rings=2, cadence=1.0)
            pop = await _pop(news)
        finally:
            await root.close()
    row = CallRow(call=pop.call, matches=pop.matches)
    return voice.ringing(row, pop, Now(roots.wall()))


async def _pop(news: "asyncio.Queue[News]") -> ScreenPop:
    try:
        async with asyncio.timeout(SECONDS):
            while not isinstance(told := await news.get(), ScreenPop):
                pass
    except TimeoutError as error:
        raise Failed(NOT_ARRIVED) from error
    return told
