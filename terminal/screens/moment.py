"""This moment in one sentence: what goes on, and which key does the next thing. Pure."""

from functools import reduce

from ringdesk.calls import CallState
from ringdesk.safetext import SafeText
from terminal.bindings import KEYS
from terminal.screens.board import Board
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.person import Who
from terminal.widgets.speech import line_name, say


def sentence(board: Board, pane: SafeText, changed: Changed) -> SafeText:
    """How things stand, for the help. `pane` names the pane with the focus, `changed` are remapped keys."""
    keys = {key.id: key_named(key.id, changed) for key in KEYS}
    parts = [_call(board, keys), _person(board, keys)]
    if pane and pane != "-":
        parts.append(say("The focus is in: {pane}.", pane=pane))
    return reduce(lambda first, second: say("{first} {second}", first=first, second=second), filter(None, parts))


def _call(board: Board, keys: dict[str, SafeText]) -> SafeText:
    row = board.banner if board.banner is not None and board.banner.calling else None
    if row is not None and row.ringing:
        return say("A call rings on {line}; {key}: I have it.", line=line_name(row.call), key=keys["answer"])
    if row is not None:
        return say(
            "A call on {line} fell silent; {key} says that you have it.", line=line_name(row.call), key=keys["answer"]
        )
    if board.banner is not None and board.banner.unclaimed:
        return say(
            "A call on {line} was picked up, and nobody has it yet; {key}: I have it.",
            line=line_name(board.banner.call),
            key=keys["answer"],
        )
    serving = board.serving
    if serving is None:
        return say("No call is ringing.")
    if serving.call.state is CallState.ENDED:
        return say("The call on {line} is over; {key} wraps it up.", line=line_name(serving.call), key=keys["wrapup"])
    return say("You are on {line}; {key} wraps the call up.", line=line_name(serving.call), key=keys["wrapup"])


def _person(board: Board, keys: dict[str, SafeText]) -> SafeText:
    person = board.person
    match person.who:
        case Who.NOBODY:
            return say("Nobody is on the card; {key} looks for a member.", key=keys["search"])
        case Who.SEVERAL:
            return say("Several people may be meant: a digit chooses.")
        case Who.UNKNOWN:
            return say("{name} is on the card, and nobody knows this number.", name=person.name)
        case Who.WITHHELD:
            return say("The caller on the card withholds the number.")
        case Who.MEMBER:
            return say("{name} is on the card; what you write is theirs.", name=person.name)
