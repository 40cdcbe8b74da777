#!/usr/bin/env python3
"""Servers whose protocols are asked on their own ports only, on ports that hint at nothing: with --all-protocols each is found
there, with the verdict and the figures that it has at home.

    test/zoo/foreign.py [--ajar build/ajar] [--only NAME[:VARIANT] ...]
    test/zoo/foreign.py --light                 those that start at once and are found soon, scanned once
    test/zoo/wide/run.py --foreign              the same with servers that Debian lacks
    test/net/far_zoo.py BUILD --foreign         the same from far away; with --wide those that Debian lacks

Left out: X11, epmd and the portmapper, which cannot be told to listen elsewhere. `N passed, N failed` last, exit 1 when one failed.
"""

import argparse
import os
import pathlib
import signal
import sys
from dataclasses import replace

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import run  # noqa: E402
from harness import Zoo  # noqa: E402
from servers import activemq, dicom, enterprise, iscsi, java, nfs, proxy, remote, samba, socks, zabbix  # noqa: E402

SCAN_WORDS = ("--all-protocols",)
FAMILIES = (activemq, dicom, enterprise, iscsi, java, nfs, proxy, remote, samba, socks, zabbix)
HEAVY = ("nfs", "activemq", "samba", "rmi", "dicom")  # silent for long, slow to start, in many variants, on all addresses
LIGHT = ("samba:open", "samba:locked")
FOUND_ANYWAY = ("svn", "jdwp", "web", "telnet", "nfs:rpcbind", "nfs:mountd")  # or, of the last two, on no other port


def moved(spec):
    """The same server on whatever port is free, none of which hints at anything."""
    return replace(spec, name="foreign-" + spec.name, port=0, host=0)


SPECS = tuple(moved(spec) for family in FAMILIES for spec in family.SPECS if not spec.name.startswith(FOUND_ANYWAY))


def moved_of(specs, servers):
    """Of these, the named servers in each of their versions ("kafka" means kafka-3.9, and not kafka-connect)."""
    return [moved(spec) for spec in specs if spec.server.rstrip("0123456789.") in [server + "-" for server in servers]]


def is_meant(spec, patterns):
    name = spec.name.removeprefix("foreign-")
    return not patterns or bool({name, name.split(":")[0], name.split(":")[0].split("-")[0]} & set(patterns))


def chosen(patterns):
    return [spec for spec in SPECS if is_meant(spec, patterns)]


def is_light(spec):
    name = spec.name.removeprefix("foreign-")
    return name in LIGHT or not name.startswith(HEAVY)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(run.REPOSITORY / "build" / "ajar"), help="the program to test")
    parser.add_argument("--only", action="append", metavar="NAME[:VARIANT]", help="may be given several times")
    parser.add_argument("--light", action="store_true", help="those that start at once and are found soon, scanned once")
    parser.add_argument("--jobs", type=int, default=4, help="how many servers start at once (default 4)")
    parser.add_argument("--keep", action="store_true", help="keep the directory with logs and Ajar's report")
    options = parser.parse_args()
    options.ajar = os.path.abspath(options.ajar)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    run.SCAN_WORDS = SCAN_WORDS
    run.SCANS = 1 if options.light else run.SCANS
    tally = run.Tally()
    specs = [spec for spec in chosen(options.only) if not options.light or is_light(spec)]
    zoo = Zoo((), options.keep)
    try:
        run.visit(zoo, specs, options, tally, None)
    finally:
        zoo.stop()
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
