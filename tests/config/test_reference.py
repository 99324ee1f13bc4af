import tomllib

import msgspec

from config import reference
from config.load import fields_of
from config.settings import SECTIONS, Settings


def test_page_and_template_are_made_of_the_structs() -> None:
    made = "run `python -m config.reference`"
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), made
    assert reference.TEMPLATE.read_text(encoding="utf-8") == reference.template(), made


def test_the_template_says_the_defaults() -> None:
    assert msgspec.convert(tomllib.loads(reference.template()), Settings) == Settings()


def test_sections_are_the_fields_of_settings_and_every_key_is_described() -> None:
    assert tuple(SECTIONS) == Settings.__struct_fields__
    page = reference.page()
    for section in SECTIONS:
        for key in fields_of(section):
            assert f"| `{key}` |" in page
