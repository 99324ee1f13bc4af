"""How setup goes through its steps: forwards, and with `back` to the question before, whichever step that was in.

A step is run anew for that, and its console gives it the answers so far without showing them; what took a while is remembered
(`Console.once`). What cannot be done twice ends that way (`Console.settled`): then the step begins anew.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from cli.setup_console import Back, Skipped
from ringdesk.errors import RingdeskError
from ringdesk.safetext import SafeText
from terminal.widgets.speech import mark, say

if TYPE_CHECKING:
    from cli.setup import Setup

LEFT: Final = mark("This step is left as it is.")


def walk(setup: "Setup", steps: Sequence[Callable[["Setup"], str]], heading: Callable[[str], SafeText]) -> None:
    """Do the steps; `heading` says what one is about. Raises `Quit`, `RingdeskError`."""
    console = setup.console
    asked: dict[int, list[str]] = {}
    at, answers, anew = 0, list[str](), True
    while at < len(steps):
        name, setup.trouble = steps[at].__name__, ""
        console.step(at + 1, len(steps), heading(name))
        console.begin(at, answers, anew=anew)
        anew = True
        try:
            said = steps[at](setup)
        except Skipped as left:
            console.say(left.said or say(LEFT))
            console.finished(name)
            console.status(name, "skipped")
        except Back:
            here, anew = at, console.is_settled
            at, answers = _before(at, console.undone(), asked)
            anew = anew or at != here
            continue
        except RingdeskError as error:
            console.status(name, "failed", reason=str(error))
            raise
        else:
            console.finished(name)
            trouble = {"trouble": setup.trouble} if setup.trouble else {}
            console.status(name, "done", answer=said, **trouble)
        if console.has_asked:
            asked[at] = console.undone() or []
        at, answers = at + 1, []


def _before(at: int, undone: list[str] | None, asked: dict[int, list[str]]) -> tuple[int, list[str]]:
    """The step of the question before, and the answers that stand there: of this step, else of the last one that asked."""
    if undone is not None:
        return at, undone
    earlier = max((each for each in asked if each < at), default=None)
    return (at, []) if earlier is None else (earlier, asked[earlier])
