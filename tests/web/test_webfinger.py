"""How we are found: WebFinger in every form that others ask it (WIRE 1.2)."""

from urllib.parse import quote, urlencode

from tests.house import House
from tests.web.asking import Answer, Asker

_WHO = """
    acct:maria@{host}                               | maria
    acct:MARIA@{host}                               | maria
    acct:Maria@{HOST}                               | maria
    ACCT:maria@{host}                               | maria
    maria@{host}                                    | maria
    @maria@{host}                                   | maria
    acct:maria%40{host}                             | maria
    {origin}/ap/actors/{uid}                        | maria
    {origin}/@maria                                 | maria
    {origin}/@Maria                                 | maria
    {origin}                                        | server
    {origin}/                                       | server
    {host}                                          | server
    {ORIGIN}/@maria                                 | maria
    acct:%6Daria@{host}                             | maria
    acct:{name}@{host}                              | server
    acct:{host}@{host}                              | server
    {origin}/ap/actor                               | server
    acct:nobody@{host}                              | 404
    acct:maria@elsewhere.example                    | 404
    acct:maria@{host}.elsewhere.example             | 404
    acct:maria@{name}                               | 404
    acct:maria@elsewhere.example@{host}             | 404
    https://elsewhere.example/@maria                | 404
    http://{name}.elsewhere.example/@maria          | 404
    {origin}.elsewhere.example/@maria               | 400
    {origin}@elsewhere.example/@maria               | 400
    {origin}/@nobody                                | 404
    {origin}/ap/actors/nobody                       | 404
    {origin}/ap/actors/                             | 404
    {origin}/ap/actors/{uid}/followers              | 404
    {origin}/ap/actors/{uid}?x=1                    | 404
    {origin}/@                                      | 404
    mailto:maria@{host}                             | 404
    maria                                           | 400
    @                                               | 400
    acct:                                           | 400
    acct:maria@                                     | 400
    acct:@{host}                                    | 400
    http://[                                        | 400
    https://                                        | 400
"""


def rows() -> list[tuple[str, str]]:
    """Return resource pattern and expected answer of each row."""
    split = [line.split("|") for line in _WHO.strip().splitlines()]
    return [(resource.strip(), answer.strip()) for resource, answer in split]


async def finger(ask: Asker, resource: str) -> Answer:
    """Return what WebFinger says about *resource*."""
    return await ask(f"/.well-known/webfinger?{urlencode({'resource': resource})}")


async def test_each_form_is_answered(house: House, ask: Asker) -> None:
    """Handles in any case, pages and ids name the artisan; the bare server names itself; 404 and 400 for the rest."""
    host = house.uris.host
    names = {house.actor_uri: "maria", house.uris.instance_actor: "server"}
    wrong = {}
    for pattern, expected in rows():
        resource = pattern.format(
            host=host,
            HOST=host.upper(),
            ORIGIN=house.uris.origin.upper(),
            name=host.partition(":")[0],
            origin=house.uris.origin,
            uid=house.artisan.uid,
        )
        answer = await finger(ask, resource)
        found = str(answer.status)
        assert answer.headers["Access-Control-Allow-Origin"] == "*", resource
        if answer.status == 200:
            assert answer.headers["Content-Type"] == "application/jrd+json"
            [href] = [link["href"] for link in answer.json()["links"] if link["rel"] == "self"]
            found = names[href]
        if found != expected:
            wrong[resource] = (found, expected)
    assert wrong == {}


async def test_without_a_resource_it_is_a_bad_request(ask: Asker) -> None:
    """RFC 7033 4.2: a missing, empty, overlong or unprintable resource is 400, told in JSON."""
    for query in ("", "?", "?resource", "?resource=", "?resource=%20", "?resource=%00", "?other=1"):
        assert (await ask(f"/.well-known/webfinger{query}")).status == 400, query
    assert list((await finger(ask, "a" * 3000)).json()) == ["error"]


async def test_the_artisan_loops_back(house: House, ask: Asker) -> None:
    """The subject is the handle; exactly one ActivityPub link equals her id byte for byte (WIRE 1.2)."""
    said = (await finger(ask, f"acct:maria@{house.uris.host}")).json()
    assert said["subject"] == f"acct:maria@{house.uris.host}"
    assert set(said["aliases"]) == {house.actor_uri, f"{house.uris.origin}/@maria"}
    [link] = [link for link in said["links"] if link.get("type") == "application/activity+json"]
    assert link == {"rel": "self", "type": "application/activity+json", "href": house.actor_uri}
    actor = await ask.document(link["href"])
    assert f"acct:{actor['webfinger']}" == said["subject"]
    assert actor["id"] == link["href"]
    again = (await finger(ask, said["subject"])).json()
    assert again == said


async def test_the_server_loops_back(house: House, ask: Asker) -> None:
    """FEP-d556: the bare address gives the server's own actor under both rels; its subject leads back to it."""
    said = (await finger(ask, f"{house.uris.origin}/")).json()
    rels = {link["rel"]: link["href"] for link in said["links"]}
    service = "https://www.w3.org/ns/activitystreams#Service"
    assert rels == {"self": house.uris.instance_actor, service: house.uris.instance_actor}
    assert (await finger(ask, said["subject"])).json() == said
    actor = await ask.document(house.uris.instance_actor)
    assert said["subject"] == f"acct:{actor['preferredUsername']}@{house.uris.host}"


async def test_a_resource_encoded_twice_is_understood(house: House, ask: Asker) -> None:
    """Some encode the resource once too often; it still names only one."""
    answer = await finger(ask, quote(f"acct:maria@{house.uris.host}", safe=":"))
    assert answer.json()["subject"] == f"acct:maria@{house.uris.host}"


async def test_only_asking_is_allowed(ask: Asker) -> None:
    """Anything but GET and HEAD is 405, and says what is allowed."""
    answer = await ask("/.well-known/webfinger?resource=x", method="POST")
    assert (answer.status, set(answer.headers["Allow"].split(", "))) == (405, {"GET", "HEAD"})
