"""What fictional people are called: surnames as frequent as in Taiwan, given names that fit, some names from elsewhere."""

import re
from typing import Final

import msgspec

from ringdesk.safetext import SafeText
from ringdesk.sample.draws import Draws, Weighted

_PER_100_000: Final = """
    陳11130 林8300 黃6040 張5270 李5130 王4110 吳4040 劉3170 蔡2910 楊2660 許2330 鄭1890 謝1780 洪1510 郭1500 邱1470 曾1450 廖1360
    賴1330 徐1260 周1210 葉1190 蘇1170 莊960 呂930 江930 何870 蕭830 羅830 高780 潘700 簡660 朱630 鍾620 游600 彭590 詹580 胡560
    施550 沈530 余520 盧480 梁450 趙440 顏430 柯410 翁410 魏390 孫380 戴380 范320 方320 宋300 鄧270 杜260 侯250 傅250 曹240 薛230
    丁230 卓210 阮210 馬190 董190 唐190 溫190 藍190 石180 蔣180 古180 紀170 姚170 連160 馮160 歐150 程150 湯150 田140 康140 姜140
    白130 汪130 鄒130 尤130 巫120 鐘120 黎110 涂110 龔110 嚴100 韓100 袁100 金90 童80 陸80 夏80 柳70 凃70 邵70 錢60 伍60 倪60
    歐陽50 張簡40 范姜30 司馬5 諸葛5 上官5
"""
"""People per 100,000 (population statistics of Taiwan's Ministry of the Interior, rounded)."""

SURNAMES: Final = Weighted({name: float(count) for name, count in re.findall(r"([^\d\s]+)(\d+)", _PER_100_000)})

_MALE: Final = (
    "志明 家豪 志豪 俊傑 建宏 俊宏 志偉 冠宇 承恩 宗翰 柏翰 家瑋 冠廷 彥廷 宥廷 品睿 宇翔 威廷 建志 文雄 俊男 明宏 志宏 "
    "信宏 政宏 國華 建國 俊賢 世昌 嘉宏 柏宇 承翰 子軒 宇軒 浩宇 宸睿 品諺 睿恩 金龍 清水 文彬 榮華 永昌 錫堃"
)
_FEMALE: Final = (
    "淑芬 淑惠 美玲 雅婷 怡君 美惠 麗華 淑貞 雅雯 怡婷 詩涵 品妍 子晴 佳穎 欣怡 淑娟 秀英 玉蘭 惠美 雅惠 佩珊 郁婷 宜蓁 "
    "思妤 詠晴 羽彤 芷涵 語彤 品潔 心怡 鈺婷 靜宜 淑玲 秋香 月娥 春嬌 佳蓉 曉雯 婉婷 家瑜 筱涵 珮瑜"
)
_MALE_SYLLABLES: Final = (
    "志家俊建冠承宗柏彥宥品宇威文明國正信智政世嘉哲振昱育",
    "明豪傑宏偉宇恩翰瑋廷睿翔志雄霖銘賢毅安中達儒勳凱成",
)
_FEMALE_SYLLABLES: Final = (
    "淑美雅怡佳欣麗惠思詩品子宜郁婉玉秀筱珮靜曼芳鈺瑋若",
    "芬惠玲婷君華貞雯涵妍晴穎怡萱如珍娟蓉瑜慧琪潔芸瑩",
)
_GIVEN: Final = {True: tuple(_MALE.split()), False: tuple(_FEMALE.split())}
_SYLLABLES: Final = {True: _MALE_SYLLABLES, False: _FEMALE_SYLLABLES}
_ONE: Final = {True: "傑翔凱勇誠毅剛強", False: "靜潔敏慧婷蓉娟薇"}
_HONORIFIC: Final = {True: SafeText("先生"), False: SafeText("女士")}

_ELSEWHERE: Final = {
    "en": (
        ("James", "Oliver", "Daniel", "Thomas"),
        ("Emma", "Sophie", "Grace", "Zoë"),
        ("Smith", "Taylor", "O'Brien", "Müller", "Garcia", "Novák", "van Dijk", "Lefèvre"),
        "{given} {family}",
    ),
    "ja": (
        ("翔太", "健一", "大輔", "拓也"),
        ("美咲", "陽子", "さくら", "由美子"),
        ("佐藤", "鈴木", "高橋", "田中", "渡辺", "山本", "中村", "佐々木"),
        "{family}{given}",
    ),
    "ko": (("민수", "지훈", "성호"), ("지영", "수진", "은혜"), ("김", "이", "박", "최"), "{family}{given}"),
    "vi": (
        ("Văn Nam", "Minh Tuấn", "Đức Anh"),
        ("Thị Hoa", "Ngọc Lan", "Thu Hương"),
        ("Nguyễn", "Trần", "Lê", "Phạm"),
        "{family} {given}",
    ),
    "id": (("Budi", "Agus", "Adi"), ("Siti", "Dewi", "Sri"), ("Santoso", "Wijaya", "Lestari"), "{given} {family}"),
    "ami": (
        ("瓦歷斯", "尤哈尼", "巴奈"),
        ("阿美", "里慕伊", "莫那"),
        ("諾幹", "伊斯坦大", "庫穗", "阿紀", "魯道"),
        "{given}·{family}",
    ),
}
"""Language -> given names of men and of women, families, order. Indigenous people write theirs with a middle dot."""

_LANGUAGES: Final = Weighted({"zh-TW": 970.0, "en": 9, "ja": 5, "vi": 6, "id": 4, "ko": 2, "ami": 4})


class Called(msgspec.Struct, frozen=True):
    """A name, how to address its owner, and their language (BCP 47)."""

    name: SafeText
    honorific: SafeText
    language: str


def called(draws: Draws, surname: str) -> Called:
    """A person's name; `surname` is theirs if the name is a Chinese one."""
    language = draws.weighted(_LANGUAGES)
    man = draws.chance(0.48)
    if language == "zh-TW":
        return Called(SafeText(surname + _given(draws, man=man)), _HONORIFIC[man], language)
    men, women, families, order = _ELSEWHERE[language]
    name = order.format(given=draws.pick(men if man else women), family=draws.pick(families))
    honorific = SafeText("Mr" if man else "Ms") if language == "en" else _HONORIFIC[man]
    return Called(SafeText(name), honorific, language)


def _given(draws: Draws, *, man: bool) -> str:
    if draws.chance(0.017):
        return draws.pick(_ONE[man])
    if draws.chance(0.4):
        return draws.pick(_GIVEN[man])
    first, second = _SYLLABLES[man]
    return draws.pick(first) + draws.pick(second)
