"""A small team on disk, in the files of a real one."""

from __future__ import annotations

import csv
from pathlib import Path

BASE = """
name = "January"
currency = "EUR"
horizon = {{ start = 2027-01-01, days = {days}, timezone = "Europe/Berlin", interval_minutes = 30 }}

[tables]
history = "tables/history.csv"
agents = "tables/agents.csv"
absences = "tables/absences.csv"

[queue.phone-de]
opening = {{ "mon-sun" = ["08:00-20:00"] }}
[queue.phone-en]
opening = {{ "mon-sun" = ["08:00-20:00"] }}
[queue.chat]
channel = "chat"
concurrency = 2
opening = {{ "mon-sun" = ["08:00-20:00"] }}
[queue.email]
channel = "email"
opening = {{ "mon-fri" = ["08:00-20:00"] }}

[target.phone-de]
service_level = 0.80
threshold_seconds = 20
[target.phone-en]
service_level = 0.80
threshold_seconds = 20
[target.chat]
service_level = 0.80
threshold_seconds = 60
[target.email]
service_level = 0.95
response_hours = 8

[shrinkage]
training = 0.04
sickness = 0.05
meetings = 0.03

[contract.full]
weekly_hours = 40
[contract.part]
weekly_hours = 20

[solver]
seconds = 20

[[shift]]
code = "E"
name = "Early"
start = 07:00:00
hours = 8.5
breaks = [{{ minutes = 30, earliest_hours = 3, latest_hours = 5 }}]
[[shift]]
code = "M"
name = "Middle"
start = 09:30:00
hours = 8.5
breaks = [{{ minutes = 30, earliest_hours = 3, latest_hours = 5 }}]
[[shift]]
code = "L"
name = "Late"
start = 12:00:00
hours = 8.5
unpopular = true
breaks = [{{ minutes = 30, earliest_hours = 3, latest_hours = 5 }}]
"""

WHAT_IF = 'extends = "base.toml"\nname = "Volume +20%"\n[demand.scale]\nphone-de = 1.2\nphone-en = 1.2\nchat = 1.2\n'

FIRST = ["Anna", "Ben", "Clara", "Deniz", "Emil", "Fatma", "Greta", "Hugo", "Ines", "Jonas", "Klara", "Leo", "Mia"]
LAST = ["Adler", "Brandt", "Çelik", "Dietz", "Evers", "Fuchs", "Groß", "Haas", "Ivanov", "Jung", "Krüger"]


def write_team(folder: Path, agents: int = 24, days: int = 14, name: str = "helpdesk") -> Path:
    """Write base.toml, one what-if and the tables; return the team's folder."""
    team = folder / name
    (team / "tables").mkdir(parents=True)
    (team / "base.toml").write_text(BASE.format(days=days), encoding="utf-8")
    (team / "more-volume.toml").write_text(WHAT_IF, encoding="utf-8")
    with (team / "tables" / "agents.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["agent_id", "name", "contract", "queues"])
        for i in range(agents):
            person = f"{FIRST[i % len(FIRST)]} {LAST[(i // 2 + i) % len(LAST)]}"
            skills = "phone-de:1|chat:2" if i % 3 else "phone-en:1|phone-de:2|email:3"
            writer.writerow([f"A{i + 1:03}", person, "part" if i % 4 == 3 else "full", skills])
    (team / "tables" / "absences.csv").write_text(
        "agent_id,first_day,last_day,kind\nA002,2027-01-04,2027-01-08,leave\nA005,2027-01-06,,sick\n", encoding="utf-8"
    )
    (team / "tables" / "history.csv").write_text(
        "interval_start,queue,offered,handled,aht_seconds\n2026-12-01T08:00,phone-de,30,29,300\n", encoding="utf-8"
    )
    return team
