"""Teams and their scenarios as they lie in folders."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from staffing.errors import InputError, Problem
from staffing.roster.problem import Agent
from staffing.scenario import Scenario


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario that can be planned.

    Attributes
    ----------
    path, name
        File, and what people call it.
    extends
        File it builds on; None for a base.
    own
        Whether it was made in the app.
    """

    path: Path
    name: str
    extends: Path | None
    own: bool = False


@dataclass(frozen=True)
class Team:
    """A folder with a base scenario and what-ifs."""

    name: str
    scenarios: tuple[ScenarioFile, ...]

    @property
    def base(self) -> ScenarioFile:
        """The scenario that extends nothing, the first of them."""
        return next((s for s in self.scenarios if s.extends is None), self.scenarios[0])


def find_teams(folders: list[Path], own: Path) -> list[Team]:
    """Teams in `folders` (each holds one folder per team, or is one itself), with the what-ifs made in the app in `own`."""
    found: dict[str, list[ScenarioFile]] = {}
    for folder in folders:
        candidates = [folder, *sorted(p for p in folder.iterdir() if p.is_dir())] if folder.is_dir() else []
        for candidate in candidates:
            files = [read_scenario_file(p) for p in sorted(candidate.glob("*.toml"))]
            if any(f.extends is None for f in files) and candidate.name not in found:
                made = [read_scenario_file(p, own=True) for p in sorted((own / candidate.name).glob("*.toml"))]
                found[candidate.name] = sorted(files, key=lambda f: f.extends is not None) + made
    return [Team(name, tuple(files)) for name, files in sorted(found.items())]


def read_scenario_file(path: Path, *, own: bool = False) -> ScenarioFile:
    """Name and base of a scenario file; a file that is not TOML is listed by its name, so that its problems can be shown."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return ScenarioFile(path, path.stem, path, own)
    extends = tree.get("extends")
    base = (path.parent / extends).resolve() if isinstance(extends, str) else None
    return ScenarioFile(path, str(tree.get("name") or path.stem), base, own)


def agents_table(scenario: Scenario) -> pd.DataFrame:
    """The agents' rows as text, all files one after the other.

    Raises
    ------
    InputError
        For every file that cannot be read or lacks ``agent_id``.
    """
    problems, parts = [], []
    for path in scenario.files("agents"):
        try:
            part = read_text_table(path)
        except (OSError, ValueError) as error:
            problems.append(Problem(path.name, f"cannot be read: {error}", "save it as CSV (UTF-8) or XLSX"))
            continue
        if "agent_id" not in part:
            problems.append(Problem(path.name, "has no column agent_id", "add it"))
        parts.append(part)
    if problems:
        raise InputError(problems)
    return pd.concat(parts, ignore_index=True).fillna("")


def read_text_table(path: Path) -> pd.DataFrame:
    """A CSV (any separator) or XLSX table with every cell as text."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return pd.read_excel(path, dtype=str).fillna("")
    return pd.read_csv(path, dtype=str, sep=None, engine="python", encoding="utf-8-sig").fillna("")


def agents_of(scenario: Scenario) -> tuple[Agent, ...]:
    """Who is in the team, with contract and skills."""
    agents = []
    for row in agents_table(scenario).to_dict("records"):
        skills = split_skills(str(row.get("queues", "")))
        agents.append(Agent(str(row["agent_id"]), str(row.get("name", "")), str(row.get("contract", "")), skills, (1,) * len(skills)))
    return tuple(agents)


def split_skills(text: str) -> tuple[str, ...]:
    """Queues of an agent from a cell: separated by semicolon, comma, bar or blanks, priorities left out.

    Examples
    --------
    >>> split_skills("voice-de:1; chat:2")
    ('voice-de', 'chat')
    """
    for mark in ";,|":
        text = text.replace(mark, " ")
    return tuple(word.split(":")[0] for word in text.split())
