"""`fedi-artisan deliveries` beside a running server: what is told, and what a second chance does."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.federation import commands
from tests.federation.delivering import add_followers, always, arrived, one_after_another, run_command, stands
from tests.federation.letterboxes import HANG_UP, Arrival, Letterboxes, Reply
from tests.house import House, open_house, until


@pytest.fixture
async def hasty_house(tmp_path: Path) -> AsyncIterator[House]:
    """Our server, giving up after the first try."""
    async with open_house(tmp_path / "data", delivery={"tries": 1}) as opened:
        yield opened


def host_of(boxes: Letterboxes) -> str:
    """Return the host, as it is named in the list."""
    return urlsplit(boxes.origin).netloc


async def test_deliveries_are_told_by_host_with_the_last_answer(
    house: House, boxes: Letterboxes, other_boxes: Letterboxes
) -> None:
    """The list names each host, how many wait, arrived, were refused or given up, and what its last answer was."""
    assert await run_command(house, "deliveries") == "Nothing was ever sent.\n"
    boxes.behave = always(Reply(403, text="not from you"))
    await add_followers(house, boxes.person("bob"), other_boxes.person("carol"))
    await house.publish()
    await until(lambda: house.value("SELECT count(*) = 0 FROM deliveries WHERE state = 'waiting'"))
    assert await run_command(house, "deliveries") == (
        f"{host_of(boxes)}: 1 refused\n    last answer: 403 not from you\n{host_of(other_boxes)}: 1 arrived\n"
    )
    assert (
        await run_command(house, "deliveries", "--host", host_of(other_boxes)) == f"{host_of(other_boxes)}: 1 arrived\n"
    )
    assert await run_command(house, "deliveries", "--host", "nobody.example") == "Nothing was ever sent there.\n"


async def test_a_second_chance_reaches_a_host_that_was_left_in_peace(house: House, boxes: Letterboxes) -> None:
    """--retry opens every door at once, in the running server too: a person knows better than any schedule."""
    boxes.behave = always(HANG_UP)
    await add_followers(house, *(boxes.person(f"p{number}", shared=False) for number in range(6)))
    await house.publish()
    await until(lambda: house.value("SELECT closed_until FROM hosts WHERE failures >= 5"), "a closed door")
    assert "does not answer; next try at" in await run_command(house, "deliveries")
    boxes.behave = always(Reply(202))
    assert (await run_command(house, "deliveries", "--retry")).startswith("6 will be tried now.\n")
    await stands(house, *["delivered"] * 6)


async def test_a_second_chance_is_for_one_host_or_for_all(
    hasty_house: House, boxes: Letterboxes, other_boxes: Letterboxes
) -> None:
    """--retry --host tries what was refused or given up at one host, and leaves the others as they are."""
    boxes.behave = one_after_another(Reply(500), Reply(202))
    other_boxes.behave = one_after_another(Reply(403), Reply(202))
    await add_followers(hasty_house, boxes.person("bob"), other_boxes.person("carol"))
    await hasty_house.publish()

    async def stand(here: str, there: str) -> None:
        """Return once the deliveries to both hosts stand so."""
        expected = {host_of(boxes): here, host_of(other_boxes): there}

        async def as_expected() -> bool:
            return {row[0]: row[1] for row in await hasty_house.rows("SELECT host, state FROM deliveries")} == expected

        await until(as_expected, str(expected))

    await stand("given-up", "refused")
    printed = await run_command(hasty_house, "deliveries", "--retry", "--host", host_of(other_boxes))
    assert printed.startswith("1 will be tried now.\n")
    await stand("given-up", "delivered")
    assert (await run_command(hasty_house, "deliveries", "--retry")).startswith("1 will be tried now.\n")
    await stand("delivered", "delivered")


async def test_what_was_taken_back_does_not_come_again(hasty_house: House, boxes: Letterboxes) -> None:
    """A Create that never arrived is not tried again after its Delete has: the work would rise from the dead."""

    async def refuse_creates(arrival: Arrival) -> Reply:
        return Reply(403 if arrival.type == "Create" else 202)

    boxes.behave = refuse_creates
    await add_followers(hasty_house, boxes.person("bob"))
    work = await hasty_house.publish()
    await stands(hasty_house, "refused")
    await commands.withdraw(hasty_house, work)
    await stands(hasty_house, "refused", "delivered")
    assert (await run_command(hasty_house, "deliveries", "--retry")).startswith("0 will be tried now.\n")
    await hasty_house.publish()
    await arrived(boxes, 3)
    assert [one.type for one in boxes.arrivals] == ["Create", "Delete", "Create"]
    assert boxes.arrivals[2].activity["object"]["id"] != boxes.arrivals[0].activity["object"]["id"]
