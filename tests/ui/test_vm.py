from __future__ import annotations

import csv
import json
import math
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from staffing.errors import InputError, Problem
from staffing.inputs import read_people
from staffing.scenario import load
from staffing.ui.frame import problem_lines, scenario_labels
from staffing.ui.scenarios.levers_form import opening_words
from staffing.ui.texts import Texts
from staffing.ui.vm import levers as lv
from staffing.ui.vm.compare import compare
from staffing.ui.vm.cover import covered_share, day_cover, month_cover, short_by_day
from staffing.ui.vm.plan import Service, grid_of, read_plan
from staffing.ui.vm.progress import STAGES, Gap, gaps, milestones, progress_view
from staffing.ui.vm.rota import absent_days, bars, matrix, select, tone
from staffing.ui.vm.tables import editable
from staffing.ui.vm.teams import ScenarioFile, Team, find_teams, read_scenario_file, unserved


@pytest.fixture(scope="module")
def plan(finished):
    return read_plan(finished)


# -- plan ------------------------------------------------------------------------------------------------


def test_a_plan_tells_queues_days_and_service(plan):
    assert plan.queues == ("phone-de", "phone-en", "chat", "email")
    assert (plan.dates[0], len(plan.dates)) == (date(2027, 1, 1), 14)
    assert plan.interval_hours == 0.5
    assert plan.currency == "EUR"
    assert plan.service["chat"].low < plan.service["chat"].level < plan.service["chat"].high
    assert plan.needed_hours == pytest.approx(grid_of(plan, "required", None).sum() / 2)


def test_a_plan_that_cannot_be_read_tells_every_file(tmp_path, finished):
    broken = shutil.copytree(finished, tmp_path / "broken")
    (broken / "summary.json").write_text("{")
    (broken / "roster.csv").unlink()
    with pytest.raises(InputError) as caught:
        read_plan(broken)
    assert [p.where.rsplit("/", 1)[-1] for p in caught.value.problems] == ["summary.json", "roster.csv"]


@pytest.mark.parametrize(
    ("band", "target", "verdict"),
    [((0.81, 0.80, 0.82), 0.8, "kept"), ((0.7, 0.69, 0.71), 0.8, "missed"), ((0.8, 0.79, 0.81), 0.8, "open"),
     ((0.8, 0.79, 0.81), None, "none"), ((math.nan,) * 3, 0.8, "none")],
)  # fmt: skip
def test_a_target_is_kept_only_where_the_whole_band_keeps_it(band, target, verdict):
    assert Service(*band, target).verdict == verdict


# -- cover -----------------------------------------------------------------------------------------------


def test_the_cover_of_a_day_agrees_with_the_table(plan):
    day = plan.dates[4]
    rows = plan.coverage[(plan.coverage["date"] == day.isoformat()) & (plan.coverage["queue"] == "chat")]
    cover = day_cover(plan, day, "chat")
    assert cover.times[0] == "00:00"
    assert len(cover.times) == 48
    assert cover.under_hours == pytest.approx(rows["under"].sum() / 2)
    assert cover.over_hours == pytest.approx(rows["over"].sum() / 2)
    assert cover.worst == int(np.argmax(rows["under"]))
    window = cover.window()
    assert window.start == 14  # an hour before the opening at eight
    assert len(cover.service) == 48


def test_all_queues_together_are_the_sum(plan):
    whole = day_cover(plan, plan.dates[0], None)
    parts = [day_cover(plan, plan.dates[0], q) for q in plan.queues]
    np.testing.assert_allclose(whole.required, sum(p.required for p in parts))
    assert len(whole.service) == 0


def test_a_day_without_need_has_no_worst_interval_and_shows_all_of_it(plan):
    sunday = day_cover(plan, plan.dates[2], "email")
    empty = type(sunday)(sunday.day, sunday.times, *[np.zeros(48)] * 6, 0.5)
    assert empty.worst is None
    assert empty.window() == slice(0, 48)


def test_the_month_shows_shortage_below_zero_and_sums_by_day(plan):
    month = month_cover(plan, None)
    assert month.gap.shape == (14, len(month.times))
    assert month.times[0] >= "07:00"
    np.testing.assert_allclose(month.under_hours, short_by_day(plan))
    one = month_cover(plan, "chat")
    assert one.under_hours.sum() < month.under_hours.sum()


def test_the_covered_share_is_one_where_nothing_is_needed(plan):
    assert 0 < covered_share(plan) < 1
    nothing = type(plan)(
        plan.folder, plan.summary, plan.coverage.assign(required=0.0, under=0.0), plan.roster, plan.matrix
    )
    assert covered_share(nothing) == 1.0


# -- rota ------------------------------------------------------------------------------------------------


def test_the_matrix_holds_people_shifts_absences_and_hours(plan, team):
    full = matrix(plan, read_people(load(team / "base.toml")))
    assert len(full.rows) == 24
    ben = full.rows[1]
    assert (ben.id, ben.contract, ben.skills) == ("A002", "full", ("phone-de", "chat"))
    assert ben.cells[3:8] == ("(l)",) * 5
    assert ben.agreed == 160.0
    assert ben.hours == pytest.approx(8 * sum(c in "EML" for c in ben.cells if c and c[0] != "("))
    assert [(c.code, c.tone) for c in full.codes] == [
        ("E", "early"), ("M", "middle"), ("L", "late"), ("(l)", "absent"), ("(s)", "absent"),
    ]  # fmt: skip
    assert full.codes[0].span == "07:00–15:30"
    assert sum(full.on_duty) == len(plan.roster)
    assert full.skills == ("phone-en", "phone-de", "email", "chat") or set(full.skills) == set(plan.queues)


def test_a_matrix_does_without_the_team(plan):
    bare = matrix(plan)
    assert bare.rows[0].contract == ""
    assert {c.tone for c in bare.codes} == {"early", "middle", "late"}


def test_rows_are_found_and_ordered(plan, team):
    full = matrix(plan, read_people(load(team / "base.toml")))
    assert [r.id for r in select(full, text="a007").rows] == ["A007"]
    assert {r.contract for r in select(full, contract="part").rows} == {"part"}
    assert all("email" in r.skills for r in select(full, skill="email").rows)
    names = [r.name.casefold() for r in select(full, order="name").rows]
    assert names == sorted(names)
    hours = [r.hours for r in select(full, order="hours").rows]
    assert hours == sorted(hours, reverse=True)
    assert select(full, text="nobody").rows == ()


def test_absences_outside_the_horizon_are_not_shown(team):
    absences = read_people(load(team / "base.toml")).absences
    assert absent_days(absences, (date(2027, 1, 6),)) == {
        ("A002", date(2027, 1, 6)): "(l)",
        ("A005", date(2027, 1, 6)): "(s)",
    }


def test_bars_carry_their_breaks_and_go_past_midnight(plan):
    shifts = bars(plan, plan.dates[0])
    assert shifts[0].start == 7.0
    assert shifts[0].end == 15.5
    assert shifts[0].breaks == ((11.25, 11.75),)
    night = plan.roster.head(1).assign(
        start="2027-01-01T22:00:00+01:00",
        end="2027-01-02T06:00:00+01:00",
        break_starts="01:30 04:00",
        break_minutes="30 15",
    )
    bar = bars(type(plan)(plan.folder, plan.summary, plan.coverage, night, plan.matrix), plan.dates[0])[0]
    assert (bar.start, bar.end) == (22.0, 30.0)
    assert bar.breaks == ((25.5, 26.0), (28.0, 28.25))


def test_tones_follow_the_clock():
    assert tone(3, 8) == "night"


# -- comparison ------------------------------------------------------------------------------------------


def test_more_contacts_with_the_same_people_are_worse_where_it_counts(finished, busier):
    plans = (read_plan(finished), read_plan(busier))
    comparison = compare(("base", "busier"), plans)
    verdict = {(m.key, m.queue): e.verdict for m, e in comparison.column(1)}
    assert verdict["cost", ""] == "same"
    assert verdict["understaffed_hours", ""] == "worse"
    assert verdict["overstaffed_hours", ""] == "better"
    assert verdict["needed_hours", ""] == "different"
    assert verdict["service_level", "phone-de"] == "worse"
    assert verdict["fairness", "weekends_spread"] == "same"
    assert {e.verdict for _, e in comparison.column(0)} == {"none"}


def test_a_difference_inside_the_bands_is_not_called_one(finished, tmp_path):
    other = shutil.copytree(finished, tmp_path / "other")
    summary = json.loads((other / "summary.json").read_text())
    summary["service_level"]["chat"]["mean"] += 0.001
    summary["service_level"].pop("email")
    summary["gap"] = None
    (other / "summary.json").write_text(json.dumps(summary))
    comparison = compare(("a", "b"), (read_plan(finished), read_plan(other)))
    entry = {(m.key, m.queue): e for m, e in comparison.column(1)}
    assert entry["service_level", "chat"].verdict == "unclear"
    assert entry["service_level", "email"].value is None
    assert entry["gap", ""].verdict == "none"


def test_what_no_plan_has_anything_of_is_not_compared(finished, tmp_path):
    other = shutil.copytree(finished, tmp_path / "other")
    summary = json.loads((other / "summary.json").read_text())
    summary["fairness"] = {"nights_above_share": 0.0, "weekends_above_share": 2.0}
    (other / "summary.json").write_text(json.dumps(summary))
    plan = read_plan(other)
    told = {m.queue for m in compare(("a", "b"), (plan, plan)).measures if m.key == "fairness"}
    assert told == {"weekends_above_share"}


# -- progress --------------------------------------------------------------------------------------------


def test_the_gap_is_known_once_best_and_bound_are_and_what_a_report_leaves_out_is_as_it_was():
    assert gaps([(0.0, None, 90.0), (1.0, None, None)]) == ()
    found = gaps([(1.0, None, 90.0), (2.0, 120.0, None), (3.0, None, 96.0), (4.0, 100.0, 101.0)])
    assert [(g.seconds, g.money) for g in found] == [(2.0, 30.0), (3.0, 24.0), (4.0, 0.0)]
    assert [g.share for g in found] == [0.25, 0.2, 0.0]
    assert Gap(1.0, 0.0, 0.0).share == 0


def test_a_table_of_the_search_has_only_moments_at_which_something_moved_and_always_the_last():
    found = [Gap(float(s), 100.0 - s // 10, 50.0) for s in range(200)]
    told = milestones(found, 200)
    assert [g.best for g in told[:-1]] == [100.0 - s for s in range(20)]
    assert [g.seconds for g in told[-2:]] == [190.0, 199.0]
    few = milestones(found, 4)
    assert [g.seconds for g in few] == [0.0, 66.0, 132.0, 199.0]
    assert milestones([], 4) == ()
    assert milestones(found[:1], 4) == (found[0],)


def test_stages_are_done_at_work_or_to_come():
    view = progress_view(
        [
            {"stage": "history", "seconds": 0.1},
            {"stage": "roster", "seconds": 1.0, "fraction": 0.2, "objective": None, "bound": 5.0},
            {
                "stage": "roster",
                "seconds": 2.0,
                "fraction": 0.4,
                "objective": 9.0,
                "bound": 6.0,
                "gap": 0.3,
                "note": "x",
            },
            {"stage": "roster", "seconds": 3.0, "fraction": 0.6},
            {"stage": "unheard of"},
        ],
        live=True,
    )
    assert [s.state for s in view.steps] == ["done"] * 4 + ["now"] + ["later"] * 4
    assert view.current == "roster"
    assert (view.objective, view.bound, view.gap, view.fraction) == (9.0, 6.0, 0.3, 0.6)
    assert len(view.trace) == 3


def test_before_the_first_report_the_first_stage_is_at_work():
    view = progress_view([], live=True)
    assert view.current == STAGES[0]
    assert progress_view([], live=False).current is None


def test_a_long_trace_is_thinned_and_keeps_its_end():
    view = progress_view([{"stage": "roster", "seconds": float(i), "bound": 1.0} for i in range(1001)], live=False)
    assert len(view.trace) <= 302
    assert view.trace[-1][0] == 1000.0
    even = progress_view([{"stage": "roster", "seconds": float(i), "bound": 1.0} for i in range(900)], live=False)
    assert even.trace[-1][0] == 899.0


# -- teams and levers ------------------------------------------------------------------------------------


def test_teams_are_folders_with_a_base_and_what_ifs_made_in_the_app_join_them(team, tmp_path):
    own = tmp_path / "own"
    (own / "helpdesk").mkdir(parents=True)
    (own / "helpdesk" / "mine.toml").write_text(f'extends = "{team.as_posix()}/base.toml"\nname = "Mine"\n')
    (found,) = find_teams([team.parent, tmp_path / "nowhere"], own)
    assert found.name == "helpdesk"
    assert [s.name for s in found.scenarios] == ["January", "Volume +20%", "Mine"]
    assert [s.own for s in found.scenarios] == [False, False, True]
    assert found.base.name == "January"
    (same,) = find_teams([team], own)
    assert same.name == "helpdesk"


def test_a_file_that_is_not_toml_is_listed_by_its_name(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text("= nonsense")
    assert read_scenario_file(path).name == "bad"
    (found,) = find_teams([tmp_path], tmp_path / "own")  # so that what is wrong with it can be told
    assert found.base.path == path


def test_levers_are_read_changed_and_told(team):
    base = lv.levers_of(load(team / "base.toml"))
    assert base.queues["phone-de"] == lv.QueueLevers(0, 0, 80, 20, None, "mon-sun 08:00-20:00")
    assert base.queues["email"] == lv.QueueLevers(0, 0, 95, None, 8.0, "mon-fri 08:00-20:00")
    assert base.shrinkage == {"training": 4.0, "sickness": 5.0, "meetings": 3.0}
    assert lv.levers_of(load(team / "more-volume.toml")).queues["chat"].volume == 20
    assert lv.changes(base, base) == []
    chat = replace(base.queues["chat"], volume=10, aht=-5, service_level=90, threshold=30)
    queues = {**base.queues, "chat": chat, "email": replace(base.queues["email"], response_hours=4.0)}
    wanted = lv.Levers(queues, {**base.shrinkage, "sickness": 7.5}, lv.Hires(2, "A001"))
    found = lv.changes(base, wanted)
    assert [(c.lever, c.subject, c.after) for c in found] == [
        ("volume", "chat", 10),
        ("aht", "chat", -5),
        ("service_level", "chat", 90),
        ("threshold", "chat", 30),
        ("response_hours", "email", 4.0),
        ("shrinkage", "sickness", 7.5),
        ("hires", "A001", 2),
    ]
    assert lv.differences([*found, lv.Change("threshold", "chat", 30, None)]) == {
        "demand": {"scale": {"chat": 1.1}, "aht_scale": {"chat": 0.95}},
        "target": {"chat": {"service_level": 0.9, "threshold_seconds": 30}, "email": {"response_hours": 4.0}},
        "shrinkage": {"sickness": 0.075},
    }


def test_hours_and_limits_are_stated_where_they_differ_and_days_left_out_are_closed(team, tmp_path):
    base = lv.levers_of(load(team / "base.toml"))
    assert base.law["max_daily_hours"] == 10
    phone = replace(base.queues["phone-de"], opening="mon-fri 09:00-18:00; sat closed")
    wanted = replace(base, queues={**base.queues, "phone-de": phone}, law={**base.law, "max_daily_hours": 9.0})
    found = lv.changes(base, wanted)
    assert [(c.lever, c.subject) for c in found] == [("opening", "phone-de"), ("law", "max_daily_hours")]
    tree = lv.differences(found)
    assert tree["queue"]["phone-de"]["opening"] == {"mon-sun": [], "mon-fri": ["09:00-18:00"], "sat": []}
    made = load(lv.save_what_if(tmp_path, "Shorter", team / "base.toml", found))
    assert made.law.max_daily_hours == 9
    assert made.opening()["phone-de"].mask(made.horizon.grid()).sum() == 18 * 10


@pytest.mark.parametrize("language", ["de", "en"])
def test_hours_are_read_as_the_form_writes_them_and_another_writing_is_no_change(team, language):
    scenario = load(team / "base.toml")
    words = opening_words(Texts(language))
    opening = {"mon-fri": ["08:00-12:00", "13:00-18:00"], "sat": [], "holiday": []}
    written = lv.opening_text(opening, words)
    assert (
        written
        == {
            "de": "Mo-Fr 08:00-12:00, 13:00-18:00; Sa geschlossen; Feiertag geschlossen",
            "en": "Mon-Fri 08:00-12:00, 13:00-18:00; Sat closed; holiday closed",
        }[language]
    )
    assert lv.read_opening(written) == opening
    assert lv.changes(lv.levers_of(scenario), lv.levers_of(scenario, words)) == []


def test_people_who_learn_a_queue_serve_it_last(team):
    scenario = load(team / "base.toml")
    agents = read_people(scenario).agents
    training, hires = lv.Training(2, "A002", "email"), lv.Hires(1, "A002")
    wanted = lv.Levers({}, training=training)
    assert [(c.lever, c.before, c.after) for c in lv.changes(lv.Levers({}), wanted)] == [("training", "email", 2)]
    text = lv.team_table(editable(scenario, "agents"), agents, training, hires, "New")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 25
    assert [r["queues"] for r in rows].count("phone-de:1|chat:2|email:3") == 2
    assert rows[-1]["queues"] == "phone-de:1|chat:2"


def test_a_what_if_is_a_file_that_states_only_its_differences_and_reads_back(team, tmp_path):
    scenario = load(team / "base.toml")
    agents = read_people(scenario).agents
    hires = lv.hire_table(agents, lv.Hires(2, "A004"), "Neu")
    change = [lv.Change("volume", "chat", 0, 25)]
    files = scenario.files("agents")
    path = lv.save_what_if(
        tmp_path, "Mehr Chat – Größe 1!", team / "base.toml", change, tables={"agents": hires}, beside={"agents": files}
    )
    assert path.name == "mehr-chat-grosse-1.toml"
    again = load(path)
    assert again.name == "Mehr Chat – Größe 1!"
    assert again.demand.scale == {"chat": 1.25}
    assert again.target == scenario.target
    people = read_people(again).agents
    assert len(people) == 26
    assert (people[-1].id, people[-1].name, people[-1].contract) == ("NEW02", "Neu 2", "part")
    assert people[-1].queues == agents[3].queues
    assert people[-1].priorities == agents[3].priorities
    same = lv.save_what_if(
        tmp_path, "Mehr Chat – Größe 1!", team / "base.toml", change, tables={"agents": hires}, beside={"agents": files}
    )
    assert same == path
    other = lv.save_what_if(tmp_path, "Mehr Chat – Größe 1!", team / "base.toml", change)
    assert other.name == "mehr-chat-grosse-1-2.toml"


def test_availability_of_new_people_is_that_of_the_one_they_are_like(team):
    one = read_people(load(team / "base.toml")).agents[0]
    limited = type(one)(
        "B1", "B", one.contract, one.queues, one.priorities,
        (((480, 960),), (), ((0, 2880),), ((1320, 1800),), ((0, 2880),), ((0, 2880),), ((0, 2880),)),
    )  # fmt: skip
    rows = lv.hire_table([limited], lv.Hires(1, "B1"), "New").splitlines()
    assert rows[1].endswith(",08:00-16:00,-,,22:00-06:00,,,")


def test_kinds_of_agents_are_contract_and_skills_the_most_frequent_first(team):
    kinds = lv.kinds_of_agents(read_people(load(team / "base.toml")).agents)
    assert next(iter(kinds.values())) == "full: phone-de, chat"
    assert len(kinds) == 4


def test_the_curve_of_a_search_grows_every_few_seconds_and_not_at_each_look():
    def seen(until: float) -> list[float]:
        reports = [{"stage": "roster", "seconds": s / 2, "objective": 9.0} for s in range(1, int(until * 2) + 1)]
        return [s for s, _, _ in progress_view(reports, live=True).curve]

    assert seen(2.5)[-1] == 2.5
    assert seen(3.5) == seen(5.5) == [s / 2 for s in range(1, 7)]
    assert seen(6)[-1] == 6
    assert progress_view([], live=True).curve == ()


def test_a_scenario_is_called_by_its_team_only_where_its_name_alone_would_not_do():
    def team(folder: str, base: str) -> Team:
        path = Path(f"{folder}/base.toml")
        return Team(folder, (ScenarioFile(path, base, None), ScenarioFile(Path(f"{folder}/more.toml"), "More", path)))

    teams = [team("north", "North, January"), team("south", "January"), team("west", "January")]
    assert list(scenario_labels(Texts("en"), teams).values()) == [
        "North, January",
        "north · More",
        "south · January",
        "south · More",
        "west · January",
        "west · More",
    ]
    assert list(scenario_labels(Texts("en"), teams[:1]).values()) == ["North, January", "More"]


def test_what_is_wrong_with_several_rows_alike_is_told_once():
    problems = [Problem(f"a.csv row {n}, column queues", "unknown queue 'fax'", "one of: chat") for n in (2, 5, 9)]
    problems.insert(1, Problem("a.csv row 3, column contract", "unknown contract 'x'"))
    assert problem_lines(Texts("en"), problems) == [
        "a.csv row 2, column queues: unknown queue 'fax' (one of: chat); also rows 5, 9",
        "a.csv row 3, column contract: unknown contract 'x'",
    ]
    (line,) = problem_lines(Texts("de"), [Problem(f"a.csv row {n}", "unknown queue 'fax'") for n in range(2, 20)])
    assert line.startswith("a.csv Zeile 2: unbekannte Warteschlange 'fax'; auch Zeilen 3, 4, ")
    assert line.endswith("14 …")


def test_queues_that_nobody_can_serve_are_found(team):
    people = read_people(load(team / "base.toml"))
    assert unserved(people) == []
    nobody = tuple(replace(a, queues=a.queues[:0], priorities=()) for a in people.agents)
    assert unserved(replace(people, agents=nobody)) == list(people.queues)
