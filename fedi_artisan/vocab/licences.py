"""How a licence is written: in plain words for visitors, and as other servers know it."""

from fedi_artisan.domain.terms import Licence
from fedi_artisan.language import translation


def permission(value: Licence, language: str) -> str:
    """Return what a licence allows others to do with the photographs, in plain words."""
    say = translation(language).gettext
    return {
        Licence.ALL_RIGHTS_RESERVED: say("Ask before you use the photographs"),
        Licence.CC_BY: say("You may share and change the photographs, and sell them, if you name their maker"),
        Licence.CC_BY_SA: say(
            "You may share and change the photographs, and sell them, if you name their maker and let others do the "
            "same"
        ),
        Licence.CC_BY_NC: say("You may share and change the photographs if you name their maker, but not sell them"),
        Licence.CC_BY_NC_SA: say(
            "You may share and change the photographs if you name their maker and let others do the same, but not sell "
            "them"
        ),
        Licence.CC_BY_ND: say("You may share the photographs as they are, and sell them, if you name their maker"),
        Licence.CC_BY_NC_ND: say(
            "You may share the photographs as they are if you name their maker, but not sell them"
        ),
        Licence.CC0: say("You may do with the photographs whatever you like"),
    }[value]


def wire_name(value: Licence) -> str:
    """Return the name by which Pixelfed knows a licence, which is an ordinary one for everybody else.

    Source: Pixelfed, app/Util/Media/License.php (`title`, WIRE 4.3).
    """
    if value is Licence.CC0:
        return "Public Domain (CC0)"
    return value.words.removesuffix(" 4.0") or "All Rights Reserved"
