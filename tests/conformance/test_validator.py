"""Our documents pass every rule, and every rule refuses what breaks it."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from fedi_artisan.domain.uris import Uris
from tests.conformance.samples import documents
from tests.conformance.validator import PUBLIC_RULES, RULES, complaints, complaints_served

Json = dict[str, Any]
Break = Callable[[Json], object]


def note(document: Json) -> Json:
    """Return the note in an activity."""
    found: Json = document["object"]
    return found


def picture(document: Json) -> Json:
    """Return the first attachment of the note in an activity."""
    found: Json = note(document)["attachment"][0]
    return found


def deep(levels: int) -> Json:
    """Return an object with *levels* levels."""
    return {} if levels == 1 else {"x": deep(levels - 1)}


# Rule, document, and what is done to it.
BREAKS: list[tuple[str, str, Break]] = [
    ("any_id_and_type", "work", lambda d: d.pop("id")),
    ("any_id_and_type", "work", lambda d: d.update(type=["Note", "craft:Work"])),
    ("any_id_and_type", "delete", lambda d: note(d).pop("type")),
    ("any_no_hidden_recipients", "create", lambda d: note(d).update(bto=[])),
    ("any_activity_has_actor_and_audience", "create", lambda d: d.update(actor={"id": d["actor"]})),
    ("any_activity_has_actor_and_audience", "accept_follow", lambda d: d.pop("to")),
    ("any_activity_has_actor_and_audience", "create", lambda d: d.update(cc="https://a.example/followers")),
    ("any_same_audience", "create", lambda d: note(d).update(cc=[])),
    ("any_plain_content", "work", lambda d: d.update(content="<p>a</p>\n<p>b</p>")),
    ("any_plain_content", "work", lambda d: d.update(content="<h2>a</h2>")),
    ("any_plain_content", "work", lambda d: d.update(content="<p><em>a</p></em>")),
    ("any_plain_content", "work", lambda d: d.update(content="")),
    ("any_flat_extension", "work", lambda d: d["craft:work"].update(price={"amount": 420})),
    ("any_flat_extension", "work", lambda d: d.update({"shop:price": "1"})),
    ("any_collection", "likes", lambda d: d.pop("totalItems")),
    ("any_collection", "outbox_page", lambda d: d.update(orderedItems=None)),
    ("any_collection", "outbox_page", lambda d: d.pop("partOf")),
    ("mastodon_context", "actor", lambda d: d.update({"@context": "https://atelier.example/context"})),
    ("mastodon_one_host", "create", lambda d: d.update(id="https://other.example/1")),
    ("mastodon_one_host", "delete", lambda d: note(d).update(id="https://other.example/1")),
    ("mastodon_one_host", "work", lambda d: d.update(attributedTo="https://other.example/1")),
    ("mastodon_note", "create", lambda d: note(d).update(type="Article")),
    ("mastodon_published", "work", lambda d: d.update(published="23 November 2024")),
    ("mastodon_updated", "update", lambda d: note(d).pop("updated")),
    ("mastodon_updated", "update", lambda d: note(d).update(updated=note(d)["published"])),
    ("mastodon_public", "work", lambda d: d.update(to=["as:Public"])),
    ("mastodon_mentions", "create_message", lambda d: note(d)["tag"][0].update(name="@bob")),
    ("mastodon_mentions", "create_message", lambda d: note(d).update(tag=[])),
    ("mastodon_mentions", "post_answer", lambda d: d.update(cc=d["cc"][:1])),
    ("mastodon_hashtags", "work", lambda d: d.update(tag=d["tag"][1:])),
    ("mastodon_hashtags", "work", lambda d: d["tag"][0].update(name="stoneware")),
    ("mastodon_hashtags", "work", lambda d: d.update(tag=d["tag"][0])),
    ("mastodon_pin", "add_pin", lambda d: d.update(target="https://atelier.example/featured")),
    ("mastodon_pin", "remove_pin", lambda d: d.update(object={"id": d["object"]})),
    ("mastodon_blurhash", "create", lambda d: picture(d).update(blurhash="|" + "0" * 20)),
    ("mastodon_blurhash", "create", lambda d: picture(d).update(blurhash="LEHV6né")),
    ("mastodon_actor", "actor", lambda d: d.pop("inbox")),
    ("mastodon_actor", "actor", lambda d: d.update(preferredUsername="maria almeida")),
    ("mastodon_actor", "actor", lambda d: d.update(attachment={"type": "PropertyValue"})),
    ("mastodon_actor", "actor", lambda d: d.update(url="https://other.example/@maria")),
    ("mastodon_pages", "outbox", lambda d: d.update(first="https://other.example/outbox")),
    ("pixelfed_depth", "create", lambda d: note(d).update(extra=deep(7))),
    ("pixelfed_to_on_object", "create", lambda d: note(d).pop("to")),
    ("pixelfed_author", "create", lambda d: note(d).update(attributedTo=[d["actor"]])),
    ("pixelfed_author", "create", lambda d: note(d).update(attributedTo="https://atelier.example/ap/actors/other")),
    ("pixelfed_attachments", "create", lambda d: note(d)["attachment"].append({"type": "Link"})),
    ("pixelfed_attachments", "create", lambda d: note(d).update(attachment=picture(d))),
    ("pixelfed_attachments", "create", lambda d: picture(d).update(mediaType="image/avif")),
    ("pixelfed_attachments", "create", lambda d: picture(d).update(name=None)),
    ("pixelfed_attachments", "create", lambda d: picture(d).update(width=5001)),
    ("pixelfed_attachments", "create", lambda d: picture(d).update(height="1920")),
    ("pixelfed_attachments", "create", lambda d: picture(d).update(blurhash="0" * 50)),
    ("pixelfed_published", "create", lambda d: d.pop("published")),
    ("pixelfed_published", "work", lambda d: d.update(published="1998-05-01T00:00:00Z")),
    ("pixelfed_accept", "accept_follow", lambda d: d.update(object=d["object"]["id"])),
    ("pixelfed_accept", "reject_follow", lambda d: d["object"].pop("actor")),
    ("pixelfed_accept", "accept_follow", lambda d: d["object"].update(object="https://atelier.example/other")),
    ("pixelfed_undo", "undo_follow", lambda d: d.update(object=d["object"]["id"])),
    ("pixelfed_undo", "undo_follow", lambda d: d["object"].update(actor="https://atelier.example/other")),
    ("pixelfed_follow", "follow", lambda d: d.update(object={"id": d["object"]})),
    ("pixelfed_delete", "delete", lambda d: d.update(object=d["object"]["id"])),
    ("pixelfed_actor", "actor", lambda d: d.pop("manuallyApprovesFollowers")),
    ("pixelfed_actor", "actor", lambda d: d.update(publicKey=[d["publicKey"]])),
    ("pixelfed_actor", "actor", lambda d: d.update(url=[{"type": "Link", "href": d["url"]}])),
    ("pixelfed_update_person", "update_actor", lambda d: d["object"].update(summary="")),
    ("pixelfed_update_person", "update_actor", lambda d: d["object"].update(type="Service")),
    ("pixelfed_update_person", "update_actor", lambda d: d["object"].update(outbox="https://other.example/outbox")),
    ("pixelfed_update_person", "update_actor", lambda d: d["object"]["icon"].update(mediaType="image/webp")),
    ("pixelfed_public_addresses", "create", lambda d: picture(d).update(url="http://atelier.example/1.jpg")),
    ("pixelfed_public_addresses", "work", lambda d: d.update(url="https://localhost/works/1")),
    ("gotosocial_no_name", "create", lambda d: note(d).update(name="Moon jar")),
    ("gotosocial_no_name", "create", lambda d: note(d).update(summary="Moon jar")),
    ("gotosocial_content_map", "work", lambda d: d["contentMap"].update(en="<p>Moon jar</p>")),
    ("gotosocial_content_map", "work", lambda d: d.pop("contentMap")),
    ("gotosocial_updated", "work_edited", lambda d: d.update(updated="2024-11-23T12:30:21Z")),
    ("gotosocial_key_owner", "actor", lambda d: d["publicKey"].update(owner="https://atelier.example/other")),
    ("gotosocial_focal_point", "create", lambda d: picture(d).update(focalPoint=[0, 1])),
    ("gotosocial_focal_point", "create", lambda d: picture(d).update(focalPoint=[0.0, 1.5])),
    ("gotosocial_policy", "work", lambda d: d["interactionPolicy"].update(canReply={"automaticApproval": ["x"]})),
    ("gotosocial_policy", "work", lambda d: d["interactionPolicy"]["canQuote"].update(automaticApproval=[])),
    ("misskey_size", "create", lambda d: note(d)["source"].update(content="é" * 32_000)),
    ("misskey_plain_urls", "work", lambda d: d.update(url=[{"type": "Link", "href": d["url"]}])),
    ("misskey_plain_urls", "create", lambda d: picture(d).update(url=[{"href": "https://atelier.example/1.jpg"}])),
    ("misskey_page_on_host", "work", lambda d: d.update(url="https://other.example/works/1")),
]


@pytest.mark.parametrize("name", sorted(documents()))
def test_our_documents_are_taken_by_all(name: str) -> None:
    """Whatever we write passes every rule of Mastodon, Pixelfed, GoToSocial and Misskey (WIRE 11, 12)."""
    assert complaints(documents()[name]) == []


@pytest.mark.parametrize("name", sorted(documents()))
def test_our_documents_on_loopback_are_taken_as_well(name: str) -> None:
    """A server that is tried out on loopback breaks no rule but that of public addresses."""
    document = documents(Uris("http://127.0.0.1:8000"))[name]
    assert complaints(document, loopback=True) == []
    assert {line.partition(":")[0] for line in complaints(document)} <= {rule.__name__ for rule in PUBLIC_RULES}


@pytest.mark.parametrize(("rule", "name", "spoil"), BREAKS)
def test_a_rule_refuses_what_breaks_it(rule: str, name: str, spoil: Break) -> None:
    """One thing spoilt in a good document is named by the rule that is there for it."""
    document = copy.deepcopy(documents()[name])
    spoil(document)
    assert rule in {line.partition(":")[0] for line in complaints(document)}


def test_every_rule_is_broken_once() -> None:
    """No rule stands without the proof that it refuses something."""
    assert {rule for rule, _, _ in BREAKS} == {rule.__name__ for rule in RULES + PUBLIC_RULES}


@pytest.mark.parametrize(
    ("url", "content_type", "refused"),
    [
        ("", "application/activity+json", False),
        ("", "application/activity+json; charset=utf-8", False),
        ("", 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"', False),
        ("", "application/ld+json", True),
        ("", "application/json", True),
        ("https://atelier.example/works/other", "application/activity+json", True),
    ],
)
def test_an_answer_is_judged_with_its_document(url: str, content_type: str, *, refused: bool) -> None:
    """A document counts only at its own address and under one of two media types (WIRE 1.5)."""
    document = documents()["work"]
    found = complaints_served(document, url=url or document["id"], content_type=content_type)
    assert bool(found) is refused


def test_documents_survive_their_journey() -> None:
    """Every document is plain JSON: written and read again it is the same."""
    for document in documents().values():
        assert json.loads(json.dumps(document)) == document
