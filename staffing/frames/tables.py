"""The contracts of every table that comes in or goes out."""

from __future__ import annotations

from staffing.frames.contract import Column, Contract, Kind

_DAY_SECONDS = 86_400
_WHEN = ("timestamp", "datetime", "date time", "date", "time", "start", "interval", "Datum", "Zeit", "Zeitpunkt", "ds")
_HOW_MANY = ("volume", "calls", "contacts", "offered calls", "count", "Anrufe", "Kontakte", "Menge", "angeboten", "y")

INTERVALS = Contract(
    "intervals",
    (
        Column("interval_start", Kind.MOMENT, known_as=_WHEN),
        Column("queue", required=False),
        Column("offered", Kind.NUMBER, empty=True, low=0, known_as=_HOW_MANY),
        Column("handled", Kind.NUMBER, required=False, empty=True, low=0),
        Column("abandoned", Kind.NUMBER, required=False, empty=True, low=0),
        Column("aht_seconds", Kind.NUMBER, required=False, empty=True, low=0),
        Column("wait_seconds", Kind.NUMBER, required=False, empty=True, low=0),
    ),
)
"""History by interval; `wait_seconds` is the mean wait of all offered contacts."""

STAFF = Contract(
    "actuals",
    (
        Column("interval_start", Kind.MOMENT, known_as=_WHEN),
        Column("queue", required=False),
        Column("agents", Kind.NUMBER, required=False, empty=True, low=0),
        Column("on_phones", Kind.NUMBER, required=False, empty=True, low=0),
    ),
)
"""Who was there, beside the contacts of an interval."""

CONTACTS = Contract(
    "contacts",
    (
        Column("arrived_at", Kind.MOMENT, known_as=_WHEN),
        Column("queue", required=False),
        Column("outcome", required=False),
        Column("wait_seconds", Kind.NUMBER, required=False, empty=True, low=0, high=31 * _DAY_SECONDS),
        Column("handle_seconds", Kind.NUMBER, required=False, empty=True, low=0, high=_DAY_SECONDS),
        Column("contact_id", required=False),
    ),
)
"""History by contact."""

AGENTS = Contract(
    "agents.csv",
    (
        Column("agent_id"),
        Column("name", required=False, empty=True),
        Column("contract"),
        Column("queues"),
        *(Column(day, required=False, empty=True) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
        Column("first_day", Kind.DATE, required=False, empty=True),
        Column("last_day", Kind.DATE, required=False, empty=True),
        Column("rotation", required=False, empty=True),
        Column("rotation_week", Kind.NUMBER, required=False, empty=True, low=1, high=520),
    ),
)
ABSENCES = Contract(
    "absences.csv",
    (
        Column("agent_id"),
        Column("first_day", Kind.DATE),
        Column("last_day", Kind.DATE, required=False, empty=True),
        Column("kind", required=False, empty=True),
        Column("credited", Kind.YES_NO, required=False, empty=True),
    ),
    rowless=True,
)
REQUESTS = Contract(
    "requests.csv",
    (
        Column("agent_id"),
        Column("date", Kind.DATE),
        Column("wish"),
        Column("weight", Kind.NUMBER, required=False, empty=True, low=0, high=100),
    ),
    rowless=True,
)
LOCKS = Contract(
    "locks.csv",
    (Column("agent_id"), Column("date", Kind.DATE), Column("shift"), Column("start", required=False, empty=True)),
    rowless=True,
)
LEDGER = Contract(
    "ledger.csv",
    (
        Column("agent_id"),
        Column("weekends", Kind.NUMBER, required=False, empty=True),
        Column("unpopular", Kind.NUMBER, required=False, empty=True),
        Column("hours", Kind.NUMBER, required=False, empty=True),
        Column("sundays", Kind.NUMBER, required=False, empty=True),
        Column("nights", Kind.NUMBER, required=False, empty=True),
        Column("holidays", Kind.NUMBER, required=False, empty=True),
        Column("duties", Kind.NUMBER, required=False, empty=True),
        Column("refusals", Kind.NUMBER, required=False, empty=True),
        Column("until", Kind.DATE, required=False, empty=True),
    ),
    rowless=True,
)
EVENTS = Contract(
    "events.csv",
    (
        Column("name"),
        Column("first_day", Kind.DATE),
        Column("last_day", Kind.DATE, required=False, empty=True),
        Column("queue", required=False, empty=True),
        Column("factor", Kind.NUMBER, required=False, empty=True, low=0, high=100),
        Column("contacts", Kind.NUMBER, required=False, empty=True, low=0),
        Column("start", Kind.TIME, required=False, empty=True),
        Column("end", Kind.TIME, required=False, empty=True),
    ),
    rowless=True,
)
ADJUSTMENTS = Contract(
    "adjustments.csv",
    (
        Column("first_day", Kind.DATE),
        Column("last_day", Kind.DATE, required=False, empty=True),
        Column("queue", required=False, empty=True),
        Column("factor", Kind.NUMBER, required=False, empty=True, low=0, high=100),
        Column("contacts", Kind.NUMBER, required=False, empty=True, low=0),
        Column("start", Kind.TIME, required=False, empty=True),
        Column("end", Kind.TIME, required=False, empty=True),
        Column("who"),
        Column("why"),
    ),
    rowless=True,
)
"""The planner's changes to the forecast."""
PROFILES = Contract(
    "profiles.csv",
    (
        Column("queue"),
        Column("weekday", required=False, empty=True),
        Column("start", Kind.TIME),
        Column("share", Kind.NUMBER, low=0),
    ),
    rowless=True,
)
"""The shape of the day of queues without a history."""
ROSTER = Contract(
    "roster.csv",
    (
        Column("agent_id"),
        Column("agent_name", required=False, empty=True),
        Column("date", Kind.DATE),
        Column("shift"),
        Column("start", Kind.MOMENT),
        Column("end", Kind.MOMENT),
        Column("break_starts", required=False, empty=True),
        Column("break_minutes", required=False, empty=True),
        Column("paid_hours", Kind.NUMBER, required=False, empty=True, low=0, high=24),
        Column("locked", Kind.YES_NO, required=False, empty=True),
        Column("activities", required=False, empty=True),
    ),
    rowless=True,
)
ACTIVITIES = Contract(
    "activities.csv",
    (
        Column("name"),
        Column("agents", required=False, empty=True),
        Column("minutes", Kind.NUMBER, low=5, high=600),
        Column("first_day", Kind.DATE, required=False, empty=True),
        Column("last_day", Kind.DATE, required=False, empty=True),
        Column("earliest", Kind.TIME, required=False, empty=True),
        Column("latest", Kind.TIME, required=False, empty=True),
        Column("together", Kind.YES_NO, required=False, empty=True),
    ),
    rowless=True,
)
"""Training, meetings and coaching: `agents` are ids separated by |, blank means everybody."""

FORECAST = Contract(
    "forecast.csv",
    (
        Column("interval_start", Kind.MOMENT),
        Column("queue"),
        *(Column(n, Kind.NUMBER, low=0) for n in ("contacts", "contacts_p10", "contacts_p50", "contacts_p90")),
        Column("aht_seconds", Kind.NUMBER, low=0),
    ),
)
REQUIREMENT = Contract(
    "requirement.csv",
    (
        Column("interval_start", Kind.MOMENT),
        Column("queue"),
        Column("on_phones", Kind.NUMBER, low=0),
        Column("on_roster", Kind.NUMBER, low=0),
    ),
)
COVERAGE = Contract(
    "coverage.csv",
    (
        Column("interval_start", Kind.MOMENT),
        Column("queue"),
        *(Column(n, Kind.NUMBER, low=0) for n in ("required", "staffed", "under", "over")),
        *(
            Column(n, Kind.NUMBER, empty=True, low=0, high=1)
            for n in ("service_level", "service_level_low", "service_level_high")
        ),
    ),
)
