"""What the headers of an INVITE say of people: who calls, whether it may be shown, who forwarded it, why it was cancelled.

Values are Latin-1 strings as `sipmessage` keeps them. Contact is never read: it carries the number of callers who hide it.
"""

import base64
import binascii
import quopri
import re
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec

from ringdesk import numbers
from ringdesk.calls import Caller, Outcome, Presentation, Via
from ringdesk.codecs import eightbit
from ringdesk.codecs.sipmessage import Message, parameters, split, unquoted
from ringdesk.safetext import SafeText

_SCHEME: Final = re.compile(r"(?i)(sips?|tel):")
_WORD: Final = re.compile(r"=\?([A-Za-z0-9_-]{1,40})(?:\*[A-Za-z-]{1,20})?\?([BbQq])\?([^? ]{0,400})\?=")
_BETWEEN_WORDS: Final = re.compile(r"(\?=)[ \t]+(=\?)")
_CHARSETS: Final = frozenset({"utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "big5", "gb2312", "gbk", "gb18030"})
_SEPARATORS: Final = str.maketrans("", "", "-.() ")

_HIDDEN: Final = frozenset({"anonymous", "private", "restricted", "withheld"})
_ABSENT: Final = frozenset({"", "unknown", "unavailable", "nobody", "asterisk"})
"""User parts that stand where no number is; `asterisk` is what chan_sip writes then."""
_NO_HOST: Final = ("anonymous.invalid", "unknown.invalid")
"""RFC 3323, 4.1.1.3: From of who hides. 3GPP TS 24.229: of whom the network does not know."""


class Address(msgspec.Struct, frozen=True):
    """One name-addr or addr-spec (RFC 3261, 20.10). `user` is decoded, without its parameters; `uri_parameters` are those
    inside of the brackets, `marks` those behind; `headers` is what stands behind the `?` of the URI, not decoded."""

    name: SafeText | None = None
    scheme: str = ""
    user: str = ""
    host: str = ""
    uri_parameters: dict[str, str] = {}
    marks: dict[str, str] = {}
    headers: str = ""

    @property
    def number(self) -> SafeText | None:
        """The number, or the name of an account; None where the address says that there is none."""
        return SafeText(self.user) if self.absence is None else None

    @property
    def absence(self) -> Presentation | None:
        """Why there is no number; None if there is one."""
        word = self.user.lower()
        if word in _HIDDEN or self.host == _NO_HOST[0]:
            return Presentation.PRIVATE
        return Presentation.UNAVAILABLE if word in _ABSENT or self.host == _NO_HOST[1] else None


def addresses(values: list[str]) -> list[Address]:
    """The addresses of all headers of one name, in their order; what is none is left out."""
    parts = (part for value in values for part in split(value) if part)
    return [found for part in parts if (found := address(part)) is not None]


def address(value: str) -> Address | None:
    """One address; None if there is no sip, sips or tel URI in it."""
    start = _bracket(value)
    if start < 0:
        # Without brackets all parameters are the header's, not the URI's (RFC 3261, 20).
        uri, name = value.partition(";")[0], None
        marks = parameters(value)
    else:
        end = value.find(">", start)
        if end < 0:
            return None
        uri, name = value[start + 1 : end], _name(value[:start])
        marks = parameters("x" + value[end + 1 :])
    scheme = _SCHEME.match(uri.strip())
    if scheme is None:
        return None
    rest, _, headers = uri.strip()[scheme.end() :].partition("?")
    if scheme[1].lower() == "tel":
        user, _, tail = rest.partition(";")
        given = parameters(";" + tail)
        return Address(name, "tel", _dialled(user, given), "", given, marks, headers)
    user, at, place = rest.rpartition("@")
    user, _, inner = user.partition(";")
    user = _decoded(user.partition(":")[0])
    host, _, tail = place.partition(";")
    given = parameters(";" + inner) | parameters(";" + tail)
    return Address(name, "sip", _dialled(user, given) if at else "", _host(host), given, marks, headers)


def _bracket(value: str) -> int:
    """Where the `<` of the URI is, outside of the quoted name; -1 if there is none."""
    quoted = escaped = False
    for at, char in enumerate(value):
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == "<" and not quoted:
            return at
    return value.rfind("<") if quoted else -1


def _host(text: str) -> str:
    return re.sub(r":[0-9]{1,5}$", "", text).lower()


def _decoded(user: str) -> str:
    return str(eightbit.read(unquote_to_bytes(user.encode("latin-1", "replace"))))


def _dialled(user: str, given: dict[str, str]) -> str:
    """A telephone number without its visual separators (RFC 3966, 5.1.1); other users as they are."""
    bare = user.translate(_SEPARATORS)
    telephone = bare.removeprefix("+").isdigit() and ("phone-context" in given or bare != user)
    return bare if telephone else user


def _name(text: str) -> SafeText | None:
    """A display name: quoted or tokens, in any encoding, perhaps an encoded word of RFC 2047."""
    text = text.strip(" \t")
    if text.startswith('"'):
        text = unquoted(text) if text.endswith('"') and len(text) > 1 else text[1:]
    if "=?" in text:
        pieces = _WORD.split(_BETWEEN_WORDS.sub(r"\1\2", text))
        data = b"".join(_encoded(pieces, at) for at in range(0, len(pieces), 4))
    else:
        data = text.encode("latin-1", "replace")
    return eightbit.read(data) or None


def _encoded(pieces: list[str], at: int) -> bytes:
    """Plain text, and the encoded word behind it if there is one, in UTF-8 as far as its charset is known."""
    plain = pieces[at].encode("latin-1", "replace")
    if at + 3 >= len(pieces):
        return plain
    charset, how, text = pieces[at + 1 : at + 4]
    try:
        data = (
            base64.b64decode(text + "=" * (-len(text) % 4)) if how in "Bb" else quopri.decodestring(text, header=True)
        )
    except (binascii.Error, ValueError):
        return plain + f"=?{charset}?{how}?{text}?=".encode("latin-1", "replace")
    if charset.lower() in _CHARSETS:
        data = data.decode(charset, "replace").encode()
    return plain + data


def caller(message: Message, *, trusted: bool) -> Caller:
    """Who calls.

    P-Asserted-Identity (RFC 3325), then Remote-Party-ID (draft-ietf-sip-privacy-04) count from a `trusted` peer only, then
    From. A wish to stay hidden counts whoever tells it: then neither number nor name is kept.
    """
    party = [one for one in addresses(message.all("remote-party-id")) if one.marks.get("party", "calling") == "calling"]
    wish = _privacy(message)
    from_ = next(iter(addresses([message.first("from")])), Address())
    asserted = (addresses(message.all("p-asserted-identity")) or party) if trusted else []
    identities = [*sorted(asserted, key=_rank), from_]
    hides = bool(wish & {"id", "user", "header", "full"}) or any(_hides(one, "full", "uri") for one in party)
    if hides or ("none" not in wish and from_.absence is Presentation.PRIVATE):
        return Caller(presentation=Presentation.PRIVATE)
    shown = next((one for one in identities if one.number is not None), None)
    nameless = any(_hides(one, "name") for one in party)
    name = None if nameless else next((name for one in identities if (name := _own_name(one)) is not None), None)
    if shown is None:
        return Caller(presentation=identities[0].absence or Presentation.UNAVAILABLE, name=name)
    return Caller(raw=shown.number, e164=_in_context(shown), presentation=Presentation.SHOWN, name=name)


def _in_context(one: Address) -> str | None:
    """The E.164 number of a local one that says where it is valid (RFC 3966, 5.1.5): `27208889;phone-context=+8862`. Some
    write the trunk prefix with it. None if it does not say, or if that makes no valid number."""
    context = one.uri_parameters.get("phone-context", "").translate(_SEPARATORS)
    if not context.startswith("+") or not one.user.isdigit():
        return None
    made = (numbers.read(context + local).e164 for local in (one.user, one.user.lstrip("0")))
    return next((number for number in made if number is not None), None)


def _privacy(message: Message) -> set[str]:
    words = ";".join(message.all("privacy")).replace(",", ";").split(";")
    return {word.strip().lower() for word in words}


def _hides(party: Address, *ways: str) -> bool:
    return party.marks.get("privacy", "off").lower() in ways


def _rank(one: Address) -> int:
    """Of several asserted identities one with an international number first, then any number (RFC 3325, 9.1: a sip and a
    tel URI of the same person)."""
    if one.number is None:
        return 3
    return 0 if one.user.startswith("+") else 1 if one.user[:1].isdigit() else 2


def _own_name(one: Address) -> SafeText | None:
    """The name, unless it is only the number again, or says that there is none."""
    if one.name is None or one.name == one.user or one.name.lower() in _HIDDEN | _ABSENT:
        return None
    return one.name


_REASONS: Final[dict[str, str]] = {
    "user-busy": "busy",
    "no-answer": "no_answer",
    "unavailable": "unreachable",
    "out-of-service": "unreachable",
    "unconditional": "unconditional",
    "deflection": "deflection",
}
"""Reasons of Diversion (RFC 5806, 5); the others say nothing of ours."""
_CAUSES: Final[dict[str, str]] = {
    "302": "unconditional",
    "408": "no_answer",
    "480": "deflection",
    "486": "busy",
    "487": "deflection",
    "503": "unreachable",
}
"""Causes of a retargeting (RFC 4458, 2; RFC 7544, 4.2)."""


def is_hidden(forwarder: Address) -> bool:
    """Whether who forwarded a call wishes to stay hidden (RFC 5806, 4)."""
    return forwarder.marks.get("privacy", "off").lower() not in ("off", "none")


def via(message: Message) -> Via | None:
    """Who forwarded the call last: the topmost Diversion (RFC 5806), else the History-Info (RFC 7044). None if nobody did,
    or if they wish to stay hidden."""
    for one in addresses(message.all("diversion"))[:1]:
        if one.number is None or is_hidden(one):
            return None
        return Via(one.number, diversion_reason(message.first("diversion")))
    history = addresses(message.all("history-info"))
    for at in range(len(history) - 1, 0, -1):
        cause = history[at].uri_parameters.get("cause", "")
        diverted = history[at].marks.get("mp")
        if diverted is None and cause not in _CAUSES:
            continue
        by = next((one for one in history[:at] if one.marks.get("index") == diverted), history[at - 1])
        told = unquote_to_bytes(by.headers).decode("latin-1").lower()
        if by.number is None or "privacy=history" in told:
            return None
        if cause not in _CAUSES:
            cause = next((known for known in _CAUSES if f"cause={known}" in told), "")
        return Via(by.number, _CAUSES.get(cause, "unknown"))
    return None


def diversion_reason(value: str) -> str:
    """Our word for the reason of the topmost entry of a Diversion header."""
    for one in addresses([value])[:1]:
        return _REASONS.get(one.marks.get("reason", "").lower(), "unknown")
    return "unknown"


def called(message: Message) -> SafeText | None:
    """The number that was dialled: To, else the Request-URI, which may be the account that this listener registered."""
    for one in addresses([message.first("to"), message.uri]):
        if one.number is not None:
            return one.number
    return None


_ENDINGS: Final[dict[tuple[str, int], Outcome]] = {
    ("sip", 200): Outcome.ANSWERED,
    ("q.850", 26): Outcome.ANSWERED,
    ("sip", 486): Outcome.BUSY,
    ("sip", 600): Outcome.BUSY,
    ("sip", 603): Outcome.REJECTED,
}
"""Q.850 cause 26 is non-selected user clearing, "answered elsewhere". Busy (17) and rejected (21) are no ending: so Asterisk
names what another telephone of the group did, whoever ended the call."""


def cancelled(message: Message) -> Outcome:
    """How the call went of which a CANCEL says that we are no longer wanted (RFC 3326). `answered`: by somebody else.
    Without such a Reason the caller gave up."""
    causes = []
    for part in (part for value in message.all("reason") for part in split(value)):
        protocol, cause = split(part, ";")[0].lower(), parameters(part).get("cause", "")
        causes.append((protocol, int(cause) if re.fullmatch(r"[0-9]{1,3}", cause) else -1))
    return next((_ENDINGS[cause] for cause in causes if cause in _ENDINGS), Outcome.MISSED)


_FINALS: Final[dict[int, Outcome]] = {
    403: Outcome.REJECTED,
    408: Outcome.MISSED,
    480: Outcome.MISSED,
    486: Outcome.BUSY,
    487: Outcome.MISSED,
    600: Outcome.BUSY,
    603: Outcome.REJECTED,
    607: Outcome.REJECTED,
    608: Outcome.REJECTED,
}


def outcome(status: int) -> Outcome:
    """How a call ended whose INVITE got this final response."""
    return Outcome.ANSWERED if status < 300 else _FINALS.get(status, Outcome.FAILED)
