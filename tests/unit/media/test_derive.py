"""What is made of a photograph: which pictures, how large, how they stand and how many bytes they have."""

from pathlib import Path

import pytest
import pyvips

from fedi_artisan.domain.photos import CARD_PX, PictureType, Role
from fedi_artisan.media.derive import encoding
from tests.unit.media.pictures import CLAY, develop, flat, middle, noise, opened, saved

SOF_BASELINE, SOF_PROGRESSIVE, SOS = 0xC0, 0xC2, 0xDA
FULL_COLOUR = b"\x11\x11\x11"
RED, GREEN, BLUE, YELLOW = [200, 20, 20], [20, 160, 20], [20, 20, 200], [220, 200, 20]


def frame(jpeg: bytes) -> tuple[int, bytes]:
    """Return the marker of a JPEG's frame and how its colours are sampled."""
    at = 2
    while jpeg[at + 1] != SOS:
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] in {SOF_BASELINE, SOF_PROGRESSIVE}:
            return jpeg[at + 1], jpeg[at + 11 : at + 2 + length : 3]
        at += 2 + length
    raise AssertionError("no frame")


@pytest.mark.parametrize(
    ("size", "widths", "post"),
    [
        ((2700, 1800), [320, 640, 800, 1280, 2048, 2560], (2560, 1707)),
        ((2000, 1500), [320, 640, 800, 1280, 2000], (2000, 1500)),
        ((1500, 2700), [320, 640, 800, 1280, 1500], (1422, 2560)),
        ((2560, 2560), [320, 640, 800, 1280, 2048, 2560], (2560, 2560)),
        # Larger than any screen: the widest that has no more pixels than a square of 2560.
        ((2600, 3900), [320, 640, 800, 1280, 2048], (1707, 2560)),
        ((2560, 5000), [320, 640, 800, 1280], (1311, 2560)),
        ((640, 640), [320, 640], (640, 640)),
        ((64, 48), [64], (64, 48)),
        ((1, 1), [1], (1, 1)),
        ((8000, 10), [320, 640, 800, 1280, 2048, 2560], (2560, 3)),
        ((10, 8000), [10], (3, 2560)),
        ((30, 20000), [12], (4, 2560)),
    ],
)
def test_sizes_and_types(tmp_path: Path, size: tuple[int, int], widths: list[int], post: tuple[int, int]) -> None:
    """Every width in every type, none larger than the photograph; one JPEG to travel, one for links."""
    made = develop(saved(flat(CLAY, *size), tmp_path / "flat.png"))
    assert (made.look.width_px, made.look.height_px) == size
    for kind in (PictureType.AVIF, PictureType.WEBP, PictureType.JPEG):
        views = made.views(kind)
        assert [one.width_px for one in views] == widths
        for one in views:
            assert one.height_px == max(1, round(size[1] * one.width_px / size[0])) or size[1] > 8192
            assert middle(opened(one)) == pytest.approx(CLAY, abs=4)
    travels, card = made.only(Role.POST), made.only(Role.CARD)
    assert (travels.type, travels.width_px, travels.height_px) == (PictureType.JPEG, *post)
    assert (card.type, card.width_px, card.height_px) == (PictureType.JPEG, *CARD_PX)
    opened(travels), opened(card)
    assert len(made.pictures) == 3 * len(widths) + 2


def test_each_picture_has_the_type_it_says(photos: Path) -> None:
    """An AVIF is one, and so are WebP and JPEG; JPEGs for pages are progressive and have their colour in full."""
    made = develop(photos / "celadon-bowls.jpg")
    assert {one.content[4:12] for one in made.views(PictureType.AVIF)} == {b"ftypavif"}
    assert {one.content[8:12] for one in made.views(PictureType.WEBP)} == {b"WEBP"}
    for one in made.views(PictureType.JPEG):
        assert frame(one.content) == (SOF_PROGRESSIVE, FULL_COLOUR)
    # The one for other servers is of the kind that every program has read for thirty years.
    assert frame(made.only(Role.POST).content) == (SOF_BASELINE, FULL_COLOUR)


def test_the_same_photograph_gives_the_same_bytes(photos: Path) -> None:
    """What is made does not depend on when: the files of the same photograph have the same names."""
    assert develop(photos / "bowl-small.jpg") == develop(photos / "bowl-small.jpg")


def test_noise_fits_into_a_post() -> None:
    """WIRE 4.3: even pure noise is less than 2 MB for other servers, with all its pixels, and not much less."""
    post = encoding.post(noise(2560, 2560), b"")
    image = pyvips.Image.new_from_buffer(post, "")
    assert (image.width, image.height) == (2560, 2560)
    assert 1_000_000 < len(post) < 2_000_000


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(90, 60), (700, 420)])
def test_every_orientation(tmp_path: Path, orientation: int, size: tuple[int, int]) -> None:
    """However the camera was held or mirrored, everything comes out upright, and speaks of turning no more."""
    half = (size[0] // 2, size[1] // 2)
    upper, lower = (
        flat(RED, *half).join(flat(GREEN, *half), "horizontal"),
        flat(BLUE, *half).join(flat(YELLOW, *half), "horizontal"),
    )
    upright = upper.join(lower, "vertical")
    turns = {
        1: upright,
        2: upright.fliphor(),
        3: upright.rot180(),
        4: upright.flipver(),
        5: upright.rot270().flipver(),
        6: upright.rot270(),
        7: upright.rot90().flipver(),
        8: upright.rot90(),
    }
    stored = turns[orientation].copy()
    stored.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    made = develop(saved(stored, tmp_path / "turned.jpg", Q=95, subsample_mode="off"))
    assert (made.look.width_px, made.look.height_px) == size
    for one in made.pictures:
        if one.role is Role.CARD:
            continue
        image = opened(one)
        assert image.get_typeof("orientation") == 0
        right, bottom = image.width * 3 // 4, image.height * 3 // 4
        left, top = image.width // 4, image.height // 4
        corners = [image(left, top), image(right, top), image(left, bottom), image(right, bottom)]
        for shown, colour in zip(corners, (RED, GREEN, BLUE, YELLOW), strict=True):
            assert shown == pytest.approx(colour, abs=12)


@pytest.mark.parametrize("size", [(1500, 500), (500, 1500), (1600, 1067), (700, 500), (1200, 630)])
def test_a_card_shows_the_whole_object(tmp_path: Path, size: tuple[int, int]) -> None:
    """A mark in each corner of the photograph is on the card; around it is the photograph's own ground."""
    ground, mark = [120, 130, 140], 60
    image = flat(ground, *size)
    places = [(0, 0), (size[0] - mark, 0), (0, size[1] - mark), (size[0] - mark, size[1] - mark)]
    for colour, (x, y) in zip((RED, GREEN, BLUE, YELLOW), places, strict=True):
        image = image.insert(flat(colour, mark, mark), x, y)
    card = opened(develop(saved(image, tmp_path / "marked.png")).only(Role.CARD))
    scale = min(CARD_PX[0] / size[0], CARD_PX[1] / size[1], 1)
    left, top = (CARD_PX[0] - size[0] * scale) / 2, (CARD_PX[1] - size[1] * scale) / 2
    for colour, (x, y) in zip((RED, GREEN, BLUE, YELLOW), places, strict=True):
        at = round(left + (x + mark / 2) * scale), round(top + (y + mark / 2) * scale)
        assert card(*at) == pytest.approx(colour, abs=12)
    if size != CARD_PX:
        for x, y in ((1, 1), (CARD_PX[0] - 2, CARD_PX[1] - 2)):
            inside = left <= x < CARD_PX[0] - left and top <= y < CARD_PX[1] - top
            assert inside or card(x, y) == pytest.approx(ground, abs=3)


def test_a_cut_out_stands_on_a_white_card(photos: Path) -> None:
    """What is transparent around a piece is white on the card too."""
    card = opened(develop(photos / "alpha-cutout.png").only(Role.CARD))
    assert min(min(card(x, y)) for x in (2, 600, 1197) for y in (2, 627)) > 250
    assert max(middle(card)) < 90


@pytest.mark.parametrize(
    ("width", "height", "first"), [(400, 300, "L"), (300, 400, "T"), (300, 300, "L"), (1, 1, "L"), (3000, 1, "L")]
)
def test_blurhash_follows_the_shape(tmp_path: Path, width: int, height: int, first: str) -> None:
    """WIRE 4.3: 4 × 3 components lying, 3 × 4 standing (the first letter says so): at most 5 each, 6 to 49 letters."""
    look = develop(saved(flat([90, 120, 60], width, height), tmp_path / "flat.png")).look
    assert look.blurhash[0] == first
    assert len(look.blurhash) == 28


@pytest.mark.parametrize(
    ("ground", "tone"),
    [([255, 255, 255], "#ffffff"), ([0, 0, 0], "#000000"), ([128, 128, 128], "#808080"), ([200, 40, 40], "#b0463c")],
)
def test_the_tone_is_the_ground_muted(tmp_path: Path, ground: list[int], tone: str) -> None:
    """The colour shown until the photograph is there is the one that takes most room in it, less colourful."""
    image = flat(ground, 300, 200).insert(flat(CLAY, 90, 90), 100, 50)
    shown = develop(saved(image, tmp_path / "piece.png")).look.tone
    assert [int(shown[at : at + 2], 16) for at in (1, 3, 5)] == pytest.approx(
        [int(tone[at : at + 2], 16) for at in (1, 3, 5)], abs=8
    )


def test_sharpening_makes_no_halo(tmp_path: Path) -> None:
    """Beside a hard edge, no pixel of a smaller picture is much darker or lighter than both sides of the edge."""
    dark, light = [60, 60, 60], [190, 190, 190]
    edge = flat(dark, 1600, 900).join(flat(light, 1600, 900), "horizontal")
    made = develop(saved(edge, tmp_path / "edge.png"))
    for one in made.views(PictureType.JPEG):
        image = opened(one)
        # The kernel itself goes over by a tenth of the step; sharpening may add its six, the encoder some more.
        assert image.min() > 60 - 13 - 6 - 6
        assert image.max() < 190 + 13 + 6 + 6
        # Away from the edge it is flat as it was.
        assert image(image.width // 4, image.height // 2) == pytest.approx(dark, abs=2)


def test_what_is_not_shrunk_is_not_sharpened(tmp_path: Path) -> None:
    """A photograph shown in its own size has its own pixels; one that was shrunk has crisper ones than a plain copy."""
    edge = flat([60] * 3, 600, 300).join(flat([190] * 3, 600, 300), "horizontal")
    soft = edge.gaussblur(1.2).cast("uchar").copy(interpretation="srgb")
    views = develop(saved(soft, tmp_path / "soft.png")).views(PictureType.JPEG)
    half_made = next(view for view in views if view.width_px == 640)
    own, half = opened(views[-1]), opened(half_made)
    assert (own.cast("float") - soft).abs().max() < 12
    plain = soft.resize(640 / 1200, vscale=half_made.height_px / 300, kernel="lanczos3")

    def steepest(image: pyvips.Image) -> float:
        row = image.crop(0, image.height // 2, image.width, 1)[0].cast("float")
        found: float = (row.crop(1, 0, row.width - 1, 1) - row.crop(0, 0, row.width - 1, 1)).max()
        return found

    assert steepest(half) > steepest(plain) + 2
