"""What every page has: the plan that is looked at, the run that goes on, the language; and empty states and errors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from typing import Any

import streamlit as st

from staffing.errors import BackendError, InputError, Problem
from staffing.jobs import Run
from staffing.ui import address, session
from staffing.ui.sentences import problem
from staffing.ui.texts import LANGUAGES, Texts, plain
from staffing.ui.vm.plan import Plan
from staffing.ui.vm.progress import progress_view
from staffing.ui.vm.teams import ScenarioFile, Team

PAGES: dict[str, Any] = {}
"""Pages by name, filled by `main`."""
ROW = re.compile(r"\brow (\d+)")
MOST_ROWS = 12
"""Further rows with the same problem that are listed."""
NAME_LETTERS = 24
"""Letters of a plan's name that have room in the header at 1280 pixels."""


def css() -> str:
    """Style of what Streamlit's theme cannot set: spacing, print, focus."""
    return (resources.files("staffing.ui") / "app.css").read_text(encoding="utf-8")


def icon() -> str:
    """Path of the picture in the browser's tab; a file of our own, since named icons are fetched from the net."""
    return str(resources.files("staffing.ui") / "icon.png")


def run_label(t: Texts, run: Run) -> str:
    """Name, state where it has no plan, and when it was asked for."""
    when = t.moment(datetime.fromtimestamp(run.created))
    state = "" if run.has_plan else f" · {t(f'run.state.{run.state}')}"
    return f"{run.request.name}{state} · {when}"


def scenario_labels(t: Texts, teams: Sequence[Team]) -> dict[str, str]:
    """Name of each scenario by its path: with the team where that is not plain, and a mark where it was made in the app."""
    names = Counter(s.name for team in teams for s in team.scenarios)

    def label(team: Team, file: ScenarioFile) -> str:
        plain_enough = len(teams) == 1 or (file == team.base and names[file.name] == 1)
        return ("" if plain_enough else f"{team.name} · ") + file.name + (f" · {t('plan.own')}" if file.own else "")

    return {str(s.path): label(team, s) for team in teams for s in team.scenarios}


def tell(text: str) -> None:
    """Tell, once the page is drawn anew, that something is done."""
    st.session_state["told"] = text


def header(t: Texts) -> None:
    """Bar above every page: scenario, plan, the run that goes on, language."""
    if told := st.session_state.pop("told", None):
        st.toast(told, icon=":material/check:")
    with st.container(horizontal=True, vertical_alignment="bottom", key="header"):
        _contexts(t)
        session.show_address()
        st.space("stretch")
        live = session.jobs().live()
        st.session_state.setdefault("lang", t.language)
        st.fragment(_chip, run_every=1.0 if live else None, key="chip")(t, _standing(live))
        st.segmented_control(
            t("header.language"),
            LANGUAGES,
            format_func=str.upper,
            key="lang",
            required=True,
            bind="query-params",
            label_visibility="collapsed",
        )


def _contexts(t: Texts) -> None:
    """The scenario that is worked on, and which of its plans is shown."""
    now = session.working()
    if now is None:
        _end("scenario")
        _end("plan")
        return
    labels = scenario_labels(t, session.teams())
    _follow("scenario", t("header.scenario"), labels, str(now[1].path), session.choose_scenario)
    run = session.chosen_run()
    if run is None:
        _end("plan")
    else:
        runs = session.runs_of(run.request.scenario)
        shown = {r.id: run_label(t, r) for r in runs} | {run.id: run_label(t, run)}
        _follow("plan", t("header.plan"), shown, run.id, session.choose_run)


def _follow(name: str, label: str, options: dict[str, str], chosen: str, choose: Callable[[str], None]) -> None:
    """A selectbox that follows what is chosen elsewhere.

    It stays the same, and open, as long as it shows what is chosen and still offers what it offered. Else a new one takes its
    place: what a browser still tells of the old one then does not count.
    """
    number, offered = st.session_state.get(f"choose-{name}", (0, options))
    if st.session_state.get(f"choose-{name}-{number}", chosen) != chosen or not offered.items() <= options.items():
        number += 1
    st.session_state[f"choose-{name}"] = number, options
    key = f"choose-{name}-{number}"

    def changed() -> None:
        if st.session_state[f"choose-{name}"][0] == number and st.session_state[key] in options:
            choose(st.session_state[key])

    st.selectbox(
        label,
        list(options),
        index=list(options).index(chosen),
        format_func=lambda i: options[i],
        key=key,
        on_change=changed,
        width=330,
    )


def _end(name: str) -> None:
    """No list stands there: what a browser still tells of the last one does not count."""
    number, _ = st.session_state.get(f"choose-{name}", (0, {}))
    st.session_state[f"choose-{name}"] = number + 1, {}


def choose_part(name: str, label: str, options: Mapping[str, str], default: str) -> str:
    """Let the planner choose a part of the page; it stays in the address, under its own name in every language."""
    if (turned := st.session_state.pop(f"{name}-next", None)) is not None:
        st.session_state[name] = turned
    asked = address.followed(name, arriving=name not in st.session_state)
    if asked is not None and asked[1] in options:
        st.session_state[name] = asked[1]
    st.session_state.setdefault(name, default)
    part = str(
        st.segmented_control(
            label,
            list(options),
            format_func=lambda o: options[o],
            required=True,
            key=name,
            label_visibility="collapsed",
        )
    )
    address.show((name, part))
    return part


def turn_to_part(name: str, part: str) -> None:
    """Show another part of a page, once it is drawn anew."""
    st.session_state[f"{name}-next"] = part


def _standing(live: list[Run]) -> list[tuple[str, str]]:
    return [(r.id, str(r.state)) for r in live]


def _chip(t: Texts, standing: list[tuple[str, str]]) -> None:
    """The run that goes on, and the way to it; redraws the page when a run begins, is stopped or ends."""
    live = session.jobs().live()
    if _standing(live) != standing:
        st.rerun(scope="app")
    if not live:
        return
    run = live[0]
    view = progress_view(run.reports(), live=True)
    stage = t(f"stage.{view.current or 'compile'}")
    share = "" if view.fraction is None else f" {t.percent(view.fraction)}"
    waiting = "" if len(live) == 1 else " · " + t("header.waiting", n=len(live) - 1)
    name = run.request.name
    st.button(
        f"{plain(shortened(name))}: {stage}{share}{waiting}",
        key="watch",
        help=plain(name) if shortened(name) != name else None,
        type="tertiary",
        icon=":material/progress_activity:",
        on_click=watch,
        args=(run.id,),
    )


def shortened(name: str) -> str:
    """A name that has room beside the lists above a page.

    Examples
    --------
    >>> shortened("January"), shortened("January with two hires and longer hours")
    ('January', 'January with two hires…')
    """
    return name if len(name) <= NAME_LETTERS else name[: NAME_LETTERS - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def watch(run_id: str) -> None:
    """Look at a run, on the page where it is followed."""
    session.choose_run(run_id)
    st.switch_page(PAGES["rota"])


def need_plan(t: Texts) -> tuple[Run, Plan] | None:
    """The plan that is looked at; else an empty state that leads to one."""
    run = session.chosen_run()
    if run is not None and run.has_plan:
        return run, session.plan_of(run)
    with st.container(border=True, key="empty"):
        if run is not None and run.state.live:
            st.markdown(f"## {t('empty.running')}")
            st.page_link(PAGES["rota"], label=t("empty.watch"), icon=":material/monitoring:")
        else:
            lead_to_plan(t)
    return None


def lead_to_plan(t: Texts) -> None:
    """What to do where there is nothing yet: get a team, or build its rota."""
    if not session.teams():
        st.markdown(f"## {t('empty.team.title')}")
        st.page_link(PAGES["data"], label=t("empty.team.go"), icon=":material/group_add:")
        return
    st.markdown(f"## {t('empty.title')}")
    st.markdown(t("empty.body"))
    st.page_link(PAGES["rota"], label=t("empty.start"), icon=":material/play_arrow:")


def show_problems(t: Texts, problems: Iterable[Problem | str]) -> None:
    """Problems as a list: where, what, what to do; what is wrong with several rows alike is told once."""
    found = list(problems)
    lines = "\n".join(f"- {plain(line)}" for line in problem_lines(t, found))
    st.error(f"**{t('problems.title', n=len(found))}**\n\n{lines}", icon=":material/error:")


@contextmanager
def trouble(t: Texts) -> Iterator[None]:
    """Tell what keeps the store from working, in place of what would be drawn, with a way to try again."""
    try:
        yield
    except (BackendError, InputError) as error:
        show_problems(t, error.problems if isinstance(error, InputError) else [str(error)])
        st.button(t("trouble.again"), icon=":material/refresh:", key="try-again")


def problem_lines(t: Texts, problems: Iterable[Problem | str]) -> list[str]:
    """A line for each problem; those that differ in their row only share one, with the further rows behind."""
    alike: dict[object, list[Problem | str]] = {}
    for p in problems:
        key = (ROW.sub("row", p.where), p.what, p.todo) if isinstance(p, Problem) else p
        alike.setdefault(key, []).append(p)
    lines = []
    for first, *others in alike.values():
        rows = [found[1] for p in others if isinstance(p, Problem) and (found := ROW.search(p.where))]
        told = ", ".join(rows[:MOST_ROWS]) + (" …" if len(rows) > MOST_ROWS else "")
        lines.append(problem(t, first) + (f"; {t('problems.rows', rows=told, n=len(rows))}" if rows else ""))
    return lines
