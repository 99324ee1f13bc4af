"""Telephone numbers as people read them on this desk: `0912-345-678`, `(02)2708-2989`, from abroad with their country code.

The numbering plan is loaded with the first number that is shown, never with the shell; by then the desk has it.
"""

from functools import lru_cache

from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from terminal import words

_KEPT = 1024
_region = "TW"


def home(region: str) -> None:
    """Read numbers as in `region` (ISO 3166) from now on."""
    global _region  # noqa: PLW0603  the place of a process, like its language
    _region = region


def written(e164: str | None, raw: SafeText) -> SafeText:
    """The number as people here write it; `raw` where there is no valid one."""
    return _readable(e164, _region) if e164 else raw


def dialled(number: SafeText | None) -> SafeText:
    """The number of a callback, as people here write it; it is kept as it was given, mostly as E.164."""
    given = number or SafeText()
    return written(given if given.startswith("+") else None, given)


def title(task: Task, name: str = "") -> SafeText:
    """What is to be done. The server makes callbacks without a title, for it does not know who reads it: they name the member,
    or the number."""
    return task.title or SafeText(words.call_back(name or dialled(task.number)))


@lru_cache(maxsize=_KEPT)
def _readable(e164: str, region: str) -> SafeText:
    from ringdesk.numbers.plan import readable

    return SafeText(readable(e164, region))
