"""What repair by simulation saves and keeps: ``python -m bench.repair [--seconds N] [--scale X] [--json]``.

The example team with mean patience of 150 s is planned twice: for the agents that Erlang C asks for in each interval, queue by
queue, and for the need that the repair finds. Two readings:

- **as contracts are**: hours are due, so paid hours hardly move; what the repair saves shows in the need;
- **flexible hours**: contracts may be worked in part (wide tolerances, nothing for hours off target, contacts scaled so that
  the team is large enough, a shortage priced far above a shift), so paid hours are what the need takes.

Both rotas are judged on seeds that the repair has not seen. Intervals with more than 10 contacts count as missed below the target
less two points.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from staffing.grid import FloatArray
from staffing.plan import Preparation, make_plan, prepare
from staffing.requirement import make_requirement
from staffing.roster import costs, engine
from staffing.scenario import Scenario, load
from staffing.service import service_of

SCENARIO = Path("scenarios/helpdesk/base.toml")
PATIENCE = 150.0
FLEXIBLE: dict[str, Any] = {
    "contract": {
        name: {"week_tolerance_hours": 48.0, "month_tolerance_hours": 400.0} for name in ("full", "part30", "part20")
    },
    "prices": {"hours_deviation": 0.0, "understaffing": [200.0, 400.0, 800.0]},
}


def scenario_of(flexible: bool, scale: float, seconds: float, seed: int) -> Scenario:
    """The example team with stated patience; with flexible hours and scaled contacts where wanted."""
    queues = ("phone-de", "phone-en", "chat")
    changes: dict[str, Any] = {"queue": {q: {"patience_seconds": PATIENCE} for q in queues}}
    if flexible:
        changes |= FLEXIBLE | {"demand": {"scale": dict.fromkeys((*queues, "email"), scale)}}
    scenario = load(SCENARIO, changes)
    return replace(scenario, solver=replace(scenario.solver, seconds=seconds, seed=seed))


def erlang_c(ready: Preparation) -> FloatArray:
    """Agents on the roster that Erlang C asks for, interval by interval and queue by queue."""
    scenario = ready.inputs.scenario
    return make_requirement(
        ready.forecast,
        list(scenario.queue.values()),
        [scenario.target[q] for q in scenario.queues],
        scenario.shrinkage,
        np.full(len(scenario.queues), np.inf),
        carry_over=False,
    ).on_roster


def compare(scenario: Scenario) -> dict[str, Any]:
    """Plan for Erlang C and with repair; hours and service of both."""
    ready = prepare(scenario)
    need = erlang_c(ready)
    problem = replace(ready.problem, required=np.array(need))
    solver = scenario.solver
    rota = engine.solve(problem, seconds=solver.seconds, workers=solver.workers, seed=solver.seed).roster
    assert rota is not None
    before = service_of(ready.inputs, ready.forecast, ready.requirement, problem, rota)
    plan = make_plan(scenario)
    assert plan.result.roster is not None
    assert plan.service is not None
    hours = ready.problem.grid.hours
    judged = np.array(ready.forecast.contacts) > scenario.verify.min_contacts
    out: dict[str, Any] = {
        "need_hours": {"erlang_c": float(need.sum()) * hours, "repaired": float(plan.problem.required.sum()) * hours},
        "paid_hours": {"erlang_c": costs.paid_hours(rota), "repaired": costs.paid_hours(plan.result.roster)},
    }
    for name, service in (("erlang_c", before), ("repaired", plan.service)):
        seen = service.verified.service
        live = judged & np.isfinite(seen.service_level) & (np.array([[0], [0], [0], [1]]) == 0)
        bar = np.array([scenario.target[q].service_level or 0.0 for q in scenario.queues])[:, None] - 0.02
        out[name] = {
            "service_level": {q: float(v) for q, v in zip(seen.queues, seen.queue_service_level, strict=True)},
            "judged": int(live.sum()),
            "missed": int((live & (seen.service_level < bar)).sum()),
            "worst": float(seen.service_level[live].min()),
            "reasons": dict(Counter(str(r.limit) for r in service.reasons)),
            "unproven": sum(not r.limit.proven for r in service.reasons),
        }
    for kind in ("need_hours", "paid_hours"):
        out[f"{kind}_saved"] = 1 - out[kind]["repaired"] / out[kind]["erlang_c"]
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each plan")
    parser.add_argument("--scale", type=float, default=0.6, help="of contacts, with flexible hours")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    found = {
        name: compare(scenario_of(flexible, args.scale, args.seconds, args.seed))
        for name, flexible in (("as contracts are", False), ("flexible hours", True))
    }
    if args.json:
        print(json.dumps(found))
        return 0
    for name, figures in found.items():
        print(name)
        for kind in ("need_hours", "paid_hours"):
            before, after = figures[kind]["erlang_c"], figures[kind]["repaired"]
            print(f"  {kind:<12}{before:10,.1f} Erlang C {after:10,.1f} repaired   {-figures[kind + '_saved']:+.1%}")
        for plan in ("erlang_c", "repaired"):
            s = figures[plan]
            levels = ", ".join(f"{q} {v:.1%}" for q, v in s["service_level"].items())
            print(f"  {plan:<12}{s['missed']} of {s['judged']} intervals missed, worst {s['worst']:.1%}; {levels}")
            print(f"  {'':<12}reasons {s['reasons']}; {s['unproven']} without a proof that no rota keeps all")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
