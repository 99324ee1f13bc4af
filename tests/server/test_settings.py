"""Central settings: read, judged in words, compared, written."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.errors import BadInput
from server import settings
from server.settings import Difference
from server.store.values import Central, LineRow, Source

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
    return settings.settled(settings.read(text), before or Central(), SITES, "TW")


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
    assert "newest-secret" not in repr(settings.read(FILE))


def test_what_is_exported_can_be_imported_masked_or_not() -> None:
    central = taken(FILE)
    masked = settings.text_of(central, with_secrets=False)
    assert "secret" not in masked.replace("secrets = ", "")
    for text in (masked, settings.text_of(central, with_secrets=True)):
        assert taken(text, central) == central
    assert taken(settings.text_of(Central(), with_secrets=False), central) == Central()


def test_a_new_secret_goes_before_the_one_that_is_kept() -> None:
    central = taken(FILE)
    turned = taken('line = []\n[[source]]\nid = "cti"\ndialect = "generic"\nsecrets = ["brand-new", "***"]\n', central)
    assert turned.sources[0].active == ("brand-new", "newest-secret")


def test_a_kind_that_is_not_in_the_file_stays() -> None:
    central = taken(FILE)
    only_lines = '[[line]]\nid = "back"\nsource = "box"\n'
    after = taken(only_lines, central)
    assert (after.sources, [line.id for line in after.lines]) == (central.sources, ["back"])
    assert settings.differences(central, after) == (
        Difference("line", "back", "added"),
        Difference("line", "front", "removed"),
        Difference("line", "0227208889", "removed"),
    )


def test_what_changed_is_named_and_never_its_value() -> None:
    central = taken(FILE)
    after = taken(FILE.replace("newest-secret", "another-secret").replace('store = "north"', 'store = "main"'), central)
    found = settings.differences(central, after)
    assert [each.words for each in found] == ["source cti changed (secrets)", "line front changed (store)"]
    assert settings.differences(central, central) == ()


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
        ('[[source]]\nid = "a"\ndialect = "modem"', "it has no url"),
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
        ('[[route]]\nid = "1"', "no .*route.* in the central settings of this version"),
        ("[[source]]\nid = a", "line 2 cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        taken(text)


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
    written = settings.read(settings.text_of(central, with_secrets=True))
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
