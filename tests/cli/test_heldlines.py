"""Which sources of the central settings a server listens to itself, and how."""

import re

import pytest

from cli.heldlines import maker, spec_of, specs_of
from ringdesk.errors import BadInput
from server.store.values import Central, LineRow, Source
from terminal.callerid.pump import SourcePump, with_secrets
from terminal.callerid.source import SourceSpec, Transport

ONE = (LineRow(id="+886227208889", source="pbx", site="north", label="main", region="JP", area="3"),)
TWO = (*ONE, LineRow(id="2", source="pbx", site="south"))


def pbx(url: str = "tcp://192.0.2.5:5038", dialect: str = "ami", secrets: str = "new:1\nold:2") -> Source:
    return Source(id="pbx", dialect=dialect, url=url, secrets=secrets)


def spec(source: Source, lines: tuple[LineRow, ...] = ONE) -> SourceSpec:
    found = spec_of(source, lines)
    assert found is not None
    return found


def test_an_exchange_is_listened_to_as_a_desk_would_with_what_the_settings_say() -> None:
    found = spec(pbx("tcp://192.0.2.5:5038?tls=1&lease=30"))
    assert (found.id, found.dialect, found.transport, found.address) == ("pbx", "ami", Transport.TCP, "192.0.2.5:5038")
    assert (found.tls, found.lease) == (True, 30.0)
    options = with_secrets(found)
    assert (options.secrets, options.region, options.area) == (("new:1", "old:2"), "JP", "3")
    assert (options.line, options.store) == ("main", "north")


def test_the_url_may_say_more_of_a_line_and_the_same_again() -> None:
    found = spec(pbx("tcp://192.0.2.5:5038?dialect=ami&id=pbx&region=us&area=212"))
    assert (found.options.line, found.options.region, found.options.area) == ("main", "US", "212")


def test_a_source_of_several_lines_has_no_name_of_one() -> None:
    assert spec(pbx(), TWO).options.line == ""


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("", "ami"),
        ("serial:///dev/ttyACM0?id=pbx", "modem"),
        ("COM3", "modem"),
        ("/dev/ttyACM0", "modem"),
        ("replay:/tmp/calls.jsonl", "modem"),
        ("https://pop.example.tw/hook/pbx", "twilio"),
        ("", "generic"),
    ],
)
def test_what_only_a_desk_reaches_and_what_sends_by_itself_is_not_listened_to(url: str, dialect: str) -> None:
    assert spec_of(pbx(url, dialect), ONE) is None


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("socket://192.0.2.5:4001", "modem"),
        ("rfc2217://192.0.2.5:4001", "modem"),
        ("udp://:5060", "sip"),
        ("tcp://192.0.2.5:3333", "ncid"),
        ("tcp://192.0.2.5:8021", "esl"),
        ("udp://:3520", "whozz"),
    ],
)
def test_whatever_comes_over_the_network_is_listened_to(url: str, dialect: str) -> None:
    assert spec(pbx(url, dialect)).dialect == dialect


@pytest.mark.parametrize(
    ("url", "dialect", "words"),
    [
        ("tcp://192.0.2.5", "ami", "needs a host and a port"),
        ("http://:8080", "ami", "ami is not spoken over http"),
        ("tcp://192.0.2.5:5038?speed=2", "ami", "unknown option 'speed'"),
        ("tcp://192.0.2.5:5038?dialect=esl", "ami", "the url says dialect=esl, and the source has dialect = ami"),
        ("tcp://192.0.2.5:5038?id=other", "ami", "the url says id=other, and the source has id = pbx"),
        ("tcp://192.0.2.5:5038?line=2", "ami", "the url says line=, which the [[line]] of the source says here"),
        ("tcp://192.0.2.5:5038?store=main", "ami", "the url says store=, which the [[line]] of the source says here"),
        ("tcp://192.0.2.5:5038?secret-file=/x", "ami", "write what it holds as secrets = [...]"),
        ("x", "modem", "is of no kind that there is"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_words(url: str, dialect: str, words: str) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        spec_of(pbx(url, dialect), ONE)


def test_of_all_sources_those_that_are_no_webhooks_and_a_refusal_names_its_source() -> None:
    central = Central((pbx(), pbx("", "generic"), Source(id="front", dialect="modem", url="COM3")), ONE)
    found = specs_of(central, ())
    assert found.keys() == {"pbx", "front"}
    assert found["front"] is None
    with pytest.raises(BadInput, match=re.escape("[[source]] pbx: ")):
        specs_of(Central((pbx("tcp://x"),), ()), ())


def test_a_foreign_dialect_that_nobody_allowed_is_not_used() -> None:
    with pytest.raises(BadInput, match="there is no dialect 'acme'"):
        spec_of(pbx(dialect="acme"), ONE)


def test_its_line_is_the_pump_of_a_desk() -> None:
    make = maker(lambda: 1.0, ())
    line = make(pbx(), ONE, lambda _: None, lambda _source, _notice: None)
    assert isinstance(line, SourcePump)
    assert line.listed is None, "not known before it begins"
    modem = make(pbx("socket://192.0.2.5:4001", "modem"), ONE, lambda _: None, lambda _source, _notice: None)
    assert modem is not None
    assert make(pbx("", "generic"), ONE, lambda _: None, lambda _source, _notice: None) is None
