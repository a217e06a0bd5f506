"""How the kernels of this package are compiled."""

from __future__ import annotations

from pathlib import Path

from staffing.kept import F, kept, text_of

TEXT = text_of(Path(__file__).parent)


def compiled(function: F) -> F:
    """Compile a kernel, to be kept as long as no kernel of the package is another."""
    return kept(function, text=TEXT)
