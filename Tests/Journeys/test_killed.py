# SPDX-License-Identifier: Apache-2.0
"""kill -9 around every step of the journey: whatever dies, everything arrives once."""

import concurrent.futures

import pytest

from nodes import Network
from story import Story
from waiting import wait_for

# A killed process holds its leases for another 30 s, and a peer that was away is tried again 1, 5 and 30 s later.
PATIENCE = 100


def receiver_is_down(step):
    """The receiver is dead when it is sent, and comes back once the sender has noticed."""
    step.receiver.node.kill()
    step.act()
    link = step.sender.link(step.receiver)
    wait_for(
        lambda: next(one for one in step.sender.get("/links")["links"] if one["id"] == link).get("trouble"),
        "the sender notices that nobody answers",
    )
    step.receiver.node.start()


def receiver_dies_as_it_arrives(step):
    step.act()
    step.receiver.node.restart()


def sender_dies_as_it_sends(step):
    step.act()
    step.sender.node.restart()


def both_die(step):
    step.act()
    step.sender.node.kill()
    step.receiver.node.restart()
    step.sender.node.start()


WAYS = [receiver_is_down, receiver_dies_as_it_arrives, sender_dies_as_it_sends, both_die]


def tell(folder, database, disturb):
    """The whole journey with a disturbance in each step; returns what all companies have in the end."""
    network = Network(folder, database)
    try:
        calm = Story(network.spoke, network.velora, network.kraft).run()
        story = Story(network.spoke, network.velora, network.kraft)
        for step in story.steps:
            disturb(step)
            wait_for(step.arrived, f"{disturb.__name__}: {step.name}", PATIENCE)
        for node in network.nodes:
            node.restart()
        story.reply()
        calm.reply()
        companies = (network.spoke, network.velora, network.kraft)
        for company in companies:
            for link in company.get("/links")["links"]:
                wait_for(lambda: not company.get(f"/links/{link['id']}")["waiting"], "nothing waits any more", PATIENCE)
        totals = {
            company.name: (
                len(company.get("/cases?open=all")["cases"]),
                sum(link["deadLetters"] for link in company.get("/links")["links"]),
            )
            for company in companies
        }
        return calm.shape(), story.shape(), totals, story.page(), calm.page()
    finally:
        network.stop()


@pytest.fixture(scope="module")
def told(folder, postgres):
    """All ways at the same time, each on nodes of its own: they wait most of the time. One of them on PostgreSQL."""

    def database(way):
        return (lambda name: postgres.create(f"killed_{name}")) if way is both_die else (lambda name: None)

    with concurrent.futures.ThreadPoolExecutor(len(WAYS)) as pool:
        yield {way: pool.submit(tell, folder / way.__name__, database(way), way) for way in WAYS}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nothing_is_lost_or_doubled_when(told, way):
    calm, story, totals, page, calm_page = told[way].result()
    assert story == calm
    assert totals == {"Spoke & Co": (2, 0), "Velora": (2, 0), "Kraft Drives": (2, 0)}
    assert [len(message["files"]) for message in page["messages"]] == [
        len(message["files"]) for message in calm_page["messages"]
    ]
    assert [step["company"] for step in page["steps"]] == ["Spoke & Co", "Velora", "a supplier"]
