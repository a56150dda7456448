"""What this server says of itself: host-meta and NodeInfo (WIRE 1.4)."""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.house import House, until
from tests.web.asking import Asker

_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema"


async def test_host_meta_leads_to_webfinger(house: House, ask: Asker) -> None:
    """RFC 6415: the one lrdd template is the address of WebFinger, with a place for the resource."""
    answer = await ask("/.well-known/host-meta")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/xrd+xml")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    [link] = ET.fromstring(answer.body)  # noqa: S314 - our own answer
    assert link.tag == "{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link"
    assert (link.attrib["rel"], link.attrib["type"]) == ("lrdd", "application/xrd+xml")
    template = link.attrib["template"]
    assert template == f"{house.uris.origin}/.well-known/webfinger?resource={{uri}}"
    found = await ask(template.replace("{uri}", f"acct:maria@{house.uris.host}"))
    assert found.json()["subject"] == f"acct:maria@{house.uris.host}"


async def test_nodeinfo_is_found(house: House, ask: Asker) -> None:
    """Each version is where the list says; the application actor is named (FEP-2677)."""
    said = await ask("/.well-known/nodeinfo")
    assert (said.status, said.media_type) == (200, "application/jrd+json")
    links = {link["rel"]: link["href"] for link in said.json()["links"]}
    assert set(links) == {f"{_SCHEMA}/2.0", f"{_SCHEMA}/2.1", "https://www.w3.org/ns/activitystreams#Application"}
    assert links.pop("https://www.w3.org/ns/activitystreams#Application") == house.uris.instance_actor
    for rel, href in links.items():
        assert f"{_SCHEMA}/{(await ask(href)).json()['version']}" == rel


@pytest.mark.parametrize("version", ["2.0", "2.1"])
async def test_nodeinfo_keeps_to_its_schema(house: House, ask: Asker, version: str) -> None:
    """Every key that the schema requires, each of its type, and none that it does not know."""
    answer = await ask(f"/nodeinfo/{version}")
    profile = f'application/json; profile="{_SCHEMA}/{version}#"'
    assert (answer.status, answer.headers["Content-Type"]) == (200, profile)
    said = answer.json()
    assert set(said) == {
        *("version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"),
    }
    assert (said["version"], said["protocols"], said["openRegistrations"]) == (version, ["activitypub"], False)
    assert said["services"] == {"inbound": [], "outbound": []}
    optional = {"repository", "homepage"} if version == "2.1" else set()
    assert {"name", "version"} <= set(said["software"]) <= {"name", "version"} | optional
    assert re.fullmatch("[a-z0-9-]+", said["software"]["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", said["software"]["version"])
    assert set(said["usage"]) == {"users", "localPosts", "localComments"}
    assert said["usage"]["users"] == {"total": 1, "activeMonth": 1, "activeHalfyear": 1}
    assert isinstance(said["metadata"], dict)


async def test_nodeinfo_counts_works(house: House, ask: Asker) -> None:
    """`localPosts` is the number of works that are shown."""
    assert (await ask("/nodeinfo/2.1")).json()["usage"]["localPosts"] == 0
    await house.publish()

    async def counted() -> bool:
        return bool((await ask("/nodeinfo/2.1")).json()["usage"]["localPosts"] == 1)

    await until(counted, "a count of one", within_s=1)


@pytest.mark.parametrize("version", ["1.0", "2", "2.2", "2.1.", "latest"])
async def test_other_versions_are_not_there(ask: Asker, version: str) -> None:
    """An unknown version is 404, told in JSON."""
    answer = await ask(f"/nodeinfo/{version}")
    assert (answer.status, answer.media_type) == (404, "application/json")
