"""A table that is typed in: what was typed stays, whatever is drawn around it and wherever the planner looks meanwhile.

Streamlit forgets what was typed in a table as soon as the rows or the columns it began with are others, or the table is not
drawn for once; and it tells the last cell a moment late. So a table keeps the rows it began with for as long as it stands,
also over a save: a cell that is told late is then one more change. What was typed is remembered besides, and is what the table
begins with where a new one has to take its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

Columns = Mapping[str, Any]


@dataclass(frozen=True)
class TypedTable:
    """One table of one planner.

    Attributes
    ----------
    first
        Rows it began with.
    columns
        Streamlit's settings of the columns, as it began.
    rows
        As they stand, with all that was typed.
    left
        As they stood when nothing was left to be saved.
    mark
        What is saved of it, as the planner knew it when it began, or saved last.
    language
        In which it was drawn.
    turn
        How many took its place before.
    """

    first: pd.DataFrame
    columns: Columns
    rows: pd.DataFrame
    left: pd.DataFrame
    mark: object
    language: str
    turn: int = 0

    @property
    def typed(self) -> bool:
        """Whether something was typed that is not saved."""
        return not self.rows.equals(self.left)


def typed_table(
    key: str,
    rows: pd.DataFrame,
    columns: Callable[[pd.DataFrame], Columns],
    language: str,
    *,
    mark: object = None,
    follows: bool = False,
    height: Callable[[int], int] | None = None,
    **settings: Any,
) -> TypedTable:
    """Draw a table that can be typed in.

    Parameters
    ----------
    key
        What the table is of; another key is another table.
    rows
        To begin with, where nothing is typed; numbered one after the other.
    columns
        Rows to begin with -> settings of the columns.
    language
        The reader's.
    mark
        What `rows` are saved as; to be compared with `TypedTable.mark`.
    follows
        Whether a table in which nothing is typed takes other `rows` at once, rather than when it is drawn anew.
    height
        Rows to begin with -> height in pixels; None for as high as they are.
    settings
        Further ones of Streamlit's data editor, the same each time.

    Returns
    -------
    TypedTable
        As it stands now.
    """
    now: TypedTable | None = st.session_state.get(_slot(key))
    brought: pd.DataFrame | None = st.session_state.pop(f"rows-{key}", None)
    if now is None:
        begun = rows if brought is None else brought
        now = TypedTable(begun, columns(begun), begun, rows, mark, language)
    elif brought is not None:
        now = _anew(now, brought, columns, language)
    else:
        told: Mapping[str, Any] | None = st.session_state.get(_widget(key, now))  # None: the browser has it no longer
        stands = told is not None and language == now.language
        moved = follows and not any((told or {}).values()) and not rows.equals(now.left)
        if not now.typed and (moved or not stands):
            now = replace(_anew(now, rows, columns, language), left=rows, mark=mark)
        elif not stands:
            now = _anew(now, _numbered(now.rows, rows), columns, language)
    edited = st.data_editor(
        now.first,
        column_config=dict(now.columns),
        hide_index=now.columns.get("_index") is None,
        placeholder="",
        height="auto" if height is None else height(len(now.first)),
        key=_widget(key, now),
        **settings,
    )
    now = replace(now, rows=edited)
    st.session_state[_slot(key)] = now
    return now


def saved(key: str, mark: object) -> None:
    """Note that the table is saved as it stands; it stays, and what is told of it late is a change."""
    now: TypedTable = st.session_state[_slot(key)]
    st.session_state[_slot(key)] = replace(now, left=now.rows, mark=mark)


def accept(key: str, mark: object) -> None:
    """Go on with what is typed, although something else is saved meanwhile; for callbacks."""
    now: TypedTable = st.session_state[_slot(key)]
    st.session_state[_slot(key)] = replace(now, mark=mark)


def discard(key: str) -> None:
    """Forget what was typed; the next table begins with what is saved."""
    now: TypedTable | None = st.session_state.get(_slot(key))
    if now is not None:
        st.session_state[_slot(key)] = replace(now, left=now.rows, turn=now.turn + 1)


def bring(key: str, rows: pd.DataFrame) -> None:
    """Begin with other rows, which are not saved yet; for callbacks."""
    st.session_state[f"rows-{key}"] = rows


def _anew(now: TypedTable, rows: pd.DataFrame, columns: Callable[[pd.DataFrame], Columns], language: str) -> TypedTable:
    return replace(now, first=rows, columns=columns(rows), rows=rows, language=language, turn=now.turn + 1)


def _numbered(rows: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Rows numbered one after the other; those that came or went have left gaps."""
    first = int(like.index[0]) if isinstance(like.index, pd.RangeIndex) and len(like) else 0
    return rows.set_axis(pd.RangeIndex(first, first + len(rows)))


def _widget(key: str, now: TypedTable) -> str:
    return f"edit-{key}-{now.turn}"


def _slot(key: str) -> str:
    return f"table-{key}"
