"""The last gate: no control or bidirectional character leaves in the text of a strip, whatever widget made it.

Textual turns every frame into strips, and strips into one string in `CompositorUpdate.render_segments`; `App._display`
is the only caller. So the gate stands there: nothing that is drawn can pass beside it. Hyperlinks (OSC 8) go too: their
address would be a second way out.
"""

from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, InlineUpdate, LayoutUpdate
from textual.strip import Strip

from ringdesk.safetext import SafeText

_JOINERS: Final = "\u200c\u200d"
"""Invisible, harmless, and part of names and emoji; alone they tell `SafeText` nothing, so it would drop them."""


def clean(text: str) -> str:
    """`text` without what a terminal could obey; as wide in cells as before, so the frame stays aligned."""
    if text.isprintable():
        return text
    return "".join(char if char in _JOINERS or SafeText(char) == char else "?" * cell_len(char) for char in text)


def _segment(segment: Segment, *, plain: bool) -> Segment:
    style = segment.style
    if style is not None and style.link:
        style = style.update_link(None)
    if style is not None and plain:
        style = style.without_color
    return Segment(clean(segment.text), style)


def gated(strip: Strip, *, plain: bool = False) -> Strip:
    """The strip itself when it is clean, else a clean one; `plain`: without any colour."""
    linked = any(segment.style and segment.style.link for segment in strip)
    if strip.text.isprintable() and not linked and not plain:
        return strip
    return Strip([_segment(segment, plain=plain) for segment in strip], strip.cell_length)


def gate(update: object, *, plain: bool = False) -> CompositorUpdate | None:
    """A frame that may be written. What is no frame of the compositor is not drawn at all."""
    if isinstance(update, ChopsUpdate):
        lines = {line for line, _, _ in update.spans}
        chops = [
            {x: None if strip is None else gated(strip, plain=plain) for x, strip in chop.items()}
            if y in lines
            else chop
            for y, chop in enumerate(update.chops)
        ]
        return ChopsUpdate(chops, update.spans, update.chop_ends)
    if isinstance(update, LayoutUpdate):
        return LayoutUpdate([[gated(strip, plain=plain) for strip in line] for line in update.strips], update.region)
    if isinstance(update, InlineUpdate):
        return InlineUpdate([gated(strip, plain=plain) for strip in update.strips], update.clear)
    return None
