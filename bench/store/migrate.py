#!/usr/bin/env python3
"""Measures how long a store of version 4 takes to be brought up to date: a million findings with history, acceptances and
sightings, half of them of stores behind dashboards, which get new fingerprints.

    bench/store/migrate.py [BUILD] [FINDINGS]      build, 1000000
"""
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WANTED_S = 60


def grow(path, findings):
    """Endpoints with two findings each: one of a Redis, seen directly, one of an Elasticsearch behind a Kibana, as those of
    test/data/store-4.sql are."""
    with sqlite3.connect(path, isolation_level=None) as c:
        c.executescript((ROOT / "test/data/store-4.sql").read_text())
        c.executescript("pragma journal_mode = off; pragma synchronous = off;")
        direct, behind = (c.execute(f"select id, observation from findings where fingerprint = x'{f}'").fetchone()
                          for f in ("5291a3c79bdf61491ee268ca873e716b", "7c6832869a8dd3f474a883f3150f138b"))
        step = f"with recursive step(n) as (select 100 union all select n + 1 from step where n < {99 + findings // 2})"
        c.execute("begin")
        c.execute(f"{step} insert into endpoints select n, cast(char(10, n >> 14 & 127, n >> 7 & 127, n & 127) as blob), "
                  "5601, '', '', 3 from step")
        for place, (finding, observation) in enumerate((direct, behind)):
            number = f"(step.n << 16) + {place}"
            c.execute(f"""{step} insert into observations(id, place, product, via, kind, outcome, tls, collections, records, bytes,
                certificate, digest, first_scan, last_scan, first_ms, last_ms) select {number}, {place}, product, via, kind, outcome,
                tls, collections, records, bytes, certificate, digest, first_scan, last_scan, first_ms, last_ms
                from observations o, step where o.id = {observation}""")
            c.execute(f"{step} insert into facts select {number}, f.facts, f.collections from facts f, step "
                      f"where f.observation = {observation}")
            c.execute(f"""{step} insert into findings(id, fingerprint, rule, title, product, via, severity, version, why, fix,
                observation, records, bytes, first_ms, opened_ms, seen_ms, closed_ms, opened_scan, seen_scan, closed_scan)
                select {number}, randomblob(16), rule, title, product, via, severity, version, why, fix, {number}, records, bytes,
                first_ms, opened_ms, seen_ms, iif(step.n % 10 = 0, seen_ms, NULL), opened_scan, seen_scan,
                iif(step.n % 10 = 0, 3, NULL) from findings f, step where f.id = {finding}""")
        c.execute("insert into sightings select s.id, f.id, severity, observation from findings f, scans s where f.id >= 6553600")
        c.execute("insert into exposures select id, first_ms - 9, first_ms - 8, first_ms - 7, 0, 0, 1 from findings "
                  "where id >= 6553600 and id % 3 = 0")
        c.execute("insert into accepted select fingerprint, 1, 9000000000000, 'x', NULL from findings where id >= 6553600 "
                  "and (id >> 16) % 50 = 0")
        c.execute("commit")
        return c.execute("select count(*), sum(via > 0) from findings").fetchone()


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as top:
        db = f"{top}/old.db"
        findings, behind = grow(db, count)
        size = os.path.getsize(db)
        began, before = time.monotonic(), os.times()
        subprocess.run([str(build / "ajar"), "show", "--limit", "1", "--db", db], check=True, stdout=subprocess.DEVNULL)
        clock, after = time.monotonic() - began, os.times()
        busy = after.children_user + after.children_system - before.children_user - before.children_system
        with sqlite3.connect(db) as c:
            version = c.execute("pragma user_version").fetchone()[0]
            renamed, kept = c.execute("select count(*) from former").fetchone()[0], \
                c.execute("select count(*) from accepted a join findings f on f.fingerprint = a.fingerprint").fetchone()[0]
        print(f"{findings:,} findings, {behind:,} behind dashboards, {size / 1e6:,.0f} MB: version {version} after {clock:.1f} s "
              f"({busy:.1f} s of processor time); {renamed:,} renamed, {kept:,} decisions carried over")
        good = clock < WANTED_S * max(count / 1e6, 1) and version > 4 and renamed == behind
        print("reached" if good else "MISSED", f"  (wanted < {WANTED_S} s)")
    sys.exit(0 if good else 1)


main()
