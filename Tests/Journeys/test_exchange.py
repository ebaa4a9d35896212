# SPDX-License-Identifier: Apache-2.0
"""The exchange as another implementation sees it: requests that are signed with PyPI's http-message-signatures."""

import copy
import json
import secrets
import time
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exchange import BATCH, COVERED, Peer, address, statement
from story import Story, handover


@pytest.fixture(scope="module")
def kraft(on_sqlite):
    return Peer(on_sqlite.kraft)


@pytest.fixture(scope="module")
def velora(on_sqlite):
    return on_sqlite.velora


@pytest.fixture(scope="module")
def link(on_sqlite):
    return on_sqlite.velora.link(on_sqlite.kraft)


def receipts(answer):
    assert answer.headers["Content-Type"] == "application/vnd.entente.receipts+json", answer.text
    body = json.loads(answer.body)
    return body["receipts"] if isinstance(body, dict) else body


def test_a_statement_names_the_keys_and_the_endpoints(velora):
    said = statement(velora)
    assert json.dumps(said).count(address(velora)) and said["jwks"]["keys"], said


def test_another_implementation_is_let_in_and_gets_signed_answers(kraft, velora, link):
    for answer in (
        kraft.call(velora, "GET", f"/outbox?link={link}"),
        kraft.call(velora, "GET", f"/links/{link}/digest"),
        kraft.send(velora, kraft.event(link)),
    ):
        assert answer.status in (200, 202), answer.text
        assert kraft.verify(answer, velora)


def test_an_answer_does_not_verify_for_another_request_or_body(kraft, velora, link):
    answer = kraft.call(velora, "GET", f"/links/{link}/digest")
    other = kraft.call(velora, "GET", f"/links/{link}/digest")
    forged = copy.copy(answer)
    forged.request = other.request
    changed = copy.copy(answer)
    changed.body += b" "
    status = copy.copy(answer)
    status.status = 202
    for wrong in (forged, changed, status):
        with pytest.raises(Exception):
            kraft.verify(wrong, velora)


def test_a_request_that_is_not_signed_as_it_must_be_is_not_let_in(kraft, velora, link):
    body = json.dumps([kraft.event(link)]).encode()
    nonce = secrets.token_urlsafe(16)
    assert kraft.call(velora, "POST", "/inbox", body, nonce=nonce).status == 202
    stranger = copy.copy(kraft)
    stranger.key = Ed25519PrivateKey.generate()
    refused = {
        "replayed": kraft.call(velora, "POST", "/inbox", body, nonce=nonce),
        "another key under this name": stranger.call(velora, "POST", "/inbox", body),
        "an unknown key": stranger.call(velora, "POST", "/inbox", body, key_id=secrets.token_urlsafe(32)),
        "too old": kraft.call(velora, "POST", "/inbox", body, created=int(time.time()) - 700),
        "from the future": kraft.call(velora, "POST", "/inbox", body, created=int(time.time()) + 700),
        "valid for too long": kraft.call(velora, "POST", "/inbox", body, lifetime=3600),
        "another tag": kraft.call(velora, "POST", "/inbox", body, tag="other"),
        "another body": kraft.call(velora, "POST", "/inbox", body, sent=body + b" "),
        **{
            f"{part} not covered": kraft.call(
                velora, "POST", "/inbox", body, covered=[one for one in COVERED if one != part]
            )
            for part in COVERED
        },
    }
    assert {why: answer.status for why, answer in refused.items()} == dict.fromkeys(refused, 401)
    assert kraft.call(velora, "POST", "/inbox", body, destination="elsewhere.example/velora").status == 421


def test_what_is_no_batch_is_refused_with_its_status(kraft, velora, link):
    def post(body, **how):
        return kraft.call(velora, "POST", "/inbox", body, **how).status

    many = json.dumps([kraft.event(link) for _ in range(101)]).encode()
    large = json.dumps([kraft.event(link, data={"x": "y" * 600_000})]).encode()
    assert post(b"[", content_type=BATCH) == 400
    assert post(b"{}") == 400
    assert post(b"[]", content_type="application/json") == 415
    assert post(many) == 413
    assert post(large) == 413


def test_events_are_judged_one_by_one(kraft, velora, link):
    conversation, first = str(uuid.uuid4()), None
    first = kraft.event(link, conversation=conversation)
    answer = kraft.send(velora, first, {"specversion": "1.0", "id": "nonsense"}, kraft.event(str(uuid.uuid4())))
    assert [one["status"] for one in receipts(answer)] == ["rejected"] * 3
    assert [one["code"] for one in receipts(answer)] == ["unsupported-type", "malformed", "malformed"]
    again = receipts(kraft.send(velora, first))[0]
    assert (again["status"], again["code"]) == ("duplicate", "unsupported-type")
    reused = receipts(kraft.send(velora, {**first, "data": {"other": True}}))[0]
    assert reused["code"] == "id-reuse"
    gap = kraft.send(velora, kraft.event(link, conversation=conversation, convseq=5))
    assert gap.status == 409 and receipts(gap)[0]["expected"] == 2
    late = receipts(
        kraft.send(
            velora, kraft.event(link, conversation=conversation, convseq=2, expirytime="2020-01-01T00:00:00.000Z")
        )
    )[0]
    assert late["code"] == "expired"


def test_a_linked_company_reaches_only_what_is_on_its_own_link(on_sqlite, kraft, velora, link):
    story = Story(on_sqlite.spoke, velora, on_sqlite.kraft).run(2)
    between = velora.link(on_sqlite.spoke)
    case = story.case(velora)
    ask = handover(case, "incoming")["id"]
    for answer in (
        kraft.call(velora, "GET", f"/outbox?link={between}"),
        kraft.call(velora, "GET", f"/links/{between}/digest"),
        kraft.call(velora, "GET", f"/attachments/{'0' * 64}"),
    ):
        assert answer.status in (403, 404), answer.text
    forged = {
        "handover.withdrawn": {"handover": ask, "reason": "Not yours."},
        "handover.accepted": {"handover": ask},
        "handover.answered": {"handover": ask, "form": "yesNo", "yes": True, "text": "Forged."},
        "message.added": {
            "message": str(uuid.uuid4()),
            "handover": ask,
            "author": "X",
            "company": "X",
            "text": "Forged.",
            "writtenAt": "2026-11-24T12:00:00.000Z",
            "audience": [],
            "forCustomer": False,
            "attachments": [],
        },
    }
    for place, (kind, data) in enumerate(forged.items(), 1):
        event = kraft.event(link, f"net.entente.{kind}.v1", conversation=ask, convseq=place, data=data)
        one = receipts(kraft.send(velora, event))[0]
        assert (one["status"], one.get("code")) == ("rejected", "unknown-subject"), (kind, one)
    assert story.state(velora, "incoming") == "accepted" and "Forged." not in json.dumps(story.case(velora))


def test_a_company_that_is_not_linked_is_a_stranger(on_sqlite, kraft):
    spoke = on_sqlite.spoke
    for link in [one["id"] for one in spoke.get("/links")["links"]]:
        for answer in (
            kraft.call(spoke, "GET", f"/outbox?link={link}"),
            kraft.call(spoke, "GET", f"/links/{link}/digest"),
            kraft.send(spoke, kraft.event(link)),
            kraft.call(spoke, "GET", f"/attachments/{'0' * 64}"),
        ):
            assert answer.status == 401, answer.text
