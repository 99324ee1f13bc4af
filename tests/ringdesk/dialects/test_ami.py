"""An Asterisk's manager: the login, what is asked of it, what it does not say."""

from pathlib import Path

import pytest

from ringdesk.calls import EventKind, Presentation
from ringdesk.codecs import amilogin
from ringdesk.dialects import Level, SourceOptions
from ringdesk.dialects.ami import AmiDialect
from tests.ringdesk.dialects.asterisk import Bench, Channel, T, reply, said

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
SECRET = "ringdesk:ami-secret-tests"
MAY_ASK = reply("may-ask", Variable="EPOCH", Value="1795325880")
TRUNK = "PJSIP/trunk-00000001"


def trunk(num: str = "0912345678", uid: str = "1.1") -> Channel:
    return Channel(TRUNK, uid, num=num, who="Chen", exten="1001")


def phone(uid: str = "1.2", link: str = "1.1", name: str = "PJSIP/1001-00000002") -> Channel:
    return Channel(name, uid, link, num="1001", who="Alice")


class TestLogin:
    def test_the_secret_is_proved_and_not_sent(self) -> None:
        bench = Bench(SECRET)
        bench.open()
        assert bench.hear(BANNER) == [b"Action: Challenge\r\nActionID: challenge\r\nAuthType: MD5\r\n\r\n"]
        (login,) = bench.hear(reply("challenge", Challenge="840415273"))
        assert b"Key: fc7d852252697db10e2d35ce201b5a39\r\n" in login
        assert b"Events: call,agent,cdr\r\n" in login
        assert b"ami-secret-tests" not in b"".join(bench.sent)
        bench.hear(reply("login", Message="Authentication accepted"))
        assert bench.codes == ["ami_starting", "ami_ready"]

    def test_whoever_refuses_the_challenge_does_not_get_the_secret(self) -> None:
        for answer in (reply("challenge", "Error", Message="no"), reply("challenge", Message="no")):
            bench = Bench(SECRET)
            bench.open()
            bench.hear(BANNER)
            assert bench.hear(answer, answer) == []
            bench.run(60)
            assert b"ami-secret-tests" not in b"".join(bench.sent)
            assert (bench.notices[-1].level, bench.codes[-1]) == (Level.BROKEN, "ami_unproved")
            assert bench.notices[-1].detail == "no"

    def test_a_manager_without_challenge_gets_the_plain_login_where_that_is_allowed(self) -> None:
        dialect = AmiDialect("s", SourceOptions(secrets=(SECRET,), plain_login=True))
        dialect.opened(T)
        dialect.received(BANNER, T)
        (login,) = dialect.received(reply("challenge", "Error", Message="Invalid/unknown command"), T).sends
        assert b"Username: ringdesk\r\nSecret: ami-secret-tests\r\n" in login.data

    def test_the_login_is_in_no_recording(self) -> None:
        dialect = AmiDialect("s", SourceOptions(secrets=(SECRET,), plain_login=True))
        dialect.opened(T)
        (ask,) = dialect.received(BANNER, T).sends
        (login,) = dialect.received(reply("challenge", "Error"), T).sends
        assert (ask.secret, login.secret) == (False, True)

    def test_the_answer_in_pieces_as_asterisk_writes_it(self) -> None:
        bench = Bench(SECRET)
        bench.open()
        bench.hear(BANNER)
        assert not bench.hear(b"Response: Success\r\n")
        assert not bench.hear(b"ActionID: challenge\r\nChallenge: 213627917\r\n")
        assert len(bench.hear(b"\r\n")) == 1

    @pytest.mark.parametrize("secret", ["", "ringdesk", ":x", "ringdesk:", "a\r\nAction: Originate:b"])
    def test_without_an_account_nothing_is_said_to_the_exchange(self, secret: str) -> None:
        bench = Bench(secret)
        bench.open()
        assert bench.hear(BANNER) == []
        assert bench.codes == ["ami_no_secret"]
        bench.take(bench.dialect.closed(bench.now))
        bench.open()
        bench.hear(BANNER)
        assert bench.codes == ["ami_no_secret"] * 2, "each connection says so anew"

    def test_a_wrong_secret_and_an_acl_say_the_same(self) -> None:
        bench = Bench(SECRET)
        bench.open()
        bench.hear(BANNER, reply("challenge", Challenge="1"))
        bench.hear(b"Response: Error\r\nActionID: login\r\nMessage: Authentication failed\r\n\r\n")
        bench.take(bench.dialect.closed(bench.now))
        assert bench.notices[-1].level is Level.BROKEN
        assert (bench.codes[-1], bench.notices[-1].detail) == ("ami_refused", "Authentication failed")

    def test_the_older_secret_is_tried_next_time(self) -> None:
        bench = Bench(SECRET, "ringdesk:old")
        bench.open()
        bench.hear(BANNER, reply("challenge", Challenge="1"), reply("login", "Error"))
        bench.open()
        bench.hear(BANNER, reply("challenge", Challenge="1"))
        assert amilogin.key("1", "old").encode() in bench.sent[-1]

    def test_an_end_without_a_word_is_a_notice(self) -> None:
        bench = Bench(SECRET)
        bench.open()
        bench.hear(BANNER)
        bench.take(bench.dialect.closed(bench.now))
        assert bench.codes[-1] == "ami_cut_off"

    def test_a_port_that_says_nothing(self) -> None:
        bench = Bench(SECRET)
        bench.open()
        bench.run(20)
        assert bench.codes[-1] == "ami_silent"

    def test_the_list_of_channels_is_asked_for_even_where_fully_booted_is_not_sent(self) -> None:
        bench = Bench(SECRET)
        bench.open()
        bench.hear(BANNER, reply("challenge", Challenge="1"), reply("login"))
        assert b"CoreShowChannels" not in b"".join(bench.sent)
        bench.run(2)
        assert bench.sent[-1] == b"Action: CoreShowChannels\r\nActionID: list\r\n\r\n"

    def test_silence_is_asked_about_and_then_complained_of(self) -> None:
        bench = Bench(SECRET)
        bench.login()
        bench.run(31)
        assert bench.sent[-1] == b"Action: Ping\r\nActionID: ping\r\n\r\n"
        bench.run(15)
        assert bench.codes[-1] == "ami_silent"
        bench.hear(b"Response: Success\r\nActionID: ping\r\nPing: Pong\r\n\r\n")
        assert bench.codes[-1] == "ami_ready"

    def test_secrets_are_in_no_text_form(self) -> None:
        options = SourceOptions(secrets=(SECRET,))
        account = amilogin.account(SECRET)
        assert "secret-tests" not in repr(options) + str(options) + repr(account) + f"{account}"


class TestWithheldNumbers:
    """The number is in every event, withheld or not; only `CALLERID(pres)` tells (captured from Asterisk 22)."""

    def ringing(self, *more: bytes, withheld: str = "") -> Bench:
        bench = Bench(SECRET, withheld=withheld)
        bench.login()
        bench.hear(*more)
        caller, agent = trunk(), phone()
        bench.hear(caller.new(), agent.new(), caller.dials(agent))
        return bench

    def question(self, bench: Bench, kind: str) -> str:
        sent = next(data for data in bench.sent if kind.encode() in data)
        return next(line[10:] for line in sent.decode().split("\r\n") if line.startswith("ActionID: "))

    def test_the_number_waits_for_the_answer(self) -> None:
        bench = self.ringing()
        assert [event.event for event in bench.events] == [EventKind.RINGING, EventKind.LEG]
        bench.hear(
            reply(self.question(bench, "CALLERID(pres)"), Variable="CALLERID(pres)", Value="allowed_not_screened")
        )
        assert bench.call.caller.raw == "0912345678"
        assert bench.call.caller.presentation is Presentation.SHOWN

    def test_a_withheld_number_and_name_are_never_told(self) -> None:
        bench = self.ringing()
        bench.hear(reply(self.question(bench, "CALLERID(pres)"), Value="prohib_not_screened"))
        caller = trunk()
        bench.hear(said("NewCallerid", **caller.keys()), caller.gone(), phone().gone())
        assert bench.call.caller.presentation is Presentation.PRIVATE
        assert not any(event.caller and (event.caller.raw or event.caller.name) for event in bench.events)

    def test_an_account_that_may_not_ask_shows_and_warns(self) -> None:
        bench = self.ringing()
        bench.hear(reply(self.question(bench, "CALLERID(pres)"), "Error", Message="Permission denied"))
        assert bench.call.caller.raw == "0912345678"
        assert (bench.notices[-1].level, bench.codes[-1]) == (Level.WARNING, "ami_withheld_unknown")
        sent = len(bench.sent)
        bench.hear(trunk("0223456789", "2.1").new())
        assert len(bench.sent) == sent, "it is not asked again"
        assert "0223456789" in {call.caller.raw for call in bench.tracker.calls}

    @pytest.mark.parametrize("at_login", [True, False])
    def test_callers_of_a_trunk_that_counts_as_withheld_are_not_shown_where_it_cannot_be_asked(
        self, *, at_login: bool
    ) -> None:
        denied = {"response": "Error", "Message": "Permission denied"}
        bench = self.ringing(*[reply("may-ask", **denied)] * at_login, withheld="trunk|sip.*")
        if not at_login:
            bench.hear(reply(self.question(bench, "CALLERID(pres)"), **denied))
        assert bench.call.caller.presentation is Presentation.PRIVATE
        assert not any(event.caller and (event.caller.raw or event.caller.name) for event in bench.events)
        assert "ami_withheld_unknown" not in bench.codes, "nothing is shown that may be withheld"

    def test_another_trunk_does_not_count_as_withheld_nor_one_that_can_be_asked(self) -> None:
        other = self.ringing(reply("may-ask", "Error", Message="Permission denied"), withheld="trun")
        assert other.call.caller.raw == "0912345678"
        assert (other.notices[-1].level, other.codes[-1]) == (Level.WARNING, "ami_withheld_unknown"), "it may leak"
        asked = self.ringing(withheld="trunk")
        asked.hear(reply(self.question(asked, "CALLERID(pres)"), Value="allowed_not_screened"))
        assert asked.call.caller.raw == "0912345678"

    @pytest.mark.parametrize("answered", [[MAY_ASK], []], ids=["whoever may ask", "nothing answered yet"])
    def test_no_answer_shows_no_number_and_a_late_one_counts(self, answered: list[bytes]) -> None:
        for late, raw in (("allowed_not_screened", "0912345678"), ("prohib_not_screened", None)):
            bench = self.ringing(*answered)
            bench.run(1.9)
            assert (bench.call.caller.raw, bench.call.absent) == (None, False), "it is waited for"
            bench.run(0.2)
            assert (bench.call.caller.raw, bench.call.caller.presentation) == (None, Presentation.UNAVAILABLE)
            bench.hear(reply(self.question(bench, "CALLERID(pres)"), Value=late))
            assert bench.call.caller.raw == raw

    def test_a_name_alone_waits_for_the_answer_too(self) -> None:
        bench = Bench(SECRET)
        bench.login()
        caller, agent = trunk("<unknown>"), phone()
        bench.hear(caller.new(), agent.new(), caller.dials(agent))
        bench.run(3)
        assert not any(event.caller and event.caller.name for event in bench.events)

    def test_a_channel_that_no_request_can_name_is_not_asked_for_and_not_shown(self) -> None:
        bench = Bench(SECRET)
        bench.login()
        keys = trunk().keys() | {"Channel": "PJSIP/中華\u3000電信-00000001"}
        bench.hear(MAY_ASK, said("Newchannel", **keys))
        assert bench.call.caller.presentation is Presentation.UNAVAILABLE

    def test_of_a_channel_that_is_gone_the_exchange_no_longer_knows_it(self) -> None:
        """As Asterisk 16 and 22 answer where the caller was gone within some milliseconds."""
        bench = self.ringing(MAY_ASK)
        bench.hear(reply(self.question(bench, "CALLERID(pres)"), "Error", Message="No such channel"))
        bench.hear(trunk().gone("127"), phone().gone("127"))
        assert (bench.call.caller.presentation, bench.call.outcome) == (Presentation.UNAVAILABLE, "missed")
        assert not any(event.caller and (event.caller.raw or event.caller.name) for event in bench.events)

    @pytest.mark.parametrize("answered", [[MAY_ASK], []], ids=["whoever may ask", "nothing answered yet"])
    def test_a_link_that_is_lost_before_the_answer_shows_no_number_and_asks_again(self, answered: list[bytes]) -> None:
        bench = self.ringing(*answered)
        bench.take(bench.dialect.closed(bench.now))
        bench.run(3)
        assert bench.call.caller.raw is None
        bench.open()
        bench.hear(BANNER, reply("challenge", Challenge="1"), reply("login"), said("FullyBooted"))
        bench.sent.clear()
        bench.hear(said("CoreShowChannel", ActionID="list", **trunk().keys()))
        bench.hear(said("CoreShowChannelsComplete", ActionID="list"))
        assert bench.call.caller.raw is None
        bench.hear(reply(self.question(bench, "CALLERID(pres)"), Value="allowed_not_screened"))
        assert bench.call.caller.raw == "0912345678"

    def test_a_call_that_is_over_before_the_answer_waits_for_it(self) -> None:
        bench = self.ringing()
        bench.hear(trunk().gone("127"), phone().gone("127"))
        bench.hear(said("Cdr", UniqueID="1.1", LastApplication="Dial", Disposition="NO ANSWER"))
        assert bench.call.live
        bench.hear(reply(self.question(bench, "CALLERID(pres)"), Value="prohib_passed_screen"))
        assert (bench.call.caller.presentation, bench.call.outcome) == (Presentation.PRIVATE, "missed")

    def test_who_forwarded_the_call_is_asked_too(self) -> None:
        bench = self.ringing()
        bench.hear(reply(self.question(bench, "CALLERID(rdnis)"), Variable="CALLERID(rdnis)", Value="4000"))
        assert bench.call.via is not None
        assert bench.call.via.raw == "4000"

    @pytest.mark.parametrize(
        ("value", "presentation"),
        [
            ("0 (Presentation Allowed, Not Screened)", Presentation.SHOWN),
            ("3 (Presentation Allowed, Network Number)", Presentation.SHOWN),
            ("32 (Presentation Prohibited, Not Screened)", Presentation.PRIVATE),
            ("35 (Presentation Prohibited, Network Number)", Presentation.PRIVATE),
            ("67 (Number Unavailable)", Presentation.UNAVAILABLE),
            ("97", Presentation.UNAVAILABLE),
            ("(null)", Presentation.UNAVAILABLE),
            ("restricted", Presentation.PRIVATE),
        ],
    )
    def test_the_flag_of_new_callerid(self, value: str, presentation: Presentation) -> None:
        bench = Bench()
        caller = Channel("DAHDI/i1-1", "1.1")
        bench.hear(caller.new())
        caller.num = "0912345678"
        bench.hear(said("NewCallerid", **caller.keys(), **{"CID-CallingPres": value}))
        assert bench.call.caller.presentation is presentation
        assert (bench.call.caller.raw == "0912345678") is (presentation is Presentation.SHOWN)


class TestSnapshot:
    def listed(self, channel: Channel, bridge: str = "") -> bytes:
        return said("CoreShowChannel", ActionID="list", **channel.keys(), BridgeId=bridge)

    def done(self) -> bytes:
        return said("CoreShowChannelsComplete", ActionID="list")

    def test_calls_under_way_are_found(self) -> None:
        bench = Bench(SECRET)
        bench.open()
        bench.hear(BANNER, reply("challenge", Challenge="1"), reply("login"), said("FullyBooted"))
        caller, agent = trunk(), phone()
        caller.state = agent.state = "6"
        bench.hear(reply("list"), self.listed(agent, "b1"), self.listed(caller, "b1"), self.done())
        bench.hear(reply("may-ask", "Error", Message="Permission denied"))
        bench.run(3)
        assert (bench.call.state.value, bench.call.answered_by, bench.call.caller.raw) == (
            "answered",
            "1001",
            "0912345678",
        )

    def test_who_answered_is_found_behind_a_local_channel(self) -> None:
        bench = Bench(SECRET)
        bench.login()
        caller, agent = trunk(), phone()
        caller.state = agent.state = "6"
        inner = Channel("Local/1001@from-queue-00000001;1", "1.3", "1.1")
        bench.hear(self.listed(caller, "b1"), self.listed(inner, "b1"), self.listed(agent, "b2"), self.done())
        assert (bench.call.state, bench.call.answered_by) == ("answered", "1001")

    def test_a_list_that_somebody_else_asked_for_ends_what_is_gone(self) -> None:
        bench = Bench()
        lost, talked, agent = trunk(), trunk(uid="2.1"), phone("2.2", "2.1")
        bench.hear(lost.new(), talked.new(), agent.new(), talked.dials(agent), talked.dialled(agent, "ANSWER"))
        bench.hear(reply("x", EventList="start", Message="Channels will follow"), self.done())
        assert [call.outcome for call in bench.tracker.calls] == ["unknown", "answered"]

    def test_after_a_restart_calls_that_are_gone_end_and_the_others_go_on(self) -> None:
        bench = Bench(SECRET)
        bench.login()
        lost, kept = trunk(), trunk("0223456789", "2.1")
        bench.hear(reply("may-ask", "Error", Message="Permission denied"), lost.new(), kept.new())
        bench.run(3)
        bench.take(bench.dialect.closed(bench.now))
        assert all(call.live for call in bench.tracker.calls), "whether they go on is not known yet"
        bench.open()
        bench.hear(BANNER, reply("challenge", Challenge="1"), reply("login"), said("FullyBooted"))
        bench.hear(self.listed(kept), self.done())
        states = {call.caller.raw: (call.state.value, call.outcome) for call in bench.tracker.calls}
        assert states == {"0912345678": ("ended", "unknown"), "0223456789": ("ringing", None)}
        assert [one.native_id for one in bench.events if one.event is EventKind.RINGING] == ["1.1", "2.1", "2.1"], (
            "what still rings is said again"
        )

    def test_an_account_that_may_not_list_gets_a_notice_and_keeps_its_calls(self) -> None:
        bench = Bench(SECRET)
        bench.login()
        bench.hear(trunk().new())
        bench.hear(reply("list", "Error", Message="Permission denied"))
        assert bench.codes[-1] == "ami_no_list"
        assert bench.call.live


class TestRights:
    """What an account lacks, of which no answer to the login says anything."""

    def test_who_may_not_ask_is_told_before_there_is_a_call(self) -> None:
        bench = Bench(SECRET)
        bench.login()
        assert b"Action: Getvar\r\nActionID: may-ask\r\nVariable: EPOCH\r\n\r\n" in bench.sent
        denied = {"response": "Error", "Message": "Permission denied"}
        bench.hear(reply("may-ask", **denied), reply("list", **denied))
        assert (bench.notices[-1].level, bench.codes[-1]) == (Level.WARNING, "ami_withheld_unknown"), (
            "the worse of both"
        )
        sent = len(bench.sent)
        bench.hear(trunk().new())
        assert (len(bench.sent), bench.call.caller.raw) == (sent, "0912345678"), "nor is it asked, and waited for"

    LOOK = b"Action: CoreShowChannels\r\nActionID: look\r\n\r\n"

    def quiet(self) -> Bench:
        """Logged in, and nothing heard for half a minute."""
        bench = Bench(SECRET)
        bench.login()
        bench.hear(reply("list"))
        bench.run(31)
        return bench

    def look(self, bench: Bench, duration: str) -> None:
        row = said("CoreShowChannel", ActionID="look", **trunk().keys(), Duration=duration)
        bench.hear(reply("look"), row, said("CoreShowChannelsComplete", ActionID="look"))

    def test_calls_that_are_not_told_of_are_looked_for(self) -> None:
        bench = self.quiet()
        assert bench.sent[-1] == self.LOOK
        self.look(bench, "00:00:12")
        assert (bench.notices[-1].level, bench.codes[-1]) == (Level.WARNING, "ami_untold")
        assert bench.events == [], "what only a list shows does not ring"
        bench.run(45)
        assert bench.codes[-1] == "ami_silent"
        self.look(bench, "00:00:57")
        assert bench.codes[-1] == "ami_untold"

    @pytest.mark.parametrize("duration", ["00:00:03", "00:00:29", "01:00:00", "", "x"])
    def test_what_was_there_before_or_has_only_begun_proves_nothing(self, duration: str) -> None:
        bench = self.quiet()
        self.look(bench, duration)
        assert bench.codes[-1] == "ami_ready"

    def test_who_is_told_of_calls_asks_no_more(self) -> None:
        bench = self.quiet()
        self.look(bench, "00:00:12")
        bench.hear(trunk().new())
        assert bench.codes[-1] == "ami_ready"
        bench.run(61)
        assert bench.sent[-1] == b"Action: Ping\r\nActionID: ping\r\n\r\n"

    def test_who_is_told_of_calls_may_lack_another_right(self) -> None:
        bench = self.quiet()
        bench.hear(reply("may-ask", "Error", Message="Permission denied"))
        self.look(bench, "00:00:12")
        assert bench.codes[-1] == "ami_untold"
        bench.hear(trunk().new())
        assert bench.codes[-1] == "ami_withheld_unknown"

    def test_a_right_that_is_missing_stays_said_after_a_silence(self) -> None:
        bench = Bench(SECRET)
        bench.login()
        bench.hear(reply("list", "Error", Message="Permission denied"))
        bench.run(31)
        assert bench.sent[-1] == b"Action: Ping\r\nActionID: ping\r\n\r\n"
        bench.hear(reply("ping", Ping="Pong"))
        assert (bench.notices[-1].level, bench.codes[-1]) == (Level.WARNING, "ami_no_list")


def test_a_greeting_has_no_call_in_it() -> None:
    bench = Bench()
    bench.hear((Path(__file__).parent / "greetings" / "ami-login.raw").read_bytes())
    assert (bench.events, bench.codes, bench.sent) == ([], ["ami_starting"], [])


def test_what_tells_of_no_call_is_understood_all_the_same() -> None:
    bench = Bench()
    bench.hear(said("PeerStatus", Privilege="system,all", Peer="PJSIP/1001", PeerStatus="Reachable"))
    assert [notice.level for notice in bench.notices] == [Level.OK]


def test_what_is_no_message_is_passed_over_and_a_broken_one_refused() -> None:
    bench = Bench()
    bench.hear(b"\xff\xfe nonsense\r\nmore: nonsense\r\n", trunk().new())
    bench.hear(trunk().new()[:-2], trunk("0223456789", "2.1").new())
    bench.hear(b"Event: Newchannel\r\nChannel: " + b"x" * 9000 + b"\r\n\r\n")
    bench.hear(b"Event: Newchannel\r\n" + b"Variable: x\r\n" * 300 + b"\r\n")
    refused = [event.reason for event in bench.events if event.event is EventKind.REJECTED]
    assert refused == [
        "the message is cut short",
        "a line is longer than 4096 bytes",
        "the message has more than 256 lines",
    ]
    assert len(bench.tracker.calls) == 2


def test_a_name_cannot_pretend_to_be_an_event() -> None:
    caller = Channel(TRUNK, "1.1", num="0912345678", who='Event: Hangup \\\\\\"Q\\\\\\" : x\\n', exten="1001")
    bench = Bench()
    bench.hear(caller.new())
    assert bench.call.live
    assert bench.call.caller.name == 'Event: Hangup "Q" : x'


@pytest.mark.parametrize("number", ["<unknown>", "", "anonymous", "Anonymous", "Restricted"])
def test_words_are_no_numbers(number: str) -> None:
    caller, agent = trunk(number), phone()
    bench = Bench()
    bench.hear(caller.new(), agent.new(), caller.dials(agent))
    assert bench.call.caller.raw is None
    assert bench.call.absent
    hidden = number.isalpha()
    assert bench.call.caller.presentation is (Presentation.PRIVATE if hidden else Presentation.UNAVAILABLE)


def test_it_is_cheap() -> None:
    """Not a measurement: what is not read must not be kept, so a flood of other events leaves nothing."""
    one = AmiDialect("s", SourceOptions())
    step = one.received(said("VarSet", Variable="X", Value="y") * 5000, T)
    assert step.events == ()
