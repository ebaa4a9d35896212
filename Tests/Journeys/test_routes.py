# SPDX-License-Identifier: Apache-2.0
"""Every route that the node describes, as everybody who has no business there, and with every input that is wrong."""
import json
import uuid

import jsonschema
import pytest
from openapi_spec_validator import validate

from api import Api, multipart, request
from nodes import PASSWORD, email, wait_for
from story import Story, handover, named

BUILT_IN = ["/healthz", "/readyz", "/metrics", "/api/openapi.json"]
# What a reader may send: about themselves only, and that they are looking.
READERS_OWN = {"changeProfile", "changePassword", "signOut", "signOutEverywhere", "tellPresence", "watchCase"}
# What is an administrator's alone, even to look at.
ADMINISTRATORS = {"listTokens", "newInvitation", "newLink", "showInvitation", "showSettings"}
# What a reader does not see, because it is a form for what they may not do.
FORMS = {"newCase"}


class Route:
    def __init__(self, method, path, operation):
        self.method, self.path, self.id = method.upper(), path, operation["operationId"]
        self.is_open = not any(operation.get("security") or [])
        self.is_exchange = "/exchange/" in path or path.startswith("/.well-known/")
        self.is_follow = "/follow/" in path
        answer = operation["responses"]["2XX"]["content"]
        self.is_stream = "text/event-stream" in answer
        self.schema = answer.get("application/json", {}).get("schema")
        content = operation.get("requestBody", {}).get("content", {})
        self.takes_json = "application/json" in content
        self.fields = {name: kind for body in content.values() for name, kind in body["schema"]["properties"].items()}

    def at(self, places):
        path = self.path
        for name, value in places.items():
            path = path.replace("{" + name + "}", str(value))
        return path.replace("{token}", places["key"] if self.is_follow else places["api_token"])


@pytest.fixture(scope="module")
def described(on_sqlite):
    return json.loads(request(f"{on_sqlite.velora.base}/api/openapi.json").body)


@pytest.fixture(scope="module")
def routes(described):
    return [Route(method, path, operation) for path, methods in described["paths"].items() for method, operation in methods.items()]


def places_of(company, story, link):
    """A real value for every name in braces, all of one company."""
    case = story.case(company)
    invited = company.post("/invitations", label="Somebody", role="partner")
    team = company.post("/teams", name=f"Team {uuid.uuid4().hex[:8]}")
    member = company.post("/members", name="Bo Reader", email=f"{uuid.uuid4().hex[:8]}@{company.slug}.example", role="reader")
    company.post("/tokens", label="To be withdrawn", role="reader")
    page = company.get("/members")
    teams = company.get("/teams")
    return {
        "enterprise": company.slug, "number": case["number"], "handover": case["handovers"][0]["id"], "link": link,
        "file": case["messages"][0]["files"][0]["id"], "customer": company.get("/customers")["customers"][0]["id"],
        "invitation": invited["id"], "team": first_id(teams), "member": first_id(page, "Bo Reader"),
        "letter": uuid.uuid4(), "digest": "0" * 64, "key": story.follow.rsplit("/", 1)[1],
        "api_token": first_id(company.get("/tokens"), "To be withdrawn"),
    }


def first_id(value, name=None):
    """The id of the first object that has one, or of the one that is called like this."""
    if isinstance(value, dict):
        if "id" in value and (name is None or name in value.values()):
            return value["id"]
        value = list(value.values())
    return next((found for one in value if (found := first_id(one, name))), None) if isinstance(value, list) else None


@pytest.fixture(scope="module")
def places(on_sqlite):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft).run(4)
    return places_of(on_sqlite.velora, story, on_sqlite.velora.link(on_sqlite.kraft))


def send(base, route, places, token=None, cookie=None, accept="application/json", site="same-origin"):
    headers = {"Accept": accept, "Sec-Fetch-Site": site}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if cookie:
        headers["Cookie"] = cookie
    return request(base + route.at(places), route.method, headers, b"" if route.method == "POST" else None)


def session(company, slug=None):
    """A cookie of a browser that is signed in."""
    answer = request(f"{company.base}/{company.slug}/sign-in", "POST",
                     {"Accept": "application/json", "Content-Type": "application/json"},
                     json.dumps({"email": email(company.slug), "password": PASSWORD}).encode())
    assert answer.status == 200, answer.text
    return answer.headers["Set-Cookie"].split(";")[0]


def staff(routes):
    found = [route for route in routes if not route.is_open]
    assert len(found) > 40
    return found


def is_problem(answer):
    body = json.loads(answer.body)
    return answer.headers["Content-Type"] == "application/problem+json" and body["status"] == answer.status and body["detail"]


def test_the_description_is_valid(described):
    validate(described)


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
        for how in ({"token": on_sqlite.dekker.token}, {"token": on_sqlite.kraft.token}, {"cookie": cookie}, {"cookie": renamed}):
            answer = send(on_sqlite.velora.base, route, places, **how)
            assert answer.status == 401, (route.id, how, answer.status, answer.text)


# Input that would be taken, so that only the foreign id can be what is refused.
TAKEN = {
    "answerHandover": {"text": "x", "verdict": "yes"}, "refuseHandover": {"reason": "x"}, "returnHandover": {"reason": "x"},
    "editCustomer": {"name": "Stolen", "language": "en"}, "addContactPoint": {"channel": "email", "value": "a@b.example"},
    "closeLink": {"sure": True}, "changeRole": {"role": "reader"}, "joinTeam": {"member": None},
}


def test_another_companys_things_are_not_found_under_ones_own_roof(on_sqlite, routes, places):
    own = Story(on_sqlite.dekker, on_sqlite.velora, on_sqlite.kraft)
    foreign = {**places, "enterprise": "dekker", "number": own.number}
    names = [name for name in foreign if name not in ("enterprise", "number", "key", "digest", "letter")]
    answers = {}
    for route in staff(routes):
        if not any("{" + name + "}" in route.path for name in [*names, "token"]):
            continue
        body = {name: value if value is not None else places["member"] for name, value in TAKEN.get(route.id, {}).items()}
        answer = on_sqlite.dekker.call(route.method, route.at(foreign).removeprefix("/dekker"), body if route.method == "POST" else None)
        answers[route.id] = answer.status
    assert len(answers) > 15
    assert {route: status for route, status in answers.items() if status != 404} == {}
    velora = on_sqlite.velora
    assert velora.get(f"/links/{places['link']}")["state"] == "active"
    assert places["api_token"] in json.dumps(velora.get("/tokens")) and places["member"] in json.dumps(velora.get("/members"))


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
        assert page.status == 200, (route.id, page.status, page.text)
        head = send(on_sqlite.velora.base, type("Head", (), {"method": "HEAD", "at": route.at}), places, on_sqlite.velora.token)
        assert (head.status, head.body) == (200, b""), route.id


def test_every_public_page_answers_as_json_and_as_a_page(on_sqlite, routes, places):
    story = Story(on_sqlite.velora, on_sqlite.velora, on_sqlite.kraft)
    file = story.page()["messages"][0]["files"][0]["id"]
    own = {**places, "key": story.follow.rsplit("/", 1)[1], "file": file}
    for route in (route for route in routes if route.is_open and route.method == "GET" and not route.is_exchange and not route.is_stream):
        expected = 404 if route.id == "showFirstRun" else 200
        for accept in ("application/json", "text/html"):
            answer = send(on_sqlite.velora.base, route, own, accept=accept)
            assert answer.status == expected, (route.id, accept, answer.status, answer.text[:500])


LONG = "y" * 30_000
WRONG_VALUES = [[], {}, True, -1, 10**30, 1e400, LONG, "\0", "‮", "2026-13-45T99:00:00Z", "../../etc/passwd", ["a", "b"],
                [["a"], {"b": "c"}], "' OR 1=1 --", "<script>alert(1)</script>", "00000000-0000-0000-0000-000000000000"]
WRONG_BODIES = [
    ("application/json", b""), ("application/json", b"{"), ("application/json", b"[]"), ("application/json", b"null"),
    ("application/json", b'"text"'), ("application/json", b"\xff\xfe{}"), ("application/json", b'{"name": "\\ud800"}'),
    ("application/json", b"[" * 5000), ("application/json", b'{"a":' * 5000), ("application/json", b'{"name":"a","name":"b"}'),
    ("text/plain", b"name=x"), ("application/xml", b"<name/>"), ("", b"name=x"), ("nonsense", b"{}"),
    ("application/x-www-form-urlencoded", b"name=%zz"), ("application/x-www-form-urlencoded", b"name=%ff%fe"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % one for one in range(1500))),
    ("application/x-www-form-urlencoded", b"=&=&&&;;=="), ("application/x-www-form-urlencoded", b"text=%00%01%02"),
    ("multipart/form-data", b"--x--"), ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nunfinished'),
    ("multipart/form-data; boundary=x", b"--x--\r\n"), ("multipart/form-data; boundary=" + "x" * 300, b"--x--\r\n"),
    ("application/cloudevents-batch+json", b"[]"), ("application/json", b'{"text": "' + b"y" * (2 << 20) + b'"}'),
]


@pytest.fixture(scope="module")
def scratch(on_sqlite):
    """A company whose things may all be broken, linked with another of that sort."""
    node = on_sqlite.velora.node
    company, partner = node.add("scratch", "Scratch", 7), node.add("other", "Other", 8)
    link = company.invite(partner, "partner")
    story = Story(company, partner, partner)
    company.post(f"/cases/{story.number}/handovers", link=link, form="text", text="Who?")
    wait_for(lambda: story.case(partner), "it has come")
    return company, places_of(company, story, link)


def wrong_values(route):
    for value in WRONG_VALUES if route.fields else []:
        yield "application/json", json.dumps(dict.fromkeys(route.fields, value)).encode()
    for name in route.fields:
        yield "application/json", json.dumps({name: [1, 2]}).encode()
    if route.fields:
        yield multipart({name: ("a\"\r\nX: y.png", "image/png", b"") for name in route.fields})
        yield multipart({name: ["a", "b"] for name in route.fields})


def posts(routes):
    found = [route for route in routes if route.method == "POST"]
    assert len(found) > 45
    return found


def test_no_wrong_input_of_a_program_is_ever_our_fault(scratch, routes):
    company, places = scratch
    for route in posts(routes):
        for content_type, body in [*WRONG_BODIES, *wrong_values(route)]:
            headers = {"Authorization": f"Bearer {company.token}"} | ({"Content-Type": content_type} if content_type else {})
            answer = request(company.base + route.at(places), "POST", headers, body)
            assert answer.status < 500, (route.id, content_type, body[:200], answer.status, answer.text)
            assert answer.status < 400 or is_problem(answer), (route.id, answer.text)


def test_no_wrong_input_of_a_browser_is_ever_our_fault(scratch, routes):
    company, places = scratch
    cookie = session(company)
    for route in posts(routes):
        if route.id.startswith("signOut") or route.is_exchange:
            continue
        for content_type, body in wrong_values(route):
            headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": cookie, "Content-Type": content_type}
            answer = request(company.base + route.at(places), "POST", headers, body)
            assert answer.status < 500 and answer.status not in (401, 403), (route.id, body[:200], answer.status, answer.text)
            assert answer.status == 303 or answer.headers["Content-Type"].startswith("text/html"), (route.id, answer.text[:300])


def test_no_wrong_address_is_ever_our_fault(scratch, routes):
    company, places = scratch
    for route in (route for route in routes if route.method == "GET" and not route.is_stream):
        for value in ("%00", "..%2f..", "%ff", "0", "-1", "9" * 40, "x" * 3000, "%F0%9F%9A%B2", "S-", "'"):
            for name in ("number", "file", "customer", "link", "invitation", "key", "enterprise", "digest"):
                if "{" + name + "}" not in route.path and not (name == "key" and route.is_follow):
                    continue
                answer = request(company.base + route.at({**places, name: value}), "GET", {"Authorization": f"Bearer {company.token}"})
                assert 400 <= answer.status < 500, (route.id, name, value, answer.status, answer.text[:300])
        for query in ("?after=x&before=0&q=%22%22&case=1", "?q=" + "a%20" * 40, "?q=*%20OR%20NEAR(%22&open=maybe", "?%", "?after=" + "9" * 50):
            answer = request(company.base + route.at(places) + query, "GET", {"Authorization": f"Bearer {company.token}"})
            assert answer.status < 500, (route.id, query, answer.status, answer.text[:300])
