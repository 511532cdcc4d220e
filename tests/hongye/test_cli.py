"""The command line as people and scripts use it: JSON that parses, exit codes that tell, faults in one clear line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pypdf
import pytest
from sqlalchemy import text

from hongye.cli import main
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera, VirtualCameraSettings
from kiosk.imaging.geometry import ordered, overlap
from server.db.engine import open_engine, writing

ROOT = Path(__file__).parents[2]
VILLAGE = "450521100215"


@pytest.fixture(autouse=True)
def no_other_database(monkeypatch):
    monkeypatch.delenv("HONGYE_DATABASE_URL", raising=False)


@pytest.fixture
def hongye(capsys):
    """Runs one command in this process: (exit code, what it printed, what it complained of)."""

    def run(*words) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def answer(hongye):
    """One JSON answer of a command that succeeds."""

    def run(*words) -> dict:
        code, printed, complaint = hongye(*words, "--json")
        assert (code, complaint) == (0, "")
        return json.loads(printed)

    return run


@pytest.fixture
def refusal(hongye):
    """The one line of a command that fails."""

    def run(*words) -> str:
        code, printed, complaint = hongye(*words)
        assert (code, printed) == (1, "")
        assert complaint.startswith("hongye: ")
        assert len(complaint.splitlines()) == 1
        return complaint

    return run


def test_it_runs_as_a_module_prints_json_and_sets_the_exit_code():
    words = [sys.executable, "-m", "hongye", "due", "--days", "1", "--at"]
    options = {"cwd": ROOT, "capture_output": True, "text": True, "encoding": "utf-8", "timeout": 60}
    good = subprocess.run([*words, "2026-11-27T09:00", "--json"], **options)
    assert (good.returncode, json.loads(good.stdout)["due_on"], good.stderr) == (0, "2026-11-30", "")
    bad = subprocess.run([*words, "soon"], **options)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "Traceback" not in bad.stderr


class TestDue:
    @pytest.mark.parametrize(
        ("words", "due_on", "unit"),
        [
            (["--item", "MZ-008", "--at", "2026-09-14T09:12"], "2026-09-29", "working_day"),
            (
                ["--item", "MZ-001", "--limit", "statutory", "--at", "2026-09-14T09:12"],
                "2026-10-30",
                "working_day",
            ),  # Saturday 10 October is worked
            (["--days", "3", "--at", "2026-09-24"], "2026-09-30", "working_day"),
            (["--days", "7", "--unit", "calendar", "--at", "2026-11-21"], "2026-11-30", "calendar_day"),
            (["--days", "0", "--at", "2026-11-21"], "2026-11-23", "working_day"),
        ],
    )
    def test_a_limit_of_an_item_or_of_days_ends_when_the_calendar_says(self, answer, words, due_on, unit):
        told = answer("due", *words)
        assert (told["due_on"], told["unit"], told["provisional"]) == (due_on, unit, False)

    @pytest.mark.parametrize(
        ("at", "started_on"),
        [
            ("2026-11-23T23:30", "2026-11-23"),
            ("2026-11-23T23:30:00+08:00", "2026-11-23"),
            ("2026-11-23T15:59:59Z", "2026-11-23"),
            ("2026-11-23T16:00:00Z", "2026-11-24"),
            ("2026-11-22T20:00:00-08:00", "2026-11-23"),
        ],
    )
    def test_a_time_without_a_zone_is_beijings_and_one_with_a_zone_is_what_it_says(self, answer, at, started_on):
        assert answer("due", "--days", 5, "--at", at)["started_on"] == started_on

    @pytest.mark.parametrize("year", [2027, 2035])
    def test_a_year_whose_holidays_are_not_known_is_provisional_and_says_so(self, answer, hongye, year):
        assert answer("due", "--days", 3, "--at", f"{year}-06-01")["provisional"] is True
        assert "暂估" in hongye("due", "--days", 3, "--at", f"{year}-06-01")[1]

    def test_without_json_the_date_alone_is_printed(self, hongye):
        assert hongye("due", "--days", 1, "--at", "2026-11-23") == (0, "2026-11-24\n", "")

    def test_an_item_without_a_limit_in_law_is_one_line(self, refusal):
        line = refusal("due", "--item", "MZ-008", "--limit", "statutory", "--at", "2026-11-23")
        assert "没有法定时限" in line
        assert "国家未规定" in line

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--at", "soon", "--days", "1"], "不是时间：soon"),
            (["--at", "2026-02-30", "--days", "1"], "不是时间"),
            (["--at", "9999-12-20", "--days", "20"], "太远"),
            (["--at", "0001-01-01T00:00", "--days", "1"], "不是时间"),
            (["--at", "2026-11-23"], "二者选一"),
            (["--at", "2026-11-23", "--days", "1", "--item", "MZ-008"], "二者选一"),
            (["--at", "2026-11-23", "--days", "-1"], "0 到 1000"),
            (["--at", "2026-11-23", "--days", "1001"], "0 到 1000"),
            (["--at", "2026-11-23", "--item", "MZ-999"], "MZ-999"),
        ],
    )
    def test_what_cannot_be_answered_is_one_line_that_says_why(self, refusal, words, said):
        assert said in refusal("due", *words)


@pytest.mark.parametrize(
    "words",
    [[], ["fly"], ["due"], ["due", "--at", "2026-11-23", "--days", "many"], ["due", "--at", "2026-11-23", "--limit", "x"],
     ["scan"], ["read"], ["bundle", "a.jpg"], ["catalogue"], ["sheet", "notice", "MZ-008"], ["machine", "code"]],
)  # fmt: skip
def test_words_it_does_not_know_are_answered_with_the_usage(words, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "usage: hongye" in capsys.readouterr().err


@pytest.fixture(scope="module")
def photograph(tmp_path_factory) -> tuple[Path, np.ndarray]:
    """A form under the virtual camera, and where its corners truly lie."""
    camera = VirtualCamera(VirtualCameraSettings(resolution=(1632, 1224)))
    form = specimens_for(story_person())["apply_form"]
    camera.place(form.picture, form.width_mm, form.height_mm)
    path = tmp_path_factory.mktemp("pictures") / "form.jpg"
    path.write_bytes(cv2.imencode(".jpg", camera.still().image)[1].tobytes())
    return path, ordered(camera.true_corners())


@pytest.fixture
def no_picture(tmp_path) -> Path:
    path = tmp_path / "notes.jpg"
    path.write_text("hello")
    return path


class TestScan:
    def test_a_picture_of_a_sheet_gives_its_corners(self, answer, photograph):
        path, corners = photograph
        told = answer("scan", path)
        assert overlap(np.array(told["corners"]), corners) > 0.97
        assert told["path"] == str(path)
        assert told["ms"] > 0

    def test_several_pictures_are_answered_one_a_line_in_order_and_one_bad_one_fails_the_run(
        self, hongye, photograph, no_picture, tmp_path
    ):
        pictures = [no_picture, photograph[0], tmp_path / "missing.jpg"]
        code, printed, _ = hongye("scan", "--json", *pictures)
        told = [json.loads(line) for line in printed.splitlines()]
        assert code == 1
        assert [line["path"] for line in told] == [str(picture) for picture in pictures]
        assert [line["corners"] is None for line in told] == [True, False, True]
        assert "不是图片" in told[0]["error"]
        assert "error" not in told[1]
        assert "打不开" in told[2]["error"]

    def test_paths_may_come_one_a_line_on_standard_input(self, hongye, photograph, monkeypatch, tmp_path):
        lines = tmp_path / "lines"
        lines.write_text(f"{photograph[0]}\n\n", encoding="utf-8")
        with lines.open(encoding="utf-8") as stream:
            monkeypatch.setattr("sys.stdin", stream)
            code, printed, _ = hongye("scan", "--json", "-")
        assert code == 0
        assert json.loads(printed)["corners"]

    def test_names_in_another_encoding_are_answered_one_a_line_too(self, photograph, tmp_path):
        names = ["身份证".encode("gbk") + b".jpg", "户口簿".encode("gbk") + b".jpg"]
        for name in names:
            (tmp_path / os.fsdecode(name)).write_bytes(photograph[0].read_bytes())
        ran = subprocess.run(
            [sys.executable, "-X", "utf8", "-m", "hongye", "scan", "--json", names[0], "-", "missing.jpg"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8:strict"},
            input=names[1] + b"\n",
            capture_output=True,
            timeout=60,
        )
        told = [json.loads(line) for line in ran.stdout.decode("utf-8").splitlines()]
        assert ran.returncode == 1
        assert [os.fsencode(line["path"]) for line in told] == [*names, b"missing.jpg"]
        assert [line["corners"] is None for line in told] == [False, False, True]

    def test_without_json_people_read_a_sentence(self, hongye, no_picture):
        code, printed, _ = hongye("scan", no_picture)
        assert code == 1
        assert printed.startswith(f"{no_picture}：")


class TestRead:
    @pytest.fixture
    def card(self, tmp_path) -> Path:
        path = tmp_path / "card.jpg"
        cv2.imwrite(str(path), specimens_for(story_person())["id_card_front"].picture)
        return path

    def test_a_card_gives_its_text_its_kind_and_its_fields(self, answer, card):
        told = answer("read", card)
        number = {"value": story_person().id_number, "label": "公民身份号码", "trouble": None}
        assert (told["path"], told["kind"], told["turn"], told["codes"]) == (str(card), "id_card_front", 0, [])
        assert told["fields"]["id_number"] == number
        assert number["value"] in told["text"]
        assert told["ms"] > 0

    def test_pictures_come_one_a_line_on_standard_input_and_a_bad_one_fails_the_run(
        self, hongye, card, no_picture, monkeypatch, tmp_path
    ):
        lines = tmp_path / "lines"
        lines.write_text(f"{no_picture}\n{card}\n", encoding="utf-8")
        with lines.open(encoding="utf-8") as stream:
            monkeypatch.setattr("sys.stdin", stream)
            code, printed, complaint = hongye("read", "--json", "-")
        told = [json.loads(line) for line in printed.splitlines()]
        assert code == 1
        assert "不是图片" in told[0]["error"] and "不是图片" in complaint
        assert (told[0]["text"], told[1]["kind"]) == ("", "id_card_front")

    def test_without_json_people_read_fields_and_text(self, hongye, card):
        code, printed, _ = hongye("read", card)
        assert code == 0
        assert "身份证人像面" in printed.splitlines()[0]
        assert f"公民身份号码：{story_person().id_number}" in printed


class TestBundle:
    def test_pages_become_one_pdf(self, answer, photograph, tmp_path):
        out = tmp_path / "out.pdf"
        told = answer("bundle", "--out", out, photograph[0], photograph[0])
        assert told == {"path": str(out), "pages": 2, "bytes": out.stat().st_size}
        assert len(pypdf.PdfReader(out).pages) == 2

    def test_grey_and_black_and_white_weigh_less(self, answer, photograph, tmp_path):
        out = tmp_path / "out.pdf"
        weights = {
            mode: answer("bundle", "--mode", mode, "--out", out, photograph[0])["bytes"]
            for mode in ("colour", "grey", "bitonal")
        }
        assert weights["bitonal"] < weights["grey"] < weights["colour"]

    def test_a_picture_that_is_none_or_missing_is_one_line_and_leaves_no_file(self, refusal, no_picture, tmp_path):
        out = tmp_path / "out.pdf"
        line = refusal("bundle", "--out", out, no_picture)
        assert "不是图片" in line and str(no_picture) in line
        assert "missing.jpg" in refusal("bundle", "--out", out, tmp_path / "missing.jpg")
        assert not out.exists()

    def test_a_folder_that_is_not_there_is_one_line(self, refusal, photograph, tmp_path):
        assert "写不了" in refusal("bundle", "--out", tmp_path / "nowhere" / "out.pdf", photograph[0])


class TestCatalogue:
    def test_it_is_checked_and_counted(self, answer, hongye):
        told = answer("catalogue", "check")
        assert (told["items"], told["powers"], told["power_categories"], told["policies"]) == (74, 72, 14, 87)
        assert (told["villages"], told["findings"]) == (437, [])
        words = "事项 74 项，村级权力 72 项（14 类），惠民政策 87 项，县区 4，乡镇 30，村 437"
        assert words in hongye("catalogue", "check")[1]

    def test_a_process_is_written_for_other_peoples_modellers(self, answer, tmp_path):
        for code in ("MZ-001", "Q-ZD-01"):
            out = tmp_path / f"{code}.bpmn"
            assert answer("catalogue", "bpmn", code, "--out", out)["code"] == code
            assert b"bpmn:process" in out.read_bytes()

    def test_every_sheet_is_made_and_timed(self, answer, tmp_path):
        folder = tmp_path / "sheets"
        told = answer("catalogue", "sheets", "--out", folder)
        assert {kind: told[kind]["count"] for kind in ("notice", "power", "policy")} == {
            "notice": 74, "power": 72, "policy": 87,
        }  # fmt: skip
        assert all(told[kind]["failed"] == {} for kind in ("notice", "power", "policy"))
        assert all(
            0 < told[kind]["median_ms"] <= told[kind]["p95_ms"] <= told[kind]["max_ms"] for kind in ("notice", "power")
        )
        assert len(list(folder.iterdir())) == 74 + 72 + 87
        assert (folder / "notice-MZ-001.pdf").read_bytes().startswith(b"%PDF")

    def test_a_folder_that_cannot_be_made_is_one_line(self, refusal, tmp_path):
        (tmp_path / "taken").write_text("")
        assert "写不了" in refusal("catalogue", "sheets", "--out", tmp_path / "taken")


class TestSheets:
    def test_an_items_notice_sheet_is_written(self, answer, tmp_path):
        out = tmp_path / "sheet.pdf"
        assert answer("sheet", "notice", "MZ-008", "--out", out) == {"path": str(out), "item": "MZ-008"}
        assert "高龄津贴" in pypdf.PdfReader(out).pages[0].extract_text()

    @pytest.mark.parametrize("code", ["MZ-001", "Q-ZD-04"])
    def test_a_flow_chart_is_drawn_as_pdf_or_svg(self, answer, tmp_path, code):
        paper, picture = tmp_path / "flow.pdf", tmp_path / "flow.svg"
        assert answer("sheet", "flow", code, "--out", paper)["path"] == str(paper)
        assert answer("sheet", "flow", code, "--out", picture)["code"] == code
        assert "流程图" in pypdf.PdfReader(paper).pages[0].extract_text()
        assert picture.read_text(encoding="utf-8").startswith("<svg")

    @pytest.mark.parametrize(
        ("what", "code", "name"), [("power", "Q-DW-01", "发展党员"), ("policy", "P-MZ-10", "高龄津贴")]
    )
    def test_a_powers_and_a_policys_sheet_are_written(self, answer, tmp_path, what, code, name):
        out = tmp_path / "sheet.pdf"
        answer("sheet", what, code, "--out", out)
        assert name in pypdf.PdfReader(out).pages[0].extract_text()

    @pytest.mark.parametrize(
        ("words", "code"),
        [(("sheet", "notice"), "MZ-999"), (("sheet", "flow"), "Q-ZD-99"), (("sheet", "power"), "MZ-001"),
         (("sheet", "policy"), "P-XX-01"), (("catalogue", "bpmn"), "MZ-999")],
    )  # fmt: skip
    def test_an_unknown_code_is_one_line(self, refusal, tmp_path, words, code):
        assert code in refusal(*words, code, "--out", tmp_path / "sheet.pdf")
        assert not (tmp_path / "sheet.pdf").exists()

    def test_another_kind_of_file_is_one_line(self, refusal, tmp_path):
        assert ".pdf 或 .svg" in refusal("sheet", "flow", "MZ-001", "--out", tmp_path / "flow.png")

    def test_a_folder_that_is_not_there_is_one_line(self, refusal, tmp_path):
        assert "写不了" in refusal("sheet", "notice", "MZ-008", "--out", tmp_path / "nowhere" / "sheet.pdf")


@pytest.fixture
def settings_file(tmp_path) -> Path:
    path = tmp_path / "server.toml"
    path.write_text(
        f"""
data_folder = {json.dumps(str(tmp_path / "data"))}
public_url = "http://127.0.0.1:8000"
session_secret = "{"0" * 64}"
[wechat]
official_app_id = "wx1"
official_secret = "s"
official_token = "t"
official_aes_key = "{"A" * 43}"
miniprogram_app_id = "wx2"
miniprogram_secret = "s"
progress_template_id = "p"
""",
        encoding="utf-8",
    )
    return path


class TestUpkeep:
    @pytest.fixture
    def ready(self, settings_file, migrated_sqlite) -> Path:
        """An installation whose database is up to date."""
        data = settings_file.parent / "data"
        data.mkdir()
        (data / "hongye.sqlite3").write_bytes(migrated_sqlite.read_bytes())
        return settings_file

    def test_a_new_database_is_brought_up_to_date_and_again_does_nothing(self, answer, settings_file):
        first = answer("db", "upgrade", "--settings", settings_file)
        assert first["revision"]
        assert answer("db", "upgrade", "--settings", settings_file) == first
        assert answer("audit", "verify", "--settings", settings_file)["entries"] == 0

    def test_a_database_not_made_yet_is_one_line_that_says_what_to_run(self, refusal, settings_file):
        assert "hongye db upgrade" in refusal("audit", "verify", "--settings", settings_file)
        assert "hongye db upgrade" in refusal("machine", "code", "--village", VILLAGE, "--settings", settings_file)

    def test_a_machines_code_is_made_for_a_village_and_leaves_its_entry_in_the_audit_log(self, answer, ready):
        told = answer("machine", "code", "--village", VILLAGE, "--settings", ready)
        assert told["village_code"] == VILLAGE
        assert len(told["enrolment_code"]) == 16
        assert answer("machine", "code", "--village", VILLAGE, "--settings", ready) != told
        assert answer("audit", "verify", "--settings", ready)["entries"] == 2

    @pytest.mark.parametrize("village", ["999", "", "450521100999"])
    def test_an_unknown_village_is_one_line(self, refusal, ready, village):
        assert "没有编码为" in refusal("machine", "code", "--village", village, "--settings", ready)

    def test_an_untouched_audit_log_verifies_and_a_changed_one_fails_with_the_entrys_number(
        self, answer, hongye, ready
    ):
        for _ in range(3):
            answer("machine", "code", "--village", VILLAGE, "--settings", ready)
        told = answer("audit", "verify", "--settings", ready)
        assert (told["entries"], told["broken_at"], told["intact"]) == (3, None, True)
        engine = open_engine(f"sqlite:///{ready.parent / 'data' / 'hongye.sqlite3'}")
        with writing(engine) as session:
            session.execute(text("UPDATE audit SET subject = 'another village' WHERE number = 2"))
        engine.dispose()
        code, printed, complaint = hongye("audit", "verify", "--settings", ready, "--json")
        assert (code, complaint) == (1, "")
        assert (json.loads(printed)["broken_at"], json.loads(printed)["intact"]) == (2, False)
        code, printed, _ = hongye("audit", "verify", "--settings", ready)
        assert code == 1
        assert "第 2 条起对不上" in printed

    def test_settings_that_are_missing_broken_or_misspelt_are_one_line(self, refusal, settings_file, tmp_path):
        assert "no settings at" in refusal("db", "upgrade", "--settings", tmp_path / "missing.toml")
        good = settings_file.read_text(encoding="utf-8")
        for broken, said in (
            ("data_folder = ", "is not TOML"),
            (good.replace("port", "prot") + "\nsurprise = 1", "surprise"),
        ):
            settings_file.write_text(broken, encoding="utf-8")
            assert said in refusal("db", "upgrade", "--settings", settings_file)

    def test_the_environment_names_another_database(self, answer, settings_file, tmp_path, monkeypatch):
        monkeypatch.setenv("HONGYE_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite3'}")
        answer("db", "upgrade", "--settings", settings_file)
        assert (tmp_path / "other.sqlite3").exists()
        assert not (tmp_path / "data" / "hongye.sqlite3").exists()
