"""What server and child say to each other, in lines of JSON: in goes an errand, and an empty line for each challenge.

Out comes:

{"terms": URL}                              a new account was made; these terms were accepted for it
{"show": TOKEN, "text": TEXT}               have the plain door answer so, then say that it does
{"suggested": MOMENT or null}               when the authority wants the certificate renewed: ends the errand
{"done": true}                              the certificate lies in its file: ends it
{"problem": …, "detail": …, "wait_until": …}  it failed: ends it
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

ACCOUNT, CERTIFICATE = "account.pem", "certificate.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is asked of one child.

    Args:
        ask_only: only when the authority wants the certificate renewed that lies in the folder.
        folder: where account and certificate lie.
        names: for which the certificate is to be.
        directory: the address of the authority.
        ca_file: by what the authority itself is known, where not by the usual ones.
        email: where it may write to, if it wants to.
        external_key_id, external_key: how the account belongs to one that was made there before (RFC 8555 7.3.4).
    """

    ask_only: bool
    folder: Path
    names: tuple[str, ...]
    directory: str
    ca_file: Path | None
    email: str | None
    external_key_id: str | None
    external_key: str | None

    def to_line(self) -> str:
        """Return it as one line of JSON."""
        ca_file = None if self.ca_file is None else str(self.ca_file)
        return json.dumps(asdict(self) | {"folder": str(self.folder), "ca_file": ca_file}) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Return what `to_line` wrote."""
        given = cls(**json.loads(line))
        ca_file = None if given.ca_file is None else Path(given.ca_file)
        return replace(given, folder=Path(given.folder), names=tuple(given.names), ca_file=ca_file)
