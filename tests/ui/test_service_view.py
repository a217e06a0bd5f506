"""Service, risks and stress: view-models and screens."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace

import numpy as np
import pytest

from staffing.errors import InputError
from staffing.scenario import load
from staffing.ui.need.service_words import promises_told, service_lines
from staffing.ui.rota.run_panel import outcome_line
from staffing.ui.texts import Texts
from staffing.ui.vm.plan import Plan, Service, read_plan
from staffing.ui.vm.service import month_service, repair_of, risks
from staffing.ui.vm.stress import Effect, Strain, most_ill, standing, try_out


@pytest.fixture(scope="module")
def plan(finished) -> Plan:
    return read_plan(finished)


@pytest.fixture(scope="module")
def now(team, finished):
    return standing(team / "base.toml", finished, load(team / "base.toml").input_hash())


def test_the_months_service_stands_by_day_and_time(plan):
    month = month_service(plan, "chat")
    assert month.level.shape == (14, len(month.times))
    assert (month.times[0], month.target) == ("08:00", 0.8)
    rows = plan.coverage[plan.coverage["queue"] == "chat"]
    first = rows[rows["service_level"].notna()].iloc[0]
    assert month.level[0, month.times.index(first["time"])] == first["service_level"]
    assert (month.low <= month.level)[np.isfinite(month.level)].all()


def test_a_queue_without_contacts_has_an_empty_month(plan):
    quiet = replace(plan, coverage=plan.coverage.assign(service_level=math.nan))
    month = month_service(quiet, "chat")
    assert month.times == ()
    assert month.level.shape == (14, 0)


def test_risks_are_named_with_the_reason_where_it_is_known(plan):
    first, second = risks(plan)
    assert plan.dates[first.day] == first.date
    assert (first.reason, first.have, second.reason) == ("day", 152.0, None)
    unknown = replace(plan, summary={**plan.summary, "verification": None})
    assert risks(unknown) == ()
    assert repair_of(unknown) is None


def test_promises_are_told_by_mark_and_word_each_with_its_band(plan):
    told = {
        "chat": Service(0.85, 0.84, 0.86, target=0.8),
        "<b>": Service(0.7, 0.69, 0.71, target=0.8),
        "email": Service(0.8, 0.79, 0.81, target=0.8),
        "post": Service(0.9, 0.9, 0.9),
    }
    mixed = replace(plan)
    mixed.__dict__["service"] = told  # a cached property
    lines = service_lines(Texts("en"), mixed).split("</li>")
    for line, mark, word in zip(lines[:3], "✓✗?", ("kept", "missed", "undecided"), strict=True):
        assert f">{mark}<" in line
        assert f", {word}, Target 80%" in line
    assert "&lt;b&gt;" in lines[1]
    assert "84.0% – 86.0%" in lines[0]
    assert promises_told(Texts("de"), mixed) == "1 von 3 Zusagen gehalten"
    mixed.__dict__["service"] = {"post": told["post"]}
    assert promises_told(Texts("de"), mixed) == ""


def test_the_line_of_a_plan_says_pay_gap_and_promises(plan):
    told = outcome_line(Texts("en"), plan)
    assert Texts("en").money(plan.summary["cost"], plan.currency) in told
    assert "within" in told
    assert "promises kept" in told
    unproven = replace(plan, summary={**plan.summary, "bound": None, "gap": None})
    assert "without a proven gap" in outcome_line(Texts("en"), unproven)


def test_the_repair_is_told_in_figures(plan):
    found = repair_of(plan)
    assert (found.rounds, found.first, found.missed, found.proven) == (2, 7, 1, 1)
    assert (found.formula_hours, found.planned_hours) == (5000.0, 4500.0)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_has_words(language):
    from staffing.roster.limits import Limit

    t = Texts(language)
    assert all(t.has(f"risk.reason.{limit}") for limit in Limit)


def test_more_contacts_and_longer_handling_make_the_month_worse(now):
    found = try_out(now, Strain(volume=1.3, aht_seconds=60.0))
    assert found.absent == ()
    assert "phone-de" in {e.queue for e in found.month}
    worst = min(found.month, key=lambda e: e.change)
    assert worst.high < 0
    assert worst.after == pytest.approx(worst.before + worst.change)
    assert worst.verdict in ("breaks", "holds")


def test_people_ill_on_a_day_change_that_day_and_are_named(now):
    found = try_out(now, Strain(ill=5, day=3))
    assert len(found.absent) == 5
    assert min(e.change for e in found.day) <= min(e.change for e in found.month)
    assert most_ill(now, 3) >= 5
    assert not now.stale


def test_a_change_whose_band_holds_zero_is_no_change():
    assert Effect("a", 0.8, 0.79, -0.01, -0.02, 0.01, 0.8).verdict == "same"
    assert Effect("a", 0.8, 0.7, -0.1, -0.11, -0.09, 0.8).verdict == "breaks"
    assert Effect("a", 0.9, 0.85, -0.05, -0.06, -0.04, 0.8).verdict == "holds"


def test_a_rota_that_no_longer_fits_is_told(team, finished, tmp_path):
    other = shutil.copytree(finished, tmp_path / "other")
    rows = (other / "coverage.csv").read_text(encoding="utf-8").splitlines()
    (other / "coverage.csv").write_text("\n".join(rows[:50]), encoding="utf-8")
    with pytest.raises(InputError, match="horizon"):
        standing(team / "base.toml", other, "")
