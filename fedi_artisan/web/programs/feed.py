"""What a feed says: an entry for each work, with all of its words and photographs, whatever form it is written in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from markupsafe import Markup

from fedi_artisan.domain.actors import Artisan
from fedi_artisan.domain.photos import Photo, words_in
from fedi_artisan.domain.posts import Post
from fedi_artisan.domain.terms import Licence, Terms
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Work
from fedi_artisan.language import nearest, translation
from fedi_artisan.vocab import facts
from fedi_artisan.vocab.html import page_html
from fedi_artisan.vocab.said import read
from fedi_artisan.web.people.filters import brief, excerpt
from fedi_artisan.web.people.links import in_language
from fedi_artisan.web.people.pages import Pages
from fedi_artisan.web.programs.xml import allowed

# Wide enough for the readers of feeds, small enough for twenty works at once.
PICTURE_PX = 1280
ICON_PX = 400
_LINK = re.compile(r'<a href="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who made a work: name, page, handle and portrait (its address, or None)."""

    name: str
    url: str
    icon_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photograph in a feed; texts come with the code of their language, empty ones with none.

    Args:
        url, media_type, size_bytes, width_px, height_px: of the file that readers show.
        small_url: of a smaller one, for lists.
        alt: what it shows.
        caption: what stands below it.
    """

    url: str
    media_type: str
    size_bytes: int
    width_px: int
    height_px: int
    small_url: str
    alt: tuple[str, str]
    caption: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One work; *html* is all that there is of it, *summary* its beginning without markup."""

    uri: str
    url: str
    language: str
    title: str
    summary: str
    html: str
    author: Author
    tags: Sequence[str]
    pictures: Sequence[Picture]
    rights: str
    licence: Licence
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A list of works that readers come back for.

    Args:
        uri: what it is known by for ever: the id of what it tells of.
        url: its page.
        path: its own address in any form: without origin, ending and query.
        language: of its own words.
        chosen: the language that was asked for, or empty where each work speaks its own.
        author: whose works these are, where they are one artisan's.
        ai_refused: whether machines are asked not to learn from it.
    """

    uri: str
    url: str
    path: str
    language: str
    chosen: str
    title: str
    subtitle: str
    author: Author | None
    icon_url: str | None
    updated_at: datetime
    entries: Sequence[Entry]
    ai_refused: bool

    def own_url(self, origin: str, ending: str) -> str:
        """Return where it stands in one form: *ending* is "atom", "rss" or "json"."""
        return in_language(f"{origin}{self.path}.{ending}", self.chosen or None)


@dataclass(frozen=True, slots=True)
class Editor:
    """Makes entries of works, in one language.

    Args:
        pages: the templates.
        uris: where everything is.
        makers: the artisans of this server by their row id.
        language: of what this house says, one of LANGUAGES.
        chosen: the language that works should come in, or empty where each speaks its own.
    """

    pages: Pages
    uris: Uris
    makers: Mapping[int, Artisan]
    language: str
    chosen: str

    def author(self, artisan: Artisan) -> Author:
        """Return an artisan as the author of her works."""
        icon = None if artisan.icon is None else self.uris.media_url(artisan.icon.small(ICON_PX).file)
        return Author(name=artisan.name, url=self.uris.profile_url(artisan.username), icon_url=icon)

    def entry(self, work: Work) -> Entry:
        """Return all there is of a work."""
        artisan = self.makers[work.artisan_id]
        written_in, wording = work.draft.wording(self.chosen)
        terms = self.terms(work)
        pictures = [self._picture(photo, written_in) for photo in work.draft.photos]
        url = in_language(self.uris.work_url(work.slug), self.chosen or None)
        written = self.pages.render(
            "feed_entry.html",
            # Facts read like the words beside them where this house speaks that language.
            language=nearest(written_in) or self.language,
            draft=work.draft,
            wording=wording,
            pictures=pictures,
            prose=Markup(absolute_links(page_html(wording.text), url)),  # noqa: S704 - page_html gives clean HTML
        )
        return Entry(
            uri=self.uris.work(work.uid),
            url=url,
            language=written_in,
            title=wording.title,
            summary=excerpt(wording.text),
            html=allowed(written.decode()),
            author=self.author(artisan),
            tags=work.draft.tags,
            pictures=pictures,
            rights=self._rights(artisan, terms),
            licence=terms.licence,
            published_at=work.published_at,
            updated_at=work.updated_at or work.published_at,
        )

    def entry_of_post(self, post: Post) -> Entry:
        """Return all there is of an entry of a journal; what stands behind a warning stays there."""
        artisan = self.makers[post.artisan_id or 0]
        language = post.language or artisan.language
        url = in_language(self.uris.post_url(post.uid or ""), self.chosen or None)
        hidden = bool(post.warning)
        pictures = [] if hidden or post.sensitive else [self._picture(photo, language) for photo in post.photos]
        said = read(post.source or "", post.mentions, self.uris.tag_url)
        written = self.pages.render(
            "feed_post.html",
            language=nearest(language) or self.language,
            post=post,
            url=url,
            pictures=pictures,
            prose=Markup(said.html),  # noqa: S704 - clean HTML
        )
        words = post.warning or excerpt(post.source or "")
        return Entry(
            uri=post.uri,
            url=url,
            language=language,
            title=brief(words) or facts.day(post.published_at.date(), nearest(language) or self.language),
            summary=words,
            html=allowed(written.decode().strip()),
            author=self.author(artisan),
            tags=() if hidden else said.hashtags,
            pictures=pictures,
            rights=self._rights(artisan, artisan.terms),
            licence=artisan.terms.licence,
            published_at=post.published_at,
            updated_at=post.updated_at or post.published_at,
        )

    def terms(self, work: Work) -> Terms:
        """Return the terms that hold for a work."""
        return work.draft.terms.within(self.makers[work.artisan_id].terms)

    def _picture(self, photo: Photo, written_in: str) -> Picture:
        shown = photo.small(PICTURE_PX)
        return Picture(
            url=self.uris.media_url(shown.file),
            media_type=shown.type.media_type,
            size_bytes=shown.size_bytes,
            width_px=shown.width_px,
            height_px=shown.height_px,
            small_url=self.uris.media_url(photo.small(320).file),
            alt=words_in(photo.alts, written_in, self.language),
            caption=words_in(photo.captions, written_in, self.language),
        )

    def _rights(self, artisan: Artisan, terms: Terms) -> str:
        """Return whose all this is, and what may be done with the photographs."""
        say = translation(self.language).gettext
        if terms.licence is Licence.ALL_RIGHTS_RESERVED:
            return f"© {artisan.name}. {say('All rights reserved')}"
        return f"© {artisan.name}. {say('Photographs: {licence}').format(licence=terms.licence.words)}"


def absolute_links(clean_html: str, url: str) -> str:
    """Return HTML of `page_html` with whole addresses in its links, as they are meant on the page at *url*.

    In clean HTML no text holds "<", so what looks like the beginning of a link is one.
    """

    def whole(match: re.Match[str]) -> str:
        try:
            return f'<a href="{urljoin(url, match[1])}"'
        except ValueError:  # an address that is none, such as http://[
            return match[0]

    return _LINK.sub(whole, clean_html)
