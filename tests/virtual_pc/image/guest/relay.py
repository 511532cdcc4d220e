"""Carries TCP between the virtual PC's line and its own loopback: LISTEN_HOST:PORT=HOST:PORT, as many as are given.

The kiosk listens on 127.0.0.1 only and asks its server at 127.0.0.1 for practice, as it should; the line has other addresses.
"""

import asyncio
import sys


async def _serve(rule: str) -> None:
    listen, _, target = rule.partition("=")

    async def _meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(*_place(target))
        except OSError:
            writer.close()
            return
        await asyncio.gather(_carry(reader, there_writer), _carry(there_reader, writer))

    server = await asyncio.start_server(_meet, *_place(listen))
    await server.serve_forever()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side has no more to say; the other may still be speaking."""
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


def _place(words: str) -> tuple[str, int]:
    host, _, port = words.rpartition(":")
    return host, int(port)


async def main() -> None:
    await asyncio.gather(*map(_serve, sys.argv[1:]))


if __name__ == "__main__":
    asyncio.run(main())
