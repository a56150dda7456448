"""How a form tells in which order things shall stand.

Its field `order` has the uids in the order that was seen, or that a script has made of it, with commas between. `move`
is that of a button: "up", "down" or "top", a colon, and the uid of what moves.
"""

from fedi_artisan.web.bodies import Fields


def moved(standing: list[str], fields: Fields) -> list[str]:
    """Return *standing*, uids in their order, as the form wants it; what it does not know yet comes first."""
    seen = [uid for uid in dict.fromkeys(fields.get("order", "").split(",")) if uid in standing]
    order = [*(uid for uid in standing if uid not in seen), *seen]
    step, _, uid = fields.get("move", "").partition(":")
    if uid in order:
        place = order.index(uid)
        order.remove(uid)
        steps = {"up": max(place - 1, 0), "down": place + 1, "top": 0}
        order.insert(steps.get(step, place), uid)
    return order
