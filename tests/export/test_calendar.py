from datetime import UTC, datetime

import icalendar
import pandas as pd

from staffing.export.calendar import ics_bytes, revisions, uid

SHIFTS = pd.DataFrame(
    {
        "agent_id": ["a1", "a1"],
        "agent_name": ["Zoë Ång", "Zoë Ång"],
        "date": ["2027-01-04", "2027-03-28"],
        "shift": ["E", "N"],
        "shift_name": ["Early", ""],
        "start": ["2027-01-04T06:00:00+01:00", "2027-03-27T22:00:00+01:00"],
        "end": ["2027-01-04T14:00:00+01:00", "2027-03-28T06:00:00+02:00"],
        "break_starts": ["10:00", ""],
    }
)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def events(raw: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(raw).walk("VEVENT"))


def test_events_carry_instants_titles_and_breaks():
    first, night = events(ics_bytes(SHIFTS, "Rota", NOW))
    assert first.decoded("dtstart") == datetime(2027, 1, 4, 5, tzinfo=UTC)
    assert str(first["summary"]) == "Early"
    assert str(first["description"]) == "Break: 10:00"
    assert str(night["summary"]) == "N"
    assert "description" not in night
    assert (night.decoded("dtend") - night.decoded("dtstart")).total_seconds() == 7 * 3600


def test_a_teams_calendar_names_the_agent():
    team = SHIFTS.assign(agent_id=["a1", "a2"])
    assert str(events(ics_bytes(team, "Team", NOW))[0]["summary"]) == "Zoë Ång: Early"


def test_uids_stay_while_shifts_change_and_differ_between_days_and_people():
    assert [str(e["uid"]) for e in events(ics_bytes(SHIFTS, "Rota", NOW))] == [
        str(e["uid"]) for e in events(ics_bytes(SHIFTS.assign(shift="X", sequence=3), "Rota", NOW))
    ]
    assert len({uid(a, d) for a in ("a1", "a2") for d in ("2027-01-01", "2027-01-02")}) == 4


def test_an_empty_rota_is_an_empty_calendar():
    assert events(ics_bytes(SHIFTS.iloc[:0], "Rota", NOW)) == []


def test_changed_days_have_a_higher_revision_and_days_taken_back_are_cancelled():
    published = SHIFTS
    moved = SHIFTS.assign(start=["2027-01-04T07:00:00+01:00", SHIFTS["start"][1]])
    last = revisions([published, moved, moved.iloc[:1]])
    assert last[["date", "sequence", "cancelled"]].to_numpy().tolist() == [
        ["2027-01-04", 1, False],
        ["2027-03-28", 1, True],
    ]
    early, night = events(ics_bytes(last, "Rota", NOW))
    assert (int(early["sequence"]), str(early["status"])) == (1, "CONFIRMED")
    assert (int(night["sequence"]), str(night["status"])) == (1, "CANCELLED")


def test_a_day_that_comes_back_is_one_more_revision_and_nothing_changes_without_a_change():
    back = revisions([SHIFTS, SHIFTS.iloc[:1], SHIFTS.iloc[:1], SHIFTS])
    assert back["sequence"].tolist() == [0, 2]
    assert not back["cancelled"].any()
