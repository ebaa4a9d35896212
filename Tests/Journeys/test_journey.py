# SPDX-License-Identifier: Apache-2.0
"""The main job with real processes: across three companies and back, and every way in which it may end otherwise."""

import json

import pytest

from api import Refused
from story import DOCUMENT, PHOTO, Story, cases, handover, named
from waiting import wait_for


def settled(story, state):
    """Both sides of the dealer's handover agree that it is over."""
    return lambda: story.state(story.dealer, "outgoing") == story.state(story.maker, "incoming") == state


def known(story, company):
    """What the rider's own page says that a company knows."""
    companies = story.public.get(f"{story.follow}/sharing")["companies"]
    return next(one["knows"] for one in companies if one["company"] == company)


@pytest.mark.parametrize("dealer", ["spoke", "dekker"])
def test_a_riders_question_crosses_three_companies_and_the_answer_comes_back(network, dealer):
    dealer, velora, kraft = getattr(network, dealer), network.velora, network.kraft
    story = Story(dealer, velora, kraft)
    assert story.page()["messages"][0]["files"][0]["name"] == PHOTO[0]

    story.hand_over()
    wait_for(story.is_offered, "Velora has the offer")
    offered = story.case(velora)
    assert offered["customer"] == {"name": f"a customer of {dealer.name}", "contactPoints": []}
    assert story.rider not in json.dumps(offered) and story.contact not in json.dumps(offered)
    assert offered["serial"] == "KD-77" and handover(offered, "incoming")["form"] == "yesNo"

    story.accept()
    wait_for(story.is_accepted, "the contact comes with the acceptance")
    customer = story.case(velora)["customer"]
    assert customer["name"] == story.rider and customer["of"] == dealer.name
    assert story.contact in json.dumps(velora.get(f"/customers/{customer['id']}"))
    assert {"customer.name", "customer.contact"} <= {one["field"] for one in known(story, "Velora")}

    story.add()
    wait_for(story.is_added, "what the rider adds reaches Velora")
    story.hand_on()
    wait_for(story.is_offered_on, "Kraft Drives has the offer")
    story.accept_on()
    wait_for(story.is_accepted_on, "Velora sees that Kraft Drives has it")
    at_kraft = story.case(kraft)
    assert at_kraft["customer"]["name"] == "a customer of a partner"
    assert story.rider not in json.dumps(at_kraft) and story.contact not in json.dumps(at_kraft)
    assert [stop["company"] for stop in at_kraft["journey"]] == ["a partner", "Velora", "Kraft Drives"]
    wait_for(
        lambda: [stop["company"] for stop in story.page()["steps"] if stop["hasIt"]] == ["a supplier"],
        "the rider sees that a supplier of Velora has it",
    )

    story.answer()
    wait_for(story.is_answered, "Velora has the answer and the document")
    story.pass_on()
    wait_for(story.is_passed_on, f"{dealer.name} has the answer and the document")
    back = handover(story.case(dealer), "outgoing")
    assert back["answer"]["isYes"] is False and back["answer"]["text"] == f"See the sheet for {story.mark}."
    assert len(story.page()["messages"]) == 2, "the rider sees an answer only when the dealer gives it"

    story.reply()
    answer = story.page()["messages"][-1]
    assert not answer["isYours"] and answer["text"] == f"See the sheet for {story.mark}."
    assert story.public.download(f"{story.follow}/files/{answer['files'][0]['id']}") == DOCUMENT[2]


def test_an_answer_may_be_reworded_on_its_way(network):
    story = Story(network.spoke, network.velora, network.kraft).run(6)
    story.do(
        network.velora,
        "incoming",
        "answer",
        verdict="yes",
        wording="reworded",
        text="Our own words.",
        source=handover(story.case(network.velora), "outgoing")["id"],
    )
    wait_for(lambda: story.state(network.spoke, "outgoing") == "answered", "the dealer has the answer")
    assert handover(story.case(network.spoke), "outgoing")["answer"]["text"] == "Our own words."
    assert not named(story.case(network.spoke), DOCUMENT[0]), "a document goes along only if somebody says so"


def test_an_incident_takes_the_same_way_with_its_severity(network):
    story = Story(network.spoke, network.velora, network.kraft, kind="report").run()
    for company in (network.spoke, network.velora, network.kraft):
        case = story.case(company)
        assert case["kind"] == "incident" and {"label": "Severity", "value": "Major"} in case["details"]
    network.spoke.post(f"/cases/{story.number}/resolution", severity="critical", resolution="Replaced the battery.")
    assert story.case(network.spoke)["stage"] == "resolved"


def test_a_declined_ask_is_back_with_its_reason_and_shares_no_contact(network):
    story = Story(network.spoke, network.velora, network.kraft).run(1)
    with pytest.raises(Refused, match="422.*reason"):
        story.do(network.velora, "incoming", "refusal", reason="")
    story.do(network.velora, "incoming", "refusal", reason="Not one of our bikes.")
    wait_for(settled(story, "declined"), "both know that it is declined")
    assert handover(story.case(network.spoke), "outgoing")["reason"] == "Not one of our bikes."
    assert "holder" not in story.case(network.spoke)
    assert story.rider not in json.dumps(story.case(network.velora))
    story.hand_over(text="Please look again.")
    wait_for(
        lambda: (
            sorted(one["state"] for case in cases(network.velora, story.mark) for one in case["handovers"])
            == ["declined", "offered"]
        ),
        "it can be handed over again",
    )


def test_a_withdrawn_ask_cannot_be_answered(network):
    story = Story(network.spoke, network.velora, network.kraft).run(2)
    story.do(network.spoke, "outgoing", "withdrawal", reason="The rider found it out.")
    wait_for(settled(story, "withdrawn"), "both know that it is withdrawn")
    with pytest.raises(Refused, match="409"):
        story.do(network.velora, "incoming", "answer", verdict="yes", text="Too late.")


def test_a_returned_ask_is_with_the_dealer_again(network):
    story = Story(network.spoke, network.velora, network.kraft).run(2)
    story.do(network.velora, "incoming", "return", reason="We cannot find the bike.")
    wait_for(settled(story, "returned"), "both know that it is returned")
    assert handover(story.case(network.spoke), "outgoing")["reason"] == "We cannot find the bike."


def test_an_ask_that_nobody_accepts_in_time_comes_back(network):
    story = Story(network.spoke, network.velora, network.kraft)
    story.hand_over(accept_by=2)
    wait_for(settled(story, "expired"), "both know that the time ran out")
    with pytest.raises(Refused, match="409"):
        story.accept()


def test_two_companies_are_asked_at_once_and_each_answers_for_itself(network):
    velora, kraft = network.velora, network.kraft
    cells = network.cells
    story = Story(network.spoke, velora, kraft).run(2)
    number = story.case(velora)["number"]
    for supplier in (kraft, cells):
        velora.post(
            f"/cases/{number}/handovers", link=velora.link(supplier), form="date", text="When can you look at it?"
        )
    with pytest.raises(Refused, match="422.*already"):
        velora.post(f"/cases/{number}/handovers", link=velora.link(kraft), form="date", text="And again?")
    for supplier, date in ((kraft, "2027-01-05"), (cells, "2027-02-06")):
        wait_for(lambda: story.state(supplier, "incoming") == "offered", f"{supplier.name} is asked")
        story.do(supplier, "incoming", "acceptance")
        story.do(supplier, "incoming", "answer", date=date)
    wait_for(
        lambda: (
            sorted(
                (one.get("answer") or {}).get("date", "")
                for one in story.case(velora)["handovers"]
                if one["direction"] == "outgoing"
            )
            == ["2027-01-05", "2027-02-06"]
        ),
        "both dates came back",
    )


def test_a_question_crosses_five_companies_and_the_answer_comes_all_the_way_back(network):
    chain = [network.dekker, network.velora, network.kraft, network.cells, network.lithium]
    story = Story(*chain[:3])
    for giver, taker in zip(chain, chain[1:]):
        number = story.case(giver)["number"]
        giver.post(
            f"/cases/{number}/handovers", link=giver.link(taker), form="text", text=f"Do you know, {taker.name}?"
        )
        wait_for(lambda: story.state(taker, "incoming") == "offered", f"{taker.name} has it")
        story.do(taker, "incoming", "acceptance")
        wait_for(lambda: story.state(giver, "outgoing") == "accepted", f"{giver.name} sees that {taker.name} has it")
    wait_for(
        lambda: (
            [stop["company"] for stop in story.case(network.dekker)["journey"]]
            == ["Dekker Fietsen", "Velora", "a supplier", "a supplier", "a supplier"]
        ),
        "the dealer sees all five, by name the one it deals with",
    )
    assert [stop["company"] for stop in story.case(network.lithium)["journey"]] == [
        "a partner",
        "a customer",
        "a customer",
        "Cell Works",
        "Lithium Mining",
    ]

    story.do(network.lithium, "incoming", "answer", text="Lithium says no.")
    for giver, taker in reversed(list(zip(chain, chain[1:]))):
        wait_for(lambda: story.state(giver, "outgoing") == "answered", f"{giver.name} has the answer")
        if giver is not network.dekker:
            story.do(giver, "incoming", "answer", wording="asIs", source=handover(story.case(giver), "outgoing")["id"])
    assert handover(story.case(network.dekker), "outgoing")["answer"]["text"] == "Lithium says no."


def test_a_question_never_goes_in_circles(network):
    chain = [network.velora, network.kraft, network.cells]
    story = Story(network.spoke, network.velora, network.kraft).run(5)
    number = story.case(network.kraft)["number"]
    network.kraft.post(f"/cases/{number}/handovers", link=network.kraft.link(network.cells), form="free", text="You?")
    wait_for(lambda: story.state(network.cells, "incoming") == "offered", "it is at the third")
    story.do(network.cells, "incoming", "acceptance")
    number = story.case(network.cells)["number"]
    back = network.cells.link(network.velora)
    before = next(link["deadLetters"] for link in network.cells.get("/links")["links"] if link["id"] == back)
    network.cells.post(f"/cases/{number}/handovers", link=back, form="free", text="You again?")
    wait_for(
        lambda: (
            next(link["deadLetters"] for link in network.cells.get("/links")["links"] if link["id"] == back) > before
        ),
        "what went in a circle is a dead letter",
    )
    assert story.case(chain[0]), "and the first has it once"
    refused = network.cells.get(f"/cases/{number}")
    one = handover(refused, "outgoing", back)
    assert one["state"] == "refused" and one["reason"].startswith("loop: ") and "holder" not in refused
    assert [stop["company"] for stop in refused["journey"] if stop["hasIt"]] == ["Cell Works"]
    letter = next(letter for link in refused["links"] for letter in link["deadLetters"])
    assert letter["code"] == "loop" and letter["detail"] and letter["id"]
    waiting = next(one for one in network.cells.get("/today")["waiting"] if one["number"] == number)
    assert (waiting["why"], waiting["reason"]) == ("refused", one["reason"])
    found = network.cells.get(f"/handovers/{one['id']}")
    assert (found["number"], found["handover"]["id"]) == (number, one["id"])
    with pytest.raises(Refused, match="404"):
        network.lithium.get(f"/handovers/{one['id']}")


def test_a_rider_takes_back_the_sharing_of_their_contact(network):
    story = Story(network.spoke, network.velora, network.kraft).run(2)
    customer = story.case(network.velora)["customer"]["id"]
    story.public.post(f"{story.follow}/sharing", link=network.spoke.link(network.velora))
    wait_for(lambda: story.rider not in json.dumps(story.case(network.velora)), "Velora forgets the name")
    assert story.contact not in json.dumps(network.velora.get(f"/customers/{customer}"))
    assert all(one.get("takenBackAt") for one in known(story, "Velora") if one["field"] in ("customer.name", "customer.contact"))
    story.public.post(f"{story.follow}/messages", text="Only for the dealer.")
    story.do(network.velora, "incoming", "answer", verdict="yes")
    wait_for(lambda: story.state(network.spoke, "outgoing") == "answered", "the answer still comes back")
    assert "Only for the dealer." not in json.dumps(story.case(network.velora))


def test_a_rider_is_forgotten_along_the_chain(network):
    spoke, velora, kraft = network.spoke, network.velora, network.kraft
    story = Story(spoke, velora, kraft).run(5)
    numbers = {company: story.case(company)["number"] for company in (spoke, velora, kraft)}
    customers = {company: story.case(company)["customer"].get("id") for company in (spoke, velora)}

    def wishes(company):
        return [one for one in company.get(f"/cases/{numbers[company]}")["sections"]["erasures"] if one["state"] == "asked"]

    story.public.post(f"{story.follow}/erasure")
    assert story.public.get(f"{story.follow}/erasure")[0]["state"] == "asked"
    assert wishes(spoke) and not wishes(velora)
    spoke.post(f"/customers/{customers[spoke]}/erasure", decision="erase", sure=True)
    wait_for(lambda: wishes(velora), "the wish is at Velora")
    assert not wishes(kraft)
    velora.post(f"/customers/{customers[velora]}/erasure", decision="erase", sure=True)
    wait_for(lambda: wishes(kraft), "the wish is at Kraft Drives")
    kraft.post(f"/cases/{numbers[kraft]}/erasure", decision="refuse", ground="legalClaims", reason="A recall.")

    def answered():
        one = story.public.get(f"{story.follow}/erasure")[0]
        return one["companies"][0].get("isErased") is not None and one

    one = wait_for(answered, "the rider sees what became of it")
    assert [(at["company"], at["isErased"]) for at in one["companies"]] == [("Velora", True)]
    assert [(at["company"], at["ground"]) for at in one["beyond"]] == [("a supplier", "legalClaims")]
    for company in (spoke, velora):
        kept = json.dumps([company.get(f"/cases/{numbers[company]}"), company.get(f"/customers/{customers[company]}")])
        assert not [word for word in (story.rider, story.contact) if word in kept], company.name
        assert cases(company, story.rider) == [] and PHOTO[0] not in kept
    with pytest.raises(Refused) as refused:
        story.public.post(f"{story.follow}/messages", text="Once more.")
    assert refused.value.status == 409
