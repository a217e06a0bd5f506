"""Tables at the border: opened in any dialect, checked against column contracts, every breach told with its row."""

from staffing.frames.clock import Instants, place
from staffing.frames.contract import (
    Column,
    Contract,
    Kind,
    Row,
    Table,
    check,
    parse,
    plain,
    read_rows,
    read_table,
    read_tables,
)
from staffing.frames.sheet import LISTED, Sheet, read_sheet

__all__ = [
    "LISTED",
    "Column",
    "Contract",
    "Instants",
    "Kind",
    "Row",
    "Sheet",
    "Table",
    "check",
    "parse",
    "place",
    "plain",
    "read_rows",
    "read_sheet",
    "read_table",
    "read_tables",
]
