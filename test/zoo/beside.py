#!/usr/bin/env python3
"""Ajar beside nmap, on the servers of both zoos: who names them, who says that a door is open, in which time.

    test/zoo/beside.py --results DIR                     all of Debian's zoo, one JSON file an endpoint
    test/zoo/beside.py --results DIR --wide              the wide zoo's, what `install` has fetched
    test/zoo/beside.py --results DIR --only redis        one server
    test/zoo/beside.py --table DIR >doc/beside-nmap.md   the table of what is there

nmap runs as somebody would who wants to know all of one port: -sV and every script of the categories default, safe and
discovery, without those that call to all or ask others on the Internet. Ajar runs as it comes. Each endpoint is asked by
each tool alone, Ajar first; several nmaps run side by side, for they mostly wait. Connections are counted as SYNs on
loopback, which takes root; without, they are not told.
"""

import argparse
import collections
import concurrent.futures
import ctypes
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE)]

import compare  # noqa: E402
import harness  # noqa: E402
import run  # noqa: E402
from beside_words import is_named, said_open, said_other  # noqa: E402
from servers import SPECS  # noqa: E402

SCRIPTS = "(default or safe or discovery) and not (broadcast or external)"
AT_ONCE = 24  # servers that run side by side
NMAPS = 12
NMAP_SECONDS = 900
# Only one of these runs on a machine.
ALONE = ("nfs", "samba", "iscsi", "glusterd", "firebird")


class Syns:
    """Counts first packets of connections on loopback, by address and port."""

    # IPv4? TCP? First fragment? SYN and no ACK? Then the first 74 bytes, else nothing.
    FILTER = ((0x28, 0, 0, 12), (0x15, 0, 9, 0x0800), (0x30, 0, 0, 23), (0x15, 0, 7, 6), (0x28, 0, 0, 20), (0x45, 5, 0, 0x1fff),
              (0xb1, 0, 0, 14), (0x50, 0, 0, 27), (0x54, 0, 0, 0x12), (0x15, 0, 1, 2), (0x06, 0, 0, 74), (0x06, 0, 0, 0))

    def __init__(self):
        self.seen = collections.Counter()
        try:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        except PermissionError:
            self.socket = None
            return
        program = b"".join(struct.pack("HBBI", *step) for step in self.FILTER)
        buffer = ctypes.create_string_buffer(program)
        self.socket.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HL", len(program) // 8, ctypes.addressof(buffer)))
        self.socket.bind(("lo", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            packet = self.socket.recv(128)
            head = 14 + (packet[14] & 15) * 4
            self.seen[f"{socket.inet_ntoa(packet[30:34])}:{int.from_bytes(packet[head + 2:head + 4], 'big')}"] += 1

    def of(self, endpoint):
        return self.seen[endpoint] if self.socket else None


def timed(words, seconds, cwd):
    began = time.monotonic()
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(cwd)}
    try:
        done = subprocess.run(words, capture_output=True, timeout=seconds, cwd=cwd, env=environment)
        return done.stdout, time.monotonic() - began
    except subprocess.TimeoutExpired:
        return b"", time.monotonic() - began


def by_ajar(box, view, ajar, syns):
    endpoint = box.endpoint(view)
    before = syns.of(endpoint)
    out, seconds = timed([ajar, "scan", "--json", endpoint], 120, box.zoo.root)
    report = [json.loads(line) for line in out.splitlines()]
    services = compare.lines_of(report, "service", endpoint)
    product = services[0].get("product") if services else None
    allowed = compare.any_of(view.product)
    return {"named": "rightly" if product in allowed else "not" if product in (None, "unknown", "web", "tls-service") else "wrongly",
            "as": product, "open": any(service.get("verdict") == "open" for service in services), "seconds": round(seconds, 2),
            "version": services[0].get("version") if services else None,
            "connections": syns.of(endpoint) - before if before is not None else None}


def by_nmap(box, view, syns):
    endpoint = box.endpoint(view)
    address, port = endpoint.rsplit(":", 1)
    before = syns.of(endpoint)
    out, seconds = timed(["nmap", "-Pn", "-n", "-sV", "--script", SCRIPTS, "-p", port, "-oX", "-", address], NMAP_SECONDS, box.zoo.root)
    found = read_nmap(out)
    texts = " ".join([found["service"], *found["scripts"].values()])
    products = compare.any_of(view.product)
    if any(is_named(product, texts) for product in products):
        named = "rightly"
    else:
        named = "wrongly" if found["probed"] and said_other(found["service"]) else "not"
    return {"named": named, "as": found["service"], "open": said_open(found["scripts"]), "seconds": round(seconds, 2), "version": found["version"],
            "connections": syns.of(endpoint) - before if before is not None else None}


def read_nmap(text):
    """The service as nmap names it, and what its scripts said."""
    found = {"service": "", "version": None, "probed": False, "scripts": {}}
    try:
        root = xml.etree.ElementTree.fromstring(text)
    except xml.etree.ElementTree.ParseError:
        return found
    service = root.find(".//port/service")
    if service is not None:
        found["probed"] = service.get("method") == "probed"
        if found["probed"]:
            found["service"] = " ".join(filter(None, (service.get(key) for key in ("name", "product", "extrainfo"))))
        found["version"] = service.get("version")
    for script in (*root.findall(".//port/script"), *root.findall(".//hostscript/script")):
        found["scripts"][script.get("id")] = script.get("output") or ""
    return found


def look(specs, options, syns):
    zoo = harness.Zoo([spec.port for spec in specs])
    tally = run.Tally()
    try:
        boxes = run.start_all([zoo.box(spec) for spec in specs], 4, tally)
        pairs = [(box, view) for box in boxes for view in box.spec.views if not view.via and view.transport != "udp"]
        rows = [{"endpoint": box.spec.name + ("" if view.port == "P" else f"/{view.port}"), "product": view.product,
                 "verdict": view.verdict, "ajar": by_ajar(box, view, options.ajar, syns)} for box, view in pairs]
        with concurrent.futures.ThreadPoolExecutor(NMAPS) as pool:
            for row, nmap in zip(rows, pool.map(lambda pair: by_nmap(*pair, syns), pairs)):
                row["nmap"] = nmap
                path = pathlib.Path(options.results) / (re.sub(r"[:/]", "@", row["endpoint"]) + ".json")
                path.write_text(json.dumps(row, indent=1) + "\n")
    finally:
        zoo.stop()


def families(options):
    """What runs side by side: of the wide zoo its own families, which are made so that they fit."""
    if options.wide:
        from wide.cache import missing
        from wide.servers import FAMILIES
        harness.START_SECONDS, harness.COMMAND_SECONDS = 300, 120
        families_of_specs = [[spec for spec in family.SPECS if not missing(spec.command)] for family in FAMILIES]
    else:
        specs = [spec for spec in SPECS if not spec.server.startswith("odd-")]
        shared = [spec for spec in specs if spec.server not in ALONE]
        families_of_specs = [shared[at:at + AT_ONCE] for at in range(0, len(shared), AT_ONCE)]
        families_of_specs += [[spec] for spec in specs if spec.server in ALONE]
    if options.only:
        families_of_specs = [[spec for spec in specs if spec.name in options.only or spec.server in options.only] for specs in families_of_specs]
    return [specs for specs in families_of_specs if specs]


def cell(row, tool):
    said = row[tool]
    truth = compare.any_of(row["verdict"])
    if said["open"]:
        opened = "rightly" if "open" in truth else "in part" if "partial" in truth else "**wrongly**"
    else:
        opened = "not said" if "open" in truth else ""
    named = f"**wrongly**: {said['as'][:40]}" if said["named"] == "wrongly" else said["named"]
    return named, opened, said["seconds"], said["connections"]


def table(directory):
    rows = [json.loads(path.read_text()) for path in sorted(pathlib.Path(directory).glob("*.json"))]
    print("# Ajar beside nmap\n\nMade by `test/zoo/beside.py --table DIR` from what `test/zoo/beside.py --results DIR` and the same with `--wide` found\n"
          "on the servers of the zoo. nmap 7.93 with -sV and all scripts of the categories default, safe and discovery but those that\n"
          "broadcast or ask the Internet; Ajar as it comes. nmap counts as naming a product where any of its lines holds the name,\n"
          "and as saying open where a script shows what only a visitor inside is shown. A generic answer (`http`, a web server below\n"
          "a product) is *not*, not *wrongly*. Seconds are on the clock; connections are SYNs to that port.\n")
    print("| | endpoints | named rightly | wrongly | not | version told | open ones | said open | open said wrongly | seconds, median | in all | connections, median |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for tool, title in (("ajar", "Ajar"), ("nmap", "nmap 7.93")):
        cells = [cell(row, tool) for row in rows]
        named = collections.Counter(row[tool]["named"] for row in rows)
        doors = [row for row in rows if "open" in compare.any_of(row["verdict"])]
        seconds = sorted(each[2] for each in cells)
        connections = sorted(each[3] for each in cells if each[3] is not None)
        print(f"| {title} | {len(rows)} | {named['rightly']} | {named['wrongly']} | {named['not']} | {sum(bool(row[tool]['version']) for row in rows)} | {len(doors)} | "
              f"{sum(each[1] == 'rightly' for each in cells)} | {sum('wrongly' in each[1] for each in cells)} | {seconds[len(seconds) // 2]:.2f} | {sum(seconds):.0f} | "
              f"{connections[len(connections) // 2] if connections else '-'} |")
    print("\n| endpoint | truth | Ajar names it | open | seconds | connections | nmap names it | open | seconds | connections |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        cells = [str("-" if each is None else each) for tool in ("ajar", "nmap") for each in cell(row, tool)]
        truth = "/".join(compare.any_of(row["product"])) + ", " + "/".join(compare.any_of(row["verdict"]))
        print(f"| {row['endpoint']} | {truth} | " + " | ".join(text.replace("|", "/") for text in cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(run.REPOSITORY / "build" / "ajar"))
    parser.add_argument("--results", metavar="DIR")
    parser.add_argument("--table", metavar="DIR")
    parser.add_argument("--wide", action="store_true")
    parser.add_argument("--only", action="append", metavar="NAME[:VARIANT]")
    options = parser.parse_args()
    if options.table:
        return table(options.table)
    if not options.results:
        parser.error("--results or --table")
    options.ajar = os.path.abspath(options.ajar)
    os.makedirs(options.results, exist_ok=True)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    syns = Syns()
    for specs in families(options):
        run.note("; ".join(spec.name for spec in specs))
        look(specs, options, syns)
    return None


if __name__ == "__main__":
    sys.exit(main())
