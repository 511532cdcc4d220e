"""A printer on the network that speaks IPP itself: asked how it is now, and what really became of a job.

CUPS 2.4 often says "completed" of a job that its printer aborted, or whose pages it would not take (both seen with
ippeveprinter), so the printer has the last word.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from kiosk.printer import ipp
from kiosk.printer.following import Stand
from kiosk.printer.ipp import IppAway, IppClient, IppRefused
from kiosk.printer.reasons import AWAY, Fault, worst_fault

ANSWER_SECONDS = 3.0
HELD, COMPLETED, CANCELLED, ABORTED = 4, 9, 7, 8
STANDS: dict[int, Stand] = {COMPLETED: "out", CANCELLED: "failed", ABORTED: "failed"}
#: a job that CUPS is done with and the printer holds never got its pages
STANDS_AT_PRINTER: dict[int, Stand] = {**STANDS, HELD: "failed"}


class NetworkPrinter:
    """The printer behind a queue's device-uri."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._client = IppClient(urlsplit(uri).netloc, timeout=ANSWER_SECONDS)

    @classmethod
    def behind(cls, uri: str) -> NetworkPrinter | None:
        """None for USB printers and others that cannot be asked."""
        return cls(uri) if uri.startswith("ipp://") else None

    def fault(self) -> Fault | None:
        """What would keep a print from coming out now."""
        try:
            answer = self._client.ask(ipp.GET_PRINTER, self._uri, self._request([]))
        except IppAway:
            return AWAY
        except IppRefused:
            return None
        return worst_fault(map(str, answer.group(ipp.PRINTER).get("printer-state-reasons", [])))

    def stand_of(self, job_name: str) -> Stand | None:
        """What the printer says of a job that CUPS is done with; None where it has forgotten it, or does not tell."""
        wanted = ["job-name", "job-state"]
        try:
            for which in ("completed", "not-completed"):
                asked = [(ipp.KEYWORD, "which-jobs", which), (ipp.KEYWORD, "requested-attributes", wanted)]
                for kind, job in self._client.ask(ipp.GET_JOBS, self._uri, self._request(asked)).groups:
                    if kind == ipp.JOB and job.get("job-name") == [job_name]:
                        return STANDS_AT_PRINTER.get(job["job-state"][0], "waiting")
        except (IppAway, IppRefused, KeyError):
            pass
        return None

    def _request(self, attributes: list[ipp.Attribute]) -> list[tuple[int, list[ipp.Attribute]]]:
        return [(ipp.OPERATION, [(ipp.URI, "printer-uri", self._uri), *attributes])]
