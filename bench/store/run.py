#!/usr/bin/env python3
"""Measures the store: visits stored a second (of processor time), bytes a million endpoints, `ajar diff` of two scans of
a million endpoints, `ajar show` over ten million observations.

    bench/store/run.py [BUILD] [ENDPOINTS]      build, 1000000
"""
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESULTS = []


def judge(name, value, wanted, good):
    RESULTS.append(good)
    print(f"{'reached ' if good else 'MISSED  '} {name}: {value}   (wanted {wanted})", flush=True)


def measure(command, runs=3):
    """Seconds of processor time and on the clock (the shortest), memory in MB (the largest), the last output."""
    busy, clock, memory = 1e9, 1e9, 0
    for _ in range(runs):
        began = time.monotonic()
        p = subprocess.Popen(command, stdout=subprocess.PIPE)
        out = p.stdout.read()
        _pid, _status, usage = os.wait4(p.pid, 0)
        clock, busy = min(clock, time.monotonic() - began), min(busy, usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss / 1024)
    return busy, clock, memory, out.decode()


def bench(program, *args):
    out = subprocess.run([program, *map(str, args)], check=True, capture_output=True, text=True).stdout
    return {line.split()[0]: float(line.split()[1]) for line in out.splitlines()}


def grow(db, target):
    """History at each endpoint: older looks with all their facts, until there are `target` observations. The tables are
    written anew in the order of their numbers, which is quick. The look of today keeps its number and its findings."""
    with sqlite3.connect(db, isolation_level=None) as c:
        c.execute("pragma journal_mode = off")
        c.execute("pragma synchronous = off")
        have = c.execute("select count(*) from observations").fetchone()[0]
        last = c.execute("select max(id) from observations").fetchone()[0]
        steps = f"with recursive step(n) as (select 0 union all select n + 1 from step where n < {-(-target // have) - 1})"
        same = "place, product, via, kind, outcome, tls, collections, records, bytes, certificate"
        c.execute("begin")
        for table, columns, values in (
                ("observations", f"id, endpoint, {same}, digest, first_scan, last_scan, first_ms, last_ms",
                 f"id + {last} * n, endpoint, {same}, digest + n, iif(n, 0, first_scan), iif(n, 0, last_scan), first_ms - 1000 * n, last_ms - 1000 * n"),
                ("facts", "observation, facts, collections", f"observation + {last} * n, facts, collections")):
            schema = c.execute("select sql from sqlite_schema where name = ?", (table,)).fetchone()[0]
            c.execute(schema.replace(table, "grown", 1).replace('"grown"', "grown", 1))
            c.execute(f"{steps} insert into grown({columns}) select {values} from step cross join {table}")
            c.execute(f"drop table {table}")
            c.execute(f"alter table grown rename to {table}")
        c.execute("create index observations_endpoint on observations(endpoint)")
        c.execute("commit")
        c.execute("pragma journal_mode = wal")
        return c.execute("select count(*) from observations").fetchone()[0]


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    million = count / 1e6
    ajar, program = str(build / "ajar"), str(build / "bench-store")
    subprocess.run(["gcc", "-std=gnu17", "-D_GNU_SOURCE", f"-I{ROOT}/src", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program,
                    str(HERE / "bench.c"), str(build / "libajar.a"), "-lsqlite3", "-lm"], check=True)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as top:
        db = f"{top}/closed.db"
        got = bench(program, "closed", db, count)
        judge("closed endpoints stored a second", f"{got['closed_visits_per_second']:,.0f}", ">= 100,000",
              got["closed_visits_per_second"] >= 1e5)
        judge("a million closed endpoints", f"{got['bytes_per_million'] / 1e6:.2f} MB", "<= 1 MB", got["bytes_per_million"] <= 1e6)
        db = f"{top}/open.db"
        got = bench(program, "fill", db, count)
        judge("new services with a finding stored a second", f"{got['first_visits_per_second']:,.0f}", ">= 10,000",
              got["first_visits_per_second"] >= 1e4)
        judge("known services seen again a second", f"{got['again_visits_per_second']:,.0f}", ">= 10,000",
              got["again_visits_per_second"] >= 1e4)
        judge("two scans of a million services with findings", f"{got['bytes_per_million'] / 1e6:,.0f} MB", "<= 1500 MB",
              got["bytes_per_million"] <= 1.5e9)
        seconds, clock, memory, out = measure([ajar, "diff", "--db", db])
        print("          " + out.splitlines()[-1])
        judge(f"ajar diff of two scans of {count:,} endpoints", f"{seconds:.2f} s of processor time ({clock:.2f} s on the clock), {memory:.0f} MB", "< 2 s, < 200 MB",
              seconds < 2 * max(million, 1) and memory < 200)
        began = time.monotonic()
        observations = grow(db, 10 * count)
        print(f"          {observations:,} observations, {os.path.getsize(db) / 1e6:,.0f} MB, after {time.monotonic() - began:.0f} s", flush=True)
        for what, more in (("", []), (" --severity critical", ["--severity", "critical"]), (" --at 10.0.7.0/24 --limit 0", ["--at", "10.0.7.0/24", "--limit", "0"])):
            seconds, clock, memory, out = measure([ajar, "show", "--db", db, *more])
            judge(f"ajar show{what} over {observations:,} observations", f"{1000 * seconds:.0f} ms of processor time ({1000 * clock:.0f} on the clock), {memory:.0f} MB", "< 300 ms",
                  seconds < 0.3)
        seconds, clock, memory, out = measure([ajar, "show", "--db", db, out.splitlines()[1].split()[0]])
        judge("ajar show of one finding", f"{1000 * seconds:.0f} ms of processor time ({1000 * clock:.0f} on the clock)", "< 300 ms", seconds < 0.3)
    print(f"{sum(RESULTS)} of {len(RESULTS)} goals reached")
    sys.exit(0 if all(RESULTS) else 1)


main()
