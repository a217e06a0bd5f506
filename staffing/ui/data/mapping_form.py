"""The form that says what a file's columns and queues are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from staffing.frames import Sheet
from staffing.history.settings import Layout
from staffing.ui.texts import Texts
from staffing.ui.vm.intake import (
    columns_of,
    guess_columns,
    guess_layout,
    guess_queues,
    looks_like_people,
    queue_values,
)


def mapping_form(
    t: Texts, sheet: Sheet, ours: Sequence[str], key: str
) -> tuple[Layout, dict[str, str], dict[str, str]]:
    """Draw the form, filled with guesses; return layout, our column -> theirs, their queue -> ours."""
    layouts = [Layout.INTERVALS, Layout.CONTACTS]
    layout = st.segmented_control(
        t("data.map.layout"),
        layouts,
        default=guess_layout(sheet.header),
        format_func=lambda x: t(f"data.layout.{x}"),
        required=True,
        key=f"layout-{key}",
        persist_state="session",
    )
    guessed = guess_columns(sheet.header, layout)
    options = ["", *dict.fromkeys(h for h in (*sheet.header, *guessed.values()) if h)]  # a guess may join two columns
    columns = {}
    with st.grid(4, min_column_width=170):
        for name, required in columns_of(layout):
            columns[name] = st.selectbox(
                t(f"data.column.{name}") + (" *" if required else ""),
                options,
                index=options.index(guessed[name]),
                format_func=lambda h: h or t("data.map.none"),
                key=f"column-{layout}-{name}-{key}",
                persist_state="session",
            )
    values = queue_values(sheet, columns.get("queue", "")) if ours else []
    queues: dict[str, str] = {}
    if values:
        st.markdown(f"**{t('data.map.queues')}**")
        first = guess_queues(values, ours)
        targets = ["", *ours]
        with st.grid(4, min_column_width=170):
            for value in values:
                queues[value] = st.selectbox(
                    value,
                    targets,
                    index=targets.index(first[value]),
                    format_func=lambda q: q or t("data.map.leave_out"),
                    key=f"queue-{value}-{key}",
                    persist_state="session",
                )
    return layout, columns, queues


def missing_columns(layout: Layout, columns: Mapping[str, str]) -> list[str]:
    """Columns that must be there and are not named yet."""
    return [name for name, required in columns_of(layout) if required and not columns[name]]


def ask_for_columns(t: Texts, sheet: Sheet, layout: Layout, columns: Mapping[str, str]) -> bool:
    """Say which columns are still to be named, if any; return whether there are."""
    missing = missing_columns(layout, columns)
    if missing:
        told = t("data.map.missing", columns=t.listing([t(f"data.column.{name}") for name in missing]))
        st.info(f"{t('data.map.people')} {told}" if looks_like_people(sheet.header) else told, icon=":material/rule:")
    return bool(missing)
