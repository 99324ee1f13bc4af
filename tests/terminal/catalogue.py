"""The words of the product, collected: `python -m tests.terminal.catalogue` brings template and catalogues up to the code."""

import importlib
import pkgutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import cli
import config
import ringdesk
import server
import terminal
from cli.helppage import said_by
from cli.main import COMMANDS, parser_of
from ringdesk.why import ENGLISH
from terminal.words import DOMAIN, LOCALE

ROOT = Path(__file__).parents[2]
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
CATALOGUES = sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
KEYWORDS = {"_": None, "say": None, "mark": None, "plural": (1, 2), "counted": (1, 2)}
"""The functions whose first argument is shown: `words._`, `speech.say`, `speech.mark`, `words.plural`."""

HEADER = rb"""msgid ""
msgstr ""
"Language: zh_Hant_TW\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""


def sentences() -> dict[str, str]:
    """Every reason that any room can give: code -> English. The rooms register theirs when they are imported."""
    for package in (ringdesk, config, terminal, server, cli):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return dict(sorted(ENGLISH.items()))


def helped() -> Iterator[tuple[str, str]]:
    """Command and each sentence of its help pages: from the parsers, which declare them in English."""
    for name in COMMANDS:
        yield from ((name, text) for text in said_by(parser_of(name)))


def collected() -> Catalog:
    """Every visible string: those in the code, and the sentences of the reasons."""
    catalogue = Catalog(project="Ringdesk", domain=DOMAIN, fuzzy=False, charset="utf-8")
    found = extract_from_dir(ROOT / "terminal", keywords=KEYWORDS)
    for name, _line, message, _comments, _context in found:
        if not name.startswith(("callerid", "store", "sync", "lookup")) and message:
            catalogue.add(message, locations=[(f"terminal/{name}", 0)])
    for name, _line, message, _comments, _context in extract_from_dir(ROOT / "cli", keywords=KEYWORDS):
        catalogue.add(message, locations=[(f"cli/{name}", 0)])
    for name, text in helped():
        catalogue.add(text, locations=[(f"cli/main.py:{name}", 0)])
    for code, sentence in sentences().items():
        catalogue.add(sentence, locations=[(f"ringdesk/why.py:{code}", 0)])
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """The file, the same for the same words: no dates, no line numbers."""
    stream = BytesIO()
    write_po(stream, catalogue, sort_output=True, omit_header=True, no_location=True, width=0)
    return stream.getvalue()


def main() -> None:
    """Write the template; keep every translation that still has its words."""
    template = collected()
    TEMPLATE.write_bytes(written(template))
    for path in CATALOGUES:
        with path.open("rb") as stream:
            old = read_po(stream, locale="zh_TW", domain=DOMAIN)
        old.update(template, no_fuzzy_matching=True)
        old.obsolete.clear()
        path.write_bytes(HEADER + written(old))


if __name__ == "__main__":
    main()
