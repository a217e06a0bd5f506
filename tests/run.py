"""Run the whole suite as CI does: ``python -m tests.run``.

Four passes: everything; the examples in the docstrings; the small tests of compiled kernels again as plain Python, since a
compiled body cannot be measured; and those once more with their array bounds checked. Coverage is that of the first and
the third.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

KERNELS = "kernel"
FAIL_UNDER = "95"


def run(*args: str, **env: str) -> int:
    """Run pytest with extra environment variables and return its exit code."""
    return subprocess.run([sys.executable, "-m", "pytest", *args], env={**os.environ, **env}, check=False).returncode


def main() -> int:
    """Return the first exit code that is not 0."""
    passes: list[tuple[tuple[str, ...], dict[str, str]]] = [
        (("tests", "-n", "2", "--cov", "--cov-report="), {}),
        (("--doctest-modules", "staffing", "--ignore=staffing/ui", "-n", "2"), {}),
        (
            ("-m", KERNELS, "-n", "2", "--cov", "--cov-append", f"--cov-fail-under={FAIL_UNDER}"),
            {"NUMBA_DISABLE_JIT": "1"},
        ),
    ]
    for args, env in passes:
        if code := run(*args, **env):
            return code
    with tempfile.TemporaryDirectory() as cache:
        # The first tests compile every kernel anew, which takes minutes where the machine has other work.
        checked = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": cache}
        return run("-m", KERNELS, "-n", "2", "--timeout", "900", **checked)


if __name__ == "__main__":
    sys.exit(main())
