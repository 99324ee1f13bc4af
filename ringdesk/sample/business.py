"""What a fictional shop says: its dispositions with scripts and templates, its answers, and what it announces today."""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

import msgspec

from ringdesk.articles import Article, ArticleKind
from ringdesk.dispositions import Disposition
from ringdesk.ids import RINGDESK_NAMESPACE
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.sample.contacts import STAFF, TAIPEI_TIME
from ringdesk.sample.draws import Draws
from ringdesk.sample.english import Speak, as_written

_ORDER: Final = """{name}您好，{store}{agent}為您服務。
請問要哪一項、幾份、哪一天取貨？
金額與取貨門市覆誦一次；要統編請先問。"""
_COMPLAINT: Final = """先道歉，不辯解：「{name}，讓您遇到這樣的事，真的很抱歉。」
請對方說完，覆誦一次，問希望怎麼處理。
說明下一步與時間，並在備註寫下承諾。"""
_BOOKING: Final = """請問日期、時間、人數，有沒有過敏或行動不便？
覆誦一次，並說明取消辦法。"""

_CODES: Final = (
    Disposition(id="inquiry", rank=1),
    Disposition(
        id="order",
        rank=2,
        script=SafeLines(_ORDER),
        template=SafeLines("品項：\n數量：\n取貨：{store}，日期 \n統編："),
        needs_note=True,
    ),
    Disposition(id="booking", rank=3, script=SafeLines(_BOOKING), template=SafeLines("日期：\n時間：\n人數：")),
    Disposition(
        id="complaint",
        rank=4,
        script=SafeLines(_COMPLAINT),
        template=SafeLines("經過：\n希望：\n承諾："),
        needs_note=True,
    ),
    Disposition(id="gift_box", title=SafeText("禮盒團購"), rank=5, template=SafeLines("份數：\n每份預算：\n交期：")),
)

_ANSWERS: Final[tuple[tuple[str, str, str], ...]] = (
    ("營業時間是幾點到幾點？", "每天 10:00 到 21:00；除夕到 18:00，初一公休。", "開門 打烊 幾點"),
    ("可以停車嗎？", "信義店與板橋店地下停車場，消費滿 NT$500 折抵一小時。", "停車場 折抵"),
    ("點數什麼時候到期？", "取得後次年 12 月 31 日到期；卡面與簡訊都會提醒。", "點數 過期 期限"),
    ("怎麼升級金卡？", "一年內消費滿 NT$12,000 自動升級，次月 1 日生效。", "會員 等級 升等"),
    ("商品有瑕疵怎麼換？", "七天內憑發票到任何門市換新；宅配的可由我們派人收回。", "退換貨 壞掉 破損"),
    ("可以退貨嗎？", "未拆封七天內可退，退回原付款方式，約五個工作天。", "退款 鑑賞期"),
    ("發票可以開統編嗎？", "可以，結帳前告知；已開立的發票當月可換開。", "統一編號 公司"),
    ("宅配要多久？", "本島隔日到，離島三到五天；滿 NT$1,500 免運費。", "運費 寄送 快遞"),
    ("可以指定到貨時間嗎？", "可選上午、下午、晚上三個時段，前一天 17:00 前可改。", "宅配 時段"),
    ("禮盒可以客製嗎？", "滿 30 份可印公司名，需七個工作天；滿 20 份附提袋。", "團購 企業 印字"),
    ("團購有折扣嗎？", "滿 30 份 95 折，滿 100 份 9 折，不與點數折抵併用。", "大量 優惠 報價"),
    ("含堅果嗎？過敏可以吃嗎？", "鳳梨酥與蛋糕在同一產線，可能含微量堅果；過敏者請選米果系列。", "過敏 成分 花生"),
    ("素食可以吃嗎？", "標示「全素」與「蛋奶素」的可以；鳳梨酥為蛋奶素。", "素食 蛋奶素 全素"),
    ("生日有什麼優惠？", "生日當月 9 折一次，並贈生日券，門市與線上都可用。", "壽星 生日禮"),
    ("會員卡掉了怎麼辦？", "報手機號碼即可累點；補辦實體卡 NT$50，點數不受影響。", "遺失 補辦"),
    ("How do I return something?", "Unopened, within seven days, at any store, with the receipt.", "refund exchange"),
    ("Do you ship abroad?", "To Japan and Hong Kong, five to eight days, by weight.", "overseas international delivery"),
    ("Where can I park?", "Under the Xinyi and Banqiao stores; one hour free from NT$500.", "parking car"),
    ("When do points expire?", "On 31 December of the year after they were earned.", "points expiry"),
    ("Is there an English menu?", "At every counter, and behind the QR code on the table.", "language tourist"),
)  # fmt: skip


def dispositions(speak: Speak = as_written) -> tuple[Disposition, ...]:
    """Some of the built-in codes with their script and template, and one of the shop's own."""
    return tuple(
        msgspec.structs.replace(
            each,
            title=SafeText(speak(each.title)),
            script=SafeLines(speak(each.script)),
            template=SafeLines(speak(each.template)),
        )
        for each in _CODES
    )


def articles(seed: int, now: float, speak: Speak = as_written) -> tuple[Article, ...]:
    """Twenty answers; two notices that hold today, one of them for members with a tag. `now` is seconds since 1970."""
    draws = Draws(seed, "articles", 0)
    answers = (
        Article(
            id=_id(f"answer/{place}"),
            kind=ArticleKind.ANSWER,
            title=SafeText(speak(title)),
            text=SafeLines(speak(text)),
            keywords=tuple(map(SafeText, speak(words).split())),
            author_name=draws.pick(STAFF),
            at=now - 86_400 * (1 + draws.below(300)),
        )
        for place, (title, text, words) in enumerate(_ANSWERS)
    )
    return (*answers, *_notices(draws, now, speak))


def _notices(draws: Draws, now: float, speak: Speak) -> tuple[Article, ...]:
    today = datetime.fromtimestamp(now, TAIPEI_TIME).date()
    until = SafeText((today + timedelta(days=7)).isoformat())
    told = (
        ("板橋店今天 20:00 提早打烊", "機房檢修，明天照常營業。來電請改約信義店。", (), 3),
        ("團購客人：年節禮盒本週五截止", "報價單在共用資料夾；滿 30 份要先問主管交期。", ("團購", "企業客戶"), 26),
    )
    return tuple(
        Article(
            id=_id(f"notice/{place}"),
            kind=ArticleKind.NOTICE,
            title=SafeText(speak(title)),
            text=SafeLines(speak(text)),
            tags=tuple(SafeText(speak(tag)) for tag in tags),
            starts=SafeText((today - timedelta(days=1)).isoformat()),
            ends=until,
            author_name=draws.pick(STAFF),
            at=now - 3600 * hours,
        )
        for place, (title, text, tags, hours) in enumerate(told)
    )


def _id(name: str) -> str:
    return str(uuid5(RINGDESK_NAMESPACE, f"sample/{name}"))
