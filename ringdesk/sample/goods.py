"""What a fictional shop sells, at prices of a Taiwanese department store, and how many somebody buys at once."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ringdesk.sample.draws import Draws


class Goods(msgspec.Struct, frozen=True):
    """`price` of one in NT$; `most` that a household buys at once; whether it has a `warranty`, is `worn` and so tried on
    before, is `fresh` and so eaten and never brought back."""

    name: str
    price: int
    most: int = 1
    warranty: bool = False
    worn: bool = False
    fresh: bool = False


GOODS: Final = (
    Goods("鳳梨酥禮盒", 480, most=6, fresh=True),
    Goods("生日蛋糕", 880, fresh=True),
    Goods("保溫瓶", 790, most=2),
    Goods("羊毛被", 3_980, most=2),
    Goods("手沖咖啡組", 1_680, warranty=True),
    Goods("除濕機濾網", 650, most=2),
    Goods("運動鞋", 2_480, most=2, worn=True),
    Goods("精華液", 1_580, most=2),
    Goods("嬰兒推車", 6_980, warranty=True),
    Goods("無線耳機", 2_990, warranty=True),
)
GIFT: Final = GOODS[0]
"""What companies order by the dozen."""
_DOZENS: Final = (20, 30, 40, 50, 60, 80, 100)


def liked(seed: int, member: str) -> tuple[Goods, ...]:
    """What a member buys again and again, and so asks about: one thing, up to three."""
    draws = Draws(seed, "likes", member)
    return tuple(dict.fromkeys(draws.pick(GOODS) for _ in range(1 + draws.below(3))))


_SUITS: Final[dict[str, Callable[[Goods], bool]]] = {
    "試穿": lambda goods: goods.worn,
    "保固": lambda goods: goods.warranty,
    "報修": lambda goods: goods.warranty,
    "試用": lambda goods: not goods.fresh,
    "新款": lambda goods: not goods.fresh,
    "退回": lambda goods: not goods.fresh,
    "退款": lambda goods: not goods.fresh,
}
"""Words of a phrase -> the goods that it can be about."""


def suiting(text: str, shelf: Sequence[Goods]) -> Sequence[Goods]:
    """What a phrase can be about: some of the `shelf` of a member, else some of what there is."""
    if "{dozen}" in text:
        return (GIFT,)
    checks = [suits for word, suits in _SUITS.items() if word in text]
    return [each for each in shelf if all(suits(each) for suits in checks)] or [
        each for each in GOODS if all(suits(each) for suits in checks)
    ]


def filled(draws: Draws, text: str, goods: Goods, name: str) -> str:
    """A phrase about goods, which go by `name`: how many there are, and what these cost. Whoever asks for a quote is a
    company."""
    dozen, few = draws.pick(_DOZENS), 1 + draws.skewed(goods.most)
    return text.format(goods=name, count=few, dozen=dozen, amount=goods.price * few)
