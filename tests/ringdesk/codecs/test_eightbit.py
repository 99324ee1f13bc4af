"""Names in eight bits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.codecs import eightbit


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"SMITH JOHN", "SMITH JOHN"),
        (b"  CHEN  ", "CHEN"),
        ("北京市王小明".encode(), "北京市王小明"),
        (bytes.fromhex("B3AFA470A96A"), "陳小姐"),
        ("王碁銘".encode("cp950"), "王碁銘"),
        (b"V\xe4h\xe4l\xe4", "Vähälä"),
        (b"Jos\xe9", "José"),
        ("王小明".encode()[:-1], "王小"),
        (b"\x1b[2JEVE\x07\x00", "[2JEVE"),
        (b"", ""),
    ],
)
def test_the_encoding_is_found_out(data: bytes, text: str) -> None:
    assert eightbit.read(data) == text


@given(st.binary(max_size=80))
def test_any_bytes_are_some_text(data: bytes) -> None:
    text = eightbit.read(data)
    assert text == text.strip(" ")
    assert not any(char < " " or char == "\x7f" for char in text)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=30))
def test_utf8_is_never_taken_for_anything_else(name: str) -> None:
    assert eightbit.read(name.encode()) == name
