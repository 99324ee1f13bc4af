"""session: two ends facing each other, and every illegal move."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.errors import WireError
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import (
    Answers,
    Challenge,
    Denied,
    Enrol,
    Enrolled,
    FromServer,
    FromTerminal,
    Hello,
    Login,
    Message,
    Ping,
    Pong,
    Pull,
    Push,
    Welcome,
)
from ringdesk.wire.session import SENDS, TRANSITIONS, End, Phase, Session, advance
from ringdesk.wire.values import Proof
from tests.ringdesk.shapes import values_of

CHALLENGE = Challenge(nonce="n", proto_min=1, proto_max=1, server_epoch="e")
ENROL = Enrol(code="c", name=SafeText("desk 1"), public_key="k", signature="s")
ENROLLED = Enrolled(device="d", epoch="1", cls="desk", store="main")
HELLO = Hello(device="d", signature="s", epoch="1")
WELCOME = Welcome(proto=1, server_epoch="e", timeline="t", epoch="1", expected=1, head=Proof(), sets=(), now=0.0)


class Pair:
    """A terminal and a server on one line."""

    def __init__(self) -> None:
        self.ends = {end: Session(end) for end in End}

    def says(self, sender: End, message: Message) -> Phase:
        self.ends[sender].sent(message)
        self.ends[sender.other].received(message)
        assert self.ends[End.SERVER].phase is self.ends[End.TERMINAL].phase
        return self.ends[sender].phase


def test_a_session_with_enrolment_runs_to_open() -> None:
    pair = Pair()
    assert pair.says(End.SERVER, CHALLENGE) is Phase.CHALLENGED
    assert pair.says(End.TERMINAL, ENROL) is Phase.ENROLLING
    assert pair.says(End.SERVER, ENROLLED) is Phase.CHALLENGED
    assert pair.says(End.TERMINAL, HELLO) is Phase.GREETED
    assert pair.says(End.SERVER, WELCOME) is Phase.OPEN
    for sender, message in (
        (End.TERMINAL, Login(ref="r", name=SafeText("n"), password="p")),
        (End.TERMINAL, Push(epoch="1", ops=())),
        (End.TERMINAL, Pull(set="org@clear", cursor=0)),
        (End.SERVER, Answers(epoch="1", answers=(), head=Proof())),
        (End.SERVER, Ping(at=1.0)),
        (End.TERMINAL, Pong(at=1.0, now=2.0)),
    ):
        assert pair.says(sender, message) is Phase.OPEN


def test_a_wrong_code_may_be_typed_again() -> None:
    pair = Pair()
    pair.says(End.SERVER, CHALLENGE)
    pair.says(End.TERMINAL, ENROL)
    assert pair.says(End.SERVER, Denied(ref="", code="bad_code", message=SafeText("x"))) is Phase.CHALLENGED


def test_nothing_moves_after_the_end() -> None:
    session = Session(End.SERVER)
    session.closed()
    with pytest.raises(WireError) as caught:
        session.sent(CHALLENGE)
    assert caught.value.close_code == 1002


def test_nobody_pushes_before_the_welcome() -> None:
    session = Session(End.SERVER)
    session.sent(CHALLENGE)
    with pytest.raises(WireError, match="push") as caught:
        session.received(Push(epoch="1", ops=()))
    assert caught.value.close_code == 1002
    assert session.phase is Phase.CHALLENGED


def test_every_message_has_its_place_and_its_sender() -> None:
    everything = set(get_args(FromServer)) | set(get_args(FromTerminal))
    assert {message for _, message in TRANSITIONS} == everything == SENDS[End.SERVER] | SENDS[End.TERMINAL]
    assert SENDS[End.SERVER] & SENDS[End.TERMINAL] == {Ping, Pong}


def test_every_phase_is_reached_and_closed_leads_nowhere() -> None:
    assert set(TRANSITIONS.values()) | {Phase.CONNECTED, Phase.CLOSED} == set(Phase)
    assert Phase.CLOSED not in {phase for phase, _ in TRANSITIONS}


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("sender", list(End))
@given(data=st.data())
def test_a_move_is_in_the_table_or_refused(phase: Phase, sender: End, data: st.DataObject) -> None:
    kind: Any = data.draw(
        st.sampled_from(sorted(SENDS[End.SERVER] | SENDS[End.TERMINAL], key=lambda kind: kind.__name__))
    )
    message = data.draw(values_of(kind))
    if (phase, kind) in TRANSITIONS and kind in SENDS[sender]:
        assert advance(phase, message, sender) is TRANSITIONS[phase, kind]
    else:
        with pytest.raises(WireError):
            advance(phase, message, sender)
