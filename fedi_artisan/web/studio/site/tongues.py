"""The languages that an artisan chooses from for what she writes, each by its own name."""

from fedi_artisan.language import own_name

# Those of Europe and its neighbours, and those that most people speak; whoever writes in another one keeps it.
# fmt: off
_OFFERED = (
    "ar", "bg", "br", "bn", "ca", "co", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "fy",
    "ga", "gl", "gsw", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "ko", "lb", "lt", "lv", "mk", "mt",
    "nb", "nl", "nn", "oc", "pl", "pt", "ro", "ru", "sc", "se", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "ur", "vi",
    "wa", "zh",
)
# fmt: on


def tongues(*kept: str) -> list[tuple[str, str]]:
    """Return code and own name of every language that is offered or *kept*, in the order of names."""
    codes = {*_OFFERED, *kept} - {""}
    return sorted(((code, own_name(code)) for code in codes), key=lambda one: one[1].casefold())
