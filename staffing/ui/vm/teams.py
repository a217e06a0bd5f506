"""Teams and their scenarios as they lie in folders."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from staffing.roster.problem import RosterProblem


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

    @property
    def unreadable(self) -> bool:
        """Whether it could not be read; such a file is listed as one that extends itself."""
        return self.extends == self.path


@dataclass(frozen=True)
class Team:
    """A folder with a base scenario and what-ifs."""

    name: str
    scenarios: tuple[ScenarioFile, ...]

    @property
    def base(self) -> ScenarioFile:
        """The scenario that extends nothing, the first of them."""
        return next((s for s in self.scenarios if s.extends is None), self.scenarios[0])


def address_of(team: Team, file: ScenarioFile) -> str:
    """Name of a scenario in an address: its team and its file, told apart from one made in the app.

    Examples
    --------
    >>> file = ScenarioFile(Path("teams/helpdesk/busy.toml"), "Volume +20%", None)
    >>> address_of(Team("helpdesk", (file,)), file)
    'helpdesk/busy'
    """
    return "/".join([team.name, *(["own"] if file.own else []), file.path.stem])


def find_teams(folders: list[Path], own: Path) -> list[Team]:
    """Teams in `folders` (each holds one folder per team, or is one itself), with the what-ifs made in the app in `own`."""
    found: dict[str, list[ScenarioFile]] = {}
    for folder in folders:
        candidates = [folder, *sorted(p for p in folder.iterdir() if p.is_dir())] if folder.is_dir() else []
        for candidate in candidates:
            files = [read_scenario_file(p) for p in sorted(candidate.glob("*.toml"))]
            if any(f.extends is None or f.unreadable for f in files) and candidate.name not in found:
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


def unserved(team: RosterProblem) -> list[str]:
    """Queues that nobody can serve."""
    served = {queue for agent in team.agents for queue in agent.queues}
    return [queue for queue in team.queues if queue not in served]
