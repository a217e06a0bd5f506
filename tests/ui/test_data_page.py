"""The data page and a new team: uploads, mappings, what is wrong with a file."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from staffing.scenario import load
from staffing.ui import session
from tests.ui.pages import built, opened, texts_of


def test_a_new_user_is_offered_the_sample_month(place, monkeypatch, tmp_path):
    monkeypatch.setenv("STAFFING_TEAMS", str(tmp_path / "empty"))
    app = opened("data")
    assert "There is no team yet" in texts_of(app)
    assert app.button(key="sample").label == "Try the sample month"
    app.button(key="sample").click().run()
    assert not app.exception
    assert "History of this scenario" in texts_of(app)


def test_a_sample_that_cannot_be_written_is_told(place, monkeypatch, tmp_path):
    monkeypatch.setenv("STAFFING_TEAMS", str(tmp_path / "empty"))
    monkeypatch.setenv("STAFFING_COMMAND", f"{sys.executable} -c 'import sys; sys.exit(1)'")
    app = opened("data")
    app.button(key="sample").click().run()
    assert "could not be written" in app.error[0].value


def test_a_history_is_uploaded_mapped_checked_and_planned_with(place, team):
    page = opened("data")
    assert not page.exception
    assert "Contacts of each day" not in texts_of(page)
    path = str(team / "base.toml")
    rows = "Zeit;Skill;Anrufe;AHT\n2026-11-02 08:00;phone-de;10;300\n2026-11-02 08:30;Fax;12;310\n"
    page.file_uploader(key=f"upload-{path}").upload("Mein Export.csv", rows.encode(), "text/csv").run()
    assert not page.exception
    assert "What the file holds" in texts_of(page)
    (silent,) = page.warning
    assert "There are no contacts for phone-en, chat and email: nothing would be forecast" in silent.value.replace(
        "\\", ""
    )
    page.button(key="use").click().run()
    assert not page.exception
    (made,) = (place / "scenarios" / "helpdesk").glob("*.toml")
    assert 'offered = "Anrufe"' in made.read_text()
    assert 'phone-de = "phone-de"' in made.read_text()


def test_a_history_of_unknown_queues_and_twice_named_columns_asks_which_queue_is_meant(place, team):
    page = opened("data")
    rows = "Zeit;Skill;Anrufe;AHT;AHT;\n2026-11-02 08:00;Fax;10;300;1;x\n"
    page.file_uploader(key=f"upload-{team / 'base.toml'}").upload("Fax.csv", rows.encode(), "text/csv").run()
    assert not page.exception
    assert not page.error
    assert "No name in the file belongs to a queue" in texts_of(page)
    page.selectbox(key="queue-Fax-Fax.csv").set_value("chat").run()
    assert not page.exception
    assert "column 'AHT' appears 2 times" in page.error[0].value


def test_several_files_are_one_history(place, team):
    page = opened("data")
    uploader = page.file_uploader(key=f"upload-{team / 'base.toml'}")
    head = "interval_start;queue;offered\n"
    uploader.set_value([(f"{d}.csv", f"{head}2026-11-0{d} 08:00;chat;10\n".encode(), "text/csv") for d in (2, 3)]).run()
    assert not page.exception
    assert "and one more file of the same kind" in texts_of(page)
    page.button(key="use").click().run()
    (made,) = (place / "scenarios" / "helpdesk").glob("*.toml")
    assert len(load(made).files("history")) == 2


def test_a_new_team_is_made_step_by_step(place, tmp_path):
    page = opened("data", section="new")
    assert not page.exception
    rows = "".join(f"{d}.11.2026 {h:02}:00;phone;{h};300\n" for d in range(2, 28) for h in range(8, 20))
    page.text_input(key="new-name").set_value("Our team")
    page.file_uploader(key="new-history").upload("a.csv", b"what;is\nthis;?\n", "text/csv").run()
    assert "Not found in the file: Start of the interval and Offered contacts" in texts_of(page)
    page.file_uploader(key="new-history").set_value([]).run()
    page.file_uploader(key="new-history").upload("team.csv", b"Name;Skills\nAnna;phone\n", "text/csv").run()
    assert "looks like a list of people" in texts_of(page)
    page.file_uploader(key="new-history").set_value([]).run()
    page.file_uploader(key="new-history").upload(
        "calls.csv", f"Zeit;Skill;Anrufe;AHT\n{rows}".encode(), "text/csv"
    ).run()
    assert not page.exception
    assert "From **Monday, 2 November 2026**" in texts_of(page)
    page.file_uploader(key="new-people").upload("team.csv", b"shoe size\n42\n", "text/csv").run()
    assert "no column with people" in page.error[0].value
    page.file_uploader(key="new-people").set_value(None).run()
    page.file_uploader(key="new-people").upload("team.csv", b"name,hours\nAnna,40\nBen,20\n", "text/csv").run()
    assert not page.exception
    page.button(key="create").click().run()
    assert not page.exception
    assert [a.name for a in session.people_at(place / "teams" / "our-team" / "base.toml").agents] == ["Anna", "Ben"]
    again = opened("data", section="new")
    assert not again.exception


def test_a_button_that_is_pressed_at_once_knows_what_was_typed_last(place, team):
    rows = "".join(f"{d}.11.2026 {h:02}:00;phone;{h};300\n" for d in range(2, 28) for h in range(8, 20))
    page = opened("data", section="new")
    page.file_uploader(key="new-history").upload("calls.csv", f"Zeit;Skill;Anrufe;AHT\n{rows}".encode()).run()
    page.file_uploader(key="new-people").upload("team.csv", b"name,hours\nAnna,40\n", "text/csv").run()
    page.text_input(key="new-name").set_value("Typed last")
    page.date_input(key="new-start").set_value(date(2027, 3, 1))
    page.button(key="create").click().run()
    assert not page.exception
    assert load(place / "teams" / "typed-last" / "base.toml").horizon.start == date(2027, 3, 1)
    page = opened(scenario=f"{team.name}/base")
    (name,) = [x for x in page.text_input if x.key.startswith("name-")]
    name.set_value("Typed last too")
    page.selectbox(key="seconds").set_value(10)
    page.button(key="build").click().run()
    assert not page.exception
    (run,) = session.jobs().runs()
    assert (run.request.name, run.request.seconds) == ("Typed last too", 10.0)


@pytest.mark.parametrize(
    ("content", "told"),
    [("", "empty.csv"), ("a;b\n1;2\n", "Name the columns"), ("Zeit;Anrufe\nnonsense;-3\n", "row 2")],
)
def test_an_upload_that_cannot_be_used_says_what_is_wrong(place, team, content, told):
    page = opened("data")
    page.file_uploader(key=f"upload-{team / 'base.toml'}").upload("empty.csv", content.encode(), "text/csv").run()
    assert not page.exception
    assert told in texts_of(page)


def test_a_newcomer_is_led_to_a_first_rota_or_to_a_team_of_their_own(place):
    page = opened("data")
    assert "nothing is planned yet" in texts_of(page)
    page.button(key="first-own").click().run()
    assert not page.exception
    assert page.session_state["section"] == "new"
    rota = opened()
    assert "No rota of" in texts_of(rota)
    built(rota)
    assert "No rota of" not in texts_of(rota)
    assert "nothing is planned yet" not in texts_of(opened("data"))
