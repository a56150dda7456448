"""The table of every URL of the studio. What is not `inside` is open to everybody, and stands in OPEN."""

from starlette.routing import Route

from fedi_artisan.domain import probes
from fedi_artisan.web import (
    probe,
    rows,  # noqa: F401 - what `{id:row}` means
)
from fedi_artisan.web.studio import home
from fedi_artisan.web.studio.around import around, asked, followed, glimpse, person, searching, thread
from fedi_artisan.web.studio.beginning import checklist, setup
from fedi_artisan.web.studio.door import inside
from fedi_artisan.web.studio.entrance import routes as entrance
from fedi_artisan.web.studio.figures import figures
from fedi_artisan.web.studio.messages import messages
from fedi_artisan.web.studio.moving import arriving, leaving
from fedi_artisan.web.studio.news import followers, happened
from fedi_artisan.web.studio.phone import installing, sharing
from fedi_artisan.web.studio.safety import routes as safety
from fedi_artisan.web.studio.settings import conversation, house, kept, settings, terms
from fedi_artisan.web.studio.site import appearance, hub, order, pages, profile, series
from fedi_artisan.web.studio.speaking import composing, said
from fedi_artisan.web.studio.works import all_works, one_work
from fedi_artisan.web.studio.writing import drafts, outcome, preview, uploads

_POST = ("POST",)
_FORM = ("GET", "POST")
# Before the door.
OPEN: list[Route] = [
    *entrance.OPEN,
    Route(installing.MANIFEST, installing.manifest),
    Route(installing.WORKER, installing.worker),
    Route(installing.OFFLINE, installing.offline),
    Route(sharing.SHARE, sharing.receive, methods=["POST"]),
    Route(probes.IN_THE_STUDIO + "{token}", probe.probe, methods=["POST"]),
]

STUDIO = [
    *OPEN,
    inside("/studio", home.home),
    # Her first steps
    inside(f"{setup.PATH}/done", setup.done),
    inside(f"{setup.PATH}/{{step}}", setup.step, _FORM, streams=True),
    inside(checklist.PATH, checklist.change, _POST),
    # What she changes of her site
    inside(hub.PATH, hub.hub),
    inside(profile.PATH, profile.profile, _FORM, streams=True),
    inside(appearance.PATH, appearance.appearance, _FORM),
    inside(f"{appearance.PATH}/preview", appearance.preview),
    inside(order.PATH, order.order, _FORM),
    inside(pages.PATH, pages.all_pages),
    inside(f"{pages.PATH}/new", pages.new, _FORM),
    inside(f"{pages.PATH}/order", pages.arrange, _POST),
    inside(f"{pages.PATH}/{{uid}}", pages.edit, _FORM),
    inside(f"{pages.PATH}/{{uid}}/remove", pages.remove, _FORM),
    inside("/studio/prose", pages.prose, _POST),
    inside(series.PATH, series.all_series),
    inside(f"{series.PATH}/new", series.new, _FORM),
    inside(f"{series.PATH}/{{uid}}", series.edit, _FORM),
    inside(f"{series.PATH}/{{uid}}/works", series.members, _FORM),
    inside(f"{series.PATH}/{{uid}}/remove", series.remove, _POST),
    # A work while it is written
    inside("/studio/drafts", drafts.begin, ["POST"]),
    inside("/studio/drafts/{uid}", drafts.editor),
    inside("/studio/drafts/{uid}", drafts.press, ["POST"]),
    inside("/studio/drafts/{uid}/discard", drafts.discard, ["GET", "POST"]),
    inside("/studio/drafts/{uid}/done", outcome.outcome),
    inside("/studio/drafts/{uid}/preview", preview.preview),
    inside("/studio/drafts/{uid}/timeline", preview.fresh),
    # Photographs, from the page of a draft and from the phone
    inside("/studio/drafts/{uid}/photos", uploads.give, ["POST"], streams=True, keeps_typed=True),
    inside("/studio/drafts/{uid}/photos", uploads.states),
    inside("/studio/drafts/{uid}/photos/{photo}/row", uploads.row),
    inside(sharing.SHARE, sharing.waiting),
    inside(sharing.BEGIN, sharing.begin, ["POST"]),
    # Her works
    inside(all_works.PATH, all_works.works),
    inside(f"{all_works.PATH}/several", all_works.several, _POST),
    inside(f"{all_works.PATH}/{{uid}}", one_work.one_work),
    inside(f"{all_works.PATH}/{{uid}}/sold", all_works.sold, _POST),
    inside(f"{all_works.PATH}/{{uid}}/edit", all_works.edit, _POST),
    inside(f"{all_works.PATH}/{{uid}}/duplicate", all_works.duplicate, _POST),
    inside(f"{all_works.PATH}/{{uid}}/again", one_work.again, _POST),
    inside(f"{all_works.PATH}/{{uid}}/withdraw", one_work.withdraw, _FORM),
    # What she says besides
    inside(composing.PATH, said.posts),
    inside(composing.NEW, composing.new, _FORM, streams=True, keeps_typed=True),
    inside(f"{composing.PATH}/{{uid}}/edit", composing.edit, _FORM, streams=True, keeps_typed=True),
    inside(f"{composing.PATH}/{{uid}}/withdraw", said.withdraw, _FORM),
    # People and posts elsewhere
    inside(asked.PATH, asked.asked, _FORM),
    inside(searching.PATH, searching.search),
    inside(searching.SUGGEST, searching.suggest),
    inside(followed.PATH, followed.followed, _FORM),
    inside(followed.IMPORT, followed.bring, _FORM, streams=True),
    inside(followed.EXPORT, followed.export),
    inside(person.PATH, person.person, _FORM),
    # What others do
    inside(happened.PATH, happened.happened),
    inside(f"{happened.PATH}/read", happened.read, _POST),
    inside(f"{happened.PATH}/quotes", happened.withdraw, _POST),
    inside(f"{happened.PATH}/replies", happened.decide, _POST),
    inside(followers.PATH, followers.followers_page),
    inside(f"{followers.PATH}/settle", followers.settle, _POST),
    inside(glimpse.PATH, glimpse.glimpse),
    # What those publish whom she follows
    inside(around.PATH, around.around),
    inside(thread.PATH, thread.thread, _FORM),
    inside(messages.PATH, messages.messages),
    inside(f"{messages.PATH}/{{id:row}}", messages.talk, _FORM),
    inside("/studio/figures", figures.figures),
    *safety.INSIDE,
    # Moving here, and away
    inside(arriving.PATH, arriving.page),
    inside(f"{arriving.PATH}/accounts", arriving.name, _POST),
    inside(f"{arriving.PATH}/accounts/off", arriving.take_off, _POST),
    inside(leaving.AWAY, leaving.away, _FORM, proved=True),
    inside(f"{leaving.AWAY}/go", leaving.go, _POST, proved=True),
    inside(f"{arriving.PATH}/back", leaving.come_back, _POST, proved=True),
    # The house, and how it is kept
    inside(house.HOUSE, house.house),
    inside(f"{house.HOUSE}/copied", house.copied, _POST),
    inside(f"{house.HOUSE}/back-up", house.back_up, _POST),
    inside(settings.SETTINGS, settings.hub),
    inside(f"{settings.SETTINGS}/language", settings.language, _FORM),
    inside(f"{settings.SETTINGS}/followers", settings.followers, _FORM),
    inside(conversation.PATH, conversation.conversation, _FORM),
    inside(f"{settings.SETTINGS}/commissions", settings.commissions, _FORM),
    inside(f"{settings.SETTINGS}/room", settings.room, _FORM),
    inside(f"{settings.SETTINGS}/terms", terms.terms, _FORM),
    inside(f"{settings.SETTINGS}/terms/mark", terms.mark, _POST, streams=True),
    inside(kept.PATH, kept.kept),
    inside(f"{settings.SETTINGS}/file", settings.in_file),
    *entrance.INSIDE,
]
