# SPDX-License-Identifier: Apache-2.0
"""The API says what the pages say, and the pages what the API says: on every address that answers both."""

import json

import pytest

from facts import Facts, Page, leaves
from routes import places_of, send, session, staff
from story import Story
from waiting import wait_for

# What a page leaves to the JSON, with the reason.
JSON_ONLY = {
    # What happened is told in words; a name in them is not always the actor's.
    "showCase": ["events.data", "events.actor", "deadLetters.type"],
    # What programs need to find the same; people follow a link.
    "showAudit": ["events.subject", "events.data"],
    "showNotices": ["notices.subject", "mutes.subject"],
    # The terms and the root key stand on the invitation's and the link's own pages; who is hosted here needs no address.
    "listLinks": ["links.rootThumbprint", "links.address", "terms.shownAs", "terms.theyAreShownAs"],
    # One's own name is "You".
    "followCase": ["messages.author"],
    "followSharing": ["title"],
}

# Parts of a page that are another page's, or no facts: the list beside a case, what to press.
ANOTHERS = {"showCase": ["list"], "listCases": ["hint-pane"]}

# What a page repeats that another address has as JSON.
REPEATED = {"erasurePage": "/sharing"}


@pytest.fixture(scope="module")
def story(on_sqlite):
    """One that has all that a page can show: handed on, answered, added to."""
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft).run(6)
    return story


@pytest.fixture(scope="module")
def places(on_sqlite, story):
    return places_of(on_sqlite.velora, story, on_sqlite.velora.link(on_sqlite.kraft))


def compare(route, data, page, *around):
    """What is on one of the two only."""
    facts = Facts(data, *around)
    shown = Page(page, ANOTHERS.get(route.id, ()))
    return {
        "not on the page": facts.missing_from(shown, JSON_ONLY.get(route.id, ())),
        "not in the JSON": facts.unknown_on(shown),
    }


NOTHING = {"not on the page": [], "not in the JSON": []}


def test_the_comparison_finds_what_one_side_lacks():
    page = "<main><h1>Battery</h1><p>V-7 · opened by Lotte</p><time datetime='2026-11-24T10:00:00Z'>10:00</time></main>"
    data = {"title": "Battery", "number": "V-7", "customer": "Lotte", "at": "2026-11-24T10:00:00.000Z"}
    facts = Facts(data)
    assert facts.missing_from(Page(page)) == [] and facts.unknown_on(Page(page)) == []
    assert facts.missing_from(Page(page.replace("Lotte", "somebody"))) == [("customer", "Lotte")]
    for name, value in (("title", "Battery"), ("customer", "opened by Lotte"), ("at", "2026-11-24T10:00:00Z")):
        assert any(value in one for one in Facts({**data, name: ""}).unknown_on(Page(page))), name


def test_what_staff_see_and_what_programs_get_is_the_same(on_sqlite, routes, places):
    velora = on_sqlite.velora
    cookie = session(velora)
    differences, compared = {}, 0
    looked_at = [route for route in staff(routes) if route.method == "GET" and not route.is_stream]
    # Whoever looks leaves a trace once an hour, which the audit shows; so each has looked before what they see is compared.
    for route in looked_at:
        send(velora.base, route, places, cookie=cookie, accept="text/html")
        send(velora.base, route, places, velora.token)
    wait_for(
        lambda: sum("read the audit log" in event["text"] for event in velora.get("/audit?deed=saw")["events"]) > 1,
        "that both read the audit log stands in it",
    )
    for route in looked_at:
        page = send(velora.base, route, places, cookie=cookie, accept="text/html")
        answer = send(velora.base, route, places, velora.token)
        if page.status != 200 or not page.headers["Content-Type"].startswith("text/html"):
            continue
        if not answer.headers["Content-Type"].startswith("application/json"):
            continue
        compared += 1
        found = compare(route, json.loads(answer.body), page.text, velora.name, "Ada", "Ada of Velora", "/api/openapi.json")
        if found != NOTHING:
            differences[route.id] = found
    assert compared > 15
    assert differences == {}, json.dumps(differences, indent=1, ensure_ascii=False)


def test_what_a_customer_sees_and_what_programs_get_is_the_same(on_sqlite, routes, places, story):
    own = {**places, "enterprise": "spoke", "key": story.follow.rsplit("/", 1)[1]}
    differences, compared = {}, 0
    for route in (route for route in routes if route.is_follow and route.method == "GET" and not route.is_stream):
        page = send(on_sqlite.spoke.base, route, own, accept="text/html")
        if page.status != 200 or not page.headers["Content-Type"].startswith("text/html"):
            continue
        compared += 1
        data = json.loads(send(on_sqlite.spoke.base, route, own).body)
        also = story.public.get(story.follow + REPEATED[route.id]) if route.id in REPEATED else {}
        around = [on_sqlite.spoke.name, "Ghent", story.number, *(one for _, one in leaves(also) if isinstance(one, str))]
        found = compare(route, data, page.text, *around)
        if found != NOTHING:
            differences[route.id] = found
    assert compared >= 3
    assert differences == {}, json.dumps(differences, indent=1, ensure_ascii=False)
