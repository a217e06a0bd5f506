"""Which rota is taken away: a published version, the edited one, or the plan as it was built."""

from __future__ import annotations

import streamlit as st

from staffing.errors import InputError
from staffing.export.changes import roster_changes
from staffing.jobs import Run
from staffing.store import Version
from staffing.ui import session
from staffing.ui.export.exports import Exports
from staffing.ui.rota import drafts
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.board import Judged
from staffing.ui.vm.editing import from_json
from staffing.ui.vm.plan import Plan, with_rota

BUILT, EDITED = 0, -1
"""Stand for the plan as built and for its edits, where versions are numbered from 1."""


def export_choice(t: Texts, run: Run, plan: Plan) -> Exports:
    """Let the planner choose; first comes what is official of this plan, then what was edited, then what was built."""
    versions = session.store().versions(run.request.team, plan.dates[0])
    edited = _edited(run)
    name = run.request.name
    labels = {v.number: t("export.version", number=v.number, when=t.moment_of(v.published)) for v in versions}
    if edited is not None:
        labels[EDITED] = t("export.edited", name=name, n=len(edited.draft))
    labels[BUILT] = t("export.built", name=name)
    number = first_choice(run.id, versions, edited=edited is not None)
    if len(labels) > 1:
        number = st.selectbox(
            t("export.what"),
            list(labels),
            list(labels).index(number),
            format_func=lambda n: labels[n],
            key=f"export-what-{run.id}-{'-'.join(map(str, labels))}",
            width=420,
        )
    else:
        st.markdown(t("export.of", name=plain(name)))
    people = session.people_of(run)
    former = [v.table() for v in reversed(versions) if number in (BUILT, EDITED) or v.number < number]
    if number == BUILT:
        return Exports(t, name, plan, people, former)
    if number == EDITED and edited is not None:
        return Exports(t, name, edited.plan, people, former, whole=False)
    version = next(v for v in versions if v.number == number)
    _later(t, run, version, edited)
    rota = with_rota(plan, version.table())
    return Exports(t, version.name, rota, people, former, whole=False, edition=labels[number])


def first_choice(run_id: str, versions: tuple[Version, ...], *, edited: bool) -> int:
    """What is exported unless the planner chooses: what people were told last, as far as it came from this plan."""
    if versions and versions[0].plan == run_id:
        return versions[0].number
    return EDITED if edited else BUILT


def _edited(run: Run) -> Judged | None:
    """The plan's edits; None where it has none, or no longer fits its team."""
    if not len(from_json(session.store().desk(run.id).draft)):
        return None  # without putting the rota together, which takes longer than the page
    try:
        return drafts.judged(run)
    except InputError:
        return None


def _later(t: Texts, run: Run, version: Version, edited: Judged | None) -> None:
    """Say what was edited after a version was published."""
    if edited is not None and version.plan == run.id:
        changes = roster_changes(version.table(), edited.plan.roster)
        if changes:
            st.caption(t("export.later", n=len(changes)))
