"""What people type and send: forms with and without files, works, words to look for, and what they answer with."""

from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qsl, urlencode

from fedi_artisan.domain import facts, forms, moments, posts, unwanted
from fedi_artisan.domain.actors import check_username, split_handle
from fedi_artisan.domain.credentials import read_recovery_code
from fedi_artisan.domain.drafts import take_apart
from fedi_artisan.domain.filters import folded, parse_filter
from fedi_artisan.domain.passwords import check_password
from fedi_artisan.domain.safety import check_domain
from fedi_artisan.domain.slugs import slug_of
from fedi_artisan.domain.texts import check_language
from fedi_artisan.domain.written import write_dimensions, write_edition, write_price, written
from fedi_artisan.errors import BadInput
from fedi_artisan.web.bodies import FORM, read_form
from fedi_artisan.web.parts import read_parts, read_texts
from tests.fuzz.reading import all_of, request_of, text_of, waited
from tests.fuzz.target import Shape, Target

_NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
_WORDS = (
    *(
        "12,50 €",
        "€ 1.234,56",
        "1 234,56 EUR",
        "USD 12",
        "£",
        "1'200.- CHF",
        "¥1000",
        "h 12 × l 8,5 cm",
        "⌀ 20 mm",
        '3"',
    ),
    *("ø", "×", "x", "H", "cm", "in", "3/12", "12", "unique", "0/0", "2024", "-44", "2024-05-01T14:30", "2024-05-01"),
    *("Europe/Paris", "../../etc/passwd", "UTC+25", "-900", "Etc/GMT+12", "en", "fr-CA", "tlh-x", "0.5 0.5", "50%,50%"),
    *(
        "never",
        "on",
        "yes",
        "available",
        "followers",
        "everyone",
        "sold",
        "cc-by-4.0",
        "@bob@mastodon.example",
        "#clay",
    ),
    *(
        "title=",
        "text=",
        "price=",
        "photos=",
        "other_language=fr",
        "publish_at=",
        "published_on=",
        "zone=",
        "alt-01abc=",
    ),
    *("é", "l’émail", "œuvre", "ß", "clay, glaze; slip", "kg", "NaN cm", "Infinity €", "1E5 €", "٣ cm", "1e9999 cm"),
)
_WORK = {
    "title": "Moon jar",
    "text": "Thrown in two halves.",
    "language": "en",
    "other_language": "fr",
    "other_title": "Jarre de lune",
    "materials": "stoneware, ash glaze",
    "techniques": "throwing; glazing",
    "dimensions": "h 32 × ⌀ 30 cm",
    "year": "2024",
    "price": "1 200 €",
    "availability": "available",
    "series": "Moons",
    "tags": "#moonjar, clay",
    "edition": "3/12",
    "audience": "everyone",
    "published_on": "2024-05-01",
    "publish_at": "2027-01-01T10:00",
    "zone": "Europe/Paris 60",
    "photos": "01abc",
    "alt-01abc": "A white jar",
    "focus-01abc": "0.2 0.8",
}
_LIMITS = {"idle_s": 5.0, "most_bytes": 100_000, "most_parts": 10}
_MULTIPART = (
    b"multipart/form-data; boundary=xYz\n"
    b'--xYz\r\nContent-Disposition: form-data; name="title"\r\n\r\nMoon jar\r\n'
    b'--xYz\r\nContent-Disposition: form-data; name="photo"; filename="j\xc3\xa4r.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0\0\x10JFIF\r\n--xYz--\r\n"
)
_MULTIPART_WORDS = (
    *(
        "--xYz",
        "--xYz--",
        "\r\n\r\n",
        "\r\n",
        'name="',
        "filename=",
        "filename*=utf-8''%e4",
        "filename*0*=",
        "filename*1=x",
    ),
    *(
        "Content-Disposition: form-data;",
        "boundary=",
        'boundary="a b"',
        "charset=",
        "boundary*0*=",
        "name*=x'y'%",
        "; ",
    ),
    *(f"filename*{'9' * 5000}*=a", "name*1*=", "boundary*=unknown''%41", "Content-Transfer-Encoding: base64", "\0"),
)


def read_fields(data: bytes) -> None:
    """A form is read or refused; what it says is text."""
    fields = waited(read_form(request_of({"content-type": FORM}, data, pieces=3), 5.0, longest=100_000, most=50))
    for name, text in fields.multi_items():
        (name + text).encode()


def read_files(data: bytes) -> None:
    """A form with files is read to its end or refused, however its bytes come in."""
    kind, _, body = data.partition(b"\n")
    headers = {"content-type": kind.decode("latin-1")}
    waited(_read_files(headers, body))


async def _read_files(headers: dict[str, str], body: bytes) -> None:
    told: list[list[tuple[str, str | None, int]]] = []
    for pieces in (1, 7):
        parts = read_parts(request_of(headers, body, pieces=pieces), **_LIMITS)  # type: ignore[arg-type]
        found = []
        async with aclosing(parts):
            async for part in parts:
                (part.name + (part.file or "")).encode()
                found.append((part.name, part.file, await all_of(part.chunks)))
        told.append(found)
    assert told[0] == told[1], "read otherwise when it comes in other pieces"
    await read_texts(request_of(headers, body), **_LIMITS, longest=10_000)  # type: ignore[arg-type]


def read_work(data: bytes) -> None:
    """The form of a work is read, or all that is wrong is told; what was read reads the same once it is written."""
    typed = take_apart(dict(_pairs(data)))
    found = forms.read(typed.fields, (), language="en", now=_NOW, currency="EUR")
    forms.read_terms(typed.fields)
    assert (found.draft is None) == bool(found.problems), "neither a work nor a reason"
    for problem in found.problems:
        str(problem.error)
    if found.draft is not None:
        again = forms.read(take_apart(written(found.draft), bounded=False).fields, (), language="en", now=_NOW)
        assert again.draft == found.draft, "it reads otherwise when it is written again"


def read_facts(data: bytes) -> None:
    """Each field by itself is read, or refused in words."""
    text = text_of(data)
    for read in (
        *(check_username, split_handle, check_domain, check_language, unwanted.check_phrase, forms.read_days),
        *(facts.parse_year, facts.normal_tag, partial(check_password, own_words=("lea", "atelier.example"))),
        partial(moments.moment_of, zone=moments.zone_of(text)),
    ):
        try:
            read(text)
        except BadInput as error:
            str(error)
    _reads_the_same(text)
    slug_of(text).encode("ascii")
    read_recovery_code(text).encode("ascii")
    posts.handles_in(text)
    unwanted.folded(text, "tr")


def _reads_the_same(text: str) -> None:
    """Prices, measures and editions read the same once they are written."""
    for read, write in (
        (partial(facts.parse_price, usual="EUR"), write_price),
        (facts.parse_dimensions, write_dimensions),
        (facts.parse_edition, write_edition),
    ):
        try:
            value = read(text)
        except BadInput:
            continue
        assert read(write(value)) == value, f"it reads otherwise when it is written: {write(value)[:50]}"  # type: ignore[arg-type]


def read_search(data: bytes) -> None:
    """What is looked for is a few words and choices, or refused."""
    pairs = _pairs(data)
    for _, text in pairs:
        folded(text)
    found = parse_filter(pairs)
    for word in found.words:
        assert word.isprintable(), "a word that cannot be seen"
    assert parse_filter(found.asked.items()) == found, "its address asks for something else"


def _pairs(data: bytes) -> list[tuple[str, str]]:
    """Return names and values, with halves of characters where they stand in them."""
    text = text_of(data)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="surrogatepass")
    except UnicodeDecodeError:
        return parse_qsl(text, keep_blank_values=True, errors="replace")


def _works() -> list[bytes]:
    few = {name: _WORK[name] for name in ("title", "price", "dimensions", "edition")}
    return [urlencode(one).encode() for one in (_WORK, few)]


TARGETS = (
    Target(name="form", run=read_fields, seeds=_works, shape=Shape.QUERY, words=_WORDS),
    Target(
        name="form-with-files",
        run=read_files,
        seeds=lambda: [_MULTIPART],
        shape=Shape.LINES,
        words=_MULTIPART_WORDS,
        weight=2,
    ),
    Target(name="work", run=read_work, seeds=_works, shape=Shape.QUERY, words=_WORDS, weight=2),
    Target(
        name="field",
        run=read_facts,
        seeds=lambda: [text.encode() for text in (*_WORK.values(), *_WORDS)],
        shape=Shape.TEXT,
        words=_WORDS,
    ),
    Target(
        name="search",
        run=read_search,
        seeds=lambda: [
            b"q=l%E2%80%99%C3%A9mail+bleu&series=moons&year=2024&availability=sold&material=gr%C3%A8s&tag=Clay"
        ],
        shape=Shape.QUERY,
        words=(*_WORDS, "q=", "year=", "availability=", "artisan="),
    ),
)
