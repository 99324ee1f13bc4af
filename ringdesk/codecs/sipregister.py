"""Registration with a SIP server (RFC 3261, 10 and 22; digest by RFC 8760): pure, one transaction at a time.

The first REGISTER names no contact: its answer says at which address the server sees us (RFC 3581), and that is what the
next one registers.
"""

import hashlib
import re
from enum import Enum, auto
from typing import Final

from ringdesk.codecs import digest, sipmessage
from ringdesk.codecs.sipmessage import Message

EXPIRES: Final = 120
"""Seconds that a registration is asked for: refreshed at three quarters, so that a router between keeps the way open."""
T1: Final = 0.5
T2: Final = 4.0
GIVE_UP: Final = 64 * T1
"""Seconds without an answer (timer F)."""
RETRY: Final = 30.0
"""Seconds until a server that did not answer is tried again."""
RETRY_REFUSED: Final = 300.0
"""Seconds until one that refused is: a password does not become right by itself, and a server may lock us out."""
SHORTEST: Final = 10.0
"""Seconds between two registrations at least, whatever the server grants."""

_SECONDS: Final = re.compile(r"[0-9]{1,9}")


class State(Enum):
    """How it stands; each is told to the user once."""

    IDLE = auto()
    TRYING = auto()
    REGISTERED = auto()
    SILENT = auto()
    REFUSED = auto()
    WRONG_SECRET = auto()
    NO_METHOD = auto()
    NO_ADDRESS = auto()


def is_account(secret: str) -> bool:
    """Whether it names whom to register; a server that asks for no password gets none (`user:`)."""
    user, colon, _password = secret.partition(":")
    return bool(user and colon)


class Registration:
    """The registration of one account; `out` collects what is to be sent to `peer`."""

    def __init__(self, registrar: str, secrets: tuple[str, ...], seed: str) -> None:
        """`registrar` is `host` or `host:port`, `secrets` are `user:password`, the newest first; `seed` is the source's."""
        host, port = sipmessage.host_port(registrar)
        self.peer = f"{host}:{port or 5060}"
        self.state = State.IDLE
        self.detail = ""
        self.out: list[bytes] = []
        self._secrets = secrets
        self._chosen = 0
        self._host = host
        self._uri = f"sip:{registrar}"
        self._seed = seed
        self._number = 0
        self._contact = ""
        self._reset()

    @property
    def _secret(self) -> str:
        """The one that is tried now: while it is changed the server may still know only the older."""
        return self._secrets[self._chosen % len(self._secrets)] if self._secrets else ""

    @property
    def _user(self) -> str:
        return self._secret.partition(":")[0] or "ringdesk"

    def _reset(self) -> None:
        self._branch = ""
        self._request = b""
        self._asked: digest.Challenge | None = None
        self._asked_by = "authorization"
        self._answers = 0
        self._tries = 0
        self._expires = EXPIRES
        self._again_at: float | None = None
        self._pause = T1
        self._fails_at: float | None = None
        self._start_at: float | None = None

    @property
    def next_due(self) -> float | None:
        """When `due` has something to do."""
        times = (self._again_at, self._fails_at, self._start_at)
        return min((time for time in times if time is not None), default=None)

    def start(self, now: float) -> None:
        """Register from nothing."""
        self._reset()
        self._contact = ""
        self._seed = self._token("seed", now)
        self.state = State.TRYING
        self._send(now)

    def stop(self) -> None:
        """The transport is gone."""
        self._reset()
        self.state = State.IDLE

    def due(self, now: float) -> None:
        """Repeat what was not answered, give up, refresh."""
        if self._fails_at is not None and now >= self._fails_at:
            self._fail(State.SILENT, "", now, RETRY)
        elif self._again_at is not None and now >= self._again_at:
            self.out.append(self._request)
            self._pause = min(2 * self._pause, T2)
            self._again_at = now + self._pause
        elif self._start_at is not None and now >= self._start_at:
            self._tries = 0
            self._send(now)

    def owns(self, response: Message) -> bool:
        """Whether it answers the REGISTER that is open."""
        return bool(self._branch) and response.branch == self._branch and response.sequence[1] == "REGISTER"

    def answered(self, response: Message, now: float) -> None:
        """The server answered the open REGISTER."""
        if response.status < 200:
            return
        self._branch, self._again_at, self._fails_at = "", None, None
        seen = _seen_at(response)
        if seen is None and not self._contact:
            self._fail(State.NO_ADDRESS, "", now, RETRY_REFUSED)
            return
        moved = seen is not None and seen != self._contact
        self._contact = seen or self._contact
        if response.status in (401, 407):
            self._challenged(response, now)
        elif response.status == 423 and self._tries < 3 and _SECONDS.fullmatch(response.first("min-expires")):
            self._expires = min(int(response.first("min-expires")), 86_400)
            self._send(now)
        elif response.status >= 300:
            self._fail(State.REFUSED, str(response.status), now, _retry_after(response))
        elif moved and self._tries < 3:
            self._send(now)
        else:
            self._registered(response, now)

    def _registered(self, response: Message, now: float) -> None:
        granted = _granted(response, f"{self._user}@{self._contact}", self._expires)
        self.state, self.detail, self._tries = State.REGISTERED, "", 0
        self._start_at = now + max(SHORTEST, granted * 0.75)

    def _challenged(self, response: Message, now: float) -> None:
        name = "www-authenticate" if response.status == 401 else "proxy-authenticate"
        asked = digest.challenge(response.all(name))
        if asked is None or not self._secret:
            self._fail(State.NO_METHOD, response.first(name), now, RETRY_REFUSED)
        elif self._asked is not None and self._answers and not asked.stale and self._tries >= 2:
            self._refused(asked.realm, now)
        elif self._tries >= 5:
            self._fail(State.REFUSED, str(response.status), now, RETRY_REFUSED)
        else:
            self._asked, self._answers = asked, 0
            self._asked_by = "Authorization" if response.status == 401 else "Proxy-Authorization"
            self._send(now)

    def _refused(self, realm: str, now: float) -> None:
        self._chosen += 1
        if self._chosen % len(self._secrets):
            self._asked, self._tries = None, 0
            self._send(now)
        else:
            self._fail(State.WRONG_SECRET, realm, now, RETRY_REFUSED)

    def _fail(self, state: State, detail: str, now: float, pause: float) -> None:
        self._reset()
        self.state, self.detail = state, detail
        self._start_at = now + pause

    def _send(self, now: float) -> None:
        self._tries += 1
        self._number += 1
        self._branch = "z9hG4bK" + self._token("branch", now)
        account = f"<sip:{self._user}@{self._host}>"
        lines = [
            f"REGISTER {self._uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._contact or 'ringdesk.invalid'};rport;branch={self._branch}",
            "Max-Forwards: 70",
            f"From: {account};tag={self._token('tag', now)}",
            f"To: {account}",
            f"Call-ID: {self._seed}",
            f"CSeq: {self._number} REGISTER",
        ]
        if self._contact:
            lines += [f"Contact: <sip:{self._user}@{self._contact}>", f"Expires: {self._expires}"]
        if self._asked is not None:
            self._answers += 1
            lines.append(f"{self._asked_by}: {self._credentials(now)}")
        lines += ["User-Agent: Ringdesk", "Content-Length: 0", "", ""]
        self._request = "\r\n".join(lines).encode("utf-8", "replace")
        self.out.append(self._request)
        self._pause, self._again_at = T1, now + T1
        self._fails_at, self._start_at = now + GIVE_UP, None

    def _credentials(self, now: float) -> str:
        asked = self._asked
        if asked is None:
            return ""
        nonce = self._token("cnonce", now)
        return digest.answer(asked, "REGISTER", self._uri, self._secret, count=self._answers, cnonce=nonce)

    def _token(self, use: str, now: float) -> str:
        """A name that nobody can guess who does not know the secret, and that does not come twice."""
        text = f"{self._seed} {self._secret} {use} {self._number} {now!r}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _seen_at(response: Message) -> str | None:
    """The `host:port` at which the server sees us."""
    via = sipmessage.split(response.first("via"))[0]
    marks = sipmessage.parameters(via)
    host, port = sipmessage.sent_by(via)
    host = marks.get("received") or ("" if host == "ringdesk.invalid" else host)
    if not host:
        return None
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    told = marks.get("rport", "")
    return f"{host}:{told if _SECONDS.fullmatch(told) else port}"


def _granted(response: Message, contact: str, asked: int) -> int:
    """Seconds for which the server keeps us (RFC 3261, 10.3 step 8): at the contact, else in Expires, else as asked."""
    contacts = [part for value in response.all("contact") for part in sipmessage.split(value)]
    own = next((part for part in contacts if contact in part), "")
    for text in (sipmessage.parameters(own).get("expires", ""), response.first("expires")):
        if _SECONDS.fullmatch(text):
            return int(text)
    return asked


def _retry_after(response: Message) -> float:
    words = response.first("retry-after").split(" ")
    return float(min(int(words[0]), 3600)) if _SECONDS.fullmatch(words[0]) else RETRY_REFUSED
