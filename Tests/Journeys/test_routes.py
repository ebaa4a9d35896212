# SPDX-License-Identifier: Apache-2.0
"""Every route that the node describes, as everybody who has no business there, and as those who have."""

import json

import jsonschema
import pytest
from openapi_spec_validator import validate

from api import request
from routes import is_problem, places_of, send, session, staff
from story import Story

pytestmark = pytest.mark.usefixtures("held")

BUILT_IN = ["/healthz", "/readyz", "/metrics", "/api/openapi.json"]
# What is not refused for the role alone: a password change asks for the old one, and looking is reading.
READERS_OWN = {"changePassword", "tellPresence", "watchCase"}
# What is an administrator's alone, even to look at.
ADMINISTRATORS = {"listTokens", "newInvitation", "newLink", "showInvitation", "showSettings", "showRunning", "showAudit"}
# What a reader does not see, because it is a form for what they may not do.
FORMS = {"newCase"}


@pytest.fixture(scope="module")
def places(on_sqlite):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft).run(4)
    return places_of(on_sqlite.velora, story, on_sqlite.velora.link(on_sqlite.kraft))


def test_the_description_is_valid(described):
    validate(described)


def test_the_description_explains_what_a_label_does_not(routes):
    explained = {
        "writeMessage": {"to": "ids of links", "reply": "outgoing handover", "forward": "Ids of files"},
        "answerHandover": {"source": "outgoing handover", "forward": "source's answer", "wording": "asIs"},
    }
    for route in (route for route in routes if route.id in explained):
        for name, words in explained.pop(route.id).items():
            assert words in route.fields[name]["description"], (route.id, name)
    assert not explained


def test_what_the_site_has_besides_its_routes_answers(on_sqlite):
    for path in BUILT_IN:
        assert request(on_sqlite.velora.base + path).status == 200, path
    assert request(on_sqlite.velora.base + "/nowhere/at/all").status == 404
    wrong = request(f"{on_sqlite.velora.base}/velora/cases", "DELETE")
    assert wrong.status == 405 and "GET" in wrong.headers["Allow"]


def test_nobody_gets_anything_of_the_staffs(on_sqlite, routes, places):
    for route in staff(routes):
        answer = send(on_sqlite.velora.base, route, places)
        assert answer.status == 401 and is_problem(answer), (route.id, answer.text)
        assert answer.headers["WWW-Authenticate"], route.id
        if route.is_stream:
            continue
        page = send(on_sqlite.velora.base, route, places, accept="text/html")
        assert page.status == 303 and page.headers["Location"].startswith("/velora/sign-in"), (route.id, page.text)


def test_nobody_gets_a_customers_page_without_its_key(on_sqlite, routes, places):
    for route in (route for route in routes if route.is_follow):
        for key in ("x" * 43, "", "%00"):
            answer = send(on_sqlite.velora.base, route, {**places, "key": key})
            assert answer.status in (404, 400), (route.id, answer.status, answer.text)
        answer = send(on_sqlite.velora.base, route, places)
        assert answer.status == 404, f"{route.id}: the key of another company's customer"


def test_the_exchange_talks_to_nobody_who_does_not_sign(on_sqlite, routes, places):
    found = [route for route in routes if route.is_exchange and "well-known" not in route.path]
    assert len(found) >= 7
    for route in found:
        for token in (None, on_sqlite.velora.token):
            answer = send(on_sqlite.velora.base, route, places, token)
            assert answer.status in (401, 415), (route.id, answer.status, answer.text)


def test_another_companys_token_and_cookie_open_nothing(on_sqlite, routes, places):
    cookie = session(on_sqlite.dekker)
    renamed = cookie.replace("entente-dekker", "entente-velora")
    assert renamed != cookie
    for route in staff(routes):
        for how in (
            {"token": on_sqlite.dekker.token},
            {"token": on_sqlite.kraft.token},
            {"cookie": cookie},
            {"cookie": renamed},
        ):
            answer = send(on_sqlite.velora.base, route, places, **how)
            assert answer.status == 401, (route.id, how, answer.status, answer.text)


# Input that would be taken, so that only the foreign id can be what is refused.
TAKEN = {
    "answerHandover": {"text": "x", "verdict": "yes"},
    "refuseHandover": {"reason": "x"},
    "returnHandover": {"reason": "x"},
    "editCustomer": {"name": "Stolen", "language": "en"},
    "addContactPoint": {"channel": "email", "value": "a@b.example"},
    "removeContactPoint": {"value": "a@b.example"},
    "decideErasure": {"decision": "erase", "sure": True},
    "closeLink": {"sure": True},
    "changeRole": {"role": "reader"},
    "joinTeam": {"member": None},
}


def test_another_companys_things_are_not_found_under_ones_own_roof(on_sqlite, routes, places):
    own = Story(on_sqlite.dekker, on_sqlite.velora, on_sqlite.kraft)
    foreign = {**places, "enterprise": "dekker", "number": own.number}
    names = [name for name in foreign if name not in ("enterprise", "number", "key", "digest", "letter", "subscriber", "job")]
    answers = {}
    for route in staff(routes):
        if not any("{" + name + "}" in route.path for name in [*names, "token"]):
            continue
        body = {
            name: value if value is not None else places["member"] for name, value in TAKEN.get(route.id, {}).items()
        }
        answer = on_sqlite.dekker.call(
            route.method, route.at(foreign).removeprefix("/dekker"), body if route.method == "POST" else None
        )
        answers[route.id] = answer.status
    assert len(answers) > 15
    assert {route: status for route, status in answers.items() if status != 404} == {}
    velora = on_sqlite.velora
    assert velora.get(f"/links/{places['link']}")["state"] == "active"
    assert places["api_token"] in json.dumps(velora.get("/tokens")) and places["member"] in json.dumps(
        velora.get("/members")
    )


def test_a_reader_reads_and_changes_nothing(on_sqlite, routes, places):
    reader = on_sqlite.velora.node.token("velora", "reader")
    for route in staff(routes):
        if route.is_stream:
            continue
        answer = send(on_sqlite.velora.base, route, places, reader)
        if route.method == "POST" and route.id not in READERS_OWN or route.id in ADMINISTRATORS:
            assert answer.status == 403 and is_problem(answer), (route.id, answer.status, answer.text)
        elif route.method == "GET":
            assert answer.status == (403 if route.id in FORMS else 200), (route.id, answer.status, answer.text)
        else:
            assert answer.status < 500 and answer.status not in (401, 403), (route.id, answer.status, answer.text)


def test_another_site_cannot_make_a_signed_in_browser_send_anything(on_sqlite, routes, places):
    cookie = session(on_sqlite.velora)
    for route in (route for route in staff(routes) if route.method == "POST"):
        for site in ("cross-site", "same-site", "none"):
            answer = send(on_sqlite.velora.base, route, places, cookie=cookie, accept="text/html", site=site)
            assert answer.status == 403, (route.id, site, answer.status)


def test_an_administrator_gets_valid_json_and_a_page_from_every_get(on_sqlite, routes, places):
    cookie = session(on_sqlite.velora)
    for route in (route for route in staff(routes) if route.method == "GET" and not route.is_stream):
        answer = send(on_sqlite.velora.base, route, places, on_sqlite.velora.token)
        assert answer.status == 200, (route.id, answer.status, answer.text)
        if answer.headers["Content-Type"] == "application/json" and route.schema:
            jsonschema.validate(json.loads(answer.body), route.schema)
        page = send(on_sqlite.velora.base, route, places, cookie=cookie, accept="text/html")
        # Whoever looks a handover up with a browser is sent to its case.
        assert page.status == (303 if route.id == "findHandover" else 200), (route.id, page.status, page.text)
        head = send(
            on_sqlite.velora.base, type("Head", (), {"method": "HEAD", "at": route.at}), places, on_sqlite.velora.token
        )
        assert (head.status, head.body) == (200, b""), route.id


def test_every_public_page_answers_as_json_and_as_a_page(on_sqlite, routes, places):
    story = Story(on_sqlite.velora, on_sqlite.velora, on_sqlite.kraft)
    file = story.page()["messages"][0]["files"][0]["id"]
    own = {**places, "key": story.follow.rsplit("/", 1)[1], "file": file}
    for route in (
        route
        for route in routes
        if route.is_open and route.method == "GET" and not route.is_exchange and not route.is_stream
    ):
        expected = 404 if route.id == "showFirstRun" else 200
        for accept in ("application/json", "text/html"):
            answer = send(on_sqlite.velora.base, route, own, accept=accept)
            assert answer.status == expected, (route.id, accept, answer.status, answer.text[:500])
