"""How the kernels of this package are compiled."""

from __future__ import annotations

from pathlib import Path

from staffing.kept import F, kept, text_of

TEXT = text_of(Path(__file__).parent)


def lean(function: F) -> F:
    """Compile a kernel that allocates nothing, without numba's counts of references to arrays.

    Kernels pass tuples of arrays on; counting references to each at every step took half of a sweep, and more with
    several threads, which share the counts.
    """
    return kept(function, text=TEXT, _nrt=False)


def inner(function: F) -> F:
    """The same for other kernels only: without the wrappers that let Python call it, which take long to compile."""
    return kept(function, text=TEXT, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def allocating(function: F) -> F:
    """Compile a kernel that makes arrays of its own."""
    return kept(function, text=TEXT)
