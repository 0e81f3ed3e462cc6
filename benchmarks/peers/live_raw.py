"""The floor: ``websockets.broadcast`` behind Redis pub/sub. It knows no people, rows or rooms."""

import sys

import uvloop
from redis.asyncio import Redis
from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks.peers.names import CHANNEL


async def main(port: int, redis_url: str) -> None:
    browsers: set[ServerConnection] = set()

    async def stay(browser: ServerConnection) -> None:
        browsers.add(browser)
        try:
            await browser.wait_closed()
        finally:
            browsers.discard(browser)

    async with Redis.from_url(redis_url) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        async with serve(stay, "127.0.0.1", port, compression=None, backlog=2048):
            async for message in pubsub.listen():
                if message["type"] == "message":
                    broadcast(browsers, message["data"], text=True)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
