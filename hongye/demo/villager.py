"""The villager's phone: WeChat by way of the simulator, the mini-program's API, and the public pages."""

from typing import Any

import requests

from hongye.stories import expect, wait_for


class Villager:
    """A person in the WeChat simulator."""

    def __init__(self, simulator_url: str, server_url: str, nickname: str):
        self._simulator = f"{simulator_url}/simulator/people"
        self._server = server_url
        self._api = f"{server_url}/mp"
        self._id = requests.post(self._simulator, json={"nickname": nickname}, timeout=20).json()["person_id"]
        self._headers: dict[str, str] = {}

    def _do(self, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = requests.post(f"{self._simulator}/{self._id}/{what}", json=body or {}, timeout=30)
        expect(answer.ok, f"the villager can {what}: {answer.text[:200]}")
        return answer.json() if answer.content else {}

    def follow_account(self) -> None:
        self._do("follow")

    def write(self, text: str, expected: str) -> str:
        """Write to the official account; the reply that holds `expected`."""
        before = len(self.messages())
        self._do("text", {"text": text})

        def replied() -> str | None:
            return next((words for message in self.messages()[before:] if expected in (words := str(message))), None)

        return wait_for(f"the official account answers {text!r} with {expected!r}", replied)

    def messages(self) -> list[dict[str, Any]]:
        return requests.get(f"{self._simulator}/{self._id}/messages", timeout=20).json()["messages"]

    def template_messages(self) -> list[dict[str, Any]]:
        return [message for message in self.messages() if message["kind"] == "template"]

    def wait_for_message(self, words: str) -> None:
        def told() -> bool:
            return any(words in str(message) for message in self.template_messages())

        wait_for(f"the villager is told {words!r}", told)

    def open_miniprogram(self) -> None:
        code = self._do("login-code")["code"]
        answer = requests.post(f"{self._api}/login", json={"code": code}, timeout=20)
        expect(answer.ok, f"the mini-program signs in: {answer.text[:200]}")
        self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def my_cases(self) -> list[dict[str, Any]]:
        return requests.get(f"{self._api}/cases", headers=self._headers, timeout=20).json()["cases"]

    def progress(self, case_number: str) -> dict[str, Any]:
        answer = requests.get(f"{self._api}/cases/{case_number}", headers=self._headers, timeout=20)
        expect(answer.ok, f"the villager sees the progress: {answer.text[:200]}")
        return answer.json()

    def rate(self, case_number: str, grade: int, comment: str) -> dict[str, Any]:
        address = f"{self._api}/cases/{case_number}/rating"
        answer = requests.post(address, headers=self._headers, json={"grade": grade, "comment": comment}, timeout=20)
        expect(answer.ok, f"the villager rates: {answer.text[:200]}")
        return answer.json()

    def public_page(self, path: str) -> str:
        answer = requests.get(self._server + path, timeout=20)
        expect(answer.ok, f"{path} is public: {answer.status_code}")
        return answer.text

    def public_json(self, path: str) -> Any:
        answer = requests.get(self._server + path, timeout=20)
        expect(answer.ok, f"{path} is public: {answer.status_code}")
        return answer.json()
