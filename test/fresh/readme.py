#!/usr/bin/env python3
"""README word by word on a minimal Debian 12: each command that it gives to somebody who has nothing yet, in its order, timed;
what it promises is looked for in what comes.

    test/fresh/readme.py [TIMES]        so often, each in a root of its own; as root, needs debootstrap; a quarter of an hour each
"""
import pathlib
import re
import subprocess
import sys

from root import ROOT, Checks, Fresh

README = (ROOT / "README.md").read_text()


def promised(command):
    """A command that README prints, as it prints it."""
    if command not in README:
        raise SystemExit(f"README does not say `{command}`")
    return command


def clone(fresh, check):
    """What README calls a clone of this repository: its newest commit, by git."""
    subprocess.run(["git", "bundle", "create", "-q", fresh.path / "root/ajar.bundle", "HEAD", "--branches"], cwd=ROOT, check=True)
    r = fresh.run("cd /root && git clone -q ajar.bundle ajar && cd ajar && git log -1 --format=%h")
    check("a clone", r.returncode == 0, r.stderr)


def once(check):
    with Fresh("readme") as fresh:
        r = fresh.run(promised("apt-get install git make").replace("apt-get", "apt-get -q update && apt-get -q -y --no-install-recommends", 1))
        check("git and make", r.returncode == 0, r.stderr[-500:])
        clone(fresh, check)
        r = fresh.run(f"cd /root/ajar && {promised('make scan')}")
        check("make scan", r.returncode == 0 and "endpoints in" in r.stdout and "Looked at 127.0.0.1" in r.stdout, r.stdout[-800:] + r.stderr[-800:])
        r = fresh.run(f"cd /root/ajar && {promised('make scan TARGET=10.1.0.0/24').replace('10.1.0.0/24', '127.0.0.2')}")
        check("make scan TARGET=", r.returncode == 0 and "Looked at 127.0.0.2" in r.stdout, r.stdout[-800:] + r.stderr[-800:])
        r = fresh.run(f"cd /root/ajar && {promised('make demo')}")
        page = fresh.path / "root/ajar/build/demo/report.html"
        check("make demo", r.returncode == 0 and page.exists() and re.search("fourteen|14", r.stdout), r.stdout[-800:] + r.stderr[-1500:])
        check("it says what was real", "stand-in" in r.stdout + r.stderr or "real" in r.stdout + r.stderr, r.stdout[-500:])
        r = fresh.run(f"cd /root/ajar && {promised('tools/install-packages docs')} && {promised('make install')}")
        check("make install", r.returncode == 0 and "ajar(1) is not installed" not in r.stderr, r.stderr[-500:])
        for page in ("ajar.1", "ajar-scan.1"):
            check(f"man {page}", (fresh.path / "usr/local/share/man/man1" / page).exists())
        for command in ("ajar help scan", "ajar list", "ajar asks", "ajar show", "ajar scan --dry-run 10.1.0.0/24"):
            r = fresh.run(promised(command))
            check(command, r.returncode == 0 and r.stdout, r.stdout[-300:] + r.stderr)
        r = fresh.run(f"cd /root/ajar && {promised('make install').replace('install', 'uninstall')}")
        check("make uninstall", r.returncode == 0 and not list((fresh.path / "usr/local").rglob("*ajar*")), r.stderr[-300:])
        return sum(took for took, _ in fresh.times)


def main():
    check = Checks()
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
        print(f"all of it: {once(check):.0f} s", flush=True)
    check.end()


main()
