# SPDX-License-Identifier: Apache-2.0
"""Every operation goes well once, and answers what the API description says. `test_routes.py` holds refusals against it."""

import json
import uuid

from api import Api, request
from nodes import PASSWORD, email
from routes import first_id, places_of, send, session
from story import PHOTO, Story, cases, soon
from waiting import wait_for

# What goes well only where something has gone wrong before, or once in the life of a node.
RARE = {
    "showFirstRun",  # a node on which nobody lives
    "firstRun",
    "fetchFileAgain",  # a file that did not come within a week
    "sendDeadLetterAgain",  # an event that a peer refused
    "reviveJob",  # work that was given up
    "agreeToName",  # a peer that calls itself something else
    "decideErasureOfCase",  # a company asks to erase a question that was offered and not accepted
}


def test_every_operation_goes_well_as_described(on_sqlite, routes, held):
    velora, spoke, kraft = on_sqlite.velora, on_sqlite.spoke, on_sqlite.kraft
    held.well.clear()
    story = Story(spoke, velora, kraft).run(4)
    places = places_of(velora, story, velora.link(kraft))
    work_on_cases(velora, spoke)
    own = follow(spoke, story)
    know_customers(spoke, story)
    keep_house(velora)
    link_companies(velora, on_sqlite.dekker, on_sqlite.lithium)
    for route in routes:
        if route.method == "GET" and not route.is_exchange and not route.is_stream:
            base = spoke.base if route.is_follow else velora.base
            send(base, route, {**places, **own} if route.is_follow else places, None if route.is_follow else velora.token)
    expected = {route.id for route in routes if not route.is_exchange and not route.is_stream} - RARE
    assert expected - held.well == set()


def test_a_peer_that_does_not_sign_is_refused_as_described(on_sqlite, routes, held):
    for route in (route for route in routes if route.is_exchange):
        places = {"enterprise": "velora", "link": uuid.uuid4(), "digest": "0" * 64, "key": "", "api_token": ""}
        send(on_sqlite.velora.base, route, places)
    assert "showStatement" in held.well


def offered(sender, receiver):
    """A case that is offered: its number with the sender and with the receiver, and the handover there and here."""
    mark = "q" + uuid.uuid4().hex[:10]
    number = Api(sender.base, sender.slug).post(
        "/ask", question=f"Why does {mark} fail?", name="Noor", channel="email", contact=f"{mark}@rider.example"
    )["number"]
    mine = sender.post(
        f"/cases/{number}/handovers",
        link=sender.link(receiver),
        form="text",
        text="Please look.",
        acceptBy=soon(3600),
        answerBy=soon(7200),
    )
    wait_for(lambda: cases(receiver, mark), "the offer has come")
    theirs = cases(receiver, mark)[0]
    return number, theirs["number"], mine["id"], theirs["handovers"][0]["id"]


def work_on_cases(velora, spoke):
    _, there, _, one = offered(spoke, velora)
    velora.post(f"/cases/{there}/handovers/{one}/acceptance")
    velora.post(f"/cases/{there}/handovers/{one}/answer", text="It is the fuse.")
    _, there, _, one = offered(spoke, velora)
    velora.post(f"/cases/{there}/handovers/{one}/refusal", reason="Not ours.")
    _, there, _, one = offered(spoke, velora)
    velora.post(f"/cases/{there}/handovers/{one}/acceptance")
    velora.post(f"/cases/{there}/handovers/{one}/return", reason="Not ours after all.")
    here, _, mine, _ = offered(spoke, velora)
    spoke.post(f"/cases/{here}/handovers/{mine}/withdrawal")

    number = velora.post(
        "/cases", kind="enquiry", subject="A wheel", text="It wobbles.", name="Rin", contact="rin@rider.example"
    )["number"]
    velora.post(f"/cases/{number}/messages", text="Only for us.", files=PHOTO)
    velora.post(f"/cases/{number}/triage", priority="high", tags="wheel")
    velora.post(f"/cases/{number}/watching", watch=True)
    velora.post(f"/cases/{number}/presence", doing="viewing")
    reported = Api(velora.base, velora.slug).post(
        "/report",
        subject="It stops",
        text="Uphill.",
        severity="minor",
        name="Noor",
        channel="email",
        contact="noor@rider.example",
    )["number"]
    velora.post(f"/cases/{reported}/resolution", severity="major", resolution="New firmware.")


def follow(spoke, story):
    """What the customer does; returns the places of their page."""
    public, page = story.public, story.follow
    link = spoke.link(story.maker)
    public.post(f"{page}/calls", phone="+32 470 12 34 56")
    public.post(f"{page}/sharing", link=link)
    public.post(f"{page}/erasure")
    files = [file for message in story.page()["messages"] for file in message["files"]]
    return {"enterprise": spoke.slug, "key": page.rsplit("/", 1)[1], "file": files[0]["id"]}


def know_customers(spoke, story):
    number = spoke.post("/cases", kind="enquiry", subject="A bell", text="It is silent.", name="Rin")["number"]
    customer = f"/customers/{spoke.get(f'/cases/{number}')['customer']['id']}"
    spoke.post(customer, name="Rin de Vries", language="nl")
    spoke.post(f"{customer}/contact-points", channel="email", value="rin@rider.example")
    spoke.post(f"{customer}/contact-points/removal", value="rin@rider.example")
    data = spoke.call("POST", f"{customer}/exports")
    assert data.status == 200 and json.loads(data.text)["cases"][0]["record"]["messages"], data.text
    spoke.post(f"{customer}/erasure", decision="erase", sure=True)


def keep_house(velora):
    settings = velora.get("/settings")
    velora.post("/settings", **{name: settings[name] for name in ("name", "colour", "place", "intro")})
    velora.post("/settings/features", on=[feature["name"] for feature in settings["features"]])
    velora.post("/running/notices/retry")
    assert velora.call("POST", "/audit/exports", {"reason": "to see that it works"}).status == 200
    velora.post("/running/replay", subscriber="audit", place=1)
    address = f"{uuid.uuid4().hex[:8]}@velora.example"
    made = velora.post("/members", name="Bo Baker", email=address, role="service")
    member = f"/members/{made['member']}"
    velora.post(member, role="reader")
    velora.post(f"{member}/password")
    velora.post(f"{member}/leave")
    velora.post(f"{member}/return")
    velora.post("/teams", name=f"Team {address}")
    team = first_id(velora.get("/teams"), f"Team {address}")
    velora.post(f"/teams/{team}/members", member=made["member"])
    velora.post(f"/teams/{team}/members/{made['member']}/removal")
    velora.post("/tokens", label=address, role="reader", lifetime="month")
    velora.post(f"/tokens/{first_id(velora.get('/tokens'), address)}/withdrawal")

    def as_member(path, **fields):
        """What a member does in a browser of their own; a program may not."""
        headers = {"Accept": "application/json", "Content-Type": "application/json", "Cookie": cookie}
        headers["Sec-Fetch-Site"] = "same-origin"
        answer = request(f"{velora.base}/{velora.slug}{path}", "POST", headers, json.dumps(fields).encode())
        assert answer.status == 200, (path, answer.text)

    cookie = session(velora)
    as_member("/profile", name="Ada of Velora", language="en", timeZone="Europe/Brussels", theme="system")
    number = velora.get("/cases?open=all")["cases"][0]["number"]
    subject = velora.get(f"/cases/{number}")["id"]
    as_member("/notices/read", subject=subject)
    as_member("/notices/mutes", subject=subject, sort="case")
    as_member("/notices/mutes/end", subject=subject)
    as_member("/notices/choices", on=["mentioned"])
    as_member("/notices/choices/reset")
    as_member("/profile/password", current=PASSWORD, new=PASSWORD)
    as_member("/sign-out")
    cookie = session(velora)
    as_member("/profile/sessions")
    assert email(velora.slug)


def link_companies(velora, dekker, other):
    withdrawn = velora.post("/invitations", label="Nobody", role="partner")["id"]
    velora.post(f"/invitations/{withdrawn}/withdrawal")

    def begin(inviter):
        url = inviter.post("/invitations", label=other.name, role="supplier")["url"]
        other.post("/links/open", url=url)
        code = other.post("/links", url=url)["code"]
        return next(link["id"] for link in inviter.get("/links")["links"] if link.get("code") == code)

    dekker.post(f"/links/{begin(dekker)}/refusal")
    link = begin(velora)
    velora.post(f"/links/{link}/confirmation")
    wait_for(lambda: other.get(f"/links/{link}")["state"] == "active", "the link is active")
    velora.post(f"/links/{link}/suspension")
    velora.post(f"/links/{link}/resumption")
    wait_for(lambda: other.get(f"/links/{link}")["state"] == "active", "the link is active again")
    for verb, shared in (("refusal", "never"), ("agreement", "after")):
        velora.post(f"/links/{link}/contract", field="product", shared=shared)
        wait_for(lambda: other.get(f"/links/{link}").get("proposal"), "the proposal has come")
        kept = {"never": "never", "after": "onceAccepted"}[shared]
        assert "product" in other.get(f"/links/{link}")["proposedTerms"][kept]
        other.post(f"/links/{link}/contract/{verb}")
        wait_for(lambda: not velora.get(f"/links/{link}").get("proposal"), "the proposal is answered")
        assert velora.get(f"/links/{link}").get("proposedTerms") is None
    velora.post(f"/links/{link}/closing", sure=True)
