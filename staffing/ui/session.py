"""What pages share: where things are kept, the runs, the plan that is looked at, language and theme."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import streamlit as st

from staffing import charts
from staffing.errors import InputError
from staffing.export.folder import write_folder
from staffing.frames import Sheet, read_sheet
from staffing.inputs import TEAM_TABLES, read_people
from staffing.jobs import Jobs, Run, RunRequest
from staffing.roster.problem import RosterProblem
from staffing.scenario import Scenario, extended, load
from staffing.store import KeptRun, Store, Version
from staffing.ui import address, kept
from staffing.ui.texts import LANGUAGES, Texts, preferred
from staffing.ui.vm.intake import Quality, quality, read_as
from staffing.ui.vm.levers import slug
from staffing.ui.vm.plan import Plan, read_plan
from staffing.ui.vm.teams import ScenarioFile, Team, address_of, find_teams

_SAVING = threading.Lock()


def saving() -> AbstractContextManager[object]:
    """One tab saves at a time: what it compares before with what is saved is still so when it writes."""
    return _SAVING


def home() -> Path:
    """Folder of everything the app keeps."""
    return Path(os.environ.get("STAFFING_HOME", ".staffing")).absolute()


def team_folders() -> list[Path]:
    """Folders in which teams are looked for."""
    named = os.environ.get("STAFFING_TEAMS")
    places = [Path(p) for p in named.split(os.pathsep)] if named else [Path("scenarios")]
    return [*(p.absolute() for p in places), home() / "teams"]


def own_scenarios() -> Path:
    """Folder of what-ifs made in the app, one folder per team in it."""
    return home() / "scenarios"


@st.cache_resource(show_spinner=False)
def _jobs(folder: str) -> Jobs:
    return Jobs(Path(folder))


def jobs() -> Jobs:
    """Keeper of the runs; one for all tabs."""
    return _jobs(str(home() / "runs"))


def questions() -> Jobs:
    """Keeper of short questions about a rota; they do not wait for the runs."""
    return _jobs(str(home() / "questions"))


@st.cache_resource(show_spinner=False)
def _store(url: str, scenarios: str) -> Store:
    found = Store(url)
    kept.restore(found, Path(scenarios))
    return found


def store() -> Store:
    """What planners keep: edits, versions, runs, scenarios; one for all tabs."""
    home().mkdir(parents=True, exist_ok=True)
    url = os.environ.get("STAFFING_STORE") or f"sqlite:///{(home() / 'staffing.db').as_posix()}"
    return _store(url, str(own_scenarios()))


def author() -> str:
    """Who works here: the name given on this screen, else that of the account."""
    given = str(st.session_state.get("author") or "").strip()
    return given or getpass.getuser()


def start(request: RunRequest) -> Run:
    """Queue a run; it and its scenario are remembered in the store."""
    keep_scenario(Path(request.scenario))
    run = jobs().start(request)
    store().keep_run(KeptRun(run.id, request.team, request.name, request.scenario, str(run.folder), run.created))
    return run


def set_aside(run_id: str) -> None:
    """Take a plan out of all lists; another one is looked at where it was; for callbacks."""
    jobs().set_aside(run_id)
    if st.session_state.get("run") == run_id:
        address.followed(*PLACE)
        st.session_state.pop("run")


def forget_scenario(file: ScenarioFile) -> None:
    """Take a scenario that was made in the app out of the list; its files go where former ones lie; for callbacks."""
    team = file.path.parent.name
    store().remove_scenario(team, file.path.name)
    former = home() / "former" / team
    former.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for path in (file.path, *file.path.parent.glob(f"{file.path.stem}.*.csv")):
        path.rename(former / f"{stamp}-{path.name}")


def keep_scenario(path: Path) -> None:
    """Keep a scenario that was made in the app in the store too; others are left to their files."""
    if path.parent.parent == own_scenarios():
        kept.keep(store(), path, author())


def teams() -> list[Team]:
    """Teams that can be planned."""
    return find_teams(team_folders(), own_scenarios())


def language() -> str:
    """Language chosen, else the one in the address, else the browser's."""
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else preferred(st.context.locale)


def texts() -> Texts:
    """The reader's language."""
    return Texts(language())


def palette() -> charts.Palette:
    """Colours for the theme in use."""
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def chart_words(t: Texts) -> charts.Words:
    """Words on charts."""
    names = (
        "need",
        "cover",
        "short",
        "over",
        "service",
        "low",
        "high",
        "time",
        "day",
        "best",
        "bound",
        "gap",
        "seconds",
        "agents",
        "pay",
        "plan",
    )
    marks = (",", ".") if t.language == "de" else (".", ",")
    return charts.Words({n: t(f"chart.{n}") for n in names}, *marks)


# -- the scenario that is worked on, and the plan that is looked at ------------------------------------------

PLACE = ("run", "scenario")
"""What the address says of them: the plan, else the scenario."""


def follow_address() -> None:
    """Turn to the plan or the scenario that a link, or going back in the browser, asks for."""
    match address.followed(*PLACE):
        case ("run", run_id):
            with suppress(KeyError):
                _look_at(jobs().read(run_id))
        case ("scenario", name):
            found = next((s.path for team in teams() for s in team.scenarios if address_of(team, s) == name), None)
            if found is not None:
                _work_on(str(found))


def show_address() -> None:
    """Ask the browser to show the plan that is looked at, else the scenario that is worked on."""
    now = working()
    run = chosen_run()
    if run is not None:
        address.show(("run", run.id), "scenario")
    elif now is not None:
        address.show(("scenario", address_of(*now)), "run")


def chosen_run() -> Run | None:
    """Run chosen, else the newest of the scenario chosen; at first the newest that has a plan. None where there is none."""
    with suppress(KeyError):
        return jobs().read(st.session_state.get("run", ""))
    scenario = st.session_state.get("scenario")
    newest = (
        next((r for r in jobs().runs() if r.has_plan), None)
        if scenario is None
        else next(iter(runs_of(scenario)), None)
    )
    if newest is not None:
        _look_at(newest)
    return newest


def choose_run(run_id: str) -> None:
    """Look at a run, and at the scenario it was made from, from now on; for callbacks."""
    address.followed(*PLACE)  # what was asked for before does not undo this choice
    _look_at(jobs().read(run_id))


def choose_scenario(path: str) -> None:
    """Work on a scenario from now on, and look at its newest run, if there is one; for callbacks."""
    address.followed(*PLACE)
    _work_on(path)


def turn_to(path: str) -> None:
    """As `choose_scenario`, from within the page, which is drawn anew."""
    _work_on(path)
    st.rerun()


def _look_at(run: Run) -> None:
    st.session_state["run"] = run.id
    st.session_state["scenario"] = run.request.scenario


def _work_on(path: str) -> None:
    keep_scenario(Path(path))
    st.session_state["scenario"] = path
    st.session_state.pop("run", None)
    chosen_run()


def working() -> tuple[Team, ScenarioFile] | None:
    """Scenario chosen, else the one of the run that is looked at, else the first team's base; None without teams."""
    found = {str(s.path): (team, s) for team in teams() for s in team.scenarios}
    if not found:
        return None
    chosen_run()
    wanted = st.session_state.get("scenario")
    if wanted not in found:
        wanted = next(iter(found))
        st.session_state["scenario"] = wanted
    return found[wanted]


def runs_of(scenario: str) -> list[Run]:
    """Runs of a scenario that have a plan or may get one, newest first."""
    return [r for r in jobs().runs() if r.request.scenario == scenario and (r.has_plan or r.state.live)]


@st.cache_resource(show_spinner=False, max_entries=12)
def _plan(folder: str, changed: float) -> Plan:
    return read_plan(Path(folder))


def plan_of(run: Run) -> Plan:
    """Plan of a run that has one; read once."""
    return _plan(str(run.out), (run.out / "summary.json").stat().st_mtime)


@st.cache_resource(show_spinner=False, max_entries=24)
def _scenario(path: str, changed: float) -> Scenario:
    return load(path)


@lru_cache(maxsize=256)
def _extended(path: Path, changed: float) -> Path | None:
    return extended(path)


def files_of(path: Path) -> tuple[Path, ...]:
    """A scenario file and those that it extends, as far as they are there."""
    found: list[Path] = []
    following: Path | None = path
    while following is not None and following not in found and following.is_file():
        found.append(following)
        base = _extended(following, following.stat().st_mtime)
        following = None if base is None else base.resolve()
    return tuple(found)


def scenario_at(path: Path) -> Scenario:
    """A scenario file, read again when it or what it extends has changed.

    Raises
    ------
    InputError
        As `staffing.scenario.load`.
    """
    return _scenario(str(path), max((p.stat().st_mtime for p in files_of(path)), default=0.0))


def scenario_of(run: Run) -> Scenario | None:
    """Scenario a run was made from, if it can still be read."""
    try:
        return scenario_at(Path(run.request.scenario))
    except InputError:
        return None


@st.cache_resource(show_spinner=False, max_entries=24)
def _people(path: str, changed: float) -> RosterProblem:
    return read_people(scenario_at(Path(path)))


@st.cache_resource(show_spinner=False, max_entries=12)
def _people_of(run_id: str, changed: float) -> RosterProblem:
    request = jobs().read(run_id).request
    return read_people(load(request.scenario, request.overrides))


def people_at(path: Path) -> RosterProblem:
    """The team of a scenario file, read again when one of its tables has changed.

    Raises
    ------
    InputError
        As `read_people`.
    """
    return _people(str(path), people_changed(path))


def people_changed(path: Path) -> float:
    """When a scenario file or one of its team's tables was changed last (Unix seconds)."""
    return changed_at(path, TEAM_TABLES)


def changed_at(path: Path, tables: Iterable[str]) -> float:
    """When a scenario file, one that it extends, or one of these tables was changed last (Unix seconds)."""
    scenario = scenario_at(path)
    files = [*files_of(path), *(f for table in tables for f in scenario.files(table))]
    return max((f.stat().st_mtime for f in files if f.exists()), default=0.0)


def people_in(run: Run) -> RosterProblem:
    """Team that a run was made for: that of its scenario, near the rota that was published then.

    Raises
    ------
    InputError
        As `read_people`.
    """
    path = Path(run.request.scenario)
    return _people_of(run.id, people_changed(path)) if run.request.overrides else people_at(path)


def people_of(run: Run) -> RosterProblem | None:
    """As `people_in`; None where its files can no longer be read."""
    try:
        return people_in(run)
    except InputError:
        return None


def published_file(version: Version) -> Path:
    """File with a published rota, as ``roster.csv``; written once."""
    content = version.roster.encode()
    mark = hashlib.sha256(content).hexdigest()[:8]
    place = home() / "published" / f"{slug(version.team) or 'team'}-{version.first_day}-{version.number}-{mark}.csv"
    if not place.is_file():
        write_folder(place.parent, {place.name: content})
    return place


# -- histories ---------------------------------------------------------------------------------------------

Found = Quality | InputError
"""A history summed up, or why it cannot be read."""


@st.cache_resource(show_spinner=False, max_entries=8)
def _history(path: str, changed: float) -> Found:
    scenario = scenario_at(Path(path))
    try:
        return quality(read_as(scenario, scenario.files("history"), scenario.history))
    except InputError as error:
        return error


def history_of(scenario: Scenario, path: Path) -> Found:
    """History of a scenario, summed up once."""
    files = [*files_of(path), *scenario.files("history")]
    return _history(str(path), max(f.stat().st_mtime for f in files if f.exists()))


@st.cache_resource(show_spinner=False, max_entries=4)
def _sheet(path: str, changed: float) -> Sheet | None:
    try:
        return read_sheet(Path(path))
    except InputError:
        return None


def sheet_of(path: Path) -> Sheet | None:
    """A history file as it is, read once; None where it is no table."""
    return _sheet(str(path), path.stat().st_mtime) if path.is_file() else None


def keep_upload(team: str, name: str, content: bytes) -> Path:
    """Keep an uploaded file under its own name; equal content is kept once."""
    digest = hashlib.sha256(content).hexdigest()[:8]
    folder = home() / "uploads" / team / digest
    path = folder / (re.sub(r"[^\w. -]", "_", Path(name).name) or "history.csv")
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return path


def dates_between(first: date, last: date) -> list[date]:
    """All days from first to last."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
