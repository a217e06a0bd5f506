"""From contacts to people: the agents each queue needs in each interval, net and gross of shrinkage."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass as settings

from staffing.errors import Problem, Problems
from staffing.forecast.result import LEVELS, Forecast
from staffing.grid import FloatArray, TimeGrid, read_only
from staffing.queueing.arguments import check_fraction, check_range
from staffing.queueing.chat import chat_service
from staffing.queueing.deferred import plan_deferred
from staffing.queueing.inverse import Goals, agents_needed
from staffing.queueing.shrinkage import combined_shrinkage, rostered, shrinkage_problems
from staffing.queueing.transient import modified_offered_load
from staffing.queueing.uncertain import mean_quantile
from staffing.strict import STRICT


class Channel(StrEnum):
    """How a queue's contacts arrive and are handled."""

    VOICE = "voice"
    """One at a time, answered within seconds."""
    CHAT = "chat"
    """Several at a time per agent, answered within seconds or minutes."""
    EMAIL = "email"
    """Deferrable: answered within hours (e-mail, tickets, social messages)."""


@settings(frozen=True, slots=True, config=STRICT)
class Target:
    """The service a queue promises. At least one goal; all goals given must hold."""

    service_level: float | None = Field(default=None, ge=0, le=1)
    """Share of offered contacts answered within the threshold (a fraction: 0.8, not 80)."""
    threshold_seconds: float = Field(default=20.0, ge=0)
    """The threshold of `service_level`."""
    max_asa_seconds: float | None = Field(default=None, gt=0)
    """Longest mean wait of the answered."""
    max_abandonment: float | None = Field(default=None, ge=0, le=1)
    """Largest share of contacts that give up."""
    max_occupancy: float | None = Field(default=None, gt=0, le=1)
    """Largest share of an agent's time on contacts."""
    response_hours: float | None = Field(default=None, gt=0)
    """Deferrable work: opening hours within which `service_level` of it is answered."""
    hold: Literal["interval", "day", "month"] = "interval"
    """What must keep the promise in the simulation, or else the rota is repaired: every interval, every day, the month."""


@settings(frozen=True, slots=True, config=STRICT)
class QueueSettings:
    """One kind of work."""

    channel: Channel = Channel.VOICE
    """voice, chat or email."""
    opening: dict[str, list[str]] = Field(default_factory=lambda: {"mon-sun": ["00:00-24:00"]})
    """Opening hours by weekday: {"mon-fri" = ["08:00-20:00"], "holiday" = []}; days not named are closed."""
    patience_seconds: float | None = Field(default=None, gt=0)
    """Mean patience; None: estimated from the history where it can be, else nobody gives up (Erlang C)."""
    concurrency: int = Field(default=1, ge=1, le=10)
    """Chats that an agent handles at the same time."""
    concurrency_slowdown: float = Field(default=0.15, ge=0, le=2)
    """Growth of a chat's handle time per further simultaneous chat."""
    aht_cv: float = Field(default=0.8, ge=0, le=5)
    """Coefficient of variation of the handling time (standard deviation / mean), for the simulation."""
    aht_shape: Literal["lognormal", "exponential"] = "lognormal"
    """Shape of the handling time's distribution, for the simulation; `aht_cv` is that of the lognormal one."""
    aht_quantiles: tuple[Annotated[float, Field(ge=0)], ...] = ()
    """Handling times as measured, for the simulation: equally spaced quantiles from the shortest to the longest, at least
    two, in any unit (they are scaled to the forecast's mean); takes the place of shape and coefficient."""
    weight: float = Field(default=1.0, gt=0)
    """Factor on the price of understaffing."""
    parent: str | None = None
    """Queue whose profile is borrowed while this one's history is short."""


@dataclass(frozen=True)
class Requirement:
    """Agents needed.

    Attributes
    ----------
    grid, queues
        The horizon and the queues' names.
    load
        Offered load in erlangs, shape (Q, T).
    on_phones
        Agents working (net), shape (Q, T); whole numbers except for deferrable work.
    on_roster
        Agents rostered: net / (1 - shrinkage), shape (Q, T), rounded up to quarters.
    service_level
        Service level that `on_phones` gives by the queueing model (answered within the threshold / offered) for the
        expected load, shape (Q, T); NaN where closed, where nothing is offered and for deferrable work.
    shrinkage
        Combined shrinkage used, a fraction.
    notes
        What the reader should know, e.g. that patience was estimated.
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    load: FloatArray
    on_phones: FloatArray
    on_roster: FloatArray
    service_level: FloatArray
    shrinkage: float
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        read_only(self)


def target_problems(target: Target, channel: Channel, where: str = "target") -> list[Problem]:
    """Everything that is wrong with a target, and with a target for this channel."""
    found = [
        *check_fraction(f"{where}.service_level", target.service_level),
        *check_range(f"{where}.threshold_seconds", target.threshold_seconds),
        *check_range(f"{where}.max_asa_seconds", target.max_asa_seconds, above=True),
        *check_fraction(f"{where}.max_abandonment", target.max_abandonment),
        *check_fraction(f"{where}.max_occupancy", target.max_occupancy, above=True),
        *check_range(f"{where}.response_hours", target.response_hours, above=True),
    ]
    live = [
        name for name in ("max_asa_seconds", "max_abandonment", "max_occupancy") if getattr(target, name) is not None
    ]
    if channel is Channel.EMAIL:
        found += [
            Problem(f"{where}.{name}", "deferrable work has no such goal", "use response_hours and service_level")
            for name in live
            if name != "max_occupancy"
        ]
        if target.response_hours is None:
            found.append(
                Problem(where, "deferrable work needs a promise", "e.g. response_hours = 4, service_level = 0.9")
            )
    else:
        if target.response_hours is not None:
            found.append(
                Problem(
                    f"{where}.response_hours",
                    f"{target.response_hours:g} hours promised for {channel.value}",
                    "response_hours is for the email channel; use threshold_seconds",
                )
            )
        if target.service_level is None and not live:
            found.append(Problem(where, "no goal is given", "e.g. service_level = 0.8 with threshold_seconds = 20"))
    return found


def make_requirement(
    forecast: Forecast,
    queues: Sequence[QueueSettings],
    targets: Sequence[Target],
    shrinkage: Mapping[str, float],
    patience_seconds: FloatArray,
    certainty: float | None = None,
    carry_over: bool = True,
) -> Requirement:
    """Agents that each queue's target needs in each interval.

    A contact that comes towards the end of an interval is still in hand in the next, so the load that is felt runs behind
    the load that is offered: voice and chat are sized for the modified offered load (see
    `staffing.queueing.transient.modified_offered_load`), which costs no more hours and keeps the promise in rising and
    falling hours alike, where sizing each interval on its own misses it by up to 0.3.

    Voice is sized by Erlang A (Erlang C where patience is endless), chat by its birth-death chain, e-mail by the
    smoothest staffing that keeps its promise. Where a voice or chat queue is open and something is offered there is
    at least one agent. Contacts outside the opening hours need nobody, except e-mail, which waits for the next
    opening.

    Parameters
    ----------
    forecast
        Contacts and handling time, Q queues.
    queues, targets
        Settings and target of each queue, in the forecast's order.
    shrinkage
        Shares of paid time lost, by cause; they add up (see `combined_shrinkage`).
    patience_seconds
        Mean patience, shape (Q,); infinite (or NaN: unknown) where nobody gives up.
    certainty
        Probability with which the target shall be met in an interval although the forecast may be wrong: sizes for that
        quantile of the load instead of its mean. None: for the mean.
    carry_over
        Whether contacts carry over into the next interval; False: each interval on its own, as calculators do.

    Raises
    ------
    InputError
        With everything that is wrong with targets, shrinkage and patience.

    Examples
    --------
    A quarter of an hour with 50 calls of 300 s, 80/20, at 30% shrinkage:

    >>> from datetime import date
    >>> import numpy as np
    >>> grid = TimeGrid(date(2027, 1, 4), 1, "Europe/Berlin", 15)
    >>> calls = np.full((1, 96), 50.0)
    >>> forecast = Forecast(grid, ("phone",), calls, np.stack([calls] * 7), np.full((1, 96), 300.0),
    ...                     np.ones((1, 96), bool), calls, np.zeros(1))
    >>> target = Target(service_level=0.8, threshold_seconds=20)
    >>> need = make_requirement(forecast, [QueueSettings()], [target], {"absence": 0.3}, np.array([150.0]))
    >>> need.on_phones[0, 0].item(), need.on_roster[0, 0].item()
    (19.0, 27.25)
    """
    names = forecast.queues
    _check(names, queues, targets, shrinkage, patience_seconds)
    seconds = forecast.grid.seconds
    expected = forecast.contacts * _known(forecast.contacts, forecast.aht_seconds) / seconds
    contacts = forecast.contacts
    notes: list[str] = []
    if certainty is not None:
        contacts = mean_quantile(contacts, forecast.quantiles, LEVELS, certainty)
        notes.append(f"sized so that the target is met with probability {certainty:g}, not only for the expected load")
    load = contacts * _known(forecast.contacts, forecast.aht_seconds) / seconds
    net = np.zeros_like(load)
    level = np.full_like(load, np.nan)
    for q, (queue, target) in enumerate(zip(queues, targets, strict=True)):
        aht = _known(forecast.contacts[q], forecast.aht_seconds[q])
        if queue.channel is Channel.EMAIL:
            plan = plan_deferred(
                contacts[q],
                aht,
                forecast.open[q],
                seconds,
                3600.0 * (target.response_hours or 0.0),
                DEFAULT_SHARE if target.service_level is None else target.service_level,
            )
            net[q] = plan.agents / (target.max_occupancy or 1.0)
            continue
        busy = np.flatnonzero(forecast.open[q] & (load[q] > 0))
        patience = float(patience_seconds[q])
        if not patience < math.inf:
            patience = math.inf
            notes.append(f"{names[q]}: nobody is assumed to give up waiting (Erlang C), which asks for more agents")
        felt, usual = load[q], expected[q]
        concurrency = queue.concurrency if queue.channel is Channel.CHAT else 1
        slowdown = queue.concurrency_slowdown if concurrency > 1 else 0.0
        if carry_over and busy.size:
            felt, usual = (_felt(offered, aht, seconds) for offered in (felt, usual))
        need = agents_needed(
            felt[busy], aht[busy], _goals(target), patience, concurrency=concurrency, slowdown=slowdown
        )
        net[q, busy] = np.maximum(need, 1.0)
        level[q, busy] = chat_service(
            usual[busy], net[q, busy], aht[busy], concurrency, slowdown, patience, target.threshold_seconds
        ).service_level
    lost = combined_shrinkage(shrinkage)
    return Requirement(forecast.grid, names, expected, net, rostered(net, lost), level, lost, tuple(notes))


def _felt(load: FloatArray, aht: FloatArray, interval_seconds: float) -> FloatArray:
    """Erlangs as they are felt in each interval, from those offered; a day and night queue starts in full swing."""
    usual = float(np.mean(aht[aht > 0]))
    handling = np.where(aht > 0, aht, usual)
    contacts = load * interval_seconds / handling
    return modified_offered_load(contacts, handling, interval_seconds, start=float(load[0]))


DEFAULT_SHARE = 0.9
"""Share of deferrable work within the promise where the target states none."""


def _goals(target: Target) -> Goals:
    return Goals(
        service_level=target.service_level,
        threshold_seconds=target.threshold_seconds,
        max_asa_seconds=target.max_asa_seconds,
        max_abandonment=target.max_abandonment,
        max_occupancy=target.max_occupancy,
    )


def _known(contacts: FloatArray, aht: FloatArray) -> FloatArray:
    """Handling times, with 0 where nothing is offered and none may be known."""
    return np.where(contacts > 0, aht, 0.0)


def _check(
    names: Sequence[str],
    queues: Sequence[QueueSettings],
    targets: Sequence[Target],
    shrinkage: Mapping[str, float],
    patience_seconds: FloatArray,
) -> None:
    found = Problems()
    if not len(names) == len(queues) == len(targets) == len(patience_seconds):
        counts = f"{len(queues)} settings, {len(targets)} targets and {len(patience_seconds)} patiences"
        found.add("queues", f"{len(names)} queues in the forecast, {counts}", "one of each for every queue")
        found.raise_if_any()
    for name, queue, target, patience in zip(names, queues, targets, patience_seconds, strict=True):
        found.extend(target_problems(target, queue.channel, f"target.{name}"))
        if patience < 0:
            found.add(f"queue.{name}.patience_seconds", f"{patience:g}", "a number of seconds, at least 0")
    found.extend(shrinkage_problems(shrinkage))
    found.raise_if_any()
