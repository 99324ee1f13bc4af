"""The errors of the heart, as a tree.

* `RingdeskError`            every error that a person may see; its text says what to do next
  * `BadInput`               what came from outside cannot be used (exit code 2 at the command line)
    * `WireError`            a frame that breaks the protocol; carries the close code
  * `Refused`                a rule said no; carries the code that the rule documents
"""

from ringdesk.why import Why


class RingdeskError(Exception):
    """Base of every error that a person may see. The text is one line and says what to do next.

    Attributes:
        why: the reason, for whoever speaks another language; None where there is only the English line.
        said: the sentence in the language of the person, where somebody has put it into words already.
    """

    why: Why | None
    said: str | None = None

    def __init__(self, said: str | Why) -> None:
        super().__init__(said.english() if isinstance(said, Why) else said)
        self.why = said if isinstance(said, Why) else None


class BadInput(RingdeskError):
    """What came from outside cannot be used."""


class WireError(BadInput):
    """A frame that breaks the protocol.

    Attributes:
        close_code: the websocket close code (RFC 6455, section 7.4) that answers it.
    """

    def __init__(self, message: str, close_code: int = 1008) -> None:
        super().__init__(message)
        self.close_code = close_code


class Refused(RingdeskError):
    """A rule said no.

    Attributes:
        code: stable, machine-readable; contracts.md section 6 lists them.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MustWait(Refused):
    """Too much was tried: nothing is taken for a while. Its code is `wait`.

    Attributes:
        seconds: how long; 0: nobody said it.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__("wait", message)
        self.seconds = seconds
