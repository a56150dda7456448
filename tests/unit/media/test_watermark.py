"""The mark over public pictures: where it stands, that it is everywhere, and that it can be read."""

from pathlib import Path

import pytest
import pyvips

from fedi_artisan.domain.photos import Role
from fedi_artisan.domain.terms import Position, Watermark
from fedi_artisan.media.derive import Made, Mark
from fedi_artisan.media.derive.watermark import stamp_of
from fedi_artisan.media.refusal import PhotoRefused, Refusal
from tests.unit.media.pictures import develop, flat, opened, saved

GROUND = [120, 110, 100]
# Larger than the narrowest view, and so small that it is encoded soon.
PLAIN_PX = 540, 360
THIRDS = {
    Position.TOP_LEFT: (0, 0),
    Position.TOP_RIGHT: (2, 0),
    Position.CENTRE: (1, 1),
    Position.BOTTOM_LEFT: (0, 2),
    Position.BOTTOM_RIGHT: (2, 2),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph of nothing but ground."""
    return saved(flat(GROUND, *PLAIN_PX), tmp_path_factory.mktemp("plain") / "plain.png")


def a_logo() -> bytes:
    """Return a PNG of a red disc on nothing."""
    disc = pyvips.Image.black(200, 200).draw_circle(255, 100, 100, 95, fill=True)
    logo: bytes = flat([200, 0, 0], 200, 200).bandjoin(disc).copy(interpretation="srgb").pngsave_buffer()
    return logo


def marks(position: Position = Position.BOTTOM_RIGHT, *, opacity: float = 0.5, scale: float = 0.25) -> dict[str, Mark]:
    """Return a mark of letters and one with a picture."""
    letters = Watermark(text="© Léa Morel", position=position, opacity=opacity, scale=scale)
    logo = Watermark(image="0123.png", position=position, opacity=opacity, scale=scale)
    return {"letters": Mark.of(letters), "logo": Mark.of(logo, a_logo())}


def changed(made: Made) -> tuple[int, int, int, int]:
    """Return left, top, width and height of what is not ground."""
    image = opened(made)
    apart = (image.cast("float") - GROUND).abs()
    most = apart[0].maxpair(apart[1]).maxpair(apart[2])
    columns, rows = (most > 20).project()
    found = []
    for line in (columns, rows):
        values = line.write_to_memory()
        places = [at for at, value in enumerate(memoryview(values).cast("I")) if value]
        found.append((places[0], places[-1] + 1) if places else (0, 0))
    (left, right), (top, bottom) = found
    return left, top, right - left, bottom - top


@pytest.mark.parametrize("kind", ["letters", "logo"])
@pytest.mark.parametrize("position", list(Position))
def test_it_is_everywhere(plain: Path, kind: str, position: Position) -> None:
    """Every public picture of every size has the mark, whole, in its place, and equally large in proportion."""
    made = develop(plain, mark=marks(position)[kind])
    for one in made.pictures:
        left, top, width, height = changed(one)
        # On a card the photograph stands in the middle as it is, and the mark is on the photograph.
        across, down = PLAIN_PX if one.role is Role.CARD else (one.width_px, one.height_px)
        start, above = (one.width_px - across) / 2, (one.height_px - down) / 2
        assert width / across == pytest.approx(0.25, abs=0.03 if kind == "logo" else 0.06)
        column, row = THIRDS[position]
        assert int((left + width / 2 - start) / across * 3) == column
        assert int((top + height / 2 - above) / down * 3) == row
        # Nothing of it is cut off at the edge.
        assert 0 < left - start < across - width
        assert 0 < top - above < down - height


def test_without_a_mark_there_is_none(plain: Path) -> None:
    """It is off unless it is asked for."""
    for one in develop(plain).pictures:
        assert changed(one) == (0, 0, 0, 0)


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_letters_can_be_read_on_any_ground(tmp_path: Path, ground: int) -> None:
    """On black, grey and white the letters differ from what is around them."""
    photo = saved(flat([ground] * 3, *PLAIN_PX), tmp_path / "ground.png")
    mark = Mark.of(Watermark(text="LEA MOREL", opacity=0.5))
    for one in develop(photo, mark=mark).pictures:
        image = opened(one)
        assert image.max() - image.min() > 60


@pytest.mark.parametrize("letter", "éàœçÉÀŒÇ©ñßøŁžΩЖ–’€")
def test_letters_of_many_languages(letter: str) -> None:
    """The font that comes with us has accents and more: each of these is drawn."""
    assert stamp_of(Mark.of(Watermark(text=letter))).master[3].max() > 100


@pytest.mark.parametrize("text", ["\u3042", "L\u3042a", "\U0001f3fa"])
def test_letters_that_the_font_does_not_have(text: str) -> None:
    """A text of which something would be missing is refused, not drawn with an empty box or with nothing."""
    with pytest.raises(PhotoRefused) as caught:
        stamp_of(Mark.of(Watermark(text=text)))
    assert caught.value.refusal is Refusal.LETTERS


def test_opacity_and_scale(plain: Path) -> None:
    """A faint mark changes less than a strong one, and a large one is as wide as it was asked to be."""

    def strength(opacity: float) -> float:
        image = opened(develop(plain, mark=marks(opacity=opacity)["logo"]).only(Role.POST)).cast("float")
        found: float = (image - GROUND).abs().avg()
        return found

    assert strength(0.2) == pytest.approx(strength(1) * 0.2, rel=0.1)
    _, _, width, _ = changed(develop(plain, mark=marks(scale=0.8)["letters"]).only(Role.POST))
    assert width / PLAIN_PX[0] == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("size", [(1, 1), (8000, 10), (10, 8000), (20, 20)])
@pytest.mark.parametrize("kind", ["letters", "logo"])
@pytest.mark.parametrize("scale", [0.05, 1])
def test_extreme_pictures_have_room(tmp_path: Path, size: tuple[int, int], kind: str, scale: float) -> None:
    """However narrow a picture is, the mark finds a place within it."""
    photo = saved(flat(GROUND, *size), tmp_path / "narrow.png")
    for position in (Position.CENTRE, Position.BOTTOM_RIGHT):
        assert develop(photo, mark=marks(position, scale=scale)[kind])


def test_a_broken_picture_of_a_mark(plain: Path) -> None:
    """A mark whose picture is damaged is refused, and no photograph is shown without it by accident."""
    for png in (a_logo()[:60], b"no picture at all"):
        with pytest.raises(PhotoRefused):
            develop(plain, mark=Mark.of(Watermark(image="0123.png"), png))


def test_a_mark_without_its_picture(plain: Path) -> None:
    """A mark that should be a picture and came without one is refused."""
    with pytest.raises(PhotoRefused):
        develop(plain, mark=Mark.of(Watermark(image="0123.png"), b""))
