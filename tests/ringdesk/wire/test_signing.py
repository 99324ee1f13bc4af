"""signing: what the server signed it knows again, and nothing else."""

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringdesk.errors import BadInput, Refused
from ringdesk.ops import Op
from ringdesk.safetext import SafeText
from ringdesk.wire import limits
from ringdesk.wire.signing import GrantBody, ServerKey, make_code, payload, payload_hash, read_code, secret_text
from ringdesk.wire.values import Answer
from tests.ringdesk.shapes import values_of

KEY = ServerKey(b"k" * 32)
OTHER = ServerKey(b"o" * 32)
GRANT = GrantBody(person="p1", name=SafeText("陳美"), device="d1", roles=("agent",), issued=100.0, expires=200.0)


class TestChain:
    def test_each_link_proves_itself_without_the_ones_before(self) -> None:
        chain = ""
        for seq in range(1, 6):
            chain = KEY.chain(chain, seq, [f"op{seq}"])
            assert KEY.proves(seq, chain)
            assert not KEY.proves(seq + 1, chain)
            assert not OTHER.proves(seq, chain)
            assert len(chain) == 64

    def test_a_link_depends_on_all_that_came(self) -> None:
        links = {
            KEY.chain("", 1, ["a", "b"]),
            KEY.chain("", 1, ["ab"]),
            KEY.chain("", 1, ["b", "a"]),
            KEY.chain("", 2, ["a", "b"]),
            KEY.chain("", 1, []),
            KEY.chain(KEY.chain("", 1, []), 1, ["a", "b"]),
            OTHER.chain("", 1, ["a", "b"]),
        }
        assert len(links) == 7
        assert KEY.chain("", 1, iter(["a"])) == KEY.chain("", 1, ("a",))

    def test_who_has_seen_nothing_proves_nothing(self) -> None:
        assert KEY.proves(0, "")
        assert not KEY.proves(1, "")

    @given(forged=st.text(max_size=70) | st.text("0123456789abcdef ", min_size=60, max_size=70))
    def test_another_text_is_no_proof(self, forged: str) -> None:
        assert not KEY.proves(7, forged)

    @given(place=st.integers(0, 63), digit=st.sampled_from("0123456789abcdef"))
    def test_one_changed_digit_is_no_proof(self, place: int, digit: str) -> None:
        chain = KEY.chain("", 1, ["a"])
        assume(chain[place] != digit)
        assert not KEY.proves(1, chain[:place] + digit + chain[place + 1 :])

    def test_a_proof_has_one_form(self) -> None:
        chain = KEY.chain("", 1, ["a"])
        assert not KEY.proves(1, f"{chain[:2]} {chain[2:]}")
        assert not KEY.proves(1, chain + "\n")

    def test_a_short_secret_is_refused(self) -> None:
        with pytest.raises(BadInput):
            ServerKey(b"short")


class TestGrants:
    @given(body=values_of(GrantBody))
    def test_a_grant_is_read_back(self, body: GrantBody) -> None:
        assert KEY.read_grant(KEY.grant(body)) == body

    def test_it_belongs_to_its_device_and_its_server(self) -> None:
        token = KEY.grant(GRANT)
        assert KEY.read_grant(token, "d1") == GRANT
        for key, device in ((KEY, "d2"), (OTHER, "d1")):
            with pytest.raises(Refused) as caught:
                key.read_grant(token, device)
            assert caught.value.code == "bad_grant"

    def test_roles_cannot_be_added(self) -> None:
        token = KEY.grant(GRANT)
        richer = OTHER.grant(msgspec.structs.replace(GRANT, roles=("admin",)))
        with pytest.raises(Refused):
            KEY.read_grant(richer.partition(".")[0] + "." + token.partition(".")[2])

    @pytest.mark.parametrize("token", ["", ".", "a.b", "陳.陳", "e30." + "A" * 43, "A" * 5000, "\x00"])
    def test_nonsense_is_refused(self, token: str) -> None:
        with pytest.raises(Refused):
            KEY.read_grant(token)

    def test_a_usual_grant_fits_its_field(self) -> None:
        assert len(KEY.grant(GRANT)) < limits.TOKEN / 4


class TestAnswers:
    def test_an_answer_is_known_again_also_under_another_number(self) -> None:
        answer = Answer(op_id="o1", dev_seq=4, result="merged", seq=9, chain="c", kept=("name",))
        signed = msgspec.structs.replace(answer, signature=KEY.sign_answer(answer, b"op"))
        assert KEY.said(signed, b"op")
        assert KEY.said(msgspec.structs.replace(signed, dev_seq=1), b"op")
        assert not OTHER.said(signed, b"op")
        assert not KEY.said(answer, b"op")

    def test_an_answer_vouches_for_no_other_op(self) -> None:
        answer = Answer(op_id="o1", dev_seq=4, result="applied", seq=9, chain="c")
        op = Op(op_id="o1", dev_seq=4, kind="note.add", args=msgspec.Raw(b'{"text":"x"}'))
        signed = msgspec.structs.replace(answer, signature=KEY.sign_answer(answer, payload(op)))
        assert KEY.said(signed, payload(msgspec.structs.replace(op, dev_seq=7, fact=True, said=msgspec.Raw(b"{}"))))
        for other in ({"args": msgspec.Raw(b'{"text":"y"}')}, {"kind": "task.add"}, {"base": {"name": 1}}, {"at": 1.0}):
            assert not KEY.said(signed, payload(msgspec.structs.replace(op, **other)))

    @pytest.mark.parametrize(
        "change",
        [
            {"op_id": "o2"},
            {"result": "applied"},
            {"seq": 8},
            {"chain": "d"},
            {"kept": ()},
            {"lost": ("tier",)},
            {"into": "m"},
        ],
    )
    def test_a_changed_answer_was_never_given(self, change: dict[str, object]) -> None:
        answer = Answer(op_id="o1", dev_seq=4, result="merged", seq=9, chain="c", kept=("name",))
        signed = msgspec.structs.replace(answer, signature=KEY.sign_answer(answer, b"op"))
        assert not KEY.said(msgspec.structs.replace(signed, **change), b"op")


class TestPayloads:
    def test_a_repeated_op_has_the_same_hash(self) -> None:
        op = Op(op_id="o1", dev_seq=4, kind="note.add", base={"b": 1, "a": 2}, args=msgspec.Raw(b'{"text":"x"}'))
        again = msgspec.structs.replace(op, dev_seq=9, grant="new", fact=True, mono=5, base={"a": 2, "b": 1})
        assert payload(op) == payload(again)
        assert payload_hash(b"s", payload(op)) == payload_hash(b"s", payload(again))
        assert payload_hash(b"s", payload(op)) != payload_hash(b"t", payload(op))

    @pytest.mark.parametrize(
        "change", [{"op_id": "o2"}, {"kind": "task.add"}, {"args": msgspec.Raw(b"{}")}, {"at": 1.0}, {"base": {"a": 1}}]
    )
    def test_another_op_has_another(self, change: dict[str, object]) -> None:
        op = Op(op_id="o1", dev_seq=4, kind="note.add", args=msgspec.Raw(b'{"text":"x"}'))
        assert payload(op) != payload(msgspec.structs.replace(op, **change))


SECRETS = st.binary(min_size=16, max_size=64)
FINGERPRINTS = st.just(b"") | st.binary(min_size=32, max_size=32)


class TestCodes:
    @given(secret=SECRETS, fingerprint=FINGERPRINTS)
    def test_a_code_is_read_back_however_it_is_typed(self, secret: bytes, fingerprint: bytes) -> None:
        code = make_code(secret, fingerprint)
        full_width = code.translate({ord(char): ord(char) + 0xFEE0 for char in code})
        typed = (
            code,
            code.lower(),
            code.replace("-", ""),
            f" {code.replace('-', '  ')}\n",
            full_width,
            code.replace("-", "–"),
        )
        misread = code.translate(str.maketrans("OIB", "018"))
        for text in (*typed, misread):
            assert read_code(text) == (secret_text(secret), fingerprint)

    @given(secret=SECRETS, fingerprint=FINGERPRINTS, data=st.data())
    def test_a_typing_error_is_told(self, secret: bytes, fingerprint: bytes, data: st.DataObject) -> None:
        code = make_code(secret, fingerprint).replace("-", "")
        place = data.draw(st.integers(0, len(code) - 2))  # the last letter has bits that mean nothing
        letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
        assume(code[place] != letter)
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        wrong = [code[:place] + letter + code[place + 1 :], code[:place] + code[place + 1 :], code + letter]
        for text in wrong if swapped == code else [*wrong, swapped]:
            with pytest.raises(BadInput, match="typing error"):
                read_code(text)

    @pytest.mark.parametrize("text", ["", "----", "A", "hello world", "陳", "AAAA-AAAA", "=" * 8, "\ud800"])
    def test_nonsense_is_a_typing_error(self, text: str) -> None:
        with pytest.raises(BadInput):
            read_code(text)

    def test_a_code_without_a_certificate_is_short_and_in_groups(self) -> None:
        groups = make_code(b"s" * 16).split("-")
        assert [len(group) for group in groups] == [4] * 8

    @pytest.mark.parametrize(("secret", "fingerprint"), [(b"short", b""), (b"s" * 65, b""), (b"s" * 16, b"f" * 20)])
    def test_a_code_that_could_be_guessed_is_not_made(self, secret: bytes, fingerprint: bytes) -> None:
        with pytest.raises(ValueError, match="16 to 64"):
            make_code(secret, fingerprint)
