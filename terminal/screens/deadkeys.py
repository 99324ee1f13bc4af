"""Which keys would do nothing as the board stands, for the key bar and the help. Pure."""

from terminal.screens.board import Board
from terminal.screens.promised import to_dial
from terminal.widgets.person import Who


def dead_keys(board: Board, now: float) -> frozenset[str]:
    """Keys that would do nothing now."""
    dead: set[str] = set()
    if board.banner is None or not board.banner.offered or board.barred(board.banner, now):
        dead.add("answer")
    if not board.busy:
        dead.add("wrapup")
    if board.person.who is Who.NOBODY:
        dead |= {"save", "promise"}
    if to_dial(board.person) is None:
        dead.add("later")
    return frozenset(dead | _dead_on_calls(board))


def _dead_on_calls(board: Board) -> set[str]:
    """Of the keys about calls and numbers, those that would do nothing now."""
    person = board.person
    alive = {
        "hold": bool(board.mine),
        "hand": bool(board.mine or person.tasks or board.day.owed),
        "attach": person.member is not None,
        "register": person.who is Who.UNKNOWN or (person.member is not None and not person.member.name),
        "junk": person.call is not None or board.banner is not None,
        "wrong": person.call is not None or board.banner is not None,
        "sharers": bool(board.sharers),
        "detach": person.member is not None and person.call is not None,
        "same": board.doubtful is not None,
        "another": board.doubtful is not None,
        "missed": bool(board.lost),
        "elsewhere": bool(board.lost),
        "ignore": bool(board.lost),
        "attempt": bool(board.day.owed),
    }
    return {key for key, works in alive.items() if not works}
