"""How uvicorn is started, by ``manage.py up``, the image, the benchmarks and the tests.

Event loop and parser are named, so that a start without them fails. By ``auto`` uvicorn would go on
without a word, at a third of the speed.
"""

LOOP = "uvloop"
HTTP_PROTOCOL = "warroom.server.http_protocol:HttpProtocol"
WEBSOCKETS = "warroom.server.ws_protocol:WebSocketProtocol"
MAX_MESSAGE_BYTES = "1024"

OPTIONS = (
    *("--loop", LOOP),
    *("--http", HTTP_PROTOCOL),
    *("--ws", WEBSOCKETS),
    *("--ws-max-size", MAX_MESSAGE_BYTES),
    *("--ws-per-message-deflate", "false"),
    *("--lifespan", "off"),
    "--no-access-log",
)
