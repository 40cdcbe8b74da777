#!/usr/bin/env python3
"""What a visit costs its server, by product: connections that were opened and bytes that were given to the kernel, TLS included.

    test/guard/conduct.py CAPTURES [--tapes PROGRAM]      CAPTURES: what a suite wrote that ran behind capture.so, and beside it
                                                          the reports of its scans (*.report), which say who it was
    ... --table                                           the table of doc/conduct.md instead
    test/guard/conduct.py --self-test                     whether it fails where it must

Fails where a visit takes more than CONNECTIONS or BYTES. Last line: "N passed, N failed".
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

CONNECTIONS, BYTES = 12, 16 << 10
# With --all-protocols, which its scan's report says (src/sweep/ladder.h).
ALL_CONNECTIONS = 40
# Over UDP there are no connections: datagrams.
DATAGRAMS = 12


def costs_of(path):
    """place -> [connections, bytes] of one process."""
    ids, sent = collections.defaultdict(set), collections.Counter()
    with open(path, encoding="ascii") as lines:
        for line in lines:
            number, kind, place, rest = line.split()
            ids[place].add(number)
            if kind in ("plain", "tls"):
                sent[place] += len(rest) // 2
    return {place: [len(ids[place]), sent[place]] for place in ids}


def services_of(directory):
    """place -> (product, over UDP, all protocols asked) of all reports; what is seen through a dashboard is the dashboard's cost."""
    found = {}
    for path in sorted(directory.glob("*.report")):
        asks_all = False
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if row.get("type") == "run":
                asks_all = "--all-protocols" in row["command"].split()
            if row.get("type") == "service" and not row.get("via"):
                place = row["endpoint"].removesuffix("/udp")
                found[place] = (row["product"], place != row["endpoint"], asks_all)
    return found


def limits_for(udp, asks_all):
    return DATAGRAMS if udp else CONNECTIONS + (ALL_CONNECTIONS if asks_all else 0), BYTES


def visits(directory):
    """(product, place, connections, bytes, most connections, most bytes) of every visit that is in a report."""
    services = services_of(directory)
    for path in sorted(directory.glob("*.capture")):
        for place, (connections, sent) in costs_of(path).items():
            if place in services:
                product, *more = services[place]
                yield (product, place, connections, sent, *limits_for(*more))


def tapes_of(program):
    """product -> [(connections, bytes)] of every tape, which holds them to the same limits itself (test/tape/run.c)."""
    found = collections.defaultdict(list)
    done = subprocess.run([program, "--costs", "test/tape"], capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("COST "):
            _, connections, sent, product, _ = line.split(" ", 4)
            found[product].append((int(connections), int(sent)))
    return found


def most(rows):
    return f"{max(r[0] for r in rows)} | {max(r[1] for r in rows):,}" if rows else "- | -"


def table(real, tapes):
    print("| product | real servers visited | connections, most | bytes, most | tapes | connections, most | bytes, most |")
    print("|---|---|---|---|---|---|---|")
    for product in sorted({*real, *tapes} - {"-"}):
        places = {place for _, _, place in real.get(product, ())}
        print(f"| {product} | {len(places) or '-'} | {most(real.get(product, ()))} | {len(tapes.get(product, ())) or '-'} | "
              f"{most(tapes.get(product, ()))} |")


def self_test():
    """Made captures, of which those beyond the limits must fail, and no other."""
    cases = (("redis", CONNECTIONS, 10, "", True), ("redis", CONNECTIONS + 1, 10, "", False), ("redis", 1, BYTES, "", True),
             ("redis", 1, BYTES + 1, "", False), ("postgresql", CONNECTIONS + 1, 10, "", False),
             ("tftp", DATAGRAMS, 10, "", True), ("tftp", DATAGRAMS + 1, 10, "", False),
             ("iscsi", CONNECTIONS + ALL_CONNECTIONS, 10, "--all-protocols", True),
             ("iscsi", CONNECTIONS + ALL_CONNECTIONS + 1, 10, "--all-protocols", False),
             ("iscsi", CONNECTIONS + 1, 10, "--all-protocols-not", False))
    wrong = 0
    for product, connections, sent, option, good in cases:
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            row = {"type": "service", "endpoint": "10.0.0.1:5" + ("/udp" if product == "tftp" else ""), "product": product}
            scan = {"type": "run", "command": f"ajar scan {option} 10.0.0.1"}
            (directory / "x.report").write_text(json.dumps(scan) + "\n" + json.dumps(row))
            (directory / "x.capture").write_text("".join(f"{n} open 10.0.0.1:5 0\n" for n in range(connections)) +
                                                 f"0 tls 10.0.0.1:5 {'00' * sent}\n")
            rows = list(visits(directory))
            got = len(rows) == 1 and rows[0][2] <= rows[0][4] and rows[0][3] <= rows[0][5]
        if got != good:
            print(f"not ok {product}, {connections} connections, {sent} bytes: {rows}")
            wrong += 1
    print(f"{len(cases) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captures", type=pathlib.Path)
    parser.add_argument("--tapes", metavar="PROGRAM", help="add what tapes cost: build/tapes")
    parser.add_argument("--table", action="store_true", help="print the table")
    options = parser.parse_args()
    real, failed, passed = collections.defaultdict(list), 0, 0
    for product, place, connections, sent, most_connections, most_sent in visits(options.captures):
        real[product].append((connections, sent, place))
        good = connections <= most_connections and sent <= most_sent
        passed += good
        failed += not good
        if not good:
            print(f"not ok {product} at {place}: {connections} connections of {most_connections}, {sent} bytes of {most_sent}",
                  file=sys.stderr if options.table else sys.stdout)
    if options.table:
        table(real, tapes_of(options.tapes) if options.tapes else {})
    else:
        print(f"# {len(real)} products; the dearest: " + "; ".join(
            f"{product} {max(r[0] for r in rows)} connections, {max(r[1] for r in rows)} bytes"
            for product, rows in sorted(real.items(), key=lambda kv: -max(r[1] for r in kv[1]))[:3]))
        print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
