"""How large each load is: as measured, and just large enough to see it run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done, and for how long at most.

    Args:
        starts: starts of the server; the median counts.
        bare_s: how long a bare operation is repeated to know its rate.
        connections: open at the same time, for requests of any kind.
        actors: other servers with one actor each, who send to the inbox.
        rounds: how often each actor sends a Like and a reply, beside one Follow; below the number of works.
        strangers: each on a server of her own, who like, share, answer and follow at once.
        people: whom an artisan follows for as many *days*.
        inboxes: on as many servers, each of one follower.
        works: published to all of them, one after another; the median counts.
        published: by the button in the studio, one after another; the median counts.
        slow_s: after how long a slow server answers.
        total_s: how long everything together may last.
        patience_s: how long a load may last before it counts as failed.
        page_s: how long a page is asked for at a time.
        page_turns: how often ours and the bare one take turns; the median counts.
        paints: visits of each page by a browser on a slow network; the median counts.
        paints_at_once: of these visits, so many at a time.
        slower: how many times slower than this processor is that of the phone.
        photo_px: width and height of photographs as from a camera.
        photos: given to the server one after another; the median counts, and the most memory; and one upright.
        work_photos: in the work that a command publishes.
        wall: works on the page that a phone opens, each with a photograph of its own.
        wall_px: width and height of those photographs.
    """

    starts: int
    bare_s: float
    connections: int = 16
    actors: int
    rounds: int
    strangers: int
    people: int
    days: int
    inboxes: int
    works: int
    published: int
    slow_s: float
    total_s: float
    patience_s: float
    page_s: float
    page_turns: int
    paints: int
    paints_at_once: int
    slower: int
    photo_px: tuple[int, int]
    photos: int
    work_photos: int
    wall: int
    wall_px: tuple[int, int]


FULL = Size(
    starts=5,
    bare_s=1.0,
    actors=200,
    rounds=7,
    strangers=2_000,
    people=300,
    days=365,
    inboxes=2_000,
    works=3,
    published=9,
    slow_s=5.0,
    total_s=1_200.0,
    patience_s=120.0,
    page_s=1.0,
    page_turns=2,
    paints=3,
    paints_at_once=1,
    slower=4,
    photo_px=(6000, 4000),
    photos=3,
    work_photos=8,
    wall=12,
    wall_px=(2000, 1333),
)
QUICK = Size(
    starts=1,
    bare_s=0.1,
    actors=10,
    rounds=2,
    strangers=10,
    people=3,
    days=40,
    inboxes=40,
    works=1,
    published=2,
    slow_s=0.5,
    total_s=280.0,
    patience_s=10.0,
    page_s=0.05,
    page_turns=1,
    paints=1,
    paints_at_once=4,
    slower=1,
    photo_px=(300, 200),
    photos=1,
    work_photos=2,
    wall=2,
    wall_px=(300, 200),
)
