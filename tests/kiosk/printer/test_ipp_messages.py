"""IPP on the wire: requests as the standard writes them, and no nonsense of a print service that is not told."""

import http.server
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.printer import ipp
from kiosk.printer.cups import CupsPrinter
from kiosk.printer.ipp import IppAway, IppClient, IppRefused, decode, encode
from kiosk.printer.network_printer import NetworkPrinter
from kiosk.printer.protocol import PrinterTrouble
from kiosk.printer.reasons import AWAY, FAULTS, JAM, PAPER_OUT, fault_in_message, worst_fault

# A Print-Job response as RFC 8011, appendix A.2 shows it, with a second value and a boolean added.
ANSWER = bytes.fromhex("0101 0000 00000001 01") + b"".join(
    [
        b"\x47\x00\x12attributes-charset\x00\x05utf-8",
        b"\x02",
        b"\x21\x00\x06job-id\x00\x04\x00\x00\x00\x93",
        b"\x44\x00\x11job-state-reasons\x00\x04none\x44\x00\x00\x00\x05other",
        b"\x22\x00\x04held\x00\x01\x01",
        b"\x03",
    ]
)


def test_a_request_begins_with_charset_and_language() -> None:
    content = encode(ipp.GET_PRINTER, [(ipp.OPERATION, [(ipp.URI, "printer-uri", "ipp://localhost/printers/a")])])
    assert content.startswith(b"\x01\x01\x00\x0b\x00\x00\x00\x01\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x48")
    assert content.endswith(b"\x45\x00\x0bprinter-uri\x00\x1aipp://localhost/printers/a\x03")


def test_several_values_share_one_name() -> None:
    content = encode(ipp.GET_JOB, [(ipp.JOB, [(ipp.KEYWORD, "x", ["ab", "c"]), (ipp.BOOLEAN, "y", True)])])
    assert content.endswith(b"\x44\x00\x01x\x00\x02ab\x44\x00\x00\x00\x01c\x22\x00\x01y\x00\x01\x01\x03")


def test_an_answer_is_read_group_by_group() -> None:
    answer = decode(ANSWER)
    assert answer.status == 0 and answer.group(ipp.JOB)["job-id"] == [0x93]
    assert answer.group(ipp.JOB)["job-state-reasons"] == ["none", "other"]
    assert answer.group(ipp.JOB)["held"] == [True] and answer.group(ipp.PRINTER) == {}


@given(st.binary(max_size=200), st.integers(0, len(ANSWER) - 1), st.integers(0, 255))
def test_no_answer_whatever_raises_anything_else(noise: bytes, place: int, value: int) -> None:
    bent = bytearray(ANSWER)
    bent[place] = value
    for content in (noise, bytes(bent), ANSWER[:place], ANSWER[:place] + noise):
        try:
            decode(content)
        except IppAway:
            continue


@pytest.fixture
def service():
    """An HTTP server that answers as it is told."""

    class Handler(http.server.BaseHTTPRequestHandler):
        told: tuple[int, bytes] = (200, b"")

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(self.told[0])
            self.send_header("Content-Length", str(len(self.told[1])))
            self.end_headers()
            self.wfile.write(self.told[1])

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Handler, IppClient(f"127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("told", [(401, b""), (500, b"oops"), (200, b"<html>"), (200, b"")])
def test_a_service_that_answers_nonsense_is_as_good_as_none(service, told) -> None:
    handler, client = service
    handler.told = told
    with pytest.raises(IppAway):
        client.ask(ipp.GET_PRINTER, "ipp://localhost/printers/a", [(ipp.OPERATION, [])])


@pytest.mark.parametrize("place", ["[::1]:1", "[fe80::1", "localhost:one", "localhost:1/version=1.1", "打印机:1"])
def test_an_address_nobody_can_reach_is_as_good_as_no_service(place: str) -> None:
    with pytest.raises(IppAway):
        IppClient(place, timeout=1).ask(ipp.GET_PRINTER, "ipp://localhost", [(ipp.OPERATION, [])])


def test_a_printer_on_the_newer_internet_is_asked_at_its_own_address() -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            reasons = b"\x04\x44\x00\x15printer-state-reasons\x00\x0bmedia-empty"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(bytes.fromhex("0101 0000 00000001") + reasons + b"\x03")

        def log_message(self, *_):
            pass

    class Server(http.server.HTTPServer):
        address_family = socket.AF_INET6

    with Server(("::1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        printer = NetworkPrinter.behind(f"ipp://[::1]:{server.server_port}/ipp/print")
        assert printer is not None and printer.fault() == PAPER_OUT


def test_a_message_in_another_encoding_does_not_make_the_printer_vanish() -> None:
    content = ANSWER[:-1] + b"\x41\x00\x15printer-state-message\x00\x04" + "卡纸".encode("gbk") + b"\x03"
    assert decode(content).group(ipp.JOB)["job-id"] == [0x93]


@pytest.mark.parametrize("queue", ["一楼打印机", "a b"])
def test_a_queue_may_have_a_chinese_name_and_a_job_without_a_number_is_told(service, queue: str, sheet) -> None:
    handler, client = service
    handler.told = (200, bytes.fromhex("0101 0000 00000001 02 03"))
    printer = CupsPrinter(queue, client=client)
    printer.cancel_leftovers()
    with pytest.raises(PrinterTrouble, match="没有打成"):
        printer.print_pdf("notice", sheet)
    handler.told = (200, bytes.fromhex("0101 0406 00000001 03"))
    assert CupsPrinter(queue, client=client).trouble() == f"没有叫“{queue}”的打印机"


def test_a_refusal_keeps_its_number(service) -> None:
    handler, client = service
    handler.told = (200, bytes.fromhex("0101 0406 00000001 03"))
    with pytest.raises(IppRefused) as refusal:
        client.ask(ipp.GET_PRINTER, "ipp://localhost/printers/a", [(ipp.OPERATION, [])])
    assert refusal.value.status == ipp.NOT_FOUND


def test_the_worst_of_several_reasons_is_told_whatever_weight_a_driver_gives_it() -> None:
    assert worst_fault(["toner-low-report", "media-empty-warning", "media-jam"]) is JAM
    assert worst_fault(["media-needed-error"]) is PAPER_OUT
    assert worst_fault(["none", "toner-low", "media-low-report", "cups-waiting-for-job-completed"]) is None
    for fault in FAULTS.values():
        assert fault.sentence.startswith("没有打成：") and fault.sentence.endswith("再点一次“打印”。")


def test_messages_without_a_reason_are_understood_in_both_languages() -> None:
    assert fault_in_message("Waiting for printer to become available.") is AWAY
    assert fault_in_message("正在等待打印机变为可用。") is AWAY
    assert fault_in_message("Printing page 1.") is None
