"""Compiled kernels that are kept on disk.

numba keeps a compiled kernel as long as its own file is unchanged and does not see that a callee in another file is another
now. Here what is kept is good for exactly the text of all kernels of a package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def text_of(folder: Path) -> str:
    """Digest of the source of all modules of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def kept(function: F, *, text: str, **options: Any) -> F:
    """Compile a kernel with numba, to be kept as long as `text` is the same.

    Parameters
    ----------
    function
        The kernel, as plain Python.
    text
        Of all kernels that it may call, see `text_of`.
    options
        Of `numba.njit`.
    """
    from numba import njit

    decorate: Any = njit  # its stub does not list all options
    compiled: Any = decorate(cache=True, nogil=True, **options)(function)
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if index is not None:  # not where compilation, or keeping its results, is switched off
        index._source_stamp = text
    out: F = compiled
    return out
