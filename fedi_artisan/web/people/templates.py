"""The templates in one language: those of the artisan's theme where there are any that work, else the shipped ones."""

import logging
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Protocol

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    PrefixLoader,
    TemplateError,
    TemplateNotFound,
    nodes,
)
from jinja2.bccache import Bucket

from fedi_artisan.resources import folder
from fedi_artisan.web.people.theme import Template, shown

SHIPPED = "shipped"

log = logging.getLogger(__name__)


class MakesEnvironment(Protocol):
    """Makes what runs templates."""

    def __call__(self, loader: BaseLoader, *, walled: bool = False) -> Environment:
        """Return what runs those of *loader*; *walled*, they reach nothing but what they are given."""
        ...


class Templates:
    """Renders with the artisan's templates, and with the shipped ones wherever hers fail.

    A class because templates are compiled once and kept, and because each fault is told once.

    Args:
        environment: makes the environment for a loader; hers is walled, as she may have them from somebody else.
        own: the templates of her theme, by name; `shipped/` before a name always means the one that is shipped.
        language: that the environment speaks.
    """

    def __init__(self, environment: MakesEnvironment, own: Mapping[str, Template], language: str) -> None:
        ours = FileSystemLoader(folder("templates"))
        self._shipped = environment(ours)
        self._shipped.bytecode_cache = _compiled(language)
        self._own: Environment | None = None
        self._files = {str(template.file): template.file for template in own.values()}
        self._told: set[str] = set()
        self.faults: list[str] = []
        if own:
            self._own = environment(ChoiceLoader([PrefixLoader({SHIPPED: ours}), ours]), walled=True)
            usable = {name: template for name, template in own.items() if self._is_sound(self._own, name, template)}
            self._own.loader = ChoiceLoader([_loader(usable), PrefixLoader({SHIPPED: ours}), ours])

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """Return the page made of the template *name* and *values*."""
        if self._own is not None:
            try:
                return self._own.get_template(name).render(values)
            except Exception as error:  # noqa: BLE001 - whatever her templates do, visitors get a page
                self._tell(name, error)
        return self._shipped.get_template(name).render(values)

    def _is_sound(self, environment: Environment, name: str, template: Template) -> bool:
        """Whether a template can be read at all; if not, that is a fault."""
        try:
            tree = environment.parse(template.source, name, str(template.file))
            environment.compile(tree, name, str(template.file))
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            self.faults.append(_words(template.file, line, str(error.message or error)))
            return False
        except Exception as error:  # noqa: BLE001 - Python's own refusal, of what is nested too deeply for example
            # Its line would be one of the program that the template became.
            self.faults.append(_words(template.file, None, _why(error)))
            return False
        for extends in tree.find_all(nodes.Extends):
            if isinstance(extends.template, nodes.Const) and extends.template.value == name:
                why = f'it extends itself; write {{% extends "{SHIPPED}/{name}" %}}'
                self.faults.append(_words(template.file, extends.lineno, why))
                return False
        return True

    def _tell(self, name: str, error: Exception) -> None:
        """Say once in the log which of her templates failed, and where."""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in self._files]
        if frames:
            words = _words(self._files[frames[-1].filename], frames[-1].lineno, _why(error))
        else:
            words = f"{name} could not be made with the templates of the theme: {error}; the shipped ones are used"
        if words not in self._told:
            self._told.add(words)
            log.warning("%s", words)


class _Compiled(BytecodeCache):
    """What templates were compiled to; a class because Jinja asks for one."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what the same template was compiled to, if it was."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key, bucket.checksum] = bucket.code


@cache
def _compiled(language: str) -> _Compiled:
    """Return what shipped templates were compiled to in this language, which another theme does not change.

    In each language apart: what a filter makes of words that stand in a template is compiled in.
    """
    del language
    return _Compiled()


def _loader(templates: Mapping[str, Template]) -> FunctionLoader:
    """Return what finds these templates; with the names of their files, so that failures tell where they are."""

    def load(name: str) -> tuple[str, str, None] | None:
        found = templates.get(name)
        return None if found is None else (found.source, str(found.file), None)

    return FunctionLoader(load)


def _why(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return said or type(error).__name__


def _words(file: Path, line: int | None, why: str) -> str:
    """Return in one line what is wrong with a template, and where."""
    at = "" if line is None else f", line {line}"
    said = " ".join("".join(letter if letter.isprintable() else " " for letter in why).split())
    return f"{shown(file)}{at}: {said}; the shipped template is used instead"
