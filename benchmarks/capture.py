"""A command of ten seconds by itself and within ``warroom capture``: how much longer does it take?

Both are started in turn, with pipes, in front of a server that takes the evidence at once; the
command prints a coloured line each hundredth of a second. Ends with one JSON line of ratios; exit
status 1 when a limit is missed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = float(os.environ.get("SECONDS", "10"))
MAX_OF_BARE = 1.05
TOKEN = "wr_per_" + "x" * 38

PRINTING = f"""
import time
until = time.monotonic() + {SECONDS}
while time.monotonic() < until:
    print("\\x1b[32mok\\x1b[0m a line of output", flush=True)
    time.sleep(0.01)
"""


class Evidence(BaseHTTPRequestHandler):
    """Takes whatever is sent."""

    def do_GET(self) -> None:
        self._answer(200, {"token": "laptop", "person": "", "incident": "INC-1", "lane": ""})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer(201, {"reference": "E-1", "link": ""})

    def _answer(self, status: int, body: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Nothing: the table is what is read."""


def seconds_of(words: list[str], env: dict[str, str]) -> float:
    started = time.monotonic()
    subprocess.run(words, env=env, check=True, capture_output=True)
    return time.monotonic() - started


def main() -> int:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Evidence)
    Thread(target=server.serve_forever, daemon=True).start()
    bare = [sys.executable, "-c", PRINTING]
    captured = [sys.executable, "-m", "warroom_cli", "capture", "INC-1", "--", *bare]
    with tempfile.TemporaryDirectory() as home:
        env = os.environ | {
            "HOME": home,
            "XDG_STATE_HOME": home,
            "XDG_CONFIG_HOME": home,
            "PYTHONPATH": str(ROOT / "cli" / "src"),
            "WARROOM_URL": f"http://127.0.0.1:{server.server_port}",
            "WARROOM_TOKEN": TOKEN,
        }
        rounds = [(seconds_of(bare, env), seconds_of(captured, env)) for _ in range(ROUNDS)]
    ratio = statistics.median(ours / floor for floor, ours in rounds)
    print(f"{ROUNDS} rounds; medians of seconds")
    for name, column in (("bare", 0), ("captured", 1)):
        print(f"{name:<10}{statistics.median(one[column] for one in rounds):8.2f}")
    print(json.dumps({"captured_of_bare": round(ratio, 3)}))
    return 0 if ratio <= MAX_OF_BARE else 1


if __name__ == "__main__":
    raise SystemExit(main())
