"""How these kernels are compiled.

What allocates nothing is compiled without reference counting (`_nrt=False`, as in numba's own string code): counting the
references of the many arguments would cost more than the work itself. What every contact passes is inlined. Numbers read from
records are widened before they are passed on, since every width of an argument would be compiled anew.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from staffing.kept import kept, text_of

_keep = partial(kept, text=text_of(Path(__file__).parent), error_model="numpy")

compiled: Any = _keep
"""For what makes arrays of its own."""

called: Any = partial(_keep, _nrt=False)
"""For what is called as a function."""

inlined: Any = partial(_keep, _nrt=False, forceinline=True)
"""For what becomes part of its caller."""

wide: Any = np.int64
"""The one width of whole numbers that are passed on."""

index: Any = np.uint64
"""Never negative, so nobody has to ask whether it counts from the end."""

ONE, TWO, THREE = np.uint64(1), np.uint64(2), np.uint64(3)
