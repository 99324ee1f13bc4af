"""How widgets speak: words of the catalogue with safe arguments, and the words for what the heart counts in codes."""

from collections.abc import Mapping
from typing import Final

from ringdesk.calls import Call, CallState
from ringdesk.dispositions import Disposition
from ringdesk.marks import MarkLabel
from ringdesk.members import Member
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from ringdesk.tasks import AttemptResult
from ringdesk.timeline import ContactKind
from ringdesk.why import Why
from terminal.news import HealthNews
from terminal.words import _, filled, hello, plural, sentence
from terminal.words import address as in_words


def say(message: str, **values: SafeText | int) -> SafeText:
    """`message` in the language in force, with `values` in its braces. Raises TypeError for a value nobody cleaned."""
    for name, value in values.items():
        if not isinstance(value, SafeText | int):
            raise TypeError(f"{name} is shown, so it must be SafeText, not {type(value).__name__}")
    return SafeText(filled(_(message), values) if values else _(message))


def counted(one: str, many: str, count: int, **values: SafeText) -> SafeText:
    """`one` or `many` of something, as the language counts; `{count}` stands for how many, other braces for `values`. Raises
    TypeError for a value nobody cleaned."""
    for name, value in values.items():
        if not isinstance(value, SafeText):
            raise TypeError(f"{name} is shown, so it must be SafeText, not {type(value).__name__}")
    return SafeText(filled(plural(one, many, count), {"count": count, **values}))


def because(why: Why) -> SafeText:
    """A reason as a sentence. Its arguments came from anywhere, so the sentence is cleaned whole."""
    return SafeText(sentence(why))


def greeting(member: Member) -> SafeText:
    """How to greet a member, all of it in the language in force."""
    return hello_to(member.name, member.honorific)


def hello_to(name: SafeText, honorific: SafeText) -> SafeText:
    """The same for a name and a form of address."""
    return SafeText(hello(name, honorific))


def address(member: Member) -> SafeText:
    """The form of address that stands beside a member's name, in the language in force; none beside a name that has one."""
    from ringdesk.names import has_title  # with the first card, not with the shell

    return SafeText() if has_title(member.name) else SafeText(in_words(member.honorific))


def mark(message: str) -> str:
    """Mark for extraction what is looked up later."""
    return message


KINDS: Final[Mapping[ContactKind, str]] = {
    ContactKind.CALL_IN: mark("Call in"),
    ContactKind.CALL_OUT: mark("Call out"),
    ContactKind.MISSED: mark("Missed"),
    ContactKind.VISIT: mark("Visit"),
    ContactKind.PURCHASE: mark("Bought"),
    ContactKind.EMAIL: mark("E-mail"),
    ContactKind.MESSAGE: mark("Message"),
    ContactKind.LETTER: mark("Letter"),
    ContactKind.NOTE: mark("Note"),
    ContactKind.CONFLICT: mark("Conflict"),
}

STATES: Final[Mapping[CallState, str]] = {
    CallState.NEW: mark("New"),
    CallState.RINGING: mark("Ringing"),
    CallState.QUEUED: mark("Waiting"),
    CallState.ANSWERED: mark("On a call"),
    CallState.HELD: mark("On hold"),
    CallState.TRANSFERRING: mark("Transferring"),
    CallState.RING_STOPPED: mark("Ring stopped"),
    CallState.ENDED: mark("Ended"),
}

CODES: Final[Mapping[str, str]] = {
    "answered": mark("answered"),
    "missed": mark("missed"),
    "abandoned": mark("gave up"),
    "rejected": mark("declined"),
    "busy": mark("busy"),
    "failed": mark("failed"),
    "voicemail": mark("voicemail"),
    "blocked": mark("blocked"),
    "unknown": mark("unknown"),
    "handled": mark("closed"),
    "elsewhere": mark("answered elsewhere"),
    "ignored": mark("no matter"),
    "wrong_number": mark("wrong number"),
    "junk": mark("junk"),
    "open": mark("open"),
    "done": mark("done"),
    "ringing": mark("ringing"),
    "claimed": mark("taken"),
    "ended": mark("ended"),
    "ring_stopped": mark("ring stopped"),
}
"""Words for codes that rows carry; what is not here is somebody's own word and shown as it is."""

MARKS: Final[Mapping[MarkLabel, str]] = {
    MarkLabel.JUNK: mark("Junk"),
    MarkLabel.SUPPLIER: mark("Supplier"),
    MarkLabel.NONE: mark("Not marked"),
}

PRESENCES: Final[Mapping[PresenceState, str]] = {
    PresenceState.READY: mark("Ready"),
    PresenceState.BUSY: mark("Serving"),
    PresenceState.WRAP_UP: mark("Wrap-up"),
    PresenceState.BREAK: mark("On a break"),
    PresenceState.AWAY: mark("Away"),
}

ON_A_CALL: Final = mark("On a call")
VOICE_STAYS: Final = mark(
    "The card, the call and the note move to the colleague here; the voice moves by the telephone's own transfer."
)
"""What handing on a call does not do, whatever the source."""


def does(presence: Presence) -> SafeText:
    """What somebody of the team does now: on a call, or with somebody who came."""
    called = presence.state is PresenceState.BUSY and presence.call is not None
    return say(ON_A_CALL if called else PRESENCES[presence.state])


def doing(presence: Presence) -> SafeText:
    """What somebody does now, in the words of every list of colleagues."""
    return say("wants help") if presence.help else does(presence)


RESULTS: Final[Mapping[AttemptResult, str]] = {
    AttemptResult.REACHED: mark("reached"),
    AttemptResult.NO_ANSWER: mark("no answer"),
    AttemptResult.BUSY: mark("busy"),
    AttemptResult.WRONG_NUMBER: mark("wrong number"),
}

DISPOSITIONS: Final[Mapping[str, str]] = {
    "inquiry": mark("Inquiry"),
    "order": mark("Order"),
    "booking": mark("Booking"),
    "complaint": mark("Complaint"),
    "after_sales": mark("After-sales"),
    "payment": mark("Payment"),
    "callback": mark("To be called back"),
    "wrong_number": mark("Wrong number"),
    "junk": mark("Junk call"),
}
"""Words for the built-in dispositions; a business's own have their title."""

TONGUES: Final[Mapping[str, str]] = {
    "zh": mark("Chinese"),
    "en": mark("English"),
    "ja": mark("Japanese"),
    "ko": mark("Korean"),
    "nan": mark("Taiwanese"),
    "hak": mark("Hakka"),
    "vi": mark("Vietnamese"),
    "id": mark("Indonesian"),
    "th": mark("Thai"),
}
"""Languages of members by their tag (BCP 47), without its region."""

REFUSALS: Final[Mapping[str, str]] = {
    "unknown_member": mark("this member is not on this desk any more"),
    "not_yours": mark("only who has a call holds it: take it first"),
    "already_claimed": mark("a colleague has this call already"),
    "unknown_call": mark("this call is not on this desk any more"),
    "not_allowed": mark("your role does not allow it"),
    "expired": mark(
        "your sign-in has expired: connect this desk to the server, then lock it and come in with your password;"
        " what you typed is kept"
    ),
    "disk_full": mark("the disk is full: free some space, then save again"),
    "offline": mark("the server cannot be reached: try again when the line is back"),
    "timeout": mark("it took too long: try again"),
}
"""Why the desk said no, and what to do next."""


BRIEF: Final[Mapping[str, str]] = {
    "number_exact": mark("this number"),
    "number_shared": mark("{count} share this number"),
    "tail_matches": mark("ends in {digits}"),
    "name_matches": mark("name: {text}"),
    "name_starts": mark("name: {text}"),
    "tail_only": mark("only the number: {digits}"),
    "name_only": mark("only the name: {text}"),
    "name_alone": mark("name: {text}"),
    "code_matches": mark("member number {code}"),
}
"""Why somebody was found, in the few cells that a row has beside the name, the number and the store."""


ONE_ONLY: Final = frozenset({"tail_only", "name_only"})
"""Reasons of those who have only one of the two that were asked for."""


def in_short(why: Why) -> SafeText:
    """Why somebody was found, in a few words; the whole sentence where there are none."""
    if why.code == "and":
        first, second = (in_short(Why(why.args[f"{name}_code"], why.args)) for name in ("first", "second"))
        return say("{first}, {second}", first=first, second=second)
    brief = BRIEF.get(why.code)
    return say(brief, **{name: SafeText(value) for name, value in why.args.items()}) if brief else because(why)


def caveat(why: Why) -> SafeText:
    """What must be said before a list whose first row was found for this reason: that nobody has all that was asked for."""
    asked = {name: SafeText(why.args.get(name, "?")) for name in ("text", "digits")}
    if why.code in ONE_ONLY:
        return say("Nobody has both {text} and {digits}. These have one of the two:", **asked)
    if why.code == "name_alone":
        return say("{digits} is too short: at least 3 digits. These have the name {text}:", **asked)
    return SafeText()


def code(word: SafeText) -> SafeText:
    """A code in words."""
    known = CODES.get(word) or DISPOSITIONS.get(word)
    return say(known) if known else word


def tongue(tag: SafeText) -> SafeText:
    """A language in words; a tag that has none as it is."""
    known = TONGUES.get(tag.partition("-")[0])
    return say(known) if known else tag


def titled(disposition: Disposition) -> SafeText:
    """What people read for a disposition."""
    known = DISPOSITIONS.get(disposition.id)
    return disposition.title or (say(known) if known else code(SafeText(disposition.id)))


def source_name(news: HealthNews) -> SafeText:
    """What a source is called, and that it is at the server."""
    name = news.label or SafeText(news.source)
    return say("{name} at the server", name=name) if news.served else name


def line_name(call: Call) -> SafeText:
    """Which line a call is on."""
    line = call.called.line or call.called.raw
    return say("line {line}", line=line) if line else say("line")
