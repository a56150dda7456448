"""Forms of the studio as a browser without scripts has them: what stands in them, what is told beside their fields."""

from collections.abc import Mapping

from bs4 import Tag

from tests.studio import Answer, Visitor


def filled(answer: Answer, form_id: str) -> dict[str, str]:
    """Return what a browser would send of a form, without what its buttons add; the last one of a name counts."""
    values: dict[str, str] = {}
    for field in _form(answer, form_id).select("input, textarea, select"):
        name, kind = str(field.get("name", "")), str(field.get("type", ""))
        if not name or kind == "file" or (kind in {"checkbox", "radio"} and not field.has_attr("checked")):
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            values[name] = "" if chosen is None else str(chosen["value"])
        elif field.name == "textarea":
            values[name] = field.text.removeprefix("\n")
        else:
            values[name] = str(field.get("value", ""))
    return values


def troubles(answer: Answer) -> dict[str, str]:
    """Return what is told beside fields, by their names: only what the field itself points at counts."""
    found = {}
    for field in answer.page.select("[aria-invalid]"):
        told = answer.page.find(id=str(field.get("aria-describedby", "")))
        assert isinstance(told, Tag), field
        found[str(field["aria-describedby"]).removesuffix("-told")] = told.text
    return found


async def send(
    visitor: Visitor, path: str, form_id: str, changes: Mapping[str, str], page: str | None = None
) -> Answer:
    """Open *path* (or *page*), fill in the form with *changes*, and press its button."""
    opened = await visitor.get(page or path)
    assert opened.status == 200, opened.text
    return await visitor.post(path, filled(opened, form_id) | dict(changes))


def _form(answer: Answer, form_id: str) -> Tag:
    form = answer.page.find("form", id=form_id)
    assert isinstance(form, Tag), answer.text
    return form
