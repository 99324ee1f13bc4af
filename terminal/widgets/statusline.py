"""The status line: the health of every source in words, the server, what waits to be sent, how old the copy is."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from textual.geometry import Size

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from terminal.news import HealthNews, SyncNews
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.row import Piece, Row, Tone, clipped, gap, piece, spaced, told, width_of
from terminal.widgets.speech import because, counted, say, source_name
from terminal.widgets.when import Now, ago

_SIGNS = {
    Level.OK: ("\N{CHECK MARK}", Tone.GOOD),
    Level.STARTING: ("-", Tone.DIM),
    Level.WARNING: ("!", Tone.WARN),
    Level.BROKEN: ("x", Tone.BAD),
}


_ORDER = (Level.BROKEN, Level.WARNING, Level.STARTING, Level.OK)
"""What is ill first."""
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
        (the banner says that), then the notice (which stands in Home), then the last of the sources, which are counted."""
        if value.said:
            return Picture((told(value.said, inside.width, bad=value.bad),))
        title = clipped(value.notice, NOTICE)
        notice: tuple[Piece, ...] = ()
        if title:
            notice = (gap(3), piece(say("Notice"), Tone.DIM), gap(), piece(title, Tone.STRONG))
        sources = sorted(value.sources, key=lambda news: _ORDER.index(news.level))
        for short, said in ((False, notice), (True, notice), (True, ())):
            left = _sources([source_words(news, short=short) for news in sources])
            right = (*server_words(value, short=short), *said, gap())
            if width_of((*left, *right)) < inside.width:
                break
        else:
            room = max(inside.width - width_of(right), inside.width - inside.width // 2) - 1
            left = _that_fit(sources, room)
        return Picture((Row(left, right, base=Tone.BAR),))


def _sources(worded: Iterable[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    """The sources, each in its words."""
    words = [part for each in worded for part in (*each, gap(2))]
    return (gap(), piece(say("Sources"), Tone.DIM), gap(), *(words or (piece(say("none"), Tone.DIM),)))


def _that_fit(sources: Sequence[HealthNews], cells: int) -> tuple[Piece, ...]:
    """As many of the sources as there is room for, one at least, and how many more there are. What ails the first is cut where it
    does not fit: the banner says it."""
    for shown in range(len(sources), 0, -1):
        left = _sources([*(source_words(news, short=True) for news in sources[:shown]), _more(sources[shown:])])
        if width_of(left) <= cells:
            return left
    named = [source_words(news, whole=False) for news in sources[:1]]
    over = cells - width_of(_sources([*named, _more(sources[1:])])) - 1
    cut = [_clipped(source_words(news, short=True), width_of(named[0]) + 1 + over) for news in sources[:1]]
    return _sources([*(cut if over > 0 else named), _more(sources[1:])])


def _clipped(pieces: tuple[Piece, ...], cells: int) -> tuple[Piece, ...]:
    """The last of the pieces cut, so that all have room."""
    *kept, last = pieces
    return (*kept, piece(clipped(last.text, cells - width_of(kept)), last.tone))


def _more(sources: Sequence[HealthNews]) -> tuple[Piece, ...]:
    """How many there is no room for, and how the worst of them stands."""
    if not sources:
        return ()
    sign, tone = _SIGNS[sources[0].level]
    words = piece(counted("and {count} more", "and {count} more", len(sources)), tone)
    return (words,) if sources[0].level is Level.OK else spaced((piece(SafeText(sign), tone), words))
