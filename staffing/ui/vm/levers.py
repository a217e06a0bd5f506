"""The main levers of a scenario, and a what-if as its differences."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, time
from pathlib import Path
from typing import Any, cast

import pandas as pd

from staffing.grid import WEEKDAYS
from staffing.roster.problem import Agent, Law
from staffing.scenario import Scenario

Tree = dict[str, Any]
GERMAN_DAYS = dict(zip(("mo", "di", "mi", "do", "fr", "sa", "so", "feiertag"), (*WEEKDAYS, "holiday"), strict=True))
"""Days as Germans write them."""
ENGLISH: Mapping[str, str] = {}
"""Days and ``closed`` are called what the file calls them."""


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
    opening
        Opening hours as people write them, see `opening_text`.
    """

    volume: int = 0
    aht: int = 0
    service_level: int | None = None
    threshold: int | None = None
    response_hours: float | None = None
    opening: str = ""


@dataclass(frozen=True)
class Training:
    """People who learn one more queue: `count` of those with the contract and skills of agent `like`."""

    count: int = 0
    like: str = ""
    queue: str = ""


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
    training
        People with one more skill.
    law
        Limits that no contract may pass.
    """

    queues: Mapping[str, QueueLevers]
    shrinkage: Mapping[str, float] = field(default_factory=dict)
    hires: Hires = field(default_factory=Hires)
    training: Training = field(default_factory=Training)
    law: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One difference, for a sentence: what, where, from, to."""

    lever: str
    subject: str
    before: float | str | None
    after: float | str | None


def levers_of(scenario: Scenario, words: Mapping[str, str] = ENGLISH) -> Levers:
    """Levers as a scenario has them; `words` are those of `opening_text`."""
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
            opening=opening_text(scenario.queue[q].opening, words),
        )
    law = {f.name: v for f in fields(cast(Any, Law)) if type(v := getattr(scenario.law, f.name)) in (int, float)}
    return Levers(queues, {k: round(100 * v, 1) for k, v in scenario.shrinkage.items()}, law=law)


def opening_text(opening: Mapping[str, Sequence[str]], words: Mapping[str, str] = ENGLISH) -> str:
    """Opening hours in one line.

    Parameters
    ----------
    opening
        Ranges of each day, or of several such as ``mon-fri``.
    words
        What the days and ``closed`` are called; what is not in it stays as it is.

    Examples
    --------
    >>> opening_text({"mon-fri": ["08:00-12:00", "13:00-18:00"], "holiday": []})
    'mon-fri 08:00-12:00, 13:00-18:00; holiday closed'
    >>> opening_text({"mon-fri": ["08:00-18:00"], "sat": []}, {"mon": "Mo", "fri": "Fr", "sat": "Sa", "closed": "zu"})
    'Mo-Fr 08:00-18:00; Sa zu'
    """
    return "; ".join(
        f"{'-'.join(words.get(d, d) for d in day.split('-'))} {', '.join(ranges) or words.get('closed', 'closed')}"
        for day, ranges in opening.items()
    )


def read_opening(text: str) -> dict[str, list[str]]:
    """Opening hours from one line; what is wrong with them is told when the scenario is read.

    Examples
    --------
    >>> read_opening("mon-fri 08:00-18:00; sat closed")
    {'mon-fri': ['08:00-18:00'], 'sat': []}
    >>> read_opening("Mo-Fr 8:00-18:00; Feiertag geschlossen")
    {'mon-fri': ['8:00-18:00'], 'holiday': []}
    """
    found: dict[str, list[str]] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        day, _, ranges = part.partition(" ")
        closed = ranges.strip().lower() in ("closed", "-", "geschlossen", "")
        found["-".join(GERMAN_DAYS.get(d, d) for d in day.lower().split("-"))] = (
            [] if closed else [r.strip() for r in ranges.split(",")]
        )
    return found


def changes(base: Levers, wanted: Levers) -> list[Change]:
    """What differs, in the order of the form."""
    found = []
    for q, new in wanted.queues.items():
        old = base.queues[q]
        for lever in ("volume", "aht", "service_level", "threshold", "response_hours", "opening"):
            before, after = getattr(old, lever), getattr(new, lever)
            same = lever == "opening" and read_opening(before) == read_opening(after)
            if before != after and not same:
                found.append(Change(lever, q, before, after))
    for cause, share in wanted.shrinkage.items():
        if base.shrinkage.get(cause) != share:
            found.append(Change("shrinkage", cause, base.shrinkage.get(cause), share))
    for name, limit in wanted.law.items():
        if base.law.get(name) != limit:
            found.append(Change("law", name, base.law.get(name), limit))
    if wanted.training.count and wanted.training.queue:
        found.append(Change("training", wanted.training.like, wanted.training.queue, wanted.training.count))
    if wanted.hires.count:
        found.append(Change("hires", wanted.hires.like, 0, wanted.hires.count))
    return found


def differences(found: Sequence[Change]) -> Tree:
    """The changes as keys of a scenario file (without the hires' table)."""
    tree: Tree = {}
    for change in found:
        if change.after is None:
            continue
        if change.lever == "opening":
            old, new = read_opening(str(change.before)), read_opening(str(change.after))
            hours = {day: new.get(day, []) for day in dict.fromkeys((*old, *new)) if new.get(day, []) != old.get(day)}
            tree.setdefault("queue", {})[change.subject] = {"opening": hours}
        elif change.lever == "law":
            tree.setdefault("law", {})[change.subject] = change.after
        elif isinstance(change.after, str):
            continue
        elif change.lever in ("volume", "aht"):
            key = "scale" if change.lever == "volume" else "aht_scale"
            tree.setdefault("demand", {}).setdefault(key, {})[change.subject] = (100 + change.after) / 100
        elif change.lever == "shrinkage":
            tree.setdefault("shrinkage", {})[change.subject] = round(change.after / 100, 4)
        elif change.lever in ("service_level", "threshold", "response_hours"):
            key = {"threshold": "threshold_seconds"}.get(change.lever, change.lever)
            value = change.after / 100 if change.lever == "service_level" else change.after
            tree.setdefault("target", {}).setdefault(change.subject, {})[key] = value
    return tree


def team_table(rows: pd.DataFrame, agents: Sequence[Agent], training: Training, hires: Hires, called: str) -> str:
    """The whole agents' table (CSV): some with one more skill, and the new people after them.

    Parameters
    ----------
    rows
        The agents' table as text, one row per agent in the order of `agents`.
    agents, hires, called
        As for `hire_table`.
    training
        Who learns what; its first people who cannot serve the queue yet learn it as their last.
    """
    like = next(a for a in agents if a.id == training.like)
    able = [i for i, a in enumerate(agents) if (a.contract, a.queues) == (like.contract, like.queues)]
    told = rows["queues"].tolist()
    for i in [i for i in able if training.queue not in agents[i].queues][: training.count]:
        told[i] += f"|{training.queue}:{min(9, max(agents[i].priorities) + 1)}"
    changed = rows.assign(queues=told)
    if hires.count:
        new = pd.read_csv(io.StringIO(hire_table(agents, hires, called)), dtype=str, keep_default_na=False)
        changed = pd.concat([changed, new]).fillna("")
    return changed.to_csv(index=False, lineterminator="\n")


def hire_table(agents: Sequence[Agent], hires: Hires, called: str) -> str:
    """Agents' table (CSV) of new people: contract, skills and availability of the one they are like.

    Parameters
    ----------
    agents
        The team, whose ids are taken.
    hires
        How many, and like whom.
    called
        What they are called before they have a name.
    """
    like = next(a for a in agents if a.id == hires.like)
    taken = {a.id for a in agents}
    free = (f"NEW{n:02}" for n in range(1, 10_000) if f"NEW{n:02}" not in taken)
    skills = "|".join(f"{q}:{p}" for q, p in zip(like.queues, like.priorities, strict=True))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["agent_id", "name", "contract", "queues", *WEEKDAYS])
    for number in range(1, hires.count + 1):
        days = [""] * 7 if like.availability is None else [_ranges(day) for day in like.availability]
        writer.writerow([next(free), f"{called} {number}", like.contract, skills, *days])
    return text.getvalue()


def _ranges(day: Sequence[tuple[int, int]]) -> str:
    """Availability as the agents' table writes it; a range to the end of the next day is always."""
    if not day:
        return "-"
    if any(a == 0 and b >= 2880 for a, b in day):
        return ""
    return ",".join(f"{a // 60:02}:{a % 60:02}-{b // 60 % 24:02}:{b % 60:02}" for a, b in day)


def kinds_of_agents(agents: Sequence[Agent]) -> dict[str, str]:
    """One agent for each pair of contract and skills -> ``contract: skills``, the most frequent first."""
    first: dict[tuple[str, tuple[str, ...]], str] = {}
    for a in agents:
        first.setdefault((a.contract, a.queues), a.id)
    count = Counter((a.contract, a.queues) for a in agents)
    order = sorted(first, key=lambda kind: -count[kind])
    return {first[kind]: f"{kind[0]}: {', '.join(kind[1])}" for kind in order}


def slug(name: str) -> str:
    """A name as a file may be called.

    Examples
    --------
    >>> slug("Größe: 20% mehr")
    'grosse-20-mehr'
    """
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40].strip("-")


def save_what_if(
    folder: Path,
    name: str,
    base: Path,
    found: Sequence[Change],
    *,
    tables: Mapping[str, str] | None = None,
    beside: Mapping[str, Sequence[Path]] | None = None,
    more: Tree | None = None,
) -> Path:
    """Write a scenario file that extends `base` and states only the differences.

    An equal file is used again; another one is never overwritten.

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
    tables
        Tables (CSV) that come with it, by key of ``[tables]``; they replace those of the base ...
    beside
        ... or, where files are named here, come after these.
    more
        Further keys.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = slug(name) or "what-if"
    number = 0
    while True:
        number += 1
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.toml"
        files = {key: path.with_name(f"{path.stem}.{key}.csv") for key in tables or {}}
        tree: Tree = {"extends": base.resolve().as_posix(), "name": name}
        if files:
            first = {key: [p.as_posix() for p in (beside or {}).get(key, ())] for key in files}
            tree["tables"] = {key: [*first[key], file.name] for key, file in files.items()}
        wanted = {path: to_toml(tree | differences(found) | (more or {}))} | {
            f: (tables or {})[key] for key, f in files.items()
        }
        if not path.exists():
            break
        if all(p.is_file() and p.read_text(encoding="utf-8") == text for p, text in wanted.items()):
            return path
    for p, text in reversed(wanted.items()):
        p.write_text(text, encoding="utf-8")
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
    blocks = {k: v for k, v in tree.items() if isinstance(v, list) and v and all(isinstance(x, Mapping) for x in v)}
    plain = {k: v for k, v in tree.items() if not isinstance(v, Mapping) and k not in blocks}
    text = "".join(f"{_key(k)} = {toml_value(v)}\n" for k, v in plain.items())
    if at and plain:
        text = f"\n[{'.'.join(map(_key, at))}]\n{text}"
    text += "".join(to_toml(v, (*at, k)) for k, v in tree.items() if isinstance(v, Mapping))
    for name, entries in blocks.items():
        for entry in entries:
            head = ".".join(map(_key, (*at, name)))
            text += f"\n[[{head}]]\n" + "".join(f"{_key(k)} = {toml_value(v)}\n" for k, v in entry.items())
    return text


def toml_value(value: Any) -> str:
    """A value as TOML writes it; tables in lists stay on one line.

    Examples
    --------
    >>> toml_value([{"code": "E", "start": time(7, 30), "hours": 8.5, "unpopular": True}])
    '[{ code = "E", start = 07:30:00, hours = 8.5, unpopular = true }]'
    """
    if isinstance(value, time | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(k)} = {toml_value(v)}' for k, v in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
