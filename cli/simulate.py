"""`ringdesk simulate WHAT`: a modem, a box, an exchange, a provider that is not there, on a real wire, and calls that ring it.

Options of a call that stand before the first `--call` hold for all calls, behind one for that call alone.
"""

import argparse
import asyncio
import csv
import itertools
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from cli import roots, simulated_provider
from cli.output import print_json
from cli.simulated_gear import GEAR, Wish, account, made
from cli.simulated_line import SimulatedLine
from ringdesk.calls import Presentation
from ringdesk.errors import BadInput
from ringdesk.simulators import Incoming, SimulatedPeer
from ringdesk.simulators.hooks.providers import PROVIDERS
from ringdesk.times import iso

_BETWEEN_CALLS: Final = 10.0
"""Seconds from the last ring of a call to the next call: more than the silence that ends a ringing."""
_LETTERS: Final = {"P": Presentation.PRIVATE, "O": Presentation.UNAVAILABLE}


class _OfCall(argparse.Action):
    """Keeps options in the order in which they were given, because they belong to the call before them."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        value = self.const if self.nargs == 0 else values
        namespace.said = [*getattr(namespace, "said", []), (self.dest, value)]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("what", choices=[*GEAR, *PROVIDERS], help="the dialect that it speaks")
    wire = parser.add_mutually_exclusive_group(required=True)
    wire.add_argument("--pty", action="store_true", help="on a pseudo terminal of its own")
    wire.add_argument("--listen", metavar="HOST:PORT", help="on a socket; port 0 is any free port")
    wire.add_argument("--send", metavar="HOST:PORT", help="datagrams to a listener there (sip, whozz)")
    wire.add_argument("--post", metavar="URL", help="requests to the webhook there (twilio, sipgate, shop, ...)")
    parser.add_argument("--call", dest="number", action=_OfCall, metavar="NUMBER", help="ring; may be repeated")
    parser.add_argument("--name", action=_OfCall, help="the caller's name")
    for shown in (Presentation.PRIVATE, Presentation.UNAVAILABLE):
        parser.add_argument(
            f"--{shown}", dest="presentation", action=_OfCall, nargs=0, const=shown, help=f"number {shown}"
        )
    parser.add_argument("--to", metavar="NUMBER", help="the number that is called (ami, esl, providers)")
    parser.add_argument("--rings", action=_OfCall, type=int, help="rings of a call (default 2)")
    parser.add_argument(
        "--cadence", action=_OfCall, type=float, metavar="S", help="seconds from ring to ring (default 6)"
    )
    parser.add_argument(
        "--answer",
        action=_OfCall,
        metavar="EXT",
        help="who picks up after the last ring, where the gear can tell: 1001, 1002",
    )
    parser.add_argument(
        "--talk", action=_OfCall, type=float, metavar="S", help="seconds of an answered call (default 2)"
    )
    parser.add_argument(
        "--from", dest="csv", type=Path, metavar="FILE.csv", help="calls from lines of number,name (P and O: none)"
    )
    parser.add_argument(
        "--every", type=float, metavar="S", help="seconds from call to call (default: 10 after the last ring)"
    )
    parser.add_argument(
        "--after", type=float, default=0.0, metavar="S", help="seconds from a listener being ready to calls"
    )
    parser.add_argument(
        "--calls", type=int, metavar="N", help="how many calls; the list is begun again (default: once through)"
    )
    parser.add_argument("--mode", type=int, choices=[1, 2], default=1, help="caller ID as text (1) or raw packets (2)")
    parser.add_argument(
        "--secret-file",
        type=Path,
        metavar="FILE",
        help="user:password that ami and esl let in; the secret of a webhook",
    )
    parser.add_argument("--deaf", action="store_true", help="a modem that knows no caller-ID command")
    parser.add_argument(
        "--forget", action="store_true", help="a modem that forgets after each call that caller ID was on"
    )
    simulated_provider.arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; a provider ends with its last call."""
    template, calls = planned(getattr(options, "said", []))
    if options.csv is not None:
        calls += from_file(options.csv, template)
    if options.calls is not None and not calls:
        raise BadInput("--calls needs calls to make; add --call NUMBER or --from FILE.csv")
    if options.what in PROVIDERS:
        return _post(calls, options)
    if options.post is not None:
        raise BadInput(f"{options.what} sends no requests; use --pty, --listen or --send")
    wire = "pty" if options.pty else "send" if options.send is not None else "listen"
    wish = Wish(
        what=options.what,
        raw=options.mode == 2,
        deaf=options.deaf,
        account=account(options.secret_file),
        called=options.to or "",
        datagrams=wire == "send",
        run=int.from_bytes(roots.random_bytes(4)),
    )
    asyncio.run(_serve(made(wish, wire), calls, options))
    return 0


def _post(calls: Sequence[Incoming], options: argparse.Namespace) -> int:
    if options.post is None:
        raise BadInput(
            f"{options.what} tells of calls by HTTP; use --post URL, as in --post http://127.0.0.1:8791/hook/ID"
        )
    if not calls:
        raise BadInput("there is no call to tell of; add --call NUMBER or --from FILE.csv")
    return simulated_provider.run(options, _in_turn(calls, options.calls))


def planned(said: Sequence[tuple[str, Any]]) -> tuple[Incoming, list[Incoming]]:
    """What holds for all calls, and the calls that the options name. Raises BadInput: what no line can do."""
    template = Incoming()
    calls: list[Incoming] = []
    for name, value in said:
        if name == "number":
            calls.append(msgspec.structs.replace(template, number=value or None))
        elif calls:
            calls[-1] = msgspec.structs.replace(calls[-1], **{name: value})
        else:
            template = msgspec.structs.replace(template, **{name: value})
    for call in (template, *calls):
        if call.rings < 0 or not 0 < call.cadence <= 3600 or not 0 <= call.talk <= 86_400:
            raise BadInput("--rings and --talk must be 0 or more, --cadence above 0 and at most 3600 seconds")
    return template, calls


def from_file(path: Path, template: Incoming) -> list[Incoming]:
    """A call for each line of `number,name`; P or O as the number is one that is withheld or unavailable.

    Raises BadInput: no such file, no such lines.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [[field.strip() for field in row] for row in csv.reader(file) if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"cannot read calls from {path}: {reason}; it needs lines of number,name in UTF-8") from error
    if not rows:
        raise BadInput(f"there are no calls in {path}; it needs lines of number,name")
    return [_from_row(row, template) for row in rows]


def _from_row(row: Sequence[str], template: Incoming) -> Incoming:
    number, name = (*row, "")[:2]
    absent = Presentation.UNAVAILABLE if not number else _LETTERS.get(number.upper())
    if absent is not None:
        return msgspec.structs.replace(template, number=None, name=name or template.name, presentation=absent)
    return msgspec.structs.replace(template, number=number, name=name or template.name)


async def _serve(peer: SimulatedPeer, calls: Sequence[Incoming], options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: the KeyboardInterrupt ends it
            loop.add_signal_handler(number, stop.set)
    async with SimulatedLine(peer, roots.wall) as line:
        url = await _wired(line, options)
        said = "listening" if options.send is None else "sending"
        print_json({said: url if options.what == "modem" else f"{url}?dialect={options.what}"})
        ringing = asyncio.create_task(_ring(line, calls, options))
        ringing.add_done_callback(lambda task: None if task.cancelled() or task.exception() is None else stop.set())
        try:
            await stop.wait()
        finally:
            ringing.cancel()
            with suppress(asyncio.CancelledError):
                await ringing


async def _wired(line: SimulatedLine, options: argparse.Namespace) -> str:
    if options.pty:
        return line.serve_pty()
    if options.send is not None:
        return await line.send_to(*_host_port("--send", options.send))
    return await line.serve_socket(*_host_port("--listen", options.listen), GEAR[options.what].scheme)


async def _ring(line: SimulatedLine, calls: Sequence[Incoming], options: argparse.Namespace) -> None:
    """One call after the other, once somebody listens; each is printed as it begins."""
    await line.ready()
    await asyncio.sleep(options.after)
    for call in _in_turn(calls, options.calls):
        begun = roots.wall()
        print_json({"call": call.number, "name": call.name, "presentation": call.presentation, "at": iso(begun)})
        await line.call(call)
        if options.forget:
            line.peer.received(b"ATZ\r", roots.wall())
        pause = _BETWEEN_CALLS if options.every is None else options.every - (roots.wall() - begun)
        await asyncio.sleep(max(0.0, pause))


def _in_turn(calls: Sequence[Incoming], count: int | None) -> Iterator[Incoming]:
    return iter(calls) if count is None else itertools.islice(itertools.cycle(calls), count)


def _host_port(flag: str, text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or len(port) > 5 or int(port) > 65_535:
        raise BadInput(f"{flag} {text!r} is no address; write HOST:PORT, as in 127.0.0.1:0")
    return host.strip("[]"), int(port)
