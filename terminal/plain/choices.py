"""What the plain desk offers by number: dispositions, verdicts. Pure."""

from typing import Final, Literal

from ringdesk.dispositions import Disposition
from ringdesk.safetext import SafeText
from terminal.widgets.speech import code, mark

Verdict = Literal["missed", "elsewhere", "ignored"]

VERDICTS: Final[tuple[tuple[Verdict, str], ...]] = (
    ("missed", mark("missed: make a callback")),
    ("elsewhere", mark("answered on another telephone")),
    ("ignored", mark("ignore it")),
)


def title(disposition: Disposition) -> SafeText:
    """A disposition in words: the business's own, else ours."""
    return disposition.title or code(SafeText(disposition.id))
