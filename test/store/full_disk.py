#!/usr/bin/env python3
"""A store on a disk that fills up while a scan runs: exit status 3, one clear line, a store that
opens, and --resume that finishes once there is room.

    test/store/full_disk.py [--ajar build/ajar]

Runs in namespaces of its own (unshare -r -m -n): a tmpfs of 1 MiB holds the store, and every address
of 127.0.0.0/8 answers like a Redis without a password.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import crash


def scan(ajar, db, *more):
    return subprocess.run([ajar, "scan", "--db", str(db), "--json", "--fail-on", "critical", "--rate", "1000000", "--loops", "1",
                           *more], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120)


def expect(what, ok, shown=""):
    if not ok:
        raise SystemExit(f"full disk: {what}: {shown}")


def run(ajar):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    crash.Server().start()
    with tempfile.TemporaryDirectory() as top:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "ajar", top], check=True)
        db = pathlib.Path(top) / "ajar.db"
        p = scan(ajar, db, "--ports", "6379", "--seed", "7", "127.1.0.0/20")
        err = p.stderr.decode()
        expect("status 3 was expected", p.returncode == 3, f"{p.returncode} {err}")
        said = [line for line in err.splitlines() if " is new: " not in line]  # that the store is new is news, and no trouble
        expect("one line that says why was expected", len(said) == 1 and "no space is left" in said[0], err)
        shown = subprocess.run([ajar, "show", "--db", str(db), "--scans"], capture_output=True, timeout=60)
        expect("the store does not open", shown.returncode == 0 and b"unfinished" in shown.stdout,
               f"{shown.returncode} {shown.stdout} {shown.stderr}")
        subprocess.run(["mount", "-o", "remount,size=64m", top], check=True)
        p = scan(ajar, db, "--resume")
        expect("--resume does not finish once there is room", p.returncode == 0, p.stderr.decode())
        found = crash.contents(db)
        expect("findings are missing", len(found["findings"]) == 4096, str(len(found["findings"])))
        subprocess.run(["umount", top], check=True)
    print("full disk: status 3, one line, the store opens, and --resume finishes once there is room")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ajar", default=str(crash.ROOT / "build/ajar"))
    p.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = p.parse_args()
    if not args.inside:
        os.execvp("unshare", ["unshare", "-r", "-m", "-n", sys.executable, __file__, *sys.argv[1:], "--inside"])
    run(os.path.abspath(args.ajar))


main()
