"""From contacts to people: the agents each queue needs in each interval, net and gross of shrinkage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field
from pydantic.dataclasses import dataclass as settings

from staffing.forecast.result import Forecast
from staffing.grid import FloatArray, TimeGrid, read_only
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
        Service level that `on_phones` gives by the queueing model (answered within the threshold / offered),
        shape (Q, T); NaN where closed, where nothing is offered and for deferrable work.
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


def make_requirement(
    forecast: Forecast,
    queues: Sequence[QueueSettings],
    targets: Sequence[Target],
    shrinkage: Mapping[str, float],
    patience_seconds: FloatArray,
) -> Requirement:
    """Agents needed for each queue's target; `patience_seconds` (Q,) is infinite where nobody gives up."""
    raise NotImplementedError
