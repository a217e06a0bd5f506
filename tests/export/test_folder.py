import pytest

from staffing.errors import InputError
from staffing.export.folder import write_folder


def test_all_files_are_written_and_nothing_else_is_left(tmp_path):
    folder = tmp_path / "new" / "out"
    written = write_folder(folder, {"a.csv": b"1", "calendars/b.ics": b"2"})
    assert [p.read_bytes() for p in written] == [b"1", b"2"]
    assert sorted(p.name for p in folder.iterdir()) == ["a.csv", "calendars"]


def test_files_that_stand_there_are_replaced_and_others_kept(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"old")
    (tmp_path / "mine.txt").write_bytes(b"mine")
    write_folder(tmp_path, {"a.csv": b"new"})
    assert (tmp_path / "a.csv").read_bytes() == b"new"
    assert (tmp_path / "mine.txt").read_bytes() == b"mine"


def test_a_failure_half_way_leaves_what_was_there(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"old")
    with pytest.raises(TypeError):
        write_folder(tmp_path, {"a.csv": b"new", "b.csv": "not bytes"})
    assert (tmp_path / "a.csv").read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv"]


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written to"):
        write_folder(tmp_path / "file" / "out", {"a": b""})
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="cannot be written to"):
        write_folder(tmp_path, {"taken": b""})
