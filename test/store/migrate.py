#!/usr/bin/env python3
"""A store that an older Ajar wrote tells the same story after it was brought up to date: what is open and since when, one
finding in full, the scans, what changed between them, fleets, what is accepted.

    test/store/migrate.py [--ajar build/ajar] [--record]

test/data/store-4.sql is the store: history, acceptances, dashboards; a fleet is added here. test/data/store-4.story is
what the program of version 5 told of it; --record writes what AJAR tells, to be done with a program that is believed.
"""
import argparse
import contextlib
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
STORY = ROOT / "test/data/store-4.story"
FLEET = """
    insert into fleets values (1, x'f0000000000000000000000000000001', 1796028009000, 1796028011000, 1, 3);
    insert into fleet_sightings values (1, 3, 1, 3, 0.97, cast('2 stores set up alike' as blob), 2, 2, 0, 0, 7, 900);
    insert into fleet_reasons values (1, 3, 0, 1, cast('7.0' as blob), 2);
    insert into fleet_members select 1, 3, e.address, min(e.port), '', min(f.product), x'', 2, 3, 3, 400, min(f.fingerprint)
        from endpoints e join findings f on f.id >> 16 = e.id group by e.address;
    insert into accepted values (x'f0000000000000000000000000000001', 5, 9000000000000, 'one image', null);
"""


def story(ajar, db):
    """All that is told, asked for one by one; what is equally bad in one order."""
    def told(*args):
        p = subprocess.run([ajar, *args, "--json", "--db", db], capture_output=True, text=True)
        return [f"$ {' '.join(args)} -> {p.returncode}", *sorted(p.stdout.splitlines()), *p.stderr.replace(db, "DB").splitlines()]
    told("show")
    with contextlib.closing(sqlite3.connect(db)) as c:
        findings = [x.hex() for x, in c.execute("select fingerprint from findings order by 1")]
        scans = [str(x) for x, in c.execute("select id from scans order by 1")]
    asked = [("show", "--ever", "--limit", "0"), ("show", "--closed"), ("show", "--not-seen"), ("show", "--accepted"), ("show", "--scans"), ("fleets",), ("fleets", "f0000000")]
    asked += [("show", f) for f in findings]
    asked += [("diff", a, b) for a in scans for b in scans if a < b]
    return [line for args in asked for line in told(*args)]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ajar", default=str(ROOT / "build/ajar"))
    p.add_argument("--record", action="store_true")
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as top:
        db = f"{top}/old.db"
        with contextlib.closing(sqlite3.connect(db, isolation_level=None)) as c:
            c.executescript((ROOT / "test/data/store-4.sql").read_text() + FLEET)
        got = story(args.ajar, db)
        with contextlib.closing(sqlite3.connect(db)) as c:
            version = c.execute("pragma user_version").fetchone()[0]
            loose = c.execute("pragma foreign_key_check").fetchall()
    if args.record:
        STORY.write_text("\n".join(got) + "\n")
    wanted = STORY.read_text().splitlines()
    wrong = [(a, b) for a, b in zip(got + [""] * len(wanted), wanted) if a != b] + got[len(wanted):]
    for pair in wrong[:5]:
        print(f"not ok the same story: {pair}")
    if version < 5 or loose:
        print(f"not ok version {version}, {len(loose)} rows refer to nothing")
    print(f"a store of version 4 tells the same {len(wanted)} lines in version {version}: {len(wrong)} differ")
    sys.exit(1 if wrong or loose or version < 5 else 0)


main()
