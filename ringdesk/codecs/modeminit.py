"""How a modem is set up: one command after the other, each with its time-out, the caller-ID commands in turn until one is taken.

The order of the caller-ID commands goes from the common (IS-101, Conexant, Agere, USR, Silicon Labs) to the rare. A modem
may forget the setting in a reset even after `&W`, so the dialogue is run at every opening of the port.
"""

from enum import StrEnum
from typing import Final

import msgspec

from ringdesk.codecs.modemlines import Result
from ringdesk.safetext import SafeText

WAKE: Final = ("ATZ", "ATQ0V1", "ATZ")
"""Until one is answered. A modem whose stored profile is quiet (Q1) says nothing even to a reset."""
SETTINGS: Final = ("ATE0", "ATV1Q0", "ATS0=0")
"""No echo; results, in words; never pick up by itself."""
NEVER_ANSWER: Final = "ATS0=0"
ENABLE: Final = (
    "AT+VCID=1",
    "AT#CID=1",
    "AT+FCLASS=8;+VCID=1",
    "AT#CLS=8#CID=1",
    "AT-STE=1;+VCID=1",
    "AT-STE=1;#CID=1",
    "AT-SCID=1;+VCID=1;-STE=3",
    "AT#CC1",
    "AT*ID1",
    "AT%CCID=1",
    "AT%CCID=3",
    "AT$JSCID=4,1",
    "AT+CLIP=1",
)
"""Switch formatted caller ID on; the last is for modems on a mobile network (3GPP TS 27.007, 7.6)."""

WAKE_TIME: Final = 3.0
"""Seconds for the answer to a reset; a USB modem takes up to two."""
ANSWER_TIME: Final = 2.0
"""Seconds for any other answer."""
SETTLE_TIME: Final = 0.25
"""Seconds between the answer to a reset and the next command; some modems lose what comes earlier."""
RETRY_TIME: Final = 30.0
"""Seconds until a modem that said nothing is tried again: it may be switched on later."""


class Stage(StrEnum):
    """How far the set-up is."""

    IDLE = "idle"
    WAKING = "waking"
    SETTLING = "settling"
    SETTING = "setting"
    ENABLING = "enabling"
    READY = "ready"
    NO_CALLER_ID = "no_caller_id"
    SILENT = "silent"


class Progress(msgspec.Struct, frozen=True):
    """Where the set-up stands and what is to be sent now. `until`: when `timed_out` is to be asked, None for never.

    `command` is the one that is waited for, or that switched caller ID on. `answers_itself`: the modem did not confirm
    that it never picks up. `detail`: its last refusal.
    """

    stage: Stage = Stage.IDLE
    command: str = ""
    index: int = 0
    until: float | None = None
    send: bytes = b""
    answers_itself: bool = False
    detail: SafeText | None = None


def start(now: float) -> Progress:
    """From the beginning."""
    return _ask(Progress(stage=Stage.WAKING), WAKE, 0, now)


def answered(progress: Progress, result: Result, now: float) -> Progress:
    """The modem ended a command."""
    quiet = msgspec.structs.replace(progress, send=b"")
    if progress.stage is Stage.WAKING:
        if not result.ok:
            return _next(quiet, WAKE, Stage.SILENT, now)
        return msgspec.structs.replace(quiet, stage=Stage.SETTLING, until=now + SETTLE_TIME)
    if progress.stage is Stage.SETTLING:
        # The answer to the reset before, which was given up too early: it must not be taken for the next command's.
        return msgspec.structs.replace(quiet, until=now + SETTLE_TIME)
    if progress.stage is Stage.SETTING:
        refused = not result.ok and progress.command == NEVER_ANSWER
        quiet = msgspec.structs.replace(quiet, answers_itself=progress.answers_itself or refused)
        return _after_settings(quiet, now)
    if progress.stage is Stage.ENABLING:
        if not result.ok:
            return _next(msgspec.structs.replace(quiet, detail=result.text), ENABLE, Stage.NO_CALLER_ID, now)
        return msgspec.structs.replace(quiet, stage=Stage.READY, until=None)
    return quiet


def timed_out(progress: Progress, now: float) -> Progress:
    """`until` has come."""
    quiet = msgspec.structs.replace(progress, send=b"")
    match progress.stage:
        case Stage.WAKING:
            return _next(quiet, WAKE, Stage.SILENT, now)
        case Stage.SETTLING:
            return _ask(msgspec.structs.replace(quiet, stage=Stage.SETTING), SETTINGS, 0, now)
        case Stage.SETTING:
            unsure = progress.answers_itself or progress.command == NEVER_ANSWER
            return _after_settings(msgspec.structs.replace(quiet, answers_itself=unsure), now)
        case Stage.ENABLING:
            return _next(quiet, ENABLE, Stage.NO_CALLER_ID, now)
        case Stage.SILENT:
            return start(now)
        case _:
            return quiet


def _after_settings(progress: Progress, now: float) -> Progress:
    if progress.index + 1 < len(SETTINGS):
        return _ask(progress, SETTINGS, progress.index + 1, now)
    return _ask(msgspec.structs.replace(progress, stage=Stage.ENABLING), ENABLE, 0, now)


def _next(progress: Progress, commands: tuple[str, ...], exhausted: Stage, now: float) -> Progress:
    if progress.index + 1 < len(commands):
        return _ask(progress, commands, progress.index + 1, now)
    again = now + RETRY_TIME if exhausted is Stage.SILENT else None
    return msgspec.structs.replace(progress, stage=exhausted, until=again)


def _ask(progress: Progress, commands: tuple[str, ...], index: int, now: float) -> Progress:
    command = commands[index]
    until = now + (WAKE_TIME if commands is WAKE else ANSWER_TIME)
    return msgspec.structs.replace(
        progress, index=index, command=command, until=until, send=command.encode("ascii") + b"\r"
    )
