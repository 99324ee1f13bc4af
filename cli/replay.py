"""`ringdesk replay FILE`: a recording of a line, played again at its own or another pace; prints events and calls as `listen`."""

import argparse
from pathlib import Path
from urllib.parse import quote

from cli import allowance, listen, recordings
from cli.output import print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("file", metavar="FILE", help="what `listen --record` kept (.jsonl), or raw bytes")
    parser.add_argument("--dialect", default="modem", metavar="NAME", help="what is spoken in it (default modem)")
    parser.add_argument("--speed", default="1", metavar="TIMES", help="how many times faster than recorded (default 1)")
    parser.add_argument("--follow", action="store_true", help="print a call at each change, not only at its end")
    parser.add_argument("--region", default="TW", help="region of the line (default TW)")
    parser.add_argument("--area", default="", help="area code of the line")
    parser.add_argument(
        "--mask", type=Path, metavar="OUT.jsonl", help="play nothing: write the recording with other numbers and names"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=allowance.HELP)


def run(options: argparse.Namespace) -> int:
    """Until the recording is over; 2 if it cannot be used."""
    if options.mask is not None:
        count = recordings.write_masked(Path(options.file), options.mask, options.dialect)
        print_json({"masked": str(options.mask), "chunks": count})
        return 0
    url = f"replay:{quote(options.file)}?dialect={quote(options.dialect)}&speed={quote(options.speed)}"
    return listen.run(argparse.Namespace(**{**vars(options), "mask": False}, sources=[url], record=None))
