"""What was written here and is not at the server: what waits for somebody's sign-in is let go of, the tray is read."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ringdesk.safetext import SafeLines, SafeText
from terminal import words
from terminal.screens.commands import Command
from terminal.screens.menus import Entry, Menus
from terminal.screens.reading import Reading
from terminal.screens.work import Work
from terminal.widgets.page import Leaf, Line
from terminal.widgets.row import Tone
from terminal.widgets.speech import counted, mark, say
from terminal.widgets.when import stamp

if TYPE_CHECKING:
    from terminal.desk import Awaited

LET_GO: Final = "let_go"
"""The code of what was let go of."""
KINDS: Final = {"note.add": mark("Note"), "task.add": mark("Task"), "contact.add": mark("Contact")}
"""Words for the ops that people write most; the others are called by their kind."""


class Unsent:
    """The commands about it."""

    def __init__(self, work: Work, menus: Menus, reading: Reading) -> None:
        self._work = work
        self._menus = menus
        self._reading = reading

    def commands(self) -> list[Command]:
        """What the palette offers."""
        return [
            Command(say("Let go of what waits for a sign-in"), SafeText(), "let_go"),
            Command(say("Read what was not sent"), SafeText(), "tray"),
        ]

    async def offer(self) -> None:
        """Whose sign-in is waited for; a digit lets go of what is theirs."""
        entries = [
            Entry(
                counted("{name}: {count} change", "{name}: {count} changes", each.ops, name=each.name),
                partial(self._let_go, each),
                say("kept here, not sent"),
            )
            for each in await self._work.desk.awaited()
        ]
        title = say("Let go of what waits for the sign-in of:")
        self._menus.open("unsent", title, entries, say("Nothing waits for anybody's sign-in."))

    async def _let_go(self, awaited: "Awaited") -> SafeText:
        await self._work.desk.let_go(awaited.person)
        return counted(
            "{count} change of {name} is not sent; the palette reads it.",
            "{count} changes of {name} are not sent; the palette reads them.",
            awaited.ops,
            name=awaited.name,
        )

    async def read(self) -> None:
        """All that lies in the tray, the newest first."""
        lines: list[Line] = []
        for row in reversed(await self._work.desk.dump("tray")):
            kind = SafeText(row["kind"])
            at = stamp(datetime.fromisoformat(row["at"]).timestamp(), self._work.now)
            what = say(KINDS[kind]) if kind in KINDS else kind
            head = SafeText(f"{at} {what} {row['author_name']}")
            let_go = row["code"] == LET_GO
            why = say("let go of") if let_go else SafeText(words.refusal(row["result"] or "refused", row["message"]))
            lines += [Line(head, Tone.STRONG), Line(why, Tone.WARN)]
            lines += [Line(text) for text in SafeLines("\n".join(_texts(row["args"]))).each()]
            lines.append(Line(SafeText()))
        self._reading.open(Leaf(say("Not sent"), SafeText(), tuple(lines) or (Line(say("Everything was sent.")),)))


def _texts(args: Any) -> list[str]:
    """What an op says: its text or title, else every word in it."""
    if isinstance(args, dict):
        chosen = [args[name] for name in ("text", "title") if args.get(name)]
        return [str(each) for each in chosen] or [text for value in args.values() for text in _texts(value)]
    if isinstance(args, list):
        return [text for value in args for text in _texts(value)]
    return [args] if isinstance(args, str) and args else []
