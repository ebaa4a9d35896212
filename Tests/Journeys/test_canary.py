# SPDX-License-Identifier: Apache-2.0
"""What is not shared is nowhere else: not in a peer's files, not on the wire between them."""

import re
import uuid

import pytest

from nodes import Network
from story import Story, handover
from waiting import wait_for


class Canaries:
    """Words that nobody could write by accident, each planted in one place."""

    def __init__(self):
        self.words = {}

    def __getattr__(self, place):
        return self.words.setdefault(place, f"canary{uuid.uuid4().hex}")


def holds(data, word):
    """Whether the word stands in the bytes, in whatever case a full-text index keeps it."""
    return re.search(re.escape(word).encode(), data, re.IGNORECASE) is not None


def withhold(company, other, field):
    """Both agree that a field never crosses their link."""
    link = company.link(other)
    company.post(f"/links/{link}/contract", field=field, shared="never")
    wait_for(lambda: other.get(f"/links/{link}").get("proposal"), "the proposal arrives")
    other.post(f"/links/{link}/contract/agreement")
    wait_for(lambda: not company.get(f"/links/{link}").get("proposal"), "the agreement arrives")


@pytest.fixture(scope="module")
def told(folder):
    """The whole journey with canaries everywhere, and a second one that is declined; the traffic is recorded."""
    network, canary = Network(folder / "canary", proxied=True), Canaries()
    spoke, velora, kraft = network.spoke, network.velora, network.kraft
    for field in ("serial", "attachments", "journey"):
        withhold(velora, kraft, field)

    photo = ("display.png", "image/png", b"\x89PNG\r\n\x1a\n" + canary.photo.encode() * 50)
    story = Story(
        spoke,
        velora,
        kraft,
        kind="report",
        form="text",
        text=f"Does it start when cold? {canary.shared}",
        serial=canary.serial,
        photos=photo,
        name=canary.rider,
        contact=f"{canary.contact}@rider.example",
    )

    def note(company):
        secret = canary.__getattr__(f"note_of_{company.slug}")
        company.post(
            f"/cases/{story.case(company)['number']}/messages",
            text=secret,
            files=("secret.txt", "text/plain", canary.__getattr__(f"file_of_{company.slug}").encode() * 50),
        )
        company.post(
            f"/cases/{story.case(company)['number']}/triage", tags=canary.__getattr__(f"tag_of_{company.slug}")
        )

    note(spoke)
    spoke.post(f"/cases/{story.number}/resolution", severity="major", resolution=canary.resolution)
    spoke.post(f"/cases/{story.number}/messages", to="customer", text=f"Only for the rider: {canary.to_rider}")
    story.hand_over()
    wait_for(story.is_offered, "offered")
    note(velora)
    story.accept()
    wait_for(story.is_accepted, "accepted")
    note(velora)
    story.hand_on()
    wait_for(lambda: story.state(kraft, "incoming") == "offered", "offered on")
    note(kraft)
    story.accept_on()
    wait_for(story.is_accepted_on, "accepted on")
    velora.post(f"/cases/{story.case(velora)['number']}/messages", text=canary.velora_to_spoke, to=velora.link(spoke))
    velora.post(f"/cases/{story.case(velora)['number']}/messages", text=canary.velora_to_kraft, to=velora.link(kraft))
    story.answer()
    wait_for(story.is_answered, "answered")
    velora_case = story.case(velora)
    story.do(
        velora,
        "incoming",
        "answer",
        verdict="no",
        wording="reworded",
        text="Reworded.",
        source=handover(velora_case, "outgoing")["id"],
    )
    wait_for(lambda: story.state(spoke, "outgoing") == "answered", "passed on")

    declined = Story(
        spoke, velora, kraft, name=canary.declined_rider, contact=f"{canary.declined_contact}@rider.example"
    ).run(1)
    declined.do(velora, "incoming", "refusal", reason="Not ours.")
    wait_for(lambda: declined.state(spoke, "outgoing") == "declined", "declined")

    keeps = {company.slug: company.node.raw() for company in (spoke, velora, kraft)}
    wire = {company.slug: company.node.proxy.bytes() for company in (spoke, velora, kraft)}
    yield canary.words, keeps, wire, story
    network.stop()


# Who may have a word besides those who wrote it: enterprises, and at whose door it may pass.
MAY_KNOW = {
    "shared": {"spoke", "velora", "kraft-drives"},
    "serial": {"spoke", "velora"},
    "photo": {"spoke", "velora"},
    "rider": {"spoke", "velora"},
    "contact": {"spoke", "velora"},
    "declined_rider": {"spoke"},
    "declined_contact": {"spoke"},
    "resolution": {"spoke"},
    "to_rider": {"spoke"},
    "velora_to_spoke": {"spoke", "velora"},
    "velora_to_kraft": {"velora", "kraft-drives"},
    **{f"{what}_of_{slug}": {slug} for what in ("note", "file", "tag") for slug in ("spoke", "velora", "kraft-drives")},
}


@pytest.mark.parametrize("word", MAY_KNOW)
def test_only_those_who_may_know_keep(told, word):
    words, keeps, _, _ = told
    assert {slug for slug, data in keeps.items() if holds(data, words[word])} == MAY_KNOW[word]


@pytest.mark.parametrize("word", MAY_KNOW)
def test_only_what_is_shared_crosses_the_wire(told, word):
    words, _, wire, _ = told
    crossed = {slug for slug, data in wire.items() if holds(data, words[word])}
    if len(MAY_KNOW[word]) == 1:
        assert not crossed
    else:
        # A file passes the door of the one who gives it, an event that of the one who takes it.
        assert crossed and crossed <= MAY_KNOW[word]


def test_a_withheld_way_so_far_is_not_told(told):
    _, _, _, story = told
    assert [stop["company"] for stop in story.case(story.supplier)["journey"]] == ["Kraft Drives"]


def test_secrets_are_not_kept_in_the_clear_and_do_not_travel(told):
    _, keeps, wire, story = told
    for secret in (story.follow.rsplit("/", 1)[1], story.dealer.token, story.maker.token, story.supplier.token):
        for data in (*keeps.values(), *wire.values()):
            assert not holds(data, secret)
