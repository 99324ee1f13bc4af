"""limits: they fit into each other, and the messages say the same."""

import msgspec.inspect as inspect

from ringdesk.wire import limits
from ringdesk.wire.messages import Pull, Push


def test_what_must_fit_fits() -> None:
    assert limits.OP_MAX < limits.PUSH_MAX < limits.FRAME_CAP
    assert limits.PAGE_MIN < limits.PAGE_MAX < limits.FRAME_CAP
    assert limits.PING_SECONDS * 2 < limits.SILENCE_SECONDS < 45


def test_the_messages_have_the_same_bounds() -> None:
    (ops,) = (field.type for field in inspect.type_info(Push).fields if field.name == "ops")  # type: ignore[attr-defined]
    assert ops.max_length == limits.PUSH_OPS
    (size,) = (field.type for field in inspect.type_info(Pull).fields if field.name == "max_bytes")  # type: ignore[attr-defined]
    assert (size.ge, size.le) == (limits.PAGE_MIN, limits.PAGE_MAX)
