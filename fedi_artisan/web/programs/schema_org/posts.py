"""A post for search engines."""

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import words_in
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.uris import Uris
from fedi_artisan.vocab.render.moments import moment
from fedi_artisan.web.people.filters import excerpt
from fedi_artisan.web.programs.schema_org.makers import Node, person

_LONGEST_HEADLINE = 110


def posting(post: Post, artisan: Artisan, uris: Uris) -> Node:
    """Return an entry of a journal, or an answer, as a SocialMediaPosting; what stands behind a warning stays there."""
    url, language = uris.post_url(post.uid or ""), post.language or artisan.language
    node: Node = {
        "@type": "SocialMediaPosting",
        "@id": url,
        "url": url,
        "inLanguage": language,
        "datePublished": moment(post.published_at.replace(microsecond=0)),
        "author": person(artisan, uris),
    }
    if post.updated_at is not None:
        node["dateModified"] = moment(post.updated_at.replace(microsecond=0))
    words = post.warning or excerpt(post.source or "")
    if words:
        node["headline"] = words[:_LONGEST_HEADLINE]
    if words and not post.warning:
        node["articleBody"] = words
    if post.photos and not post.warning and not post.sensitive:
        node["image"] = [
            {
                "@type": "ImageObject",
                "contentUrl": uris.media_url(photo.post.file),
                "caption": words_in(photo.alts, language)[1],
            }
            for photo in post.photos
        ]
    return node
