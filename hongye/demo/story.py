"""The story: 高龄津贴 for an invented old villager of 烟楼村, from the first sheet under the camera to the rating."""

import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from forms.clock import BEIJING_TIME, FileClock
from hongye.demo.counter import SPECIMENS, KioskCounter
from hongye.demo.official import Official
from hongye.demo.villager import Villager
from hongye.ports import Ports
from hongye.practice import VILLAGE, Practice, prepare_practice
from hongye.processes import Parts, answers
from hongye.stories import StoryFailed, expect, wait_for
from kiosk.camera.specimens import SpecimenPerson, story_person
from server.domain.card_rules import ClockKind
from server.domain.words import CLOCK

ITEM = "MZ-008"
GRADE = 5
Narrate = Callable[[str], None]


def beihai_time(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BEIJING_TIME)


def play(folder: Path, narrate: Narrate | None = None) -> dict[str, Any]:
    """Play the whole story in `folder`, which must be new or empty. Raises StoryFailed, PartFailed."""
    if folder.exists() and any(folder.iterdir()):
        raise StoryFailed(f"{folder} is not empty: the story starts from nothing, name a new folder")
    practice, code = prepare_practice(folder, _free_ports(), story_begins=beihai_time(9, 14, 9, 12))
    clock = FileClock(practice.clock_file)
    with Parts(practice.folder / "logs") as parts:
        return Story(practice, clock, parts, narrate or (lambda _: None)).play(code)


def _free_ports() -> Ports:
    """Three ports nobody listens on just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return Ports(*ports)


def answers_of(person: SpecimenPerson) -> dict[str, Any]:
    """The form of ITEM filled rightly for a person."""
    return {
        "applicant_name": person.name,
        "applicant_id": person.id_number,
        "phone": "13800000000",
        "address": person.address,
        "by_agent": False,
        "birth_date": person.born_on.isoformat(),
        "age_band": "80—89周岁",
        "emergency_contact": "潘试用 13900000000",
        "bank_holder": person.name,
        "bank_account": person.bank_account,
        "promise": True,
    }


class Story:
    """One telling; each scene is a method, in the order they are played."""

    def __init__(self, practice: Practice, clock: FileClock, parts: Parts, narrate: Narrate):
        self._practice, self._clock, self._parts, self._narrate = practice, clock, parts, narrate
        self._person: SpecimenPerson = story_person()
        self._pdfs: list[Path] = []
        self._findings: list[str] = []

    def play(self, enrolment_code: str | None) -> dict[str, Any]:
        self._start_parts(enrolment_code)
        counter = KioskCounter(self._practice.folder / "kiosk")
        lookup_code, packet_id = self._visit_the_counter(counter)
        case_number, due_on = self._send_through_a_power_cut(counter, packet_id)
        villager = self._follow_in_wechat(lookup_code)
        self._correct_once(counter, villager, case_number)
        self._review_jointly(villager, case_number)
        self._hang_out_and_fall_late(villager, case_number)
        self._decide_late(villager, case_number)
        return self._look_back(villager, case_number, lookup_code, due_on)

    def _tell(self, words: str) -> None:
        self._narrate(f"[{self._clock.now().astimezone(BEIJING_TIME):%m-%d %H:%M}] {words}")

    def _official(self, sign_in_name: str) -> Official:
        return Official(self._practice.server_url, self._practice.person(sign_in_name), self._practice.password)

    def _start_parts(self, enrolment_code: str | None) -> None:
        self._start_server()
        self._parts.start("simulator", "simulator", "--settings", str(self._practice.simulator_settings))
        self._parts.start("worker", "worker", "--settings", str(self._practice.server_settings))
        self._parts.wait_until("server", answers(self._practice.server_url))
        kiosk = ["kiosk", "--settings", str(self._practice.kiosk_settings), "--enrolment-code", enrolment_code or ""]
        self._parts.start("kiosk", *kiosk)
        self._parts.wait_until("simulator", answers(self._practice.simulator_url))
        screen = self._practice.folder / "kiosk" / "screen.url"
        self._parts.wait_until(
            "kiosk", lambda: screen.exists() and answers(f"http://127.0.0.1:{self._practice.ports.kiosk}/")()
        )

    def _start_server(self) -> None:
        self._parts.start("server", "serve", "--settings", str(self._practice.server_settings))

    def _visit_the_counter(self, counter: KioskCounter) -> tuple[str, str]:
        """Sign in, notice sheet, form, every sheet under the camera; a blurred one is refused with a reason."""
        counter.sign_in("cun-daiban", self._practice.password)
        visit = counter.begin(ITEM)
        self._tell(f"代办员登录，选“{visit['item']['name']}”")
        self._pdfs.append(counter.printed(counter.call("POST", "/api/visit/notice", {})))
        counter.turn_to("answers")
        wrong = self._person.id_number[:17] + _another(self._person.id_number[17])
        self._findings.append(counter.try_wrong_id_number("applicant_id", wrong))
        counter.answer(answers_of(self._person))
        self._pdfs.append(counter.printed(counter.call("POST", "/api/visit/form", {})))
        counter.turn_to("capture")
        counter.lay("id_card_front", self._person, blur=9)
        blurred = counter.capture("id_card")
        expect(not blurred["accepted"], "a blurred page is not kept")
        self._findings.append(blurred["findings"][0]["sentence"])
        counter.capture_all(list(SPECIMENS), self._person)
        counter.check_originals(list(SPECIMENS))
        self._tell("材料都拍好了，原件退还")
        return visit["lookup_code"], visit["packet_id"]

    def _send_through_a_power_cut(self, counter: KioskCounter, packet_id: str) -> tuple[str, str]:
        """The server is gone: the packet waits, the receipt is printed without a number; then it goes up by itself."""
        self._parts.kill("server")
        expect(counter.send() == packet_id, "the packet keeps its number")
        self._pdfs.append(counter.print_receipt(packet_id))
        expect(counter.packet(packet_id)["case_number"] is None, "there is no case number without a server")
        self._tell("断网：材料包在发件箱里，回执先打印，没有编号")
        self._start_server()
        self._parts.wait_until("server", answers(self._practice.server_url))
        counter.retry(packet_id)
        packet = counter.wait_delivered(packet_id)
        self._pdfs.append(counter.print_receipt(packet_id))
        counter.close_visit()
        self._tell(f"来网后自动上传，办件编号 {packet['case_number']}，{packet['due_on']} 前办结")
        return packet["case_number"], packet["due_on"]

    def _follow_in_wechat(self, lookup_code: str) -> Villager:
        villager = Villager(self._practice.simulator_url, self._practice.server_url, self._person.name)
        villager.follow_account()
        villager.write(lookup_code, "以后有进展会发消息给您")
        villager.wait_for_message("村里收件")
        self._tell("群众把查询码发给公众号，绑定了这件事")
        return villager

    def _correct_once(self, counter: KioskCounter, villager: Villager, case_number: str) -> None:
        self._clock.move_to(beihai_time(9, 15, 10))
        note = "账号最后几位看不清，请重拍账户页"
        fields = {"material": "bank_passbook", "reason bank_passbook": "unclear", "note bank_passbook": note}
        self._official("zhen-mz").act(case_number, "request_correction", **fields)
        villager.wait_for_message("请补材料")
        self._tell("乡镇一次性告知补正：存折看不清；时限停表")
        self._clock.move_to(beihai_time(9, 17, 9, 30))
        counter.sign_in("cun-daiban", self._practice.password)
        counter.call("POST", "/api/visits", {"case_number": case_number})
        counter.capture_all(["bank_passbook"], self._person)
        counter.check_originals(["bank_passbook"])
        counter.wait_delivered(counter.send())
        counter.close_visit()
        villager.wait_for_message("材料已补齐")
        self._tell("村里补拍上传，时限续走")

    def _review_jointly(self, villager: Villager, case_number: str) -> None:
        self._official("zhen-mz").act(case_number, "verify", opinion="年龄、户籍与原件相符。")
        villager.wait_for_message("核验通过")
        for name, opinion in (("xian-ga", "户籍在本县，状态正常。"), ("xian-mz", "未发现重复享受。")):
            expect(self._official(name).inbox_holds(case_number), f"{name} has it in the inbox")
            self._official(name).act(case_number, "give_verdict", verdict="agree", opinion=opinion)
        villager.wait_for_message("开始公示")
        board = villager.public_page(f"/villages/{VILLAGE}")
        expect("潘**" in board and self._person.name not in board, "the notice hangs out, masked")
        self._tell("乡镇核验，公安、民政联审同意，开始公示7天")

    def _hang_out_and_fall_late(self, villager: Villager, case_number: str) -> None:
        """The notice runs out; nobody decides; one working day before the limit and after it the cards fall."""
        self._clock.move_to(beihai_time(9, 25, 8))
        villager.wait_for_message("公示结束")
        self._tell("公示期满，等县级审批")
        for day, label in ((15, "黄牌"), (17, "红牌")):
            self._clock.move_to(beihai_time(10, day, 9))
            wait_for(f"a {label} falls", lambda label=label: label in self._card_labels(case_number))
            self._tell(f"{label}落在合浦县·民政")

    def _card_labels(self, case_number: str) -> set[str]:
        promised, _ = self._cards(case_number)
        return {card["label"] for card in promised}

    def _decide_late(self, villager: Villager, case_number: str) -> None:
        self._clock.move_to(beihai_time(10, 19, 10))
        stated = {"stated 补助标准或金额": "按本市现行标准（待确认）", "stated 起始年月": "2026年10月"}
        self._official("xian-mz-shenpi").act(case_number, "approve", opinion="符合条件，同意。", **stated)
        villager.wait_for_message("批准")
        self._clock.move_to(beihai_time(10, 20, 9))
        self._official("zhen-mz").act(case_number, "issue", opinion="已告知从2026年10月起发放。")
        villager.wait_for_message("办结")
        self._tell("县级批准，乡镇送达，办结")

    def _look_back(self, villager: Villager, case_number: str, lookup_code: str, due_on: str) -> dict[str, Any]:
        """The villager asks, rates, and reads the published result; everything is collected.

        `due_on` is the date the receipt promised; the correction and the public notice moved it to `due_on_after_stops`.
        """
        self._clock.move_to(beihai_time(10, 20, 15))
        villager.write(case_number, "已办结")
        villager.open_miniprogram()
        wait_for(
            "the case is among my cases", lambda: any(c["case_number"] == case_number for c in villager.my_cases())
        )
        rating = villager.rate(case_number, GRADE, "一趟就办好了")
        result = self._published(villager, lookup_code)
        self._tell(f"群众评价：{rating['label']}；结果公开：{result}")
        progress = villager.progress(case_number)
        cards, of_desks = self._cards(case_number)
        documents = self._official("xian-mz-shenpi").save_documents(case_number, self._practice.folder / "pdfs")
        return {
            "case_number": case_number,
            "lookup_code": lookup_code,
            "item": ITEM,
            "states": [{"state": step["title"], "at": step["at"]} for step in progress["steps"]],
            "due_on": due_on,
            "due_on_after_stops": cards[0]["due_on"],
            "cards": cards,
            "cards_of_desks": of_desks,
            "messages": [_message(message) for message in villager.template_messages()],
            "rating": rating,
            "result": result,
            "findings": self._findings,
            "pdfs": [str(path) for path in [*self._pdfs, *documents]],
        }

    def _published(self, villager: Villager, lookup_code: str) -> dict[str, str]:
        page = villager.public_page(f"/villages/{VILLAGE}")
        results = villager.public_json("/results.json")
        expect(len(results) == 1, "exactly one result is published")
        everything = page + str(results) + villager.public_page(f"/c/{lookup_code}")
        expect(self._person.name not in everything, "no full name is public")
        expect(self._person.id_number not in everything, "no ID number is public")
        return dict(results[0]["columns"])

    def _cards(self, case_number: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The cards of the promised limit, and those of desks that took longer than their own days."""
        supervisor = self._official("xian-jiancha")
        supervisor.sign_in()
        own = [card for card in supervisor.json("/cards.json")["cards"] if card["case_number"] == case_number]
        promised = [card for card in own if card["clock"] == CLOCK[ClockKind.PROMISED]]
        return promised, [card for card in own if card not in promised]


def _another(character: str) -> str:
    return "0" if character != "0" else "1"


def _message(message: dict[str, Any]) -> dict[str, Any]:
    return {"sent_at": message["created_at"], "fields": message["data"]}
