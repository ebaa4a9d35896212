# SPDX-License-Identifier: Apache-2.0
"""Every state, move and refusal of docs/exchange.md, from outside: companies whose nodes were written from that page."""

import copy
import hashlib
import json
import pathlib
import secrets
import sys
import time
import uuid
from types import SimpleNamespace

import pytest

from api import Api, Refused
from nodes import Node, running
from story import soon
from waiting import wait_for

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "Interop"))

from stranger import BATCH, BYTES, WITH_BODY, Key, Stranger, bytes64, canonical, digest, read_jws, rfc3339, send, text64, uuid7  # noqa: E402

FIELDS = [
    *("title", "ask", "question", "product", "serial", "place", "language", "details", "journey", "attachments"),
    *("messages", "customer.name", "customer.contact", "customer.place"),
]


def contract(rules, kinds=("enquiry",)):
    """What a stranger offers: which field when, and whatever is not named never."""
    fields = {
        field: {"shared": rules.get(field, "never"), "owner": "originator", "passOn": "onward"} for field in FIELDS
    }
    return {
        "role": "partner",
        "kinds": list(kinds),
        "fields": fields,
        "retention": {"daysAfterCase": 30, "daysAfterLink": 30},
    }


WIDE = contract({**dict.fromkeys(FIELDS, "before"), "question": "after", "customer.name": "after", "customer.contact": "after"})
NARROW = contract({"title": "before", "ask": "before", "messages": "after"})


@pytest.fixture(scope="module")
def maker(folder):
    """The node that is put to the test, with one company on it and another beside."""
    node = Node(folder / "protocol").start()
    company = node.add("maker", "Maker", 1, "Utrecht")
    company.neighbour = node.add("neighbour", "Neighbour", 2)
    yield company
    if node in running:
        node.stop()


@pytest.fixture
def strangers():
    made = []

    def make(name):
        made.append(Stranger(name.lower(), name))
        return made[-1]

    yield make
    for stranger in made:
        stranger.close()


@pytest.fixture
def asked(maker, strangers):
    """A link over which the maker asks: it has invited a stranger as its partner."""
    line = strangers("Dealer").accept(maker.post("/invitations", label="Dealer", role="partner")["url"])
    maker.post(f"/links/{line.id}/confirmation")
    wait_for(lambda: line.state == "active", "the stranger is told")
    yield line
    part(maker, line)


@pytest.fixture
def giver(maker, strangers):
    """A link over which a stranger asks and shares much: it has invited the maker."""
    yield from invited(maker, strangers("Giver"), WIDE)


@pytest.fixture
def miser(maker, strangers):
    """The same with a stranger whose contract shares next to nothing."""
    yield from invited(maker, strangers("Miser"), NARROW)


def invited(maker, stranger, terms):
    line = stranger.invite(maker.slug, maker.name, maker.node.origin, terms)
    seen = maker.post("/links/open", url=line.invitation)
    assert seen["name"] == stranger.name and json.loads(seen["contract"]) == line.contract
    assert maker.post("/links", url=line.invitation)["code"] == line.code and line.state == "pending"
    line.confirm()
    yield line
    part(maker, line)


def part(maker, line):
    """A stranger that has gone away is not called for ever."""
    if {one["id"]: one["state"] for one in maker.get("/links")["links"]}[line.id] in ("active", "suspended"):
        maker.post(f"/links/{line.id}/closing", sure=True)


def case_of(maker, handover):
    """The maker's case of a handover."""
    for line in maker.get("/cases?open=all")["cases"]:
        case = maker.get(f"/cases/{line['number']}")
        for one in case["handovers"]:
            if one["id"] == handover:
                return SimpleNamespace(**case, handover=one)
    return None


def move(maker, handover, verb, **fields):
    return maker.post(f"/cases/{case_of(maker, handover).number}/handovers/{handover}/{verb}", **fields)


def stage(maker, handover):
    return case_of(maker, handover).handover["state"]


def ask(maker, line, form="text", **more):
    """The maker asks the stranger something; the handover's id, once the offer has come."""
    question = {"question": "May it be charged?", "name": "Noor", "contact": "noor@rider.example", "channel": "email"}
    number = Api(maker.base, maker.slug).post("/ask", **question)["number"]
    fields = {"link": line.id, "form": form, "text": "Is it safe?", "acceptBy": soon(3600), "answerBy": soon(9000), **more}
    handover = maker.post(f"/cases/{number}/handovers", **fields)["id"]
    wait_for(lambda: line.came("handover.offered", handover), "the offer comes")
    return handover


# Identity and linking.


def test_an_invitation_is_opened_accepted_compared_and_confirmed(maker, strangers):
    stranger = strangers("Newcomer")
    made = maker.post("/invitations", label="Newcomer", role="partner")
    line = stranger.accept(made["url"])
    shown = next(one for one in maker.get("/links")["links"] if one["id"] == line.id)
    assert (shown["state"], shown["code"], shown["name"]) == ("pending", line.code, "Newcomer")
    early = line.call("GET", "links", line.id, "confirmation")
    assert (early.status, early.signed) == (403, True)
    assert line.post(line.event("nothing", uuid7(), {})).status == 403
    maker.post(f"/links/{line.id}/confirmation")
    told = line.call("GET", "links", line.id, "confirmation")
    signed = json.loads(told.body)["contract"]
    assert told.signed and read_jws(signed, "entente-contract+jws", line.peer["root"]) == line.contract
    wait_for(lambda: line.state == "active", "the stranger is told")
    assert stranger.open(made["url"]).status == 200, "sending it again is harmless"
    part(maker, line)


def test_an_invitation_is_refused_under_a_signature_and_no_link_comes_of_it(maker, strangers, asked):
    stranger, other = strangers("Comer"), strangers("Other")
    made = maker.post("/invitations", label="Comer", role="partner")
    offered = json.loads(stranger.open(made["url"]).body)["contract"]
    late = other.open(made["url"])
    assert (late.status, late.signed) == (410, True)
    wrong = stranger.open(made["url"], signing={**offered, "kinds": ["enquiry", "anything"]})
    assert (wrong.status, wrong.signed) == (400, True)
    door, rest = made["url"].split("#t=")
    unknown = stranger.open(f"{door}#t={text64(secrets.token_bytes(32))}&{rest.split('&', 1)[1]}")
    assert (unknown.status, unknown.signed) == (410, True)
    assert stranger.open(made["url"], key=Key()).status == 401
    again = asked.owner.open(maker.post("/invitations", label="Dealer", role="partner")["url"])
    assert (again.status, again.signed) == (400, True), "there is a link already"
    claims = [f"{maker.node.origin.removeprefix('http://')}/{slug}" for slug in ("maker", "neighbour", "nobody")]
    for claim in [*claims, asked.owner.address]:
        third = strangers("Claimer")
        host = claim.split("/")[0]
        base = f"http://{host}/{claim.split('/')[1]}/exchange"
        ends = {end: f"{base}/{end}" for end in ("inbox", "outbox", "links", "invitations", "attachments")}
        url = maker.post("/invitations", label="Claimer", role="partner")["url"]
        answer = third.open(url, statement=third.statement(iss=claim, endpoints=ends))
        assert (answer.status, answer.signed) == (400, True), claim
    withdrawn = maker.post("/invitations", label="Comer", role="partner")
    maker.post(f"/invitations/{withdrawn['id']}/withdrawal")
    assert strangers("Late").open(withdrawn["url"]).status == 410
    for spoiled in (
        {"iat": int(time.time()) + 400},
        {"name": "x" * 1_001},
        {"name": "x\0"},
        {"versions": None},
        {"endpoints": {end: f"https://elsewhere.example/{end}" for end in ("inbox", "outbox", "links", "invitations", "attachments")}},
    ):
        fresh = strangers("Spoiled")
        url = maker.post("/invitations", label="Spoiled", role="partner")["url"]
        assert fresh.open(url, statement=fresh.statement(**spoiled)).status == 400, spoiled


def test_a_mistake_of_a_company_is_not_told_as_a_fraud(maker, strangers):
    stranger = strangers("Sloppy")
    line = stranger.invite(maker.slug, maker.name, maker.node.origin, WIDE)
    good = stranger.statement
    for spoiled, kind in (
        ({"name": "x" * 1_001}, "other-side-unreadable"),
        ({"iat": int(time.time()) + 400}, "other-side-unreadable"),
    ):
        stranger.statement = lambda spoiled=spoiled: good(**spoiled)
        answer = maker.call("POST", "/links/open", {"url": line.invitation})
        assert answer.status == 502 and kind in answer.text, answer.text
    stranger.statement, stranger.root = good, Key()
    answer = maker.call("POST", "/links/open", {"url": line.invitation})
    assert answer.status == 422 and "other-identity" in answer.text, answer.text


def test_a_statement_that_is_told_counts_from_then_on(maker, asked):
    stranger, old = asked.owner, asked.owner.key

    def tell(key=None, **changes):
        said = stranger.statement(**changes).encode()
        return asked.call("POST", "links", asked.id, "statement", body=said, kind="application/jwt", key=key)

    stranger.key = Key()
    assert asked.call("GET", "links", asked.id, "digest").status == 401, "a key that is not known yet"
    told = tell(revoked=[old.thumbprint])
    assert (told.status, told.signed) == (200, True)
    assert asked.call("GET", "links", asked.id, "digest").status == 200
    assert asked.call("GET", "links", asked.id, "digest", key=old).status == 401
    held = stranger.statement()
    replayed = asked.call("POST", "links", asked.id, "statement", body=stranger.statement(iat=int(time.time()) - 60).encode(), kind="application/jwt")
    ahead = tell(iat=int(time.time()) + 400)
    root, stranger.root = stranger.root, Key()
    forged = tell()
    stranger.root = root
    assert (replayed.status, ahead.status, forged.status) == (401, 401, 401) and held
    elsewhere = {end: f"http://127.0.0.1:9/dealer/exchange/{end}" for end in ("inbox", "outbox", "links", "invitations", "attachments")}
    moved = tell(iss="127.0.0.1:9/dealer", endpoints=elsewhere, iat=int(time.time()) + 1)
    assert (moved.status, moved.signed) == (400, True)
    # That it has moved is a word as long as nobody answers there.
    assert tell(moved="127.0.0.1:9/dealer", iat=int(time.time()) + 2).status == 200
    assert ask(maker, asked)


# Requests.


def test_a_request_is_let_in_by_its_signature_alone(maker, giver):
    body = ("[" + json.dumps(giver.event("nothing", uuid7(), {})) + "]").encode()
    nonce = uuid.uuid4().hex

    def post(body=body, **how):
        return giver.call("POST", "inbox", body=body, **how)

    assert post(nonce=nonce).status == 202
    refused = {
        "replayed": post(nonce=nonce),
        "behind": post(now=int(time.time()) - 310),
        "ahead": post(now=int(time.time()) + 310),
        "a stranger's key": post(key=Key()),
        "another body": post(sent=body + b" "),
        **{f"{part} not covered": post(components=[one for one in WITH_BODY if one != part]) for part in WITH_BODY},
    }
    assert {why: (answer.status, answer.signed) for why, answer in refused.items()} == dict.fromkeys(refused, (401, False))
    assert post(destination="elsewhere.example/maker").status == 421
    assert post(destination=f"{giver.peer['iss'].split('/')[0]}/neighbour").status == 421
    unsigned = send("POST", giver.url("inbox"), {"content-type": BATCH, "content-digest": digest(body)}, body)
    assert unsigned.status == 401


def test_what_is_no_batch_is_refused_as_a_whole(maker, giver):
    def post(body, kind=BATCH):
        answer = giver.call("POST", "inbox", body=body, kind=kind)
        assert answer.signed or answer.status == 413, answer.status
        return answer.status

    assert post(b"[]") == 202
    assert post(b"[]", kind=BATCH + "; charset=utf-8") == 202
    assert post(b"[]", kind="application/json") == 415
    for text in (b"", b"{}", b"[1,]", b'[{"a":1,"a":2}]', b"[" * 70 + b"]" * 70, b'["\xff"]'):
        assert post(text) == 400, text
    assert post(b"[" + b",".join([b"{}"] * 101) + b"]") == 413
    assert post(b"[" + b" " * 524_300 + b"]") == 413


def test_only_what_is_on_its_own_link_is_found(maker, giver, miser):
    for answer in (
        giver.call("GET", "links", miser.id, "digest"),
        giver.call("GET", "links", miser.id, "confirmation"),
        giver.call("GET", "outbox", query=f"?link={miser.id}"),
        giver.call("GET", "attachments", "0a" * 32),
        giver.call("GET", "attachments", query=f"?link={uuid7()}"),
    ):
        assert (answer.status, answer.signed) == (404, True), answer.status
    handover, _ = miser.offer(title="Not yours")
    assert giver.say("handover.withdrawn", handover) == "unknown-subject"
    assert giver.say("message.added", handover, **message()) == "unknown-subject"


# Envelopes, order and once only.


def message(**more):
    return {
        "message": uuid7(),
        "author": "Ann",
        "company": "Giver",
        "text": "Any news?",
        "writtenAt": rfc3339(),
        "audience": ["Giver", "Maker"],
        "forCustomer": False,
        **more,
    }


def test_an_envelope_that_cannot_be_read_takes_no_place(maker, giver):
    def refused(**changes):
        event = {**giver.event("handover.withdrawn", uuid7(), {}, place=1), **changes}
        answer = giver.post({name: value for name, value in event.items() if value is not None})
        return answer.receipts[0]["code"]

    for changes in (
        {"id": str(uuid.uuid4())},
        {"id": "nonsense"},
        {"id": None},
        {"source": "somebody.example/else"},
        {"link": uuid7()},
        {"link": None},
        {"conversation": "here"},
        {"convseq": 0},
        {"convseq": 1.0},
        {"convseq": None},
        {"specversion": "0.3"},
        {"time": "yesterday"},
        {"time": "2026-09-21T14:13:20"},
        {"datacontenttype": "text/plain"},
        {"hopsleft": 9},
        {"baserev": -1},
        {"type": None},
    ):
        assert refused(**changes) == "malformed", changes
    for changes in ({"subject": "x" * 1_001}, {"route": "x" * 1_025}, {"traceparent": "x" * 65}, {"type": "x" * 513}):
        assert refused(**changes) == "too-large", changes
    conversation = uuid7()
    spoiled = {**giver.event("handover.withdrawn", conversation, {}, place=1), "specversion": "2"}
    assert giver.call("POST", "inbox", body=json.dumps([spoiled]).encode()).status == 202
    gap = giver.post(giver.event("handover.withdrawn", conversation, {"handover": conversation}, place=2))
    assert gap.status == 409 and (gap.receipts[0]["code"], gap.receipts[0]["expected"]) == ("gap", 1)


def test_each_event_counts_once_and_in_its_place(maker, giver):
    handover, code = giver.offer()
    assert code is None
    first = giver.event("handover.withdrawn", handover, {"handover": handover, "reason": "Found it"})
    shouted = {**first, "id": first["id"].upper()}
    answer = giver.post(shouted)
    assert (answer.receipts[0]["id"], answer.receipts[0]["outcome"]) == (shouted["id"], "applied"), "as it was sent"
    again = giver.post(shouted).receipts[0]
    assert (again["status"], again["outcome"]) == ("duplicate", "applied")
    other = giver.post({**shouted, "data": {"handover": handover}}).receipts[0]
    assert (other["status"], other["code"]) == ("rejected", "id-reuse")
    place = giver.post(giver.event("handover.withdrawn", handover, {"handover": handover}, place=2)).receipts[0]
    assert place["code"] == "id-reuse"
    gap = giver.post(giver.event("handover.withdrawn", handover, {"handover": handover}, place=9))
    assert gap.status == 409 and gap.receipts[0]["expected"] == 3
    late = giver.say("handover.withdrawn", handover, attributes={"expirytime": rfc3339(-1)})
    unknown = giver.tell("net.entente.handover.withdrawn.v9", handover, {"handover": handover})
    assert (late, unknown) == ("expired", "unsupported-type")
    refused = giver.event("handover.accepted", handover, {"handover": handover})
    assert giver.post(refused).receipts[0]["code"] == "unknown-subject"
    assert giver.post(refused).receipts[0] | {"detail": ""} == {
        "id": refused["id"], "status": "duplicate", "outcome": "rejected", "code": "unknown-subject", "detail": "",
    }


def test_what_is_wrong_with_the_data_takes_its_place(maker, giver):
    def offer(**changes):
        return giver.offer(**changes)[1]

    for changes in (
        {"title": None},
        {"ask": None},
        {"ask": {"form": "guess", "text": "?"}},
        {"customer": None},
        {"title": 7},
        {"title": "x\0y"},
        {"later": {"deep": ["x\0"]}},
        {"later": {"x\0": 1}},
        {"acceptBy": "soon"},
        {"attachments": [{"digest": "../../etc/passwd", "name": "x", "type": "x", "size": 1}]},
        {"journey": [{"id": "1", "company": "x", "stage": "", "since": "then"}]},
    ):
        assert offer(**changes) == "malformed", changes
    for changes in (
        {"title": "x" * 1_001},
        {"language": "x" * 36},
        {"ask": {"form": "text", "text": "x" * 80_001}},
        {"details": {"x": "y" * 32_768}},
        {"attachments": [{"digest": "0a" * 32, "name": "x", "type": "x", "size": 26_214_401}]},
        {"attachments": [{"digest": "0a" * 32, "name": "x", "type": "x", "size": 1}] * 51},
        {"later": "x" * 262_144},
    ):
        assert offer(**changes) == "too-large", list(changes)
    handover = uuid7()
    elsewhere = giver.event("handover.offered", uuid7(), {"handover": handover, "kind": "enquiry", "title": "x"})
    assert giver.post(elsewhere).receipts[0]["code"] == "malformed"
    conversation = uuid7()
    assert giver.tell("handover.offered", conversation, {}) == "malformed"
    assert giver.sent[conversation] == 1 and giver.tell("handover.withdrawn", conversation, {"handover": conversation}) == "unknown-subject"


# What a contract does not share.


def test_an_offer_tells_no_more_than_the_contract(maker, miser, giver):
    step = {"id": "1", "company": "x", "stage": "", "since": rfc3339()}
    told = {
        "question": "Does it fit?",
        "product": "City 500",
        "serial": "VC5",
        "place": "Ghent",
        "language": "nl",
        "details": {"boughtOn": "2026-01-01"},
        "journey": [step],
        "attachments": [{"digest": "0a" * 32, "name": "x", "type": "x", "size": 1}],
    }
    for name, value in told.items():
        assert miser.offer(**{name: value})[1] == "not-agreed", name
    assert miser.offer(kind="incident")[1] == "not-agreed"
    assert giver.offer(question="before its time")[1] == "not-agreed"
    assert miser.offer()[1] is None
    everything = {name: value for name, value in told.items() if name not in ("question", "attachments")}
    assert giver.offer(**everything)[1] is None


def test_what_follows_an_acceptance_tells_no_more_either(maker, miser, giver):
    point = {"kind": "email", "value": "lotte@rider.example", "preferred": True}
    for line in (miser, giver):
        handover, _ = line.offer(title=f"For {line.owner.name}")
        assert line.say("message.added", handover, **message()) == "not-agreed"
        assert line.say("contact.shared", handover, customer="c1", points=[point]) == "not-agreed"
        assert line.say("handover.shared", handover, question="Does it fit?") == "not-agreed"
        move(maker, handover, "acceptance")
        assert line.say("message.added", handover, **message()) is None
        file = [{"digest": "0a" * 32, "name": "x", "type": "x", "size": 1}]
        for kind, data in {
            "contact.shared": {"customer": "c1", "points": [point]},
            "contact.shared ": {"customer": "c1", "points": [], "name": "Lotte"},
            "contact.shared  ": {"customer": "c1", "points": [], "place": "Ghent"},
            "handover.shared": {"question": "Does it fit?"},
            "handover.shared ": {"product": "City 500"},
            "message.added": message(attachments=file),
        }.items():
            code = line.say(kind.strip(), handover, **data)
            assert code == ("not-agreed" if line is miser else None), (line.owner.name, kind, data)
    assert line.say("contact.shared", handover, customer="c2", points=[]) == "stale"
    assert line.say("contact.shared", handover, customer="c1") == "malformed"
    assert line.say("message.added", handover, **message(audience=None)) == "malformed"
    known = message()
    assert [line.say("message.added", handover, **known) for _ in range(2)] == [None, "stale"]
    assert "Lotte" in json.dumps(maker.get(f"/cases/{case_of(maker, handover).number}"))


# The handover: the stranger asks.


def test_what_the_maker_does_with_an_offer_is_told(maker, giver):
    answers = {
        "yesNo": {"verdict": "no", "text": "No."},
        "text": {"text": "It does."},
        "date": {"date": "2026-12-01"},
        "document": {"files": ("sheet.pdf", "application/pdf", b"%PDF-1.7 sheet")},
        "free": {"text": "As you like."},
        "takeOver": {"text": "Done."},
        "fulfil": {},
    }
    for form, given in answers.items():
        handover, code = giver.offer(form)
        assert code is None
        offered = case_of(maker, handover).handover
        assert (offered["state"], offered["form"]) == ("offered", form)
        move(maker, handover, "acceptance")
        accepted = wait_for(lambda: giver.came("handover.accepted", handover), "it is accepted")
        assert accepted["baserev"] == 1 and accepted["convseq"] == 1
        move(maker, handover, "answer", **given)
        kind = "handover.completed" if form in ("takeOver", "fulfil") else "handover.answered"
        answered = wait_for(lambda: giver.came(kind, handover), f"it is answered: {form}")
        assert answered["baserev"] == 2 and answered["data"].get("form", form) == form
        assert stage(maker, handover) == ("completed" if form in ("takeOver", "fulfil") else "answered")
    document = giver.came("handover.answered")["data"]
    assert giver.came("handover.answered") and document
    declined, returned = giver.offer()[0], giver.offer()[0]
    move(maker, declined, "refusal", reason="Not ours.")
    assert wait_for(lambda: giver.came("handover.declined", declined), "declined")["data"]["reason"] == "Not ours."
    move(maker, returned, "acceptance")
    move(maker, returned, "return", reason="Too hard.")
    assert wait_for(lambda: giver.came("handover.returned", returned), "returned")["baserev"] == 2
    assert (stage(maker, declined), stage(maker, returned)) == ("declined", "returned")


def test_the_originators_word_counts_whatever_stage_the_copy_has(maker, giver):
    for ending, data, state in (
        ("handover.withdrawn", {"reason": "Found it"}, "withdrawn"),
        ("handover.expired", {"clock": "accept", "at": rfc3339()}, "expired"),
    ):
        for before in ("offered", "accepted", "answered"):
            handover, _ = giver.offer()
            if before != "offered":
                move(maker, handover, "acceptance")
            if before == "answered":
                move(maker, handover, "answer", text="It does.")
            assert giver.say(ending, handover, **data, attributes={"baserev": 1}) is None
            assert stage(maker, handover) == state
            with pytest.raises(Refused) as refused:
                move(maker, handover, "acceptance")
            assert refused.value.status == 409
            assert giver.say("handover.withdrawn", handover) is None and stage(maker, handover) == state, "it is over"
    assert giver.say("handover.withdrawn", uuid7()) == "unknown-subject"


def test_an_offer_that_goes_round_or_too_far_is_refused(maker, giver, asked):
    route = wait_for(lambda: asked.came("handover.offered", ask(maker, asked)), "an offer of the maker's")["route"]
    assert len(bytes64(route)) == 24
    handover, code = giver.offer(attributes={"route": f"{text64(bytes(24))} {route}"})
    assert code == "loop"
    assert giver.offer(attributes={"route": text64(bytes(24))})[1] is None
    assert giver.offer(attributes={"hopsleft": 0})[1] == "hops-exhausted"
    # Only offers begin anything: what follows may name any way it came.
    offered, _ = giver.offer()
    assert giver.say("handover.withdrawn", offered, attributes={"route": route, "hopsleft": 0}) is None
    # The same handover once more.
    again = {"kind": "enquiry", "title": "x", "ask": {"form": "text", "text": "?"}, "customer": "x"}
    assert giver.say("handover.offered", offered, **again) == "stale"


# The handover: the maker asks.


def test_an_answer_ends_an_ask_as_its_form_says(maker, asked):
    file = {"digest": "0a" * 32, "name": "sheet.pdf", "type": "application/pdf", "size": 1}
    lacking = {"yesNo": {}, "text": {"text": ""}, "date": {}, "document": {"text": "See below."}, "free": {}}
    whole = {
        "yesNo": {"yes": True},
        "text": {"text": "It is."},
        "date": {"date": "2026-12-01"},
        "document": {"attachments": [file]},
        "free": {"attachments": [file]},
    }
    for form, given in whole.items():
        handover = ask(maker, asked, form)
        assert asked.say("handover.answered", handover, form=form, **given) == "stale", "it is not accepted"
        assert asked.say("handover.accepted", handover, attributes={"baserev": 3}) == "stale"
        assert asked.say("handover.accepted", handover, attributes={"baserev": 1}) is None
        assert asked.say("handover.accepted", handover) == "stale"
        assert wait_for(lambda: asked.came("contact.shared", handover), "who it is")["data"]["name"] == "Noor"
        assert asked.say("handover.answered", handover, form=form, **lacking[form]) == "malformed"
        other = "text" if form != "text" else "free"
        assert asked.say("handover.answered", handover, form=other, text="x") == "malformed"
        assert asked.say("handover.completed", handover) == "malformed"
        assert asked.say("handover.answered", handover, form=form, **given, attributes={"baserev": 1}) == "stale"
        assert asked.say("handover.answered", handover, form=form, **given, attributes={"baserev": 2}) is None
        assert stage(maker, handover) == "answered"
        assert asked.say("handover.returned", handover) == "stale"
    for none in ("2026-02-30", "tomorrow", "2026-1-1"):
        handover = ask(maker, asked, "date")
        asked.say("handover.accepted", handover)
        assert asked.say("handover.answered", handover, form="date", date=none) == "malformed"
    for form in ("takeOver", "fulfil"):
        handover = ask(maker, asked, form)
        assert asked.say("handover.completed", handover) == "stale"
        assert asked.say("handover.accepted", handover) is None
        assert asked.say("handover.answered", handover, form=form, text="x") == "malformed"
        assert asked.say("handover.completed", handover, text="Done") is None
        assert stage(maker, handover) == "completed"


def test_an_ask_that_is_not_answered_comes_back(maker, asked):
    declined, returned = ask(maker, asked), ask(maker, asked)
    assert asked.say("handover.returned", declined) == "stale"
    assert asked.say("handover.declined", declined, reason="Not ours.") is None
    assert asked.say("handover.accepted", returned) is None
    assert asked.say("handover.declined", returned) == "stale"
    assert asked.say("handover.returned", returned, reason="Too hard.") is None
    assert (stage(maker, declined), stage(maker, returned)) == ("declined", "returned")
    withdrawn = ask(maker, asked)
    move(maker, withdrawn, "withdrawal", reason="Found it")
    told = wait_for(lambda: asked.came("handover.withdrawn", withdrawn), "it is withdrawn")
    assert told["baserev"] == 1 and asked.say("handover.accepted", withdrawn) == "stale"
    assert asked.say("handover.withdrawn", returned) == "unknown-subject", "not ours to withdraw"
    expired = ask(maker, asked, acceptBy=soon(2))
    told = wait_for(lambda: asked.came("handover.expired", expired), "nobody accepted in time")
    assert told["data"]["clock"] == "accept" and asked.say("handover.accepted", expired) == "stale"


def test_progress_is_told_while_the_ask_is_accepted(maker, asked):
    handover = ask(maker, asked)

    def step(number):
        return {"id": f"s{number}", "company": "a supplier", "stage": "accepted", "since": rfc3339()}

    assert asked.say("progress", handover, steps=[step(0)]) == "stale"
    asked.say("handover.accepted", handover)
    assert asked.say("progress", handover, steps=[step(0)]) is None
    assert asked.say("progress", handover) == "malformed"
    assert asked.say("progress", handover, steps=[step(one) for one in range(101)]) == "too-large"
    assert asked.say("progress", handover, steps=[step(one) for one in range(41)]) == "too-large"
    case = case_of(maker, handover)
    assert [stop["company"] for stop in case.journey] == ["Maker", "Dealer", "a supplier"]


def test_a_handover_is_found_under_its_own_case_alone(maker, giver):
    mine, other = giver.offer()[0], giver.offer()[0]
    number = case_of(maker, other).number
    for verb, fields in {
        "acceptance": {},
        "refusal": {"reason": "x"},
        "answer": {"text": "x"},
        "return": {"reason": "x"},
        "withdrawal": {"reason": "x"},
    }.items():
        answer = maker.call("POST", f"/cases/{number}/handovers/{mine}/{verb}", fields)
        assert answer.status == 404, (verb, answer.text)
    assert stage(maker, mine) == "offered"
    move(maker, mine, "acceptance")


# Files, pulling, and being in step.


def test_files_are_fetched_by_their_digest_or_brought(maker, giver):
    held, brought = b"%PDF-1.7 held", b"%PDF-1.7 brought"
    names = [hashlib.sha256(data).hexdigest() for data in (held, brought)]
    giver.owner.files[names[0]] = held
    files = [{"digest": name, "name": "sheet.pdf", "type": "application/pdf", "size": 20} for name in names]
    handover, code = giver.offer(attachments=files)
    assert code is None
    number = case_of(maker, handover).number

    def arrived():
        shown = [file for message in maker.get(f"/cases/{number}")["messages"] for file in message["files"]]
        return [file["arrival"] for file in shown]

    wait_for(lambda: arrived() == ["here", "coming"], "the first is fetched")
    wanted = giver.call("GET", "attachments", query=f"?link={giver.id}")
    assert json.loads(wanted.body) == {"wanted": [names[1]]}

    def bring(name, data, kind=BYTES):
        answer = giver.call("POST", "attachments", name, query=f"?link={giver.id}", body=data, kind=kind)
        assert answer.signed
        return answer.status

    assert bring(names[1], b"other bytes") == 400
    assert bring(hashlib.sha256(b"x").hexdigest(), b"x") == 404
    assert bring(names[1], brought, "text/plain") == 415
    assert bring(names[1], brought) == 200
    assert arrived() == ["here", "here"]
    assert bring(names[1], brought) == 404


def test_the_makers_files_are_given_to_whom_they_were_shared_with(maker, giver, miser):
    handover, _ = giver.offer("document")
    move(maker, handover, "acceptance")
    data = b"%PDF-1.7 for the giver alone"
    move(maker, handover, "answer", files=("sheet.pdf", "application/pdf", data))
    file = wait_for(lambda: giver.came("handover.answered", handover), "answered")["data"]["attachments"][0]
    assert giver.call("GET", "attachments", file["digest"]).body == data
    assert miser.call("GET", "attachments", file["digest"]).status == 404
    barred, _ = miser.offer("document")
    move(maker, barred, "acceptance")
    with pytest.raises(Refused) as refused:
        move(maker, barred, "answer", files=("sheet.pdf", "application/pdf", data))
    assert refused.value.status in (409, 422), "the contract shares no files"


def test_what_waits_can_be_pulled_and_both_are_in_step(maker, asked):
    handover = ask(maker, asked)
    pulled = asked.call("GET", "outbox", query=f"?link={asked.id}&conversation={handover}&after=0")
    events = json.loads(pulled.body)
    assert pulled.signed and [event["convseq"] for event in events] == [1] and events == [asked.came("handover.offered", handover)]
    # Nobody answers: what the maker says waits, and is fetched instead.
    asked.owner.address, address = "127.0.0.1:1/nobody", asked.owner.address
    move(maker, handover, "withdrawal", reason="Found it")
    waiting = wait_for(
        lambda: json.loads(asked.call("GET", "outbox", query=f"?link={asked.id}").body), "something waits"
    )
    asked.owner.address = address
    assert [event["type"] for event in waiting] == ["net.entente.handover.withdrawn.v1"]
    body = asked.call("GET", "outbox", query=f"?link={asked.id}").body
    receipts = {"receipts": asked.take(json.loads(body), body)}
    settled = asked.call("POST", "outbox", query=f"?link={asked.id}", body=canonical(receipts).encode(), kind="application/vnd.entente.receipts+json")
    assert (settled.status, settled.signed) == (200, True)
    assert json.loads(asked.call("GET", "outbox", query=f"?link={asked.id}").body) == []
    for kind, data, status in (("text/plain", b"{}", 415), ("application/vnd.entente.receipts+json", b"{}", 400)):
        assert asked.call("POST", "outbox", query=f"?link={asked.id}", body=data, kind=kind).status == status
    asked.say("handover.accepted", handover)
    theirs = {one["id"]: one for one in json.loads(asked.call("GET", "links", asked.id, "digest").body)["conversations"]}
    ours = {one["id"]: one for one in asked.digests()}
    mirrored = {one: {**ours[one], "sent": ours[one]["received"], "sentHash": ours[one]["receivedHash"], "received": ours[one]["sent"], "receivedHash": ours[one]["sentHash"]} for one in ours}
    assert theirs == mirrored


# The contract and the end of a link.


def test_a_contract_changes_when_both_have_signed_and_one_proposal_waits_at_a_time(maker, giver):
    def proposal(version=2, **changes):
        changed = {**giver.contract, "version": version, **changes}
        return changed, giver.owner.root.jws("entente-contract+jws", canonical(changed))

    def propose(signed, conversation=giver.id):
        event = giver.event("contract.proposed", conversation, {"contract": signed})
        return event["id"], giver.post(event).receipts[0].get("code")

    _, first = proposal(kinds=["enquiry", "incident"])
    assert propose(first, uuid7())[1] == "malformed"
    assert propose(proposal(3)[1])[1] == "stale"
    assert propose(first[:-4] + "AAAA")[1] == "malformed"
    loose = giver.owner.root.jws("entente-contract+jws", json.dumps({**giver.contract, "version": 2}))
    assert propose(loose)[1] == "malformed", "not in canonical form"
    assert giver.tell("contract.agreed", giver.id, {"contract": first}) == "stale"
    assert giver.tell("contract.declined", giver.id, {"proposal": uuid7(), "version": 2}) == "stale"
    assert giver.tell("contract.declined", giver.id, {"version": 2}) == "malformed"
    event, code = propose(first)
    assert code is None
    assert propose(proposal(kinds=["incident"])[1])[1] == "stale", "one waits"
    with pytest.raises(Refused) as refused:
        maker.post(f"/links/{giver.id}/contract", field="serial", shared="never")
    assert refused.value.status == 409
    maker.post(f"/links/{giver.id}/contract/refusal")
    declined = wait_for(lambda: giver.came("contract.declined"), "it is declined")
    assert declined["data"]["proposal"] == declined["causationid"] == event and declined["data"]["version"] == 2
    changed, second = proposal(kinds=["enquiry", "incident"])
    event, code = propose(second)
    maker.post(f"/links/{giver.id}/contract/agreement")
    agreed = wait_for(lambda: giver.came("contract.agreed"), "it is agreed to")
    assert read_jws(agreed["data"]["contract"], "entente-contract+jws", giver.peer["root"]) == changed
    giver.contract = changed
    assert giver.offer(kind="incident", details={"severity": "major"})[1] in (None, "malformed")
    # The maker proposes, and the giver, which invited, has proposed meanwhile: the giver's stands.
    giver.judge = lambda event: "stale" if event["type"] == "net.entente.contract.proposed.v1" else None
    maker.post(f"/links/{giver.id}/contract", field="serial", shared="never")
    wait_for(lambda: giver.came("contract.proposed"), "the maker proposes")
    assert propose(proposal(3, kinds=["enquiry"])[1])[1] is None


def test_the_inviters_proposal_stands_when_two_cross(maker, asked):
    maker.post(f"/links/{asked.id}/contract", field="serial", shared="never")
    proposed = wait_for(lambda: asked.came("contract.proposed"), "the maker proposes")
    theirs = read_jws(proposed["data"]["contract"], "entente-contract+jws", asked.peer["root"])
    mine = asked.owner.root.jws("entente-contract+jws", canonical({**asked.contract, "version": 2, "kinds": ["enquiry"]}))
    assert asked.tell("contract.proposed", asked.id, {"contract": mine}) == "stale"
    wrong = {"proposal": uuid7(), "version": 2}
    assert asked.tell("contract.declined", asked.id, wrong) == "stale", "that was not proposed"
    signed = asked.owner.root.jws("entente-contract+jws", canonical({**theirs, "kinds": []}))
    assert asked.tell("contract.agreed", asked.id, {"contract": signed}) == "stale", "nor that"
    signed = asked.owner.root.jws("entente-contract+jws", canonical(theirs))
    assert asked.tell("contract.agreed", asked.id, {"contract": signed}) is None
    shown = json.loads(maker.get(f"/links/{asked.id}")["contract"])
    assert shown == theirs and shown["version"] == 2


def test_a_customer_is_forgotten_or_kept_and_the_answer_comes_back(maker, giver):
    handover, _ = giver.offer()
    move(maker, handover, "acceptance")
    assert giver.say("contact.shared", handover, customer="c9", points=[], name="Lotte Canary") is None
    assert giver.tell("erasure.answered", uuid7(), {"request": uuid7(), "result": "done"}) == "unknown-subject"
    nobody = uuid7()
    assert giver.tell("erasure.requested", uuid7(), {"request": nobody, "customer": "never told"}) is None
    answered = wait_for(lambda: giver.came("erasure.answered"), "nothing is held")
    assert answered["data"] == {"request": nobody, "result": "done"}
    request = uuid7()
    assert giver.say("erasure.requested", handover, request=request, customer="c9") is None
    customer = case_of(maker, handover).customer
    maker.post(f"/customers/{customer if isinstance(customer, str) else customer['id']}/erasure", decision="erase", sure=True)
    answered = wait_for(lambda: giver.came("erasure.answered", handover), "it is erased")
    assert answered["data"]["request"] == request and answered["data"]["result"] == "done"
    assert giver.tell("contact.revoked", handover, {"customer": "c9"}) is None
    assert "Lotte Canary" not in json.dumps(maker.get("/cases?open=all"))


def test_a_link_that_is_suspended_takes_nothing_and_one_that_closes_nothing_new(maker, giver):
    begun, _ = giver.offer()
    maker.post(f"/links/{giver.id}/suspension")
    event = giver.event("handover.withdrawn", begun, {"handover": begun})
    answer = giver.call("POST", "inbox", body=json.dumps([event]).encode())
    assert (answer.status, answer.signed) == (403, True)
    maker.post(f"/links/{giver.id}/resumption")
    assert giver.tell("link.closing", giver.id, {"until": rfc3339(100 * 3600)}) == "malformed"
    assert giver.tell("link.closing", uuid7(), {"until": rfc3339(3600)}) == "malformed"
    until = time.time() + 2
    assert giver.tell("link.closing", giver.id, {"until": rfc3339(2), "reason": "Moving on"}) is None
    assert giver.offer()[1] == "closing"
    signed = giver.owner.root.jws("entente-contract+jws", canonical({**giver.contract, "version": 2}))
    assert giver.tell("contract.proposed", giver.id, {"contract": signed}) == "closing"
    assert giver.say("handover.withdrawn", begun) is None, "what was begun goes on"
    wait_for(lambda: time.time() > until, "the link has drained")
    late = giver.event("handover.withdrawn", begun, {"handover": begun})
    answer = giver.call("POST", "inbox", body=json.dumps([late]).encode())
    assert (answer.status, answer.signed) == (410, True)
    assert giver.tell("contact.revoked", uuid7(), {"customer": "nobody"}) is None
    assert giver.tell("receipt.applied", uuid7(), {"event": uuid7()}) is None
    assert giver.tell("erasure.requested", uuid7(), {"request": uuid7(), "customer": "nobody"}) is None


def test_receipts_of_the_second_level_are_taken(maker, asked):
    handover = ask(maker, asked)
    offer = copy.deepcopy(asked.came("handover.offered", handover))
    assert asked.tell("receipt.applied", handover, {"event": offer["id"]}) is None
    assert asked.tell("receipt.failed", handover, {"event": offer["id"], "code": "failed", "detail": "Sorry"}) is None
    assert asked.tell("receipt.failed", handover, {"event": offer["id"]}) == "malformed"
    shown = json.dumps(maker.get(f"/links/{asked.id}"))
    assert '"deadLetters": 1' in shown, shown
