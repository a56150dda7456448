"""XMP: what it says of author and rights, read with distrust, and written as the shortest packet that says the same.

Source: ISO 16684-1; IPTC Photo Metadata Standard 2023.1 (plus:DataMining); Creative Commons, "XMP".
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from html import escape
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.texts import clean, clean_url, cleaned

JPEG_PREFIX = b"http://ns.adobe.com/xap/1.0/\0"
PNG_KEYWORD = b"XML:com.adobe.xmp"
MEDIA_TYPE = b"application/rdf+xml"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
_CC = "http://creativecommons.org/ns#"
_PLUS = "http://ns.useplus.org/ldf/xmp/1.0/"
_XML = "http://www.w3.org/XML/1998/namespace"
_PROHIBITED = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"

# The tree is some thirty times as large as the text.
_MOST_BYTES = 500_000
_MOST_TEXTS = 20
_WIDE = (BOM_UTF16_BE, BOM_UTF16_LE)


def parse(packet: bytes) -> Authorship:
    """Return what *packet* says; nothing if it is no XML, is too large, or declares entities."""
    try:
        root = fromstring(_trim(packet), forbid_dtd=True) if len(packet) <= _MOST_BYTES else None
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        # The last two: encodings that Python does not know, or cannot use here.
        return Authorship()
    if root is None:
        return Authorship()
    descriptions = list(_descriptions(root))
    return Authorship(
        creator=clean(", ".join(_texts(descriptions, f"{{{_DC}}}creator"))),
        copyright=_first(descriptions, f"{{{_DC}}}rights"),
        credit=_first(descriptions, f"{{{_PHOTOSHOP}}}Credit"),
        licence_url=clean_url(_first(descriptions, f"{{{_CC}}}license"))
        or clean_url(_first(descriptions, f"{{{_RIGHTS}}}WebStatement")),
        usage=_first(descriptions, f"{{{_RIGHTS}}}UsageTerms"),
        ai_refused=_first(descriptions, f"{{{_PLUS}}}DataMining").startswith(_PROHIBITED),
    )


def render(authorship: Authorship) -> bytes:
    """Return a packet that says *authorship* and nothing else; nothing if there is nothing to say."""
    told = cleaned(authorship)
    attributes = (
        ("photoshop:Credit", told.credit),
        ("xmpRights:WebStatement", told.licence_url),
        ("plus:DataMining", f"{_PROHIBITED}-AIMLTRAINING" if told.ai_refused else ""),
    )
    elements = (
        ("<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>", told.creator),
        ('<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:rights>', told.copyright),
        (
            '<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></xmpRights:UsageTerms>',
            told.usage,
        ),
        ('<cc:license rdf:resource="{}"/>', told.licence_url),
    )
    said = "".join(f' {name}="{escape(text)}"' for name, text in attributes if text)
    inside = "".join(form.format(escape(text)) for form, text in elements if text)
    if not said and not inside:
        return b""
    prefixes = (("dc", _DC), ("photoshop", _PHOTOSHOP), ("xmpRights", _RIGHTS), ("cc", _CC), ("plus", _PLUS))
    spaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in prefixes if f"{prefix}:" in said + inside)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about=""{spaces}{said}>{inside}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _trim(packet: bytes) -> bytes:
    """Return *packet* without the filling around it, which is no XML."""
    # In two bytes for each letter, a zero is half of one.
    return packet if packet.startswith(_WIDE) else packet.strip(b"\0 \r\n\t")


def _descriptions(root: Element) -> Iterator[Element]:
    """Return the elements that hold properties. Steps are counted, not followed: a tree may be very deep."""
    name = f"{{{_RDF}}}RDF"
    tops = [root] if root.tag == name else [child for child in root if child.tag == name]
    for top in tops:
        yield from (child for child in top if child.tag == f"{{{_RDF}}}Description")


def _first(descriptions: Iterable[Element], name: str) -> str:
    """Return the first text of the property *name*: the default one, where there are several languages."""
    return next(_texts(descriptions, name), "")


def _texts(descriptions: Iterable[Element], name: str) -> Iterator[str]:
    """Return the texts of the property *name*, up to a number, whether it is an attribute or an element."""
    left = _MOST_TEXTS
    for description in descriptions:
        values = [description.get(name, "")]
        for child in description:
            if child.tag == name:
                values += _values(child)
        for text in map(clean, values):
            if text and left:
                left -= 1
                yield text


def _values(element: Element) -> list[str]:
    """Return the texts of a property: of its list, of its reference, or its own."""
    resource = element.get(f"{{{_RDF}}}resource")
    if resource is not None:
        return [resource]
    items = [item for group in element for item in group if item.tag == f"{{{_RDF}}}li"]
    if items:
        items.sort(key=lambda item: item.get(f"{{{_XML}}}lang", "x-default") != "x-default")
        return [item.text or item.get(f"{{{_RDF}}}resource") or "" for item in items]
    return [element.text or ""]
