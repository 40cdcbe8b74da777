#!/usr/bin/env python3
"""The zoo: real servers, each open and locked, scanned by Ajar, which must be right about all of them.

    test/zoo/run.py                             everything
    test/zoo/run.py --only redis                one server, all variants
    test/zoo/run.py --only redis:tls            one variant
    test/zoo/run.py --start postgresql:scram    start one, print its address and port, wait for Ctrl-C
    test/zoo/run.py --truth                     start and ask the servers' own tools, without Ajar
    test/zoo/run.py --list                      names only
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import compare  # noqa: E402
from harness import Zoo, ZooError  # noqa: E402
from results import Results, debian_version  # noqa: E402
from servers import SPECS  # noqa: E402

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SCAN_SECONDS = 120
SCAN_WORDS = ()  # what a scan is told beside what to scan


class Tally:
    """Prints one line a check, counts and keeps them."""

    def __init__(self):
        self.passed = self.failed = 0
        self.checks = []
        self.lock = threading.Lock()

    def add(self, check):
        with self.lock:
            self.passed += check.ok
            self.failed += not check.ok
            self.checks.append(check)
            print(check.line(), flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


def note(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def chosen(patterns):
    if not patterns:
        return SPECS
    found = [spec for spec in SPECS if spec.name in patterns or spec.server in patterns]
    if not found:
        sys.exit(f"run.py: no server named {' '.join(patterns)}; see --list")
    return found


def start_all(boxes, jobs, tally):
    """Those that started. The slow ones go first, so that the others start beside them."""
    def start(box):
        try:
            box.start()
            return box
        except (ZooError, OSError, AssertionError) as error:
            tally.add(compare.Check(False, f"{box.spec.name} starts", str(error)))
            return None

    began = time.monotonic()
    ordered = sorted(boxes, key=lambda box: not box.spec.slow)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        started = [box for box in pool.map(start, ordered) if box]
    note(f"started {len(started)} of {len(boxes)} servers in {time.monotonic() - began:.1f} s")
    return started


def truths(boxes, jobs, tally):
    def ask(box):
        try:
            return box.truth()
        except (ZooError, OSError, ValueError, AttributeError, KeyError, IndexError) as error:
            tally.add(compare.Check(False, f"{box.spec.name} truth", repr(error)))
            return None

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return dict(zip((box.spec.name for box in boxes), pool.map(ask, boxes)))


def endpoints_of(boxes):
    return [box.endpoint(view) for box in boxes for view in box.spec.views if not view.via]


SCANS = 3  # a verdict that changes from scan to scan is worth nothing


def moving_of(boxes):
    """Which numbers a server moves by itself while one looks, by endpoint."""
    return {box.endpoint(view): set(view.slack) | ({"why"} if view.slack else set())
            for box in boxes for view in box.spec.views}


def scan(ajar, endpoints, root):
    """One run over all endpoints: the parsed lines, the exit code and what it said beside the report."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(root)}
    if "AJAR_CAPTURE_DIR" in os.environ:  # the guard wants to see every byte, see test/guard
        environment.update(AJAR_CAPTURE_DIR=os.environ["AJAR_CAPTURE_DIR"], LD_PRELOAD=os.environ["AJAR_CAPTURE_SO"])
    done = subprocess.run([ajar, "scan", "--json", *SCAN_WORDS, *endpoints], capture_output=True, timeout=SCAN_SECONDS, cwd=root,
                          env=environment)
    (root / "ajar.jsonl").write_bytes(done.stdout)
    (root / "ajar.stderr").write_bytes(done.stderr)
    if "AJAR_CAPTURE_DIR" in os.environ:  # who was asked, for what each cost (test/guard/conduct.py)
        pathlib.Path(os.environ["AJAR_CAPTURE_DIR"], f"{root.name}.report").write_bytes(done.stdout)
    errors = done.stderr.decode(errors="replace").strip()
    if done.returncode not in (0, 1):
        note(f"ajar exits {done.returncode}: {errors[-600:]}")
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode, errors


def check_all(boxes, ajar, root, jobs, tally):
    """Gives back the truths and the report, for who keeps them."""
    before = truths(boxes, jobs, tally)
    boxes = [box for box in boxes if before[box.spec.name] is not None]
    endpoints = endpoints_of(boxes)
    began = time.monotonic()
    try:
        report, exit_code, errors = scan(ajar, endpoints, root)
        note(f"scanned {len(endpoints)} endpoints in {time.monotonic() - began:.1f} s")
        again = [scan(ajar, endpoints, root)[0] for _ in range(SCANS - 1)]
    except (subprocess.TimeoutExpired, ValueError, OSError) as error:
        tally.add(compare.Check(False, "scan", repr(error)[:600]))
        return before, []
    for check in compare.check_same([report, *again], moving_of(boxes)):
        tally.add(check)
    after = truths(boxes, jobs, tally)
    for check in compare.check_run(report, exit_code, errors, endpoints):
        tally.add(check)
    for box in boxes:
        tally.add(compare.check_alive(box))
        if after[box.spec.name] is not None:
            for check in compare.check_box(box, report, before[box.spec.name], after[box.spec.name]):
                tally.add(check)
    return before, report


def visit(zoo, specs, options, tally, results):
    """Start them, look at those that started, keep what came of each."""
    first = len(tally.checks)
    boxes = start_all([zoo.box(spec) for spec in specs], options.jobs, tally)
    before, report = check_all(boxes, options.ajar, zoo.root, options.jobs, tally) if boxes else ({}, [])
    if results:
        checks = tally.checks[first:]
        started = {box.spec.name for box in boxes}
        results.keep_boxes(boxes, checks, before, report)
        for spec in specs:
            if spec.name not in started:
                results.keep(spec, checks)


def show_truths(boxes, jobs, tally):
    for name, truth in truths(boxes, jobs, tally).items():
        if truth is not None:
            tally.add(compare.Check(True, f"{name} truth", json.dumps(truth)))


def wait_for_the_end(boxes):
    for box in boxes:
        for view in box.spec.views:
            print(f"{box.spec.name} {box.endpoint(view)}", flush=True)
        note(f"directory {box.dir}, admin tool: {box.env['CLIENT'] or '-'}")
    if boxes:
        note("Ctrl-C ends it")
        signal.pause()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(REPOSITORY / "build" / "ajar"), help="the program to test")
    parser.add_argument("--only", action="append", metavar="NAME[:VARIANT]", help="may be given several times")
    parser.add_argument("--jobs", type=int, default=4, help="how many servers start at once (default 4)")
    parser.add_argument("--keep", action="store_true", help="keep the directory with logs and Ajar's report")
    parser.add_argument("--start", metavar="NAME:VARIANT", help="start it, print its port, wait")
    parser.add_argument("--results", metavar="DIR", help="keep what came of each server there, for table.py")
    parser.add_argument("--truth", action="store_true", help="no scan: print what the admin tools say")
    parser.add_argument("--list", action="store_true", help="print all names")
    return parser.parse_args()


def main():
    options = arguments()
    specs = chosen([options.start] if options.start else options.only)
    if options.list:
        print("\n".join(spec.name for spec in specs))
        return 0
    options.ajar = os.path.abspath(options.ajar)
    if not (options.start or options.truth) and not os.access(options.ajar, os.X_OK):
        sys.exit(f"run.py: {options.ajar} is not there: build it first, or name one with --ajar")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    tally = Tally()
    zoo = Zoo((spec.port for spec in specs), options.keep)
    try:
        if options.start:
            wait_for_the_end(start_all([zoo.box(spec) for spec in specs], options.jobs, tally))
        elif options.truth:
            show_truths(start_all([zoo.box(spec) for spec in specs], options.jobs, tally), options.jobs, tally)
        else:
            visit(zoo, specs, options, tally, Results(options.results, debian_version) if options.results else None)
    except KeyboardInterrupt:
        return 130
    finally:
        zoo.stop()
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
