"""What caller strings mean: worked cases, and what holds for any string."""

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.errors import BadInput
from ringdesk.numbers import (
    Extensions,
    Kind,
    area_as_dialled,
    known_region,
    masked,
    presented,
    read,
    read_caller,
    readable,
    tails,
)
from ringdesk.safetext import SafeText
from ringdesk.why import ENGLISH
from tests.hostile import CASES

MOBILE, FIXED, OTHER, SHORT = Kind.MOBILE, Kind.FIXED, Kind.OTHER, Kind.SHORT

COMPLETE = [
    ("0912345678", "+886912345678", "0912-345-678", MOBILE),
    ("0912-345-678", "+886912345678", "0912-345-678", MOBILE),
    ("0912/345/678", "+886912345678", "0912-345-678", MOBILE),
    ("+886 912 345 678", "+886912345678", "0912-345-678", MOBILE),
    ("886912345678", "+886912345678", "0912-345-678", MOBILE),
    ("002886912345678", "+886912345678", "0912-345-678", MOBILE),
    ("+8860912345678", "+886912345678", "0912-345-678", MOBILE),
    ("+886 (0)912 345 678", "+886912345678", "0912-345-678", MOBILE),
    ("０９１２３４５６７８", "+886912345678", "0912-345-678", MOBILE),
    ("०९१२३४५६७८", "+886912345678", "0912-345-678", MOBILE),
    ("０９１２－３４５－６７８", "+886912345678", "0912-345-678", MOBILE),
    ("(02)2698-2989", "+886226982989", "(02)2698-2989", FIXED),
    ("（０２）２６９８－２９８９", "+886226982989", "(02)2698-2989", FIXED),
    ("022698-2989", "+886226982989", "(02)2698-2989", FIXED),
    ("+886-2-2698-2989", "+886226982989", "(02)2698-2989", FIXED),
    ("03-832-1234", "+88638321234", "(03)832-1234", FIXED),
    ("037-123456", "+88637123456", "(037)123-456", FIXED),
    ("04-2312-3456", "+886423123456", "(04)2312-3456", FIXED),
    ("04-7123456", "+88647123456", "(04)712-3456", FIXED),
    ("049-2312345", "+886492312345", "(049)231-2345", FIXED),
    ("05-532-1234", "+88655321234", "(05)532-1234", FIXED),
    ("06-2123456", "+88662123456", "(06)212-3456", FIXED),
    ("07-2123456", "+88672123456", "(07)212-3456", FIXED),
    ("08-7321234", "+88687321234", "(08)732-1234", FIXED),
    ("082-321234", "+88682321234", "(082)321-234", FIXED),
    ("0826-61234", "+88682661234", "(0826)61234", FIXED),
    ("0836-22123", "+88683622123", "(0836)22123", FIXED),
    ("089-321234", "+88689321234", "(089)321-234", FIXED),
    ("0800-022-088", "+886800022088", "0800-022-088", Kind.TOLL_FREE),
    ("0809-012345", "+886809012345", "0809-012-345", Kind.TOLL_FREE),
    ("0204-123456", "+886204123456", "0204-123-456", Kind.PREMIUM),
    ("070-1012-3456", "+8867010123456", "070-1012-3456", Kind.VOIP),
    ("+81 3-1234-5678", "+81312345678", "+81 3-1234-5678", FIXED),
    ("002 81 3 1234 5678", "+81312345678", "+81 3-1234-5678", FIXED),
    ("+44 7911 123456", "+447911123456", "+44 7911 123456", MOBILE),
    ("+1 212 555 1234", "+12125551234", "+1 212-555-1234", OTHER),
    ("+800 1234 5678", "+80012345678", "+800 1234 5678", Kind.TOLL_FREE),
    ("sip:+886912345678@pbx.example;user=phone", "+886912345678", "0912-345-678", MOBILE),
    ("sips:%2B886912345678@192.0.2.1:5061", "+886912345678", "0912-345-678", MOBILE),
    ("tel:+886-2-2698-2989", "+886226982989", "(02)2698-2989", FIXED),
    ("0912345678@192.0.2.1", "+886912345678", "0912-345-678", MOBILE),
]
"""On a line in Taiwan without an area code in its settings."""


@pytest.mark.parametrize(("raw", "e164", "national", "kind"), COMPLETE)
def test_a_complete_number(raw: str, e164: str, national: str, kind: Kind) -> None:
    number = read(raw)
    assert (number.e164, number.national, number.kind) == (e164, national, kind)
    assert (number.presentation, number.extension, number.why.code) == (Presentation.SHOWN, None, "number_complete")


@pytest.mark.parametrize(
    "raw",
    [
        "02-2698-2989#123",
        "02-2698-2989＃１２３",
        "02-2698-2989 #123#",
        "02-2698-2989 ext. 123",
        "02-2698-2989 Extension 123",
        "02-2698-2989x123",
        "02-2698-2989 分機123",
        "02-2698-2989分機：１２３",
        "02-2698-2989 轉 123",
        "（02）2698-2989轉接123",
        "02-2698-2989 內線123",
        "tel:+886-2-2698-2989;ext=123",
    ],
)
def test_an_extension_behind_a_number(raw: str) -> None:
    number = read(raw)
    assert (number.e164, number.extension, number.kind) == ("+886226982989", "123", FIXED)


@pytest.mark.parametrize(
    ("raw", "area", "e164"),
    [
        ("2698-2989", "2", "+886226982989"),
        ("2698-2989", "02", "+886226982989"),
        ("2698-2989#5", "2", "+886226982989"),
        ("412-3456", "3", "+88634123456"),
        ("123456", "37", "+88637123456"),
        ("2312-3456", "4", "+886423123456"),
        ("712-3456", "4", "+88647123456"),
        ("231-2345", "49", "+886492312345"),
        ("532-1234", "5", "+88655321234"),
        ("212-3456", "6", "+88662123456"),
        ("212-3456", "7", "+88672123456"),
        ("732-1234", "8", "+88687321234"),
        ("321234", "82", "+88682321234"),
        ("61234", "826", "+88682661234"),
        ("22123", "836", "+88683622123"),
        ("321234", "89", "+88689321234"),
    ],
)
def test_a_local_number_gets_the_area_code_of_the_line(raw: str, area: str, e164: str) -> None:
    number = read(raw, area=area)
    assert (number.e164, number.kind, number.why.code) == (e164, FIXED, "number_area_added")
    assert number.why.args == {"area": f"0{area.removeprefix('0')}"}, "as people say it"


@pytest.mark.parametrize(
    ("raw", "area", "code"),
    [
        ("2698-2989", "", "number_no_area"),
        ("26982989", "3", "number_not_in_area"),
        ("6982989", "", "number_no_area"),
        ("698-2989", "2", "number_not_in_area"),
        ("4128888", "", "number_no_area"),
        ("4128888", "2", "number_not_in_area"),
        ("2321234", "8", "number_not_in_area"),
        ("7123456", "3", "number_not_in_area"),
        ("026982989", "", "number_not_valid"),
        ("09123456789", "", "number_not_valid"),
        ("0912345", "", "number_not_valid"),
        ("12", "", "number_too_short"),
        ("+886", "", "number_too_short"),
        ("+886 12", "", "number_too_short"),
        ("091234567890123", "", "number_too_long"),
        ("1" * 16, "", "number_too_long"),
        ("9" * 400, "", "number_too_long"),
        ("+999123456789", "", "number_not_valid"),
        ("050-1234-5678", "", "number_not_valid"),
    ],
)
def test_what_is_no_valid_number_has_no_e164_and_says_why(raw: str, area: str, code: str) -> None:
    number = read(raw, area=area)
    assert (number.e164, number.kind, number.why.code) == (None, OTHER, code)
    assert number.presentation is Presentation.SHOWN
    assert number.national == raw.replace("-", "").replace(" ", "")


@pytest.mark.parametrize("raw", ["110", "119", "113", "165", "1922", "1999", "１１０", "801", "1 1 0"])
def test_three_and_four_digits_are_a_short_code(raw: str) -> None:
    for area in ("", "2", "836"):
        number = read(raw, area=area)
        assert (number.e164, number.kind, number.why.code) == (None, SHORT, "number_short")


def test_longer_public_short_codes_come_from_the_plan() -> None:
    assert read("116123", "GB").kind is SHORT
    assert read("116123", "TW").kind is OTHER


@pytest.mark.parametrize(
    ("raw", "e164"), [("912345678", "+886912345678"), ("226982989", "+886226982989"), ("423123456", "+886423123456")]
)
def test_a_leading_zero_that_a_spreadsheet_ate_comes_back(raw: str, e164: str) -> None:
    for area in ("", "2", "37"):
        number = read(raw, area=area)
        assert (number.e164, number.why.code) == (e164, "number_trunk_added")
        assert number.why.english() == "the leading 0 was missing and is added"


def test_a_gateway_that_writes_00_for_the_plus() -> None:
    number = read("0044 20 7946 0000")
    assert (number.e164, number.why.code) == ("+442079460000", "number_plus_added")


ABSENCES = [
    (
        Presentation.PRIVATE,
        "number_withheld",
        "P p PRIVATE Private anonymous Anonymous ANONYMOUS Restricted WITHHELD PrivDirOff A",
    ),
    (
        Presentation.PRIVATE,
        "number_withheld",
        "sip:anonymous@anonymous.invalid anonymous@anonymous.invalid Ｐ 隱藏號碼 未顯示號碼",
    ),
    (
        Presentation.UNAVAILABLE,
        "number_absent",
        "O o Unavailable OUT-OF-AREA <unknown> unknown NO-NUMBER - -- ? S 無號碼 不明",
    ),
    (Presentation.UNAVAILABLE, "number_absent", "0000000000 0 00 000 000-0000 ０００"),
    (Presentation.PAYPHONE, "number_payphone", "C PAYPHONE Coin 公用電話"),
]
WORDS = [(word, presentation, code) for presentation, code, words in ABSENCES for word in words.split()]


@pytest.mark.parametrize(
    ("raw", "presentation", "code"),
    [
        *WORDS,
        ("", Presentation.UNAVAILABLE, "number_absent"),
        ("   ", Presentation.UNAVAILABLE, "number_absent"),
        ("No Caller ID", Presentation.UNAVAILABLE, "number_absent"),
        ("Private Number", Presentation.PRIVATE, "number_withheld"),
        ("\x1bP", Presentation.PRIVATE, "number_withheld"),
        ("陳小姐", Presentation.UNREADABLE, "number_unreadable"),
        ("client:alice", Presentation.UNREADABLE, "number_unreadable"),
        ("sip:alice@pbx.example", Presentation.UNREADABLE, "number_unreadable"),
        ("1-800-FLOWERS", Presentation.UNREADABLE, "number_unreadable"),
        ("0912345678 / 0933111222 王", Presentation.UNREADABLE, "number_unreadable"),
        ("09123+45678", Presentation.UNREADABLE, "number_unreadable"),
        ("+", Presentation.UNAVAILABLE, "number_absent"),
        ("*67", Presentation.UNREADABLE, "number_unreadable"),
    ],
)
def test_a_word_in_the_place_of_a_number(raw: str, presentation: Presentation, code: str) -> None:
    number = read(raw, area="2", extensions=Extensions.of(["0-9", "00-99", "000-999"]))
    assert (number.presentation, number.why.code) == (presentation, code)
    assert (number.e164, number.national, number.kind, number.extension) == (None, "", Kind.NONE, None)


def test_own_extensions_are_those_of_the_settings() -> None:
    extensions = Extensions.of(["800-899", "12", "9xx", " 70001 "])
    for raw in ("800", "899", "12", "900", "999", "70001", "８０１", "分機801", "#801"):
        number = read(raw, extensions=extensions)
        digits = number.national
        assert (number.kind, number.e164, number.extension, number.why.code) == (
            Kind.EXTENSION,
            None,
            digits,
            "number_extension",
        )
    assert read("799", extensions=extensions).kind is SHORT
    assert read("8010", extensions=extensions).kind is SHORT
    assert read("+800", extensions=extensions).kind is OTHER
    unlisted = read("內線701", extensions=extensions)
    assert (unlisted.kind, unlisted.extension, unlisted.why.code) == (OTHER, "701", "number_extension_unlisted")


@pytest.mark.parametrize("pattern", ["", "abc", "899-800", "80-899", "8-", "-8", "8x9", "x", "１２", "8" * 9, "8 9"])
def test_a_pattern_that_names_no_extensions_is_refused(pattern: str) -> None:
    with pytest.raises(BadInput, match=r"names no extensions|is no range"):
        Extensions.of([pattern])


@pytest.mark.parametrize(
    ("raw", "region", "area", "e164", "national"),
    [
        ("555-1234", "US", "212", "+12125551234", "(212) 555-1234"),
        ("(212) 555-1234", "US", "", "+12125551234", "(212) 555-1234"),
        ("1 212 555 1234", "US", "", "+12125551234", "(212) 555-1234"),
        ("011442079460000", "US", "", "+442079460000", "+44 20 7946 0000"),
        ("7946 0000", "GB", "20", "+442079460000", "020 7946 0000"),
        ("7946 0000", "gb", "020", "+442079460000", "020 7946 0000"),
        ("020 7946 0000", "GB", "", "+442079460000", "020 7946 0000"),
        ("2079460000", "GB", "", "+442079460000", "020 7946 0000"),
        ("0312345678", "JP", "", "+81312345678", "03-1234-5678"),
        ("1234-5678", "JP", "3", "+81312345678", "03-1234-5678"),
        ("138 0013 8000", "CN", "", "+8613800138000", "138 0013 8000"),
        ("9123 4567", "HK", "", "+85291234567", "9123 4567"),
        ("06 698 12345", "IT", "", "+390669812345", "06 6981 2345"),
        ("0912345678", "JP", "", None, "0912345678"),
        ("555-1234", "US", "", None, "5551234"),
        ("7946 0000", "GB", "", None, "79460000"),
    ],
)
def test_other_regions(raw: str, region: str, area: str, e164: str | None, national: str) -> None:
    number = read(raw, region, area)
    assert (number.e164, number.national) == (e164, national)


def test_a_region_without_a_plan_reads_international_numbers_only() -> None:
    assert read("+886912345678", "ZZ").e164 == "+886912345678"
    assert read("0912345678", "ZZ").why.code == "number_no_region"
    assert known_region("tw")
    assert not known_region("ZZ")
    assert not known_region("")


@given(
    st.one_of(
        st.text(st.characters()),
        st.text("0123456789+-()#x 分機轉.,;/@Pp０９"),
        st.from_regex(r"[+0]?[0-9]{1,20}([#x][0-9]{0,5})?", fullmatch=True),
        st.sampled_from(sorted(CASES.values())),
    ),
    st.sampled_from(["TW", "US", "GB", "JP", "CN", "HK", "DE", "IT", "BR", "ZZ", ""]),
    st.text("0123456789", max_size=4) | st.text(max_size=3),
)
def test_any_string_has_a_meaning(raw: str, region: str, area: str) -> None:
    number = read(raw, region, area, Extensions.of(["800-899"]))
    if number.e164 is not None:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number.e164))
        assert number.presentation is Presentation.SHOWN
    if number.presentation is not Presentation.SHOWN:
        assert (number.kind, number.national, number.extension) == (Kind.NONE, "", None)
    assert number.why.code in ENGLISH
    assert "{" not in number.why.english()
    assert presented(raw) is number.presentation
    assert read(number.raw, region, area, Extensions.of(["800-899"])) == number


def plan_numbers(region: str) -> st.SearchStrategy[str]:
    """Valid E.164 numbers of a region, made from the patterns of its plan."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    patterns = [
        kind.national_number_pattern
        for kind in (metadata.fixed_line, metadata.mobile, metadata.toll_free, metadata.premium_rate, metadata.voip)
        if kind is not None and kind.national_number_pattern
    ]
    digits = st.one_of([st.from_regex(f"(?:{pattern})", fullmatch=True, alphabet="0123456789") for pattern in patterns])
    return digits.map(lambda national: f"+{metadata.country_code}{national}").filter(
        lambda e164: read(e164).e164 == e164
    )


@pytest.mark.parametrize("region", ["TW", "US", "GB", "JP", "CN", "HK", "SG", "VN", "AU", "IT"])
def test_what_people_read_means_the_number(region: str) -> None:
    @given(plan_numbers(region))
    def round_trip(e164: str) -> None:
        assert read(readable(e164, region), region).e164 == e164
        abroad = "US" if region != "US" else "TW"
        assert readable(e164, abroad).startswith("+")
        assert read(readable(e164, abroad), abroad).e164 == e164

    round_trip()


@pytest.mark.parametrize("region", ["TW", "US", "HK", "GB"])
def test_a_mask_hides_three_digits_and_shows_the_end(region: str) -> None:
    @given(plan_numbers(region))
    def hidden(e164: str) -> None:
        text = masked(e164, region)
        assert text.count("*") >= 3
        shown = [char for char in text if char.isdigit()]
        assert "".join(shown[-2:]) == e164[-2:]
        assert len(text) == len(readable(e164, region))

    hidden()


@pytest.mark.parametrize(
    ("e164", "region", "shown", "hidden"),
    [
        ("+886912345678", "TW", "0912-345-678", "0912-***-678"),
        ("+886226982989", "TW", "(02)2698-2989", "(02)****-*989"),
        ("+886800022088", "TW", "0800-022-088", "0800-***-088"),
        ("+88683622123", "TW", "(0836)22123", "(****)**123"),
        ("+886912345678", "JP", "+886 912 345 678", "+886 *** *** 678"),
        ("+81312345678", "TW", "+81 3-1234-5678", "+81 *-****-*678"),
        ("+85291234567", "HK", "9123 4567", "**** *567"),
        ("no number", "TW", "no number", "no number"),
        ("+", "TW", "+", "+"),
        ("110", "TW", "110", "**0"),
    ],
)
def test_readable_and_masked(e164: str, region: str, shown: str, hidden: str) -> None:
    assert readable(e164, region) == shown
    assert masked(e164, region) == hidden


def test_tails_are_what_people_say() -> None:
    assert tails("+886912345678") == ("678", "5678")
    assert tails("+88") == ()
    assert tails("") == ()


def test_the_library_is_loaded_at_the_first_number() -> None:
    script = (
        "import sys, ringdesk.numbers as n; cold = 'phonenumbers' in sys.modules;"
        "n.read('P'); n.read('110'); withheld = 'phonenumbers' in sys.modules;"
        "n.read('0912345678'); print(cold, withheld, 'phonenumbers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False", "True"]


def heard(caller: Caller | None) -> CallEvent:
    return CallEvent(event=EventKind.CALLER, at=0.0, source="s", caller=caller)


@pytest.mark.parametrize(
    ("raw", "e164"), [("2720-8889", "+886227208889"), ("0912345678", "+886912345678"), ("nobody", None)]
)
def test_a_caller_is_read_with_the_region_and_area_of_the_line(raw: str, e164: str | None) -> None:
    caller = Caller(raw=SafeText(raw), presentation=Presentation.SHOWN)
    read_event = read_caller(heard(caller), "TW", "2")
    assert read_event.caller is not None
    assert read_event.caller.e164 == e164


def test_what_a_source_said_or_withheld_is_left_alone() -> None:
    withheld = heard(Caller(raw=SafeText("0912345678"), presentation=Presentation.PRIVATE))
    told = heard(Caller(raw=SafeText("801"), e164="+886227208889", presentation=Presentation.SHOWN))
    for event in (withheld, told, heard(None)):
        assert read_caller(event) == event


@pytest.mark.parametrize(
    ("area", "region", "said"),
    [
        ("2", "TW", "02"),
        ("02", "TW", "02"),
        ("3", "jp", "03"),
        ("", "TW", ""),
        ("", "HK", ""),
        ("212", "US", "212"),
        ("2", "XX", "2"),
    ],
)
def test_an_area_code_is_said_as_it_is_dialled(area: str, region: str, said: str) -> None:
    assert area_as_dialled(area, region) == said
