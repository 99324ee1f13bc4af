"""Every provider's requests, through the dialect that hears them: believed, one call, one pop, its end."""

from base64 import b64encode

import msgspec
import pytest

from config import registry
from ringdesk import numbers
from ringdesk.calls import Call, CallState, Outcome, Presentation
from ringdesk.codecs.http import Request
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.errors import BadInput
from ringdesk.simulators import Incoming
from ringdesk.simulators.hooks import Stamp, Told, signing
from ringdesk.simulators.hooks.providers import PROVIDERS
from ringdesk.tracker import Tracker, pop_due

AT = 1795325880.0
URL = "https://pop.example.tw/hook/one?then=https%3A%2F%2Fshop.example.tw%2Fxml"
KEY = b64encode(bytes(range(32))).decode()
TELL = [name for name in PROVIDERS if name != "threecx"]
"""3CX tells of a call when it is over, and never pops."""


def told(call: Incoming, number: str = "+886912345678", call_id: str = "0123456789abcdef" * 2) -> Told:
    return Told(call=call, id=call_id, number=number, called="+886227208889", at=AT)


def requests(name: str, it: Told, secret: str = KEY) -> list[tuple[float, Request]]:
    found = []
    for number, part in enumerate(PROVIDERS[name].parts(it)):
        now = AT + part.after
        signed = PROVIDERS[name].signed(signing.unsigned(part, URL), secret, Stamp(now, f"{number:020}"))
        found.append((now, signed))
    return found


def heard(name: str, it: Told, times: int = 1) -> tuple[list[Call], list[str], list[Verdict]]:
    """The calls at the end, those that were due to pop, and the verdicts. What has a name that was seen is not told again."""
    dialect = registry.webhook(name)("source", SourceOptions(area="2"))
    tracker, pops, verdicts, seen = Tracker(), [], [], set[str]()
    for now, request in requests(name, it):
        for _ in range(times):
            verdict = dialect.request(request, now, (PROVIDERS[name].shown(KEY),))
            verdicts.append(verdict)
            if verdict.once in seen:
                continue
            seen |= {verdict.once} - {""}
            for each in verdict.events:
                event = numbers.read_caller(each, "TW", "2")
                pops += [call.id for call in tracker.received(event) if pop_due(call) and call.id not in pops]
    return list(tracker.calls), pops, verdicts


def test_every_webhook_of_ours_has_its_provider() -> None:
    assert set(PROVIDERS) == set(registry.webhook_names())


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("name", TELL)
def test_a_call_that_is_answered_is_believed_pops_once_and_ends(name: str, times: int) -> None:
    calls, pops, verdicts = heard(name, told(Incoming(number="0912345678", name="CHEN", answer="802")), times)
    assert [verdict.refused for verdict in verdicts] == [None] * len(verdicts)
    assert all(verdict.answer.status < 300 for verdict in verdicts)
    (call,) = calls
    assert (call.state, pops) == (CallState.ENDED, [call.id])
    assert call.outcome is Outcome.ANSWERED
    assert call.caller.e164 == "+886912345678"
    if name not in ("exotel", "shop"):
        assert call.answered_by == "802"


@pytest.mark.parametrize("name", TELL)
def test_a_call_that_nobody_takes_is_no_answered_one(name: str) -> None:
    calls, pops, verdicts = heard(name, told(Incoming(number="0912345678")))
    assert [verdict.refused for verdict in verdicts] == [None] * len(verdicts)
    (call,) = calls
    assert pops == [call.id]
    assert call.answered is None
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.MISSED) or name == "zoom"


@pytest.mark.parametrize("shown", [Presentation.PRIVATE, Presentation.UNAVAILABLE])
@pytest.mark.parametrize("name", TELL)
def test_a_number_that_is_not_shown_is_in_no_request(name: str, shown: Presentation) -> None:
    it = told(Incoming(number="0912345678", name="CHEN MEI", presentation=shown))
    for _, request in requests(name, it):
        sent = msgspec.json.encode(request).decode() + request.body.decode()
        assert "912345678" not in sent
        assert "MEI" not in sent
    calls, _, _ = heard(name, it)
    assert {call.caller.presentation for call in calls} == {shown}


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_signature_with_another_secret_is_refused(name: str) -> None:
    dialect = registry.webhook(name)("source", SourceOptions())
    for now, request in requests(name, told(Incoming(number="0912345678", answer="801")), signing.other(KEY)):
        assert dialect.request(request, now, (PROVIDERS[name].shown(KEY),)).refused is not None


@pytest.mark.parametrize("secret", ["one", "user:password"])
def test_the_other_secret_is_of_the_same_kind(secret: str) -> None:
    other = signing.other(secret)
    assert other != secret
    assert other.partition(":")[0] == "user" or ":" not in secret


def test_a_journal_of_3cx_is_a_call_that_was() -> None:
    calls, pops, verdicts = heard("threecx", told(Incoming(number="0912345678", answer="802")))
    (call,) = calls
    assert (call.outcome, call.answered_by, pops) == (Outcome.ANSWERED, "802", [])
    assert verdicts[0].asks == "0912345678"


def test_two_calls_are_two_calls() -> None:
    for name in TELL:
        first = told(Incoming(number="0912345678"))
        second = told(Incoming(number="0912345679"), "+886912345679", "f" * 32)
        ids = {call.id for it in (first, second) for call in heard(name, it)[0]}
        assert len(ids) == 2 or name == "shop", "a bridge names no call but by line and time"


def test_what_is_no_private_key_is_told() -> None:
    for bad in ("short", "é", b64encode(b"x" * 31).decode()):
        with pytest.raises(BadInput, match="32 bytes in base64"):
            signing.public_key(bad)
