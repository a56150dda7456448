"""One artisan and her works, and every document that this server writes about them."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fedi_artisan.domain.actors import Artisan, Commissions, ProfileLink
from fedi_artisan.domain.pages import Page, PageDraft, PageWording
from fedi_artisan.domain.photos import Photo, PictureType, Rendition, Role
from fedi_artisan.domain.uris import Uris
from fedi_artisan.domain.works import Availability, Dimensions, Draft, Price, Series, SeriesWording, Wording, Work
from fedi_artisan.vocab import render

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


def documents(uris: Uris = URIS) -> dict[str, dict[str, Any]]:
    """Return each kind of document that is written here, by name, as a server at *uris* writes it."""
    actor_uri, work_uri = uris.actor(ARTISAN.uid), uris.work(WORK.uid)
    activity_uri = uris.activity("01jd0000000000000000000000")
    outbox = f"{actor_uri}/outbox"
    create = render.create(WORK, ARTISAN, uris, activity_uri=activity_uri)
    answer = {"activity_uri": activity_uri, "follow_uri": FOLLOW, "follower_uri": FOLLOWER}
    return {
        "actor": render.actor(ARTISAN, uris, public_pem=PEM),
        "instance_actor": render.instance_actor(uris, public_pem=PEM),
        "update_actor": render.update_actor(ARTISAN, uris, public_pem=PEM, activity_uri=activity_uri),
        "work": render.note(WORK, ARTISAN, uris),
        "work_edited": render.note(EDITED, ARTISAN, uris),
        "work_in_two_languages": render.note(TWICE, ARTISAN, uris),
        "work_bare": render.note(BARE, ARTISAN, uris),
        "page": render.page(PAGE, ARTISAN, uris),
        "create": create,
        "update": render.update(EDITED, ARTISAN, uris, activity_uri=activity_uri),
        "delete": render.delete(EDITED, ARTISAN, uris, activity_uri=activity_uri),
        "tombstone": render.tombstone(EDITED, uris),
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
