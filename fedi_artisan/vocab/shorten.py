"""How a long text is ended early: after a whole paragraph or sentence of its Markdown, never inside a word."""

import re
from collections.abc import Sequence

from markdown_it.token import Token

_SENTENCE_END = re.compile(r"""[.!?…]+[»”"')\]]*(?=\s)""")
_MARK = "…"
_BREAKS = frozenset({"softbreak", "hardbreak"})
_CODE = frozenset({"fence", "code_block"})


def shorten(tokens: Sequence[Token], longest: int) -> list[Token]:
    """Return block *tokens* with at most *longest* characters of text, all of them if they have no more."""
    if sum(map(_length, tokens)) <= longest:
        return list(tokens)
    room = max(longest - len(f" {_MARK}"), 0)
    kept: list[Token] = []
    for token in tokens:
        length = _length(token)
        if length > room:
            return _ended(kept, token, room)
        kept.append(token)
        room -= length
    return kept


def _length(token: Token) -> int:
    """Return the number of characters of text in a block token."""
    return len(_words(token)) if token.type in _CODE else sum(len(_words(child)) for child in token.children or ())


def _words(token: Token) -> str:
    """Return the text of one token; a break is a space."""
    return " " if token.type in _BREAKS else token.content


def _ended(kept: list[Token], token: Token, room: int) -> list[Token]:
    """Return what is *kept* and the beginning of *token*, every element closed.

    Without a whole sentence that fits, *token* is left out, unless it would be all there is.
    """
    alone = not any(map(_length, kept))
    part = _code_part(token, room, alone=alone) if token.type in _CODE else _inline_part(token, room, alone=alone)
    if part is not None:
        return [*kept, part, *_closing(kept)]
    while kept and kept[-1].nesting == 1:
        kept.pop()
    paragraph = Token("paragraph_open", "p", 1, block=True)
    mark = Token("inline", "", 0, content=_MARK, children=[Token("text", "", 0, content=_MARK)], block=True)
    return [*kept, *_closing(kept), paragraph, mark, *_closing([paragraph])]


def _closing(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens that close whatever *tokens* leave open."""
    opened: list[Token] = []
    for token in tokens:
        if token.nesting == 1:
            opened.append(token)
        elif token.nesting == -1:
            opened.pop()
    return [token.copy(type=token.type.replace("_open", "_close"), nesting=-1, attrs={}) for token in reversed(opened)]


def _code_part(token: Token, room: int, *, alone: bool) -> Token | None:
    """Return the first lines of a block of code, or None if it shall be left out."""
    end = token.content.rfind("\n", 0, room)
    if not alone:
        return None
    return token.copy(content=token.content[: end if end > 0 else room] + _MARK)


def _inline_part(token: Token, room: int, *, alone: bool) -> Token | None:
    """Return the sentences of a paragraph that fit, else its first words if it stands *alone*, else None."""
    children = token.children or []
    text = "".join(map(_words, children))
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if match.end() <= room]
    if ends:
        return token.copy(children=_cut(children, ends[-1], f" {_MARK}"))
    if alone:
        space = text.rfind(" ", 0, room + 1)
        return token.copy(children=_cut(children, space if space > 0 else room, _MARK))
    return None


def _cut(children: Sequence[Token], length: int, mark: str) -> list[Token]:
    """Return the first *length* characters of inline tokens, every element closed, and then *mark*."""
    kept: list[Token] = []
    for child in children:
        words = _words(child)
        if len(words) >= length:
            kept.append(child.copy(content=words[:length]))
            break
        kept.append(child)
        length -= len(words)
    return [*kept, *_closing(kept), Token("text", "", 0, content=mark)]
