"""The main levers of a scenario, and a what-if as its differences."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from staffing.scenario import Scenario

Tree = dict[str, Any]


@dataclass(frozen=True)
class QueueLevers:
    """Levers of one queue, in the whole numbers people type.

    Attributes
    ----------
    volume, aht
        Per cent more (or fewer) contacts, longer (or shorter) handling, against the history's forecast.
    service_level
        Per cent to be answered in time; None where the queue promises something else.
    threshold
        Seconds within which; None for deferrable work.
    response_hours
        Opening hours within which deferrable work is answered; None for live queues.
    """

    volume: int = 0
    aht: int = 0
    service_level: int | None = None
    threshold: int | None = None
    response_hours: float | None = None


@dataclass(frozen=True)
class Hires:
    """New people like one that is there: `count` with the contract and skills of agent `like`."""

    count: int = 0
    like: str = ""


@dataclass(frozen=True)
class Levers:
    """All levers.

    Attributes
    ----------
    queues
        Per queue.
    shrinkage
        Per cent of rostered time lost, by cause.
    hires
        Extra people.
    """

    queues: Mapping[str, QueueLevers]
    shrinkage: Mapping[str, float] = field(default_factory=dict)
    hires: Hires = field(default_factory=Hires)


@dataclass(frozen=True)
class Change:
    """One difference, for a sentence: what, where, from, to."""

    lever: str
    subject: str
    before: float | None
    after: float | None


def levers_of(scenario: Scenario) -> Levers:
    """Levers as a scenario has them."""
    queues = {}
    for q in scenario.queues:
        target = scenario.target[q]
        deferred = target.response_hours is not None
        queues[q] = QueueLevers(
            volume=round(100 * scenario.demand.scale.get(q, 1.0)) - 100,
            aht=round(100 * scenario.demand.aht_scale.get(q, 1.0)) - 100,
            service_level=None if target.service_level is None else round(100 * target.service_level),
            threshold=None if deferred or target.service_level is None else round(target.threshold_seconds),
            response_hours=target.response_hours,
        )
    return Levers(queues, {k: round(100 * v, 1) for k, v in scenario.shrinkage.items()})


def changes(base: Levers, wanted: Levers) -> list[Change]:
    """What differs, in the order of the form."""
    found = []
    for q, new in wanted.queues.items():
        old = base.queues[q]
        for lever in ("volume", "aht", "service_level", "threshold", "response_hours"):
            before, after = getattr(old, lever), getattr(new, lever)
            if before != after:
                found.append(Change(lever, q, before, after))
    for cause, share in wanted.shrinkage.items():
        if base.shrinkage.get(cause) != share:
            found.append(Change("shrinkage", cause, base.shrinkage.get(cause), share))
    if wanted.hires.count:
        found.append(Change("hires", wanted.hires.like, 0, wanted.hires.count))
    return found


def differences(found: Sequence[Change]) -> Tree:
    """The changes as keys of a scenario file (without the hires' table)."""
    tree: Tree = {}
    for change in found:
        if change.after is None:
            continue
        if change.lever in ("volume", "aht"):
            key = "scale" if change.lever == "volume" else "aht_scale"
            tree.setdefault("demand", {}).setdefault(key, {})[change.subject] = (100 + change.after) / 100
        elif change.lever == "shrinkage":
            tree.setdefault("shrinkage", {})[change.subject] = round(change.after / 100, 4)
        elif change.lever in ("service_level", "threshold", "response_hours"):
            key = {"threshold": "threshold_seconds"}.get(change.lever, change.lever)
            value = change.after / 100 if change.lever == "service_level" else change.after
            tree.setdefault("target", {}).setdefault(change.subject, {})[key] = value
    return tree


def hire_rows(agents: pd.DataFrame, hires: Hires, called: str) -> pd.DataFrame:
    """Rows of new people: those of the one they are like, with new ids and names and no dates of employment."""
    like = agents[agents["agent_id"] == hires.like].iloc[0]
    taken = set(agents["agent_id"])
    rows = []
    for number in range(1, len(taken) + hires.count + 1):
        if len(rows) == hires.count:
            break
        agent = f"NEW{number:02}"
        if agent not in taken:
            rows.append({**like, "agent_id": agent, "name": f"{called} {number}"})
    table = pd.DataFrame(rows, columns=agents.columns)
    for column in ("first_day", "last_day"):
        if column in table:
            table[column] = ""
    return table


def kinds_of_agents(agents: pd.DataFrame) -> dict[str, str]:
    """One agent for each pair of contract and skills -> ``contract: skills``, the most frequent first."""
    pairs = agents.groupby(["contract", "queues"], sort=False)["agent_id"].agg(["first", "size"]).reset_index()
    pairs = pairs.sort_values("size", ascending=False, kind="stable")
    return {str(r["first"]): f"{r['contract']}: {r['queues']}" for r in pairs.to_dict("records")}


def save_what_if(
    folder: Path, name: str, base: Path, found: Sequence[Change], agents: Sequence[Path], hires: pd.DataFrame | None
) -> Path:
    """Write a scenario file that extends `base` and states only the differences; never over another one.

    Parameters
    ----------
    folder
        Where own scenarios of the team are kept.
    name
        Shown to people.
    base
        Scenario that is extended.
    found
        The differences.
    agents
        Agents' tables of the base; needed where there are hires.
    hires
        Rows of the new people, if any.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40] or "what-if"
    number = next(n for n in range(1, 10_000) if not (folder / f"{stem}{f'-{n}' if n > 1 else ''}.toml").exists())
    path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.toml"
    tree: Tree = {"extends": base.resolve().as_posix(), "name": name}
    if hires is not None and len(hires):
        table = path.with_suffix(".hires.csv")
        hires.to_csv(table, index=False, encoding="utf-8")
        tree["tables"] = {"agents": [*(p.as_posix() for p in agents), table.name]}
    path.write_text(to_toml(tree | differences(found)), encoding="utf-8")
    return path


def to_toml(tree: Mapping[str, Any], at: tuple[str, ...] = ()) -> str:
    """TOML of nested tables of text, numbers, booleans and lists of them.

    Examples
    --------
    >>> print(to_toml({"name": "A", "demand": {"scale": {"phone de": 1.2}}}), end="")
    name = "A"
    <BLANKLINE>
    [demand.scale]
    "phone de" = 1.2
    """
    plain = {k: v for k, v in tree.items() if not isinstance(v, Mapping)}
    text = "".join(f"{_key(k)} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in plain.items())
    if at and plain:
        text = f"\n[{'.'.join(map(_key, at))}]\n{text}"
    return text + "".join(to_toml(v, (*at, k)) for k, v in tree.items() if isinstance(v, Mapping))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
