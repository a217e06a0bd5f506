"""What can be taken away of a plan, each file made when it is asked for, in the reader's language."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from staffing.export.calendar import ics_bytes, revisions
from staffing.export.text import GERMAN, STANDARD, csv_bytes
from staffing.export.workbook import Words, xlsx_bytes
from staffing.roster.problem import RosterProblem
from staffing.ui.export.documents import report_document, rota_document
from staffing.ui.scenarios.compare_words import name_of, value
from staffing.ui.texts import Texts
from staffing.ui.vm.compare import compare
from staffing.ui.vm.cover import short_by_day
from staffing.ui.vm.levers import slug
from staffing.ui.vm.next_month import ledger_of
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.rota import Matrix, matrix

CSV, HTML, ICS, ZIP = "text/csv", "text/html", "text/calendar", "application/zip"
NUMBERS = ("hours", "target_hours")


@dataclass(frozen=True)
class Exports:
    """Makes the files of one rota.

    Attributes
    ----------
    t
        The reader's language.
    name
        What people call the plan.
    plan
        The plan, with the rota that is to be exported.
    people
        The team; None where its files can no longer be read.
    published
        Earlier published rotas of the month, the oldest first, for the revisions of calendars.
    whole
        Whether the plan's own files hold this rota.
    edition
        What tells this rota from others of its month, printed below its name.
    """

    t: Texts
    name: str
    plan: Plan
    people: RosterProblem | None
    published: Sequence[pd.DataFrame] = ()
    whole: bool = True
    edition: str = ""

    def make(self, file: str) -> bytes:
        """Content of a file by its name."""
        makers: dict[str, Callable[[], bytes]] = {
            "roster.csv": lambda: csv_bytes(self.plan.roster, STANDARD),
            "roster_de.csv": lambda: csv_bytes(self.plan.roster, GERMAN),
            "roster_matrix.csv": lambda: csv_bytes(self._matrix_table(), STANDARD),
            "roster_matrix_de.csv": lambda: csv_bytes(self._matrix_table(), GERMAN),
            "ledger.csv": self._ledger,
            "roster.xlsx": self._workbook,
            "roster.ics": lambda: self.calendar(None),
            "calendars.zip": self._calendars,
            "month.html": lambda: self._to_print(each=False),
            "people.html": lambda: self._to_print(each=True),
            "report.html": lambda: report_document(self.t, self.name, self.plan),
            "all.zip": lambda: zip_folder(self.plan.folder),
        }
        return makers[file]() if file in makers else (self.plan.folder / file).read_bytes()

    def has(self, file: str) -> bool:
        """Whether there is something to make the file of."""
        if file == "ledger.csv":
            return self.people is not None
        made = ("month.html", "people.html", "calendars.zip", "all.zip", "report.html")
        return file in made or file.startswith("roster") or (self.plan.folder / file).is_file()

    def calendar(self, agent: str | None) -> bytes:
        """Calendar of one agent, or of the team; changed days replace those published, days taken back are cancelled."""
        shifts = self._events()
        if agent is not None:
            shifts = shifts[shifts["agent_id"] == agent]
        made = datetime.now(UTC)
        return ics_bytes(shifts, self.name, made, team=agent is None, break_word=self.t("print.breaks"))

    def _events(self) -> pd.DataFrame:
        shifts = revisions([*self.published, self.plan.roster.astype(str)])
        names = {} if self.people is None else {s.code: s.name or s.code for s in self.people.shift_types}
        return shifts.assign(shift_name=[names.get(c, c) for c in shifts["shift"]])

    def _calendars(self) -> bytes:
        made, word = datetime.now(UTC), self.t("print.breaks")
        files = {}
        for agent, rows in self._events().groupby("agent_id", sort=False):
            stem = slug(f"{rows['agent_name'].iloc[0]} {agent}") or str(agent)
            files[f"{stem}.ics"] = ics_bytes(rows, self.name, made, team=False, break_word=word)
        return zip_files(files)

    def _to_print(self, *, each: bool) -> bytes:
        return rota_document(self.t, self.name, self.plan, self._matrix(), each=each, edition=self.edition)

    def _ledger(self) -> bytes:
        assert self.people is not None
        return csv_bytes(ledger_of(self.people, self.plan.roster.astype(str)), STANDARD)

    def _matrix(self) -> Matrix:
        return matrix(self.plan, self.people)

    def _matrix_table(self) -> pd.DataFrame:
        table = self.plan.matrix
        return table.assign(**{c: pd.to_numeric(table[c]) for c in NUMBERS if c in table})

    def _workbook(self) -> bytes:
        t, plan = self.t, self.plan
        words = Words(
            rota=t("rota.title"),
            shifts=t("print.shifts"),
            cover=t("print.cover"),
            figures=t("export.summary.title"),
            agent=t("rota.word.agent"),
            hours=t("rota.word.hours"),
            target=t("print.agreed"),
            missing=t("print.short"),
            duty=t("print.duty"),
            legend=t("print.shifts"),
            columns={c: t(f"sheet.{c}") for c in (*plan.roster.columns, *plan.coverage.columns) if t.has(f"sheet.{c}")},
            day=t.numeric_day,
            weekdays=[t.weekday(d) for d in _a_week()],
        )
        short = dict(zip((d.isoformat() for d in plan.dates), short_by_day(plan).tolist(), strict=True))
        kinds = () if self.people is None else self.people.shift_types
        cover = plan.coverage.drop(columns=["date", "time"])
        busy = cover[(cover["required"] > 0) | (cover["staffed"] > 0)]
        return xlsx_bytes(
            self.name,
            self._matrix_table(),
            plan.roster.assign(locked=plan.roster["locked"].map({"yes": t("sheet.yes"), "no": t("sheet.no")})),
            busy,
            self._figures() if self.whole else [],
            missing_by_day={d: h for d, h in short.items() if h == h},
            unpopular=[s.code for s in kinds if s.unpopular],
            names={s.code: s.name for s in kinds},
            words=words,
        )

    def _figures(self) -> list[tuple[str, object]]:
        only = compare((self.name,), (self.plan,))
        return [
            (name_of(self.t, m), value(self.t, m, e.value, only.currency))
            for m, (e,) in zip(only.measures, only.entries, strict=True)
        ]


def _a_week() -> list[datetime]:
    return [datetime(2024, 1, day, tzinfo=UTC) for day in range(1, 8)]  # begins on a Monday


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Files as one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def zip_folder(folder: Path) -> bytes:
    """All files of a folder as one archive."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    return zip_files({p.relative_to(folder).as_posix(): p.read_bytes() for p in paths})
