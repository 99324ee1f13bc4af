import re
import time

import pytest

from ringdesk.errors import BadInput
from terminal.callerid.options import costly_in
from terminal.callerid.source import parse


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{2,6}",
        "8[0-9]{2}",
        "(?:8|9)[0-9]+",
        "([0-9]{3})?",
        "(sip|pj)-[a-z]+",
        r"(\(x\)){2}",
        "[(*+]+",
        "[]*]+x",
        r"a\+*",
        "(?=8)[0-9]*",
        "(abc)+",
        "8[0-9]{2}[0-9]?" + "[0-9]{3}" * 9,
        "x{}",
    ],
)
def test_an_ordinary_pattern_is_taken(pattern: str) -> None:
    re.compile(pattern)
    assert costly_in(pattern) is None
    url = "tcp://pbx:5038?dialect=ami&extensions=" + pattern.replace("%", "%25").replace("&", "%26")
    assert parse(url, "d").options.extensions == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "([0-9]+)+",
        "([0-9]*)*x",
        "(a|aa)+",
        "(?:[a-z]{1,9}){2,}",
        "((a?)b)*",
        "(a+){9}",
        r"(\d+){1,}",
        "([)]+)+",
        r"([\]]+)*",
        "(?P<x>a*)*",
        "(a*)+?",
        ".*.*.*.*",
        ".?" * 60 + "x",
        ".{0,64}" * 28 + "x",
        "[0-9]{2,4}" * 4,
        "x" * 201,
    ],
)
def test_a_pattern_that_may_take_hours_is_refused_in_words(pattern: str) -> None:
    re.compile(pattern)
    with pytest.raises(BadInput, match="write it simpler") as refused:
        parse("tcp://pbx:5038?dialect=ami&extensions=" + pattern, "d")
    assert str(refused.value).isprintable()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("pattern", ["[a-z]*[0-9]*[a-z0-9]*x", "(?:abc){1,64}", "([a-z]+)?([0-9]+)?"])
def test_what_is_taken_is_fast_on_the_longest_name(pattern: str) -> None:
    assert costly_in(pattern) is None
    begun = time.perf_counter()
    assert re.fullmatch(pattern, "a1" * 30 + "!") is None
    assert time.perf_counter() - begun < 1


def test_a_repeat_of_thousands_of_digits_is_endless() -> None:
    assert costly_in("(a*){" + "9" * 5000 + "}") is not None
    assert costly_in("(a*){,1" + "0" * 50 + "}") is not None


@pytest.mark.parametrize("pattern", ["8[", "(", "*", "(?P<8>x)", "x{9,2}", "a**", "x{" + "9" * 5000 + "}"])
def test_what_is_no_pattern_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(BadInput, match="no regular expression"):
        parse("tcp://pbx:5038?dialect=ami&extensions=" + pattern, "d")


@pytest.mark.parametrize(
    "registrar", ["pbx", "pbx.example", "pbx.", "pbx.example:5061", "192.0.2.1", "[2001:db8::1]:5060"]
)
def test_a_registrar(registrar: str) -> None:
    assert parse(f"udp://:5060?dialect=sip&registrar={registrar}", "d").options.registrar == registrar


@pytest.mark.parametrize("registrar", ["pbx:0", "pbx:65536", "sip:pbx", "a b", "pbx/x", "u@pbx", "-pbx", "x..y", "é"])
def test_a_registrar_that_is_none(registrar: str) -> None:
    with pytest.raises(BadInput, match="'registrar'"):
        parse(f"udp://:5060?dialect=sip&registrar={registrar}", "d")


def test_the_trusted_are_addresses_as_a_peer_has_them() -> None:
    spec = parse("udp://:5060?dialect=sip&trusted=192.0.2.1,%20[2001:DB8::0:1],192.0.2.1", "d")
    assert spec.options.trusted == ("192.0.2.1", "2001:db8::1")
    assert parse("udp://:5060?dialect=sip&trusted=*", "d").options.trusted == ("*",)
    assert parse("udp://:5060?dialect=sip", "d").options.trusted == ()


@pytest.mark.parametrize("trusted", ["pbx.example", "192.0.2.1,", "192.0.2.0/24", "192.0.2.1;192.0.2.2", "**"])
def test_who_cannot_be_trusted(trusted: str) -> None:
    with pytest.raises(BadInput, match="IP addresses with commas"):
        parse(f"udp://:5060?dialect=sip&trusted={trusted}", "d")


def test_a_list_of_the_trusted_has_an_end() -> None:
    with pytest.raises(BadInput, match="more than 64"):
        parse("udp://:5060?dialect=sip&trusted=" + ",".join(f"192.0.2.{n}" for n in range(65)), "d")
