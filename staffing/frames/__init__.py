"""Tables at the border: opened in any dialect, checked against column contracts, every breach told with its row."""

from staffing.frames.clock import Instants, place
from staffing.frames.contract import Column, Contract, Kind, Table, check, parse, plain, read_table
from staffing.frames.sheet import LISTED, Sheet, read_sheet

__all__ = [
    "LISTED",
    "Column",
    "Contract",
    "Instants",
    "Kind",
    "Sheet",
    "Table",
    "check",
    "parse",
    "place",
    "plain",
    "read_sheet",
    "read_table",
]
