#!/usr/bin/env python3
"""Hundreds of services over bare TCP and TLS that are nobody's store: none may be called open, none may get a name that
is not its own, none may be asked much.

    test/zoo/wire_haystack.py [--ajar build/ajar] [--only NAME] [--verbose]

What they say is in test/zoo/strangers: banners, answers to a line, bytes, silence, echoes, drips, floods, random bytes,
what looks like a database's greeting and is none. Each is on a port of its own that hints at nothing, all on one loopback
address, in this process; they are scanned as production scans. `N passed, N failed` last, exit 1 when one failed.
"""

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from strangers import ROWS  # noqa: E402

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ADDRESS, FIRST_PORT, LAST_PORT = "127.77.251.1", 20100, 32000
PARALLEL = 120  # most of them are waited for: one process in Python answers so many at once well within Ajar's patience
CONNECTIONS_MAX, BYTES_MAX = 8, 16384  # what a service that nobody knows may cost, doc/pace.md
LEAST = 300
HEARD_MAX = 65536
DOORS = ("open-", "partial", "setup-", "anonymous-", "store-", "names-told", "cluster-port", "left-")


class Service(asyncio.Protocol):
    """One connection to a row."""

    def __init__(self, row, count):
        self.row, self.count, self.transport = row, count, None

    def connection_made(self, transport):
        self.transport = transport
        self.count["connections"] += 1
        if self.row.slams in ("close", "reset"):
            self.hang_up(self.row.slams == "reset")
        elif self.row.drips:
            asyncio.ensure_future(self.drip())
        elif self.row.greets:
            transport.write(self.row.greets)
            if self.row.ends:
                transport.close()

    async def drip(self):
        for byte in self.row.greets:
            if self.transport.is_closing():
                return
            self.transport.write(bytes([byte]))
            await asyncio.sleep(self.row.drips)

    def hang_up(self, with_reset):
        handle = self.transport.get_extra_info("socket")
        if with_reset and handle:
            with contextlib.suppress(OSError):
                handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort() if with_reset else self.transport.close()

    def data_received(self, heard):
        self.count["bytes"] += len(heard)
        if self.row.slams:
            self.hang_up(self.row.slams == "heard-reset")
            return
        said = self.row.says(heard[:HEARD_MAX]) if callable(self.row.says) else self.row.says
        if said and not self.transport.is_closing():
            self.transport.write(said)
            if self.row.ends:
                self.transport.close()


def contexts(directory):
    """What the rows inside TLS use, by Row.tls."""
    pem, key = directory / "pem", directory / "key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=stranger", "-keyout", key, "-out", pem], check=True, capture_output=True)
    found = {}
    for kind in ("plain", "alpn", "client"):
        found[kind] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found[kind].load_cert_chain(pem, key)
    found["alpn"].set_alpn_protocols(["x-nobody/1"])
    found["client"].load_verify_locations(pem)
    found["client"].verify_mode = ssl.CERT_REQUIRED
    return found


class Haystack:
    """All rows, listening; .ports and .counts by the number of the row."""

    def __init__(self, rows, hinted, directory):
        self.rows, self.ports, self.counts, self.hinted = rows, [], [], hinted
        self.contexts, self.ready, self.fault = contexts(directory), threading.Event(), None
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()
        self.ready.wait()
        if self.fault:
            raise self.fault

    async def serve(self):
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: None)  # a visitor that hangs up in the midst of a handshake
        port = FIRST_PORT
        try:
            for row in self.rows:
                port = await self.listen(loop, row, port) + 1
        except OSError as error:
            self.fault = error
        self.ready.set()
        await asyncio.Event().wait()

    async def listen(self, loop, row, port):
        """The port that it got, the first free one from `port` on that hints at nothing."""
        count = {"connections": 0, "bytes": 0}
        while True:
            if port in self.hinted:
                port += 1
                continue
            try:
                await loop.create_server(lambda: Service(row, count), ADDRESS, port, ssl=self.contexts.get(row.tls))
            except OSError:
                if port >= LAST_PORT:
                    raise
                port += 1
                continue
            self.ports.append(port)
            self.counts.append(count)
            return port


def hinted_ports(ajar):
    products = [json.loads(line) for line in subprocess.run([ajar, "list", "--json"], capture_output=True, text=True, check=True).stdout.splitlines()]
    return {port for product in products for key in ("ports", "tls_ports") for port in product.get(key) or () if isinstance(port, int)}


def scan(ajar, ports):
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run([ajar, "scan", "--json", "--db", "none", "--parallel", str(PARALLEL), "--ports", ",".join(map(str, ports)), ADDRESS],
                              capture_output=True, text=True, env={"PATH": os.environ["PATH"], "XDG_STATE_HOME": directory}, timeout=600)
    return [json.loads(line) for line in done.stdout.splitlines()]


def fault_of(row, lines, count):
    """What is wrong with what was said of a row, or ""."""
    services = [line for line in lines if line["type"] == "service"]
    if not services:
        return "it was not seen"
    for line in services:
        if "*" not in row.may and line["product"] not in ("unknown", "tls", *row.may):
            return f"it is called {line['product']}, {line['verdict']}"
        if line["verdict"] in ("open", "partial"):
            return f"it is called {line['verdict']}"
    doors = [line["rule"] for line in lines if line["type"] == "finding" and str(line.get("rule")).startswith(DOORS)]
    if doors:
        return f"finding {', '.join(doors)}"
    if not row.may and (count["connections"] > CONNECTIONS_MAX or count["bytes"] > BYTES_MAX):
        return f"it was asked by {count['connections']} connections and {count['bytes']} bytes"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(REPOSITORY / "build" / "ajar"), help="the program to test")
    parser.add_argument("--only", help="the rows whose name has this")
    parser.add_argument("--verbose", action="store_true", help="show what each was called, and what it was asked")
    options = parser.parse_args()
    rows = [row for row in ROWS if not options.only or options.only in row.name]
    names = [row.name for row in rows]
    faults = [f"two are called {name}" for name in sorted({name for name in names if names.count(name) > 1})]
    if not options.only and len(rows) < LEAST:
        faults.append(f"there are {len(rows)}, not {LEAST}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        haystack = Haystack(rows, hinted_ports(options.ajar), pathlib.Path(directory))
        lines = scan(options.ajar, haystack.ports)
    passed = 0
    for row, port, count in zip(rows, haystack.ports, haystack.counts):
        told = [line for line in lines if line.get("port") == port]
        fault = fault_of(row, told, count)
        if options.verbose:
            print(f"# {row.name}: {[(line['product'], line['verdict']) for line in told if line['type'] == 'service']}, {count}")
        passed += not fault
        if fault:
            faults.append(f"{row.name} ({row.source}): {fault}")
    for fault in faults:
        print(f"not ok {fault}")
    print(f"# {len(rows)} services in {time.monotonic() - started:.0f} s", file=sys.stderr)
    print(f"{passed} passed, {len(faults)} failed")
    return 1 if faults or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
