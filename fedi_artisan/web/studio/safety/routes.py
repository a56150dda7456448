"""The table of every URL of safety."""

from starlette.routing import Route

from fedi_artisan.web.studio.door import inside
from fedi_artisan.web.studio.safety import decided, files, hub, lists, people, reports, servers, words
from fedi_artisan.web.studio.safety.showing import SAFETY

_FORM = ("GET", "POST")
INSIDE: list[Route] = [
    inside(SAFETY, hub.hub),
    inside(f"{SAFETY}/held", hub.decide, ("POST",)),
    inside(people.PATH, people.people, _FORM),
    inside(servers.PATH, servers.all_servers, _FORM),
    inside(servers.LIMITS, servers.limits, _FORM),
    inside(words.PATH, words.words, _FORM),
    inside(lists.PATH, lists.all_lists, _FORM),
    inside(f"{lists.PATH}/{{id}}", lists.one_list, _FORM),
    inside(reports.PATH, reports.all_reports, _FORM),
    inside(reports.NEW, reports.new, _FORM),
    inside(decided.PATH, decided.log, _FORM),
    inside(files.PATH, files.files, _FORM, streams=True),
    inside(f"{files.PATH}/export/{{name}}", files.export),
    inside(f"{files.PATH}/{{id}}", files.one_file, _FORM),
    inside(f"{files.PATH}/{{id}}/report.txt", files.whole_report),
]
