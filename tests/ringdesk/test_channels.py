"""channels: who holds what, what a till sees, and the digest of a set."""

import re
from typing import Any

import msgspec.inspect as inspect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import channels
from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import Call, Called, Caller, Direction, Leg, LegState, SourceKey, Via
from ringdesk.channels import (
    Digest,
    channel_of,
    content_digest,
    is_masked,
    masked_number,
    masked_text,
    project,
    sets_of,
    split,
)
from ringdesk.dispositions import Disposition
from ringdesk.errors import BadInput
from ringdesk.marks import NumberMark
from ringdesk.members import Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.ops import ROW_TYPES, Row, encode
from ringdesk.presence import Presence
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind
from tests.ringdesk.shapes import values_of


class TestSets:
    def test_rows_belong_to_the_organisation_and_calls_to_their_store(self) -> None:
        assert channel_of("member", Member(id="m1")) == "org"
        assert channel_of("call", Call(id="c1", site="east")) == "store:east"
        assert channel_of("call", Call(id="c1")) == "store:main"
        with pytest.raises(BadInput):
            channel_of("ledger", Member(id="m1"))

    def test_a_till_holds_masked_sets(self) -> None:
        assert sets_of("desk", "main") == ("org@clear", "store:main@clear")
        assert sets_of("console", "east") == ("org@clear", "store:east@clear")
        assert sets_of("till", "main") == ("org@masked", "store:main@masked")
        with pytest.raises(BadInput):
            sets_of("kiosk", "main")

    @pytest.mark.parametrize("cls", ["desk", "till", "console"])
    @given(store=st.text(min_size=1, max_size=20))
    def test_a_name_is_read_back_whatever_the_store_is_called(self, cls: str, store: str) -> None:
        for name in sets_of(cls, store):
            channel, projection = split(name)
            assert f"{channel}@{projection}" == name

    @pytest.mark.parametrize("name", ["", "org", "@clear", "org@", "org@everything"])
    def test_another_name_is_refused(self, name: str) -> None:
        with pytest.raises(BadInput):
            split(name)


class TestMasks:
    @pytest.mark.parametrize(
        ("raw", "e164", "shown"),
        [
            ("0912-345-678", "+886912345678", "***678"),
            ("０９１２３４５６７８", None, "***678"),
            ("2698-2989 分機 12", "+886226982989", "***989"),
            ("110", None, "***"),
            ("", None, "***"),
        ],
    )
    def test_a_number_is_its_tail(self, raw: str, e164: str | None, shown: str) -> None:
        assert masked_number(raw, e164) == shown
        assert is_masked(masked_number(raw, e164))

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("call 0912-345-678 back", "call ***678 back"),
            ("+886 912 345 678", "***678"),
            ("(02)2698-2989", "(***989"),
            ("０９１２－３４５－６７８", "***678"),
            ("on 2026-12-31 at 10:30, table 12, NT$1,240", "on 2026-12-31 at 10:30, table 12, NT$1,240"),
            ("2026-12-31 0912345678", "2026-12-31 ***678"),
        ],
    )
    def test_numbers_in_text_are_masked_and_dates_stay(self, text: str, shown: str) -> None:
        assert masked_text(text) == shown

    def test_clear_is_the_row_itself(self) -> None:
        row = Member(id="m1", numbers=(MemberNumber(raw=SafeText("0912345678")),))
        assert project("member", row, "clear") is row

    def test_a_member_code_that_is_the_number_is_masked_too(self) -> None:
        number = MemberNumber(raw=SafeText("0912 345 678"), e164="+886912345678")
        by_number = project("member", Member(id="m1", code=SafeText("0912345678"), numbers=(number,)), "masked")
        by_card = project("member", Member(id="m1", code=SafeText("4710088412345"), numbers=(number,)), "masked")
        assert isinstance(by_number, Member)
        assert isinstance(by_card, Member)
        assert (by_number.code, by_card.code) == ("***678", "4710088412345")

    def test_every_kind_has_a_mask_and_the_unknown_shows_nothing(self) -> None:
        assert set(channels._MASKS) == set(ROW_TYPES)
        with pytest.raises(BadInput):
            project("member", Member(id="m1"), "everything")
        with pytest.raises(BadInput):
            project("ledger", Member(id="m1"), "masked")


NUMBERS = st.from_regex(r"(\+886|0)[1-9][0-9]{7,8}", fullmatch=True)
DRESS = st.sampled_from(["{}", " {} ", "tel:{}", "{} 分機", "家 {}"])


@given(number=NUMBERS, dress=DRESS, cut=st.integers(3, 7), separator=st.sampled_from(["", " ", "-", ".", " - ", "）"]))
def test_no_masked_row_holds_more_than_a_tail(number: str, dress: str, cut: int, separator: str) -> None:
    typed = dress.format(number[:cut] + separator + number[cut:])
    e164 = number if number.startswith("+") else None
    text = SafeText(typed)
    rows: dict[str, Row] = {
        "member": Member(
            id="m",
            code=SafeText(number),
            name=text,
            numbers=(MemberNumber(raw=text, e164=e164, label=text),),
            tags=(text,),
            flags=(text,),
            facts=(text,),
        ),
        "note": Note(id="n", text=SafeLines(f"{typed}\n{typed}")),
        "task": Task(id="t", title=text, number=text),
        "contact": Contact(id="k", member="m", kind=ContactKind.CONFLICT, at=0.0, text=text, state=text),
        "call": Call(
            id="c",
            direction=Direction.OUT,
            caller=Caller(raw=text, e164=e164, name=text),
            called=Called(raw=text, line=text, queue=text),
            via=Via(raw=text),
            answered_by=text,
            legs=(Leg(text, LegState.RINGING),),
            sources=(SourceKey("s", number),),
        ),
        "presence": Presence(id="p", text=text),
        "disposition": Disposition(id="order"),
        "article": Article(id="a", kind=ArticleKind.QUESTION, title=text, text=SafeLines(typed)),
        "mark": NumberMark(id="x", raw=text, e164=e164, text=text),
    }
    assert set(rows) == set(ROW_TYPES)
    for kind, row in rows.items():
        shown = encode(project(kind, row, "masked")).decode()
        assert all(len(run) <= channels.TAIL for run in re.findall(r"[0-9]+", shown)), shown


@pytest.mark.parametrize("raw", ["***000", "***", "***7", "***0912345678", "***５５５", "****123"])
def test_a_tail_stays_and_nothing_else_passes_for_one(raw: str) -> None:
    once = channels.masked_number(raw)
    assert channels.masked_number(once) == once
    assert len(re.findall(r"[0-9]", once)) <= channels.TAIL


@pytest.mark.parametrize("kind", sorted(ROW_TYPES))
@given(data=st.data())
def test_masking_is_total_and_done_once(kind: str, data: st.DataObject) -> None:
    row: Any = data.draw(values_of(ROW_TYPES[kind]))
    once = project(kind, row, "masked")
    assert project(kind, once, "masked") == once
    assert (once.id, channel_of(kind, once)) == (row.id, channel_of(kind, row))


class TestDigests:
    @given(images=st.lists(st.integers(0, 2**128 - 1), max_size=8), seed=st.randoms(use_true_random=False))
    def test_the_order_does_not_matter_and_removing_undoes(self, images: list[int], seed: Any) -> None:
        def total(order: list[int]) -> Digest:
            digest = Digest()
            for image in order:
                digest = digest.add(image)
            return digest

        shuffled = images.copy()
        seed.shuffle(shuffled)
        digest = total(images)
        assert digest == total(shuffled)
        for image in shuffled:
            digest = digest.remove(image)
        assert digest == Digest()

    def test_every_part_of_an_image_counts(self) -> None:
        images = [
            ("note", "a", 1, b"{}"),
            ("task", "a", 1, b"{}"),
            ("note", "b", 1, b"{}"),
            ("note", "a", 2, b"{}"),
            ("note", "a", 1, b"{ }"),
            ("note", "a\n{}", 1, b""),
        ]
        assert len({content_digest(*image) for image in images}) == len(images)
        assert all(0 <= content_digest(*image) < 2**128 for image in images)

    @given(count=st.integers(0, 2**53), value=st.integers(0, 2**128 - 1))
    def test_its_text_is_read_back(self, count: int, value: int) -> None:
        digest = Digest(count, value)
        assert len(digest.hex) == 32
        assert Digest.read(count, digest.hex) == digest

    def test_other_text_is_refused(self) -> None:
        with pytest.raises(BadInput):
            Digest.read(0, "no digest")


NAMES_OF_IDS = frozenset(
    [
        "id",
        "member",
        "call",
        "parent",
        "author",
        "assignee",
        "done_by",
        "merged_into",
        "claimed_by",
        "handed_by",
        "device",
        "site",
    ]
)
"""Fields that hold an id or a row's place: they are checked as such (`server.accept.intents`), and lead a till to the row."""


def filled(shape: Any, text: str, path: str = "") -> Any:
    """A value of a type in which every text is `text`, but for ids and enumerations."""
    match shape:
        case inspect.StructType():
            fields = {
                field.name: "m1" if field.name in NAMES_OF_IDS else filled(field.type, text, f"{path}.{field.name}")
                for field in shape.fields
            }
            return shape.cls(**fields)
        case inspect.CustomType():
            return shape.cls(text)
        case inspect.StrType():
            return text
        case inspect.VarTupleType():
            return (filled(shape.item_type, text, path),)
        case inspect.UnionType():
            return filled(next(each for each in shape.types if not isinstance(each, inspect.NoneType)), text, path)
        case inspect.EnumType():
            return next(iter(shape.cls))
        case inspect.DictType():
            return {}
        case inspect.IntType() | inspect.FloatType():
            return 0
        case inspect.BoolType():
            return False
    raise AssertionError(f"{path}: {shape}")


@pytest.mark.parametrize("kind", sorted(ROW_TYPES))
@pytest.mark.parametrize("number", ["0912345678", "call +886 912-345-678 back"])
def test_no_text_of_any_field_shows_a_number_to_a_till(kind: str, number: str) -> None:
    """Also of a field that somebody adds tomorrow."""
    row = filled(inspect.type_info(ROW_TYPES[kind]), number)
    shown = encode(project(kind, row, "masked")).decode()
    assert b"345" in encode(row)
    assert "345" not in shown, shown


@pytest.mark.parametrize("kept", ["2026-12-31", "2026-12-31T10:00:00Z", "2026-12-31 10:00:00.123456+00:00"])
def test_a_till_can_tell_when_something_is_due(kept: str) -> None:
    row = project("task", Task(id="t", due=SafeText(kept)), "masked")
    assert isinstance(row, Task)
    assert row.due == kept
