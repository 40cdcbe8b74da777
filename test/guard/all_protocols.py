#!/usr/bin/env python3
"""What --all-protocols costs a server that nobody knows, counted by the server: connections, bytes and seconds.

    test/guard/all_protocols.py build/ajar

One never answers, one hangs up on whatever is said. Last line: "N passed, N failed"; what was measured stands in doc/conduct.md.
"""

import json
import socket
import subprocess
import sys
import threading
import time

# 8 + 40 connections, 8 + 30 s (src/sweep/ladder.h) and what a busy machine delays, which the scan itself excuses; 16 KB as for any visit.
CONNECTIONS, SECONDS, BYTES = 48, 42, 16 << 10


class Stranger:
    def __init__(self, hangs_up):
        self.hangs_up, self.connections, self.bytes, self.first, self.last = hangs_up, 0, 0, 0, 0
        self.door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            visitor = self.door.accept()[0]
            self.connections += 1
            self.first = self.first or time.monotonic()
            threading.Thread(target=self.hear, args=(visitor,), daemon=True).start()

    def hear(self, visitor):
        try:
            while piece := visitor.recv(65536):
                self.bytes += len(piece)
                if self.hangs_up:
                    break
        except OSError:
            pass
        self.last = time.monotonic()
        visitor.close()


def main():
    strangers = {"silent": Stranger(False), "hangs up": Stranger(True)}
    places = [f"127.0.0.1:{stranger.port}" for stranger in strangers.values()]
    done = subprocess.run([sys.argv[1], "scan", "--all-protocols", "--json", *places], capture_output=True, text=True, check=False)
    rows = [row for row in map(json.loads, done.stdout.splitlines()) if row.get("type") == "service"]
    tally = [len(rows) == 2 and all(row["product"] == "unknown" for row in rows)]
    print("ok" if tally[0] else "not ok", "nobody knows them:", [row["product"] for row in rows])
    for name, s in strangers.items():
        seconds = s.last - s.first
        tally.append(8 < s.connections <= CONNECTIONS and 0 < s.bytes <= BYTES and seconds <= SECONDS)
        print("ok" if tally[-1] else "not ok", f"{name}: {s.connections} connections, {s.bytes:,} bytes, {seconds:.1f} s")
    print(f"{sum(tally)} passed, {len(tally) - sum(tally)} failed")
    return 0 if all(tally) else 1


if __name__ == "__main__":
    sys.exit(main())
