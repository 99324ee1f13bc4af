"""How this device stands with its server: a single value, kept in the replica and changed in the transaction it belongs to."""

from typing import Final

import msgspec

from ringdesk.safetext import SafeText, decode_hook, encode_hook
from ringdesk.wire.values import Line, OfflineCaps, Proof
from terminal.serverclock import Told
from terminal.store.connection import Transaction


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """`epoch` is this life of the device, `last` the dev_seq of the newest op numbered in it, `answered` the last with an
    answer. `proof` is the highest ever seen of this `server_epoch`. `lease` in seconds since 1970 (0: none given).
    `divergences` counts the times that a set differed from the server's and was fetched again. `key` is the public key that
    was enrolled, `code` a hash of the code by which it was. `told` is the server's time as last told.
    """

    device: str = ""
    cls: str = "desk"
    store: str = "main"
    organisation: SafeText = SafeText("")
    epoch: str = ""
    last: int = 0
    answered: int = 0
    server_epoch: str = ""
    timeline: str = ""
    proof: Proof = Proof()
    lease: float = 0.0
    caps: OfflineCaps = OfflineCaps()
    lines: tuple[Line, ...] = ()
    audit_head: str = ""
    divergences: int = 0
    key: str = ""
    code: str = ""
    told: Told = Told()


_ENCODER: Final = msgspec.json.Encoder(enc_hook=encode_hook)
_DECODER: Final = msgspec.json.Decoder(Standing, dec_hook=decode_hook)


def standing(tx: Transaction) -> Standing:
    """The device's standing; that of a device nobody knows before its enrolment."""
    body = tx.value("select value from meta where name = 'standing'")
    return Standing() if body is None else _DECODER.decode(body)


def stand(tx: Transaction, new: Standing) -> None:
    """Keep a new standing."""
    tx.do("insert or replace into meta (name, value) values ('standing', ?)", _ENCODER.encode(new))


def proven(old: Standing, *proofs: Proof) -> Standing:
    """With the highest of the proofs seen. An empty chain proves nothing."""
    best = max((old.proof, *(proof for proof in proofs if proof.chain)), key=lambda proof: proof.seq)
    return old if best is old.proof else msgspec.structs.replace(old, proof=best)
