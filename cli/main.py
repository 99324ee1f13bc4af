"""The command `ringdesk`: finds the subcommand, imports that file only, turns errors into exit codes."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn, Protocol, cast

from cli.helppage import Page, is_asked, overview, speak
from cli.output import complain, speak_unicode
from cli.paths import told
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.why import Why


class Command(Protocol):
    """What a file of this folder offers."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the flags."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; the exit code."""


COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("cli.demo", "everything at once, with a simulated modem and fictional members"),
    "desk": ("cli.desk", "the terminal of a phone agent"),
    "setup": ("cli.setup", "from nothing to the first call, step by step"),
    "server": ("cli.server", "the central server"),
    "listen": ("cli.listen", "sources without a screen: prints events and calls"),
    "replay": ("cli.replay", "a recorded line, played again"),
    "decode": ("cli.decode", "one dialect over captured bytes"),
    "number": ("cli.number", "what a raw caller string means"),
    "lookup": ("cli.lookup", "the search box from the shell"),
    "simulate": ("cli.simulate", "ring a line: a simulated modem on a pty or a socket"),
    "admin": ("cli.admin", "people, stores, devices and the certificate of a server"),
    "doctor": ("cli.doctor", "say what is wrong and what to do"),
}
"""Subcommand -> its module and one line of help."""


FOR_PEOPLE: Final = ("demo", "desk", "setup", "doctor", "lookup")
"""Subcommands that somebody types who may know no English; the others are for programs and whoever looks after a server."""


class _Parser(argparse.ArgumentParser):
    """Bad use is one line that says what to do, as everywhere; in the language of the person, who typed the words `given`,
    where those are known."""

    given: Sequence[str] | None = None

    def __init__(self, **more: Any) -> None:
        super().__init__(**more, formatter_class=Page)

    def error(self, message: str) -> NoReturn:
        from cli import usage

        why = usage.of_argparse(message, self.prog)
        complain(why.english() if self.given is None else usage.to_the_person(why, self.given))
        raise SystemExit(2)


def parser_of(name: str) -> argparse.ArgumentParser:
    """The parser of a subcommand, which is imported for it."""
    return _parser(name, _imported(name))


def _imported(name: str) -> Command:
    return cast("Command", importlib.import_module(COMMANDS[name][0]))


def _parser(name: str, command: Command) -> _Parser:
    parser = _Parser(prog=f"ringdesk {name}", description=COMMANDS[name][1])
    command.arguments(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: it failed; 2: bad use or bad input."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    speak_unicode()
    if not words or words[0] in ("-h", "--help", "help"):
        speak(words)
        sys.stdout.write(overview({name: text for name, (_module, text) in COMMANDS.items()}))
        return 0 if words else 2
    if words[0] == "--version":
        from importlib.metadata import version

        sys.stdout.write(f"ringdesk {version('ringdesk')}\n")
        return 0
    name, *rest = words
    if name not in COMMANDS:
        from cli import usage

        complain(usage.to_the_person(Why("usage_no_command", {"name": repr(name)}), rest))
        return 2
    command = _imported(name)
    parser = _parser(name, command)
    parser.given = rest if name in FOR_PEOPLE else None
    if is_asked(rest):
        speak(rest)
    options = parser.parse_args(rest)
    try:
        return command.run(options)
    except BadInput as error:
        complain(_said(error, name, options))
        return 2
    except RingdeskError as error:
        complain(_said(error, name, options))
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        complain(_said(told(error), name, options))
        return 1


def _said(error: RingdeskError, name: str, options: argparse.Namespace) -> str:
    """The line of an error: in the language of the person who started `name`, in English for programs."""
    if name not in FOR_PEOPLE:
        return str(error)
    from cli.refusals import to_the_person

    return to_the_person(error, options)


if __name__ == "__main__":
    sys.exit(main())
