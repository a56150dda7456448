"""Figures: how often pages were opened, who follows, and what came back; counted without knowing anybody."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from fedi_artisan import language as languages
from fedi_artisan.domain.figures import VIEWS_KEPT, Figures, Period, Step
from fedi_artisan.services import figures as figures_service
from fedi_artisan.web.context import site_of
from fedi_artisan.web.studio.door import Studio
from fedi_artisan.web.studio.figures import charts
from fedi_artisan.web.studio.figures.charts import Chart
from fedi_artisan.web.studio.showing import language_of, show

PERIOD = "period"


class Row(NamedTuple):
    """A step in words, and its numbers in the table behind a chart."""

    name: str
    numbers: tuple[int, ...]


class Drawing(NamedTuple):
    """A chart, what is named below it, and the table behind it, the latest first; *empty* where all is zero."""

    chart: Chart
    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: bool


async def figures(request: Request, studio: Studio) -> Response:
    """Return the figures over the period that is asked for, thirty days by themselves."""
    site = site_of(request)
    asked = request.query_params.get(PERIOD, "")
    period = Period(asked) if asked in {*Period} else Period.DAYS
    async with site.db.read() as tx:
        told = await figures_service.tell(tx, studio.artisan.id, period, site.clock().date())
    language = language_of(request)
    return show(
        request,
        studio,
        "studio/figures.html",
        figures=told,
        periods=tuple(Period),
        kept_days=VIEWS_KEPT.days,
        views=_drawing(told, charts.columns(told.views), (told.views,), language),
        followers=_drawing(told, charts.line(told.followers), (told.gained, told.lost, told.followers), language),
        reactions=_drawing(
            told,
            charts.columns(told.likes, told.announces, told.replies),
            (told.likes, told.announces, told.replies),
            language,
        ),
        most_on_a_server=max((server.followers for server in told.servers), default=0),
    )


def _drawing(told: Figures, chart: Chart, columns: Sequence[Sequence[int]], language: str) -> Drawing:
    """Return a chart with what stands around it."""
    rows = [
        Row(_long(step, told.period, language), tuple(numbers))
        for step, *numbers in zip(told.steps, *columns, strict=True)
    ]
    labels = tuple(_short(told.steps[place], told.period, language) for place in charts.labelled(len(told.steps)))
    return Drawing(chart, labels, tuple(reversed(rows)), not any(map(any, columns)))


def _short(step: Step, period: Period, language: str) -> str:
    """Return a step as it stands below a chart."""
    if period is Period.MONTHS:
        return languages.month(step.first, language, brief=True)
    return languages.short_day(step.first, language)


def _long(step: Step, period: Period, language: str) -> str:
    """Return a step as it stands in a table."""
    if period is Period.MONTHS:
        return languages.month(step.first, language)
    first = languages.short_day(step.first, language)
    return first if period is Period.DAYS else f"{first} – {languages.short_day(step.last, language)}"
