"""`ringdesk number RAW`: what a raw caller string means, and why.

The answer to an unusable number is an answer too: it has no E.164 form and says why, and the exit code is 0.
"""

import argparse
import sys

from cli.output import print_json
from ringdesk.errors import BadInput
from ringdesk.numbers import Extensions, Number, known_region, read


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("raw", metavar="RAW", nargs="+", help="the number as a line or a person gives it")
    parser.add_argument("--region", default="TW", help="country of the line, two letters (default: TW)")
    parser.add_argument("--area", default="", help="area code of the line, for local numbers (2 or 02 for Taipei)")
    parser.add_argument(
        "--extension",
        action="append",
        default=[],
        metavar="PATTERN",
        help="own extensions: 801, 800-899 or 8xx; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="one object (the default where the output is no terminal)")


def run(options: argparse.Namespace) -> int:
    """Read one number. Raises `BadInput` for a region, area code or extension that cannot be meant."""
    if not known_region(options.region):
        raise BadInput(f"there is no numbering plan for {options.region!r}; give two letters such as TW, US or GB")
    if options.area and not (options.area.isascii() and options.area.isdigit()):
        raise BadInput(f"{options.area!r} is no area code; give its digits, for example 2 or 02 for Taipei")
    extensions = Extensions.of(options.extension)
    number = read(" ".join(options.raw), options.region, options.area, extensions)
    if options.json or not sys.stdout.isatty():
        print_json(number_object(number))
    else:
        sys.stdout.write(_line(number) + "\n")
    return 0


def number_object(number: Number) -> dict[str, str | None]:
    """The Number object that other programs rely on (docs/reference)."""
    return {
        "raw": str(number.raw),
        "e164": number.e164,
        "national": number.national,
        "kind": number.kind,
        "extension": number.extension,
        "presentation": number.presentation,
        "why": number.why.english(),
        "why_code": number.why.code,
    }


def _line(number: Number) -> str:
    """For a person: what to read, what it is, why."""
    extension = f" ext. {number.extension}" if number.extension and number.extension != number.national else ""
    parts = [
        number.national + extension,
        number.e164 or "",
        f"{number.kind}, {number.presentation}",
        number.why.english(),
    ]
    return "  ".join(part for part in parts if part)
