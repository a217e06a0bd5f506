import dataclasses
import io
import json
import threading
import time

import icalendar
import numpy as np
import openpyxl
import pandas as pd
import pytest

from staffing import plan as use_cases
from staffing import publish, report
from staffing import service as services
from staffing.errors import BackendError, InputError
from staffing.plan import STAGES, make_plan, succeeded
from staffing.progress import Progress
from staffing.roster import costs
from staffing.roster.problem import RosterStatus
from staffing.roster.rota import read_rota
from staffing.scenario import DemandLevers, load
from tests.small_team import write_small_team


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_small_team(tmp_path_factory.mktemp("team"))


@pytest.fixture(scope="module")
def plan(base):
    return make_plan(load(base))


@pytest.fixture(scope="module")
def files(plan):
    return publish.files_of(plan)


def test_the_rota_is_audited_priced_bounded_and_simulated(plan):
    assert succeeded(plan)
    assert plan.result.status in (RosterStatus.FEASIBLE, RosterStatus.OPTIMAL)
    assert plan.violations == ()
    assert plan.result.objective == pytest.approx(
        sum(costs.terms(plan.problem, plan.result.roster).values()), abs=0.005
    )
    assert plan.result.bound <= plan.result.objective
    assert plan.service.verified.service.replications == 20
    assert [s.stage for s in plan.stages] == [s for s in STAGES if s != "export"]
    assert all(s.seconds >= 0 and s.peak_mb > 0 for s in plan.stages)


def test_locks_and_absences_are_kept(plan):
    days = {(s.agent, s.day): s for s in plan.result.roster.shifts}
    assert days[2, 3].code == "L"
    assert days[2, 3].locked
    assert (1, 2) not in days


def test_people_on_duty_are_the_rotas_shifts_without_their_breaks(plan):
    duty = services.duty_of(plan.problem, plan.result.roster)
    worked = sum(s.end - s.start - sum(b - a for a, b in s.breaks) for s in plan.result.roster.shifts)
    assert int((duty.end - duty.start).sum()) == worked
    assert duty.serves[0].tolist() == [1, 2]
    assert duty.serves[4].tolist() == [0, 1]


def test_every_promised_file_is_there_with_its_columns(files):
    columns = {
        "forecast.csv": "interval_start,queue,contacts,contacts_p10,contacts_p50,contacts_p90,aht_seconds",
        "requirement.csv": "interval_start,queue,on_phones,on_roster",
        "roster.csv": "agent_id,agent_name,date,shift,start,end,break_starts,break_minutes,paid_hours,locked,activities",
        "coverage.csv": "interval_start,queue,required,staffed,under,over,service_level,service_level_low,service_level_high",
    }
    for name, header in columns.items():
        assert files[name].decode().splitlines()[0] == header
    assert len(files["coverage.csv"].splitlines()) == 1 + 2 * 7 * 24
    assert {"service.csv", "service_days.csv"} <= set(files)
    assert {"roster_matrix.csv", "roster.xlsx", "roster.ics", "summary.json", "roster_de.csv"} <= set(files)


def test_the_files_agree_with_each_other(plan, files, tmp_path):
    (tmp_path / "roster.csv").write_bytes(files["roster.csv"])
    assert read_rota(tmp_path / "roster.csv", plan.problem) == plan.result.roster
    shifts = pd.read_csv(io.BytesIO(files["roster.csv"]))
    summary = json.loads(files["summary.json"])
    assert shifts["paid_hours"].sum() == pytest.approx(summary["paid_hours"])
    cover = pd.read_csv(io.BytesIO(files["coverage.csv"]))
    assert cover["under"].sum() == pytest.approx(summary["understaffed_hours"], abs=0.01)
    assert cover["over"].sum() == pytest.approx(summary["overstaffed_hours"], abs=0.01)
    np.testing.assert_allclose(cover["staffed"] - cover["required"], cover["over"] - cover["under"], atol=1e-9)
    matrix = pd.read_csv(io.BytesIO(files["roster_matrix.csv"]))
    assert matrix["hours"].sum() == pytest.approx(summary["paid_hours"], abs=0.05)
    assert (matrix.iloc[:, 2:9].notna().sum().sum()) == len(shifts)
    events = icalendar.Calendar.from_ical(files["roster.ics"]).walk("VEVENT")
    assert len(events) == len(shifts)
    own = [n for n in files if n.startswith("calendars/")]
    assert len(own) == shifts["agent_id"].nunique()
    sheet = openpyxl.load_workbook(io.BytesIO(files["roster.xlsx"]))["Rota"]
    people = [sheet.cell(4 + i, 1).value for i in range(len(plan.problem.agents))]
    assert [p.lstrip("'") for p in people] == [a.name for a in plan.problem.agents]


def test_a_name_like_a_formula_is_neutralised(files):
    assert "'=Finn()" in files["roster_matrix.csv"].decode()


def test_the_summary_tells_everything_that_was_promised(plan, files):
    summary = json.loads(files["summary.json"])
    for key in (
        "status", "objective", "bound", "gap", "seconds", "seed", "input_hash", "versions", "terms", "understaffed_hours",
        "overstaffed_hours", "paid_hours", "cost", "currency", "service_level", "fairness", "violations",
    ):  # fmt: skip
        assert summary[key] is not None, key
    assert {"holds", "misses", "need_hours", "rounds", "hold"} <= set(summary["verification"])
    assert summary["simulation"]["occupancy_by_group"].keys() == {"phone", "chat", "phone|chat"}
    for band in (summary["simulation"]["occupancy_band"], *summary["simulation"]["occupancy_by_group_band"].values()):
        assert 0 <= band["low"] <= band["mean"] <= band["high"]
    assert summary["gap_money"] == pytest.approx(summary["objective"] - summary["bound"], abs=0.01)
    assert summary["gap_hours"] == pytest.approx(summary["gap_money"] / plan.problem.lightest_price, abs=0.01)
    assert summary["promise_cost"] == pytest.approx(plan.promise_cost, abs=0.01)
    assert 0 <= summary["promise_cost"] <= summary["gap_money"] + 0.01
    assert 0 <= summary["search_gap"] <= summary["gap"]
    assert summary["service_level"]["phone"]["variant"] == "answered within threshold / offered"
    text = publish.describe(summary)
    assert "95% band" in text
    assert "no rule is broken" in text


def test_what_if_factors_scale_contacts_quantiles_and_handling_time(plan):
    scaled = use_cases.scaled(plan.forecast, DemandLevers(scale={"phone": 1.2}, aht_scale={"chat": 0.5}))
    np.testing.assert_allclose(scaled.contacts[0], plan.forecast.contacts[0] * 1.2)
    np.testing.assert_allclose(scaled.quantiles[:, 0], plan.forecast.quantiles[:, 0] * 1.2)
    np.testing.assert_allclose(scaled.contacts[1], plan.forecast.contacts[1])
    np.testing.assert_allclose(scaled.aht_seconds[1], plan.forecast.aht_seconds[1] * 0.5)
    assert use_cases.scaled(plan.forecast, DemandLevers()) is plan.forecast


def test_two_scenarios_compare_figure_by_figure(plan):
    first = publish.summary(plan)
    second = {**first, "paid_hours": first["paid_hours"] + 10, "gap": None}
    comparison = report.compare([first, second])
    assert comparison.names == ("Small team", "Small team (2)")
    table = comparison.table.set_index("figure")
    assert table.loc["paid_hours", "change Small team (2)"] == pytest.approx(10)
    assert table.loc["cost", "change Small team (2)"] == 0
    assert np.isnan(table.loc["gap", "Small team (2)"])
    assert {"service_level.phone.mean", "service_level.phone.low", "fairness.weekends_above_share"} <= set(table.index)


def test_a_rota_that_breaks_a_rule_is_never_published(plan):
    broken = dataclasses.replace(plan, violations=(object(),))
    assert not succeeded(broken)
    with pytest.raises(BackendError, match="breaks a rule"):
        publish.files_of(broken)


class Stopping:
    """Asks to stop once the first rota is there."""

    def __init__(self) -> None:
        self.reports: list[Progress] = []
        self.wanted = threading.Event()

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)
        if progress.stage == "roster" and progress.objective is not None:
            self.wanted.set()

    def should_stop(self) -> bool:
        return self.wanted.is_set()


def test_a_stop_keeps_the_best_rota_and_says_so(base):
    scenario = load(base)
    scenario = dataclasses.replace(scenario, solver=dataclasses.replace(scenario.solver, seconds=60))
    monitor = Stopping()
    begun = time.monotonic()
    stopped = make_plan(scenario, monitor)
    assert time.monotonic() - begun < 40
    assert stopped.result.status in (RosterStatus.STOPPED, RosterStatus.OPTIMAL)
    assert stopped.result.roster is not None
    assert stopped.violations == ()
    assert stopped.service.verified.service.replications == 20
    assert stopped.repaired is None
    told = list(dict.fromkeys(r.stage for r in monitor.reports))
    assert told == ["compile", "history", "forecast", "requirement", "roster", "audit", "simulation"]


def test_rules_that_contradict_each_other_are_an_answer_not_an_error(base):
    (base.parent / "impossible.toml").write_text(
        'extends = "base.toml"\n[tables]\nlocks = "locks_impossible.csv"\n[contract.full]\nmax_shifts_per_week = 2\n'
        "week_tolerance_hours = 40\nmonth_tolerance_hours = 40\n"
    )
    (base.parent / "locks_impossible.csv").write_text(
        "agent_id,date,shift\na1,2027-01-04,E\na1,2027-01-05,E\na1,2027-01-07,E\n"
    )
    impossible = make_plan(load(base.parent / "impossible.toml"))
    assert impossible.result.status is RosterStatus.INFEASIBLE
    assert not succeeded(impossible)
    assert any(c.startswith("Anna") for c in impossible.result.conflicts)
    assert any(c.startswith("cheapest repair, give up: Anna") for c in impossible.result.conflicts)
    files = publish.files_of(impossible)
    assert "roster.csv" not in files
    summary = json.loads(files["summary.json"])
    assert summary["status"] == "infeasible"
    assert summary["objective"] is None
    assert "Anna" in publish.describe(summary)


def test_pace_and_measured_handling_times_reach_the_simulation(plan):
    queues = dict(plan.scenario.queue)
    queues["phone"] = dataclasses.replace(queues["phone"], aht_quantiles=(1.0, 2.0, 9.0))
    queues["chat"] = dataclasses.replace(queues["chat"], aht_shape="exponential")
    scenario = dataclasses.replace(plan.scenario, queue=queues)
    demand = services.demand_of(dataclasses.replace(plan.inputs, scenario=scenario), plan.forecast)
    assert demand.exponential.tolist() == [False, True]
    assert demand.aht_quantiles[0].tolist() == [1.0, 2.0, 9.0]
    assert np.isnan(demand.aht_quantiles[1]).all()
    assert demand.error is not None
    duty = services.duty_of(plan.problem, plan.result.roster, {"a3": 1.3})
    assert duty.pace[:, 0].tolist() == [1.0, 1.0, 1.3, 1.0, 1.0, 1.0]
    with pytest.raises(InputError, match="unknown agent 'nobody'"):
        services.duty_of(plan.problem, plan.result.roster, {"nobody": 1.3})
