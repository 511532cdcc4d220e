"""Prints through a CUPS queue: hands the job in, stays with it until the paper is out, and takes back what did not come."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

from kiosk.printer import ipp
from kiosk.printer.following import FollowedPrinter, Patience, Watched
from kiosk.printer.ipp import IppAway, IppClient, IppRefused
from kiosk.printer.ledger import PrintLedger
from kiosk.printer.network_printer import STANDS, NetworkPrinter
from kiosk.printer.protocol import PrinterTrouble, plain_name
from kiosk.printer.reasons import PAUSED, SERVICE, Fault, fault_in_message, worst_fault

#: CUPS takes US Letter where nobody says otherwise
A4 = "iso_a4_210x297mm"
JOB_PREFIX = "hongye-"
STOPPED = 5
NO_SERVICE = Fault("这台电脑的打印服务没有开", "请重新启动电脑；还不行，请打电话给镇里的管理员，")
NOT_TAKEN = Fault("打印机没有接下这张纸", "请打电话给镇里的管理员，")
#: the status bar asks every few seconds, and an answer of a printer on the network may take as long
REMEMBERED_SECONDS = 2.0


class CupsPrinter(FollowedPrinter):
    """A Printer over a CUPS queue."""

    def __init__(
        self,
        queue: str,
        ledger: PrintLedger | None = None,
        client: IppClient | None = None,
        patience: Patience | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(ledger, patience, monotonic)
        self._queue = queue
        self._uri = f"ipp://localhost/printers/{quote(queue)}"
        self._client = client or IppClient()
        self._user = ipp.user_name()
        self._remembered: tuple[float, str | None] = (float("-inf"), None)

    def trouble(self) -> str | None:
        now = self._monotonic()
        if now - self._remembered[0] >= REMEMBERED_SECONDS:
            fault = self._fault_before()
            self._remembered = (now, fault.words if fault else None)
        return self._remembered[1]

    def cancel_leftovers(self) -> None:
        """What a power cut left in the queue would come out some day with somebody's answers on it."""
        wanted = [(ipp.BOOLEAN, "my-jobs", True), (ipp.KEYWORD, "requested-attributes", ["job-id", "job-name"])]
        with suppress(IppAway, IppRefused):
            for kind, job in self._ask(ipp.GET_JOBS, wanted).groups:
                if kind == ipp.JOB and str(job.get("job-name", [""])[0]).startswith(JOB_PREFIX):
                    self._cancel(_number_of(job))

    def _print(self, name: str, pdf: bytes) -> int | None:
        fault = self._fault_before()
        if fault is not None:
            raise PrinterTrouble(fault.sentence)
        job_name = f"{JOB_PREFIX}{plain_name(name)}-{secrets.token_hex(3)}"
        try:
            queue = self._queue_attributes()
            job_id = self._submit(job_name, pdf)
        except IppAway:
            raise PrinterTrouble(NO_SERVICE.sentence) from None
        except IppRefused:
            raise PrinterTrouble(NOT_TAKEN.sentence) from None
        job = _JobOnItsWay(self, job_id, job_name, queue)
        return self._follow(job.watch, lambda: self._cancel(job_id))

    def _submit(self, job_name: str, pdf: bytes) -> int:
        named = [(ipp.NAME, "job-name", job_name), (ipp.MIME, "document-format", "application/pdf")]
        options: list[ipp.Attribute] = [
            (ipp.KEYWORD, "media", A4),
            (ipp.KEYWORD, "sides", "one-sided"),
            (ipp.KEYWORD, "print-scaling", "fit"),
            (ipp.INTEGER, "copies", 1),
        ]
        return _number_of(self._ask(ipp.PRINT_JOB, named, options, pdf).group(ipp.JOB))

    def _cancel(self, job_id: int) -> None:
        with suppress(IppAway, IppRefused):
            self._ask(ipp.CANCEL_JOB, [(ipp.INTEGER, "job-id", job_id)])

    def _fault_before(self) -> Fault | None:
        """What would keep the next print from coming out; a printer on the network is asked itself.

        What CUPS remembers of the last job is no reason to refuse: it learns of new paper by the next job only.
        """
        try:
            queue = self._queue_attributes()
        except IppAway:
            return NO_SERVICE
        except IppRefused as refusal:
            absent = refusal.status == ipp.NOT_FOUND
            return Fault(f"没有叫“{self._queue}”的打印机", NOT_TAKEN.remedy) if absent else NOT_TAKEN
        if queue.get("printer-state") == [STOPPED] and not self._resume():
            return PAUSED
        device = NetworkPrinter.behind(device_of(queue))
        return device.fault() if device else None

    def _resume(self) -> bool:
        """CUPS stops a queue after a failed job, by default for good; starting it again needs the right to."""
        try:
            self._ask(ipp.RESUME_PRINTER, [])
        except (IppAway, IppRefused):
            return False
        return True

    def _queue_attributes(self) -> ipp.Attributes:
        wanted = ["printer-state", "printer-state-reasons", "device-uri"]
        return self._ask(ipp.GET_PRINTER, [(ipp.KEYWORD, "requested-attributes", wanted)]).group(ipp.PRINTER)

    def _job_attributes(self, job_id: int) -> ipp.Attributes:
        return self._ask(ipp.GET_JOB, [(ipp.INTEGER, "job-id", job_id)]).group(ipp.JOB)

    def _ask(
        self,
        operation: int,
        attributes: list[ipp.Attribute],
        options: list[ipp.Attribute] | None = None,
        data: bytes = b"",
    ) -> ipp.Answer:
        """The address comes first, and a job's number right behind it (RFC 8011, 4.1.5)."""
        number = [one for one in attributes if one[1] == "job-id"]
        rest = [one for one in attributes if one[1] != "job-id"]
        user = (ipp.NAME, "requesting-user-name", self._user)
        groups = [(ipp.OPERATION, [(ipp.URI, "printer-uri", self._uri), *number, user, *rest])]
        if options:
            groups.append((ipp.JOB, options))
        return self._client.ask(operation, self._uri, groups, data)


class _JobOnItsWay:
    """One job in the queue, watched there and, where it can be asked, at the printer."""

    def __init__(self, printer: CupsPrinter, job_id: int, job_name: str, queue_before: ipp.Attributes) -> None:
        self._printer, self._job_id, self._job_name = printer, job_id, job_name
        self._device = NetworkPrinter.behind(device_of(queue_before))
        # What the queue remembers of the job before may be long mended; it counts again once it came anew.
        self._stale = set(_reasons(queue_before))

    def watch(self) -> Watched:
        try:
            job, queue = self._printer._job_attributes(self._job_id), self._printer._queue_attributes()
        except (IppAway, IppRefused):
            return Watched("waiting", SERVICE)
        now = set(_reasons(queue))
        self._stale &= now
        fault = worst_fault([*map(str, job.get("job-state-reasons", [])), *(now - self._stale)])
        message = str(next(iter(job.get("job-printer-state-message", [])), ""))
        fault = fault or fault_in_message(message)
        stand = STANDS.get(job.get("job-state", [0])[0], "waiting")
        if stand == "out" and self._device is not None:
            stand = self._device.stand_of(self._job_name) or "out"
        if stand == "failed":
            fault = fault or worst_fault(now)
        elif stand == "waiting" and self._device is not None:
            fault = fault or self._device.fault()
        return Watched(stand, fault, next(iter(job.get("job-media-sheets-completed", [])), None))


def _number_of(job: ipp.Attributes) -> int:
    """Raises IppAway for a job without a number."""
    number = next(iter(job.get("job-id", [])), None)
    if not isinstance(number, int):
        raise IppAway("a job without a number")
    return number


def device_of(queue: ipp.Attributes) -> str:
    """A queue's device-uri."""
    return str(next(iter(queue.get("device-uri", [])), ""))


def _reasons(queue: ipp.Attributes) -> list[str]:
    stopped = ["printer-stopped"] if queue.get("printer-state") == [STOPPED] else []
    return [*map(str, queue.get("printer-state-reasons", [])), *stopped]
