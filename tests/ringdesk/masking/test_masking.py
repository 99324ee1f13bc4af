"""What is masked: no number, no name of it is left, and all else means what it meant."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.decode import steps
from config import registry
from ringdesk import masking, numbers, transcript
from ringdesk.calls import CallEvent
from ringdesk.dialects import SourceOptions
from ringdesk.errors import BadInput
from ringdesk.simulators import Incoming, SimulatedPeer
from ringdesk.simulators import boxes as sim_boxes
from ringdesk.simulators.ami import SimulatedAsterisk
from ringdesk.simulators.boxes import SimulatedBox
from ringdesk.simulators.esl import SimulatedFreeSwitch
from ringdesk.simulators.modem import SimulatedModem
from ringdesk.simulators.ncid import SimulatedNcid
from ringdesk.simulators.sip import SimulatedTrunk
from ringdesk.transcript import Chunk
from tests.contracts.recordings import OURS

SALT = b"of this test"
RECORDED = sorted(OURS.glob("*/*.jsonl"))
AT = 1795325880.0


def _set_up(modem: SimulatedModem) -> SimulatedModem:
    modem.received(b"ATE0\rAT+VCID=1\r", AT)
    return modem


NUMBERS = st.from_regex(r"0[2-9][0-9]{8}", fullmatch=True).filter(lambda number: len(set(number[-7:])) > 4)
"""Not `0000000`, of which the ids of channels are made."""
PEERS: dict[str, Any] = {
    "modem": lambda: _set_up(SimulatedModem()),
    "dtmf": lambda: SimulatedBox(sim_boxes.dtmf),
    "mdmf": lambda: SimulatedBox(sim_boxes.mdmf),
    "tci": lambda: SimulatedBox(sim_boxes.tci),
    "netcallerid": lambda: SimulatedBox(sim_boxes.netcallerid),
    "whozz": lambda: SimulatedBox(sim_boxes.whozz),
    "ncid": SimulatedNcid,
    "ami": lambda: SimulatedAsterisk(""),
    "esl": lambda: SimulatedFreeSwitch(""),
    "sip": SimulatedTrunk,
}


def options(name: str) -> SourceOptions:
    return SourceOptions(secrets=("user:password",) if name in ("ami", "esl") else (), trusted=("*",))


def decoded(name: str, chunks: list[Chunk]) -> list[CallEvent]:
    dialect = registry.dialect(name)("source", options(name))
    return [event for _, step in steps(dialect, chunks, run_on=600.0) for event in step.events]


def left(events: list[CallEvent]) -> list[Any]:
    """The events without what is masked in them: of a number only its form is left, of a name that there is one."""
    found: list[Any] = [_form(msgspec.to_builtins(event, enc_hook=str)) for event in events]
    for event in found:
        if event["event"] == "rejected":
            event["reason"] = event["reason"].partition(" ")[0]  # the rest quotes what came
        if event["caller"]:
            event["caller"]["name"] = event["caller"].get("name") is not None
            event["caller"].pop("e164", None)
    return found


def _form(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _form(one) for key, one in value.items()}
    if isinstance(value, str) and sum(char.isdigit() for char in value) >= 7:
        return "".join("#" if char.isdigit() else char for char in value)
    return value


def numbers_in(events: list[CallEvent]) -> set[str]:
    said = [event.caller.raw for event in events if event.caller] + [event.via.raw for event in events if event.via]
    digits = {"".join(filter(str.isdigit, raw or "")) for raw in said}
    return {one for one in digits if len(one) >= 7}


def joined(chunks: list[Chunk]) -> bytes:
    return b"".join(chunk.data for chunk in chunks)


def test_every_dialect_of_a_line_can_be_masked() -> None:
    assert set(masking.maskable()) == set(registry.names()) == set(PEERS)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_recording_means_the_same_without_its_numbers_and_names(path: Path) -> None:
    name = path.parent.name
    chunks = list(transcript.read(path.read_bytes().splitlines()))
    made = masking.masked(chunks, name, SALT)
    before, after = decoded(name, chunks), decoded(name, made)
    assert left(after) == left(before)
    assert [(chunk.at, chunk.dir, chunk.peer, len(chunk.data)) for chunk in made] == [
        (chunk.at, chunk.dir, chunk.peer, len(chunk.data)) for chunk in chunks
    ]
    text = joined(made)
    for number in numbers_in(before):
        assert not re.search(rb"%s(?![0-9])" % number[-7:].encode(), text), (
            "inside another number it may come by chance"
        )
        assert number[-7:].encode().hex().encode() not in text.lower()
    names = {event.caller.name for event in before if event.caller and event.caller.name}
    for one in names:
        if numbers.read(one).presentation == "shown" and any(char.isalpha() for char in one):
            assert one.encode() not in text


def played(name: str, calls: list[Incoming]) -> Iterator[Chunk]:
    """What gear sends of calls, and what is said to it."""
    peer: SimulatedPeer = PEERS[name]()
    dialect = registry.dialect(name)("source", options(name))
    address = "192.0.2.1:5060" if name == "sip" else None
    now = AT
    heard = [(now, peer.opened(now))]
    said = () if name == "modem" else dialect.opened(now).sends  # that modem is set up already
    for call in calls:
        while heard or said:
            for send in said:
                yield Chunk(at=now, dir="out", hex=send.data.hex(), peer=address)
                heard.append((now, peer.received(send.data, now)))
            said = ()
            for _, data in heard:
                if data:
                    yield Chunk(at=now, dir="in", hex=data.hex(), peer=address)
                    said += dialect.received(data, now, address).sends
            heard = []
        peer.call(call, now)
        while peer.next_due is not None:
            now = max(now, peer.next_due)
            while data := peer.due(now):
                yield Chunk(at=now, dir="in", hex=data.hex(), peer=address)
                said += dialect.received(data, now, address).sends
            for send in said if name != "modem" else ():
                peer.received(send.data, now)
            said = ()
        now += 20.0


def cut(chunks: list[Chunk], every: int) -> Iterator[Chunk]:
    for chunk in chunks:
        if every < 1 or chunk.dir == "out" or chunk.peer:
            yield chunk
        else:
            for at in range(0, len(chunk.data), every):
                yield msgspec.structs.replace(chunk, hex=chunk.data[at : at + every].hex())


@pytest.mark.property
@pytest.mark.parametrize("name", PEERS)
@given(
    digits=st.lists(NUMBERS, min_size=1, max_size=2, unique_by=lambda number: number[-7:]),
    caller=st.sampled_from(["CHEN MEI LING", "Lin Wu", "SPRINGFIELD MA", "WANG A"]),
    every=st.sampled_from([0, 11]),
    salt=st.binary(min_size=1, max_size=8),
)
def test_no_number_of_a_caller_is_left(name: str, digits: list[str], caller: str, every: int, salt: bytes) -> None:
    calls = [Incoming(number=number, name=caller, rings=2) for number in [*digits, digits[0]]]
    chunks = list(cut(list(played(name, calls)), every))
    made = masking.masked(chunks, name, salt)
    before, after = decoded(name, chunks), decoded(name, made)
    assert numbers_in(before) == set(digits)
    assert left(after) == left(before)
    text = joined(made)
    for number in digits:
        assert number[-7:].encode() not in text
        assert number[-7:].encode().hex().encode() not in text
    assert caller.encode() not in text
    assert len(numbers_in(after)) == len(digits), "each has one of its own"
    pairs = {
        (one.caller.raw, other.caller.raw)
        for one, other in zip(before, after, strict=True)
        if one.caller and other.caller and one.caller.raw
    }
    assert len(pairs) == len({raw for raw, _ in pairs}), "the same number, the same mask"


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("written", ["{}", "+VCIDR: {}"])
def test_a_raw_packet_has_its_checksum_as_right_or_wrong_as_it_was(written: str, right: bool) -> None:
    whole = "802501083131323231333431020A30393132333435363738070D4348454E204D4549204C494E47"
    line = written.format(whole + ("33" if right else "34"))
    chunk = Chunk(at=AT, dir="in", hex=f"\r\nRING\r\n\r\n{line}\r\n".encode().hex())
    (made,) = masking.masked([chunk], "modem", SALT)
    packet = bytes.fromhex(made.data.decode().split()[-1])
    assert packet != bytes.fromhex(line.split()[-1])
    assert sum(packet) % 256 == (0 if right else 1)
    assert packet[2:12] == b"\x01\x0811221341", "the date stays"


def test_two_spellings_of_a_number_get_the_same_mask() -> None:
    message = (
        'INVITE sip:+886227208889@192.0.2.9 SIP/2.0\r\nFrom: "陳小姐" <sip:0912345678@192.0.2.1>;tag=1\r\n'
        "P-Asserted-Identity: <tel:+886-912-345-678>\r\nContact: <sip:+886912345678@192.0.2.1>\r\n"
        "Call-ID: 0912345678-1@192.0.2.1\r\n\r\n"
    )
    (made,) = masking.masked([Chunk(at=AT, dir="in", hex=message.encode().hex(), peer="192.0.2.1:5060")], "sip", SALT)
    text = made.data.decode()
    assert len(made.data) == len(message.encode())
    assert "陳小姐" not in text
    found = {
        "".join(filter(str.isdigit, run))[-7:] for run in re.findall(r":[+]?[0-9-]{8,}[0-9]@?|ID: [0-9]{10}", text)
    }
    found = {run for run in found if text.count(run) > 1}
    assert len(found) == 1
    assert found != {"2345678"}
    assert text.count("192.0.2.1") == message.count("192.0.2.1")


def test_another_salt_is_another_mask() -> None:
    chunk = Chunk(at=AT, dir="in", hex=b"D0912345678C".hex())
    made = {masking.masked([chunk], "dtmf", bytes([salt]))[0].data for salt in range(9)}
    assert len(made) == 9
    assert all(one.startswith(b"D091") and one.endswith(b"C") for one in made)


def test_what_is_no_number_stays() -> None:
    lines = (
        "RING",
        "DATE = 1122",
        "TIME = 1338",
        "NMBR = P",
        "NAME = O",
        "NMBR = 1001",
        "NAME=ONMBR=O",
        "NAME = Anonymous",
    )
    text = "".join(f"\r\n{line}\r\n" for line in lines).encode()
    chunk = Chunk(at=AT, dir="in", hex=text.hex())
    assert masking.masked([chunk], "modem", SALT) == [chunk]


def test_a_dialect_that_is_not_known_is_not_half_masked() -> None:
    with pytest.raises(BadInput, match="where numbers and names stand in acme is not known"):
        masking.masked([], "acme", SALT)
