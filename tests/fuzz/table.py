"""The table of all that is tried, and in which file it stands: each is loaded only when it is wanted."""

from importlib import import_module

from tests.fuzz.target import Target

ROOMS = {
    "documents": ("json", "activity", "note", "actor", "collection"),
    "texts": ("html", "markdown", "post"),
    "signatures": ("signature", "digest-and-date", "public-key"),
    "headers": ("headers", "header-values", "query", "log-mask"),
    "forms": ("form", "form-with-files", "work", "field", "search"),
    "elsewhere": ("webfinger", "host-meta", "answer", "address"),
    "files": ("block-list", "follow-list", "config", "restored-config", "backup", "about-backup", "own-files", "theme"),
    "tokens": ("brought-back", "passkey"),
    "pictures": ("metadata", "metadata-of-any-kind", "frames", "photo"),
    "server": ("request", "inbox"),
}
NAMES = tuple(name for names in ROOMS.values() for name in names)


def target(name: str) -> Target:
    """Return the target of this name."""
    room = next(room for room, names in ROOMS.items() if name in names)
    targets: tuple[Target, ...] = import_module(f"tests.fuzz.targets.{room}").TARGETS
    return next(one for one in targets if one.name == name)
