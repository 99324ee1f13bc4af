import pytest

from ringdesk.dispositions import BUILT_IN, WRONG_NUMBER, Disposition
from ringdesk.safetext import SafeText
from terminal.desk.whocalls import greeting as said_by_the_desk
from terminal.widgets.speech import address, counted, greeting, titled
from tests.terminal.plain.talking import spoken
from tests.terminal.scripted_desk import call, member, plain_card, pop


@pytest.mark.parametrize(
    ("language", "name", "honorific", "says"),
    [("en", "林淑芬", "小姐", "Hello, Ms 林"),
     ("en", "林志明", "先生", "Hello, Mr 林"),
     ("en", "James Smith", "Mr.", "Hello, Mr. Smith"),
     ("en", "林", "先生", "Hello, Mr 林"),
     ("en", "歐陽娜娜", "女士", "Hello, Ms 歐陽"),
     ("en", "大同公司", "先生", "Hello, 大同公司"),
     ("zh_TW", "林", "Mr", "林先生您好"),
     ("zh_TW", "林明", "MS.", "林女士您好"),
     ("zh_TW", "歐陽娜娜", "女士", "歐陽女士您好"),
     ("zh_TW", "大同公司", "先生", "大同公司您好"),
     ("zh_TW", "王大明（台積電）", "先生", "王先生您好"),
     ("en", "林志明", "老師", "Hello, 林老師"),
     ("en", "林志明", "", "Hello, 林志明"),
     ("en", "王小姐", "小姐", "Hello, 王小姐"),
     ("en", "雅婷", "", "Hello, 雅婷"),
     ("en", "", "小姐", "Hello"),
     ("zh_TW", "王經理", "先生", "王經理您好"),
     ("zh_TW", "雅婷", "小姐", "雅婷小姐您好"),
     ("zh_TW", "Ms Wang", "Ms", "Ms Wang 您好"),
     ("zh_TW", "林淑芬", "小姐", "林小姐您好"),
     ("zh_TW", "林淑芬", "女士", "林女士您好"),
     ("zh_TW", "James Smith", "Mr", "Smith 先生您好"),
     ("zh_TW", "Ann Lee", "Miss", "Lee 小姐您好")],
)  # fmt: skip
def test_a_greeting_is_in_one_language(language: str, name: str, honorific: str, says: str) -> None:
    with spoken(language):
        who = member("m", name, "0912-345-678", honorific=SafeText(honorific))
        assert greeting(who) == says
        rings = pop(call("c1", who), plain_card(who))
        assert said_by_the_desk(rings.call, rings.matches) == says, "a program reads what the person does"


def test_an_address_that_nobody_knows_stays() -> None:
    with spoken("zh_TW"):
        assert address(member("m", "林志明", "0912-345-678", honorific=SafeText("Dr"))) == "Dr"


def test_no_address_stands_beside_a_name_that_has_one() -> None:
    with spoken("zh_TW"):
        assert address(member("m", "王小姐", "0912-345-678", honorific=SafeText("小姐"))) == ""
        assert address(member("m", "王小美", "0912-345-678", honorific=SafeText("Ms"))) == "女士"


def test_built_in_codes_are_in_the_language_of_the_desk_and_own_ones_as_written() -> None:
    own = Disposition(id=WRONG_NUMBER, title=SafeText("Not for us"))
    with spoken("zh_TW"):
        assert all(not titled(each).isascii() for each in BUILT_IN)
        assert titled(own) == "Not for us"
        assert titled(Disposition(id="vip-ring")) == "vip-ring"
    assert all(titled(each).isascii() for each in BUILT_IN)


@pytest.mark.parametrize(("count", "said"), [(1, "{count} change of Mei"), (2, "{count} changes of Mei")])
def test_one_and_many_are_counted_with_whose_they_are(count: int, said: str) -> None:
    name = SafeText("Mei")
    assert counted("{count} change of {name}", "{count} changes of {name}", count, name=name) == said.format(
        count=count
    )
    with pytest.raises(TypeError, match="SafeText"):
        counted("{count} of {name}", "{count} of {name}", count, name="\x1b")  # type: ignore[arg-type]
