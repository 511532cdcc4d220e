"""The engine is one per process, quiet, and never speaks to the network."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kiosk.camera.specimens import specimens_for, story_person
from kiosk.reading.reading import Line
from kiosk.reading.recogniser import _engine, in_reading_order, recognise

NO_SOCKETS = """
import socket, sys
def refuse(*arguments, **more):
    raise AssertionError("somebody wants the network")
socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse
from kiosk.camera.specimens import specimens_for, story_person
from kiosk.reading.recogniser import recognise
sys.stdout.write("|".join(line.text for line in recognise(specimens_for(story_person())["id_card_back"].picture)))
"""


def test_a_fresh_process_reads_without_a_socket_and_without_a_word_in_the_log() -> None:
    ran = subprocess.run([sys.executable, "-W", "error", "-c", NO_SOCKETS], capture_output=True, text=True, check=True)
    assert "签发机关" in ran.stdout
    assert ran.stderr == ""


def test_threads_that_ask_at_once_share_one_engine() -> None:
    picture = specimens_for(story_person())["id_card_back"].picture
    with ThreadPoolExecutor(3) as pool:
        engines = set(pool.map(lambda _: id(_engine()), range(3)))
        texts = set(pool.map(lambda _: "".join(line.text for line in recognise(picture)), range(3)))
    assert len(engines) == len(texts) == 1


def line(text: str, left: float, top: float, width: float = 50, height: float = 20) -> Line:
    box = np.float32([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
    return Line(text, box, 1.0)


def test_lines_come_row_by_row_though_boxes_of_a_row_are_not_quite_level() -> None:
    lines = [line("四", 100, 43), line("二", 100, 8), line("三", 0, 40), line("一", 0, 10)]
    assert "".join(found.text for found in in_reading_order(lines)) == "一二三四"
