"""The address in a real browser: it follows what is chosen, and is followed where it asks for something."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import with_fake_worker
from tests.browser.test_journey import WORDS, build, choose, settle

pytestmark = pytest.mark.browser
W = WORDS["en"]


class SlowAddress:
    """Holds back what the server asks a page's address to show, as a slow browser would."""

    def __init__(self, page) -> None:
        self.held: list[bytes] | None = None
        page.route_web_socket(re.compile("stream"), self._join)

    def _join(self, browser) -> None:
        self.browser = browser
        server = browser.connect_to_server()
        server.on_message(self._pass)

    def _pass(self, message) -> None:
        if self.held is not None and ForwardMsg.FromString(message).WhichOneof("type") == "page_info_changed":
            self.held.append(message)
        else:
            self.browser.send(message)

    def hold(self) -> None:
        self.held = []

    def release(self) -> None:
        held, self.held = self.held or [], None
        for message in held:
            self.browser.send(message)


def chosen(page, label: str):
    return page.get_by_role("combobox", name=W[label], exact=True)


def rename(page, name: str) -> None:
    """Give the plan to be built a name: one more request."""
    page.get_by_role("textbox", name=W["plan"]).fill(name)
    page.keyboard.press("Enter")
    settle(page)


def test_a_choice_stands_although_the_browser_still_tells_what_it_showed_before(fresh, visit):
    page = visit(f"{fresh.url}/rota")
    slow = SlowAddress(page)
    page.reload()
    page.wait_for_selector("h1")
    build(page, W, "January")
    before = page.url
    slow.hold()
    choose(page, W["scenario"], W["more"])  # a scenario without a plan
    expect(chosen(page, "shown")).to_have_count(0)
    for name in ("one", "two"):  # each time the browser tells what it showed before
        rename(page, name)
        assert page.url == before
        expect(chosen(page, "scenario")).to_have_value(W["more"])
    choose(page, W["scenario"], "January")
    expect(chosen(page, "shown")).to_have_value(re.compile("^January"))
    choose(page, W["scenario"], W["more"])
    assert slow.held
    slow.release()
    page.wait_for_url(re.compile(r"\?scenario=helpdesk%2F|\?scenario=helpdesk/"))
    rename(page, "three")
    expect(chosen(page, "scenario")).to_have_value(W["more"])
    expect(chosen(page, "shown")).to_have_count(0)


def test_going_back_and_links_lead_to_what_they_name(fresh, visit):
    page = visit(f"{fresh.url}/rota")
    page.wait_for_url(re.compile("scenario="))
    build(page, W, "January")
    with_plan = page.url
    choose(page, W["scenario"], W["more"])
    page.wait_for_url(re.compile("rota.scenario="))
    without = page.url
    page.go_back()
    expect(chosen(page, "shown")).to_have_value(re.compile("^January"))
    expect(page).to_have_url(with_plan)
    other = visit(without)
    expect(chosen(other, "scenario")).to_have_value(W["more"])
    expect(chosen(other, "shown")).to_have_count(0)
    other.get_by_role("link", name="Export", exact=True).click()
    other.wait_for_url(re.compile("export.scenario="))
    expect(chosen(other, "scenario")).to_have_value(W["more"])


def test_a_part_of_a_page_stays_chosen_and_going_back_leads_to_the_former(fresh, visit):
    page = visit(f"{fresh.url}/team?part=shifts")
    expect(page.get_by_role("radio", name="Shift types", exact=True)).to_be_checked()
    slow = SlowAddress(page)
    page.reload()
    page.wait_for_selector("h1")
    settle(page)
    slow.hold()
    page.get_by_role("radio", name="Rules", exact=True).click()
    settle(page)
    page.get_by_role("radio", name="Contracts", exact=True).click()
    settle(page)
    slow.release()
    settle(page)
    choose(page, W["scenario"], W["more"])
    expect(page.get_by_role("radio", name="Contracts", exact=True)).to_be_checked()
    page.wait_for_url(re.compile("part=contracts"))


def test_a_list_that_is_open_stays_open_when_a_run_begins_and_ends(tmp_path, visit):
    with with_fake_worker(tmp_path, 4) as server:
        page = visit(f"{server.url}/rota")
        settle(page)
        page.get_by_role("button", name=W["build"]).click()
        page.get_by_role("button", name=W["stop"]).wait_for()
        scenarios = chosen(page, "scenario")
        scenarios.click()
        options = page.get_by_role("option")
        expect(options).to_have_count(2)
        page.locator("td.cell").first.wait_for()
        settle(page)
        expect(options).to_have_count(2)
        options.filter(has_text=W["more"]).click()
        expect(scenarios).to_have_value(W["more"])
        page.close()


class LateParts:
    """Asks for a part of the page anew while the server draws the whole, with the widgets of before: as a slow browser may."""

    def __init__(self, page) -> None:
        self.part = ""
        self.late = False
        page.route_web_socket(re.compile("stream"), self._join)

    def _join(self, browser) -> None:
        self.server = browser.connect_to_server()
        browser.on_message(self._pass)

    def _pass(self, message) -> None:
        self.server.send(message)
        asked = BackMsg.FromString(message)
        if asked.WhichOneof("type") != "rerun_script":
            return
        if asked.rerun_script.is_auto_rerun:
            self.part = asked.rerun_script.fragment_id
        elif self.late:
            asked.rerun_script.fragment_id = self.part
            asked.rerun_script.is_auto_rerun = True
            self.server.send(asked.SerializeToString())


def test_a_choice_stands_although_the_browser_still_tells_of_a_list_that_has_gone(slow_server, visit):
    page = visit(f"{slow_server.url}/rota")
    parts = LateParts(page)
    page.reload()
    page.wait_for_selector("h1")
    settle(page)
    page.get_by_role("button", name=W["build"]).click()
    page.get_by_role("button", name=W["stop"]).wait_for()
    expect(chosen(page, "shown")).to_have_count(1)
    page.wait_for_timeout(1500)  # parts of the page are drawn anew every second
    assert parts.part
    parts.late = True
    choose(page, W["scenario"], W["more"])
    parts.late = False
    rename(page, "one")
    expect(chosen(page, "scenario")).to_have_value(W["more"])
    expect(chosen(page, "shown")).to_have_count(0)
    page.close()


def test_who_looks_elsewhere_goes_to_the_run_by_its_button(slow_server, visit):
    page = visit(f"{slow_server.url}/rota")
    settle(page)
    page.get_by_role("button", name=W["build"]).click()
    page.get_by_role("button", name=W["stop"]).wait_for()
    choose(page, W["scenario"], W["more"])
    page.get_by_role("link", name="Export", exact=True).click()
    page.wait_for_url(re.compile("export.scenario="))
    page.get_by_role("button", name=re.compile("^January: ")).click()
    page.get_by_role("button", name=W["stop"]).wait_for()
    expect(chosen(page, "scenario")).to_have_value("January")
    page.wait_for_url(re.compile("rota.run="))
    page.get_by_role("button", name=W["stop"]).click()
    page.get_by_text(W["stopped"]).first.wait_for()
    page.close()


def test_each_act_is_one_step_back(fresh, visit):
    page = visit(f"{fresh.url}/rota")
    build(page, W, "January")
    acts = (
        lambda: page.get_by_role("link", name="Team & rules", exact=True).click(),
        lambda: page.get_by_role("radio", name="Shift types", exact=True).click(),
        lambda: choose(page, W["scenario"], W["more"]),
        lambda: page.get_by_role("link", name="Scenarios", exact=True).click(),
        lambda: page.get_by_role("link", name="Team & rules", exact=True).click(),
    )
    shown = [page.url]
    for act in acts:
        act()
        settle(page)
        shown.append(page.url)
    assert len(set(shown)) == 6
    for address in reversed(shown[:-1]):
        page.go_back()
        settle(page)
        expect(page).to_have_url(address)
    page.go_forward()
    settle(page)
    expect(page).to_have_url(shown[1])


def test_who_has_just_come_leaves_the_app_with_one_press_of_back(fresh, visit):
    page = visit(f"{fresh.url}/data")
    for arrived, shown in (("/", "/data?"), ("/rota", "/rota?"), ("/team?part=shifts", "part=shifts")):
        page.goto("about:blank")
        requests = Asked(page)
        page.goto(f"{fresh.url}{arrived}")
        page.wait_for_selector("h1")
        settle(page)
        assert shown in page.url
        assert "#" not in page.url
        assert "scenario=" in page.url
        assert requests.back == 0  # the server was not told of any going back
        page.go_back()
        expect(page).to_have_url("about:blank")
        page.go_forward()
        page.wait_for_selector("h1")
        settle(page)
        there = page.url
        assert shown in there
        page.get_by_role("link", name="Scenarios", exact=True).click()
        settle(page)
        page.go_back()
        settle(page)
        expect(page).to_have_url(there)


class Asked:
    """Counts how often a page tells its server that the planner has gone back."""

    def __init__(self, page) -> None:
        self.back = 0
        page.on("websocket", lambda socket: socket.on("framesent", self._sent))

    def _sent(self, message) -> None:
        if isinstance(message, bytes):
            asked = BackMsg.FromString(message)
            self.back += asked.WhichOneof("type") == "rerun_script" and asked.rerun_script.is_history_navigation
