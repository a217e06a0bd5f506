"""Kernels that are kept on disk are compiled anew when any of them has changed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from numba import config

from staffing.kept import text_of
from staffing.roster.kernels import compiled

CALLEE = "from staffing.roster.kernels.compiled import lean\n\n\n@lean\ndef more(x):\n    return x + {}\n"
CALLER = """
from callee import more
from staffing.roster.kernels.compiled import lean


@lean
def twice(x):
    return 2 * more(x)
"""


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="nothing is compiled")
def test_a_kernel_is_compiled_anew_where_only_its_callee_in_another_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "caller.py").write_text(CALLER)

    def load(added: int) -> tuple[int, int]:
        (tmp_path / "callee.py").write_text(CALLEE.format(added))
        monkeypatch.setattr(compiled, "TEXT", text_of(tmp_path))
        for name in ("caller", "callee"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        kernel = importlib.import_module("caller").twice
        return kernel(1), sum(kernel.stats.cache_hits.values())

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert load(1) == (4, 0)
    assert load(1) == (4, 1)
    assert load(7) == (16, 0)
    for name in ("caller", "callee"):
        sys.modules.pop(name, None)
