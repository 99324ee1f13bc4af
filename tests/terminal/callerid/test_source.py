import pytest

from config import registry
from ringdesk.errors import BadInput
from ringdesk.ids import source_id
from terminal.callerid.source import _SPOKEN_OVER, Transport, at_one_port, expect_apart, parse


def test_serial_device_with_defaults() -> None:
    spec = parse("serial:///dev/ttyACM0", "desk-1")
    assert (spec.transport, spec.path, spec.baud) == (Transport.SERIAL, "/dev/ttyACM0", 115_200)
    assert (spec.dialect, spec.id) == ("modem", source_id("desk-1", "serial:///dev/ttyACM0"))
    assert (spec.options.region, spec.options.area, spec.options.ring_gap) == ("TW", "", 8.0)
    assert spec.address == "/dev/ttyACM0"


def test_all_options() -> None:
    spec = parse(
        "serial:///dev/ttyUSB0?baud=4800&dialect=mdmf&id=front&line=%2B886+2&store=main&region=jp&area=3&ring-gap=4.5"
        "&secret-file=/run/secret",
        "desk-1",
    )
    assert (spec.baud, spec.dialect, spec.id, spec.secret_file) == (4800, "mdmf", "front", "/run/secret")
    assert (spec.options.line, spec.options.store) == ("+886+2", "main")
    assert (spec.options.region, spec.options.area, spec.options.ring_gap) == ("JP", "3", 4.5)


def test_which_extensions_are_ours_is_an_option() -> None:
    assert parse("tcp://pbx:5038?dialect=ami&extensions=8[0-9]{2}", "d").options.extensions == "8[0-9]{2}"
    with pytest.raises(BadInput, match="no regular expression"):
        parse("tcp://pbx:5038?dialect=ami&extensions=8[", "d")


def test_the_trunks_that_count_as_withheld_are_an_option() -> None:
    assert parse("tcp://pbx:5038?dialect=ami&withheld=pstn|isdn.*", "d").options.withheld == "pstn|isdn.*"
    with pytest.raises(BadInput, match="no regular expression"):
        parse("tcp://pbx:5038?dialect=ami&withheld=8[", "d")
    with pytest.raises(BadInput, match="device alone"):
        parse("tcp://pbx:5038?dialect=ami&withheld=PJSIP/pstn", "d")


def test_region_and_area_of_the_settings_hold_where_the_url_has_none() -> None:
    spec = parse("serial://COM3?area=4", "desk-1", region="US", area="2")
    assert (spec.path, spec.options.region, spec.options.area) == ("COM3", "US", "4")


@pytest.mark.parametrize(
    ("url", "transport", "host", "port", "address"),
    [
        ("socket://modems.shop:7001", Transport.SOCKET, "modems.shop", 7001, "modems.shop:7001"),
        ("SOCKET://127.0.0.1:7001/", Transport.SOCKET, "127.0.0.1", 7001, "127.0.0.1:7001"),
        ("rfc2217://[::1]:2217?baud=19200", Transport.RFC2217, "::1", 2217, "[::1]:2217"),
    ],
)
def test_network_addresses(url: str, transport: Transport, host: str, port: int, address: str) -> None:
    spec = parse(url, "desk-1")
    assert (spec.transport, spec.host, spec.port, spec.address, spec.dialect) == (
        transport,
        host,
        port,
        address,
        "modem",
    )


def test_the_network_of_exchanges() -> None:
    spec = parse("tcp://pbx.shop:5039?dialect=ami&tls=1&ca=/etc/pbx.pem", "desk-1")
    assert (spec.transport, spec.host, spec.port, spec.dialect) == (Transport.TCP, "pbx.shop", 5039, "ami")
    assert (spec.tls, spec.ca) == (True, "/etc/pbx.pem")
    assert not parse("tcp://pbx.shop:5038?dialect=ami", "desk-1").tls


@pytest.mark.parametrize(
    ("where", "host", "address"),
    [(":3520", "", ":3520"), ("192.0.2.7:3520", "192.0.2.7", "192.0.2.7:3520"), ("[::]:3520/", "::", "[::]:3520")],
)
def test_where_datagrams_are_heard(where: str, host: str, address: str) -> None:
    spec = parse(f"udp://{where}?dialect=whozz", "desk-1")
    assert (spec.transport, spec.host, spec.port, spec.address) == (Transport.UDP, host, 3520, address)


def test_where_requests_are_heard() -> None:
    spec = parse("http://:8791?dialect=twilio&secret-file=s.txt&public=https%3A%2F%2Fpop.shop%2Ftwilio", "desk-1")
    assert (spec.transport, spec.address, spec.dialect) == (Transport.HTTP, ":8791", "twilio")
    assert (spec.public, spec.secret_file, spec.is_open) == ("https://pop.shop/twilio", "s.txt", False)
    assert parse("http://127.0.0.1:8791?dialect=generic&open=1", "desk-1").is_open


def test_a_replay_names_its_file_and_dialect() -> None:
    spec = parse("replay:/tmp/monday%20calls.jsonl?dialect=modem&speed=10", "desk-1")
    assert (spec.transport, spec.path, spec.speed) == (Transport.REPLAY, "/tmp/monday calls.jsonl", 10.0)
    assert spec.has_times
    raw = parse("replay:calls.bin?dialect=mdmf", "desk-1")
    assert (raw.path, raw.has_times) == ("calls.bin", False)


def test_another_device_has_another_id() -> None:
    assert parse("serial://COM3", "a").id != parse("serial://COM3", "b").id


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "of no kind"),
        ("dev/ttyACM0", "of no kind"),
        ("serail:///dev/ttyACM0", "of no kind"),
        ("tcp://pbx:5038", "?dialect=ami"),
        ("tcp://:5038?dialect=ami", "host and a port"),
        ("tcp://pbx?dialect=ami", "host and a port"),
        ("tcp://pbx:5039?dialect=ami&tls=yes", "1 or 0"),
        ("tcp://pbx:5039?dialect=ami&ca=/etc/ca.pem", "add tls=1"),
        ("socket://pbx:5039?tls=1", "unknown option 'tls'"),
        ("udp://:3520", "?dialect=sip"),
        ("udp://3520?dialect=whozz", "needs a port of 1"),
        ("udp://:0?dialect=whozz", "needs a port of 1"),
        ("udp::3520?dialect=whozz", "two slashes"),
        ("udp://:5038?dialect=ami", "ami is not spoken over udp; write tcp://host:port"),
        ("serial://COM3?dialect=ncid", "ncid is not spoken over serial; write tcp://host:port, socket://host:port"),
        ("http://:8791?dialect=esl&open=1", "esl is not spoken over http; write tcp://host:port"),
        ("tcp://pbx:5060?dialect=sip", "sip is not spoken over tcp; write udp://:port"),
        ("udp://:3520?dialect=modem", "write serial:///dev/ttyACM0, socket://host:port, rfc2217://host:port, tcp"),
        ("http://:8791", "?dialect=generic"),
        ("http://:8791?dialect=generic", "believe anybody"),
        ("http://:8791?dialect=generic&open=yes", "1 or 0"),
        ("http://8791?dialect=generic&open=1", "needs a port of 1"),
        ("http://:8791?dialect=generic&open=1&public=pop.shop", "as in https://HOST/"),
        ("http://:8791?dialect=generic&open=1&tls=1", "unknown option 'tls'"),
        ("https://:8791?dialect=generic&open=1", "a proxy with one before it"),
        ("serial:/dev/ttyACM0", "two slashes"),
        ("serial://", "names no device"),
        ("serial://dev/ttyACM0", "three slashes"),
        ("serial:///dev/tty%00", "names no device"),
        ("socket://modems.shop", "host and a port"),
        ("socket://modems.shop:0", "host and a port"),
        ("socket://modems.shop:65536", "host and a port"),
        ("socket://:7001", "host and a port"),
        ("socket://user@modems.shop:7001", "host and a port"),
        ("socket://modems.shop:7001/path", "host and a port"),
        ("rfc2217://::1:2217", "host and a port"),
        ("socket://modems.shop:7001?baud=9600", "unknown option 'baud'"),
        ("serial://COM3?colour=red", "unknown option 'colour'"),
        ("serial://COM3?speed=2", "unknown option 'speed'"),
        ("serial://COM3?area=2&area=4", "twice"),
        ("serial://COM3?area=", "no usable value"),
        ("serial://COM3?id=%1b%5b2J", "no usable value"),
        ("serial://COM3?baud=fast", "bits per second"),
        ("serial://COM3?region=Taiwan", "two letters"),
        ("serial://COM3?region=XX", "two letters"),
        ("serial://COM3?area=Taipei", "digits"),
        ("serial://COM3?ring-gap=0", "above 0"),
        ("serial://COM3?ring-gap=nan", "above 0"),
        ("replay:", "names no file"),
        ("replay:calls.jsonl", "?dialect="),
        ("replay:calls.jsonl?dialect=modem&speed=-1", "above 0"),
        ("serial://COM3\x1b[2J", "control characters"),
    ],
)
def test_every_mistake_has_one_line(url: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(url, "desk-1")
    assert says in str(refused.value)
    assert str(refused.value).isprintable()


def test_what_carries_each_of_our_dialects_is_known() -> None:
    assert set(_SPOKEN_OVER) == set(registry.names())
    for url in (
        "tcp://box:1?dialect=mdmf&tls=1",
        "socket://pbx:5038?dialect=ami",
        "udp://:3520?dialect=whozz",
        "replay:x.jsonl?dialect=ami",
    ):
        assert parse(url, "d1").dialect
    assert parse("udp://:1?dialect=acme", "d1").dialect == "acme", "of another package's nothing is known"


def test_the_password_as_it_is_goes_only_where_the_url_says_so() -> None:
    url = "tcp://192.0.2.5:5038?dialect=ami"
    assert not parse(url, "d1").options.plain_login
    assert parse(f"{url}&plain-login=1", "d1").options.plain_login
    with pytest.raises(BadInput, match="must be 1 or 0"):
        parse(f"{url}&plain-login=yes", "d1")


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("udp://:5060?dialect=sip", "udp://:5060?dialect=whozz", True),
        ("udp://:5060?dialect=sip", "udp://192.0.2.1:5060?dialect=whozz", True),
        ("udp://0.0.0.0:5060?dialect=sip", "udp://:5060?dialect=whozz", True),
        ("udp://[::]:5060?dialect=sip", "udp://[2001:db8::1]:5060?dialect=whozz", True),
        ("http://:8080?dialect=generic&open=1", "http://127.0.0.1:8080?dialect=twilio&open=1", True),
        ("udp://192.0.2.1:5060?dialect=sip", "udp://192.0.2.2:5060?dialect=whozz", False),
        ("udp://[::]:5060?dialect=sip", "udp://:5060?dialect=whozz", False),
        ("udp://:5060?dialect=sip", "udp://:5061?dialect=whozz", False),
        ("udp://:5060?dialect=sip", "http://:5060?dialect=generic&open=1", False),
        ("tcp://192.0.2.1:5038?dialect=ami", "tcp://192.0.2.1:5038?dialect=ami&id=b", False),
    ],
)
def test_two_that_listen_at_one_port_of_this_machine_cannot_both(one: str, other: str, clash: bool) -> None:
    specs = [parse(url, "desk-1") for url in ("serial://COM3", one, other)]
    assert at_one_port(specs) == (tuple(specs[1:]) if clash else None)
    if clash:
        with pytest.raises(BadInput) as refusal:
            expect_apart(specs)
        assert all(url in str(refusal.value) for url in (one, other))
