"""What search engines are told: schema.org in JSON-LD, one graph for each page."""

from fedi_artisan.web.programs.schema_org.makers import maker, person
from fedi_artisan.web.programs.schema_org.pages import collection, crumbs, graph, house, portfolio, website, written
from fedi_artisan.web.programs.schema_org.posts import posting
from fedi_artisan.web.programs.schema_org.works import of_work

__all__ = [
    "collection",
    "crumbs",
    "graph",
    "house",
    "maker",
    "of_work",
    "person",
    "portfolio",
    "posting",
    "website",
    "written",
]
