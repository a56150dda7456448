"""Files changed at random are walked, or refused by name; nothing else comes out of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedi_artisan.media.kinds import Kind, kind_of
from tests.unit.media.metadata import avif_building, samples
from tests.unit.media.metadata.walking import walk

VICTIMS = {name: samples.sample(name) for name in samples.NAMES if name != "avif photo"} | {
    "avif grid": avif_building.grid()
}
EVERY = pytest.mark.parametrize("name", VICTIMS)


def kind_told(content: bytes) -> Kind:
    """Return the kind of *content*."""
    kind = kind_of(content[:64])
    assert kind is not None
    return kind


@EVERY
def test_a_file_cut_anywhere_is_refused_or_walked(name: str) -> None:
    """A file cut off at any hundredth of its length is walked or refused by name."""
    content = VICTIMS[name]
    for part in range(100):
        walk(content[: len(content) * part // 100], kind_told(content))


@EVERY
# Time is held in test_hostile.py, by the clock of the process; here others may use the machine too.
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_file_changed_anywhere_is_refused_or_walked(name: str, data: st.DataObject) -> None:
    """A file with bytes changed, taken out or put in anywhere is walked or refused by name."""
    content = bytearray(VICTIMS[name])
    kind = kind_told(bytes(content))
    # The structure stands at the beginning; pixels are much the same everywhere.
    places = st.one_of(st.integers(0, min(len(content), 900) - 1), st.integers(0, len(content) - 1))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(places)
        match data.draw(st.sampled_from(("flip", "cut", "insert", "number"))):
            case "flip":
                content[at % max(len(content), 1) : at % max(len(content), 1) + 1] = data.draw(
                    st.binary(min_size=1, max_size=1)
                )
            case "cut":
                del content[at : at + data.draw(st.integers(1, 200))]
            case "insert":
                content[at:at] = data.draw(st.binary(min_size=1, max_size=40))
            case _:
                content[at : at + 4] = data.draw(st.sampled_from((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff")))
    walk(bytes(content), kind)


@pytest.mark.parametrize("kind", Kind)
@settings(deadline=None)
@given(content=st.binary(max_size=400))
def test_rubbish_is_refused(kind: Kind, content: bytes) -> None:
    """Rubbish of any kind says nothing, and is refused by name."""
    walk(content, kind)


@pytest.mark.parametrize("name", ["png 8 bit", "png profile", "png palette alpha", "png interlaced"])
@settings(deadline=None)
@given(data=st.data())
def test_a_png_with_sound_sums_is_refused_or_walked(name: str, data: st.DataObject) -> None:
    """A PNG whose chunks are mixed, and whose check sums are right, is walked or refused by name."""
    content, at, chunks = VICTIMS[name], 8, []
    while at < len(content) - 60:
        size_bytes = int.from_bytes(content[at : at + 4], "big")
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size_bytes]))
        at += 12 + size_bytes
    chosen = data.draw(st.lists(st.sampled_from(chunks), max_size=12))
    cut = data.draw(st.integers(0, 40))
    mixed = b"".join(samples.png_chunk(kind, body[cut * (kind != b"IHDR") :]) for kind, body in chosen)
    walk(content[:33] + mixed + content[-50:], Kind.PNG)
    walk(content[:33] + mixed + samples.png_chunk(b"IEND", b""), Kind.PNG)
