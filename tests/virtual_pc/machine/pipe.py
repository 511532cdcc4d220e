"""One end of the virtual line: carries bytes between standard input and output and 127.0.0.1:PORT. QEMU starts it per call."""

import os
import socket
import sys
import threading


def main(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as line:
        threading.Thread(target=_send, args=(line,), daemon=True).start()
        while piece := line.recv(65536):
            while piece:
                piece = piece[os.write(1, piece) :]


def _send(line: socket.socket) -> None:
    while piece := os.read(0, 65536):
        line.sendall(piece)
    line.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main(int(sys.argv[1]))
