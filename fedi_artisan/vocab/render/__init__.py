"""The only writer of ActivityStreams JSON: our values in, documents out."""

from fedi_artisan.vocab.render.actors import actor, instance_actor, update_actor
from fedi_artisan.vocab.render.collections import collection, collection_page, series, tag
from fedi_artisan.vocab.render.follows import accept_follow, follow, reject_follow, undo_follow
from fedi_artisan.vocab.render.pages import page
from fedi_artisan.vocab.render.works import create, delete, note, tombstone, update

__all__ = [
    "accept_follow",
    "actor",
    "collection",
    "collection_page",
    "create",
    "delete",
    "follow",
    "instance_actor",
    "note",
    "page",
    "reject_follow",
    "series",
    "tag",
    "tombstone",
    "undo_follow",
    "update",
    "update_actor",
]
