"""What is judged of an op beside its person's rights, when the rows that it touches are known. Facts were judged before."""

from collections.abc import Mapping
from typing import Final

from ringdesk import ids, ops
from ringdesk.channels import channel_of, store_channel
from ringdesk.errors import BadInput, Refused
from ringdesk.ops import Args, CallClaim, CallHand, CallHold, CallReport, CallVerdict, CallWrapup, Row, RowKey

_OF_CALLS: Final = (CallReport, CallClaim, CallHold, CallHand, CallWrapup, CallVerdict)


def expect_own_call(args: Args, site: str, rows: Mapping[RowKey, Row]) -> None:
    """A call is its store's: to a device of another `site` it is one that nobody knows. One that a report opens has the id
    that follows from what the line saw of it (sync.md 5), so that nobody can take the id of somebody else's call.

    Raises `Refused("unknown_call")`, `BadInput`.
    """
    if not isinstance(args, _OF_CALLS):
        return
    call = rows.get(("call", args.call))
    if call is not None:
        if channel_of("call", call) != store_channel(site):
            raise Refused("unknown_call", f"there is no call {args.call}; choose the call again")
    elif isinstance(args, CallReport) and args.events and args.call not in _ids(args):
        raise BadInput("the id of a call follows from its source and its native id; report it under that")


def expect_free(op_id: str, args: Args, rows: Mapping[RowKey, Row]) -> None:
    """An op that was never answered has made nothing: a row under its id is somebody else's, and stays as it is.

    Raises `Refused("id_taken")`.
    """
    made = ops.makes(op_id, args)
    if made is not None and made in rows:
        raise Refused("id_taken", f"there is a {made[0]} under this id already; do it again, under a new id")


def _ids(report: CallReport) -> set[str]:
    own = {(event.source, event.native_id) for event in report.events}
    linked = {(event.source, event.linked_id) for event in report.events if event.linked_id is not None}
    return {ids.call_id(source, native) for source, native in own | linked}
