"""Where pages of other servers send an artisan who wants to follow, like, share or answer something of theirs.

Nothing is looked up here, as anybody may ask: who is signed in is led to the page that asks her, everybody else to the
door. Nobody is ever led to another place than a page of ours (WIRE 10.2 #37, #56).

Source: WIRE 9; FEP-3b86; OStatus subscribe; FEP-07d7.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedi_artisan.web.studio.seeing import see

INTERACT = "/authorize_interaction"
SHARE = "/share"
ASKED = "/studio/around/asked"
WRITE = "/studio/posts/new"
_LONGEST_TEXT = 1_500  # percent-encoded it must fit into an address that comes back after signing in
_FEP_3B86 = "https://w3id.org/fep/3b86"
# What can be done here, by what other servers call it (WIRE 1.2); where a place stays empty, we ask.
_TEMPLATES = (
    ("http://ostatus.org/schema/1.0/subscribe", f"{INTERACT}?uri={{uri}}"),
    (f"{_FEP_3B86}/Follow", f"{INTERACT}?uri={{object}}&do=follow"),
    (f"{_FEP_3B86}/Like", f"{INTERACT}?uri={{object}}&do=like"),
    (f"{_FEP_3B86}/Announce", f"{INTERACT}?uri={{object}}&do=announce"),
    (f"{_FEP_3B86}/Object", f"{INTERACT}?uri={{object}}"),
    (f"{_FEP_3B86}/Create", f"{SHARE}?text={{content}}&title={{name}}&inReplyTo={{inReplyTo}}"),
)


def templates(origin: str) -> list[dict[str, str]]:
    """Return the links of a WebFinger answer that say where an artisan of this server does what."""
    return [{"rel": relation, "template": f"{origin}{path}"} for relation, path in _TEMPLATES]


async def interact(request: Request) -> Response:
    """Return the way to the page that asks whether she wants to do it."""
    given = request.query_params
    return _on(ASKED, uri=given.get("uri") or given.get("acct", ""), do=given.get("do", ""))


async def share(request: Request) -> Response:
    """Return the way to the page where she writes a post that begins like this, or answers one."""
    given = request.query_params
    if given.get("inReplyTo"):
        return _on(ASKED, uri=given["inReplyTo"], do="reply")
    words = (given.get("title", ""), given.get("text", ""))
    return _on(WRITE, text="\n\n".join(part for part in words if part)[:_LONGEST_TEXT])


def _on(path: str, **parameters: str) -> RedirectResponse:
    """Return the way to a page of ours with what is not empty of *parameters*; kept by nobody."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    response = see(f"{path}?{query}" if query else path)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
