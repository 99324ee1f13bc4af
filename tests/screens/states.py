"""The states of the desk, in one table: how to come there by news and keys, and whom each must name where."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import Call, Caller, CallState, Outcome, Presentation
from ringdesk.dialects import Level
from ringdesk.marks import MarkLabel
from ringdesk.members import MemberNumber
from ringdesk.notes import Note
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task, TaskKind
from ringdesk.timeline import Contact, ContactKind
from ringdesk.why import Why
from terminal.callerid import health
from terminal.desk import Card
from terminal.desk.values import LostCall
from terminal.news import CallNews, HealthNews, RowNews, SyncNews
from terminal.screens.wrapup import Mode, WrapUp
from terminal.sync import link
from tests.screens.harness import SMALL, WIDE, Running
from tests.screens.test_layout import CHEN, LIN
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, member, plain_card, pop

MORNING: Final = NOW - (7 * 3600 + 43 * 60 + 7)
"""2026-11-24 09:00 in Taipei."""
SPOUSE = member("104234", "陳建宏", "0912-345-678", honorific=SafeText("先生"), home_store=SafeText("信義店"))
CAST: Final = tuple(who.name for who in (LIN, CHEN, SPOUSE))
STRANGER: Final = Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)
NUMBER: Final = "0965-118-402"


class State(msgspec.Struct, kw_only=True):
    """One state. `about` is in the title of every panel about the person, and nobody else is; `banner` names exactly these
    people; every panel of `where` that is in sight names whom it says."""

    script: Callable[[Running], Awaitable[None]]
    about: str | tuple[str, str] = ""
    """One text, or one a language."""
    banner: tuple[str, ...] = ()
    where: dict[str, str] = {}
    sizes: tuple[tuple[int, int], ...] = (WIDE, SMALL)
    desk: Callable[[], ScriptedDesk]
    apart: tuple[str, ...] = ()
    """Panels about the person that show something else just now."""
    named: bool = True
    """Whether there are panels to name somebody: not under the lock, not in a window that is too small."""
    start: dict[str, Any] = {}
    """What the app is started with."""


STATES: Final[dict[str, State]] = {}
REASONS: Final = (health, link)
"""The rooms that put the reasons of their troubles into words."""


def lins_card() -> Card:
    def contact(ident: str, kind: ContactKind, days: float, text: str, who: str = "", **more: Any) -> Contact:
        at = NOW - days * 86400
        return Contact(id=ident, member=LIN.id, kind=kind, at=at, text=SafeText(text), who=SafeText(who), **more)

    complaint = "complaint"
    noted = Note(
        id="n2",
        member=LIN.id,
        call="old",
        text=SafeLines("郵寄的茶罐凹損，客人要求換新。\n已請信義店備新品，10/28 宅配送達。"),
        author_name=SafeText("淑惠"),
        at=NOW - 28 * 86400,
    )
    asked = Note(
        id="n1",
        member=LIN.id,
        text=SafeLines("公司年底要送客戶，問提袋能不能印上公司名。可以，滿 20 份免費。"),
        author=ME,
        author_name=SafeText("雅婷"),
        at=NOW - 6 * 86400,
    )
    return msgspec.structs.replace(
        plain_card(LIN),
        greeting=SafeText("林女士您好"),
        timeline=(
            contact("p1", ContactKind.PURCHASE, 5.9, "阿里山高山茶 150 克兩罐", "佳穎", state=SafeText("NT$1,360")),
            contact("c2", ContactKind.CALL_IN, 9.3, "inquiry", "怡君", state=SafeText("answered")),
            contact("e1", ContactKind.EMAIL, 12.8, "補寄電子發票 AB-20931847", "雅婷"),
            contact("v1", ContactKind.VISIT, 20.9, "品茶會報到，信義店", "佳穎"),
            contact("c1", ContactKind.CALL_IN, 28.2, complaint, "淑惠", call="old", state=SafeText("answered")),
            contact("m1", ContactKind.MISSED, 66.9, "", state=SafeText("missed")),
            contact("l1", ContactKind.MESSAGE, 71.3, "升等銀卡通知", "家豪"),
        ),
        tasks=(
            Task(id="k1", member=LIN.id, title=SafeText("追收欠款 NT$320"), due=SafeText("2026-11-22")),
            Task(id="k2", member=LIN.id, title=SafeText("回報禮盒團購報價"), due=SafeText("2026-11-24T09:30:00Z")),
            Task(id="k3", member=LIN.id, title=SafeText("寄送壽星券"), due=SafeText("2026-12-05")),
        ),
        notes=(asked, noted),
    )


def a_desk() -> ScriptedDesk:
    """A desk in its afternoon: a team, things to do, calls that nobody had, answers and notices."""
    made = ScriptedDesk({LIN.id: lins_card(), CHEN.id: plain_card(CHEN), SPOUSE.id: plain_card(SPOUSE)})

    def callback(ident: str, opens: str | None, due: str, **more: Any) -> Task:
        return Task(
            id=ident,
            kind=TaskKind.CALLBACK,
            opens=SafeText(opens) if opens else None,
            due=SafeText(due),
            at=MORNING - 600,
            **more,
        )

    made.business.tasks = [
        callback("b1", None, "2026-11-24T01:30:00Z", title=SafeText("回電"), number=SafeText("+886965118402")),
        callback("b2", "2026-11-24T09:00:00Z", "2026-11-24T09:30:00Z", title=SafeText("報價"), member=CHEN.id),
        Task(id="a1", title=SafeText("寄發票 AB-20931847"), due=SafeText("2026-11-23"), assignee=ME, member=CHEN.id),
        Task(id="a2", title=SafeText("盤點禮盒"), due=SafeText("2026-11-25"), assignee=ME),
    ]
    night = call("night", CHEN, state=CallState.ENDED, outcome=Outcome.MISSED, started=MORNING - 1900)
    made.business.lost = [LostCall(night, CHEN)]
    made.business.born_today = [SPOUSE]
    made.business.pages = [
        Article(
            id="q1",
            kind=ArticleKind.ANSWER,
            title=SafeText("可以停車嗎？"),
            text=SafeLines("地下停車場，滿 NT$500 折抵一小時。"),
        ),
        Article(
            id="n1",
            kind=ArticleKind.NOTICE,
            title=SafeText("板橋店今天 20:00 提早打烊"),
            text=SafeLines("機房檢修，明天照常營業。"),
            author_name=SafeText("淑惠"),
            at=NOW - 3600,
        ),
    ]
    made.business.people = [
        Presence(id=ME, name=SafeText("雅婷"), state=PresenceState.READY, since=NOW - 900),
        Presence(id="p-mei", name=SafeText("美惠"), state=PresenceState.READY, since=NOW - 60),
        Presence(id="p-an", name=SafeText("安安"), state=PresenceState.BUSY, since=NOW - 90, member=SPOUSE.id),
        Presence(id="p-hao", name=SafeText("家豪"), state=PresenceState.BREAK, since=NOW - 725),
    ]
    return made


def state(**more: Any) -> Callable[[Callable[[Running], Awaitable[None]]], Callable[[Running], Awaitable[None]]]:
    """Enter a script into the table under its name."""

    def entered(script: Callable[[Running], Awaitable[None]]) -> Callable[[Running], Awaitable[None]]:
        STATES[script.__name__] = State(script=script, **{"desk": a_desk, **more})
        return script

    return entered


# steps


async def rings(run: Running, ringing: Call, card: Card | None = None, *others: Any, **more: Any) -> None:
    run.desk.publish(msgspec.structs.replace(pop(ringing, card, *others), **more))
    await run.settle()


async def keys(run: Running, *pressed: str) -> None:
    """All at once: what opens something for the next key has done it by then. Of remapped keys those that they are now."""
    await run.pilot.press(*(run.changed.get(key, key) if len(key) > 1 else key for key in pressed))
    await run.settle()


async def serves(run: Running, typed: str = "") -> None:
    """Lin is served on line 1."""
    await rings(run, call("c1", LIN, line="1"), lins_card())
    await keys(run, "f2")
    if typed:
        run.screen.area.insert(typed)
        await run.settle()


async def chen_rings(run: Running) -> None:
    await rings(run, call("c2", CHEN), plain_card(CHEN))


async def goes_to(run: Running, pane: str) -> None:
    run.screen.panes.go(pane)
    await run.settle()


# an idle desk


@state(start={"at": MORNING})
async def home_in_the_morning(run: Running) -> None:
    """Nothing happens."""


@state(desk=ScriptedDesk)
async def home_when_all_is_clear(run: Running) -> None:
    """Nothing is there to do."""


@state(about=LIN.name, where={"missed": CHEN.name})
async def missed_and_callbacks(run: Running) -> None:
    run.desk.publish(pop(call("m", LIN), lins_card()), CallNews(call("m", LIN, state=CallState.ENDED)))
    run.desk.publish(CallNews(call("s", CHEN, line="3", state=CallState.RING_STOPPED)))
    await goes_to(run, "missed")


@state()
async def the_team(run: Running) -> None:
    await goes_to(run, "team")


# who rings


@state(about=LIN.name, banner=(LIN.name,), where={"lines": LIN.name})
async def a_member_rings(run: Running) -> None:
    await rings(run, call("c1", LIN, line="1"), lins_card())


@state(about="0912-345-678", where={"card": SPOUSE.name})
async def several_people_on_one_number(run: Running) -> None:
    await rings(run, call("c1", LIN, line="1"), lins_card(), SPOUSE)


@state(about=NUMBER, where={"lines": NUMBER, "banner": NUMBER})
async def an_unknown_number_rings(run: Running) -> None:
    await rings(run, call("u", caller=STRANGER))


@state(about=("Withheld number", "隱藏號碼"))
async def a_withheld_number_rings(run: Running) -> None:
    await rings(run, call("w", caller=Caller(SafeText("P"), None, Presentation.PRIVATE)))


@state(where={"lines": NUMBER})
async def a_junk_number_rings(run: Running) -> None:
    await rings(run, call("u", caller=STRANGER), mark=MarkLabel.JUNK)
    await goes_to(run, "lines")


@state(about=LIN.name, banner=(LIN.name,))
async def a_colleague_took_it(run: Running) -> None:
    await rings(run, call("c1", LIN, line="1"), lins_card())
    run.desk.publish(CallNews(call("c1", LIN, line="1", state=CallState.ANSWERED), claimed_name=SafeText("美惠")))
    await run.settle()


# on a call


@state(about=LIN.name, banner=(LIN.name,), where={"lines": LIN.name})
async def on_a_call_with_half_a_note(run: Running) -> None:
    await serves(run, "詢問年節禮盒團購，公司要 30 份。\n已報價每份 NT$880，滿 30 份打 95 折，")


@state(about=LIN.name, banner=(LIN.name,))
async def a_promise_in_the_note(run: Running) -> None:
    await serves(run, "今天 17:30 回電")


@state(about=LIN.name, banner=(LIN.name,))
async def a_promise_kept_as_a_task(run: Running) -> None:
    await serves(run, "今天 17:30 回電")
    await keys(run, "ctrl+backslash")


@state(about=LIN.name, banner=(LIN.name, CHEN.name), where={"lines": CHEN.name})
async def another_rings_while_one_is_on_hold(run: Running) -> None:
    await serves(run, "等她查統編")
    await keys(run, "f5")
    await chen_rings(run)


@state(about=CHEN.name, banner=(CHEN.name, LIN.name), where={"lines": LIN.name})
async def the_second_call_was_taken(run: Running) -> None:
    await serves(run, "半則備註")
    await chen_rings(run)
    await keys(run, "f2")


@state(about=LIN.name, banner=(LIN.name, CHEN.name), where={"lines": CHEN.name})
async def a_colleague_hands_a_call(run: Running) -> None:
    await serves(run)
    mei = SafeText("美惠")
    given = call("c9", CHEN, state=CallState.ANSWERED, claimed_by=ME, handed_by="p-mei", handed_name=mei)
    run.desk.publish(CallNews(given, SafeText("雅婷"), mine=True, matches=pop(given, plain_card(CHEN)).matches))
    await run.settle()


@state(about=LIN.name, banner=(LIN.name,), where={"menu": LIN.name})
async def handing_on(run: Running) -> None:
    await serves(run, "要主管回")
    await keys(run, "ctrl+o")


@state(about=LIN.name, banner=(LIN.name,), where={"menu": LIN.name})
async def wrapping_up(run: Running) -> None:
    await serves(run, "已說明")
    await keys(run, "f4")


@state(about=LIN.name, where={"menu": LIN.name})
async def recording_a_meeting(run: Running) -> None:
    await keys(run, "slash", *"0912")
    await keys(run, "enter")
    await keys(run, "f4")


@state(about=LIN.name, banner=(LIN.name,), start={"wrap_up": WrapUp(Mode.TIMED, 30)})
async def the_work_after_a_call(run: Running) -> None:
    await serves(run, "已說明")
    run.desk.publish(CallNews(msgspec.structs.replace(run.desk.live["c1"], state=CallState.ENDED), mine=True))
    await run.settle()
    run.wall += 12
    run.screen.tick()
    await run.settle()


@state(about=LIN.name, banner=(LIN.name,), where={"menu": LIN.name})
async def promising_a_callback(run: Running) -> None:
    await serves(run)
    await keys(run, "f8")


@state(about=NUMBER, where={"banner": NUMBER})
async def registering_an_unknown_caller(run: Running) -> None:
    await rings(run, call("u", caller=STRANGER))
    await keys(run, "f2")
    await keys(run, "ctrl+r", *"Wang")


# what is known of the person


@state(about=LIN.name, banner=(LIN.name,))
async def calls_only_in_the_timeline(run: Running) -> None:
    await serves(run)
    await goes_to(run, "timeline")
    await keys(run, "c")


@state(about=LIN.name, banner=(LIN.name,), where={"page": LIN.name})
async def an_entry_read_whole(run: Running) -> None:
    await calls_only_in_the_timeline(run)
    await keys(run, "down", "enter")


@state(about=LIN.name, banner=(LIN.name,))
async def the_tasks_of_a_member(run: Running) -> None:
    await serves(run)
    await goes_to(run, "tasks")
    await keys(run, "enter")


# what is looked for


@state(where={"choices": LIN.name})
async def found(run: Running) -> None:
    await keys(run, "slash", *"678")


@state()
async def nobody_found(run: Running) -> None:
    await keys(run, "slash", *"999")


@state(about=LIN.name, banner=(LIN.name,))
async def the_palette(run: Running) -> None:
    await serves(run)
    await keys(run, "ctrl+p")


@state(about=LIN.name, banner=(LIN.name,))
async def an_answer(run: Running) -> None:
    await serves(run)
    await keys(run, "f12", *"停車")


@state(about=LIN.name, banner=(LIN.name,))
async def an_answer_read(run: Running) -> None:
    await serves(run)
    await keys(run, "f12", *"停車")
    await keys(run, "enter")


@state(about=LIN.name, banner=(LIN.name,))
async def no_answer(run: Running) -> None:
    await serves(run)
    await keys(run, "f12", *"寵物")


@state(about=LIN.name, banner=(LIN.name,))
async def help_on_a_call(run: Running) -> None:
    await serves(run)
    await keys(run, "f1")


@state()
async def the_notices(run: Running) -> None:
    run.screen.action_notices()
    await run.settle()


# how things stand


@state()
async def a_source_is_ill(run: Running) -> None:
    run.desk.publish(
        HealthNews("pbx", Level.OK, Why("line_ok", {"port": "10.0.0.4"}), label=SafeText("總機")),
        HealthNews("box", Level.WARNING, Why("line_without_numbers", {"count": "3"}), label=SafeText("來電盒")),
        SyncNews(connected=True, outbox=0, cursor=9),
    )
    await run.settle()


@state()
async def more_sources_than_there_is_room_for(run: Running) -> None:
    why = Why("line_without_numbers", {"count": "3"})
    ill = (HealthNews(name, Level.WARNING, why, label=SafeText(name), served=True) for name in ("north", "south"))
    well = (HealthNews(name, Level.OK, Why("line_ok"), label=SafeText(name)) for name in ("front", "back", "door"))
    run.desk.publish(*well, *ill, SyncNews(connected=True, outbox=0, cursor=9))
    await run.settle()


@state()
async def the_server_is_away(run: Running) -> None:
    run.desk.publish(SyncNews(connected=True, outbox=0, cursor=9))
    await run.settle()
    run.wall += 240
    why = Why("sync_down", {"reason": "[Errno 111] Connect call failed", "seconds": "8"})
    run.desk.publish(SyncNews(connected=False, outbox=3, cursor=9, why=why))
    await run.settle()


@state(named=False)
async def locked(run: Running) -> None:
    await serves(run, "半則備註")
    await chen_rings(run)
    await keys(run, "ctrl+g")


@state(named=False, sizes=((79, 24), (60, 20), (30, 8)))
async def too_small(run: Running) -> None:
    await serves(run)


# what has little room


@state(about=LIN.name, banner=(LIN.name,))
async def a_long_promise_in_the_note(run: Running) -> None:
    await serves(run, "明天 14:30 以前回電告訴她禮盒提袋印公司名的報價和最快到貨的日期，電話打 0912-345-678")


@state()
async def a_team_with_strangers(run: Running) -> None:
    """Colleagues serve callers whom nobody knows: all there is of these is a number."""
    strangers = {"k": "+886977001234", "l": "+886223456789", "m": "+81312345678"}
    names = ("王小明", "Christopher", "歐陽雅婷")
    for ident, e164 in strangers.items():
        caller = Caller(SafeText(e164), e164, Presentation.SHOWN)
        run.desk.publish(pop(call(ident, caller=caller, line="3")))
        run.desk.publish(
            CallNews(call(ident, caller=caller, line="3", state=CallState.ANSWERED), claimed_name=SafeText("美惠"))
        )
    for ident, name in zip(strangers, names, strict=True):
        state = PresenceState.WRAP_UP if ident == "l" else PresenceState.BUSY
        run.desk.publish(
            RowNews(Presence(id=f"p-{ident}", name=SafeText(name), state=state, since=NOW - 3700, call=ident))
        )
    await run.settle()
    await goes_to(run, "team")


@state(about=LIN.name, banner=(LIN.name,))
async def a_member_with_many_numbers(run: Running) -> None:
    others = {"(02)2345-6789": "公司", "(02)2712-0033": "家裡"}
    known = (*LIN.numbers, *(MemberNumber(SafeText(raw), None, SafeText(label)) for raw, label in others.items()))
    many = msgspec.structs.replace(LIN, numbers=known)
    run.desk.cards[LIN.id] = msgspec.structs.replace(lins_card(), member=many)
    await rings(run, call("c1", many, line="1"), run.desk.cards[LIN.id])
    await keys(run, "f2")
