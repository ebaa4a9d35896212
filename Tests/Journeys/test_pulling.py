# SPDX-License-Identifier: Apache-2.0
"""A node behind a door that opens only from inside: nobody can call it, and it misses nothing."""

import pytest

from nodes import Node, running
from story import Story
from waiting import together, wait_for


@pytest.fixture(scope="module")
def pair(folder):
    velora, spoke = Node(folder / "open"), Node(folder / "hidden", hidden=True)
    together(velora.start, spoke.start)
    maker, dealer = velora.add("velora", "Velora", 1), spoke.add("spoke", "Spoke & Co", 2)
    maker.invite(dealer, "partner")
    yield maker, dealer
    for node in (velora, spoke):
        if node in running:
            node.stop()


def test_a_case_goes_to_a_node_that_nobody_can_call_and_comes_back(pair):
    maker, dealer = pair
    Story(maker, dealer, dealer).run(3)
    link = maker.link(dealer)
    wait_for(lambda: not maker.get(f"/links/{link}")["waiting"], "nothing waits")
    seen = maker.get(f"/links/{link}")
    assert seen["isFetched"] and not seen.get("trouble") and not seen["deadLetters"]


def test_its_own_customers_question_goes_out_with_its_photo(pair):
    maker, dealer = pair
    Story(dealer, maker, dealer).run(3)


def test_what_was_said_while_it_was_away_is_there_when_it_is_back(pair):
    maker, dealer = pair
    story = Story(maker, dealer, dealer).run(2)
    dealer.node.stop()
    story.add()
    dealer.node.start()
    wait_for(story.is_added, "it has fetched what was said")
