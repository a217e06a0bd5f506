"""A new team from own spreadsheets: history, people, shifts; everything guessed is shown and can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from staffing.errors import InputError
from staffing.forecast.calendar import public_holidays
from staffing.frames import read_sheet
from staffing.history.settings import HistorySettings, Layout
from staffing.ui import frame, session
from staffing.ui.data.data_report import mended
from staffing.ui.data.mapping_form import ask_for_columns, mapping_form, missing_columns
from staffing.ui.fields import date_format
from staffing.ui.team.team_parts import shift_columns, writing
from staffing.ui.texts import Texts, plain
from staffing.ui.typed_table import typed_table
from staffing.ui.vm.intake import Quality, first_rows, guess_columns, guess_layout, quality, settings_of
from staffing.ui.vm.new_people import read_agents
from staffing.ui.vm.new_queues import CHANNELS, guess_queues
from staffing.ui.vm.new_shifts import SHIFT_NAMES, guess_shifts
from staffing.ui.vm.new_team import Basics, Parts, create_team, first_look, next_month, template
from staffing.ui.vm.tables import XLSX, as_xlsx

TYPES = ["csv", "txt", "tsv", "xlsx", "gz"]
ZONES = ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/London", "America/New_York", "America/Chicago")
CURRENCIES = ("EUR", "CHF", "GBP", "USD")


def new_team_form(t: Texts) -> None:
    """The whole way, each step as soon as the one before is done."""
    st.markdown(t("new.body"))
    basics = _basics(t)
    st.header(t("new.history"))
    _template(t, "history")
    history = _uploads(t("new.history.file"), "new-history")
    if not history:
        return
    settings = _mapping(t, history[0])
    if settings is None:
        return
    try:
        held, guessed = _queues(tuple(history), settings, basics)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    st.markdown(t("data.span", first=t.long_day(held.first), last=t.long_day(held.last)))
    mended(t, held)
    st.header(t("new.queues"))
    st.caption(t("new.queues.body"))
    queues = typed_table(
        f"new-queues-{history[0]}",
        guessed,
        lambda _: _queue_columns(t),
        t.language,
        follows=True,
        num_rows="fixed",
        alt=t("new.queues"),
    ).rows
    st.header(t("new.people"))
    _template(t, "agents")
    list_of_people = _upload(t("new.people.file"), "new-people")
    if list_of_people is None:
        return
    try:
        people = read_agents(list_of_people, list(queues["queue"]))
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    if people.sheets:
        st.caption(t("data.sheets", sheets=plain(", ".join(people.sheets))))
    if people.unread:
        st.caption(t("new.people.unread", columns=plain(", ".join(people.unread))))
    st.caption(t("new.people.found", n=len(people.agents)))
    contracts = typed_table(
        f"new-contracts-{list_of_people}",
        people.contracts,
        lambda _: _contract_columns(t),
        t.language,
        follows=True,
        num_rows="fixed",
        alt=t("new.people"),
    ).rows
    st.header(t("new.shifts"))
    st.caption(t("team.help.shifts"))
    shifts = typed_table(
        f"new-shifts-{list_of_people}-{history[0]}",
        guess_shifts(queues, contracts, {s: t(f"new.shift.{s}") for s in SHIFT_NAMES}, writing(t)),
        lambda _: shift_columns(t),
        t.language,
        follows=True,
        num_rows="dynamic",
        alt=t("new.shifts"),
    ).rows
    if st.button(t("new.create"), type="primary", icon=":material/check:", key="create"):
        _create(t, basics, Parts(history, settings, people, queues, contracts, shifts))


@st.cache_data(show_spinner=False, max_entries=4, hash_funcs={HistorySettings: repr, Basics: repr})
def _queues(paths: tuple[Path, ...], settings: HistorySettings, basics: Basics) -> tuple[Quality, pd.DataFrame]:
    found = first_look(paths, settings, basics)
    off = public_holidays(basics.holiday_region, found.grid.dates[0], found.grid.dates[-1])
    return quality(found), guess_queues(found, frozenset(off))


def _create(t: Texts, basics: Basics, parts: Parts) -> None:
    """Make the team of what stands in the form in this run, so that nothing typed last is left out."""
    try:
        made = create_team(session.home() / "teams", basics, parts)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return
    frame.turn_to_part("section", "history")
    session.turn_to(str(made))


def _basics(t: Texts) -> Basics:
    first, days = next_month(date.today())
    with st.container(border=True), st.grid(4, min_column_width=170):
        name = st.text_input(
            t("new.name"), t("new.name.example"), max_chars=80, key="new-name", persist_state="session"
        )
        start = st.date_input(
            t("new.start"),
            first,
            format=date_format(t),
            help=t("field.date.help"),
            key="new-start",
            persist_state="session",
        )
        days = st.number_input(t("new.days"), 1, 120, days, key="new-days", persist_state="session")
        minutes = st.selectbox(t("new.interval"), [15, 30, 60], 1, key="new-interval", persist_state="session")
        zone = st.selectbox(t("new.zone"), ZONES, accept_new_options=True, key="new-zone", persist_state="session")
        region = st.text_input(
            t("new.region"),
            "DE" if t.language == "de" else "",
            help=t("new.region.help"),
            key="new-region",
            persist_state="session",
        )
        currency = st.selectbox(
            t("new.currency"), CURRENCIES, accept_new_options=True, key="new-currency", persist_state="session"
        )
    return Basics(name.strip(), start, int(days), str(zone), int(minutes), region.strip() or None, str(currency))


def _uploads(label: str, key: str) -> list[Path]:
    given = st.file_uploader(label, TYPES, accept_multiple_files=True, key=key)
    return [session.keep_upload("new", g.name, g.getvalue()) for g in given]


def _upload(label: str, key: str) -> Path | None:
    given = st.file_uploader(label, TYPES, key=key)
    return None if given is None else session.keep_upload("new", given.name, given.getvalue())


def _mapping(t: Texts, path: Path) -> HistorySettings | None:
    try:
        sheet = read_sheet(path)
    except InputError as error:
        frame.show_problems(t, error.problems)
        return None
    layout = guess_layout(sheet.header)
    unclear = missing_columns(layout, guess_columns(sheet.header, layout))
    with st.expander(t("data.map"), bool(unclear), icon=":material/rule:"):
        st.dataframe(first_rows(sheet, 5), alt=t("data.preview.alt"))
        layout, columns, _ = mapping_form(t, sheet, (), key=f"new-{path.name}")
    if ask_for_columns(t, sheet, layout, columns):
        return None
    return settings_of(Layout(layout), columns, {})


def _template(t: Texts, name: str) -> None:
    st.download_button(
        t("new.template", name=plain(f"{name}.xlsx")),
        lambda: as_xlsx(template(name), name),
        f"{name}.xlsx",
        XLSX,
        on_click="ignore",
        key=f"template-{name}",
        icon=":material/download:",
        type="tertiary",
    )


def _queue_columns(t: Texts) -> dict[str, Any]:
    hours: Sequence[str] = ("mon-fri", "sat", "sun")
    return {
        "queue": st.column_config.TextColumn(t("data.column.queue"), disabled=True),
        "channel": st.column_config.SelectboxColumn(
            t("new.channel"), options=list(CHANNELS), format_func=lambda c: t(f"channel.{c}"), required=True
        ),
        "service_level": st.column_config.NumberColumn(
            t("levers.service_level"), min_value=1, max_value=100, required=True
        ),
        "threshold_seconds": st.column_config.NumberColumn(t("levers.threshold"), min_value=0, max_value=3600),
        "response_hours": st.column_config.NumberColumn(t("levers.response_hours"), min_value=0.5, max_value=240),
        **{g: st.column_config.TextColumn(t(f"new.open.{g}"), help=t("new.open.help")) for g in hours},
        "holiday": st.column_config.CheckboxColumn(t("new.open.holiday")),
    }


def _contract_columns(t: Texts) -> dict[str, Any]:
    return {
        "contract": st.column_config.TextColumn(t("team.column.contract"), disabled=True),
        "weekly_hours": st.column_config.NumberColumn(t("team.contract.weekly_hours"), min_value=1, max_value=60),
        "hourly_cost": st.column_config.NumberColumn(t("team.contract.hourly_cost"), min_value=0),
    }
