"""Numbers become shapes, and the shapes are true."""

import pytest

from fedi_artisan.web.studio.figures.charts import HEIGHT, columns, labelled, line


def test_columns_stand_on_each_other() -> None:
    """Each part is as high as its number on the scale, and begins where the one below ends."""
    chart = columns((3, 0), (1, 0), (2, 10))
    assert [(mark.value, mark.y) for mark in chart.marks] == [(0, 100.0), (5, 50.0), (10, 0.0)]
    assert [(bar.layer, bar.height, bar.y) for bar in chart.bars] == [
        *((0, 30.0, 70.0), (1, 10.0, 60.0), (2, 20.0, 40.0)),
        (2, 100.0, 0.0),
    ]
    assert chart.bars[-1].x + chart.bars[-1].width < chart.width


@pytest.mark.parametrize(
    ("numbers", "marks"),
    [
        ((0, 0), (0, 1)),
        ((1,), (1, 2)),
        ((0, 7), (0, 5, 10)),
        ((146, 180), (140, 160, 180)),
        ((1201, 1201), (1201, 1202)),
        ((), (0, 1)),
    ],
)
def test_a_line_moves_within_its_scale(numbers: tuple[int, ...], marks: tuple[int, ...]) -> None:
    """The scale has two or three round numbers, holds every number, and begins near the least."""
    chart = line(numbers)
    assert tuple(mark.value for mark in chart.marks) == marks
    heights = [float(point.partition(",")[2]) for point in chart.line.split()]
    assert len(heights) == len(numbers)
    assert all(0 <= height <= HEIGHT for height in heights)


@pytest.mark.parametrize(("count", "named"), [(0, ()), (3, (0, 1, 2)), (12, (0, 4, 7, 11)), (30, (0, 10, 19, 29))])
def test_the_ends_are_named(count: int, named: tuple[int, ...]) -> None:
    """Below a chart the first and the last step are named, and few between them."""
    assert labelled(count) == named
