"""Names: folding for search, the grams of the search indexes, and how to address a person.

A name is shown as its owner writes it; what is folded here is for finding only. Han, kana, Bopomofo and Hangul are
written without spaces, so any part of them is found; other scripts are found by the beginnings of their words.
"""

import re
import unicodedata
from typing import Final

MAX_HAN_GRAM: Final = 4
"""Characters of the longest inner part of a Han name that is a gram; the whole name is one too."""
MAX_WORD_GRAM: Final = 6
"""Characters of the longest beginning of a word that is a gram; the whole word is one too."""
MAX_INDEXED: Final = 64
"""Characters of a name that are indexed; the longest personal name on record in Taiwan has 13."""

_VARIANTS: Final = str.maketrans(
    "臺峯羣裏啓爲衆祕温黄吴吕恒强﨑僞邨槗濵邉邊眞喩緖靑", "台峰群裡啟為眾秘溫黃吳呂恆強崎偽村橋濱辺辺真喻緒青"
)
"""Two ways to write one character, which NFKC keeps apart. Different names that only look alike (鍾 鐘, 游 遊) stay apart."""
_LATIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
HAN: Final = re.compile(
    "[\u3005\u3007\u3040-\u30fa\u30fc-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003fffd]"
)
"""A character of a script that is written without spaces."""
_WORD: Final = re.compile(r"[^\W_]+")
_DOTS: Final = re.compile("[\u00b7\u2022\u2027\u2219\u22c5\u30fb]")
"""Between the parts of an Indigenous or transcribed name; people type them all."""

_COMPOUND: Final = frozenset(
    re.findall(
        "..",
        "歐陽司馬司徒上官諸葛皇甫尉遲公孫慕容令狐夏侯宇文長孫東方南宮端木申屠鮮于淳于太史軒轅呼延聞人東郭百里公冶澹臺澹台濮陽赫連万俟鍾離獨孤范姜",
    )
)
_JAPANESE: Final = (
    "佐々木",
    *re.findall(
        "..",
        "佐藤鈴木高橋田中渡邊渡辺伊藤山本中村小林加藤吉田山田山口松本井上木村清水山崎池田石川中島藤田小川岡田後藤石井近藤前田",
    ),
)
_SINGLE: Final = frozenset(
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈余盧梁趙顏柯翁魏孫戴范方宋鄧杜傅侯曹薛丁卓阮馬董溫唐藍石"
    "蔣古紀姚連馮歐程湯田康姜白汪鄒尤巫鐘涂龔嚴韓袁金童陸夏柳邵錢伍倪于譚"
)
"""The most frequent surnames of Taiwan. Two of them before a given name of two are a double surname: 張簡, 張廖, and married
women who put the husband's before their own."""
_RARE: Final = frozenset(
    "闕饒殷賀龍焦熊孔龐毛甘凌褚歐鄞鄔耿查翟秦俞伊祝裴辛包祁柴佘粘危韋晏牛甯岳樊霍關賈邢申莫舒符敖屈顧樓費史瞿穆郝鮑裘駱喻畢闞狄佟丘萬"
)
"""Less frequent ones. Before a single character only a known surname is one: 小明, 雅婷 are given names."""
_NICKNAME: Final = frozenset("阿小")
"""Before a given name or a part of one: 阿美, 小君君."""
_LONGEST_PERSON: Final = 5
_HONORIFICS: Final = re.compile(
    "(?<=.)(?:先生|女士|小姐|太太|夫人|老師|教授|醫師|醫生|護理師|藥師|律師|會計師|總?經理|副理|協理|課長|組長|店長|主任|董事長|老[闆板]娘?"
    "|師傅|教練|媽媽|爸爸|阿姨|阿伯|伯伯|叔叔|大哥|大姐|同學)$"
)
_OF_PERSONS: Final = frozenset(["先生", "女士", "小姐", "太太", "夫人", "mr", "ms", "miss", "mrs", "mx"])
"""Forms of address that say no more than that somebody is a person."""
_COMPANY: Final = re.compile(
    "(?<=..)(?:公司|企業|商行|商號|工作室|事務所|診所|學校|大學|銀行|集團|協會|基金會|餐廳|幼兒園|補習班|車行|工程行|水電行|中心|管理委員會|管委會|[店館廠社坊院局廟])$"
)
"""How the name of a company ends. There are people called 林國中; none of these is a given name behind two characters."""
_COMPANY_WORDS: Final = frozenset(["ltd", "inc", "corp", "corporation", "company", "llc", "gmbh", "plc", "limited"])
_ASIDE: Final = re.compile(r"[(\uff08][^)\uff09]*[)\uff09]")
"""What is said of a person in brackets."""
_PARTICLES: Final = frozenset(
    ["van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "la", "le", "ter", "bin", "al"]
)
_GENERATIONS: Final = frozenset(["jr", "sr", "ii", "iii", "iv"])


def fold(text: str) -> str:
    """One spelling for all: NFKC, case folded, Latin letters without diacritics, one variant of a character, single spaces."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", _bare(_DOTS.sub(" ", plain))).translate(_VARIANTS)
    return " ".join(plain.casefold().translate(_LATIN).split())


def _bare(text: str) -> str:
    """Latin letters without their marks, everything without variation selectors; other scripts keep their marks."""
    kept: list[str] = []
    latin = False
    for char in unicodedata.normalize("NFD", text):
        if not unicodedata.category(char).startswith("M"):
            latin = "LATIN" in unicodedata.name(char, "")
            kept.append(char)
        elif not latin and not ("\ufe00" <= char <= "\ufe0f" or char >= "\U000e0100"):
            kept.append(char)
    return "".join(kept)


def grams(name: str) -> frozenset[str]:
    """What the search index holds of a name: parts of its Han characters, beginnings of its words, and each in whole."""
    folded = fold(name)[:MAX_INDEXED]
    found: set[str] = set()
    han, words = _parts(folded)
    for start in range(len(han)):
        found.update(han[start:end] for end in range(start + 1, min(start + MAX_HAN_GRAM, len(han)) + 1))
    for word in words:
        found.update(word[:end] for end in range(1, min(MAX_WORD_GRAM, len(word)) + 1))
    found.update(part for part in (han, *words) if part)
    return frozenset(found)


def key(query: str) -> str:
    """The gram to look up for a query: its Han characters, else its longest word; "" if there is nothing to look up.

    An honorific at the end is left out (林先生 looks for 林). A key for which `is_gram` is false is longer than the parts
    that are indexed: look up the grams that begin with it. A query of several parts is narrowed with `contains`.
    """
    han, words = _parts(_HONORIFICS.sub("", fold(query)))
    return han or max(words, key=len, default="")


def is_gram(searched: str) -> bool:
    """Whether a key is looked up as it is; else every gram that begins with it is meant."""
    return len(searched) <= (MAX_HAN_GRAM if HAN.match(searched) else MAX_WORD_GRAM)


def contains(name: str, query: str) -> bool:
    """Whether a name has every part of a query: the Han characters in a row, each word as the beginning of one of its."""
    han, words = _parts(fold(name))
    wanted, beginnings = _parts(_HONORIFICS.sub("", fold(query)))
    return wanted in han and all(any(word.startswith(part) for word in words) for part in beginnings)


def _parts(folded: str) -> tuple[str, list[str]]:
    """All characters of the spaceless scripts in a row, and the words of the others."""
    return "".join(HAN.findall(folded)), _WORD.findall(HAN.sub(" ", folded))


def surname(name: str) -> str:
    """The family name: first in a Han name, last in a Latin one unless a comma says otherwise.

    The whole name where there is none to be known: one word, a name with a middle dot (Indigenous names have no family
    name), a company.
    """
    name = " ".join(name.split())
    person = " ".join(_ASIDE.sub(" ", name).split()) or name  # 王大明（台積電）
    if is_company(person):
        return name
    if not HAN.search(person):
        return _latin_surname(person)
    compact = "".join(HAN.findall(_of_their_company(person)))
    if _DOTS.search(person) or len(compact) > _LONGEST_PERSON:
        return name
    if len(compact) == 1:
        return compact if _WORD.search(HAN.sub(" ", person)) else name  # 王 David
    length = _surname_length(compact)
    return compact[:length] if length < len(compact) else name


def is_company(name: str) -> bool:
    """Whether a name is that of a company or an office, which no form of address fits."""
    words = fold(name).replace(",", " ").split()
    return bool(words) and (
        bool(_COMPANY.search("".join(words))) or words[-1] == "co." or words[-1].strip(".") in _COMPANY_WORDS
    )


def _of_their_company(person: str) -> str:
    """The person of a company and a person, as in 台積電 王大明."""
    *company, last = person.split()
    named = 1 < len(last) <= 3 and fold(last[0]) in _SINGLE and len("".join(HAN.findall(last))) == len(last)
    return last if named and any(len(HAN.findall(word)) > 2 or is_company(word) for word in company) else person


def _surname_length(compact: str) -> int:
    """Characters of the family name in front; all of them where it is not known."""
    first = fold(compact[0])
    if compact[:2] in _COMPOUND or compact in _JAPANESE:
        return 2
    if first not in _SINGLE and compact.startswith(_JAPANESE):
        return next(len(family) for family in _JAPANESE if compact.startswith(family))
    if compact[0] in _NICKNAME or (len(compact) == 2 and first not in _SINGLE | _RARE):
        return len(compact)
    if len(compact) >= 4:
        japanese = next((len(family) for family in _JAPANESE if compact.startswith(family)), 0)
        doubled = 2 if all(char in _SINGLE for char in fold(compact[:2])) else 0
        return japanese or doubled or (1 if len(compact) == 4 else len(compact))
    return 1


def _latin_surname(name: str) -> str:
    family, comma, _ = name.partition(",")
    if comma and family.strip():
        return family.strip()
    words = name.split()
    while len(words) > 1 and fold(words[-1]).strip(".") in _GENERATIONS:
        words.pop()
    first = len(words) - 1
    while first > 1 and words[first - 1] in _PARTICLES:
        first -= 1
    return " ".join(words[max(first, 0) :])


_ADDRESSED: Final = re.compile(r"(?P<honorific>mr|mrs|ms|miss|mx|dr|prof)\.?\s+(?P<name>\S.*)", re.IGNORECASE)


def addressed(typed: str) -> tuple[str, str]:
    """The name and the form of address in what somebody typed: `王小姐` is 王, 小姐; `Ms Wang` is Wang, Ms. The form is "" where
    none is said; a company has none."""
    text = " ".join(typed.split())
    ahead, behind = _ADDRESSED.fullmatch(text), _HONORIFICS.search(text)
    if is_company(text):
        return text, ""
    if behind is not None:
        return text[: behind.start()].strip(), behind[0]
    return (ahead["name"], ahead["honorific"].capitalize()) if ahead is not None else (text, "")


def has_title(name: str) -> bool:
    """Whether a name says itself how its owner is addressed: `王小姐`, `陳老師`, `Ms Wang`, also behind that of a company."""
    return bool(name.split()) and bool(addressed(_person(name))[1])


def _person(name: str) -> str:
    """The person in a name: without what brackets say of them, and without their company."""
    name = " ".join(name.split())
    return _of_their_company(" ".join(_ASIDE.sub(" ", name).split()) or name)


def greeting_name(name: str, honorific: str = "") -> str:
    """How to address a person: `林先生`, `歐陽女士`, `Mr Smith`, `Smith 先生`; the whole name without an honorific, or before it
    where no surname is known (`雅婷小姐`); a name that has a title as it is. A company is no 先生: it has its name, with a title
    (經理) where one is given."""
    name, honorific = " ".join(name.split()), honorific.strip()
    if has_title(name):
        return _person(name)
    if not honorific or not name:
        return name
    if is_company(name) and honorific.casefold().strip(".") in _OF_PERSONS:
        return name
    family = surname(name)
    if not HAN.search(honorific):
        return f"{honorific} {family}"
    return f"{family}{honorific}" if HAN.search(family) else f"{family} {honorific}"
