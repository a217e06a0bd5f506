"""Short questions about the rota as it stands, each answered by a worker of its own within seconds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from staffing.jobs import Run, RunRequest, RunState
from staffing.ui import frame, session
from staffing.ui.rota import drafts
from staffing.ui.rota.editor import as_scenario
from staffing.ui.texts import Texts
from staffing.ui.vm.board import Judged, roster_text

MOST_KEPT = 50
"""Questions whose answers are kept."""
NO_ANSWER = ("refused", "failed", "cancelled", "lost")


def subject(run: Run, *about: object) -> str:
    """What a question is about: the plan, the state of its edits, and more."""
    return "/".join(str(x) for x in (run.id, drafts.desk(run.id).revision, *about))


def asked(command: str, name: str) -> Run | None:
    """The newest question about this, also one of another tab or of an earlier visit."""
    found = (q for q in session.questions().runs() if q.request.command == command and q.request.name == name)
    return next(found, None)


def ask(run: Run, judged: Judged, command: str, name: str, arguments: Sequence[str], seconds: float) -> None:
    """Ask about the rota as it stands, with its locks and wishes, under the plan's need."""
    folder = _folder(run)
    path = as_scenario(run, judged, run.request.name, folder, everything=False)
    roster = path.with_suffix(".roster.csv")
    roster.write_text(roster_text(judged), encoding="utf-8")
    given = (str(roster), *arguments, "--need", str(run.out / "coverage.csv"))
    session.questions().start(
        RunRequest(str(path), name, run.request.team, seconds, run.request.workers, run.request.seed, command, given)
    )


def _folder(run: Run) -> Path:
    """Where the rota that is asked about lies; those of earlier edits and answers of long ago are forgotten."""
    for old in session.questions().runs()[MOST_KEPT:]:
        session.questions().remove(old.id)
    here = session.home() / "asked" / run.id / str(drafts.desk(run.id).revision)
    for other in here.parent.glob("*"):
        if other != here:
            shutil.rmtree(other, ignore_errors=True)
    return here


def follow(t: Texts, show: Callable[[Run], None], question: Run, noted: Callable[[str], str] | None = None) -> None:
    """Show the answer; while there is none, wait for it, and draw the page anew once it is there.

    Parameters
    ----------
    t, show, question
        The reader's language, what draws the answer, and the question.
    noted
        For questions that tell their progress and can be stopped (`jobs.run.FOLLOWED`): a report's note in words.
    """
    if question.state.live:
        st.fragment(_wait, run_every=0.5, key=f"waiting-{question.id}")(t, question.id, noted)
    elif question.state.value in NO_ANSWER:
        frame.show_problems(t, question.problems())
    else:
        show(question)


def _wait(t: Texts, question_id: str, noted: Callable[[str], str] | None) -> None:
    question = session.questions().read(question_id)
    if not question.state.live:
        st.rerun(scope="app")
    if noted is None:
        st.progress(min(0.95, question.elapsed() / (question.request.seconds + 5)), text=t("question.waiting"))
        return
    stopping = question.state is RunState.STOPPING
    st.button(
        t("run.stopping") if stopping else t("question.stop"),
        key=f"stop-{question.id}",
        icon=":material/stop_circle:",
        on_click=session.questions().stop,
        args=(question.id,),
        disabled=stopping,
    )
    reports = question.reports()
    share, note = (float(reports[-1]["fraction"]), str(reports[-1]["note"])) if reports else (0.0, "")
    st.progress(min(1.0, share), text=noted(note))
