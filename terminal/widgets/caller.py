"""What to call a caller: the name, the number as people write it, or why there is neither."""

from ringdesk.calls import WAITING, Call, Presentation
from ringdesk.members import Member
from ringdesk.safetext import SafeText
from terminal.widgets.callrow import CallRow
from terminal.widgets.matches import sharing
from terminal.widgets.speech import say
from terminal.widgets.telephone import written


def number(call: Call) -> SafeText:
    """The caller's number as people write it here, else as the source gave it. Empty when it is not to be shown."""
    caller = call.caller
    if caller.presentation is Presentation.PRIVATE:
        return SafeText()
    return written(caller.e164, caller.raw or SafeText())


def called_by(call: Call, member: Member | None = None) -> SafeText:
    """What to call the caller: name, number, or why there is neither."""
    if member and member.name:
        return member.name
    shown = number(call)
    if shown:
        return shown
    if call.caller.presentation is Presentation.PRIVATE:
        return say("Withheld number")
    return call.caller.name or no_number(call)


def callers(row: CallRow) -> SafeText:
    """What to call the caller of a row: of several who share the number the first, and how many more there are."""
    known = [match for match in row.matches if not match.guess]
    if row.sure is not None or len(known) < 2:
        return called_by(row.call, row.sure)
    first = known[0].member
    return say("{name} +{count}", name=first.name or first.code, count=sharing(known) - 1)


def to_come(call: Call) -> bool:
    """Whether a number may still come: most lines bring it after the first ring."""
    return call.state in WAITING and not call.absent and call.ring_count < 2


def no_number(call: Call) -> SafeText:
    """What to say where a number would stand."""
    return say("No number yet") if to_come(call) else say("No number")
