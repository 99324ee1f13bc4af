"""The desk without a screen, for programs: one JSON object per line, both ways (contracts.md 6).

Commands are answered in the order in which they came, `sync` alone waits aside. A line that is no command is answered
with `bad_command` and the conversation goes on. News of the desk are printed between the answers, as `event` objects.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec
import structlog

from ringdesk import ops
from ringdesk.errors import BadInput, Refused
from ringdesk.safetext import encode_hook
from terminal.desk import Desk, printing
from terminal.headless.commands import (
    COMMANDS,
    NAMES,
    AddNote,
    AddTask,
    Asked,
    Claim,
    Do,
    Done,
    Dump,
    Earn,
    Lookup,
    Open,
    Quit,
    Redeem,
    State,
    Sync,
    Update,
    Wrapup,
)
from terminal.headless.lines import MAX_LINE, Lines
from terminal.news import News

MAX_UNREAD: Final = 10_000
"""Lines that may wait for a reader; beyond it no further command is taken."""

_log = structlog.get_logger(__name__)


class _Head(msgspec.Struct, frozen=True):
    """What an answer repeats of a command, also of one that is wrong otherwise."""

    do: Any = None
    ref: Any = None


_HEAD: Final = msgspec.json.Decoder(_Head)
_ENCODER: Final = msgspec.json.Encoder(enc_hook=encode_hook)


class Headless:
    """One conversation. `write` takes whole lines and may block; it is called in a thread."""

    def __init__(self, desk: Desk, write: Callable[[bytes], object]) -> None:
        self._desk = desk
        self._write = write
        self._out: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._printed = asyncio.Event()

    async def run(self, chunks: AsyncIterator[bytes]) -> None:
        """Obey until `quit` or the end of `chunks`; what was asked before is answered.

        Raises `BrokenPipeError` when the reader is gone.
        """
        end = self._desk.subscribe(self._tell)
        printer = asyncio.create_task(self._print(), name="printer")
        obeying = asyncio.create_task(self._obey(chunks), name="commands")
        try:
            await asyncio.wait((printer, obeying), return_when=asyncio.FIRST_COMPLETED)
            if obeying.done():
                obeying.result()
                self._out.put_nowait(None)
            await printer
        finally:
            end()
            left = (printer, obeying)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _obey(self, chunks: AsyncIterator[bytes]) -> None:
        lines = Lines()
        async for data in chunks:
            for line in lines.feed(data):
                if await self._obeyed(line):
                    return
                await self._read()
        for line in lines.end():
            if await self._obeyed(line):
                return

    async def _read(self) -> None:
        """Wait while the other end does not read what it asked for."""
        while self._out.qsize() > MAX_UNREAD:
            self._printed.clear()
            await self._printed.wait()

    async def _obeyed(self, line: bytes | None) -> bool:
        """Answer one line; whether it was the last."""
        if line is None:
            self._refuse(_Head(), "bad_command", f"a command has at most {MAX_LINE} bytes; make it shorter")
            return False
        head = _Head()
        try:
            head = _HEAD.decode(line)
            command = COMMANDS.decode(line)
        except (msgspec.MsgspecError, BadInput, ValueError, RecursionError) as error:
            self._refuse(head, "bad_command", f"this is no command ({error}); those that there are: {NAMES}")
            return False
        await self._answer(head, command)
        return isinstance(command, Quit)

    async def _answer(self, head: "_Head", command: Asked) -> None:
        try:
            answer = await self._do(command)
        except Refused as refusal:
            self._refuse(head, refusal.code, str(refusal))
        except BadInput as error:
            self._refuse(head, "bad_command", str(error))
        except Exception as error:  # noqa: BLE001 - logged whole; the conversation goes on
            _log.exception("a command failed", command=type(command).__name__)
            self._refuse(head, "internal", f"{type(error).__name__}: {error}; the log has the details")
        else:
            self._put(head, {"ok": True, **answer})

    async def _do(self, command: Asked) -> dict[str, Any]:
        """What the desk says to it."""
        desk = self._desk
        match command:
            case Lookup():
                matches = await desk.lookup(command.query, command.limit)
                return {"results": [printing.match_object(match) for match in matches]}
            case Open():
                return printing.card_object(await desk.open(command.member))
            case Sync():
                status = await desk.sync(command.timeout)
                return {"outbox": status.outbox, "cursor": status.cursor}
            case Dump():
                return {"rows": await desk.dump(command.what)}
            case State():
                return msgspec.structs.asdict(await desk.standing())
            case Quit():
                return {}
            case Earn() | Redeem():
                raise Refused("not_allowed", "points come with a later version; write a note for now")
            case _:
                return {"op_id": await self._save(command)}

    async def _save(self, command: AddNote | AddTask | Done | Update | Claim | Wrapup | Do) -> str:
        """What makes an op; its id."""
        desk = self._desk
        match command:
            case AddNote():
                return await desk.note(command.text, command.member, command.call)
            case AddTask():
                return await desk.task(command.title, command.member, command.call, command.due)
            case Done():
                return await desk.done(command.task)
            case Update():
                if command.member is None:
                    return await desk.add_member(command.fields)
                return await desk.update(command.member, command.fields, command.base)
            case Claim():
                return await desk.claim(command.call, command.member)
            case Wrapup():
                return await desk.wrapup(command.call, command.code, command.member)
            case Do():
                return await desk.do(ops.decode_args_of(command.kind, command.args), command.base)

    def _tell(self, news: News) -> None:
        self._out.put_nowait(_ENCODER.encode(printing.news_object(news)) + b"\n")

    def _refuse(self, head: "_Head", code: str, message: str) -> None:
        self._put(head, {"ok": False, "error": code, "message": " ".join(message.split())})

    def _put(self, head: "_Head", answer: dict[str, Any]) -> None:
        ref = {} if head.ref is None else {"ref": head.ref}
        self._out.put_nowait(_ENCODER.encode({"did": head.do, **ref, **answer}) + b"\n")

    async def _print(self) -> None:
        """Write what is to be written, in whole bundles, until there is no more."""
        while True:
            bundle = [await self._out.get()]
            while not self._out.empty():
                bundle.append(self._out.get_nowait())
            lines = b"".join(line for line in bundle if line is not None)
            if lines:
                await asyncio.to_thread(self._write, lines)
            self._printed.set()
            if None in bundle:
                return
