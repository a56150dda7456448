"""The words of a foreign post as safe HTML: whole where it is short, else how it begins."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from fedi_artisan.vocab import fields
from fedi_artisan.vocab.html import LONGEST_HTML, page_html, plain_text, sanitise

LONGEST_EXCERPT = 1500
LONGEST_OPTION = 100
MOST_OPTIONS = 20
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_ENDS = re.compile(r"[.!?…。！？][»”\"')\]]*(?=\s|$)")  # noqa: RUF001 - the full stops of Chinese and Japanese


def words_html(document: Mapping[str, Any]) -> str:
    """Return the words of *document*, which came as HTML unless it says otherwise."""
    content = fields.said(document, "content", LONGEST_HTML)
    media_type = fields.text(document.get("mediaType")).lower().partition(";")[0].strip()
    if media_type == "text/markdown":  # PeerTube, for what is said about a film
        content = page_html(content)
    elif media_type == "text/plain":
        content = _paragraphs(content)
    return sanitise(_passage(document) + content).strip()


def titled_html(document: Mapping[str, Any], summary: str) -> str:
    """Return what is said under a title: all of it if that is short, else its *summary*, its preview or its beginning.

    The *summary* is HTML as it came, and empty where there is none.
    """
    html = words_html(document)
    words = plain_text(html)
    if 0 < len(words) <= LONGEST_EXCERPT:
        return html
    preview = fields.mapping(document.get("preview")) or {}
    for shorter in (summary, fields.said(preview, "content", LONGEST_HTML)):
        essence = plain_text(shorter)
        if essence:
            return sanitise(shorter) if len(essence) <= LONGEST_EXCERPT else _paragraphs(_beginning(essence))
    return _paragraphs(_beginning(words))


def options_html(document: Mapping[str, Any]) -> str:
    """Return what a poll lets people choose from, as a plain list; how many chose what is left out."""
    listed = fields.values(document.get("oneOf") or document.get("anyOf"), MOST_OPTIONS)
    names = (fields.said(option, "name", LONGEST_OPTION).strip() for option in listed if isinstance(option, dict))
    items = "".join(f"<li>{escape(name)}</li>" for name in names if name)
    return f"<ul>{items}</ul>" if items else ""


def language_of(document: Mapping[str, Any]) -> str | None:
    """Return the code of the language that the words are in; None where it is not told."""
    translations = fields.mapping(document.get("contentMap")) or {}
    named = (next(iter(translations), None), fields.first(document.get("language")))
    codes = (code.get("identifier") if isinstance(code, dict) else code for code in named)  # an object: Lemmy
    return next((code for code in codes if isinstance(code, str) and _LANGUAGE.fullmatch(code)), None)


def _passage(document: Mapping[str, Any]) -> str:
    """Return the passage of a book that a Quotation is about (BookWyrm); elsewhere `quote` is an id (FEP-044f)."""
    is_about_a_book = fields.type_name(document.get("type")) == "Quotation"
    passage = fields.text(document.get("quote"), LONGEST_HTML) if is_about_a_book else ""
    return f"<blockquote>{sanitise(passage)}</blockquote>" if passage else ""


def _paragraphs(text: str) -> str:
    """Return plain text as HTML, a paragraph for each line."""
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def _beginning(text: str) -> str:
    """Return how a text begins, up to the end of a sentence or at least of a word."""
    if len(text) <= LONGEST_EXCERPT:
        return text
    head = text[:LONGEST_EXCERPT]
    ends = [match.end() for match in _ENDS.finditer(head)]
    if ends and ends[-1] > LONGEST_EXCERPT // 2:
        return f"{head[: ends[-1]]} …"
    return f"{head.rsplit(maxsplit=1)[0]}…"
