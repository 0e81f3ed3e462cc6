"""A web process with a second, narrow door: the system keeps little for who comes in by it, so that
a reader who stalls there fills the server's own buffer at once and not after megabytes."""

import socket
import sys

import uvicorn

from warroom.server.uvicorn_options import HTTP_PROTOCOL, LOOP, WEBSOCKETS

LITTLE = 4096


def door(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=2048)


def main(port: int, narrow: int) -> None:
    wide, little = door(port), door(narrow)
    little.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LITTLE)
    config = uvicorn.Config(
        "warroom.asgi:application",
        lifespan="off",
        loop=LOOP,
        http=HTTP_PROTOCOL,
        ws=WEBSOCKETS,
        log_level="warning",
        access_log=False,
        ws_per_message_deflate=False,
    )
    uvicorn.Server(config).run([wide, little])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
