# SPDX-License-Identifier: Apache-2.0
"""Every route with every input that is wrong: a problem is told, and it is never ours."""

import json

import pytest

from api import multipart, request
from routes import is_problem, places_of, session
from story import Story
from waiting import wait_for

LONG = "y" * 30_000
WRONG_VALUES = [
    [],
    {},
    True,
    -1,
    10**30,
    1e400,
    LONG,
    "\0",
    "\u202e",
    "2026-13-45T99:00:00Z",
    "../../etc/passwd",
    ["a", "b"],
    [["a"], {"b": "c"}],
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "00000000-0000-0000-0000-000000000000",
]
WRONG_BODIES = [
    ("application/json", b""),
    ("application/json", b"{"),
    ("application/json", b"[]"),
    ("application/json", b"null"),
    ("application/json", b'"text"'),
    ("application/json", b"\xff\xfe{}"),
    ("application/json", b'{"name": "\\ud800"}'),
    ("application/json", b"[" * 5000),
    ("application/json", b'{"a":' * 5000),
    ("application/json", b'{"name":"a","name":"b"}'),
    ("text/plain", b"name=x"),
    ("application/xml", b"<name/>"),
    ("", b"name=x"),
    ("nonsense", b"{}"),
    ("application/x-www-form-urlencoded", b"name=%zz"),
    ("application/x-www-form-urlencoded", b"name=%ff%fe"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % one for one in range(1500))),
    ("application/x-www-form-urlencoded", b"=&=&&&;;=="),
    ("application/x-www-form-urlencoded", b"text=%00%01%02"),
    ("multipart/form-data", b"--x--"),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nunfinished',
    ),
    ("multipart/form-data; boundary=x", b"--x--\r\n"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x--\r\n"),
    ("application/cloudevents-batch+json", b"[]"),
    ("application/json", b'{"text": "' + b"y" * (2 << 20) + b'"}'),
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
        yield multipart({name: ('a"\r\nX: y.png', "image/png", b"") for name in route.fields})
        yield multipart({name: ["a", "b"] for name in route.fields})


def posts(routes):
    found = [route for route in routes if route.method == "POST"]
    assert len(found) > 45
    return found


def test_no_wrong_input_of_a_program_is_ever_our_fault(scratch, routes):
    company, places = scratch
    for route in posts(routes):
        for content_type, body in [*WRONG_BODIES, *wrong_values(route)]:
            headers = {"Authorization": f"Bearer {company.token}"} | (
                {"Content-Type": content_type} if content_type else {}
            )
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
            headers = {
                "Accept": "text/html",
                "Sec-Fetch-Site": "same-origin",
                "Cookie": cookie,
                "Content-Type": content_type,
            }
            answer = request(company.base + route.at(places), "POST", headers, body)
            assert answer.status < 500 and answer.status not in (401, 403), (
                route.id,
                body[:200],
                answer.status,
                answer.text,
            )
            assert answer.status == 303 or answer.headers["Content-Type"].startswith("text/html"), (
                route.id,
                answer.text[:300],
            )


def test_no_wrong_address_is_ever_our_fault(scratch, routes):
    company, places = scratch
    for route in (route for route in routes if route.method == "GET" and not route.is_stream):
        for value in ("%00", "..%2f..", "%ff", "0", "-1", "9" * 40, "x" * 3000, "%F0%9F%9A%B2", "S-", "'"):
            for name in ("number", "file", "customer", "link", "invitation", "key", "enterprise", "digest"):
                if "{" + name + "}" not in route.path and not (name == "key" and route.is_follow):
                    continue
                answer = request(
                    company.base + route.at({**places, name: value}),
                    "GET",
                    {"Authorization": f"Bearer {company.token}"},
                )
                assert 400 <= answer.status < 500, (route.id, name, value, answer.status, answer.text[:300])
        for query in (
            "?after=x&before=0&q=%22%22&case=1",
            "?q=" + "a%20" * 40,
            "?q=*%20OR%20NEAR(%22&open=maybe",
            "?%",
            "?after=" + "9" * 50,
        ):
            answer = request(
                company.base + route.at(places) + query, "GET", {"Authorization": f"Bearer {company.token}"}
            )
            assert answer.status < 500, (route.id, query, answer.status, answer.text[:300])
