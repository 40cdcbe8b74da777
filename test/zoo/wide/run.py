#!/usr/bin/env python3
"""The wide zoo: real servers that Debian lacks, from other package registries, each family in a run of its own.

    test/zoo/wide/run.py                        everything that `install` has fetched; what is not there is a failure
    test/zoo/wide/run.py --only mongodb         one server, all variants; --only mongodb:auth one variant
    test/zoo/wide/run.py --list                 names only
    test/zoo/wide/run.py --foreign              those that are asked on their own ports only, on others (foreign.py)
    test/zoo/wide/run.py --start kibana:open    start one, print its address and port, wait for Ctrl-C

The families run one after the other, for a search server takes half a gigabyte and half a minute. Everything else is
the zoo of the folder above: the same specs, the same comparison, the same closing line.
"""

import argparse
import pathlib
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE.parent)]

import compare  # noqa: E402
import foreign  # noqa: E402
import harness  # noqa: E402
import run  # noqa: E402
from results import Results  # noqa: E402
from wide.cache import missing, package_version  # noqa: E402
from wide.servers import FAMILIES  # noqa: E402

harness.START_SECONDS = 300  # two busy cores, a cold JVM
harness.COMMAND_SECONDS = 120
AT_HOME = ("hazelcast", "hsqldb", "ignite", "kafka", "neo4j", "pulsar", "rocketmq")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(run.REPOSITORY / "build" / "ajar"), help="the program to test")
    parser.add_argument("--only", action="append", metavar="NAME[:VARIANT]", help="may be given several times")
    parser.add_argument("--jobs", type=int, default=2, help="how many servers start at once (default 2)")
    parser.add_argument("--keep", action="store_true", help="keep the directories with logs and Ajar's reports")
    parser.add_argument("--results", metavar="DIR", help="keep what came of each server there, for table.py")
    parser.add_argument("--start", metavar="NAME:VARIANT", help="start it, print its port, wait")
    parser.add_argument("--foreign", action="store_true", help="those that are asked on their own ports only, on others")
    parser.add_argument("--list", action="store_true", help="print all names")
    return parser.parse_args()


def is_meant(spec, pattern):
    """`redis` means redis-6.2 and redis-modules as well."""
    return pattern in (spec.name, spec.server) or spec.server.startswith(pattern + "-")


def chosen(family, options):
    patterns = [options.start] if options.start else options.only
    specs = [spec for spec in family.SPECS if not patterns or any(is_meant(spec, pattern) for pattern in patterns)]
    return foreign.moved_of(specs, AT_HOME) if options.foreign else specs


def installed(specs, tally, results):
    """Those whose files are in the cache; each of the others is a failure."""
    ready = []
    for spec in specs:
        absent = missing(spec.command)
        if absent:
            tally.add(compare.Check(False, f"{spec.name} is installed", f"{absent} is not there"))
            if results:
                results.keep(spec, tally.checks[-1:])
        else:
            ready.append(spec)
    return ready


def visit(specs, options, tally, results):
    zoo = harness.Zoo((), options.keep)
    try:
        if options.start:
            run.wait_for_the_end(run.start_all([zoo.box(spec) for spec in specs], options.jobs, tally))
        else:
            run.visit(zoo, specs, options, tally, results)
    finally:
        zoo.stop()


def main():
    options = arguments()
    options.ajar = str(pathlib.Path(options.ajar).resolve())
    families = [specs for specs in (chosen(family, options) for family in FAMILIES) if specs]
    run.SCAN_WORDS = foreign.SCAN_WORDS if options.foreign else ()
    if options.list:
        print("\n".join(spec.name for specs in families for spec in specs))
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    tally = run.Tally()
    results = Results(options.results, package_version) if options.results else None
    try:
        for specs in families:
            specs = installed(specs, tally, results)
            if specs:
                run.note("; ".join(spec.name for spec in specs))
                visit(specs, options, tally, results)
    except KeyboardInterrupt:
        return 130
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
