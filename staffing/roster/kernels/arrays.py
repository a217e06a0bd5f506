"""What the kernels work on, as named tuples of arrays. Values are in cents (float64, exact for whole cents)."""

from __future__ import annotations

from typing import Any, NamedTuple

INF = 1e15
"""Cost of what cannot be."""


class Net(NamedTuple):
    """Cover as arrays: `levels` (T, Q, 4) where the marginal cost of cover changes, `slopes` (Q, 5) between them."""

    serves: Any
    levels: Any
    slopes: Any
    base: Any


class Tables(NamedTuple):
    """A program as arrays for the kernels; see `tables.prepare`."""

    group: Any
    allowed: Any
    cost: Any
    off_allowed: Any
    off_cost: Any
    measures: Any
    first: Any
    length: Any
    offset: Any
    units: Any
    touch: Any
    pattern: Any
    hole_ptr: Any
    hole_at: Any
    hole_units: Any
    family: Any
    block_first: Any
    kind: Any
    run: Any
    run_start: Any
    run_next: Any
    run_states: Any
    run_covers: Any
    run_symbol: Any
    rest: Any
    end_states: Any
    end_class: Any
    start_class: Any
    permitted: Any
    nested: Any
    class_of: Any
    classes: Any
    class_start: Any
    class_end: Any
    class_symbol: Any
    steps: Any
    step_ptr: Any
    step_add: Any
    slots: Any
    slot_once: Any
    count_ptr: Any
    count_measure: Any
    count_unit: Any
    count_any: Any
    count_lo: Any
    count_hi: Any
    count_base: Any
    count_below: Any
    count_above: Any
    count_group: Any
    count_groups: Any
    count_carry: Any
    part_ptr: Any
    part_count: Any
    part_slot: Any
    part_linked: Any
    carry_slot: Any


class Work(NamedTuple):
    """Scratch memory of one thread."""

    value: Any
    live: Any
    rows: Any
    alive: Any
    alive_ptr: Any
    vals: Any
    keys: Any
    position: Any
    best: Any
    best_at: Any
    arena: Any
    layer: Any
    price: Any
    least: Any
    least_at: Any
    off: Any
    term: Any
    low: Any
    high: Any
    remaining: Any
    stride: Any
    active: Any
    start: Any
    accept: Any
    tour: Any
    old: Any
    multiplier: Any
    prefix: Any
    normal: Any
    chain: Any
    flow: Any
    level: Any
