"""Headers of INVITEs: who calls, may it be shown, who forwarded it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import Caller, Outcome, Presentation, Via
from ringdesk.codecs import sipheaders
from ringdesk.codecs.sipmessage import Message
from ringdesk.safetext import SafeText

PRIVATE = Caller(presentation=Presentation.PRIVATE)


def shown(raw: str, name: str | None = None) -> Caller:
    return Caller(raw=SafeText(raw), presentation=Presentation.SHOWN, name=None if name is None else SafeText(name))


def message(**headers: str | list[str]) -> Message:
    pairs = [
        (name.strip("_").replace("_", "-"), value.encode().decode("latin-1"))
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return Message(method="INVITE", uri="sip:desk@192.0.2.9:5062", headers=tuple(pairs))


def caller(*, trusted: bool = True, **headers: str | list[str]) -> Caller:
    return sipheaders.caller(message(**headers), trusted=trusted)


CHEN = '"陳小姐" <sip:+886912345678@pbx.example>;tag=1'
LIN = '"LIN" <sip:0227208889@carrier.example;user=phone>'
ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'


class TestFrom:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (CHEN, shown("+886912345678", "陳小姐")),
            ("sip:5551000@127.0.0.1;tag=1", shown("5551000")),
            ("Bob Smith <sip:1002@127.0.0.1>;tag=1", shown("1002", "Bob Smith")),
            ('"Smith, John" <sip:1007@h>;tag=1', shown("1007", "Smith, John")),
            ('"a \\"b\\" <sip:9@x>" <sip:1007@h>', shown("1007", 'a "b" <sip:9@x>')),
            ("<sip:%2B886912345678@h>", shown("+886912345678")),
            ("<sip:+886912345678;phone-context=h.example@h;user=phone>", shown("+886912345678")),
            ("<SIPS:0912345678@[2001:db8::1]:5061>", shown("0912345678")),
            ("<sip:0912345678:secret@h>", shown("0912345678")),
            ("<tel:+886-2-2720-8889>", shown("+886227208889")),
            ("<tel:2720-8889;phone-context=pbx.example>", shown("27208889")),
            ("tel:+12155551212;tag=1", shown("+12155551212")),
            ('"=?UTF-8?B?5byg5LiJ?=" <sip:1004@h>', shown("1004", "张三")),
            ("=?utf-8?q?=E9=99=B3_?= =?utf-8?q?=E5=B0=8F?= <sip:1004@h>", shown("1004", "陳 小")),
            ('"=?big5?B?s6+kcKlq?=" <sip:1004@h>', shown("1004", "陳小姐")),
            ('"=?UTF-8?B?not base64!?=" <sip:1004@h>', shown("1004", "=?UTF-8?B?not base64!?=")),
            ('"unclosed <sip:1004@h>', shown("1004", "unclosed")),
            ('"0912345678" <sip:0912345678@h>', shown("0912345678")),
            ("<sip:alice@h>", shown("alice")),
            (ANONYMOUS, PRIVATE),
            ("<sip:Anonymous@10.0.0.1>", PRIVATE),
            ("<sip:0912345678@anonymous.invalid>", PRIVATE),
            ("<sip:unavailable@unknown.invalid>", Caller()),
            ("<sip:pbx.example>", Caller()),
            ("nonsense", Caller()),
            ("<sip:0912345678", Caller()),
        ],
    )
    def test_says_who(self, value: str, expected: Caller) -> None:
        assert caller(from_=value) == expected

    @pytest.mark.parametrize(
        ("value", "e164"),
        [
            ("<tel:2720-8889;phone-context=+886-2>", "+886227208889"),
            ("<tel:0912345678;phone-context=+886>", "+886912345678"),
            ("<sip:3125550199;phone-context=+1@h;user=phone>", "+13125550199"),
            ("<tel:801;phone-context=+8862>", None),
            ("<tel:801;phone-context=pbx.example>", None),
            ("<tel:0912345678>", None),
        ],
    )
    def test_a_local_number_says_where_it_is_valid(self, value: str, e164: str | None) -> None:
        assert caller(from_=value).e164 == e164

    def test_a_name_in_raw_big5_is_read(self) -> None:
        value = b'"\xb3\xaf\xa4p\xa9j" <sip:1@h>'.decode("latin-1")
        assert sipheaders.caller(Message(headers=(("from", value),)), trusted=False).name == "陳小姐"


class TestAssertedIdentity:
    def test_is_believed_from_a_trusted_peer_only(self) -> None:
        headers = {"from_": CHEN, "p_asserted_identity": LIN}
        assert caller(trusted=True, **headers) == shown("0227208889", "LIN")
        assert caller(trusted=False, **headers) == shown("+886912345678", "陳小姐")

    def test_comes_before_remote_party_id_and_that_before_from(self) -> None:
        party = '"RPID" <sip:031234567@h>;party=calling;screen=yes;privacy=off'
        assert caller(from_=CHEN, remote_party_id=party) == shown("031234567", "RPID")
        assert caller(from_=CHEN, remote_party_id=party, p_asserted_identity=LIN).raw == "0227208889"
        assert caller(trusted=False, from_=CHEN, remote_party_id=party).raw == "+886912345678"

    def test_the_called_party_is_not_the_caller(self) -> None:
        assert caller(from_=CHEN, remote_party_id="<sip:1@h>;party=called").raw == "+886912345678"

    @pytest.mark.parametrize("together", [True, False])
    def test_of_two_the_international_number_counts_and_either_name(self, *, together: bool) -> None:
        both = ['"CHEN" <sip:chen@pbx.example>', "<tel:+886912345678>"]
        assert caller(
            from_=ANONYMOUS, privacy="none", p_asserted_identity=", ".join(both) if together else both
        ) == shown("+886912345678", "CHEN")


class TestPrivacy:
    @pytest.mark.parametrize("privacy", ["id", "user", "header", "id;critical", "user,id", "ID", "session; id"])
    @pytest.mark.parametrize("trusted", [True, False])
    def test_hides_a_number_that_is_there(self, privacy: str, *, trusted: bool) -> None:
        assert caller(trusted=trusted, from_=CHEN, p_asserted_identity=LIN, privacy=privacy) == PRIVATE

    def test_none_shows_it(self) -> None:
        assert caller(from_=CHEN, privacy="none") == shown("+886912345678", "陳小姐")

    def test_an_anonymous_caller_is_not_uncovered_by_the_network(self) -> None:
        assert caller(from_=ANONYMOUS, p_asserted_identity=LIN) == PRIVATE
        assert caller(from_=ANONYMOUS, remote_party_id=LIN) == PRIVATE

    @pytest.mark.parametrize("privacy", ["full", "uri", "FULL"])
    @pytest.mark.parametrize("trusted", [True, False])
    def test_remote_party_id_hides_too(self, privacy: str, *, trusted: bool) -> None:
        assert caller(trusted=trusted, from_=CHEN, remote_party_id=f"{LIN};privacy={privacy}") == PRIVATE

    def test_a_name_alone_can_be_hidden(self) -> None:
        assert caller(from_=CHEN, remote_party_id=f"{LIN};privacy=name") == shown("0227208889")

    def test_contact_is_never_read(self) -> None:
        contact = "<sip:+8613800138000-0x55bef4f7e790@127.0.0.1:5071>"
        assert caller(from_=ANONYMOUS, contact=contact) == PRIVATE
        assert caller(from_="<sip:pbx.example>", contact=contact) == Caller()


class TestVia:
    @pytest.mark.parametrize(
        ("reason", "ours"),
        [("no-answer", "no_answer"), ("user-busy", "busy"), ('"unconditional"', "unconditional"), ("away", "unknown")],
    )
    def test_diversion(self, reason: str, ours: str) -> None:
        value = f"<sip:+886225001111@h>;reason={reason};counter=1"
        assert sipheaders.via(message(diversion=value)) == Via(SafeText("+886225001111"), ours)

    def test_the_topmost_diversion_is_the_last(self) -> None:
        last = "<sip:0225002222@h>;reason=deflection"
        first = "<sip:0225001111@h>;reason=no-answer"
        for values in ([last, first], f"{last}, {first}"):
            assert sipheaders.via(message(diversion=values)) == Via(SafeText("0225002222"), "deflection")

    @pytest.mark.parametrize("privacy", ["full", '"full"'])
    def test_who_hides_is_not_told(self, privacy: str) -> None:
        assert sipheaders.via(message(diversion=f"<sip:0225001111@h>;privacy={privacy}")) is None
        assert sipheaders.via(message(diversion="<sip:anonymous@anonymous.invalid>;reason=no-answer")) is None

    @pytest.mark.parametrize(
        ("history", "expected"),
        [
            (
                "<sip:0225001111@h?Reason=SIP%3Bcause%3D486>;index=1, <sip:0225002222@h;cause=486>;index=1.1;mp=1",
                Via(SafeText("0225001111"), "busy"),
            ),
            ("<sip:0225001111@h>;index=1,<sip:801@h;cause=408>;index=1.1", Via(SafeText("0225001111"), "no_answer")),
            (
                "<sip:0225001111@h?Reason=SIP%3Bcause%3D302>;index=1, <sip:801@h>;index=1.1;mp=1",
                Via(SafeText("0225001111"), "unconditional"),
            ),
            ("<sip:0225001111@h?Privacy=history>;index=1, <sip:801@h;cause=408>;index=1.1;mp=1", None),
            ("<sip:0225001111@h>;index=1, <sip:desk@10.0.0.9>;index=1.1;rc=1", None),
            ("<sip:0225001111@h>;index=1", None),
        ],
    )
    def test_history_info(self, history: str, expected: Via | None) -> None:
        assert sipheaders.via(message(history_info=history)) == expected

    def test_no_forwarding(self) -> None:
        assert sipheaders.via(message(from_=CHEN)) is None


class TestCancelled:
    @pytest.mark.parametrize(
        ("reason", "outcome"),
        [
            ('SIP;cause=200;text="Call completed elsewhere"', Outcome.ANSWERED),
            ("Q.850;cause=26", Outcome.ANSWERED),
            ('Q.850;cause=16;text="Terminated", SIP ;cause=200', Outcome.ANSWERED),
            ('SIP;cause=600;text="Busy Everywhere"', Outcome.BUSY),
            ("SIP;cause=603", Outcome.REJECTED),
            ("Q.850;cause=16", Outcome.MISSED),
            # Asterisk 16 and 22, where the caller gave up after another telephone was busy, or declined
            ("Q.850;cause=17", Outcome.MISSED),
            ("Q.850;cause=21", Outcome.MISSED),
            ("SIP;cause=99999", Outcome.MISSED),
            ("preemption", Outcome.MISSED),
            ("", Outcome.MISSED),
        ],
    )
    def test_reason(self, reason: str, outcome: Outcome) -> None:
        assert sipheaders.cancelled(message(reason=reason)) is outcome


def test_the_called_number_is_in_to_else_in_the_request() -> None:
    assert sipheaders.called(message(to="<sip:0227001234@pbx.example>")) == "0227001234"
    assert sipheaders.called(message(to="<sip:pbx.example>")) == "desk"


HEADERS = st.text(alphabet='<>";,=?@:+% \\sipteluriprivacyid0123456789陳', max_size=60)


@given(HEADERS, HEADERS, HEADERS)
def test_any_text_is_borne(one: str, other: str, third: str) -> None:
    built = message(
        from_=one, p_asserted_identity=other, remote_party_id=third, diversion=one, history_info=[one, other]
    )
    sipheaders.caller(built, trusted=True)
    sipheaders.via(built)
    sipheaders.called(built)
    sipheaders.cancelled(built)
