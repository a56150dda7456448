"""An artisan for search engines: a person, and with a place a workshop that she founded."""

from typing import Any

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import words_in
from fedi_artisan.domain.uris import Uris
from fedi_artisan.web.people.filters import excerpt

Node = dict[str, Any]


def person(artisan: Artisan, uris: Uris) -> Node:
    """Return an artisan as far as others name her: as the creator of a work, for example."""
    url = uris.profile_url(artisan.username)
    return {"@type": "Person", "@id": f"{url}#artisan", "name": artisan.name, "url": url}


def maker(artisan: Artisan, uris: Uris, language: str) -> list[Node]:
    """Return all that is told of an artisan in *language*, else in her own: the person, and her workshop if any.

    Nobody can be a Person and a LocalBusiness at once: search engines read the one where they want an author and the
    other where they want an address, so these are two that know of each other.

    Source: Google, "Local business structured data" (name and address are needed, the address as a PostalAddress) and
    "Profile page structured data" (a Person with her name).
    """
    own = artisan.language
    craft, place = (words_in(texts, language, own)[1] for texts in (artisan.crafts, artisan.places))
    known = person(artisan, uris) | ({"jobTitle": craft} if craft else {})
    words = excerpt(artisan.summary_in(language)[1])
    if words:
        known["description"] = words
    if artisan.links:
        known["sameAs"] = [link.url for link in artisan.links]
    picture: Node = {} if artisan.icon is None else {"image": uris.media_url(artisan.icon.small(400).file)}
    known |= picture
    if not place:
        return [known]
    workshop: Node = {
        "@type": "LocalBusiness",
        "@id": f"{known['url']}#workshop",
        "name": artisan.name,
        "url": known["url"],
        **picture,
        "address": {"@type": "PostalAddress", "addressLocality": place},
        "founder": {"@id": known["@id"]},
    }
    return [known | {"worksFor": {"@id": workshop["@id"]}}, workshop | ({"knowsAbout": craft} if craft else {})]
