"""The commands of the plain desk, in one table: a letter, a word, what it does. Pure.

The word is a message id: it is understood in English and in the language in force.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from ringdesk.safetext import SafeText
from terminal.widgets.speech import mark, say

NOTHING: Final = ""
TEXT: Final = "text"
NUMBER: Final = "number"
"""What may stand behind a command."""


class Command(NamedTuple):
    """One row of the table. `word`, `help` and `also` are message ids; `id` is stable. `takes` is what may stand behind it,
    `also` what else a person who was told of it may type: the step of the practice that teaches it."""

    id: str
    letter: str
    word: str
    help: str
    takes: str = NOTHING
    also: tuple[str, ...] = ()


COMMANDS: Final = (
    Command(
        "take",
        "t",
        mark("take"),
        mark("take the ringing call; with a line, the call on it"),
        TEXT,
        (mark("take a call"), mark("answer")),
    ),
    Command(
        "note",
        "n",
        mark("note"),
        mark("write a note until an empty line, or the text on the same line"),
        TEXT,
        (mark("type while another rings"), mark("write a note")),
    ),
    Command("save", "v", mark("save"), mark("save the note that is kept as a draft"), also=(mark("save the note"),)),
    Command(
        "wrapup",
        "w",
        mark("wrap"),
        mark("save the note and close the call, or close the card"),
        NUMBER,
        (mark("wrap up"),),
    ),
    Command(
        "later",
        "l",
        mark("callback"),
        mark("callback at a time that you promise; a number chooses when"),
        NUMBER,
    ),
    Command("hold", "h", mark("hold"), mark("let the caller wait, or go on")),
    Command("hand", "g", mark("give"), mark("give the call to a colleague, with its note"), also=(mark("hand on"),)),
    Command(
        "attach",
        "a",
        mark("attach"),
        mark("the caller's number belongs to the member on the desk"),
        also=(mark("attach a number"),),
    ),
    Command("register", "r", mark("register"), mark("make the caller a new member"), TEXT, (mark("new member"),)),
    Command("undo", "z", mark("undo"), mark("take one of the last things back, such as who the caller is")),
    Command("junk", "x", mark("junk"), mark("the number is junk: it disturbs nobody any more")),
    Command("card", "c", mark("card"), mark("read the card, warnings first")),
    Command("timeline", "p", mark("past"), mark("read the contacts, the newest first; a number reads one whole")),
    Command("tasks", "k", mark("tasks"), mark("read the open tasks of this person")),
    Command("done", "d", mark("done"), mark("close one of the tasks")),
    Command("search", "s", mark("search"), mark("find a member by number, last digits, code or name"), TEXT),
    Command("answers", "f", mark("answers"), mark("find the answer to a question"), TEXT, (mark("look up an answer"),)),
    Command("lines", "i", mark("lines"), mark("read the calls of the last minutes")),
    Command("same", "y", mark("same"), mark("say whether two calls that may be one are one")),
    Command(
        "missed",
        "m",
        mark("missed"),
        mark("read the missed calls, and say what became of one"),
        also=(mark("judge a missed call"),),
    ),
    Command("drafts", "b", mark("drafts"), mark("read the notes that are not saved yet, and go on with one")),
    Command("home", "o", mark("home"), mark("read what is to be done today")),
    Command("me", "e", mark("me"), mark("say how you are: ready, on a break, away, help wanted; read the team"), TEXT),
    Command("state", "u", mark("state"), mark("read how lines, server and unsent changes stand")),
    Command("help", "?", mark("help"), mark("read the commands that work now")),
    Command("quit", "q", mark("quit"), mark("keep the drafts and leave"), also=(mark("leave"),)),
)
"""Every command, in the order in which help reads them."""

ESCAPE: Final = ":"
"""In a note: what follows is a command; the note is kept as a draft."""

_LINE: Final = re.compile(r"\s*([^\s:\uff1a]+)[\s:\uff1a]*(.*)", re.DOTALL)

_MOST_DIGITS: Final = 9


class Typed(NamedTuple):
    """A line as it is meant: a command, a number of the last list, or neither."""

    command: Command | None = None
    rest: str = ""
    number: int | None = None


def plain(text: str) -> str:
    """Half-width and without capitals: an input method types `ｔ` for t."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def is_number(text: str) -> bool:
    """Whether this can be a choice: decimal digits, of which `int` refuses more than 4300 and no list needs more than 9."""
    return text.isdecimal() and len(text) <= _MOST_DIGITS


def parse(line: str) -> Typed:
    """What a line means. The text behind a command stays as it was typed."""
    if plain(line[:1]) == "/":
        return Typed(_by_id("search"), line[1:].strip())
    matched = _LINE.fullmatch(line)
    if matched is None:
        return Typed()
    head, rest = plain(matched[1]), matched[2].strip()
    if is_number(head) and not rest:
        return Typed(number=int(head))
    phrase = _phrase(line)
    if phrase is not None:
        return phrase
    found = next((each for each in COMMANDS if head in names(each)), None)
    return Typed(found, rest)


def _phrase(line: str) -> Typed | None:
    """A command that is called by several words, and what stands behind them."""
    words = plain(line).split()
    for command in COMMANDS:
        for name in names(command):
            count = len(name.split())
            if count > 1 and words[:count] == name.split():
                rest = line.split(None, count)[count:]
                return Typed(command, rest[0].strip() if rest else "")
    return None


def names(command: Command) -> tuple[str, ...]:
    """What a command is called by: its letter, its English words, its words in the language in force."""
    called = (command.word, *command.also)
    return (command.letter, *called, *(plain(say(each)) for each in called))


def shown(ident: str) -> str:
    """The letter of a command, for sentences that name it."""
    return _by_id(ident).letter


def command_named(key: str) -> SafeText:
    """The letter of the command that does here what the key with this id does on the screen."""
    return SafeText(shown({"answer": "take", "palette": "drafts"}.get(key, key)))


def _by_id(ident: str) -> Command:
    return next(each for each in COMMANDS if each.id == ident)
