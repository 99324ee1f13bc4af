"""Caller-ID frames that libspandsp made, each with its meaning: all but NTT's, which no dialect reads."""

import json
from pathlib import Path
from typing import Any

import pytest

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.dialects import SourceOptions, StreamDialect
from ringdesk.dialects.dtmf import DtmfDialect
from ringdesk.dialects.mdmf import MdmfDialect

FILE = Path(__file__).parents[2] / "transcripts" / "spandsp-frames.json"
FRAMES: dict[str, dict[str, Any]] = {frame["name"]: frame for frame in json.loads(FILE.read_text("utf-8"))["frames"]}
LEFT_OUT = {"jclip-full"}
"""DLE, parity and a CRC (Japan): another frame than all others."""
NOT_TOLD = {"format", "string", "note", "name_gbk", "num_messages"}
"""Not about the call: how many messages wait is not kept, and nothing says that a name is in GBK rather than Big5."""
LETTERS = {"P": Presentation.PRIVATE, "O": Presentation.UNAVAILABLE, "1": Presentation.PRIVATE}


def heard(frame: dict[str, Any]) -> list[CallEvent]:
    dtmf = frame["expected"]["format"] == "DTMF"
    data = bytes.fromhex(frame["spandsp_rx_hex"][0] if dtmf else frame["frame_hex"])
    options = SourceOptions()
    dialect: StreamDialect = DtmfDialect("s", options) if dtmf else MdmfDialect("s", options)
    return list(dialect.received(data, 0.0).events)


def told(events: list[CallEvent]) -> dict[str, Any]:
    """The events in the words of the file."""
    if [event.event for event in events] == [EventKind.MESSAGE_WAITING]:
        return {"message_type": "82", "message_waiting": events[0].reason == "on"}
    assert [event.event for event in events] == [EventKind.RINGING, EventKind.CALLER]
    caller = events[1].caller or Caller()
    date, _, time = (events[1].line_time or "").partition(" ")
    return {
        "call_type": 1,
        "date": date.replace("-", ""),
        "time": time.replace(":", ""),
        "number": caller.raw,
        "name": caller.name,
        "name_hex": (caller.name or "").encode("cp950").hex().upper(),
        "absent": caller.presentation,
    }


def expected(frame: dict[str, Any]) -> dict[str, Any]:
    meaning = {key: value for key, value in frame["expected"].items() if key not in NOT_TOLD}
    if meaning.pop("name_absent", None):
        meaning["name"] = None
    absent = meaning.pop("number_absent", meaning.pop("absent", None))
    if absent:
        meaning |= {"number": None, "absent": LETTERS[absent]}
    elif "number" in meaning:
        meaning["absent"] = Presentation.SHOWN
    return meaning


def test_they_are_all_there() -> None:
    assert len(FRAMES) == 14
    assert set(FRAMES) > LEFT_OUT


@pytest.mark.parametrize("name", sorted(set(FRAMES) - LEFT_OUT))
def test_a_frame_says_what_it_means(name: str) -> None:
    said, meaning = told(heard(FRAMES[name])), expected(FRAMES[name])
    assert {key: said.get(key) for key in meaning} == meaning
