"""config.example.toml: every setting, explained, with its default."""

import dataclasses
import itertools
import tomllib

from fedi_artisan.config import Config, parse
from tests.unit.config.held import EXAMPLE, ORIGIN, every_proposal


def test_the_example_holds_every_setting_with_its_default() -> None:
    """config.example.toml names exactly the settings there are, each with what holds when it is left out."""
    raw = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert parse(raw) == Config(origin=ORIGIN)
    assert set(every_proposal()) == {field.name for field in dataclasses.fields(Config)}
    for name, possible in every_proposal().items():
        if isinstance(possible, dict):
            table = getattr(parse(raw), name)
            assert set(possible) == {field.name for field in dataclasses.fields(table)}, name


def test_what_the_example_proposes_can_be_used() -> None:
    """Whoever takes away every # before a setting of config.example.toml has settings that fit together."""
    parse(every_proposal())


def test_the_example_explains_every_setting() -> None:
    """In config.example.toml a comment stands above each setting."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for above, line in itertools.pairwise(lines):
        if "=" in line and not line.startswith("# "):
            assert above.startswith("# "), line
