"""Scenario files: read, merged onto what they extend, and validated."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from staffing.errors import InputError, Problem, Problems
from staffing.scenario.complaints import Key, cross_check, explain
from staffing.scenario.settings import Scenario, Tree, adapter


def load(path: Path | str, overrides: Tree | None = None) -> Scenario:
    """Read a scenario file and everything it extends.

    Parameters
    ----------
    path
        A TOML file.
    overrides
        Differences on top of the file, in its form, e.g. ``{"demand": {"scale": {"phone": 1.2}}}``.

    Returns
    -------
    Scenario
        Validated; table paths are absolute, `name` is filled.

    Raises
    ------
    InputError
        With every problem: unreadable or missing file, a scenario that extends itself, misspelt keys, values out of
        range, queues without target, unknown names, missing tables.

    Examples
    --------
    >>> load("nowhere.toml")
    Traceback (most recent call last):
        ...
    staffing.errors.InputError: nowhere.toml: no such file (check the path)
    """
    path = Path(path)
    origins: dict[Key, str] = {}
    tree = _merge(_read(path, (), origins), overrides or {}, "command line", (), origins)
    try:
        scenario = adapter().validate_python(tree)
    except ValidationError as error:
        raise InputError(explain(error, path, tree, origins)) from None
    found = Problems()
    found.extend(cross_check(scenario, path, origins))
    found.raise_if_any()
    return scenario if scenario.name else replace(scenario, name=path.stem)


def extended(path: Path) -> Path | None:
    """File that a scenario file extends; None where it extends none, or cannot be read.

    Examples
    --------
    >>> extended(Path("nowhere.toml")) is None
    True
    """
    try:
        base = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("extends")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    return path.parent / base if isinstance(base, str) else None


def _read(path: Path, chain: tuple[Path, ...], origins: dict[Key, str]) -> Tree:
    """One file's tree merged onto what it extends; `origins` learns which file states each key."""
    resolved = path.resolve()
    if resolved in chain:
        names = " -> ".join(p.name for p in (*chain, resolved))
        raise InputError([Problem(f"{path.name}, extends", f"a scenario extends itself: {names}", "break the circle")])
    try:
        tree: Tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        where = f"{chain[-1].name}, extends" if chain else str(path)
        what = f"no such file: {path}" if chain else "no such file"
        raise InputError([Problem(where, what, "check the path")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Problem(str(path), f"cannot be read: {error}", "give a TOML text file")]) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(str(path), f"is not valid TOML: {error}", "mend that line")]) from None
    base = tree.pop("extends", None)
    _anchor_tables(tree, path.parent)
    if base is None:
        merged: Tree = {}
    elif isinstance(base, str):
        merged = _read(path.parent / base, (*chain, resolved), origins)
    else:
        what = f"{base!r} is not a file name"
        raise InputError([Problem(f"{path.name}, extends", what, 'write extends = "base.toml"')])
    return _merge(merged, tree, path.name, (), origins)


def _anchor_tables(tree: Tree, folder: Path) -> None:
    tables = tree.get("tables")
    if not isinstance(tables, dict):
        return
    for name, value in tables.items():
        if isinstance(value, str):
            tables[name] = str((folder / value).resolve())
        elif isinstance(value, list):
            tables[name] = [str((folder / v).resolve()) if isinstance(v, str) else v for v in value]


def _merge(base: Tree, new: Tree, file: str, at: Key, origins: dict[Key, str]) -> Tree:
    out = dict(base)
    for key, value in new.items():
        here = (*at, key)
        old = out.get(key)
        if isinstance(value, dict):
            out[key] = _merge(old if isinstance(old, dict) else {}, value, file, here, origins)
        elif _coded(value) and (old is None or _coded(old)):
            by_code = {entry["code"]: entry for entry in old or []}
            for entry in value:
                by_code[entry["code"]] = _merge(by_code.get(entry["code"], {}), entry, file, here, origins)
            out[key] = list(by_code.values())
        else:
            out[key] = value
        origins[here] = file
    return out


def _coded(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) and "code" in v for v in value)
