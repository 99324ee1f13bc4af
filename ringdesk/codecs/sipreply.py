"""Answers to SIP requests: made of what the request carried (RFC 3261, 8.2.6.2), and where they go (18.2)."""

import re

from ringdesk.codecs.sipmessage import Message, host_port, parameters, sent_by, split


def response(
    request: Message, status: int, phrase: str, peer: str | None, tag: str = "", *more: tuple[str, str]
) -> bytes:
    """The answer to a request (RFC 3261, 8.2.6.2); `tag` goes to a To that has none, `more` are further headers."""
    to = request.first("to")
    if tag and "tag" not in parameters(to):
        to = f"{to};tag={tag}"
    top, *others = [via for value in request.all("via") for via in split(value)]
    lines = [f"SIP/2.0 {status} {phrase}", f"Via: {received_via(top, peer)}"]
    lines += [f"Via: {via}" for via in others]
    lines += [f"From: {request.first('from')}", f"To: {to}", f"Call-ID: {request.call_id}"]
    lines.append(f"CSeq: {request.first('cseq')}")
    lines += [f"{name}: {value}" for name, value in more]
    return ("\r\n".join(lines) + "\r\nContent-Length: 0\r\n\r\n").encode("latin-1", "replace")


def received_via(via: str, peer: str | None) -> str:
    """The Via with where the request really came from (RFC 3261, 18.2.1; RFC 3581, 4)."""
    host, port = host_port(peer or "")
    if not host:
        return via
    marks = parameters(via)
    if "rport" in marks and not marks["rport"]:
        via = re.sub(r"(?i);\s*rport(?=\s*(?:;|$))", f";rport={port}", via, count=1)
    elif host == sent_by(via)[0]:
        return via
    return via if "received" in marks else f"{via};received={host.strip('[]')}"


def answer_to(request: Message, peer: str | None) -> str | None:
    """Where the answer goes: to the sender's port if it asked for that (rport), else to the port in its Via
    (RFC 3261, 18.2.2; RFC 3581, 4)."""
    if peer is None:
        return None
    via = split(request.first("via"))[0]
    if "rport" in parameters(via):
        return peer
    return f"{host_port(peer)[0]}:{sent_by(via)[1]}"
