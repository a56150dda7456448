"""Who made a photograph is found wherever it may be said, and made fit to be written again."""

import struct
import zlib

import pytest

from fedi_artisan.media.authorship import Authorship
from fedi_artisan.media.kinds import Kind
from fedi_artisan.media.metadata import exif, iptc, read, xmp
from fedi_artisan.media.texts import LONGEST_TEXT
from tests.unit.media.metadata import private, samples

LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
NO_AI = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"
SPACES = (
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:cc="http://creativecommons.org/ns#"'
    ' xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"'
)


def packet(inside: str, attributes: str = "") -> bytes:
    """Return an XMP packet with these properties."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{SPACES} {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
        + " " * 2000
        + '<?xpacket end="w"?>'
    ).encode()


def photoshop(*datasets: tuple[int, int, bytes]) -> bytes:
    """Return Photoshop's segment with another resource before the one for IPTC."""
    block = b"".join(struct.pack(">BBBH", 0x1C, *key, len(value)) + value for *key, value in datasets)
    other = b"8BIM\x03\xed\x03abc" + struct.pack(">I", 5) + b"12345\0"
    return b"Photoshop 3.0\0" + other + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block


def xmp_says(content: bytes) -> Authorship:
    """Return what a JPEG with this packet says."""
    return read(samples.jpeg_with((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + content)), Kind.JPEG).authorship


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            packet(
                "<dc:creator><rdf:Seq><rdf:li>Léa</rdf:li><rdf:li>Noé</rdf:li></rdf:Seq></dc:creator>"
                '<dc:rights><rdf:Alt><rdf:li xml:lang="fr">à Léa</rdf:li><rdf:li xml:lang="x-default">of Léa</rdf:li>'
                "</rdf:Alt></dc:rights><photoshop:Credit>Atelier</photoshop:Credit>"
                "<xmpRights:UsageTerms><rdf:Alt><rdf:li>CC BY</rdf:li></rdf:Alt></xmpRights:UsageTerms>"
                f'<cc:license rdf:resource="{LICENCE_URL}"/><plus:DataMining>{NO_AI}</plus:DataMining>'
            ),
            Authorship(
                creator="Léa, Noé",
                copyright="of Léa",
                credit="Atelier",
                licence_url=LICENCE_URL,
                usage="CC BY",
                ai_refused=True,
            ),
        ),
        (
            packet(
                "",
                f'dc:creator="Léa" dc:rights="of Léa" photoshop:Credit="Atelier" xmpRights:WebStatement="{LICENCE_URL}"'
                f' xmpRights:UsageTerms="CC BY" plus:DataMining="{NO_AI}"',
            ),
            Authorship(
                creator="Léa",
                copyright="of Léa",
                credit="Atelier",
                licence_url=LICENCE_URL,
                usage="CC BY",
                ai_refused=True,
            ),
        ),
        (
            packet("<dc:creator><rdf:Bag><rdf:li>Léa</rdf:li></rdf:Bag></dc:creator><dc:rights>of Léa</dc:rights>"),
            Authorship(creator="Léa", copyright="of Léa"),
        ),
        (
            packet(
                f'<plus:DataMining rdf:resource="{NO_AI}"/>'
                f"<xmpRights:WebStatement>{LICENCE_URL}</xmpRights:WebStatement>"
            ),
            Authorship(licence_url=LICENCE_URL, ai_refused=True),
        ),
        (
            packet('<plus:DataMining rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"/>'),
            Authorship(),
        ),
        (packet('<cc:license rdf:resource="javascript:alert(1)"/>'), Authorship()),
        (packet("<dc:creator>Léa</dc:creator>").decode().encode("utf-16"), Authorship(creator="Léa")),
        (packet("<dc:creator>Léa</dc:creator>") + bytes(300), Authorship(creator="Léa")),
        (packet("<dc:creator>Léa</dc:creator>")[:-2000], Authorship(creator="Léa")),
        (packet("<dc:creator>Léa"), Authorship()),
        (b"", Authorship()),
    ],
)
def test_xmp_is_read_in_all_its_forms(content: bytes, said: Authorship) -> None:
    """Properties as attributes and as elements, in lists of each sort and as references, are the same properties."""
    assert xmp_says(content) == said


@pytest.mark.parametrize(
    ("datasets", "said"),
    [
        (
            [(2, 80, b"L\xe9a"), (2, 116, b"\xa9 L\xe9a"), (2, 110, b"Atelier"), (2, 90, b"Grenoble")],
            Authorship(creator="Léa", copyright="© Léa", credit="Atelier"),
        ),
        ([(1, 90, b"\x1b%G"), (2, 80, "Léa".encode()), (2, 80, "Noé".encode())], Authorship(creator="Léa, Noé")),
        ([(2, 80, b"")], Authorship()),
    ],
)
def test_iptc_is_read(datasets: list[tuple[int, int, bytes]], said: Authorship) -> None:
    """Author, copyright and credit are found in IPTC, in UTF-8 and in Latin-1, behind other resources."""
    assert read(samples.jpeg_with((0xED, photoshop(*datasets))), Kind.JPEG).authorship == said


def test_iptc_in_two_segments_is_one() -> None:
    """A block of IPTC that begins in one segment and ends in the next is read."""
    body = photoshop((2, 80, b"Lea Morel of Grenoble"))
    content = samples.jpeg_with((0xED, body[:-6]), (0xED, b"Photoshop 3.0\0" + body[-6:]))
    assert read(content, Kind.JPEG).authorship.creator == "Lea Morel of Grenoble"


@pytest.mark.parametrize(
    ("artist", "creator"),
    [
        ("Léa".encode() + b"\0", "Léa"),
        (b"L\xe9a\0", "Léa"),
        (b"Lea\0Atelier\0", "Lea, Atelier"),
        (b" \0 \0", ""),
        (b"L\x07e\x1b[31ma\r\n  M\xe2\x80\xae\0", "Le[31ma M"),
        (b"a" * 900_000, "a" * LONGEST_TEXT),
        (b" " * 900_000 + b"Lea", ""),
    ],
)
def test_exif_is_read_and_cleaned(artist: bytes, creator: str) -> None:
    """An artist is found in EXIF; what does not print is taken out and what is too long is cut."""
    body = private.exif(extra={0x013B: (2, artist)})
    assert read(samples.plain("png 8 bit")[:-12] + samples.png_chunk(b"eXIf", body), Kind.PNG).authorship == Authorship(
        creator=creator, copyright=private.COPYRIGHT
    )


def test_the_richest_words_come_first() -> None:
    """XMP is believed before IPTC, and IPTC before EXIF; each says what those before it do not."""
    segments = [
        (0xE1, exif.PREFIX + exif.render(Authorship(creator="of EXIF", copyright="of EXIF"), 1)),
        (0xED, iptc.render(Authorship(creator="of IPTC", copyright="of IPTC", credit="of IPTC"))),
        (0xE1, xmp.JPEG_PREFIX + xmp.render(Authorship(creator="of XMP", credit="of XMP"))),
    ]
    expected = Authorship(creator="of XMP", copyright="of IPTC", credit="of XMP")
    assert read(samples.jpeg_with(*segments), Kind.JPEG).authorship == expected
    assert read(samples.jpeg_with(segments[0]), Kind.JPEG).authorship == Authorship(
        creator="of EXIF", copyright="of EXIF"
    )


@pytest.mark.parametrize(
    "chunks",
    [
        samples.png_chunk(b"tEXt", b"Author\0L\xe9a") + samples.png_chunk(b"tEXt", b"Copyright\0\xa9 L\xe9a"),
        samples.png_chunk(b"iTXt", "Author\0\0\0fr\0Auteur\0Léa".encode())
        + samples.png_chunk(b"iTXt", b"Copyright\0\1\0\0\0" + zlib.compress("© Léa".encode())),
        samples.png_chunk(b"zTXt", b"Author\0\0" + zlib.compress(b"L\xe9a"))
        + samples.png_chunk(b"zTXt", b"Copyright\0\0" + zlib.compress(b"\xa9 L\xe9a")),
    ],
)
def test_texts_of_png_are_read(chunks: bytes) -> None:
    """Author and copyright are found in the texts of a PNG, whichever of three forms they have."""
    plain = samples.plain("png 8 bit")
    assert read(plain[:-12] + chunks + plain[-12:], Kind.PNG).authorship == Authorship(creator="Léa", copyright="© Léa")


def test_what_is_written_is_clean() -> None:
    """Whatever an author is called, what is written is one short line each, and well-formed."""
    hostile = Authorship(creator="L\0é\x1ba" + "x" * 10_000, copyright="]]>&<a b='\ud800'>", licence_url="java script:")
    told = xmp_says(xmp.render(hostile))
    assert told == Authorship(creator=("Léa" + "x" * 10_000)[:LONGEST_TEXT], copyright="]]>&<a b=''>")
    assert iptc.parse(iptc.find(iptc.render(hostile).removeprefix(iptc.PREFIX))).creator == "Léa" + "x" * 28
    assert exif.render(Authorship(), 1) == xmp.render(Authorship()) == iptc.render(Authorship()) == b""
