#!/usr/bin/env python3
"""What somebody meets in the first hour and every day after it: reports that claim no more than was asked, progress where
no terminal is, times that are foretold, slips that are told, output that goes nowhere.

    test/cli/first_hour.py AJAR        as root; the last line says how many passed and failed
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from run import RESULTS, Redis, check, closed_port

AJAR = sys.argv[1] if len(sys.argv) > 1 else "build/ajar"
FORMATS = ("tty", "html", "markdown")


def ajar(*args, before=(), **more):
    env = dict(os.environ, XDG_STATE_HOME=STATE, XDG_CONFIG_HOME=STATE, HOME=STATE, TERM="xterm", **more.pop("env", {}))
    return subprocess.run([*before, AJAR, *args], capture_output=True, text=True, timeout=120, env=env, **more)


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text.replace("\\", "")))


def test_no_claim():
    """What could not be asked, was left out or said nothing is never called shut."""
    shut = closed_port()
    cases = (
        ("no route", ["10.1.2.3:80"], "Nothing could be asked.", "1 could not be asked", 3),
        ("all excluded", ["--exclude", "127.0.0.1", f"127.0.0.1:{shut}"], "Nothing was asked.", "1 was left out", 0),
        ("a closed port", [f"127.0.0.1:{shut}"], "Nothing answered.", "1 refused the connection or gave no answer", 0),
    )
    for name, args, headline, counted, status in cases:
        for form in FORMATS:
            r = ajar("scan", "--db", "none", "--format", form, *args, before=["unshare", "-n", "--", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"])
            text = words(r.stdout)
            check(f"{name} as {form}", headline in text and counted in text and "Nothing is open" not in text and
                  "Well kept" not in text and r.returncode == status, f"{r.returncode} {text[:600]} {r.stderr}")
            check(f"{name} as {form}: where it comes from", args[-1] in text and "by Ajar" in text and "ajar scan --db none" in text,
                  text[-800:])


def test_no_claim_of_the_store(redis):
    db = f"{STATE}/claim.db"
    ajar("scan", "--db", db, f"127.0.0.1:{closed_port()}")
    r = ajar("show", "--db", db)
    check("show says what the newest scan got to see", "Open now: 0" in r.stdout and "of 1 endpoint 0 answered" in r.stdout, r.stdout)
    for form in FORMATS:
        text = words(ajar("show", "--db", db, "--format", form).stdout)
        check(f"show --format {form}", "Nothing answered." in text and "ajar show --db" in text, text[:400])


def test_foretold():
    """--dry-run speaks of time: once for loopback, by how many hosts answer for networks."""
    says = {args: ajar("scan", "--dry-run", *args.split()).stdout.splitlines()[-1] for args in
            ("127.0.0.1", "10.20.0.0/24", "10.20.0.0/24 --ports 6379", "10.20.0.99", "10.0.0.0/16 --rate 5000 --ports 6379")}
    check("loopback", says["127.0.0.1"].startswith("Loopback has no pace: about "), says)
    check("a /24", re.search(r"counted half: about \d\d s where nobody answers, \d\d s where one address in 25 does, \d+ min where all do\.$",
                             says["10.20.0.0/24"]), says)
    check("a /24 at one port", re.search(r"about \d s where nobody answers, \d s where .*, \d+ s where all do", says["10.20.0.0/24 --ports 6379"]), says)
    check("one neighbour, alive or dead", re.search(r"about \d\d s where nobody answers, \d\d s where somebody does", says["10.20.0.99"]), says)


def test_statuses(redis):
    """Found and incomplete is both; a file that is none of ours is a mistake; output that nobody took is no success."""
    target = f"127.0.0.1:{redis.port}"
    r = ajar("scan", "--db", "none", "--fail-on", "low", target, "no-such-name.invalid:80")
    check("found and incomplete", r.returncode == 6, f"{r.returncode} {r.stderr}")
    r = ajar("scan", "--db", "none", "--fail-on", "critical", target, "no-such-name.invalid:80")
    check("incomplete alone", r.returncode == 3, f"{r.returncode} {r.stderr}")
    db = f"{STATE}/statuses.db"
    r = ajar("scan", "--db", db, target)
    check("a new store is told", "is new" in r.stderr and len(r.stderr.splitlines()) == 1, r.stderr)
    check("an old one is not", not ajar("scan", "--db", db, target).stderr)
    for args in (["show", "--db", db], ["show", "--db", db, "--format", "html"], ["fleets", "--db", db], ["judge", "--db", db], ["list"],
                 ["asks"], ["--version"], ["help", "scan"], ["scan", "--dry-run", target], ["catalog", "law"]):
        with open("/dev/full", "w") as full:
            r = subprocess.run([AJAR, *args], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, env=dict(os.environ, HOME=STATE))
        check(f"{args[0]} into a full disk", r.returncode == 3 and "No space left" in r.stderr and len(r.stderr.splitlines()) == 1,
              f"{args} {r.returncode} {r.stderr}")
    for args in ("asks", "list", "help scan", f"show --db {db} --format json"):
        p = subprocess.run(f"{AJAR} {args} | true; exit ${{PIPESTATUS[0]}}", shell=True, executable="/bin/bash", capture_output=True, text=True)
        check(f"{args} | true is silent", not p.stderr, p.stderr)
    for args in (["version"], ["-V"], ["--version"]):
        check(f"{args}", re.fullmatch(r"ajar \d+\.\d+\.\d+\n", ajar(*args).stdout))


def test_foreign_home(redis):
    """Tables that lie where this user may not read are a courtesy, not a condition."""
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        folder = pathlib.Path(home, ".local/share/ajar/feeds")
        folder.mkdir(parents=True)
        (folder / "lifecycle.csv").write_text("nonsense\n")
        os.chmod(folder, 0o700)
        for parent in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
            os.chmod(parent, 0o755)
        program = pathlib.Path(AJAR).resolve()
        if subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", "test", "-x", program]).returncode:
            print("skipped: nobody may not start", program)
            return
        r = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", program, "scan", "--db", "none", f"127.0.0.1:{redis.port}"],
                           capture_output=True, text=True, timeout=60, env={"HOME": home, "PATH": "/usr/bin:/bin"})
        check("a home of somebody else", "redis 7.0.15" in r.stdout and "are not used" in r.stderr, f"{r.returncode} {r.stderr}")


def test_rows(redis):
    """A row of the store says which finding it is, at any width."""
    db = f"{STATE}/rows.db"
    ajar("scan", "--db", db, f"127.0.0.1:{redis.port}")
    for columns in (40, 60, 80, 100, 140, 200):
        text = ajar("show", "--db", db, env={"COLUMNS": str(columns)}).stdout
        rows = text.split("\n\n")[0]
        check(f"show at {columns} columns", "Data can be reached without a password" in words(rows) and
              max(map(len, rows.splitlines())) <= columns, rows)
    fleets = ajar("scan", "--db", "none", f"127.0.0.1:{redis.port}", f"127.0.0.1:{redis.port + 1}").stdout
    check("nothing is cut", "\u2026" not in fleets, fleets)


def main():
    redis = Redis()
    test_no_claim()
    test_no_claim_of_the_store(redis)
    test_foretold()
    test_statuses(redis)
    test_foreign_home(redis)
    test_rows(redis)
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


with tempfile.TemporaryDirectory() as STATE:
    os.chmod(STATE, 0o755)
    sys.exit(main())
