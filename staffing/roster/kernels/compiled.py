"""How kernels are compiled and kept on disk.

numba keeps a compiled kernel as long as its own file is unchanged and does not see that a callee in another file is another
now. Here what is kept is good for exactly the text of all kernels of this package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def lean(function: F) -> F:
    """Compile a kernel that allocates nothing, without numba's counts of references to arrays.

    Kernels pass tuples of arrays on; counting references to each at every step took half of a sweep, and more with
    several threads, which share the counts.
    """
    return _kept(function, _nrt=False)


def inner(function: F) -> F:
    """The same for other kernels only: without the wrappers that let Python call it, which take long to compile."""
    return _kept(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def allocating(function: F) -> F:
    """Compile a kernel that makes arrays of its own."""
    return _kept(function)


def text_of(folder: Path) -> str:
    """Digest of the source of all modules of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


TEXT = text_of(Path(__file__).parent)


def _kept(function: F, **options: bool) -> F:
    decorate: Any = njit  # its stub does not list all options
    compiled: Any = decorate(cache=True, nogil=True, **options)(function)
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if index is not None:  # not where compilation, or keeping its results, is switched off
        index._source_stamp = TEXT
    out: F = compiled
    return out
