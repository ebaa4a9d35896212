# SPDX-License-Identifier: Apache-2.0
"""The journey through the pages: staff on a wide screen with nothing but a keyboard, the rider on a telephone."""

import contextlib
import json
import os
import re
import uuid

import pytest
from playwright.sync_api import sync_playwright

from nodes import PASSWORD, ROOT, email
from story import DOCUMENT, PHOTO, Story, handover
from waiting import wait_for
from window import TELEPHONE, WIDE, Window

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if os.path.exists(path)), None)
DUTCH = json.loads((ROOT / "Sources/Features/Enquiries/Pages/enquiries.nl.json").read_text())


@pytest.fixture(scope="module")
def chromium():
    assert CHROMIUM, "these tests need a browser: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium):
    """Opens windows; in the end none of their consoles may have complained."""
    windows = []

    def open_window(company, size=WIDE, **options):
        windows.append(Window(chromium, company, size, **options))
        return windows[-1]

    yield open_window
    complaints = [complaint for window in windows for complaint in window.complaints]
    for window in windows:
        window.context.close()
    assert not complaints


def ask(window, question, slug="spoke"):
    window.go(f"/{slug}/ask").fill("#question", question).fill("#product", "City 3").fill("#serial", "KD-77")
    window.attach("#photos", PHOTO).fill("#name", "Noor Peeters").choose("channel", "email")
    window.fill("#contact", "noor@rider.example").shot("ask")
    assert window.fits()
    return window.focus("form .primary").follow()


def hand_over(window, company, form, text):
    window.press("h")
    window.sees("#hand-over:modal")
    link = window.page.get_attribute(f".company-choice:has-text('{company.name}') input", "value")
    window.choose("link", link).shot("hand-over")
    window.choose("form", form).fill("#handOver-text", text).follow("Control+Enter")
    window.sees("#requests", company.name)


def open_case(window, mark):
    """Waits for the case to appear in the list, walks to it with j, and opens it."""
    window.sees(".case-row", mark)
    for _ in range(50):
        window.press("j")
        if mark in window.page.evaluate("document.activeElement.textContent"):
            return window.follow()
    raise AssertionError(f"j never reaches {mark}")


def test_the_journey_by_keyboard_on_a_wide_screen_and_on_a_telephone(on_sqlite, open_window):
    mark = f"q{uuid.uuid4().hex[:8]}"
    spoke, velora, kraft = (
        open_window(company).sign_in() for company in (on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft)
    )
    for window in (spoke, velora, kraft):
        window.press("Control+k")
        window.sees("#palette:modal")
        window.type("Cases")
        window.follow()
        window.sees("#case-rows")
        window.mark()

    rider = ask(
        open_window(on_sqlite.spoke, TELEPHONE, has_touch=True, is_mobile=True), f"May {mark} be charged below zero?"
    )
    assert re.search(r"/spoke/follow/[\w-]{43}", rider.page.url)
    rider.sees("h1", mark)
    assert rider.fits()
    rider.shot("follow-asked")

    spoke.sees(".case-row", mark)
    assert spoke.has_not_reloaded(), "the question appears by itself"
    spoke.shot("cases")
    open_case(spoke, mark).sees("h1", mark)
    spoke.press("r")
    spoke.type("Ask Velora, they know.")
    spoke.follow("Control+Enter")
    spoke.sees(".entries", "Ask Velora, they know.")
    spoke.shot("case-note")
    spoke.press("Escape")
    spoke.page.evaluate("document.activeElement.blur()")
    hand_over(spoke, on_sqlite.velora, "yesNo", f"Is {mark} safe?")
    spoke.shot("case-handed-over")

    velora.sees(".case-row", mark)
    assert velora.has_not_reloaded()
    open_case(velora, mark)
    assert "Noor" not in velora.page.content(), "the contact comes only with the acceptance"
    velora.shot("case-offered")
    velora.focus("form[action$='/acceptance'] button").follow()
    velora.sees("body", "Noor Peeters")
    velora.shot("case-accepted")
    hand_over(velora, on_sqlite.kraft, "document", "Please send the charging sheet.")

    open_case(kraft, mark)
    kraft.focus("form[action$='/acceptance'] button").follow()
    assert "Noor" not in kraft.page.content()
    kraft.focus("a[data-dialog=answer]").press("Enter")
    kraft.sees("#answer:modal")
    kraft.fill("#answer-text", f"The sheet says no, {mark}.").attach("#answer-files", DOCUMENT).follow("Control+Enter")
    kraft.shot("case-answered")

    velora.sees("#requests", f"The sheet says no, {mark}.")
    velora.focus("#requests a[href*='from=']").press("Enter")
    velora.sees("#answer:modal")
    velora.choose("wording", "asIs").choose("verdict", "no").shot("pass-on")
    velora.follow("Control+Enter")

    spoke.sees("#requests", f"The sheet says no, {mark}.")
    spoke.shot("case-answer-came-back")
    spoke.focus("#requests a.primary").follow()
    assert mark in spoke.page.input_value("#composer-text"), "the answer is in the composer"
    assert spoke.page.is_checked("#composer [name=to][value=customer]") and spoke.page.is_checked(
        "#composer [name=forward]"
    )
    spoke.shot("reply")
    rider.mark()
    spoke.focus("#composer-text").follow("Control+Enter")
    answer = rider.sees(".answer", f"The sheet says no, {mark}.")
    assert rider.has_not_reloaded(), "the answer appears by itself"
    file = answer.locator("a[href*='/files/']").first.get_attribute("href")
    assert rider.context.request.get(on_sqlite.spoke.node.origin + file).body() == DOCUMENT[2]
    assert rider.fits()
    rider.shot("follow-answered")


def test_a_refused_form_keeps_what_was_typed_and_says_where_the_error_is(on_sqlite, open_window):
    rider = open_window(on_sqlite.spoke, TELEPHONE).go("/spoke/ask")
    rider.fill("#question", "What I typed with care.").fill("#name", "Noor").choose("channel", "email").fill(
        "#contact", "no address"
    )
    rider.focus("form .primary").follow()
    assert (
        rider.page.input_value("#question") == "What I typed with care."
        and rider.page.input_value("#contact") == "no address"
    )
    assert rider.page.get_attribute("#contact", "aria-invalid") == "true"
    rider.sees("#contact-error")
    rider.shot("ask-errors")
    rider.fill("#contact", "noor@rider.example").focus("form .primary").follow()
    assert "/follow/" in rider.page.url
    rider.page.go_back()
    rider.page.go_forward()
    rider.sees("h1", "What I typed with care.")
    rider.page.reload()
    rider.sees("h1", "What I typed with care.")


def test_a_refused_dialog_opens_again_with_what_was_typed(on_sqlite, open_window):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft)
    spoke = open_window(on_sqlite.spoke).sign_in().go(f"/spoke/cases/{story.number}")
    spoke.press("h")
    spoke.sees("#hand-over:modal")
    spoke.choose("link", on_sqlite.spoke.link(on_sqlite.velora)).choose("form", "date").fill(
        "#handOver-text", "When did it happen?"
    )
    spoke.page.evaluate("document.querySelector('#handOver-acceptBy').value = '2020-01-01T10:00'")
    spoke.follow("Control+Enter")
    spoke.sees("#hand-over:modal")
    assert spoke.page.input_value("#handOver-text") == "When did it happen?"
    assert spoke.page.is_checked("input[name=form][value=date]")
    spoke.sees("#handOver-acceptBy-error")
    spoke.shot("hand-over-errors")
    assert story.state(on_sqlite.spoke, "outgoing") is None


def test_a_draft_survives_a_reload_and_the_back_button(on_sqlite, open_window):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft)
    spoke = open_window(on_sqlite.spoke).sign_in().go(f"/spoke/cases/{story.number}")
    spoke.press("r")
    spoke.type("Half a sentence")
    spoke.page.reload()
    assert spoke.page.input_value("#composer-text") == "Half a sentence"
    spoke.go("/spoke/cases").page.go_back()
    assert spoke.page.input_value("#composer-text") == "Half a sentence"


def test_a_case_shows_who_else_looks_at_it(on_sqlite, open_window):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft)
    ada = open_window(on_sqlite.spoke).sign_in().go(f"/spoke/cases/{story.number}")
    address = f"{uuid.uuid4().hex[:8]}@spoke.example"
    password = on_sqlite.spoke.post("/members", name="Bo Two", email=address, role="service")["password"]
    bo = open_window(on_sqlite.spoke).go("/spoke/sign-in")
    bo.fill("#email", address).fill("#password", password).follow()
    bo.go(f"/spoke/cases/{story.number}")
    ada.sees("#presence", "Bo Two")


def test_a_change_between_a_page_and_its_stream_is_not_missed(on_sqlite, open_window):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft)
    spoke = open_window(on_sqlite.spoke).sign_in()

    def change_first(route):
        on_sqlite.spoke.post(f"/cases/{story.number}/messages", text="Written while the page loaded.")
        route.continue_()

    spoke.page.route("**/live*", change_first, times=1)
    spoke.go(f"/spoke/cases/{story.number}")
    spoke.sees(".entries", "Written while the page loaded.")


def test_a_change_while_a_page_refreshes_is_not_missed(on_sqlite, open_window):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft)
    spoke = open_window(on_sqlite.spoke).sign_in().go(f"/spoke/cases/{story.number}")
    spoke.sees("h1")

    def write(text):
        on_sqlite.spoke.post(f"/cases/{story.number}/messages", text=text)

    def change_meanwhile(route):
        answer = route.fetch()
        with on_sqlite.spoke.stream(f"/live?case={story.number}") as events:
            next(event for event in events if event == "current")
            write("The second change.")
            next(event for event in events if event == "changed")
        route.fulfill(response=answer)

    spoke.page.route(lambda url: url.endswith(story.number), change_meanwhile, times=1)
    write("The first change.")
    spoke.sees(".entries", "The second change.")


def test_pages_speak_dutch(on_sqlite, open_window):
    rider = open_window(on_sqlite.spoke, TELEPHONE, locale="nl-BE").go("/spoke/ask")
    assert rider.page.get_attribute("html", "lang") == "nl"
    rider.sees("label[for=question]", DUTCH["Your question"])
    assert not rider.page.get_by_text("Your question").count()
    ask(rider, "Wordt dit een vraag?")
    assert rider.page.get_attribute("html", "lang") == "nl"
    rider.shot("ask-dutch")


@pytest.mark.parametrize(
    "path",
    ["today", "cases", "customers", "links", "members", "settings", "profile", "tokens", "teams", "search?q=zero"],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_staff_pages_fit_and_are_in_the_colours_of_the_device(on_sqlite, open_window, staff_state, path, scheme):
    window = open_window(on_sqlite.spoke, TELEPHONE, color_scheme=scheme, storage_state=staff_state).go(
        f"/spoke/{path}"
    )
    window.sees(":is(h1, h2):visible")
    assert window.fits(), "nothing sticks out sideways at 390 px"
    red, green, blue = map(
        int, re.findall(r"\d+", window.page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
    )
    assert (red + green + blue < 200) == (scheme == "dark")
    window.shot(f"{path.split('?')[0]}-{scheme}")


@pytest.fixture(scope="module")
def staff_state(chromium, on_sqlite):
    """Signed in once for many windows: signing in is limited."""
    window = Window(chromium, on_sqlite.spoke, WIDE).sign_in()
    with contextlib.closing(window.context):
        return window.context.storage_state()


def test_pages_work_without_script(on_sqlite, open_window):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft).run(1)
    velora = open_window(on_sqlite.velora, java_script_enabled=False)
    page = velora.page
    velora.go("/velora/sign-in")
    page.fill("#email", email("velora"))
    page.fill("#password", PASSWORD)
    page.click("form .primary")
    velora.go(f"/velora/cases/{story.case(on_sqlite.velora)['number']}")
    page.click("form[action$='/acceptance'] button")
    page.click("#requests a.primary")
    page.check("#answer input[name=verdict][value=yes]")
    page.fill("#answer-text", "Without script.")
    page.click("#answer .dialog-foot .primary")
    wait_for(lambda: story.state(on_sqlite.spoke, "outgoing") == "answered", "the answer is back")
    assert handover(story.case(on_sqlite.spoke), "outgoing")["answer"]["text"] == "Without script."


def test_a_rider_asks_to_be_forgotten_and_sees_the_answers(on_sqlite, open_window):
    story = Story(on_sqlite.spoke, on_sqlite.velora, on_sqlite.kraft).run(2)
    customers = {one: story.case(one)["customer"]["id"] for one in (on_sqlite.spoke, on_sqlite.velora)}
    follow = f"/spoke{story.follow}"
    rider = open_window(on_sqlite.spoke, TELEPHONE, java_script_enabled=False).go(f"{follow}/sharing")
    rider.page.click("a[href$='/erasure']")
    rider.sees("h1", "Have me forgotten")
    rider.shot("erasure-ask")
    rider.page.click("form[action$='/erasure'] button")
    rider.sees("#erasure", "You asked to be forgotten")
    rider.shot("erasure-asked")

    def decide(company, answer):
        staff = open_window(company).sign_in()
        staff.sees("#today", "asks for personal data to be erased")
        staff.shot(f"erasure-today-{company.slug}")
        staff.go(f"/{company.slug}/customers/{customers[company]}")
        assert staff.fits()
        staff.shot(f"erasure-customer-{company.slug}")
        answer(staff)
        staff.shot(f"erasure-decided-{company.slug}")

    def erase(staff):
        staff.focus("[name=sure]").press("Space")
        staff.focus("form:has([value=erase]) .danger").follow()
        staff.sees("h1", "Erased customer")

    def refuse(staff):
        staff.focus("#erasure summary").press("Enter")
        staff.page.select_option("#erasure-ground", "legalClaims")
        staff.fill("#erasure-reason", "The court asks for it.").shot("erasure-refusing")
        staff.focus("form:has([value=refuse]) .button").follow()
        staff.sees("h2", "Not erased, for a legal ground")

    decide(on_sqlite.spoke, erase)
    wait_for(lambda: on_sqlite.velora.get(f"/customers/{customers[on_sqlite.velora]}")["sections"]["erasures"], "Velora is asked")
    decide(on_sqlite.velora, refuse)
    wait_for(
        lambda: story.public.get(f"{story.follow}/erasure")[0]["companies"][0].get("isErased") is False, "Spoke knows"
    )
    rider.go(f"{follow}/sharing")
    rider.sees("#erasure", "You are forgotten here")
    rider.sees(".card", "kept: legal claims")
    assert rider.fits()
    rider.shot("erasure-answers")
    rider.go(follow).sees(".entries", "Removed at your request")
    assert rider.fits() and not rider.page.locator("#add").count()
    rider.shot("erasure-own-page")
