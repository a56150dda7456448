"""What is to be made of a photograph; it crosses to the child process as JSON."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Self

from fedi_artisan.domain.terms import Position, Watermark

# Rises whenever the same recipe would give other pictures than before, so that these are made anew.
EDITION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is to be made of a photograph.

    Args:
        creator: who made it, where the file itself does not say so.
        licence_url: where its licence can be read; None keeps what the file says.
        rights: the licence in a few words, "CC BY-NC 4.0" or "All rights reserved".
        ai_refused: whether its files ask machines not to learn from them.
        full_size: whether the whole photograph becomes public.
        watermark: what is drawn over every public picture, or None.
        small: whether it is somebody else's portrait, of which one small picture is made and nothing else.
        glimpse: whether it is somebody else's photograph, of which one picture for a phone is made and nothing else.
    """

    creator: str = ""
    licence_url: str | None = None
    rights: str = ""
    ai_refused: bool = False
    full_size: bool = False
    watermark: Watermark | None = None
    small: bool = False
    glimpse: bool = False

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` gave."""
        raw = json.loads(text)
        mark = raw.pop("watermark")
        if mark is not None:
            mark = Watermark(**(mark | {"position": Position(mark["position"])}))
        return cls(**raw, watermark=mark)

    @property
    def digest(self) -> str:
        """What tells whether pictures were made by this recipe and this edition of the program.

        The name of who made them is left out: it stands in the files as it was then, and a new one alone is no reason
        to make everything anew and to tell everybody.
        """
        said = asdict(replace(self, creator=""))
        # Never set where a digest is asked for; those that are written down know nothing of it.
        del said["glimpse"]
        return hashlib.sha256(f"{EDITION} {json.dumps(said, sort_keys=True)}".encode()).hexdigest()[:16]
