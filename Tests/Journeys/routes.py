# SPDX-License-Identifier: Apache-2.0
"""The routes that a node describes, with a real value for every name in them."""

import json
import uuid

from api import request
from nodes import PASSWORD, email


class Route:
    def __init__(self, method, path, operation):
        self.method, self.path, self.id = method.upper(), path, operation["operationId"]
        self.is_open = not any(operation.get("security") or [])
        self.is_exchange = "/exchange/" in path or path.startswith("/.well-known/")
        self.is_follow = "/follow/" in path
        answers = operation["responses"]
        answer = next(answers[status] for status in ("200", "201") if status in answers)["content"]
        self.is_stream = "text/event-stream" in answer
        self.schema = answer.get("application/json", {}).get("schema")
        content = operation.get("requestBody", {}).get("content", {})
        self.takes_json = "application/json" in content
        self.fields = {name: kind for body in content.values() for name, kind in body["schema"].get("properties", {}).items()}

    def at(self, places):
        path = self.path
        for name, value in places.items():
            path = path.replace("{" + name + "}", str(value))
        return path.replace("{token}", places["key"] if self.is_follow else places["api_token"])


def places_of(company, story, link):
    """A real value for every name in braces, all of one company."""
    case = story.case(company)
    invited = company.post("/invitations", label="Somebody", role="partner")
    company.post("/teams", name=f"Team {uuid.uuid4().hex[:8]}")
    company.post("/members", name="Bo Reader", email=f"{uuid.uuid4().hex[:8]}@{company.slug}.example", role="reader")
    company.post("/tokens", label="To be withdrawn", role="reader")
    page = company.get("/members")
    teams = company.get("/teams")
    return {
        "enterprise": company.slug,
        "number": case["number"],
        "handover": case["handovers"][0]["id"],
        "link": link,
        "file": case["messages"][0]["files"][0]["id"],
        "customer": company.get("/customers")["customers"][0]["id"],
        "invitation": invited["id"],
        "team": first_id(teams),
        "member": first_id(page, "Bo Reader"),
        "letter": uuid.uuid4(),
        "subscriber": "notices",
        "job": uuid.uuid4(),
        "digest": "0" * 64,
        "key": story.follow.rsplit("/", 1)[1],
        "api_token": first_id(company.get("/tokens"), "To be withdrawn"),
    }


def first_id(value, name=None):
    """The id of the first object that has one, or of the one that is called like this."""
    if isinstance(value, dict):
        if "id" in value and (name is None or name in value.values()):
            return value["id"]
        value = list(value.values())
    return next((found for one in value if (found := first_id(one, name))), None) if isinstance(value, list) else None


def send(base, route, places, token=None, cookie=None, accept="application/json", site="same-origin"):
    headers = {"Accept": accept, "Sec-Fetch-Site": site}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if cookie:
        headers["Cookie"] = cookie
    return request(base + route.at(places), route.method, headers, b"" if route.method == "POST" else None)


def session(company, slug=None):
    """A cookie of a browser that is signed in."""
    answer = request(
        f"{company.base}/{company.slug}/sign-in",
        "POST",
        {"Accept": "application/json", "Content-Type": "application/json"},
        json.dumps({"email": email(company.slug), "password": PASSWORD}).encode(),
    )
    assert answer.status == 200, answer.text
    return answer.headers["Set-Cookie"].split(";")[0]


def staff(routes):
    found = [route for route in routes if not route.is_open]
    assert len(found) > 40
    return found


def is_problem(answer):
    body = json.loads(answer.body)
    return (
        answer.headers["Content-Type"] == "application/problem+json"
        and body["status"] == answer.status
        and body["detail"]
    )
