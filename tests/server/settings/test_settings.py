"""Central settings: read, judged in words, compared, written."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.callbacks import Policy
from ringdesk.errors import BadInput
from ringdesk.marks import MarkLabel
from ringdesk.routing import MarkedNumbers
from server import settings
from server.differences import Difference, differences
from server.settings import file
from server.store.values import Central, LineRow, Roster, Rules, Source, StoreHours

KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""The public key of RFC 8032, 7.1, test 1."""
SITES = frozenset({"main", "north"})
FILE = """
[[source]]
id = "cti"
dialect = "generic"
secrets = ["newest-secret", "older-secret"]

[[source]]
id = "box"
dialect = "modem"
url = "serial:///dev/ttyACM0"

[[line]]
id = "front"
source = "box"
store = "north"
region = "US"
area = "2"
label = "前台 \\"1\\""
abilities = ["answer", "hang-up"]

[[line]]
id = "0227208889"
source = "cti"
"""


def taken(text: str, before: Central | None = None) -> Central:
    return settings.settled(file.read(text), before or Central(), SITES, "TW", roster=ROSTER)


def test_a_file_becomes_settings_in_its_order() -> None:
    central = taken(FILE)
    assert [source.id for source in central.sources] == ["cti", "box"]
    assert central.sources[0].active == ("newest-secret", "older-secret")
    assert central.lines == (
        LineRow(
            id="front", source="box", site="north", label='前台 "1"', region="US", area="2", abilities="answer hang-up"
        ),
        LineRow(id="0227208889", source="cti", site="main", region="TW", position=1),
    )
    assert "newest-secret" not in repr(central)
    assert "newest-secret" not in repr(file.read(FILE))


def test_what_is_exported_can_be_imported_masked_or_not() -> None:
    central = taken(FILE)
    masked = file.text_of(central, with_secrets=False)
    assert "secret" not in masked.replace("secrets = ", "")
    for text in (masked, file.text_of(central, with_secrets=True)):
        assert taken(text, central) == central
    assert taken(file.text_of(Central(), with_secrets=False), central) == Central()


RULES = """
[[hours]]
store = "north"
zone = "Asia/Taipei"
mon = "09:00-18:00"
sat = "10:00-14:00"
closed = ["2026-02-16"]

[[route]]
id = "night"
when = "closed"
store = "north"
desks = ["後台", "Front"]
people = ["mei"]
mode = "hunt"
seconds = 15

[[route]]
id = "sales"
source = "cti"
line = "front"
called = "+88622720"
queue = "sales"
extension = "801"
to_store = "main"

[[mark]]
number = "+886800*"

[[mark]]
number = "0227208889"
label = "supplier"

[callbacks]
passive = true
within_minutes = 30
"""
ROSTER = Roster(desks={"front": ("d1",), "後台": ("d2",), "twice": ("d3", "d4")}, people={"mei": ("p1",)})


def test_hours_and_callbacks_go_in_and_come_out() -> None:
    central = taken(RULES, taken(FILE))
    week = {"mon": "09:00-18:00", "sat": "10:00-14:00"}
    hours = StoreHours(id="north", zone="Asia/Taipei", week=week, closed=("2026-02-16",))
    night, sales = central.rules.routes
    assert (night.desks, night.people, night.mode, night.seconds) == (("後台", "Front"), ("mei",), "hunt", 15.0)
    assert (sales.called, sales.to_store, sales.mode, sales.desks) == ("+88622720", "main", "ring-all", ())
    marks = (MarkedNumbers(number="+886800*"), MarkedNumbers(number="0227208889", label=MarkLabel.SUPPLIER))
    policy = Policy(passive=True, within=1800.0)
    assert central.rules == Rules(hours=(hours,), callbacks=policy, routes=(night, sales), marks=marks)
    assert len(central.sources) == 2
    assert taken(file.text_of(central, with_secrets=True)) == central
    assert [each.words for each in differences(taken(FILE), central)] == [
        "hours north added",
        "route night added",
        "route sales added",
        "mark +886800* added",
        "mark 0227208889 added",
        "callbacks all changed (passive, within_minutes)",
    ]
    assert taken("hours = []\nroute = []\nmark = []\n[callbacks]\n", central).rules == Rules()
    assert taken(FILE, central).rules == central.rules


def test_a_new_secret_goes_before_the_one_that_is_kept() -> None:
    central = taken(FILE)
    turned = taken('line = []\n[[source]]\nid = "cti"\ndialect = "generic"\nsecrets = ["brand-new", "***"]\n', central)
    assert turned.sources[0].active == ("brand-new", "newest-secret")


def test_a_kind_that_is_not_in_the_file_stays() -> None:
    central = taken(FILE)
    only_lines = '[[line]]\nid = "back"\nsource = "box"\n'
    after = taken(only_lines, central)
    assert (after.sources, [line.id for line in after.lines]) == (central.sources, ["back"])
    assert differences(central, after) == (
        Difference("line", "back", "added"),
        Difference("line", "front", "removed"),
        Difference("line", "0227208889", "removed"),
    )


def test_what_changed_is_named_and_never_its_value() -> None:
    central = taken(FILE)
    after = taken(FILE.replace("newest-secret", "another-secret").replace('store = "north"', 'store = "main"'), central)
    found = differences(central, after)
    assert [each.words for each in found] == ["source cti changed (secrets)", "line front changed (store)"]
    assert differences(central, central) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[[source]]\nid = "a"\ndialect = "morse"',
            r"\[\[source\]\] a: there is no dialect 'morse'; known are .*generic",
        ),
        ('[[source]]\nid = "a/b"\ndialect = "generic"', "it stands in an address"),
        ('[[source]]\nid = "a"\ndialect = "generic"', "write open = true to believe everybody"),
        ('[[source]]\nid = "a"\ndialect = "generic"\nsecrets = ["***"]', "none is kept here"),
        ('[[source]]\nid = "a"\ndialect = "generic"\nsecrets = [" x"]', "blanks around it"),
        ('[[source]]\nid = "a"\ndialect = "generic"\nsecrets = ["x\\ny"]', "control characters"),
        ('[[source]]\nid = "a"\ndialect = "generic"\nsecrets = ["x", "y", "z"]', "2 are active at once"),
        ('[[source]]\nid = "a"\ndialect = "generic"\nopen = true\nurl = "http://:8791"', "no address that a provider"),
        (
            f'[[source]]\nid = "a"\ndialect = "telnyx"\nsecrets = ["{KEY}", "KEY0123ABC"]',
            "a: .*no public key of Telnyx",
        ),
        (f'[[source]]\nid = "a"\ndialect = "telnyx"\nsecrets = ["{KEY[4:]}"]', "copy the public key"),
        (f'[[source]]\nid = "a"\ndialect = "twilio"\nsecrets = ["AC{"0f" * 16}"]', "a: .*copy the auth token"),
        (f'[[source]]\nid = "a"\ndialect = "plivo"\nsecrets = ["MA{"0F" * 9}"]', "a: .*copy the auth token"),
        ('[[source]]\nid = "a"\ndialect = "generic"\nsecret = "x"', "no key secret; did you mean secrets"),
        ('[[source]]\ndialect = "generic"', "number 1: it has no id; write one"),
        ('[[source]]\nid = "a"\ndialect = "generic"\nsecrets = "x"', "secrets must be a list, not a text"),
        ('[[source]]\nid = "a"\ndialect = "modem"\nurl = "x"\n' * 2, "two of .* have the id 'a'"),
        ('[[line]]\nid = "1"\nsource = "nope"', r"\[\[line\]\] 1: there is no source 'nope'; the sources are none"),
        ('[[line]]\nid = "1"\nsource = "cti"\n' * 2, "two of .* have the id '1'"),
        ('[[line]]\nid = "1"\nsource = "cti"\nstore = "mars"', "no store 'mars'; the stores are main, north"),
        ('[[line]]\nid = "1"\nsource = "cti"\nregion = "QQ"', "no country 'QQ'"),
        ('[[line]]\nid = "1"\nsource = "cti"\nregion = "tw"', "no country 'tw'"),
        ('[[line]]\nid = "1"\nsource = "cti"\narea = "0x"', "no area code"),
        ('[[line]]\nid = "1"\nsource = "cti"\nabilities = ["A B"]', "no ability"),
        ('[[line]]\nid = "\\u202e"\nsource = "cti"', "one line of text"),
        ("source = 3", r"write \[\[source\]\]"),
        ("source = [1]", r"write \[\[source\]\]"),
        ('[[rule]]\nid = "1"', "no .*rule.* in the central settings of this version"),
        ('[[hours]]\nstore = "Mars"', r"\[\[hours\]\] Mars: there is no store 'Mars'; the stores are main, north; `ri"),
        (
            '[[hours]]\nstore = "Main"',
            r"Main: there is no store 'Main'; the stores are main, north; did you mean 'main'\?",
        ),
        ('[[route]]\nid = "r"\nto_store = "nroth"', r"there is no store 'nroth'; .*did you mean 'north'\?"),
        ('[[hours]]\nstore = "main"\nmon = "9-5"', r"\[\[hours\]\] main: mon = '9-5' is no span of a day"),
        ('[[hours]]\nstore = "main"\nmon = "18:00-09:00"', "ends before it begins"),
        ('[[hours]]\nstore = "main"\nclosed = ["16.2."]', "is no date; write it as 2026-02-16"),
        ('[[hours]]\nstore = "main"\nzone = "Taipei"', "no time zone 'Taipei' .* as in Asia/Taipei"),
        ('[[hours]]\nstore = "main"\nmonday = "1"', "no key monday; did you mean mon"),
        ('[[hours]]\nstore = "main"\n' * 2, "two of .* have the store 'main'"),
        ('[[hours]]\nmon = "09:00-18:00"', "number 1: it has no store; write one"),
        ('[[route]]\nid = "r"', r"\[\[route\]\] r: it says nobody who rings; write desks, people or to_store"),
        ('[[route]]\nid = "r"\ndesks = ["attic"]', "no desk 'attic'; `ringdesk admin devices` lists them"),
        (
            '[[route]]\nid = "r"\ndesks = ["Twice"]',
            r"r: 'Twice' is the name of 2 devices \(d3, d4\); give each its own",
        ),
        ('[[route]]\nid = "r"\npeople = ["bob"]', "no person 'bob'; `ringdesk admin users` lists them"),
        ('[[route]]\nid = "r"\ndesks = ["d1"]\nmode = "all"', r"\[\[route\]\] r: mode must be"),
        ('[[route]]\nid = "r"\ndesks = ["d1"]\nwhen = "night"', "when must be"),
        ('[[route]]\nid = "r"\ndesks = ["d1"]\nseconds = 1', "one desk rings for 5 to 600 s"),
        ('[[route]]\nid = "r"\ndesks = ["d1"]\ncalled = "north"', "'north' is no number"),
        ('[[route]]\nid = "r"\ndesks = ["d1"]\nstore = "mars"', "no store 'mars'"),
        ('[[route]]\nid = "r"\ndesks = ["d1"]\nsource = "nope"', "no source 'nope'; the sources are none"),
        ('[[route]]\nid = "r"\ndesk = ["d1"]', "no key desk; did you mean desks"),
        ('[[route]]\nid = "r"\ndesks = ["d1"]\n' * 2, "two of .* have the id 'r'"),
        ('[[mark]]\nnumber = "12*"', "its beginning of 3 or more"),
        ('[[mark]]\nnumber = "801"', "a number of 6 digits or more"),
        ('[[mark]]\nnumber = "+886*00"', "as in .886800"),
        ('[[mark]]\nnumber = "0227208889"\nlabel = "spam"', "label must be"),
        ("[[callbacks]]\nmake = true", r"write \[callbacks\], in one bracket"),
        ("[callbacks]\npasive = true", "no key pasive; did you mean passive"),
        ("[callbacks]\nwithin_minutes = 0", "minutes of opening time, from 1 to 10080"),
        ('[callbacks]\nmake = "yes"', r"\[callbacks\]: make must be"),
        ("[[source]]\nid = a", "line 2 cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        taken(text)


@pytest.mark.parametrize(("dialect", "secret"), [("telnyx", KEY), ("twilio", "0f" * 16), ("plivo", "M" * 40)])
def test_a_secret_of_its_shape_is_taken(dialect: str, secret: str) -> None:
    central = taken(f'[[source]]\nid = "a"\ndialect = "{dialect}"\nsecrets = ["{secret}"]')
    assert central.sources[0].active == (secret,)


def test_a_source_whose_lines_stay_cannot_go() -> None:
    with pytest.raises(BadInput, match="mend the line or take it out"):
        taken("source = []", taken(FILE))


@pytest.mark.property
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadInput):
        assert isinstance(taken(text), Central)


PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@pytest.mark.property
@given(PRINTABLE, PRINTABLE)
def test_whatever_is_kept_comes_back(label: str, secret: str) -> None:
    source = Source(id="cti", dialect="generic", url="", secrets=secret)
    central = Central((source,), (LineRow(id="1", source="cti", site="main", label=label),))
    written = file.read(file.text_of(central, with_secrets=True))
    assert (written.sources or ())[0].secrets == (secret,)
    assert (written.lines or ())[0].label == label


TWO_STORES = """
[[source]]
id = "a"
dialect = "ami"
url = "tcp://10.0.0.1:5038?id={first}"
[[source]]
id = "b"
dialect = "ami"
url = "tcp://10.1.0.1:5038?id={second}"
[[line]]
id = "{one}"
source = "a"
area = "2"
[[line]]
id = "{two}"
source = "{of}"
store = "{store}"
area = "2"
"""


def two_stores(**more: str) -> str:
    given = {"first": "x", "second": "y", "one": "1", "two": "2", "of": "b", "store": "north"}
    return TWO_STORES.format(**given | more)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            two_stores(first="pbx", second="pbx"),
            r"\] b: its url says id=pbx, .* of \[\[source\]\] a of another store; give each",
        ),
        (two_stores(first="b"), r"b of another store|a: its url says id=b"),
        (two_stores(one="0227208889", two="+886227208889", of="a"), "0227208889 of store main; take one of them out"),
    ],
)
def test_two_stores_that_would_be_taken_for_one_are_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        taken(text)


@pytest.mark.parametrize(
    "text",
    [
        two_stores(),
        two_stores(first="a", second="b"),
        two_stores(first="pbx", second="pbx", store="main"),
        two_stores(one="0227208889", two="+886227208889", of="a", store="main"),
        two_stores(one="0227208889", two="+886227208889", of="b"),
    ],
)
def test_what_is_one_store_or_no_number_twice_may_stand(text: str) -> None:
    assert len(taken(text).lines) == 2
