"""Names: folding, grams and keys as the search uses them, and how people are addressed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.names import (
    MAX_HAN_GRAM,
    MAX_INDEXED,
    MAX_WORD_GRAM,
    addressed,
    contains,
    fold,
    grams,
    greeting_name,
    has_title,
    is_gram,
    key,
    surname,
)

HAN = st.text("林志明陳怡君臺台温溫𠮷々ガㄌ김", min_size=1, max_size=12)
WORDS = st.lists(st.text("aeiouzéñŁß09", min_size=1, max_size=10), min_size=1, max_size=3).map(" ".join)
ANY_NAME = st.one_of(HAN, WORDS, st.tuples(HAN, WORDS).map(" ".join), st.text())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  林  志明 ", "林 志明"),
        ("ＤＡＶＩＤ　Ｗａｎｇ", "david wang"),
        ("Zoë MÜLLER", "zoe muller"),
        ("Nguyễn Thị Hoa", "nguyen thi hoa"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Straße", "strasse"),
        ("Søren Ærø", "soren aero"),
        ("İstanbul", "istanbul"),
        ("臺北", "台北"),
        ("温黄吴吕", "溫黃吳呂"),
        ("瓦歷斯·諾幹", "瓦歷斯 諾幹"),
        ("瓦歷斯‧諾幹", "瓦歷斯 諾幹"),
        ("瓦歷斯・諾幹", "瓦歷斯 諾幹"),
        ("葛\U000e0100城\ufe00", "葛城"),
        ("ガ", "ガ"),
        ("नमस्ते", "नमस्ते"),
        ("鍾鐘", "鍾鐘"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANY_NAME)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("林志明", {"林", "志", "明", "林志", "志明", "林志明"}),
        ("林 志明", {"林", "志", "明", "林志", "志明", "林志明"}),
        ("Zoë Ng", {"z", "zo", "zoe", "n", "ng"}),
        ("王A", {"王", "a"}),
        ("7-Eleven", {"7", "e", "el", "ele", "elev", "eleve", "eleven"}),
        ("Christopher", {"c", "ch", "chr", "chri", "chris", "christ", "christopher"}),
        ("", set()),
        ("—— !", set()),
    ],
)
def test_grams(name: str, expected: set[str]) -> None:
    assert grams(name) == expected


def test_a_company_is_found_by_any_part_and_by_its_whole_name() -> None:
    found = grams("大同股份有限公司")
    assert {"大同", "股份有限", "有限公司", "大同股份有限公司"} <= found
    assert "大同股份有" not in found
    assert len(found) == 8 + 7 + 6 + 5 + 1


@given(ANY_NAME)
def test_grams_are_bounded(name: str) -> None:
    found = grams(name)
    assert "" not in found
    assert len(found) <= MAX_INDEXED * MAX_WORD_GRAM + 1
    for gram in found:
        assert fold(gram) == gram or not name.isascii()


@given(HAN)
def test_every_part_of_a_han_name_finds_it(name: str) -> None:
    letters = "".join(fold(name).split())
    for start in range(len(letters)):
        for end in range(start + 1, min(start + MAX_HAN_GRAM, len(letters)) + 1):
            searched = key(letters[start:end])
            assert is_gram(searched)
            assert searched in grams(name)
            assert contains(name, letters[start:end])


@given(WORDS)
def test_every_beginning_of_a_word_finds_it(name: str) -> None:
    for word in fold(name).split():
        for end in range(1, len(word) + 1):
            searched = key(word[:end])
            assert contains(name, word[:end])
            if is_gram(searched):
                assert searched in grams(name)
            else:
                assert any(gram.startswith(searched) for gram in grams(name))


@pytest.mark.parametrize(
    ("query", "searched"),
    [
        ("林", "林"),
        ("林先生", "林"),
        ("陳怡君小姐", "陳怡君"),
        ("老闆娘", "老闆娘"),
        ("先生", "先生"),
        ("臺北", "台北"),
        ("678 林", "林"),
        ("David Wang", "david"),
        ("  ", ""),
        ("·", ""),
    ],
)
def test_key(query: str, searched: str) -> None:
    assert key(query) == searched


@pytest.mark.parametrize(
    ("searched", "gram"), [("林志明明", True), ("林志明明明", False), ("christ", True), ("christo", False), ("", True)]
)
def test_is_gram(searched: str, gram: bool) -> None:
    assert is_gram(searched) is gram


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("林志明", "志明", True),
        ("林志明", "林明", False),
        ("林志明", "林先生", True),
        ("林志明 David", "林 dav", True),
        ("林志明 David", "陳 dav", False),
        ("David Wang", "wang d", True),
        ("David Wang", "ang", False),
        ("大同股份有限公司", "股份有限公司", True),
    ],
)
def test_contains(name: str, query: str, found: bool) -> None:
    assert contains(name, query) is found


@pytest.mark.parametrize(
    ("name", "honorific", "address"),
    [
        ("林志明", "先生", "林先生"),
        ("林志明", " 先生 ", "林先生"),
        ("林志明", "", "林志明"),
        ("陳 小明", "醫師", "陳醫師"),
        ("王", "先生", "王先生"),
        ("林靜", "小姐", "林小姐"),
        ("歐陽娜", "女士", "歐陽女士"),
        ("司馬中原", "先生", "司馬先生"),
        ("東方", "先生", "東方先生"),
        ("田中", "先生", "田中先生"),
        ("佐藤健", "先生", "佐藤先生"),
        ("雅婷", "小姐", "雅婷小姐"),
        ("小明", "", "小明"),
        ("小明", "先生", "小明先生"),
        ("阿美姐", "女士", "阿美姐女士"),
        ("殷琪", "女士", "殷女士"),
        ("王小姐", "", "王小姐"),
        ("王小姐", "小姐", "王小姐"),
        ("王小姐", "女士", "王小姐"),
        ("王小姐", "Ms", "王小姐"),
        ("王經理", "先生", "王經理"),
        ("林陳美玉 老闆娘", "女士", "林陳美玉 老闆娘"),
        ("陳怡君老師（鋼琴）", "小姐", "陳怡君老師"),
        ("Ms Wang", "", "Ms Wang"),
        ("Ms. Wang", "小姐", "Ms. Wang"),
        ("大安書局", "先生", "大安書局"),
        ("阿明麵店", "小姐", "阿明麵店"),
        ("范姜群", "小姐", "范姜小姐"),
        ("張簡宏斌", "先生", "張簡先生"),
        ("張簡明", "先生", "張先生"),
        ("張廖萬堅", "先生", "張廖先生"),
        ("陳林美玉", "女士", "陳林女士"),
        ("温如玉", "女士", "温女士"),
        ("阮氏香", "女士", "阮女士"),
        ("瓦歷斯·諾幹", "先生", "瓦歷斯·諾幹先生"),
        ("田中美咲", "女士", "田中女士"),
        ("佐々木希子", "女士", "佐々木女士"),
        ("大同股份有限公司", "", "大同股份有限公司"),
        ("大同股份有限公司", "經理", "大同股份有限公司經理"),
        ("林志明 David", "先生", "林先生"),
        ("김민수", "先生", "김先生"),
        ("John Smith", "Mr", "Mr Smith"),
        ("John Smith", "", "John Smith"),
        ("John Smith", "先生", "Smith 先生"),
        ("林志明", "Mr", "Mr 林"),
        ("Cher", "Ms", "Ms Cher"),
        ("Ludwig van Beethoven", "Mr", "Mr van Beethoven"),
        ("Chen, Mei-Ling", "Ms", "Ms Chen"),
        ("Martin King Jr.", "Mr", "Mr King"),
        ("Nguyễn Thị Hoa", "女士", "Hoa 女士"),
        (", Smith", "Mr", "Mr Smith"),
        ("", "先生", ""),
        ("大同公司", "先生", "大同公司"),
        ("大同公司", "Ms.", "大同公司"),
        ("林氏診所", "", "林氏診所"),
        ("Acme Trading Co., Ltd.", "Mr", "Acme Trading Co., Ltd."),
        ("Acme Inc", "先生", "Acme Inc"),
        ("Acme Co.", "Ms", "Acme Co."),
        ("Tim Co", "Mr", "Mr Co"),
        ("林大學", "先生", "林先生"),
        ("王大明（台積電）", "先生", "王先生"),
        ("Jim Smith (Acme Ltd.)", "Mr", "Mr Smith"),
        ("台積電 王大明", "先生", "王先生"),
        ("大同股份有限公司 陳小姐", "小姐", "陳小姐"),
        ("王 David", "先生", "王先生"),
        ("David 王", "先生", "王先生"),
        ("王建明/李美", "先生", "王建明/李美先生"),
    ],
)
def test_how_to_address_a_person(name: str, honorific: str, address: str) -> None:
    assert greeting_name(name, honorific) == address


@given(ANY_NAME)
def test_a_surname_is_a_part_of_the_name(name: str) -> None:
    assert "".join(surname(name).split()) in "".join(name.split())
    assert bool(surname(name)) == bool(name.split())


@pytest.mark.parametrize(
    ("typed", "name", "honorific"),
    [
        ("王小姐", "王", "小姐"),
        (" 王小明 先生 ", "王小明", "先生"),
        ("陳醫師", "陳", "醫師"),
        ("Wang 小姐", "Wang", "小姐"),
        ("Ms Wang", "Wang", "Ms"),
        ("MRS. de la Cruz", "de la Cruz", "Mrs"),
        ("dr lin", "lin", "Dr"),
        ("王小明", "王小明", ""),
        ("小姐", "小姐", ""),
        ("Msgr", "Msgr", ""),
        ("Mr", "Mr", ""),
        ("大安診所", "大安診所", ""),
        ("Miss Lin Ltd", "Miss Lin Ltd", ""),
        ("", "", ""),
    ],
)
def test_a_form_of_address_is_told_from_the_name(typed: str, name: str, honorific: str) -> None:
    assert addressed(typed) == (name, honorific)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("王小姐", True),
        ("Dr Lin", True),
        ("台積電 陳小姐", True),
        ("王小明", False),
        ("小姐", False),
        ("大安診所", False),
    ],
)
def test_whether_a_name_has_a_title(name: str, said: bool) -> None:
    assert has_title(name) is said
