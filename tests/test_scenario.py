import json
from pathlib import Path

import pytest

from staffing.errors import InputError
from staffing.scenario import load, schema
from tests.small_team import write_small_team

BASE = """
name = "Base"
horizon = { start = 2027-01-01, days = 31, timezone = "Europe/Berlin" }
[tables]
history = "history.csv"
agents = "agents.csv"
[queue.phone]
opening = { "mon-fri" = ["08:00-18:00"] }
[target.phone]
service_level = 0.8
[contract.full]
weekly_hours = 40
[[shift]]
code = "E"
start = 06:00:00
hours = 8
[[shift]]
code = "L"
start = 12:00:00
hours = 8
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.toml").write_text(BASE)
    (tmp_path / "history.csv").write_text("x")
    (tmp_path / "agents.csv").write_text("x")
    return tmp_path


def what_if(folder: Path, text: str, name: str = "what-if.toml") -> Path:
    path = folder / name
    path.write_text('extends = "base.toml"\n' + text)
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(path)
    return [str(p) for p in caught.value.problems]


def test_a_scenario_is_read_with_its_defaults(folder):
    scenario = load(folder / "base.toml")
    assert scenario.queues == ("phone",)
    assert scenario.law.min_rest_hours == 11
    assert scenario.files("history") == (folder / "history.csv",)
    assert scenario.files("absences") == ()
    assert len(scenario.horizon.grid()) == 31 * 48
    assert scenario.opening()["phone"].by_weekday[6] == ()


def test_a_what_if_states_only_its_differences(folder):
    path = what_if(
        folder,
        "[demand.scale]\nphone = 1.2\n[target.phone]\nthreshold_seconds = 10\n"
        '[[shift]]\ncode = "L"\nhours = 6\n[[shift]]\ncode = "N"\nstart = 22:00:00\nhours = 8\n',
    )
    scenario = load(path)
    assert scenario.name == "Base"
    assert scenario.target["phone"].service_level == 0.8
    assert scenario.target["phone"].threshold_seconds == 10
    assert [(s.code, s.hours) for s in scenario.shift] == [("E", 8), ("L", 6), ("N", 8)]


def test_a_scenario_without_a_name_is_called_after_its_file(folder):
    (folder / "base.toml").write_text(BASE.replace('name = "Base"', ""))
    assert load(folder / "base.toml").name == "base"


def test_tables_are_relative_to_the_file_that_states_them_and_may_be_lists(folder):
    deeper = folder / "what-ifs"
    deeper.mkdir()
    (deeper / "hires.csv").write_text("x")
    (deeper / "hire.toml").write_text('extends = "../base.toml"\n[tables]\nagents = ["../agents.csv", "hires.csv"]\n')
    scenario = load(deeper / "hire.toml")
    assert scenario.files("agents") == (folder / "agents.csv", deeper / "hires.csv")
    assert scenario.files("history") == (folder / "history.csv",)


def test_a_scenario_that_extends_itself_is_refused(folder):
    (folder / "base.toml").write_text('extends = "what-if.toml"\n' + BASE)
    found = problems(what_if(folder, ""))
    assert found == [
        "what-if.toml, extends: a scenario extends itself: what-if.toml -> base.toml -> what-if.toml (break the circle)"
    ]


def test_every_wrong_value_is_told_at_once_with_file_key_value_and_what_to_do(folder):
    path = what_if(
        folder,
        "currncy = 'USD'\n[target.phone]\nservice_level = 80\n[queue.phone]\nchanel = 'chat'\n"
        "[contract.part]\nhourly_cost = 20\n[[shift]]\ncode = 'E'\nhours = 'eight'\n",
    )
    found = problems(path)
    assert (
        "what-if.toml, target.phone.service_level: must be a fraction of at most 1, not 80 (write 0.8 for 80%)" in found
    )
    assert "what-if.toml, queue.phone.chanel: unknown key 'chanel' (did you mean channel?)" in found
    assert "what-if.toml, currncy: unknown key 'currncy' (did you mean currency?)" in found
    assert "what-if.toml, contract.part.weekly_hours: is missing (add weekly_hours)" in found
    assert any(p.startswith("what-if.toml, shift[E].hours: ") and "'eight'" in p for p in found)
    assert len(found) == 5


def test_a_value_inherited_from_the_base_is_blamed_on_the_base(folder):
    (folder / "base.toml").write_text(BASE.replace("weekly_hours = 40", "weekly_hours = 400"))
    assert problems(what_if(folder, ""))[0].startswith("base.toml, contract.full.weekly_hours: ")


def test_sections_that_do_not_fit_together_are_told(folder):
    path = what_if(
        folder,
        "[target.fone]\nservice_level = 0.8\n[demand.scale]\nfone = 2.0\n[demand.aht_scale]\nfone = 2.0\n"
        '[queue.chat]\nparent = "nobody"\nopening = { "mom" = [] }\n[contract.full]\nshifts = ["X"]\n'
        '[tables]\nevents = "missing.csv"\n[horizon]\ntimezone = "Mars/Olympus"\n',
    )
    found = "\n".join(problems(path))
    for part in (
        "target.fone: unknown queue 'fone'",
        "demand.scale.fone: unknown queue",
        "demand.aht_scale.fone: unknown queue",
        "queue.chat: has no service target",
        "queue.chat.parent: unknown queue 'nobody'",
        "unknown day 'mom'",
        "contract.full.shifts: unknown shift 'X' (one of: E, L)",
        "no such file",
        "unknown time zone 'Mars/Olympus'",
    ):
        assert part in found


def test_empty_sections_are_told(folder):
    (folder / "base.toml").write_text(
        'horizon = { start = 2027-01-01, days = 31, timezone = "UTC" }\nshift = []\n'
        '[tables]\nhistory = "history.csv"\nagents = "agents.csv"\n[queue]\n[target]\n[contract]\n'
    )
    found = problems(folder / "base.toml")
    assert any("there is no queue" in p for p in found)
    assert any("there is no shift type" in p for p in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "is not valid TOML"),
        ("extends = 7", "is not a file name"),
        ('extends = "gone.toml"', "no such file"),
    ],
)
def test_files_that_cannot_be_used_are_told(tmp_path, text, message):
    (tmp_path / "bad.toml").write_text(text)
    assert message in problems(tmp_path / "bad.toml")[0]


def test_a_missing_and_a_binary_file_are_told(tmp_path):
    assert "no such file" in problems(tmp_path / "none.toml")[0]
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00\x80")
    assert "cannot be read" in problems(tmp_path / "binary.toml")[0]


def test_the_input_hash_follows_settings_and_tables_but_not_their_place(folder, tmp_path_factory):
    first = load(folder / "base.toml").input_hash()
    other = tmp_path_factory.mktemp("elsewhere")
    for name in ("base.toml", "history.csv", "agents.csv"):
        (other / name).write_bytes((folder / name).read_bytes())
    assert load(other / "base.toml").input_hash() == first
    (other / "agents.csv").write_text("y")
    assert load(other / "base.toml").input_hash() != first
    assert load(what_if(folder, "[demand.scale]\nphone = 1.1")).input_hash() != first


def test_the_committed_schema_is_that_of_the_code():
    committed = Path(__file__).parent.parent / "docs" / "scenario.schema.json"
    assert json.loads(committed.read_text()) == schema(), "run: staffing schema > docs/scenario.schema.json"


def test_unknown_queues_and_too_few_quantiles_for_the_simulation_are_refused_at_once(tmp_path):
    base = write_small_team(tmp_path)
    text = base.read_text(encoding="utf-8").replace("[queue.phone]", "[queue.phone]\naht_quantiles = [30]")
    wrong = "[simulation]\nreserve = { mail = 1 }\n[simulation.retry.fax]\nshare = 0.2\n"
    base.write_text(text.replace("[simulation]\nreplications = 10\n", wrong), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(base)
    told = " ".join(str(p) for p in caught.value.problems)
    assert "'mail'" in told
    assert "'fax'" in told
    assert "aht_quantiles" in told
