"""The page of forecast and need, drawn for a team with a real history, and the view-model behind it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from staffing.accuracy import accuracy
from staffing.plan import size
from staffing.requirement import Target
from staffing.scenario import load
from staffing.ui import session
from staffing.ui.need.forecast_words import judged_table, parts_table
from staffing.ui.need.need_view import promise
from staffing.ui.team.team_parts import part_of
from staffing.ui.texts import Texts
from staffing.ui.vm import forecast as vm
from staffing.ui.vm import team_edits
from tests.forecast import team as made_up
from tests.small_team import write_small_team
from tests.ui.pages import opened, texts_of

EVENTS = "name,first_day,last_day,queue,factor,contacts,start,end\nSale,2027-01-05,,phone,2,,,\n"
ADJUSTMENTS = "first_day,last_day,queue,factor,contacts,start,end,who,why\n2027-01-07,,phone,1.5,,,,Ana,price letter\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = write_small_team(tmp_path_factory.mktemp("teams") / "small")
    (base.parent / "events.csv").write_text(EVENTS, encoding="utf-8")
    (base.parent / "adjustments.csv").write_text(ADJUSTMENTS, encoding="utf-8")
    (base.parent / "told.toml").write_text(
        'extends = "base.toml"\nname = "Told"\n[tables]\nevents = "events.csv"\nadjustments = "adjustments.csv"\n'
        "[demand.scale]\nchat = 1.1\n",
        encoding="utf-8",
    )
    return base.parent


@pytest.fixture(scope="module")
def sizing(folder):
    return size(load(folder / "told.toml"))


@pytest.fixture
def place(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("STAFFING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STAFFING_TEAMS", str(folder.parent))
    yield tmp_path / "home"
    session.jobs().close()
    session._jobs.clear()


# -- the view-model ------------------------------------------------------------------------------------------


def test_days_and_intervals_are_those_of_the_forecast_with_changes_by_hand_apart(sizing):
    days = vm.days_of(sizing.forecast, "phone")
    assert days.contacts.sum() == pytest.approx(sizing.forecast.contacts[0].sum())
    assert days.changed
    np.testing.assert_allclose(days.contacts[3], 1.5 * days.statistical[3])
    assert (days.low <= days.contacts).all()
    assert (days.high >= days.contacts).all()
    assert not vm.days_of(sizing.forecast, "chat").changed
    times, course = vm.intervals_of(sizing.forecast, "phone", 0)
    assert (times[0], times[-1]) == ("07:00", "18:00")
    assert course.contacts.sum() == pytest.approx(days.contacts[0])
    times, closed = vm.intervals_of(sizing.forecast, "phone", 5)
    assert len(times) == 24
    assert closed.contacts.sum() == 0


def test_the_month_has_a_band_and_the_spreadsheet_beside(sizing):
    month = vm.month_of(sizing.forecast, "phone")
    assert month.low < month.contacts < month.high
    assert month.by_hand == pytest.approx(vm.days_of(sizing.forecast, "phone").statistical[3] * 0.5)
    assert month.aht_seconds == pytest.approx(300)
    assert month.spreadsheet > 0


def test_what_makes_up_a_day_multiplies_to_its_contacts(sizing):
    for queue, own in (("phone", {"event", "manual"}), ("chat", {"what_if"})):
        parts = vm.parts_of(sizing.forecast, queue)
        assert own <= set(parts.names)
        np.testing.assert_allclose(parts.level * (1 + parts.change).prod(axis=0), parts.contacts, rtol=1e-2, atol=0.05)
    parts = vm.parts_of(sizing.forecast, "phone")
    html = parts_table(Texts("de"), parts)
    assert "+100,0\N{NO-BREAK SPACE}%" in html
    assert "Von Hand" in html


def test_what_is_told_is_of_the_queue(sizing):
    assert vm.method(sizing.forecast, "phone").startswith("calendar effects")
    told = vm.notes(sizing.forecast, "phone")
    assert any("by Ana: price letter" in line for line in told)
    assert not any(line.startswith("chat") for line in told)
    assert all(r.where.startswith("phone ") for r in vm.cleaned(sizing.forecast, "phone"))


def test_the_need_adds_up(sizing):
    phone, chat = vm.needs(sizing)
    assert phone.gross_hours == pytest.approx(vm.hours_by_day(sizing)[0].sum())
    assert phone.work_hours < phone.net_hours < phone.gross_hours
    assert chat.most >= 1
    times, net, gross = vm.need_intervals(sizing, "phone", 0)
    assert len(times) == len(net) == len(gross) == 12
    assert (gross >= net).all()


def test_labels_under_an_axis():
    dates = made_up.history(10).grid.dates
    assert list(vm.weekly_marks([str(d) for d in dates], dates)) == [0, 3]
    assert vm.hourly_marks(["07:30", "08:00", "09:00", "10:00"]) == {1: "08:00", 3: "10:00"}


def test_past_forecasts_are_told_by_queue():
    found = accuracy(made_up.history(150, queues=("voice", "chat"), minutes=60), made_up.REGION, count=1)
    voice, chat = vm.judged(found)
    assert (voice.queue, chat.queue) == ("voice", "chat")
    assert voice.figures["origins"] == 1
    assert voice.figures["wape"] < voice.figures["spreadsheet_wape"]
    shown = judged_table(Texts("de"), (voice, chat))
    assert "1 von 1" in shown
    assert shown.count("<tr>") == 3


def test_a_promise_is_told_in_words():
    t = Texts("en")
    target = Target(
        service_level=0.8, threshold_seconds=20, max_asa_seconds=30, max_abandonment=0.05, max_occupancy=0.85
    )
    told = promise(t, target).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "80% within 20 s; mean wait at most 30 s; at most 5.0% give up; occupancy at most 85%"
    mail = promise(t, Target(service_level=0.9, response_hours=4)).replace("\N{NO-BREAK SPACE}", " ")
    assert mail == "90% within 4.0 h of opening time"


# -- the page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_forecast_is_shown_with_its_parts_and_the_past(place, language):
    page = opened("need", language, view="forecast")
    assert not page.exception
    assert {"de": "Woraus sich jeder Tag", "en": "What makes up each day"}[language] in texts_of(page)
    assert len(page.metric) == 4
    page.segmented_control(key="forecast-queue").set_value("chat").run()
    page.selectbox(key="forecast-day").set_value(5).run()
    assert {"de": "nichts erwartet", "en": "Nothing is expected"}[language] in texts_of(page)
    page.selectbox(key="forecast-day").set_value(1).run()
    page.button(key="judge").click().run()
    assert not page.exception
    assert "126 days are needed" in page.error[0].value


def test_past_months_are_judged_on_demand_and_stay_on_the_page(place, tmp_path_factory, monkeypatch):
    teams = tmp_path_factory.mktemp("long")
    base = write_small_team(teams / "long")
    longer = (base.parent / "history.csv").read_text().splitlines()
    moved = [_earlier(row) for row in longer[1:]]
    (base.parent / "history.csv").write_text("\n".join([longer[0], *moved, *longer[1:]]) + "\n")
    monkeypatch.setenv("STAFFING_TEAMS", str(teams))
    page = opened("need", view="forecast")
    page.button(key="judge").click().run()
    assert not page.exception
    assert not page.error
    page.segmented_control(key="forecast-queue").set_value("chat").run()
    assert "judge" not in {b.key for b in page.button}


def _earlier(row: str) -> str:
    """A row of the history, twelve weeks before."""
    day, rest = row[:10], row[10:]
    return f"{date.fromisoformat(day) - timedelta(weeks=12)}{rest}"


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_need_is_shown_by_queue_with_its_promise(place, language):
    page = opened("need", language, view="agents")
    assert not page.exception
    assert {"de": "Schwund", "en": "shrinkage"}[language] in texts_of(page)
    page.selectbox(key="need-day").set_value(2).run()
    assert not page.exception


@pytest.mark.parametrize("part", ["events", "adjustments"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_tables_of_the_demand_are_edited_like_those_of_the_team(place, part, language):
    page = opened("need", language, view=part)
    assert not page.exception
    assert page.button(key="save-table").disabled


def test_a_changed_table_is_checked_and_becomes_a_scenario(place, folder):
    scenario = load(folder / "told.toml")
    part = part_of(Texts("en"), "adjustments", scenario)
    assert part.saved["who"].tolist() == ["Ana"]
    assert not part.edit_of(part.saved)
    more = pd.concat(
        [
            part.saved,
            pd.DataFrame([{"first_day": pd.Timestamp("2027-01-08"), "factor": 0.5, "who": "Ben", "why": "quiet"}]),
        ],
        ignore_index=True,
    )
    edit = part.edit_of(more)
    assert team_edits.check(folder / "told.toml", edit) == ()
    nobody = part.edit_of(more.assign(who=""))
    assert {p.what for p in team_edits.check(folder / "told.toml", nobody)} == {"is empty"}
    events = part_of(Texts("de"), "events", scenario)
    wrong = events.edit_of(events.saved.assign(factor=-1.0))
    assert "below 0" in team_edits.check(folder / "told.toml", wrong)[0].what
    made = team_edits.save_as(place, "More", folder / "told.toml", edit)
    found = size(load(made))
    assert [a.who for a in found.inputs.adjustments] == ["Ana", "Ben"]
    assert found.forecast.notes[-1].endswith("by Ben: quiet")


def test_a_scenario_whose_demand_cannot_be_read_says_why(place, folder):
    broken = folder / "zz-broken.toml"
    broken.write_text('extends = "told.toml"\nname = "Broken"\n[forecast]\nholiday_region = "XX"\n')
    try:
        page = opened("need", view="forecast")
        page.session_state["scenario"] = str(broken)
        page.run()
        assert not page.exception
        assert "holiday\\_region" in page.error[0].value
        page.query_params["view"] = "events"
    finally:
        broken.unlink()
