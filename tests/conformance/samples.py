"""One artisan and her works, and every document that this server writes about them."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.pages import Page, PageDraft, PageWording
from fedi_artisan.domain.photos import Photo, PictureType, Rendition, Role
from fedi_artisan.domain.policies import OwnPolicy, Quoting, Replying
from fedi_artisan.domain.posts import Mention, Post, Visibility
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Series, SeriesWording, Wording, Work
from fedi_artisan.vocab import render
from fedi_artisan.vocab.render.quotes import Asked

URIS = Uris("https://atelier.example")
PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n"
FOLLOWER = "https://mastodon.example/users/bob"
FOLLOW = "https://mastodon.example/00f1a2b3"


def shown(name: str, width_px: int, height_px: int, alt: str) -> Photo:
    """Return a photograph as far as other servers learn of it."""
    renditions = tuple(
        Rendition(
            role=role,
            type=PictureType.JPEG,
            width_px=width_px,
            height_px=height_px,
            size_bytes=1,
            file=f"{name}.jpg",
        )
        for role in (Role.POST, Role.VIEW)
    )
    return Photo(
        uid=name,
        original=None,
        width_px=width_px,
        height_px=height_px,
        renditions=renditions,
        alts={"en": alt},
    )


ARTISAN = Artisan(
    id=1,
    uid="01jc7maria00000000000000aa",
    username="maria",
    name="Maria Almeida",
    summary="Wheel-thrown stoneware, *wood ash* glazes. Porto.",
    language="en",
    created_at=datetime(2024, 3, 1, 9, 41, 7, tzinfo=UTC),
    updated_at=datetime(2024, 3, 1, 9, 41, 7, tzinfo=UTC),
    icon=shown("aa11", 400, 400, "Maria at the wheel"),
    image=shown("aa22", 1500, 500, "Shelf with bowls"),
    crafts={"en": "Potter", "pt": "Oleira"},
    places={"en": "Porto, Portugal"},
    commissions=Commissions.WAITING_LIST,
    commissions_notes={"en": "about four months"},
    links=(ProfileLink(label="Shop", url="https://ceramica.example/"),),
)


def photo(number: int, alt: str = "Round white jar with ash-green runs") -> Photo:
    """Return a photograph as the media room stores it."""
    return dataclasses.replace(
        shown(f"{number:04}-large", 2560, 1920, alt),
        blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        focal_point=(0, 0.15),
    )


DRAFT = Draft(
    title="Moon jar no. 14",
    text="Thrown in *two halves*, joined at the waist.\n\n## Firing\n\nThree days with oak & pine.",
    language="en",
    photos=tuple(photo(number) for number in range(1, 6)),
    materials=("stoneware", "wood ash glaze"),
    techniques=("wheel throwing",),
    dimensions=Dimensions((("height", Decimal(38)), ("diameter", Decimal("37.5"))), "cm"),
    year=2024,
    price=Price(Decimal("420.00"), "EUR"),
    availability=Availability.AVAILABLE,
    series="Moon jars",
    tags=("stoneware", "MoonJar", "céramique"),
    featured=True,
)

SERIES = Series(
    uid="01jc8zseries0000000000000c",
    slug="moon-jars",
    name="Moon jars",
    text="Thrown in *two halves*.",
    others={"fr": SeriesWording(name="Jarres de lune", text="Tournées en *deux moitiés*.")},
)

WORK = Work(
    id=14,
    uid="01jc8zmoonjar000000000000b",
    slug="moon-jar-no-14",
    artisan_id=1,
    draft=DRAFT,
    series=SERIES,
    published_at=datetime(2024, 11, 23, 12, 30, 22, tzinfo=UTC),
    likes=3,
    announces=1,
    replies=2,
)

EDITED = Work(
    id=14,
    uid=WORK.uid,
    slug=WORK.slug,
    artisan_id=1,
    draft=DRAFT,
    series=WORK.series,
    published_at=WORK.published_at,
    updated_at=datetime(2024, 11, 24, 8, 0, 0, 250_000, tzinfo=UTC),
    withdrawn_at=datetime(2024, 12, 1, 18, 5, tzinfo=UTC),
    edits=3,
)

BARE = Work(
    id=15,
    uid="01jc9bare0000000000000000d",
    slug="bowl",
    artisan_id=1,
    draft=Draft(title="Bowl"),
    series=None,
    published_at=WORK.published_at,
)

SHUT = dataclasses.replace(
    WORK,
    draft=dataclasses.replace(DRAFT, policy=OwnPolicy(replies=Replying.NOBODY, quotes=Quoting.FOLLOWERS)),
)

STAMP = "01jezquote000000000000000e"

TWICE = dataclasses.replace(
    WORK,
    draft=dataclasses.replace(
        DRAFT,
        others={
            "fr": Wording(
                title="Jarre de lune n° 14",
                text="Tournée en *deux moitiés*.",
                materials=("grès", "émail de cendre"),
                techniques=("tournage",),
            )
        },
    ),
)

PAGE = Page(
    id=1,
    uid="01jc8zabout0000000000000e0",
    slug="about-the-workshop",
    artisan_id=1,
    draft=PageDraft(
        title="About the workshop",
        text="## Where\n\nIn an *old mill* by the river.\n\n| bowl | 40 EUR |\n|---|---|\n| jar | 90 EUR |",
        language="en",
        others={"fr": PageWording(title="L’atelier", text="Dans un *vieux moulin*, au bord de la rivière.")},
    ),
    position=0,
    created_at=WORK.published_at,
    updated_at=datetime(2024, 11, 25, 7, 0, tzinfo=UTC),
)

BOB = Mention(uri=FOLLOWER, handle="@bob@mastodon.example", url="https://mastodon.example/@bob")


def said(uid: str, text: str, uris: Uris, **others: Any) -> Post:
    """Return a post of the artisan."""
    known: dict[str, Any] = {
        "id": 1,
        "uri": uris.post(uid),
        "uid": uid,
        "author": None,
        "artisan_id": 1,
        "type": "Note",
        "visibility": Visibility.PUBLIC,
        "in_reply_to": None,
        "work_id": None,
        "journal_id": None,
        "url": uris.post_url(uid),
        "title": "",
        "html": "",
        "source": text,
        "warning": "",
        "sensitive": False,
        "language": "en",
        "pictures": (),
        "mentions": (),
        "quote_uri": None,
        "approved": True,
        "published_at": WORK.published_at,
        "updated_at": None,
        "received_at": WORK.published_at,
        "edits": 0,
        "withdrawn_at": None,
    }
    return Post(**known | others)


def said_ones(uris: Uris) -> dict[str, Post]:
    """Return an entry of a journal, an answer, a message, and an entry that was said otherwise, by name."""
    answer = "Thank you, @bob@mastodon.example! It was fired with *pine*.\nMore tomorrow."
    return {
        "entry": said(
            "01jc8zentry00000000000000a",
            "The kiln is at 1,280 °C. #kiln #céramique\n\nhttps://ceramica.example/market?day=2",
            uris,
            photos=(photo(1),),
        ),
        "answer": said(
            "01jc8zanswer0000000000000a",
            answer,
            uris,
            visibility=Visibility.UNLISTED,
            in_reply_to=f"{FOLLOWER}/statuses/1",
            mentions=(BOB,),
        ),
        "message": said("01jc8zmessage000000000000a", answer, uris, visibility=Visibility.DIRECT, mentions=(BOB,)),
        "entry_for_followers": said(
            "01jc8zfollowers0000000000a",
            "It broke.",
            uris,
            visibility=Visibility.FOLLOWERS,
            warning="A broken jar",
            updated_at=datetime(2024, 11, 24, 8, 0, tzinfo=UTC),
        ),
        "entry_that_quotes": said("01jc8zquotes000000000000a0", "Look.", uris, quote_uri=f"{FOLLOWER}/statuses/2"),
    }


def documents(uris: Uris = URIS) -> dict[str, dict[str, Any]]:
    """Return each kind of document that is written here, by name, as a server at *uris* writes it."""
    actor_uri, work_uri = uris.actor(ARTISAN.uid), uris.work(WORK.uid)
    activity_uri = uris.activity("01jd0000000000000000000000")
    outbox = f"{actor_uri}/outbox"
    create = render.create(WORK, ARTISAN, uris, activity_uri=activity_uri)
    asked = Asked(
        uri=f"{FOLLOWER}/quote_requests/1",
        actor_uri=FOLLOWER,
        target_uri=work_uri,
        instrument_uri=f"{FOLLOWER}/statuses/1",
    )
    ours = said_ones(uris)
    answer = {"activity_uri": activity_uri, "follow_uri": FOLLOW, "follower_uri": FOLLOWER}
    return {
        "actor": render.actor(ARTISAN, uris, public_pem=PEM),
        "instance_actor": render.instance_actor(uris, public_pem=PEM),
        "update_actor": render.update_actor(ARTISAN, uris, public_pem=PEM, activity_uri=activity_uri),
        "move": render.move(ARTISAN, uris, activity_uri=activity_uri, target_uri="https://new.example/users/maria"),
        "work": render.note(WORK, ARTISAN, uris),
        "work_edited": render.note(EDITED, ARTISAN, uris),
        "work_in_two_languages": render.note(TWICE, ARTISAN, uris),
        "work_bare": render.note(BARE, ARTISAN, uris),
        "page": render.page(PAGE, ARTISAN, uris),
        "create": create,
        "update": render.update(EDITED, ARTISAN, uris, activity_uri=activity_uri),
        "delete": render.delete(EDITED, ARTISAN, uris, activity_uri=activity_uri),
        "tombstone": render.tombstone(EDITED, uris),
        **{f"post_{name}": render.post(one, ARTISAN, uris) for name, one in ours.items()},
        "create_post": render.create_post(ours["entry"], ARTISAN, uris, activity_uri=activity_uri),
        "create_message": render.create_post(ours["message"], ARTISAN, uris, activity_uri=activity_uri),
        "update_post": render.update_post(ours["entry_for_followers"], ARTISAN, uris, activity_uri=activity_uri),
        "delete_post": render.delete_post(ours["answer"], ARTISAN, uris, activity_uri=activity_uri),
        "add_pin": render.add_pin(ARTISAN, uris, activity_uri=activity_uri, object_uri=work_uri),
        "remove_pin": render.remove_pin(ARTISAN, uris, activity_uri=activity_uri, object_uri=work_uri),
        "post_tombstone": render.post_tombstone(
            dataclasses.replace(ours["entry"], withdrawn_at=datetime(2024, 12, 1, 18, 5, tzinfo=UTC))
        ),
        "accept_follow": render.accept_follow(ARTISAN, uris, **answer),
        "reject_follow": render.reject_follow(ARTISAN, uris, **answer),
        "follow": render.follow(ARTISAN, uris, activity_uri=activity_uri, object_uri=FOLLOWER),
        "undo_follow": render.undo_follow(
            ARTISAN,
            uris,
            activity_uri=activity_uri,
            follow_uri=uris.activity("01jd0000000000000000000001"),
            object_uri=FOLLOWER,
        ),
        "work_shut": render.note(SHUT, ARTISAN, uris),
        "accept_quote": render.accept_quote(
            ARTISAN, uris, asked, activity_uri=activity_uri, stamp_uri=uris.quote(STAMP)
        ),
        "reject_quote": render.reject_quote(ARTISAN, uris, asked, activity_uri=activity_uri),
        "stamp": render.stamp(
            ARTISAN, uris, uid=STAMP, instrument_uri=asked.instrument_uri, target_uri=asked.target_uri
        ),
        "delete_quote": render.delete_quote(ARTISAN, uris, activity_uri=activity_uri, uid=STAMP, quoter_uri=FOLLOWER),
        "outbox": render.collection(outbox, total=1, first=f"{outbox}?page=1"),
        "outbox_page": render.collection_page(
            f"{outbox}?page=1", part_of=outbox, items=[create], next_uri=f"{outbox}?max_id=14"
        ),
        "featured": render.collection(f"{actor_uri}/featured", total=1, items=[work_uri]),
        "tag": render.tag("MoonJar", uris, items=[work_uri]),
        "series": render.series(SERIES, ARTISAN, uris, items=[work_uri]),
        "likes": render.collection(f"{work_uri}/likes", total=3, ordered=False),
        "replies_page": render.collection_page(
            f"{work_uri}/replies?page=1", part_of=f"{work_uri}/replies", items=[], ordered=False
        ),
    }
