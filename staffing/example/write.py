"""Write an example team: scenario, what-ifs and tables, the same bytes for the same seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from staffing.errors import InputError, Problem
from staffing.example import demand, team
from staffing.example.files import SHRINKAGE, base_toml, what_ifs
from staffing.roster.rota import COLUMNS

LOAD = 0.97
"""Agent-hours needed, shrinkage included, over the hours that the team has."""
FEWEST, MOST = 10, 1000
FILES = (
    "base.toml",
    "volume-20.toml",
    "two-hires.toml",
    "target-90-10.toml",
    *(
        f"tables/{name}.csv"
        for name in ("history", "agents", "hires", "absences", "requests", "locks", "previous", "ledger", "events")
    ),
)
"""What an example consists of."""


def example_files(seed: int, agents: int) -> dict[str, str]:
    """Text of every file of an example team.

    Parameters
    ----------
    seed
        Any whole number; the same seed and size give the same text.
    agents
        Size of the team, 10 to 1000; the volume of contacts grows with it so that the team is about fully used.

    Returns
    -------
    dict
        File name, as in `FILES`, -> text.

    Raises
    ------
    InputError
        For another number of agents.

    Examples
    --------
    >>> files = example_files(1, 10)
    >>> files["tables/agents.csv"].splitlines()[0][:32]
    'agent_id,name,contract,queues,mo'
    """
    if not FEWEST <= agents <= MOST:
        raise InputError([Problem("--agents", f"{agents} agents", f"give {FEWEST} to {MOST}")])
    people = team.people(seed, agents)
    absent = team.absences(seed, people)
    wishes = team.requests(seed, people, absent)
    shrinkage = sum(SHRINKAGE.values())
    level = demand.level_for(LOAD * team.credited_hours(people, absent), shrinkage)
    campaign = [
        ("Spring campaign", str(demand.CAMPAIGN[0]), str(demand.CAMPAIGN[1]), queue, "", "", "", "")
        for queue in demand.CAMPAIGN_QUEUES
    ]
    january = ("Price letter", "2027-01-11", "2027-01-15", "phone-de", "1.1", "", "", "")
    return {
        "base.toml": base_toml(),
        **what_ifs(),
        "tables/history.csv": _csv(demand.HEADER, demand.history_rows(seed, level)),
        "tables/agents.csv": _csv(team.AGENTS_HEADER, map(team.agent_row, people)),
        "tables/hires.csv": _csv(team.AGENTS_HEADER, map(team.agent_row, team.hires(seed, agents))),
        "tables/absences.csv": _csv(
            ("agent_id", "first_day", "last_day", "kind", "credited"),
            ((a.agent, str(a.first), str(a.last), a.kind, "yes" if a.credited else "no") for a in absent),
        ),
        "tables/requests.csv": _csv(("agent_id", "date", "wish", "weight"), wishes),
        "tables/locks.csv": _csv(("agent_id", "date", "shift"), team.locks(seed, people, absent, wishes)),
        "tables/previous.csv": _csv(COLUMNS[:-1], team.past_shifts(seed, people, absent)),
        "tables/ledger.csv": _csv(("agent_id", "weekends", "unpopular", "hours"), team.ledger(seed, people)),
        "tables/events.csv": _csv(
            ("name", "first_day", "last_day", "queue", "factor", "contacts", "start", "end"), [*campaign, january]
        ),
    }


def write_example(folder: Path, seed: int = 1, agents: int = 40) -> tuple[Path, ...]:
    """Write an example team into a folder.

    Parameters
    ----------
    folder
        Made where it is absent.
    seed, agents
        As for `example_files`.

    Returns
    -------
    tuple of Path
        What was written, the base scenario first.

    Raises
    ------
    InputError
        Where the size is out of range or the folder cannot be written.
    """
    files = example_files(seed, agents)
    try:
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(
            [Problem(str(folder), f"cannot be written: {error.strerror}", "choose another folder")]
        ) from None
    return tuple(folder / name for name in files)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """No cell of the example needs quotation marks."""
    return "\n".join(",".join(row) for row in (header, *rows)) + "\n"
