"""Write a set of files into a folder, all or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from staffing.errors import InputError, Problem


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, before any work goes into its files; makes nothing.

    Raises
    ------
    InputError
        Where a file stands in its place, or it may not be written to.
    """
    nearest = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not nearest.is_dir():
        raise InputError([Problem(str(folder), f"cannot be a folder: {nearest} is a file", "choose another")])
    if not os.access(nearest, os.W_OK):
        raise InputError([Problem(str(folder), f"may not be written to: {nearest}", "choose another")])


def write_folder(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write files into a folder; nothing in it changes unless every file could be written.

    Parameters
    ----------
    folder
        Made where it does not exist.
    files
        Relative name (may contain ``/``) -> content.

    Returns
    -------
    tuple of Path
        The files written, in the order given.

    Raises
    ------
    InputError
        Where the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".staffing-", dir=folder))
    except OSError as error:
        raise InputError([Problem(str(folder), f"cannot be written to: {error.strerror}", "choose another")]) from None
    try:
        for name, content in files.items():
            target = staged / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).replace(folder / name)
    except OSError as error:
        raise InputError([Problem(str(folder), f"cannot be written to: {error.strerror}", "choose another")]) from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return tuple(folder / name for name in files)
