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
    """Return of *query* what is read, ordered by name; several of the same name stay in their order.

    Names are written out: with % in them they would be other pages, and no search to whoever counts searches.
    """
    if not query:
        return query
    parts = (part.partition(b"=") for part in query.split(b"&", MOST)[:MOST])
    named = [(unquote_plus(name.decode("latin-1")), sign + value) for name, sign, value in parts]
    read = sorted((one for one in named if one[0] in READ), key=lambda one: one[0])
    return b"&".join(name.encode() + rest for name, rest in read)
