"""A whole set at once: images in, every entry derived anew at the end. For the first filling and for measurements."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from ringdesk.channels import content_digest
from ringdesk.wire.values import Image
from terminal.store import index, pages
from terminal.store.connection import Transaction
from terminal.store.edit import Happened
from terminal.store.rows import refresh

_CHUNK: Final = 10_000


def install(tx: Transaction, name: str, images: Iterable[Image], seq: int, chain: str) -> Happened:
    """Replace a set by `images`, at cursor `seq`. Raises `BadInput` for a name that is no set."""
    pages.hold(tx, name)
    pages.restart(tx, name)
    tx.do("delete from image where held = ?", name)
    present = pages.held(tx, name)
    if present is None:
        raise AssertionError("the set is held")
    total, newest = present.sum, seq
    coming = iter(images)
    while chunk := list(islice(coming, _CHUNK)):
        for image in chunk:
            newest = max(newest, image.seq)
            if image.body is not None:
                total = total.add(content_digest(image.kind, image.id, image.seq, bytes(image.body)))
        tx.many(
            "insert into image (kind, id, held, life, seq, body, moved_to) values (?, ?, ?, ?, ?, ?, ?)",
            _lines(chunk, name, present.life),
        )
    new = msgspec.structs.replace(
        present, cursor=newest, chain=chain, swept=present.life, count=total.count, digest=total.hex
    )
    pages.keep(tx, new)
    for key in tx.all("select distinct kind, id from replay"):
        refresh(tx, key, None)
    index.rebuild(tx)
    return Happened()


def _lines(images: list[Image], name: str, life: int) -> Iterator[tuple[Any, ...]]:
    for image in images:
        body = None if image.body is None else bytes(image.body)
        yield (image.kind, image.id, name, life, image.seq, body, image.moved_to)
