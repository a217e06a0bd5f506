"""What planners keep: the edits of a plan step by step, published versions, runs and scenarios made in the app.

One database, named by a URL: a SQLite file beside the runs by default, any other that SQLAlchemy speaks to as well. All
values that go in and out are plain (text, numbers, JSON), so that the files of a scenario and ``roster.csv`` stay the
form in which they are exchanged.

Every write is one transaction, and says which state it was made from. Where somebody else was quicker it changes
nothing and `StaleError` tells so: no edit overwrites another unseen.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

import pandas as pd
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    CursorResult,
    Date,
    Float,
    Integer,
    MetaData,
    NullPool,
    String,
    Table,
    Text,
    create_engine,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Row, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from staffing.errors import BackendError, InputError, Problem, StaleError

_meta = MetaData()
_name = String(200)

_schema = Table("schema_version", _meta, Column("version", Integer, primary_key=True))
_plans = Table(
    "plans",
    _meta,
    Column("id", _name, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("at", Integer, nullable=False),
)
_steps = Table(
    "steps",
    _meta,
    Column("plan", _name, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("author", _name, nullable=False),
    Column("made", Float, nullable=False),
    Column("draft", JSON, nullable=False),
)
_versions = Table(
    "versions",
    _meta,
    Column("team", _name, primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("plan", _name, nullable=False),
    Column("name", _name, nullable=False),
    Column("scenario", Text, nullable=False),
    Column("author", _name, nullable=False),
    Column("reason", Text, nullable=False),
    Column("published", Float, nullable=False),
    Column("reverts", Integer),
    Column("roster", Text, nullable=False),
    Column("overrides", JSON, nullable=False),
)
_runs = Table(
    "runs",
    _meta,
    Column("id", _name, primary_key=True),
    Column("team", _name, nullable=False),
    Column("name", _name, nullable=False),
    Column("scenario", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("asked", Float, nullable=False),
)
_scenarios = Table(
    "scenarios",
    _meta,
    Column("team", _name, primary_key=True),
    Column("file", _name, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("author", _name, nullable=False),
    Column("saved", Float, nullable=False),
    Column("text", Text, nullable=False),
    Column("tables", JSON, nullable=False),
)

MIGRATIONS: tuple[Callable[[Connection], None], ...] = ()
"""What turns schema n + 1 into n + 2, in order; the schema's version is one more than their number."""


@dataclass(frozen=True)
class Desk:
    """The edits of a plan as they stand.

    Attributes
    ----------
    plan
        Id of the plan (of the run that built it).
    revision
        Counts every change; a write names the one it was made from.
    draft
        The edits, as they were saved; None before the first.
    at, steps
        Number of the step that is shown (0: as built), and how many there are.
    author, made
        Who took that step, and when (Unix seconds); empty and 0 as built.
    """

    plan: str
    revision: int = 0
    draft: Any = None
    at: int = 0
    steps: int = 0
    author: str = ""
    made: float = 0.0

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to take again."""
        return self.at < self.steps


@dataclass(frozen=True)
class Version:
    """A rota that was made official.

    Attributes
    ----------
    team, first_day
        Team and first day of the horizon; versions are counted within them.
    number
        1 for the first.
    plan, name, scenario
        The plan it came from: its id, what people call it, and the scenario's file.
    author, reason, published
        Who made it official, why, and when (Unix seconds).
    roster
        The whole rota as in ``roster.csv``.
    overrides
        Rules it breaks knowingly: ``{"agent", "date", "rule", "reason"}`` each.
    reverts
        Number of the earlier version it brings back; None where it is new.
    """

    team: str
    first_day: date
    number: int
    plan: str
    name: str
    scenario: str
    author: str
    reason: str
    published: float
    roster: str
    overrides: tuple[Mapping[str, str], ...] = ()
    reverts: int | None = None

    def table(self) -> pd.DataFrame:
        """The rota as a table, all cells text."""
        return pd.read_csv(io.StringIO(self.roster), dtype=str, keep_default_na=False)


@dataclass(frozen=True)
class KeptRun:
    """A run that was asked for, and where its files are."""

    id: str
    team: str
    name: str
    scenario: str
    folder: str
    asked: float


@dataclass(frozen=True)
class KeptScenario:
    """A scenario made in the app.

    Attributes
    ----------
    team, file
        Folder name of the team; name of the scenario's file.
    text
        Content of the TOML file.
    tables
        Content of the tables that lie beside it, by file name.
    revision
        Counts its changes, 1 for the first.
    author, saved
        Who saved it, and when (Unix seconds).
    """

    team: str
    file: str
    text: str
    tables: Mapping[str, str] = field(default_factory=dict)
    revision: int = 0
    author: str = ""
    saved: float = 0.0


class Store:
    """The database behind the app.

    Parameters
    ----------
    url
        As SQLAlchemy writes it, e.g. ``sqlite:////home/me/.staffing/staffing.db``. Tables that are missing are made, an
        older schema is brought up to date.

    Raises
    ------
    InputError
        Where it cannot be opened, or was written by a later release.
    BackendError
        From every method, where the database is held by another program, was taken away or is damaged. Nothing has changed then.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> store = Store(f"sqlite:///{(Path(tempfile.mkdtemp()) / 'staffing.db').as_posix()}")
    >>> desk = store.save(store.desk("january"), {"A001": "E"}, "Kim")
    >>> desk.draft, desk.can_undo, store.move(desk, -1).draft
    ({'A001': 'E'}, True, None)
    """

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            # a file is opened for each transaction, so that nothing holds it between them
            pool = {"poolclass": NullPool} if make_url(url).get_backend_name() == "sqlite" else {}
            self._engine = create_engine(url, **pool)
            with self._engine.begin() as db:
                _prepare(db)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, SQLAlchemyError) as error:
            what = f"cannot be opened: {str(error).splitlines()[0]}"
            todo = "give a URL such as sqlite:////home/me/staffing.db, and install its driver"
            raise InputError([Problem(f"store {url}", what, todo)]) from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            what = f"cannot be used: {str(error).splitlines()[0]}"
            todo = "close what holds it, put back what was moved, then try again"
            raise BackendError(str(Problem(f"store {self._url}", what, todo))) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._told(), self._engine.connect() as db:
            yield db

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction."""
        with self._told(), self._engine.begin() as db:
            yield db

    # -- the edits of a plan -------------------------------------------------------------------------------

    def desk(self, plan: str) -> Desk:
        """The edits of a plan as they stand; without any for a plan that nobody has edited."""
        with self._reading() as db:
            return _desk(db, plan)

    def save(self, desk: Desk, draft: Any, author: str) -> Desk:
        """Take a step from what is on the desk; steps that had been undone are forgotten.

        Raises
        ------
        StaleError
            Somebody has changed the plan since `desk` was read.
        """
        with self._writing() as db:
            _advance(db, desk, desk.at + 1)
            db.execute(delete(_steps).where(_steps.c.plan == desk.plan, _steps.c.number > desk.at))
            step = {"plan": desk.plan, "number": desk.at + 1, "author": author, "made": time.time(), "draft": draft}
            db.execute(insert(_steps).values(**step))
            return _desk(db, desk.plan)

    def move(self, desk: Desk, by: int) -> Desk:
        """Undo (-1) or redo (1); where there is nothing to undo or redo the desk stays as it is.

        Raises
        ------
        StaleError
            As `save`.
        """
        at = desk.at + by
        if not 0 <= at <= desk.steps:
            return desk
        with self._writing() as db:
            _advance(db, desk, at)
            return _desk(db, desk.plan)

    # -- published versions --------------------------------------------------------------------------------

    def versions(self, team: str, first_day: date) -> tuple[Version, ...]:
        """Versions of a team's rota, newest first; the newest is the official one."""
        wanted = select(_versions).where(_versions.c.team == team, _versions.c.first_day == first_day)
        with self._reading() as db:
            return tuple(_version(row) for row in db.execute(wanted.order_by(_versions.c.number.desc())))

    def official(self, team: str, first_day: date) -> Version | None:
        """The rota that holds; None where none was published."""
        return next(iter(self.versions(team, first_day)), None)

    def published_plans(self) -> frozenset[str]:
        """Plans that versions of any team came from."""
        with self._reading() as db:
            return frozenset(db.execute(select(_versions.c.plan).distinct()).scalars())

    def publish(self, version: Version) -> Version:
        """Make a rota official. Its number must be the next one, so that no two people publish past each other.

        Raises
        ------
        StaleError
            Somebody has published in the meantime.
        """
        row = {c.name: getattr(version, c.name) for c in _versions.columns}
        row |= {"published": time.time(), "overrides": [dict(x) for x in version.overrides]}
        same = (_versions.c.team == version.team) & (_versions.c.first_day == version.first_day)
        try:
            with self._writing() as db:
                last = db.execute(select(func.max(_versions.c.number)).where(same)).scalar() or 0
                if version.number != last + 1:
                    raise StaleError(f"version {last} was published in the meantime")
                db.execute(insert(_versions).values(**row))
        except IntegrityError:
            raise StaleError(f"version {version.number} was published in the meantime") from None
        found = self.official(version.team, version.first_day)
        assert found is not None
        return found

    # -- runs ----------------------------------------------------------------------------------------------

    def keep_run(self, run: KeptRun) -> None:
        """Remember that a run was asked for; a run is kept once."""
        with self._writing() as db:
            if db.execute(select(_runs.c.id).where(_runs.c.id == run.id)).first() is None:
                db.execute(insert(_runs).values({c.name: getattr(run, c.name) for c in _runs.columns}))

    def runs(self) -> tuple[KeptRun, ...]:
        """Every run that was asked for, newest first."""
        with self._reading() as db:
            return tuple(KeptRun(**row._mapping) for row in db.execute(select(_runs).order_by(_runs.c.asked.desc())))

    # -- scenarios -----------------------------------------------------------------------------------------

    def scenario(self, team: str, file: str) -> KeptScenario | None:
        """A scenario made in the app; None where there is none of this name."""
        return next((s for s in self.scenarios(team) if s.file == file), None)

    def scenarios(self, team: str | None = None) -> tuple[KeptScenario, ...]:
        """Scenarios made in the app, of one team or of all, by team and file name."""
        wanted = select(_scenarios).order_by(_scenarios.c.team, _scenarios.c.file)
        if team is not None:
            wanted = wanted.where(_scenarios.c.team == team)
        with self._reading() as db:
            return tuple(KeptScenario(**row._mapping) for row in db.execute(wanted))

    def keep_scenario(self, scenario: KeptScenario) -> KeptScenario:
        """Save a scenario over the revision that it names; 0 for a new one.

        Raises
        ------
        StaleError
            It was changed, or made, by somebody else in the meantime.
        """
        row = {c.name: getattr(scenario, c.name) for c in _scenarios.columns}
        row |= {"revision": scenario.revision + 1, "saved": time.time(), "tables": dict(scenario.tables)}
        same = (_scenarios.c.team == scenario.team) & (_scenarios.c.file == scenario.file)
        try:
            with self._writing() as db:
                if scenario.revision == 0:
                    db.execute(insert(_scenarios).values(**row))
                else:
                    _changed_one(
                        db.execute(
                            update(_scenarios).where(same, _scenarios.c.revision == scenario.revision).values(**row)
                        ),
                        f"scenario {scenario.file} was changed in the meantime",
                    )
        except IntegrityError:
            raise StaleError(f"there is a scenario {scenario.file} already") from None
        found = self.scenario(scenario.team, scenario.file)
        assert found is not None
        return found

    def remove_scenario(self, team: str, file: str) -> None:
        """Forget a scenario made in the app."""
        with self._writing() as db:
            db.execute(delete(_scenarios).where(_scenarios.c.team == team, _scenarios.c.file == file))


def _prepare(db: Connection) -> None:
    """Make the tables, or bring them up to date."""
    _meta.create_all(db)
    newest = len(MIGRATIONS) + 1
    found = db.execute(select(func.max(_schema.c.version))).scalar()
    if found is None:
        db.execute(insert(_schema).values(version=newest))
        return
    if found > newest:
        what = f"was written by a later release (schema {found}, this one knows {newest})"
        raise InputError([Problem("store", what, "install the later release")])
    for migrate in MIGRATIONS[found - 1 :]:
        migrate(db)
    if found < newest:
        db.execute(update(_schema).values(version=newest))


def _desk(db: Connection, plan: str) -> Desk:
    head = db.execute(select(_plans).where(_plans.c.id == plan)).first()
    if head is None:
        return Desk(plan)
    count = db.execute(select(func.max(_steps.c.number)).where(_steps.c.plan == plan)).scalar() or 0
    step = db.execute(select(_steps).where(_steps.c.plan == plan, _steps.c.number == head.at)).first()
    if step is None:
        return Desk(plan, head.revision, None, head.at, count)
    return Desk(plan, head.revision, step.draft, head.at, count, step.author, step.made)


def _advance(db: Connection, desk: Desk, at: int) -> None:
    """Set the step that is shown, if the desk is still as it was read."""
    if desk.revision == 0:
        try:
            db.execute(insert(_plans).values(id=desk.plan, revision=1, at=at))
        except IntegrityError:
            raise StaleError(f"plan {desk.plan} was changed in the meantime") from None
        return
    head = update(_plans).where(_plans.c.id == desk.plan, _plans.c.revision == desk.revision)
    _changed_one(
        db.execute(head.values(revision=desk.revision + 1, at=at)), f"plan {desk.plan} was changed in the meantime"
    )


def _changed_one(result: Any, what: str) -> None:
    if cast("CursorResult[Any]", result).rowcount != 1:
        raise StaleError(what)


def _version(row: Row[Any]) -> Version:
    return Version(**{**row._mapping, "overrides": tuple(row.overrides)})
