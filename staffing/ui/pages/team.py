"""The team and its rules: tables to change, take out and bring in; rules in sentences."""

from __future__ import annotations

import streamlit as st

from staffing.errors import InputError
from staffing.ui import frame, session
from staffing.ui.start import working
from staffing.ui.table_form import table_form
from staffing.ui.team.rules_form import rules_form
from staffing.ui.team.team_parts import part_of
from staffing.ui.texts import Texts, plain
from staffing.ui.vm.teams import unserved

PARTS = ("agents", "skills", "absences", "requests", "locks", "ledger", "shifts", "contracts", "rules")


def show(t: Texts) -> None:
    """Draw the page."""
    st.title(t("team.title"))
    now = working(t)
    if now is None:
        return
    team, file, scenario = now
    part = frame.choose_part("part", t("team.part"), {p: t(f"team.part.{p}") for p in PARTS}, PARTS[0])
    try:
        people = session.people_at(file.path)
        st.caption(t("team.count", n=len(people.agents)))
        alone = unserved(people)
        if alone:
            st.warning(t("team.unserved", queues=plain(t.listing(alone)), n=len(alone)), icon=":material/person_off:")
    except InputError as error:
        frame.show_problems(t, error.problems)
    if part == "rules":
        rules_form(t, team, file, scenario)
        return
    try:
        shown = part_of(t, part, scenario)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    table_form(t, team, file, shown)
