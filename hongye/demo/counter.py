"""The village agent at the kiosk's screen, as the page itself would call it."""

from pathlib import Path
from typing import Any

import requests

from hongye.stories import StoryFailed, expect, wait_for
from kiosk.camera.specimens import SpecimenPerson

SPECIMENS = {
    "apply_form": ["apply_form"],
    "id_card": ["id_card_front", "id_card_back"],
    "household_register": ["household_register_1", "household_register_2"],
    "bank_passbook": ["bank_passbook"],
    "photo": ["photo"],
}
CLEAN = {"tilt": 4, "blur": 0, "glare": 0, "hand": False, "light": 0.9}


class KioskCounter:
    """Opens the kiosk's page by its secret address and presses its buttons."""

    def __init__(self, data_folder: Path):
        address, _, secret = (data_folder / "screen.url").read_text(encoding="ascii").strip().partition("#")
        self._base = address.rstrip("/")
        self._session = requests.Session()
        self._session.headers["Origin"] = self._base
        self._data_folder = data_folder
        self.call("POST", "/open", {"secret": secret})

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call of the page's API. Raises StoryFailed with the kiosk's own words."""
        answer = self._session.request(method, self._base + path, json=body, timeout=60)
        if answer.status_code >= 400:
            raise StoryFailed(f"the kiosk refused {method} {path}: {answer.text[:300]}")
        return answer.json() if answer.content else {}

    def sign_in(self, sign_in_name: str, password: str) -> None:
        self.call("POST", "/api/sign-in", {"sign_in_name": sign_in_name, "password": password})

    def begin(self, item_code: str) -> dict[str, Any]:
        return self.call("POST", "/api/visits", {"item_code": item_code})["visit"]

    def turn_to(self, step: str) -> None:
        self.call("POST", "/api/visit/step", {"step": step})

    def answer(self, answers: dict[str, Any]) -> None:
        faults = self.call("POST", "/api/visit/answers", answers)["faults"]
        expect(not faults, f"the form was filled rightly, yet: {faults}")

    def try_wrong_id_number(self, field: str, number: str) -> str:
        """The sentence the agent reads for a number with a wrong check digit."""
        faults = self.call("POST", "/api/visit/answers", {field: number})["faults"]
        expect(bool(faults), "a wrong check digit is noticed")
        return faults[0]["sentence"]

    def lay(self, specimen: str, person: SpecimenPerson, **light: Any) -> None:
        wishes = {**CLEAN, **light, "place": specimen, "person": _person_wishes(person)}
        self.call("POST", "/api/camera/virtual", wishes)

    def capture(self, material_id: str) -> dict[str, Any]:
        return self.call("POST", "/api/visit/capture", {"material_id": material_id})

    def capture_all(self, materials: list[str], person: SpecimenPerson) -> None:
        for material_id in materials:
            for specimen in SPECIMENS[material_id]:
                self.lay(specimen, person)
                outcome = self.capture(material_id)
                expect(outcome["accepted"], f"{specimen} is clean and kept, yet: {outcome['findings']}")

    def check_originals(self, materials: list[str]) -> None:
        self.turn_to("check")
        self.call("POST", "/api/visit/checked", {"materials": materials})

    def send(self) -> str:
        return self.call("POST", "/api/visit/send", {})["packet_id"]

    def packet(self, packet_id: str) -> dict[str, Any]:
        packets = self.call("GET", "/api/outbox")["packets"]
        return next(packet for packet in packets if packet["packet_id"] == packet_id)

    def wait_delivered(self, packet_id: str) -> dict[str, Any]:
        def delivered() -> dict[str, Any] | None:
            packet = self.packet(packet_id)
            expect(packet["state"] != "refused", f"the packet was taken, yet: {packet['reason']}")
            return packet if packet["state"] == "delivered" else None

        return wait_for("the packet goes up", delivered, 30)

    def print_receipt(self, packet_id: str) -> Path:
        return self.printed(self.call("POST", f"/api/receipts/{packet_id}", {}))

    def printed(self, answer: dict[str, Any]) -> Path:
        path = Path(answer["printed"]["path"])
        expect(path.exists(), f"{path} was printed")
        return path

    def retry(self, packet_id: str) -> None:
        self.call("POST", f"/api/outbox/{packet_id}/retry", {})

    def close_visit(self) -> None:
        self.call("POST", "/api/visit/close", {})


def _person_wishes(person: SpecimenPerson) -> dict[str, Any]:
    return {
        "name": person.name,
        "id_number": person.id_number,
        "bank_account": person.bank_account,
        "born_on": person.born_on.isoformat(),
        "address": person.address,
    }
