"""codec: every message survives the wire, and no frame does harm."""

from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.errors import WireError
from ringdesk.ops import decode_row
from ringdesk.safetext import SafeText
from ringdesk.wire import codec, limits
from ringdesk.wire.codec import changes_frame, decode_from_server, decode_from_terminal, encode, encode_page
from ringdesk.wire.messages import (
    Changes,
    Fetched,
    FromServer,
    FromTerminal,
    Granted,
    Hello,
    Message,
    Need,
    Ping,
    Push,
    UpTo,
)
from ringdesk.wire.values import Image, Origin, Page
from tests.ringdesk.shapes import values_of


def named(message: type[Message]) -> str:
    return message.__name__


class TestRoundTrips:
    @pytest.mark.parametrize("kind", get_args(FromServer), ids=named)
    @given(data=st.data())
    def test_from_the_server(self, kind: type[Message], data: st.DataObject) -> None:
        message = data.draw(values_of(kind))
        assert decode_from_server(encode(message)) == message
        assert decode_from_server(encode(message).decode()) == message

    @pytest.mark.parametrize("kind", get_args(FromTerminal), ids=named)
    @given(data=st.data())
    def test_from_a_terminal(self, kind: type[Message], data: st.DataObject) -> None:
        message = data.draw(values_of(kind))
        assert decode_from_terminal(encode(message)) == message
        assert decode_from_terminal(encode(message).decode()) == message

    @given(changes=values_of(Changes))
    def test_a_spliced_frame_is_the_encoded_message(self, changes: Changes) -> None:
        frame = changes_frame(changes.origins, encode_page(changes.page))
        assert frame == encode(changes)
        assert decode_from_server(frame) == changes

    def test_an_image_and_a_tombstone(self) -> None:
        body = msgspec.Raw('{"id":"n1","text":"陳"}'.encode())
        images = (
            Image(kind="note", id="n1", seq=1, body=body),
            Image(kind="note", id="n2", seq=2, moved_to="store:east"),
        )
        back = decode_from_server(encode(Fetched(ref="r", images=images)))
        assert isinstance(back, Fetched)
        assert back.images[0].body is not None
        assert bytes(back.images[0].body) == bytes(body)
        assert back.images[1].body is None
        assert {type(image) for image in back.images} == {Image}

    def test_every_message_of_the_server_is_read(self) -> None:
        stand_ins = {kind.__struct_config__.tag for kind in get_args(codec._Readable)}
        assert stand_ins == {kind.__struct_config__.tag for kind in get_args(FromServer)}


class TestText:
    def test_text_is_cleaned_while_it_is_read(self) -> None:
        frame = (
            b'{"type":"granted","ref":"r","grant":"g","person":"p","name":"\\u001b]52;x\\u202e","roles":[],"expires":1}'
        )
        granted = decode_from_server(frame)
        assert isinstance(granted, Granted)
        assert granted.name == "]52;x"
        assert isinstance(granted.name, SafeText)

    def test_a_body_keeps_its_bytes_and_is_cleaned_when_it_is_decoded(self) -> None:
        body = b'{"id":"n1","text":"a\\u001bb"}'
        frame = changes_frame((), encode_page(page(Image(kind="note", id="n1", seq=1, body=msgspec.Raw(body)))))
        changes = decode_from_server(frame)
        assert isinstance(changes, Changes)
        image = changes.page.images[0]
        assert image.body is not None
        assert bytes(image.body) == body
        assert getattr(decode_row("note", image.body), "text", None) == "ab"

    def test_the_error_of_a_hostile_frame_is_one_clean_line(self) -> None:
        text = str(refused_by_server(b'{"type":"\\u001b[2J\\n"}'))
        assert text.isprintable()


def page(*images: Image) -> Page:
    return Page(set="org@clear", prev=0, seq=1, chain="", images=images, up=True)


def refused_by_server(frame: bytes | str) -> WireError:
    with pytest.raises(WireError) as caught:
        decode_from_terminal(frame)
    return caught.value


def refused_by_terminal(frame: bytes | str) -> WireError:
    with pytest.raises(WireError) as caught:
        decode_from_server(frame)
    return caught.value


def close_code(decode: Callable[[bytes | str], Message], frame: bytes | str) -> int | None:
    try:
        decode(frame)
    except WireError as error:
        return error.close_code
    return None


def ping(extra: str) -> bytes:
    return f'{{"type":"ping","at":1{extra}}}'.encode()


PUSH = '{{"type":"push","epoch":"e","ops":[{{"op_id":"o","dev_seq":1,"kind":"note.add","args":{}}}]}}'

HOSTILE: dict[str, tuple[bytes | str, int]] = {
    "empty": (b"", 1008),
    "not an object": (b"[]", 1008),
    "cut": (b'{"type":"ping","at":1', 1008),
    "two frames": (b'{"type":"ping","at":1}{"type":"ping","at":1}', 1008),
    "unknown type": (b'{"type":"pwn"}', 1008),
    "no type": (b'{"at":1}', 1008),
    "NaN": (b'{"type":"ping","at":NaN}', 1008),
    "infinity": (b'{"type":"ping","at":-Infinity}', 1008),
    "a number without end": (b'{"type":"ping","at":1e400}', 1008),
    "23 digits": (b'{"type":"ping","at":12345678901234567890123}', 1008),
    "23 digits, negative": (PUSH.format('{"x":-12345678901234567890123}'), 1008),
    "500,000 digits": (b'{"type":"ping","at":' + b"9" * 500_000 + b"}", 1008),
    "2^53 + 1": (PUSH.format('{"x":9007199254740993}'), 1008),
    "-2^53 - 1 in an array": (PUSH.format("[1,-9007199254740993]"), 1008),
    "deep 3000": (ping(',"x":' + "[" * 3000 + "]" * 3000), 1008),
    "deep 3000, objects": (ping(',"x":' + '{"a":' * 3000 + "1" + "}" * 3000), 1008),
    "deep 3000 in arguments": (PUSH.format("[" * 3000 + "]" * 3000), 1008),
    "deep and never closed": (b'{"a":' * 80_000, 1008),
    "bad UTF-8": (b'{"type":"ping","at":1,"x":"\xff"}', 1007),
    "bad UTF-8 in arguments": (PUSH.format('{"x":"?"}').encode().replace(b"?", b"\xc3\x28"), 1007),
    "half a surrogate pair": ('{"type":"ping","at":1,"x":"\ud800"}', 1007),
    "half a surrogate pair, escaped": (b'{"type":"login","ref":"\\ud800","name":"n","password":"p"}', 1008),
    "10 MB": (ping(',"x":"' + "a" * 10_000_000 + '"'), 1009),
    "10 MB of text": ('{"type":"ping","at":1,"x":"' + "陳" * 3_000_000 + '"}', 1009),
    "small in characters, too big in bytes": ('{"type":"ping","at":1,"x":"' + "陳" * 200_000 + '"}', 1009),
    "half-open strings": (b'"' + b'\\"' * 200_000, 1008),
    "quotes": (b'"' * 500_000, 1008),
    "backslashes": (b"\\" * 500_000, 1008),
    "too many ops": (b'{"type":"push","epoch":"e","ops":[' + b'{"op_id":"o","dev_seq":1,"kind":"k"},' * 501, 1008),
    "a key twice, of other types": (b'{"type":"ping","type":"pong","at":1}', 1008),
}


class TestHostileFrames:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_they_are_refused_with_their_close_code(self, name: str) -> None:
        frame, code = HOSTILE[name]
        error = refused_by_server(frame)
        assert error.close_code == code
        assert "\n" not in str(error)
        assert len(str(error)) < 1000

    def test_messages_of_the_other_end_are_refused(self) -> None:
        up_to = UpTo(set="org@clear", seq=1, head=1, chain="", count=0, digest="")
        assert refused_by_server(encode(up_to)).close_code == 1008
        push = Push(epoch="e", ops=())
        assert refused_by_terminal(encode(push)).close_code == 1008

    def test_a_key_twice_counts_as_it_stands_last(self) -> None:
        assert decode_from_terminal(b'{"type":"ping","at":1,"at":2}') == Ping(at=2.0)

    def test_what_we_do_not_know_is_passed_over(self) -> None:
        assert decode_from_terminal(ping(',"later":{"a":[1,2,{"b":null}]}')) == Ping(at=1.0)

    @given(frame=st.binary(max_size=200) | st.text(max_size=200))
    def test_anything_is_a_message_or_a_wire_error(self, frame: bytes | str) -> None:
        for decode in (decode_from_server, decode_from_terminal):
            assert close_code(decode, frame) in (None, 1007, 1008)

    @pytest.mark.parametrize("kind", get_args(FromTerminal), ids=named)
    @given(data=st.data())
    def test_a_broken_message_is_a_message_or_a_wire_error(self, kind: type[Message], data: st.DataObject) -> None:
        frame = bytearray(encode(data.draw(values_of(kind))))
        for _ in range(data.draw(st.integers(1, 4))):
            frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
        assert close_code(decode_from_terminal, bytes(frame)) in (None, 1007, 1008)


class TestDepth:
    @pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
    def test_sixteen_and_no_more(self, opening: str, closing: str) -> None:
        def nested(depth: int) -> bytes:
            inner = "[]" if opening == "[" else "{}"
            return ping(f',"x":{opening * (depth - 2)}{inner}{closing * (depth - 2)}')

        assert decode_from_terminal(nested(limits.DEPTH)) == Ping(at=1.0)
        assert "deeper" in str(refused_by_server(nested(limits.DEPTH + 1)))

    @pytest.mark.parametrize(
        "text", ["[" * 50, "]" * 50, '\\"' + "{" * 50, "\\\\", '\\\\\\"' + "[" * 50, "[\\", "}{" * 40]
    )
    def test_brackets_in_strings_do_not_count(self, text: str) -> None:
        frame = ping(f',"x":"{text}","y":[["{text}","{text}"]]')
        try:
            expected: Any = msgspec.json.decode(frame)
        except msgspec.DecodeError:
            assert refused_by_server(frame).close_code == 1008
        else:
            assert expected["at"] == 1
            assert decode_from_terminal(frame) == Ping(at=1.0)

    @given(
        value=st.recursive(
            st.text(st.sampled_from('[]{}"\\a0')) | st.integers(-9, 9) | st.just(10**15),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(st.sampled_from('[]{}"\\')), inner, max_size=3)
            ),
        ),
        wraps=st.integers(0, 18),
    )
    def test_the_scan_agrees_with_counting(self, value: Any, wraps: int) -> None:
        for _ in range(wraps):
            value = [value]
        frame = msgspec.json.encode({"type": "ping", "at": 1, "x": value})
        if 1 + _depth(value) <= limits.DEPTH:
            assert decode_from_terminal(frame) == Ping(at=1.0)
        else:
            assert "deeper" in str(refused_by_server(frame))


def _depth(value: Any) -> int:
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 0


class TestIntegers:
    @pytest.mark.parametrize("number", [2**53, -(2**53), 10**15])
    def test_up_to_2_to_the_53(self, number: int) -> None:
        assert decode_from_terminal(PUSH.format(f'{{"x":{number}}}'))

    @pytest.mark.parametrize("number", ["0.30000000000000004", "1763858286.1234567", "1e-300", "123456789012345678.5"])
    def test_long_fractions_are_no_integers(self, number: str) -> None:
        assert decode_from_terminal(f'{{"type":"ping","at":{number}}}') == Ping(at=float(number))

    def test_digits_in_strings_are_no_integers(self) -> None:
        hello = Hello(device="1" * 40, signature="2" * 4000, epoch='"' + "3" * 30)
        assert decode_from_terminal(encode(hello)) == hello

    def test_seqs_have_the_same_bounds(self) -> None:
        assert decode_from_server(encode(Need(epoch="e", n=2**53))) == Need(epoch="e", n=2**53)
        assert refused_by_terminal(b'{"type":"need","epoch":"e","n":-1}').close_code == 1008


def test_a_full_page_with_a_full_envelope_fits_into_a_frame() -> None:
    longest = Origin(op_id="o" * 64, seq=2**53)
    frame = changes_frame((longest,) * limits.ORIGINS_MAX, b" " * limits.PAGE_MAX)
    assert len(frame) < limits.FRAME_CAP
