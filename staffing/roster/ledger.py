"""The ledger: what each agent carries over from one horizon to the next, so that burdens even out over the year.

The entry of a month is the one before it, plus what the month's rota gave the agent, less what was due. Of burdens
(weekends, unpopular shifts, nights, public holidays, on-call duties, refused wishes) the agent's fair part of those
*really* given counts as due, so that the team's entries add up to what they did before: nothing builds up because there was
more or less to share out than had been expected.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from staffing.grid import FloatArray
from staffing.roster.costs import fairness, granted
from staffing.roster.fixed import allowed_options
from staffing.roster.options import expand
from staffing.roster.problem import LedgerEntry, Roster, RosterProblem
from staffing.roster.rules import facts_of
from staffing.roster.shares import burdens_of, carried
from staffing.roster.targets import sundays_due

COLUMNS = (
    "agent_id",
    "agent_name",
    "weekends",
    "unpopular",
    "nights",
    "holidays",
    "duties",
    "hours",
    "sundays",
    "refusals",
    "until",
)


def next_ledger(problem: RosterProblem, roster: Roster) -> tuple[LedgerEntry, ...]:
    """What each agent carries over to the horizon after this one.

    Parameters
    ----------
    problem
        What the rota is for, with the ledger that it began with.
    roster
        Any rota, also a hand-edited one.

    Returns
    -------
    tuple of LedgerEntry
        One per agent. `hours` is the balance of the hours account: paid less agreed hours; `sundays` the free Sundays
        still owed.

    Examples
    --------
    See `tests/roster/test_ledger.py`: who works two of four weekends that two people share equally carries nothing over.
    """
    x = facts_of(problem, roster)
    options = expand(problem)
    agreed = x.targets.horizon.astype(np.float64)
    burdens = burdens_of(problem, options, allowed_options(problem, options), agreed, x.targets.weekends)
    shared = fairness(problem, roster)
    columns: dict[str, FloatArray] = {}
    for name, burden in burdens.items():
        given = getattr(shared, name).astype(np.float64)
        columns[name] = carried(problem, name) + given - given.sum() * burden.part
    columns["hours"] = carried(problem, "hours") + shared.hours - agreed / 60
    days = np.nonzero(problem.grid.weekday == 6)[0].tolist()
    free = np.array([len(set(days) - {s.day for s in shifts}) for shifts in x.shifts], dtype=np.float64)
    columns["sundays"] = carried(problem, "sundays") + sundays_due(problem) - free
    asked, refused = np.zeros(len(problem.agents)), np.zeros(len(problem.agents))
    for request in problem.requests:
        a = problem.agent_index[request.agent]
        asked[a] += request.weight
        refused[a] += 0.0 if granted(x, request) else request.weight
    rate = refused.sum() / asked.sum() if asked.sum() else 0.0
    columns["refusals"] = carried(problem, "refusals") + refused - rate * asked
    rows = zip(*(columns[name].tolist() for name in columns), strict=True)
    return tuple(
        LedgerEntry(agent.id, **{name: round(v, 4) + 0.0 for name, v in zip(columns, row, strict=True)})
        for agent, row in zip(problem.agents, rows, strict=True)
    )


def ledger_table(problem: RosterProblem, entries: Sequence[LedgerEntry]) -> pd.DataFrame:
    """The ledger as the next horizon's scenario reads it (``[tables] ledger``), columns `COLUMNS`.

    `until` is the last day that it holds.
    """
    names = {agent.id: agent.name for agent in problem.agents}
    last = problem.grid.dates[-1].isoformat()
    figures = [name for name in COLUMNS if name not in ("agent_id", "agent_name", "until")]
    rows = [(e.agent, names[e.agent], *(getattr(e, name) for name in figures), last) for e in entries]
    return pd.DataFrame(rows, columns=["agent_id", "agent_name", *figures, "until"])[list(COLUMNS)]
