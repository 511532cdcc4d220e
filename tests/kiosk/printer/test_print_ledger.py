"""The print ledger: every copy on record, across restarts and power cuts, and no print without a record."""

import pytest

from kiosk.printer.folder import FolderPrinter
from kiosk.printer.ledger import PrintLedger
from kiosk.printer.protocol import PrinterTrouble


def test_copies_are_counted_across_restarts(tmp_path) -> None:
    file = tmp_path / "prints.jsonl"
    for expected in (1, 2, 3):
        with PrintLedger(file).recording("notice-MZ-008-a4d7b16c") as copy:
            assert copy == expected
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_print_that_failed_is_on_record_and_does_not_count(tmp_path) -> None:
    ledger = PrintLedger(tmp_path / "prints.jsonl", who=lambda: "lan")
    with pytest.raises(PrinterTrouble), ledger.recording("form"):
        raise PrinterTrouble("没有纸")
    with ledger.recording("form") as copy:
        assert copy == 1
    assert [(line["outcome"], line["agent"]) for line in ledger.lines()] == [
        ("begun", "lan"), ("failed", "lan"), ("begun", "lan"), ("printed", "lan"),
    ]  # fmt: skip


def test_a_line_torn_by_a_power_cut_costs_only_itself(tmp_path) -> None:
    file = tmp_path / "prints.jsonl"
    with PrintLedger(file).recording("form"):
        pass
    file.write_bytes(file.read_bytes() + b'{"sheet": "fo')
    with PrintLedger(file).recording("form") as copy:
        assert copy == 2
    assert [line["outcome"] for line in PrintLedger(file).lines()] == ["begun", "printed", "begun", "printed"]


@pytest.mark.parametrize("line", ['{"sheet": ["a"], "copy": 1, "outcome": "printed"}', "[1]", "\0\0\0"])
def test_a_line_a_bad_disk_made_up_costs_only_itself(tmp_path, line: str) -> None:
    file = tmp_path / "prints.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    with PrintLedger(file).recording("form") as copy:
        assert copy == 1


def test_nothing_is_printed_that_cannot_be_recorded(tmp_path) -> None:
    ledger = PrintLedger(tmp_path / "nowhere" / "prints.jsonl")
    with pytest.raises(PrinterTrouble, match="台账"), ledger.recording("form"):
        pytest.fail("printed without a record")


def test_names_in_the_ledger_are_plain(tmp_path) -> None:
    ledger = PrintLedger(tmp_path / "prints.jsonl")
    with ledger.recording("../潘某珍\n"):
        pass
    assert {line["sheet"] for line in ledger.lines()} == {"_" * 7}


def test_a_second_copy_says_so_in_a_folder_too(tmp_path) -> None:
    printer = FolderPrinter(tmp_path / "printed", PrintLedger(tmp_path / "prints.jsonl"))
    assert "次打印" not in printer.print_pdf("form", b"%PDF-").words
    assert "第2次打印" in printer.print_pdf("form", b"%PDF-").words
    assert len(PrintLedger(tmp_path / "prints.jsonl").lines()) == 4
