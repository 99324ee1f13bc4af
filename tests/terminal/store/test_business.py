"""The agenda, answers, marks, the team: entries that follow their rows, also after an index is made anew."""

from pathlib import Path

from ringdesk.articles import ArticleKind
from ringdesk.dispositions import BUILT_IN
from ringdesk.marks import MarkLabel
from ringdesk.ops import (
    ArticleAsk,
    ArticleSave,
    DispositionSave,
    NumberMarked,
    PresenceSet,
    TaskAdd,
    TaskDone,
    TaskFields,
    TaskReopen,
    TaskUpdate,
)
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeLines, SafeText
from terminal.desk.business import Business
from terminal.serverclock import ServerClock
from terminal.store import index
from terminal.store.connection import Transaction
from terminal.store.edit import Happened
from terminal.store.replica import Store
from tests.terminal.store.model import ACTOR, Ids, Server

NOON = 1_800_000_000.0


async def opened(folder: Path) -> Store:
    store = await Store.open(folder, ids=Ids(), clock=ServerClock(lambda: NOON))
    await store.welcomed(Server().welcome())
    return store


async def rebuilt(store: Store) -> None:
    def work(tx: Transaction) -> Happened:
        index.rebuild(tx)
        return Happened()

    await store._write(work)


async def test_the_agenda_is_in_the_order_of_what_is_due(tmp_path: Path) -> None:
    store = await opened(tmp_path)

    async def add(title: str, due: str | None, assignee: str | None = None) -> str:
        when = None if due is None else SafeText(due)
        args = TaskAdd(title=SafeText(title), due=when, assignee=assignee)
        return (await store.save(args, actor=ACTOR)).op_id

    await add("whenever", None)
    late = await add("late", "2026-11-20")
    await add("hers", "2026-11-21", "p-lin")
    noon = await add("noon", "2026-11-26T12:00:00")
    business = Business(store, ACTOR.person)

    async def titles(*, mine: bool) -> list[str]:
        return [str(task.title) for task in await business.agenda(mine=mine)]

    assert await titles(mine=False) == ["late", "hers", "noon", "whenever"]
    assert await titles(mine=True) == ["late", "noon", "whenever"]
    await store.save(TaskDone(task=late), actor=ACTOR)
    await store.save(TaskUpdate(task=noon, fields=TaskFields(due=None)), actor=ACTOR)
    assert await titles(mine=True) == ["whenever", "noon"]
    await store.save(TaskReopen(task=late), actor=ACTOR)
    await rebuilt(store)
    assert await titles(mine=False) == ["late", "hers", "whenever", "noon"]
    await store.close()


async def test_answers_are_found_in_both_languages_and_questions_are_kept(tmp_path: Path) -> None:
    store = await opened(tmp_path)

    async def answer(title: str, text: str, *keywords: str) -> str:
        words = tuple(SafeText(word) for word in keywords)
        args = ArticleSave(kind=ArticleKind.ANSWER, title=SafeText(title), text=SafeLines(text), keywords=words)
        return (await store.save(args, actor=ACTOR)).op_id

    returns = await answer("退貨期限", "收到七天內可以退貨，運費由本店負擔。", "refund")
    card = await answer("會員卡補發", "帶證件到任一門市補發。")
    delivery = await answer("Delivery times", "We deliver in two days.")
    business = Business(store, ACTOR.person)

    async def found(query: str) -> list[str]:
        return [article.id for article in await business.answers(query)]

    for _ in range(2):
        assert await found("請問可以退貨嗎") == [returns]
        assert await found("refund") == [returns]
        assert await found("會員卡掉了怎麼補發") == [card]
        assert await found("how long is the delivery") == [delivery]
        assert await found("停車場") == []
        assert await found('"*()') == []
        await rebuilt(store)
    retire = ArticleSave(article=returns, kind=ArticleKind.ANSWER, title=SafeText("退貨期限"), retired=True)
    await store.save(retire, actor=ACTOR, base={"article": 1})
    assert await found("退貨") == []
    await store.save(ArticleAsk(text=SafeText("停車場在哪裡")), actor=ACTOR)
    assert [row.title for row in await business.questions()] == ["停車場在哪裡"]
    await store.close()


async def test_notices_hold_between_their_days_and_in_their_stores(tmp_path: Path) -> None:
    store = await opened(tmp_path)

    async def notice(title: str, starts: str | None, ends: str | None, *stores: str) -> None:
        args = ArticleSave(
            kind=ArticleKind.NOTICE,
            title=SafeText(title),
            starts=None if starts is None else SafeText(starts),
            ends=None if ends is None else SafeText(ends),
            stores=tuple(SafeText(each) for each in stores),
        )
        await store.save(args, actor=ACTOR)

    home = (await store.standing()).store
    await notice("always", None, None)
    await notice("this week", "2026-11-23", "2026-11-29", home)
    await notice("elsewhere", None, None, "nowhere")
    business = Business(store, ACTOR.person)
    assert {str(row.title) for row in await business.notices("2026-11-26")} == {"always", "this week"}
    assert {str(row.title) for row in await business.notices("2026-11-30")} == {"always"}
    await store.close()


async def test_marks_team_and_dispositions(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    number = NumberMarked(raw=SafeText("02-1234-5678"), e164="+886212345678", label=MarkLabel.JUNK)
    mark = (await store.save(number, actor=ACTOR)).op_id
    found = await store.mark("+886212345678")
    assert found is not None
    assert (found.id, found.label) == (mark, MarkLabel.JUNK)
    back = NumberMarked(mark=mark, raw=number.raw, e164=number.e164, label=MarkLabel.NONE)
    await store.save(back, actor=ACTOR)
    await rebuilt(store)
    assert await store.mark("+886212345678") is None

    await store.save(PresenceSet(state=PresenceState.BREAK), actor=ACTOR)
    assert [(row.id, row.state) for row in await store.team()] == [(ACTOR.person, "break")]

    business = Business(store, ACTOR.person)
    assert await business.dispositions() == BUILT_IN
    await store.save(DispositionSave(code="tasting", title=SafeText("試喝"), rank=0), actor=ACTOR)
    assert (await business.dispositions())[0].title == "試喝"
    await store.close()
