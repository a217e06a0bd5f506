"""A small but complete team in a folder, for tests that run the whole job in seconds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

BASE = """
name = "Small team"
currency = "EUR"
horizon = { start = 2027-01-04, days = 7, timezone = "Europe/Berlin", interval_minutes = 60 }
[tables]
history = "history.csv"
agents = "agents.csv"
absences = "absences.csv"
requests = "requests.csv"
locks = "locks.csv"
[queue.phone]
opening = { "mon-fri" = ["08:00-18:00"] }
patience_seconds = 180
[queue.chat]
channel = "chat"
concurrency = 2
opening = { "mon-fri" = ["09:00-17:00"] }
patience_seconds = 300
[target.phone]
service_level = 0.8
threshold_seconds = 20
[target.chat]
service_level = 0.8
threshold_seconds = 60
[shrinkage]
sickness = 0.05
[contract.full]
weekly_hours = 40
[contract.part]
weekly_hours = 20
max_shifts_per_week = 4
[[shift]]
code = "E"
name = "Early"
start = 08:00:00
hours = 8.5
breaks = [{ minutes = 30, earliest_hours = 3, latest_hours = 5 }]
[[shift]]
code = "L"
name = "Late"
start = 09:30:00
hours = 8.5
breaks = [{ minutes = 30, earliest_hours = 3, latest_hours = 5 }]
unpopular = true
[[shift]]
code = "P"
start = 09:00:00
hours = 5
[solver]
seconds = 3
[simulation]
replications = 10
[verify]
replications = 20
held_out_replications = 20
"""

AGENTS = """agent_id,name,contract,queues
a1,Anna Öz,full,phone:1|chat:2
a2,Ben,full,phone
a3,Chloé,full,chat:1|phone:2
a4,Dora,part,phone
a5,Emil,part,chat
a6,=Finn(),full,phone|chat
"""


def write_small_team(folder: Path) -> Path:
    """Write the team's files and return the scenario's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "base.toml").write_text(BASE, encoding="utf-8")
    (folder / "agents.csv").write_text(AGENTS, encoding="utf-8")
    (folder / "absences.csv").write_text(
        "agent_id,first_day,last_day,kind,credited\na2,2027-01-06,2027-01-06,leave,yes\n", encoding="utf-8"
    )
    (folder / "requests.csv").write_text("agent_id,date,wish,weight\na1,2027-01-05,off,1\n", encoding="utf-8")
    (folder / "locks.csv").write_text("agent_id,date,shift\na3,2027-01-07,L\n", encoding="utf-8")
    rng = np.random.default_rng(7)
    rows = ["interval_start,queue,offered,handled,aht_seconds"]
    for day in range(84):
        on = date(2026, 10, 5) + timedelta(days=day)
        if on.weekday() >= 5:
            continue
        for hour in range(8, 18):
            at = datetime(on.year, on.month, on.day, hour).isoformat(" ")
            calls = rng.poisson(14 + 6 * np.cos((hour - 11) / 2))
            rows.append(f"{at},phone,{calls},{calls},300")
            if 9 <= hour < 17:
                chats = rng.poisson(8)
                rows.append(f"{at},chat,{chats},{chats},420")
    (folder / "history.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "base.toml"
