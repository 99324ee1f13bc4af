"""The status line: the health of every source in words, the server, what waits to be sent, how old the copy is."""

from typing import NamedTuple

from textual.geometry import Size

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from terminal.news import HealthNews, SyncNews
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.row import Piece, Row, Tone, clipped, gap, piece, spaced, told, width_of
from terminal.widgets.speech import because, say, source_name
from terminal.widgets.when import Now, ago

_SIGNS = {
    Level.OK: ("\N{CHECK MARK}", Tone.GOOD),
    Level.STARTING: ("-", Tone.DIM),
    Level.WARNING: ("!", Tone.WARN),
    Level.BROKEN: ("x", Tone.BAD),
}


NOTICE = 40
"""Cells for the title of a notice."""


class Health(NamedTuple):
    """How everything stands. `synced_at` is when the server was last known to be there, seconds since 1970; 0: never."""

    now: Now
    sources: tuple[HealthNews, ...] = ()
    sync: SyncNews | None = None
    synced_at: float = 0.0
    notice: SafeText = SafeText()
    said: SafeText = SafeText()
    """What is said to the person for a moment, in the place of it all; `bad` when it is of something that failed."""
    bad: bool = False


def source_words(news: HealthNews, *, whole: bool = True, short: bool = False) -> tuple[Piece, ...]:
    """A source: sign, name, and what is wrong, in words; `short` leaves out what to do about it."""
    sign, tone = _SIGNS[news.level]
    name = source_name(news)
    words = say("fine") if news.level is Level.OK else because(news.why) if whole else SafeText()
    words = brief(words) if short else words
    return spaced((piece(SafeText(sign), tone), piece(name), piece(words, tone)))


def brief(reason: SafeText) -> SafeText:
    """What is wrong, without what to do about it: a reason says both, with a semicolon between."""
    return SafeText(reason.partition("；" if "；" in reason else ";")[0])


def server_words(value: Health, *, short: bool = False) -> tuple[Piece, ...]:
    """The server, the outbox, the age of the copy. A reason comes last: it is long, and must not push the others out."""
    sync = value.sync
    label = piece(say("Server"), Tone.DIM)
    if sync is None:
        return (label, gap(), piece(say("starting"), Tone.DIM))
    unsent = Tone.WARN if sync.outbox and not sync.connected else Tone.TEXT
    when = say("up to date") if sync.connected else _last_seen(value)
    refused = piece(say("{count} refused", count=sync.refused), Tone.BAD) if sync.refused else gap(0)
    stands = spaced(
        (
            piece(say("Unsent"), Tone.DIM),
            piece(SafeText(str(sync.outbox)), unsent),
            refused,
            gap(),
            piece(say("Copy"), Tone.DIM),
            piece(when),
        )
    )
    if sync.why is None and sync.connected:
        well = piece(SafeText("\N{CHECK MARK} " + say("connected")), Tone.GOOD)
        return (*spaced((label, well)), gap(2), *stands)
    why = because(sync.why) if sync.why else say("not reached")
    why = brief(why) if short else why
    return (*stands, gap(2), *spaced((label, piece(SafeText(f"! {why}"), Tone.WARN))))


def _last_seen(value: Health) -> SafeText:
    return say("as of {ago}", ago=ago(value.now.at - value.synced_at)) if value.synced_at else say("not yet synced")


class StatusLine(Panel[Health]):
    """One row."""

    framed = False

    def picture(self, value: Health, inside: Size) -> Picture:
        """What is ill first: it must not be what is cut. Where there is no room for all of it, what to do about it goes
        (the banner says that), then the notice (which stands in Home), then the sources that are well."""
        if value.said:
            return Picture((told(value.said, inside.width, bad=value.bad),))
        title = clipped(value.notice, NOTICE)
        notice: tuple[Piece, ...] = ()
        if title:
            notice = (gap(3), piece(say("Notice"), Tone.DIM), gap(), piece(title, Tone.STRONG))
        for short, said, well in ((False, notice, True), (True, notice, True), (True, (), True), (True, (), False)):
            left = _sources(value, short=short, well=well)
            right = (*server_words(value, short=short), *said, gap())
            if width_of((*left, *right)) < inside.width:
                break
        return Picture((Row(left, right, base=Tone.BAR),))


def _sources(value: Health, *, short: bool, well: bool) -> tuple[Piece, ...]:
    """The sources, what is ill first; those that are `well` too."""
    order = (Level.BROKEN, Level.WARNING, Level.STARTING, Level.OK)
    sources = sorted(value.sources, key=lambda news: order.index(news.level))
    words: list[Piece] = [gap(), piece(say("Sources"), Tone.DIM), gap()]
    if not sources:
        words.append(piece(say("none"), Tone.DIM))
    for news in sources:
        if well or news.level is not Level.OK:
            words += [*source_words(news, short=short), gap(2)]
    return tuple(words)
