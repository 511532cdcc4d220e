"""An official at the console, as the pages' own forms would send it."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import requests

from hongye.practice import Person
from hongye.stories import StoryFailed, expect


class Official:
    """Signed in at the console; signs in again for every act, since story time runs faster than a session lives."""

    def __init__(self, server_url: str, person: Person, password: str):
        self._base = f"{server_url}/console"
        self._person = person
        self._password = password
        self._session = requests.Session()

    def sign_in(self) -> None:
        self._session = requests.Session()
        page = self._session.get(f"{self._base}/sign-in", timeout=20).text
        form = {"sign_in_name": self._person.sign_in_name, "password": self._password, **_csrf(page)}
        answer = self._session.post(f"{self._base}/sign-in", data=form, timeout=20)
        expect(answer.ok and "sign-in" not in answer.url, f"{self._person.sign_in_name} signs in")

    def page(self, path: str) -> str:
        answer = self._session.get(self._base + path, timeout=20)
        if not answer.ok:
            raise StoryFailed(f"{self._person.sign_in_name} cannot open {path}: {answer.status_code}")
        return answer.text

    def json(self, path: str) -> Any:
        return json.loads(self.page(path))

    def inbox_holds(self, case_number: str) -> bool:
        self.sign_in()
        return case_number in self.page("/")

    def act(self, case_number: str, action: str, **fields: object) -> None:
        """Send one action's form. Raises StoryFailed with what the page said."""
        self.sign_in()
        page = self.page(f"/cases/{case_number}")
        token = {**_csrf(page), **_seen(page)}
        address = f"{self._base}/cases/{case_number}/actions/{action}"
        answer = self._session.post(address, data={**fields, **token}, timeout=30, allow_redirects=False)
        if answer.status_code not in (302, 303):
            words = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
            raise StoryFailed(f"{self._person.sign_in_name} may {action}, yet: {answer.status_code} {words[:300]}")

    def save_documents(self, case_number: str, folder: Path) -> list[Path]:
        """The case's documents as this official gets them: watermarked copies."""
        self.sign_in()
        page = self.page(f"/cases/{case_number}")
        found = sorted(set(re.findall(rf"/console/cases/{case_number}/documents/([0-9a-f]+)\b", page)))
        expect(bool(found), "the case shows its documents")
        folder.mkdir(parents=True, exist_ok=True)
        saved = []
        for number, document_id in enumerate(found, 1):
            answer = self._session.get(f"{self._base}/cases/{case_number}/documents/{document_id}.pdf", timeout=30)
            expect(answer.ok and answer.content.startswith(b"%PDF"), "a document opens as PDF")
            path = folder / f"document-{number}.pdf"
            path.write_bytes(answer.content)
            saved.append(path)
        return saved


def _seen(page: str) -> dict[str, str]:
    """Which state of the case the page showed; a form that does not say so is refused."""
    found = re.search(r'data-seen="([^"]+)"', page)
    return {"seen": found.group(1)} if found else {}


def _csrf(page: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return {"csrf_token": unescape(found.group(1))} if found else {}
