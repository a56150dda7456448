"""The only writer of ActivityStreams JSON: our values in, documents out."""

from fedi_artisan.vocab.render.actors import actor, instance_actor, move, update_actor
from fedi_artisan.vocab.render.collections import collection, collection_page, series, tag
from fedi_artisan.vocab.render.follows import accept_follow, follow, reject_follow, undo_follow
from fedi_artisan.vocab.render.moderation import block, flag, undo_block
from fedi_artisan.vocab.render.pages import page
from fedi_artisan.vocab.render.pins import add_pin, remove_pin
from fedi_artisan.vocab.render.posts import create as create_post
from fedi_artisan.vocab.render.posts import delete as delete_post
from fedi_artisan.vocab.render.posts import note as post
from fedi_artisan.vocab.render.posts import tombstone as post_tombstone
from fedi_artisan.vocab.render.posts import update as update_post
from fedi_artisan.vocab.render.quotes import (
    accept_quote,
    delete_quote,
    quote_request,
    reject_quote,
    revoked_stamp,
    stamp,
)
from fedi_artisan.vocab.render.reactions import announce, like, undo_reaction
from fedi_artisan.vocab.render.works import create, delete, note, tombstone, update

__all__ = [
    "accept_follow",
    "accept_quote",
    "actor",
    "add_pin",
    "announce",
    "block",
    "collection",
    "collection_page",
    "create",
    "create_post",
    "delete",
    "delete_post",
    "delete_quote",
    "flag",
    "follow",
    "instance_actor",
    "like",
    "move",
    "note",
    "page",
    "post",
    "post_tombstone",
    "quote_request",
    "reject_follow",
    "reject_quote",
    "remove_pin",
    "revoked_stamp",
    "series",
    "stamp",
    "tag",
    "tombstone",
    "undo_block",
    "undo_follow",
    "undo_reaction",
    "update",
    "update_actor",
    "update_post",
]
