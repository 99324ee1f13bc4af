"""Every limit of the protocol, in one place (sync.md 3). Bytes, unless a name says otherwise."""

from typing import Final

from ringdesk.ops import MAX_OP_BYTES

KIB: Final = 1024

FRAME_CAP: Final = 512 * KIB
"""A larger frame closes the session (1009). Above the page cap, so that a page with its envelope always fits."""
PAGE_MIN: Final = 8 * KIB
PAGE_MAX: Final = 256 * KIB
"""A page of changes adapts between these, so that a line of 64 kbit/s moves and a fast one is used."""
PUSH_MAX: Final = PAGE_MAX
"""The ops of one push, encoded."""
PUSH_OPS: Final = 500
"""Ops in one push."""
PUSHES_IN_FLIGHT: Final = 2
OP_MAX: Final = MAX_OP_BYTES
"""One op, encoded; checked when it is saved, so that no op waits that can never be sent."""
ROW_MAX: Final = 64 * KIB
"""The image of one row, in any projection. An op that would make a larger one is refused: a page holds at least one seq
whole, and a row above the frame cap would cut off every desk that holds its set, for good."""
ORIGINS_MAX: Final = 1000
"""Origins in one envelope; a page ends before there are more. With ids of 64 characters they and a full page stay under
`FRAME_CAP`, and on a line of 64 kbit/s they take about 10 s."""

DEPTH: Final = 16
"""Objects and arrays within each other, the frame included."""
INTEGER: Final = 2**53
"""Integers lie within +-2^53: what every JSON reader keeps exactly (RFC 8259, section 6)."""
TOKEN: Final = 4096
"""Characters of a grant, a chain or a signature."""

UNAUTHENTICATED_SECONDS: Final = 5.0
"""From the first byte of a connection to its hello or enrol."""
PROGRESS_SECONDS: Final = 10.0
"""Without one byte taken by the peer while some wait: it is dropped. Never a limit on a whole frame."""
PING_SECONDS: Final = 15.0
SILENCE_SECONDS: Final = 40.0
"""Without a byte received: the peer is gone (a half-open line is found within 45 s)."""

SLICE_SECONDS: Final = 0.020
"""A local transaction that applies changes takes at most this long; local saves go first."""
ANSWERED_KEPT_SECONDS: Final = 7 * 86_400.0
"""How long an answered op stays on its terminal, for a server that is restored (sync.md 7)."""
REPORTS_BURST: Final = 5000
"""Reports of calls of one device at once: what the exchange of a busy store does in a day without the server, some 1,000 calls of
five steps."""
REPORTS_PER_SECOND: Final = 5.0
"""The same in the long run: 3,600 calls an hour of five steps each, through one desk."""
REPORT_FRESH_SECONDS: Final = 30.0
"""An older report of a call is history: it never pops, withdraws or makes a callback (sync.md 5)."""
