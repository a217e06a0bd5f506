import gzip
import zipfile

import openpyxl
import pytest

from staffing.errors import InputError
from staffing.frames import LISTED, read_sheet

ROWS = [["queue", "größe"], ["chat", "1,5"], ["mail", "2,5"]]


def text(delimiter):
    return "\r\n".join(delimiter.join(f'"{c}"' for c in row) for row in ROWS) + "\r\n"


def cells(path, data):
    path.write_bytes(data)
    sheet = read_sheet(path)
    return sheet.header, sheet.cells.values.tolist(), sheet.cells.index.tolist()


EXPECTED = (("queue", "größe"), [["chat", "1,5"], ["mail", "2,5"]], [2, 3])


def problems(path, data):
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_sheet(path)
    return [str(p) for p in caught.value.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_dialect_gives_the_same_cells(tmp_path, delimiter, encoding):
    assert cells(tmp_path / "a.csv", text(delimiter).encode(encoding)) == EXPECTED


def test_a_gzip_archive_is_recognised_whatever_its_name(tmp_path):
    assert cells(tmp_path / "a.csv", gzip.compress(text(";").encode())) == EXPECTED


def test_the_separator_line_of_excel_does_not_count_as_a_row(tmp_path):
    assert cells(tmp_path / "a.csv", ("sep=;\r\n" + text(";")).encode("utf-8-sig")) == EXPECTED


def test_a_workbook_keeps_its_numbers_and_row_numbers(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("data")
    sheet.append(["queue", "n"])
    sheet.append([])
    sheet.append(["chat", 1.5])
    book.save(tmp_path / "b.xlsx")
    found = read_sheet(tmp_path / "b.xlsx")
    assert (found.header, found.cells.values.tolist(), found.cells.index.tolist()) == (
        ("queue", "n"),
        [["chat", 1.5]],
        [3],
    )


def test_blank_rows_and_nameless_blank_columns_are_dropped_and_rows_keep_their_numbers(tmp_path):
    found = cells(tmp_path / "a.csv", b"a;b;\n1;2;\n;;\n\n3;;\n")
    assert found == (("a", "b"), [["1", "2"], ["3", ""]], [2, 5])


def test_short_rows_are_filled_and_trailing_separators_ignored(tmp_path):
    assert cells(tmp_path / "a.csv", b"a,b\n1\n2,3,,\n")[1] == [["1", ""], ["2", "3"]]


def test_a_line_break_in_quotation_marks_stays_in_its_row(tmp_path):
    assert cells(tmp_path / "a.csv", b'a,b\n"x\ny",1\nz,2\n')[2] == [2, 3]


def test_rows_that_are_too_wide_are_told_with_their_numbers(tmp_path):
    found = problems(tmp_path / "a.csv", b"a,b\n1,2\n1,5,2\n" + b"1,2,3\n" * (LISTED + 1) + b"1,2\n" * 30)
    assert found[0].startswith("a.csv row 3: has 3 cells, the header has 2 (")
    assert "decimal comma" in found[0]
    assert found[-1].startswith("a.csv: 2 more rows have too many cells")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"\xfe\xff", "the file is empty"),
        (b"sep=;\n\n", "the file is empty"),
        (b"a,b\n", "has a header but no rows"),
        (b",,\n1,2,3\n", "row 1: is blank"),
        (b"\xd0\xcf\x11\xe0 old excel", "old Excel workbook"),
        (b"%PDF-1.7", "a PDF document"),
        (b"PK\x03\x04 no zip at all", "not an XLSX workbook or is damaged"),
        (gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:40], "the gzip archive is damaged"),
        (bytes(range(256)) * 8, "is not a text file or XLSX workbook"),
        (b"\xff\xfe\x00", "is not a text file or XLSX workbook"),
        (b'a,b\n1,2,3\n"x,3\n', "a quotation mark is opened and not closed"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, data, what):
    (found,) = problems(tmp_path / "a.csv", data)
    assert what in found


def test_other_archives_and_damaged_workbooks_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.save(tmp_path / "good.xlsx")
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "broken.xlsx", "w") as broken:
        for item in good.namelist():
            data = good.read(item)
            broken.writestr(item, data[: len(data) // 2] if item.startswith("xl/worksheets") else data)
    for file in ("other.xlsx", "broken.xlsx"):
        with pytest.raises(InputError, match="not an XLSX workbook or is damaged"):
            read_sheet(tmp_path / file)


def test_titles_above_the_header_are_passed_over_and_rows_keep_their_numbers(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Report of May"], [], ["queue", "offered", "note"], ["phone", 1], ["phone", 2, "x"]):
        book.active.append(row)
    book.save(tmp_path / "titled.xlsx")
    found = read_sheet(tmp_path / "titled.xlsx")
    assert (found.header, found.header_row) == (("queue", "offered", "note"), 3)
    assert found.cells.index.tolist() == [4, 5]


@pytest.mark.parametrize(
    "text",
    [
        "Report of May\n\na;b;c\n1,5;2;3\n4;5;6\n7;8;9\n",
        "Report of May;;\n;;\na;b;c\n1,5;2;3\n4;5;6\n7;8;9\n",
        "\nReport\na;b;c\n1,5;2;3\n4;5;6\n7;8;9\n",
    ],
)
def test_titles_above_the_header_of_text_are_passed_over_too(tmp_path, text):
    path = tmp_path / "titled.csv"
    path.write_text(text)
    found = read_sheet(path)
    assert (found.header, found.delimiter) == (("a", "b", "c"), ";")
    assert found.cells.iloc[0].tolist() == ["1,5", "2", "3"]
    assert found.head == f"titled.csv row {found.cells.index[0] - 1}"


def test_a_list_of_one_column_has_its_name_in_the_first_row(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text('Name\nAnna\nBen\n"Adler, Cem"\n')
    assert read_sheet(path).header == ("Name",)


def test_one_named_column_among_empty_ones_is_a_table(tmp_path):
    path = tmp_path / "one.csv"
    path.write_bytes(b"name,,\nAnna,,\nBen,,\n")
    assert read_sheet(path).header == ("name",)


def test_notes_before_a_table_are_passed_over_and_other_sheets_are_named(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["made on 26 November"])
    for name in ("October", "November"):
        sheet = book.create_sheet(name)
        sheet.append(["queue", "offered"])
        sheet.append(["phone", 1])
    book.create_sheet("empty")
    book.save(tmp_path / "b.xlsx")
    found = read_sheet(tmp_path / "b.xlsx")
    assert (found.header, found.others) == (("queue", "offered"), ("November", "Sheet"))


def test_a_workbook_with_a_password_is_told_from_an_old_one(tmp_path):
    (found,) = problems(tmp_path / "a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert "is protected by a password (save a copy without a password" in found


def test_an_empty_workbook_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="the workbook is empty"):
        read_sheet(tmp_path / "b.xlsx")


def test_absent_files_and_folders_are_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_sheet(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_sheet(tmp_path)
