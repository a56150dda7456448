"""What we write says neither more nor less than is true, and fits through every inbox."""

from dataclasses import replace

import pytest

from fedi_artisan.domain.uris import PUBLIC
from fedi_artisan.domain.works import Availability, Draft
from fedi_artisan.vocab import json, render
from fedi_artisan.vocab.activity import parse
from fedi_artisan.vocab.actors import parse_actor, parse_key
from fedi_artisan.vocab.html import plain_text
from fedi_artisan.vocab.notes import parse_note
from fedi_artisan.vocab.types import ActivityType
from tests.conformance.samples import (
    ARTISAN,
    BARE,
    DRAFT,
    EDITED,
    FOLLOW,
    FOLLOWER,
    PEM,
    URIS,
    WORK,
    documents,
    photo,
)
from tests.conformance.validator import complaints


def test_a_work_reads_as_written() -> None:
    """A follower reads title, text, facts, link and hashtags, in this order (WIRE 4.2)."""
    assert plain_text(documents()["work"]["content"]).replace("\N{NO-BREAK SPACE}", " ").splitlines() == [
        "Moon jar no. 14",
        "Thrown in two halves, joined at the waist.",
        "Firing",
        "Three days with oak & pine.",
        "Stoneware, wood ash glaze · wheel throwing",
        "H 38 × ⌀ 37.5 cm, 2024",
        "€420, available",
        "All 5 photographs: atelier.example/works/moon-jar-no-14",
        "#stoneware #MoonJar #céramique",
    ]


def test_a_bare_work_has_nothing_empty() -> None:
    """A work with only a title is a title and a link: no empty paragraph, no empty fact."""
    work = documents()["work_bare"]
    assert plain_text(work["content"]) == "Bowl\natelier.example/works/bowl"
    assert work["craft:work"] == {"type": "craft:Work", "name": "Bowl"}
    assert (work["attachment"], work["tag"]) == ([], [])


def test_a_french_work_is_french() -> None:
    """Facts and link are in the work's language, not in the server's."""
    french = replace(WORK, draft=replace(DRAFT, language="fr", availability=Availability.ON_COMMISSION))
    words = plain_text(render.note(french, ARTISAN, URIS)["content"])
    assert "sur commande" in words
    assert "Les 5 photographies" in words
    assert render.note(french, ARTISAN, URIS)["craft:work"]["availability"] == "made-to-order"


def test_a_note_in_an_activity_has_no_context_of_its_own() -> None:
    """The context stands once, at the top (WIRE 5.1)."""
    assert "@context" not in render.note(WORK, ARTISAN, URIS, in_activity=True)
    assert "@context" in render.note(WORK, ARTISAN, URIS)


def test_served_and_sent_note_are_the_same() -> None:
    """Whoever fetches a work finds what was delivered (WIRE 5.4)."""
    served = {key: value for key, value in documents()["work_edited"].items() if key != "@context"}
    assert served == documents()["update"]["object"]


def test_only_an_edited_work_has_updated() -> None:
    """`updated` is absent at first, and later than `published` afterwards, to the microsecond (WIRE 5.4)."""
    assert "updated" not in documents()["work"]
    assert documents()["work_edited"]["updated"] == "2024-11-24T08:00:00.250000Z"


def test_create_reads_back() -> None:
    """What we write is read as what we meant."""
    create = parse(documents()["create"])
    assert create.type is ActivityType.CREATE
    assert create.actor_uri == URIS.actor(ARTISAN.uid)
    assert (create.to, create.cc) == ((PUBLIC,), (f"{create.actor_uri}/followers",))
    assert create.published_at == WORK.published_at
    assert create.object.document is not None
    note = parse_note(create.object.document)
    assert (note.uri, note.attributed_to) == (URIS.work(WORK.uid), create.actor_uri)
    assert (note.url, note.language, note.is_public) == (URIS.work_url(WORK.slug), "en", True)
    assert plain_text(note.content_html) == plain_text(documents()["create"]["object"]["content"])


@pytest.mark.parametrize("name", ["actor", "instance_actor"])
def test_actors_read_back(name: str) -> None:
    """Our actors are read as followable, with the one key they list."""
    actor = parse_actor(documents()[name])
    assert actor.shared_inbox_url == URIS.shared_inbox
    assert [key.pem for key in actor.keys] == [PEM]
    assert parse_key(documents()[name], URIS.key(actor.uri)) == actor.keys[0]


@pytest.mark.parametrize(
    ("name", "outer", "actor_uri", "object_uri"),
    [
        ("accept_follow", ActivityType.ACCEPT, FOLLOWER, URIS.actor(ARTISAN.uid)),
        ("reject_follow", ActivityType.REJECT, FOLLOWER, URIS.actor(ARTISAN.uid)),
        ("undo_follow", ActivityType.UNDO, URIS.actor(ARTISAN.uid), FOLLOWER),
    ],
)
def test_answers_read_back(name: str, outer: ActivityType, actor_uri: str, object_uri: str) -> None:
    """Accept, Reject and Undo carry the whole Follow and go to the one whom it concerns (WIRE 5.2)."""
    activity = parse(documents()[name])
    assert (activity.type, activity.to) == (outer, (FOLLOWER,))
    assert activity.inner is not None
    assert activity.inner.type is ActivityType.FOLLOW
    assert (activity.inner.actor_uri, activity.inner.object.uri) == (actor_uri, object_uri)
    assert name == "undo_follow" or activity.inner.uri == FOLLOW


def test_a_withdrawn_work_leaves_a_tombstone() -> None:
    """What is served with 410 says what it was and since when it is gone (WIRE 5.5)."""
    tombstone = render.tombstone(EDITED, URIS)
    assert (tombstone["id"], tombstone["formerType"]) == (URIS.work(WORK.uid), "Note")
    assert tombstone["deleted"] == "2024-12-01T18:05:00Z"
    assert "deleted" not in render.tombstone(WORK, URIS)


def test_everybody_may_quote_where_nothing_else_is_said() -> None:
    """Requests to quote are granted by the policy, which is told to all; of replies nothing is promised (WIRE 4.5)."""
    assert documents()["work"]["interactionPolicy"] == {"canQuote": {"automaticApproval": [PUBLIC]}}


def test_joining_is_told_by_the_day() -> None:
    """The hour at which an artisan joined is nobody's business (WIRE 3.2)."""
    assert documents()["actor"]["published"] == "2024-03-01T00:00:00Z"


def test_an_artisan_without_words_has_a_summary() -> None:
    """An empty summary would be refused by Pixelfed (WIRE 3.2)."""
    silent = replace(ARTISAN, summary="", icon=None, image=None)
    document = render.update_actor(silent, URIS, public_pem=PEM, activity_uri=URIS.activity("1"))
    assert document["object"]["summary"] == "<p></p>"
    assert "icon" not in document["object"]
    assert complaints(document) == []


@pytest.mark.parametrize("letter", ["a", "é", "窯", "🏺", '"', "&", "<", "."])
def test_the_largest_work_passes_every_inbox(letter: str) -> None:
    """Whatever a form lets through, the activity stays below Misskey's 64 KB and its text keeps title and link."""
    tag = letter * 300 if letter.isalpha() else "t" * 300
    draft = Draft(
        title=letter * 200,
        text=f"{letter * 99}\n\n" * 190,
        photos=tuple(photo(number, alt=letter * 5000) for number in range(20)),
        materials=(letter * 300,) * 60,
        techniques=(letter * 300,) * 60,
        tags=(*(f"{number}{tag[:55]}" for number in range(29)), tag),
        series=letter * 200,
    )
    work = replace(WORK, draft=draft, series=replace(WORK.series, name=letter * 200) if WORK.series else None)
    for document in (
        render.create(work, ARTISAN, URIS, activity_uri=URIS.activity("1")),
        render.update(replace(work, updated_at=EDITED.updated_at), ARTISAN, URIS, activity_uri=URIS.activity("2")),
    ):
        assert complaints(document) == []
        assert len(json.dumps(document)) < 60_000
        assert "works/moon-jar-no-14" in document["object"]["content"]
        assert len(document["object"]["attachment"]) == 20


def test_an_ordinary_work_travels_whole() -> None:
    """The source goes along with a work of ordinary length (WIRE 4.2)."""
    assert documents()["work"]["source"] == {"mediaType": "text/markdown", "content": DRAFT.text}
    assert render.note(BARE, ARTISAN, URIS)["source"]["content"] == ""


def test_a_long_text_ends_with_a_link() -> None:
    """A text over 1,500 characters ends after a sentence; the link below leads to the rest (WIRE 4.1)."""
    long = replace(WORK, draft=replace(DRAFT, text="A sentence of words. " * 200))
    words = plain_text(render.note(long, ARTISAN, URIS)["content"])
    assert len(words) < 2000
    assert "words. …\n" in words


def test_collections_say_only_what_they_are_given() -> None:
    """Without a first page or items a collection only counts; pages link on only where there is more (WIRE 6)."""
    assert set(render.collection("https://a.example/1", total=3)) == {"@context", "id", "type", "totalItems"}
    page = render.collection_page("https://a.example/1?page=2", part_of="https://a.example/1", items=["x"])
    assert page["type"] == "OrderedCollectionPage"
    assert page["orderedItems"] == ["x"]
    assert "next" not in page


def test_words_of_the_artisan_are_no_markup() -> None:
    """WIRE 10.2 #48: signs of HTML in title, facts and text are shown as they were written, never obeyed."""
    odd = '<em>"A" & B</em>'
    draft = replace(DRAFT, title=odd, text=odd, materials=(odd,), techniques=(odd,), photos=(), tags=())
    content = render.note(replace(WORK, draft=draft), ARTISAN, URIS)["content"]
    assert "<em>" not in content
    assert plain_text(content).count(odd) == 4
