"""Which parameters of an address are read here; all others are gone before anybody sees them.

Links are shared with what others add for their own counting (utm_source, fbclid, …). Nothing may depend on that, and
each of them must not be rendered and kept as if it were another page.
"""

from urllib.parse import unquote_plus

from fedi_artisan.web.people.links import PARAMETERS

# Whoever reads another one adds it here; until then it never arrives.
READ = frozenset(
    {
        *("lang", "before"),
        *PARAMETERS,  # which works, and which page of them
        *("size", "price", "sheet"),  # on paper
        "act",  # of a visitor with an account elsewhere
        *("uri", "acct", "do", "text", "title", "inReplyTo"),  # what another server's page asks an artisan to do
        *("resource", "url", "format", "maxwidth", "maxheight"),  # WebFinger and oEmbed
    }
)
# Nobody asks for more at once; whatever stands behind is not looked at, so that no flood of them keeps us busy.
MOST = 100


def read_of(query: bytes) -> bytes:
    """Return of *query* what is read, ordered by name; several of the same name stay in their order."""
    if not query:
        return query
    named = [(_name(part), part) for part in query.split(b"&", MOST)[:MOST]]
    return b"&".join(part for _, part in sorted((one for one in named if one[0] in READ), key=lambda one: one[0]))


def _name(part: bytes) -> str:
    return unquote_plus(part.partition(b"=")[0].decode("latin-1"))
