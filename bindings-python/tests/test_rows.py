"""Files as people export them: the rows that are found, and the reasons of bad rows. With a bad row, nothing is sent."""

import gzip
import os
import pathlib
import random
import re
import subprocess
import sys
import tracemalloc

import pytest
from koodrive import InvalidInputError
from koodrive._job.rows._ids import Rounded, unusual
from koodrive._job.source import Checks, Columns, Rules, Source

from command import BARE
from command import koodrive as command

HEADER = "carrier_user_id,package_id\n"
GOOD = [(2, "189642158555241211", "14", None)]
LONG = "189642158555241211"


def all_rows(file, form=None, delimiter=None, rules=Rules(skip_bad=True), **options):
    return [tuple(row) for row in Source(str(file), form, delimiter, rules=rules, **options).rows()]


def alike(found, expected):
    assert [row[:3] for row in found] == [row[:3] for row in expected], found
    for row, like in zip(found, expected):
        assert row[3] == like[3] if like[3] is None else row[3] is not None and like[3] in row[3], row


#: For each name: content, options, and the rows. A bad row has a part of its reason.
FILES = {
    # Separators and quotation marks
    "comma": (HEADER + f"{LONG},14\n", {}, GOOD),
    "semicolon": (f"carrier_user_id;package_id\n{LONG};14\n", {}, GOOD),
    "tab": (f"carrier_user_id\tpackage_id\n{LONG}\t14\n", {}, GOOD),
    "pipe": (f"carrier_user_id|package_id\n{LONG}|14\n", {}, GOOD),
    "a separator by its word": (f"carrier_user_id\tpackage_id\n{LONG}\t14\n", {"delimiter": "Tab"}, GOOD),
    "a separator by itself": (f"carrier_user_id^package_id\n{LONG}^14\n", {"delimiter": "^"}, GOOD),
    "commas in the header of a file with semicolons": (f"a,b,c;carrier_user_id;package_id\nx,y;{LONG};14\n", {}, GOOD),
    "Excel's line that names the separator": (f"sep=;\ncarrier_user_id;package_id\n{LONG};14\n", {}, [(3, *GOOD[0][1:])]),
    "everything quoted": (f'"carrier_user_id","package_id"\n"{LONG}","14"\n', {}, GOOD),
    "a quoted comma": (HEADER + '"a,""b""",2\n', {}, [(2, 'a,"b"', "2", None)]),
    "a quotation mark in an unquoted field": ("note," + HEADER + f'5" disk,{LONG},14\n', {}, GOOD),
    "two fields too few, one too many": (
        HEADER + "1\n1,2,3\n", {}, [(2, "1", "", "1 field, where the header has 2"), (3, "1", "2", "3 fields, where the header has 2")]
    ),
    "empty rows at the end": (HEADER + f"{LONG},14\n,\n\n  \n", {}, [*GOOD, (3, "", "", "carrierUserId: empty")]),
    "empty rows at the end, of tabs": (f"carrier_user_id\tpackage_id\n{LONG}\t14\n\t\n", {}, [*GOOD, (3, "", "", "carrierUserId: empty")]),
    # Line breaks
    "Windows": (HEADER.replace("\n", "\r\n") + f"{LONG},14\r\n", {}, GOOD),
    "an old Mac": (f"carrier_user_id,package_id\r{LONG},14\r", {}, GOOD),
    "a carriage return within an id": (HEADER + "1896\r42,14\n", {}, [(2, "1896\r42", "14", "control character U+000D")]),
    "blank lines": ("\n\n" + HEADER + f"\n{LONG},14\n", {}, [(5, *GOOD[0][1:])]),
    "a last line without its line break": (
        HEADER + f"{LONG},14\n{LONG},1", {}, [*GOOD, (3, LONG, "1", "the last line has no line break, so it may be cut")]
    ),
    "the same, whole": (HEADER + f"{LONG},14", {"rules": Rules(allow_missing_newline=True)}, GOOD),
    # Encodings
    "a mark of UTF-8": (f"\ufeff{HEADER}{LONG},14\n", {}, GOOD),
    "UTF-16 of Windows": (f"carrier_user_id\tpackage_id\r\n{LONG}\t14\r\n".encode("utf-16"), {}, GOOD),
    "UTF-16, big end first": (("\ufeff" + HEADER + f"{LONG},14\n").encode("utf-16-be"), {}, GOOD),
    "UTF-32": ((HEADER + f"{LONG},14\n").encode("utf-32"), {}, GOOD),
    "UTF-16 without a mark": ((HEADER + f"{LONG},14\n").encode("utf-16-le"), {"encoding": "utf-16-le"}, GOOD),
    "Windows-1252": (HEADER.encode() + b"J\xfcrgen,2\n1,2\n", {}, [(2, "J\\udcfcrgen", "2", "not UTF-8 (Windows-1252?)"), (3, "1", "2", None)]),
    "Windows-1252 by its name": (HEADER.encode() + b"J\xfcrgen,2\n", {"encoding": "cp1252"}, [(2, "Jürgen", "2", None)]),
    "Windows-1252 beside the ids": (b"name," + HEADER.encode() + b"J\xfcrgen," + LONG.encode() + b",14\n", {}, GOOD),
    "GB 18030": (("名," + HEADER + f"王,{LONG},14\n").encode("gb18030"), {"encoding": "gb18030"}, GOOD),
    "UTF-8 that was read as Windows-1252": (HEADER + "JÃ¼rgen,2\n", {}, [(2, "JÃ¼rgen", "2", "UTF-8 that was read as Windows-1252")]),
    # Headers
    "camel case": (f"carrierUserId,packageId\n{LONG},14\n", {}, GOOD),
    "capitals, blanks and hyphens": (f' Carrier User ID ,"PACKAGE-ID"\n{LONG},14\n', {}, GOOD),
    "another order, other columns": (f"x,package_id,carrier_user_id\n0,14,{LONG}\n", {}, GOOD),
    "columns by their names": (f"MSISDN;Plan\n{LONG};14\n", {"columns": Columns("msisdn", "PLAN")}, GOOD),
    "a column by its very name": (f"Id,ID,plan\n1,{LONG},14\n", {"columns": Columns("ID", "plan")}, GOOD),
    "files put together": (HEADER + f"{LONG},14\n" + HEADER, {}, [*GOOD, (3, "carrier_user_id", "package_id", "the header again")]),
    # Quotations that are open
    "an open quotation": (
        HEADER + '"1,2\n3,4\n5",6\n7,8\n',
        {},
        [
            (2, "", "", "opens a quotation in column 'carrier_user_id' that this line does not close"),
            (3, "", "", "within the quotation that line 2 opens"),
            (4, "", "", "within the quotation that line 2 opens"),
            (5, "7", "8", None),
        ],
    ),
    "an open quotation that nothing closes": (
        "note," + HEADER + f"x,{LONG},14\nx,1,\"2\nx,3,4\n\nx,5,6",
        {},
        [
            *GOOD,
            (3, "", "", "opens a quotation in column 'package_id'"),
            (4, "", "", "within the quotation that line 3 opens"),
            (6, "", "", "within the quotation that line 3 opens"),
        ],
    ),
    "quotation marks that are not CSV": (HEADER + '"1"2,"3"\n1,2\n', {}, [(2, "", "", "quotation marks that are not CSV"), (3, "1", "2", None)]),
    # Ids
    "blanks": (HEADER + f" {LONG},14\n", {}, [(2, f" {LONG}", "14", "carrierUserId: begins with a space (U+0020); remove it (--trim does so)")]),
    "blanks that are removed": (HEADER + f" \u00a0{LONG}\u200b, 14\t\n", {"checks": Checks(trim=True)}, GOOD),
    "blanks alone": (HEADER + "\u200b,14\n\u00a0,14\n\0,14\n", {}, [
        (2, "\u200b", "14", "carrierUserId: begins with U+200B"), (3, "\u00a0", "14", "carrierUserId: begins with U+00A0"),
        (4, "\0", "14", "carrierUserId: control character U+0000"),
    ]),
    "numbers of a spreadsheet": (HEADER + "1.89642E+17,14\n189642158555241211.0,14\n", {}, [
        (2, "1.89642E+17", "14", "carrierUserId: looks like a number in scientific notation, digits are lost; format the column as text"),
        (3, "189642158555241211.0", "14", "carrierUserId: looks like a number with a decimal point"),
    ]),
    "ids that look damaged and are none": (HEADER + "1.8E+17,14\n", {"checks": Checks(allow_unusual=True)}, [(2, "1.8E+17", "14", None)]),
    "what the core refuses stays refused": (HEADER + " 1,14\n", {"checks": Checks(allow_unusual=True)}, [(2, " 1", "14", "begins with a space")]),
    "a footer": (HEADER + f"{LONG},14\nTOTAL,3\n", {}, [*GOOD, (3, "TOTAL", "3", "looks like a footer")]),
    "a pattern of users": (HEADER + f"{LONG},14\n18964,14\n", {"checks": Checks(user_pattern="[0-9]{18}")}, [
        *GOOD, (3, "18964", "14", "carrierUserId: does not match '[0-9]{18}'")]),
    "a pattern of packages": (HEADER + f"{LONG},14\n{LONG},144\n", {"checks": Checks(package_pattern="1[0-9]")}, [
        *GOOD, (3, LONG, "144", "packageId: does not match '1[0-9]'")]),
    # JSON lines
    "JSON lines": (f'{{"carrierUserId":"{LONG}","packageId":"14"}}\n\n{{"carrier_user_id":"3","package_id":"4","x":1}}\n', {}, [
        (1, *GOOD[0][1:]), (3, "3", "4", None)]),
    "JSON lines with other names": (f'{{"MSISDN":"{LONG}","plan":"14"}}\n', {"columns": Columns("MSISDN", "plan")}, [(1, *GOOD[0][1:])]),
    "JSON with a number": (f'{{"carrierUserId":{LONG},"packageId":"2"}}\n', {}, [(1, LONG, "2", "carrierUserId: a number")]),
    "JSON with half a character": ('{"carrierUserId":"\\ud800","packageId":"2"}\n', {}, [(1, "\\ud800", "2", "carrierUserId: contains a lone surrogate")]),
    "half an object": ('{"carrierUserId":\n', {}, [(1, "", "", "not valid JSON")]),
    "no object": ('["1","2"]\n', {}, [(1, "", "", "not a JSON object")]),
    "a comma after an object": ('{"carrierUserId":"1","packageId":"2"},\n', {}, [(1, "", "", "not valid JSON: the line ends with a comma")]),
    "a member missing": ('{"carrierUserId":"1"}\n', {}, [(1, "1", "", "there is no member package_id or packageId")]),
    "a member twice": ('{"carrierUserId":"1","carrierUserId":"3","packageId":"2"}\n', {}, [(1, "3", "2", "a member appears twice")]),
    "JSON lines without the last line break": ('{"carrierUserId":"1","packageId":"2"}', {}, [(1, "1", "2", "has no line break")]),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_rows_of(tmp_path, case):
    content, options, expected = FILES[case]
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "export").write_bytes(data)
    alike(all_rows(tmp_path / "export", **options), expected)
    # Compression is detected with any file name.
    (tmp_path / "export").write_bytes(gzip.compress(data))
    alike(all_rows(tmp_path / "export", **options), expected)


COLUMNS = "name the columns with --user-column and --package-column"
WHOLE = gzip.compress(
    (HEADER + "".join(f"{random.Random(1).getrandbits(60) + number},14\n" for number in range(20_000))).encode()
)

#: For each name: content, options, and a part of the reason.
REFUSED = {
    "nothing": (b"", {}, "is empty; the first line must be the header, such as carrier_user_id,package_id"),
    "blank lines alone": (b"\n\n", {}, "is empty; the first line must be the header"),
    "another header": (b"user,package\n1,2\n", {}, "there is no column carrier_user_id; the file looks separated by ',' and has 2 columns: 'user', 'package'; " + COLUMNS),
    "one column": (b"carrier_user_id\n1\n", {}, "there is no column package_id; the file has 1 column: 'carrier_user_id'; " + COLUMNS),
    "no header": (f"{LONG};14\n".encode(), {}, f"looks separated by ';' and has 2 columns: '{LONG}', '14'"),
    "another separator": (b"carrier_user_id;package_id\n1;2\n", {"delimiter": "comma"}, "there is no column carrier_user_id; the file looks separated by ';' and has 2 columns: 'carrier_user_id', 'package_id'"),
    "a column by a name that is not there": (b"MSISDN,plan\n1,2\n", {"columns": Columns("user", "plan")}, "there is no column user; the file looks"),
    "both spellings": (b"carrierUserId,carrier_user_id,package_id\n", {}, "there are 2 columns carrier_user_id; name the one to take with --user-column"),
    "an open quotation in the header": (b'carrier_user_id,package_id,"note\nx"\n1,2,3\n', {}, "the header opens a quotation"),
    "files put together, with other columns": (f"{HEADER}1,2\npackage_id,carrier_user_id\n4,3\n".encode(), {}, "line 3 is another header"),
    "files put together, with more columns": (f"{HEADER}1,2\nx,{HEADER}0,4,3\n".encode(), {}, "line 3 is another header"),
    "a JSON array": (b'[\n{"carrierUserId":"1","packageId":"2"},\n{"carrierUserId":"3","packageId":"4"}\n]\n', {}, "line 1 opens a JSON array; write one object a line, for example with `jq -c '.[]'`"),
    "a JSON array that begins with an element": (b'[{"carrierUserId":"1","packageId":"2"},\n{"carrierUserId":"3","packageId":"4"}\n]\n', {}, "line 1 opens a JSON array"),
    "a JSON array in an object": (b'{"rows": [\n{"carrierUserId":"3","packageId":"4"}\n]}\n', {}, "line 1 opens a JSON array"),
    "an Excel workbook": (b"PK\x03\x04\x14\0\x06\0\x08\0[Content_Types].xml", {}, "is an Excel workbook (.xlsx); save it as `CSV UTF-8`"),
    "an old Excel workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {}, "is an Excel workbook (.xls); save it as `CSV UTF-8`"),
    "an OpenDocument spreadsheet": (b"PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet", {}, "is an OpenDocument spreadsheet (.ods)"),
    "a zip archive": (b"PK\x03\x04\x14\0lapsed.csv", {}, "is a zip archive; unpack it"),
    "a web page that is called .xls": (b"\xef\xbb\xbf\n<html><table>", {}, "is HTML or XML"),
    "zstd": (b"\x28\xb5\x2f\xfd", {}, "is compressed with zstd"),
    "compressed twice": (gzip.compress(WHOLE), {}, "is compressed twice; decompress it once"),
    "a gzip that is cut": (WHOLE[: len(WHOLE) * 2 // 3], {}, "the gzip file is cut or damaged"),
    "a gzip that is cut within its checksum": (WHOLE[:-5], {}, "the gzip file is cut or damaged"),
    "a gzip with another checksum": (WHOLE[:-8] + b"\0\0\0\0" + WHOLE[-4:], {}, "the gzip file is cut or damaged (CRC check failed"),
    "a gzip with something behind it": (WHOLE + b"x" * 20, {}, "the gzip file is cut or damaged"),
    "UTF-16 without a mark": ((HEADER + "1,2\n").encode("utf-16-le"), {}, "looks like UTF-16 without a byte order mark; pass --encoding utf-16-le"),
    "UTF-16 that is cut": ((HEADER + "1,2\n").encode("utf-16")[:-1], {}, "is not utf-16 (truncated data)"),
    "not the encoding that is named": (HEADER.encode() + b"\x81,2\n", {"encoding": "cp1252"}, "is not cp1252"),
    "a line without end": (b"x" * 200_000, {}, "line 1 has more than 131,072 characters"),
    "a long id without end": (HEADER.encode() + b"x" * 200_000, {}, "line 2 has more than 131,072 characters"),
    "ids that a spreadsheet rounded": ((HEADER + "189642158555241000,14\n189642158555242000,14\n").encode(), {}, "all ids of more than 15 digits are rounded"),
    "ids that a program took for floating-point numbers": ((HEADER + "".join(f"{int(float(int(LONG) + 1000 * number))},14\n" for number in range(5))).encode(), {}, "all ids of more than 15 digits are rounded"),
    "fewer rows than expected": (HEADER.encode() + b"1,2\n", {"rules": Rules(expected=2)}, "--expect-rows: 1 rows, where 2 are expected"),
    "more rows than expected": (HEADER.encode() + b"1,2\n1,2\n,\n", {"rules": Rules(expected=2)}, "--expect-rows: 3 rows, where 2 are expected"),
    "no rows": (HEADER.encode(), {"rules": Rules(fail_if_empty=True)}, "has no rows"),
    "a bad row": (HEADER.encode() + b"1,2\n1,\n", {"rules": Rules()}, "1 of 2 rows are bad; nothing was sent; correct them, or pass --skip-bad-rows"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_source_is_refused_as_a_whole(tmp_path, case):
    content, options, problem = REFUSED[case]
    (tmp_path / "export").write_bytes(content)
    with pytest.raises(InvalidInputError) as caught:
        all_rows(tmp_path / "export", **options)
    assert problem in str(caught.value)


#: Examples of each kind of damaged id.
UNUSUAL = {
    "a number in scientific notation": ["1.89642E+17", "1,89642E+17", "1e5", "-2E-3"],
    "a number with a decimal point": ["189642158555241211.0", "14,0", ".5", "14."],
    "digits with separators in between": ["189,642,158", "189 642 158", "1'000'000", "12;13", "12, 13, 14"],
    "a date or a time": ["2025-11-03", "03.11.2025", "11/3/25", "14-Jan", "Jan-14", "3 May 2025", "14:05", "2025-11-03 00:00:00"],
    "a formula": ['="189642158555241211"', "=A1"],
    "text that a spreadsheet marks with an apostrophe": ["'189642158555241211", "’14"],
    "a field with quotation marks": ['"14"', "“14”", "„14“"],
    "an error of a spreadsheet": ["#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "########"],
    "a word for a missing value": [
        "NULL", "null", "(null)", "<NA>", "N/A", "n.a.", "#N/A", "nan", "NaN", "None", "nil", "undefined", "\\N", "-", "--", "—", "?",
        ".", "TRUE", "false", "inf", "[object Object]",
    ],
    "a footer": ["TOTAL", "Total:", "Grand Total", "Subtotal", "Total: 3", "sum", "count 3", "rows: 3", "(3 rows)", "3 rows selected.", "总计", "EOF", "-- end of report --"],
    "the invisible character U+200B": ["1896\u200b42"],
    "the invisible character U+00A0": ["1896\u00a042"],
    "the invisible character U+00AD": ["1896\u00ad42"],
    "the replacement character U+FFFD": ["J\ufffdrgen"],
    "the digit U+FF11": ["\uff11\uff12"],
    "UTF-8 that was read as Windows-1252": ["JÃ¼rgen", "â‚¬14"],
}  # fmt: skip


@pytest.mark.parametrize("looks, value", [(looks, value) for looks, values in UNUSUAL.items() for value in values])
def test_an_id_that_looks_damaged(looks, value):
    assert looks in (unusual(value) or "not unusual")


@pytest.mark.parametrize(
    "value",
    [
        LONG, "14", "0", "007", "-1", "+8613800138000", "user 3", "a,b", "J\u00fcrgen", "成功", "🙂", "x@y.example", "1896-4215-8555", "123-45-6789",
        "550e8400-e29b-41d4-a716-446655440000", "5f4dcc3b5aa765d61d8327deb882cf99", "PKG_14", "A1", "12e", "e5", "nanette", "totally", "countess",
        "nullable", "decoder-12", "a-b", "it's", "x=1", "C#", "12/34",
    ],
)  # fmt: skip
def test_an_id_that_looks_usual(value):
    assert unusual(value) is None


def test_the_documented_ids_are_those():
    """Checks the examples of docs/rows.md: those of its table look damaged, the usual ones do not."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "rows.md").read_text(encoding="utf-8")
    table = text.partition("| an id looks like |")[2].partition("\n\n")[0]
    examples = [example for row in table.splitlines()[2:] for example in re.findall("`([^`]+)`", row.split("|")[2])]
    assert len(examples) > 20 and all(map(unusual, examples)), [example for example in examples if not unusual(example)]
    usual = re.findall("`([^`]+)`", re.search(r"has such a form\. (.*?) and\s+every id", text, re.DOTALL)[1])
    assert len(usual) == 4 and not any(map(unusual, usual))


def rounded(values):
    ids = Rounded()
    for value in values:
        ids.add(str(value))
    return ids.problem is not None


def test_ids_count_as_rounded_only_if_all_are():
    first = int(LONG)
    assert rounded([first // 1000 * 1000 + 1000 * number for number in range(2)])
    # JavaScript shows 17 digits and then zeros.
    assert rounded((first + 7919 * number) // 10 * 10 for number in range(7))
    assert rounded(int(float(first + 7919 * number)) for number in range(4))
    # One id may end with zeros by chance. A repeated id adds no evidence.
    assert not rounded([first // 1000 * 1000] * 100)
    # One id that does not fit excludes rounding, at any place.
    ids = [first // 1000 * 1000 + 1000 * number for number in range(1000)]
    assert rounded(ids) and not rounded([*ids, first]) and not rounded([first, *ids])
    assert not rounded([14, "x" * 20, "1" * 5000] * 100)


@pytest.mark.parametrize("seed", range(20))
def test_ids_at_random_are_not_rounded(seed):
    chance = random.Random(seed)
    assert not rounded(chance.randrange(10**17, 10**18) for _ in range(20))


#: A file of each kind, and its rows.
WHOLE_ROWS = [(str(int(LONG) + 7 * number), str(14 + number)) for number in range(8)]
KINDS = {
    "csv": HEADER + "".join(f"{user},{package}\n" for user, package in WHOLE_ROWS),
    "quoted": '"package_id";"note";"carrier_user_id"\r\n'
    + "".join(f'"{package}";"a ""b"";";"{user}"\r\n' for user, package in WHOLE_ROWS),
    "jsonl": "".join(f'{{"packageId":"{package}","carrierUserId":"{user}"}}\n' for user, package in WHOLE_ROWS),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_cut_anywhere_sends_no_cut_id(tmp_path, kind, encoding):
    data = KINDS[kind].encode(encoding)
    for name, at in [("plain", at) for at in range(len(data))] + [("gzip", at) for at in range(1, len(data) // 4)]:
        content = data[:at] if name == "plain" else gzip.compress(data)[:-at]
        (tmp_path / "export").write_bytes(content)
        try:
            rows = all_rows(tmp_path / "export")
        except InvalidInputError:
            continue
        assert name == "plain"
        good = [(user, package) for _, user, package, bad in rows if bad is None]
        assert good == WHOLE_ROWS[: len(good)] and len(rows) - len(good) <= 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_a_changed_quotation_mark_or_line_break_sends_no_other_id(tmp_path, kind, seed):
    """Inserts or removes one quotation mark or line break."""
    chance = random.Random(seed)
    text, packages = KINDS[kind], {package for _, package in WHOLE_ROWS}
    for _ in range(100):
        at = chance.randrange(len(text))
        damaged = text[:at] + chance.choice(['"', "\r", "", '""', "\0", "\u200b", " "]) + text[at + chance.randrange(2) :]
        (tmp_path / "export").write_bytes(damaged.encode())
        try:
            rows = all_rows(tmp_path / "export", checks=Checks(user_pattern="[0-9]{18}"))
        except InvalidInputError:
            continue
        good = {(user, package) for _, user, package, bad in rows if bad is None}
        # A package id that lost a digit still looks usual.
        assert len(good - set(WHOLE_ROWS)) <= (1 if {package for _, package in good} - packages else 0), damaged


# The command


def test_a_bad_row_prevents_sending_without_skip_bad_rows(tmp_path, koodrive_sandbox, koodrive_sandbox_server):
    environ, job = koodrive_sandbox_server.environ, str(tmp_path / "night.db")
    file = tmp_path / "lapsed.csv"
    file.write_text(HEADER + "1,2\n1.8E+17,2\n3,2\n" + "NULL,2\n" * 30)
    done = command("run", str(file), "--job", job, environ=environ)
    assert (done.code, done.stdout, koodrive_sandbox.accepted()) == (2, "", [])
    assert "line 3: carrierUserId: looks like a number in scientific notation" in done.stderr
    assert "and 11 more bad rows; --show-bad-rows 31 shows all" in done.stderr
    assert "31 of 33 rows are bad; nothing was sent; correct them, or pass --skip-bad-rows" in done.stderr
    # The refused source leaves no journal.
    done = command("run", str(file), "--job", job, "--skip-bad-rows", "--show-bad-rows", "1", "--json", environ=environ)
    assert (done.code, done.json["rows"]) == (2, {"bad": 31, "delivered": 2})
    assert done.stderr.count("line ") == 1 and "and 30 more bad rows" in done.stderr
    assert sorted(call.carrier_user_id for call in koodrive_sandbox.accepted()) == ["1", "3"]


@pytest.mark.parametrize("way", ["file", "stdin"])
def test_a_cut_gzip_sends_nothing(tmp_path, way, koodrive_sandbox, koodrive_sandbox_server):
    cut = WHOLE[: len(WHOLE) * 2 // 3]
    (tmp_path / "lapsed.csv.gz").write_bytes(cut)
    source = str(tmp_path / "lapsed.csv.gz") if way == "file" else "-"
    done = subprocess.run(
        [sys.executable, "-m", "koodrive", "run", source, "--job", str(tmp_path / "job"), "--skip-bad-rows"],
        input=cut,
        capture_output=True,
        env={**BARE, **koodrive_sandbox_server.environ},
    )
    assert done.returncode == 2 and b"the gzip file is cut or damaged" in done.stderr and b"nothing was sent" in done.stderr
    assert koodrive_sandbox.accepted() == []


BAD_ARGUMENTS = [
    (
        ("--delimiter", "xy"),
        "--delimiter: 'xy' is not a single character; pass one such as ; or a word: comma, semicolon, tab, pipe",
    ),
    (("--delimiter", '"'), "--delimiter: '\"' is not a single character"),
    (("--encoding", "klingon"), "--encoding: unknown encoding 'klingon'"),
    (("--encoding", "base64"), "--encoding: unknown encoding 'base64'"),
    (("--id-pattern", "["), "--id-pattern: not a regular expression"),
    (("--package-pattern", "*"), "--package-pattern: not a regular expression"),
    (("--token-file", "-"), "both the source and a secret would be read from stdin"),
]


@pytest.mark.parametrize("arguments, message", BAD_ARGUMENTS)
def test_arguments_are_checked_before_the_journal_is_made(tmp_path, arguments, message):
    done = command("run", "-", "--job", str(tmp_path / "job"), *arguments, stdin=HEADER)
    assert done.code == 2 and done.stderr.startswith(f"koodrive: {message}"), done.stderr
    assert os.listdir(tmp_path) == []


def test_every_argument_reaches_the_rows(tmp_path):
    (tmp_path / "a.txt").write_bytes("MSISDN\tPLAN\n 1.5\t14\n 2x\t14\n 3\t15\n 4\tü".encode("cp1252"))
    arguments = (
        "--format", "csv", "--delimiter", "tab", "--encoding", "cp1252", "--user-column", "msisdn", "--package-column", "plan", "--trim",
        "--allow-unusual-ids", "--allow-missing-newline", "--id-pattern", "[0-9.]+", "--package-pattern", "14|ü", "--expect-rows", "4",
        "--fail-if-empty",
    )  # fmt: skip
    done = command("run", str(tmp_path / "a.txt"), "--job", str(tmp_path / "job"), "--dry-run", "--json", *arguments)
    assert (done.code, done.json["rows"]) == (2, {"bad": 2, "pending": 2}), done.stderr
    assert "line 3: carrierUserId: does not match" in done.stderr and "line 4: packageId: does not match" in done.stderr


def test_a_source_that_cannot_be_read(tmp_path):
    for source in (tmp_path, tmp_path / "none.csv"):
        done = command("run", str(source), "--job", str(tmp_path / "job"), "--dry-run")
        assert done.code == 2 and "cannot be read (" in done.stderr
    done = command(
        "run",
        "-",
        "--job",
        str(tmp_path / "job"),
        "--dry-run",
        program=("sh", "-c", f'{sys.executable} -m koodrive "$@" <&-', "x"),
    )
    assert done.code == 2 and "-: is empty; the first line must be the header" in done.stderr


def test_memory_does_not_grow_with_the_rows(tmp_path):
    def peak(count):
        with open(tmp_path / "rows.csv", "w", encoding="utf-8") as file:
            file.write(HEADER)
            file.writelines(f"{int(LONG) + number},14\n" for number in range(count))
        tracemalloc.start()
        for _ in Source(str(tmp_path / "rows.csv"), rules=Rules(expected=count)).rows():
            pass
        return tracemalloc.get_traced_memory()[1], tracemalloc.stop()

    # The first call compiles the expressions.
    peak(1)
    assert peak(50_000)[0] < peak(5_000)[0] + 50_000
