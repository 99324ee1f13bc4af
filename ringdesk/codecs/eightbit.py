"""Names in eight bits: a line says nothing of its encoding, so it is found out.

UTF-8 first, because text of another encoding is hardly ever valid UTF-8; then Big5, which Taiwan's exchanges and boxes
send; then Latin-1, which fits any bytes.
"""

import codecs

from ringdesk.safetext import SafeText


def read(data: bytes) -> SafeText:
    """The text, cleaned, without spaces at its ends; never raises.

    A UTF-8 character that the sender's length limit cut off at the end is dropped (NCID cuts names at 50 bytes). Big5 is
    read as code page 950, which holds the ETEN characters that names such as 王碁 need.
    """
    found = (text for decode in (_utf8, _big5) if (text := decode(data)) is not None)
    text = next(found, None)
    return SafeText(SafeText(data.decode("latin-1") if text is None else text).strip())


def _utf8(data: bytes) -> str | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        return None
    cut_off = bool(decoder.getstate()[0])
    # An incomplete tail proves nothing by itself: `Jos\xe9` in Latin-1 looks like the beginning of a character too.
    return None if cut_off and text.isascii() else text


def _big5(data: bytes) -> str | None:
    try:
        return data.decode("cp950")
    except UnicodeDecodeError:
        return None
