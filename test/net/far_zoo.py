#!/usr/bin/env python3
"""The zoo seen from far away: a round trip of 300 ms, 2 % of all packets lost each way, every server on a port that hints at
nothing (or at another product), each at an address of its own, by one scan with default limits and pace. Ajar must say of
each what it says from near.

    test/net/far_zoo.py BUILD [NAME[:VARIANT] ...]       without a name all of the zoo; some minutes
    test/net/far_zoo.py BUILD --foreign [NAME ...]       those that are asked on their own ports only, on others, with --all-protocols
    test/net/far_zoo.py BUILD --foreign --wide [NAME ...]   the same of the wide zoo, a family at a time; half an hour
"""
import ctypes
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "zoo"))

from world import World, begin  # noqa: E402

DELAY_MS, LOSS_PERCENT = 150, 2
# Its accounts are about 127.0.0.0/8: from elsewhere it is another server than the zoo says.
LOOPBACK = ("mariadb",)
# More than the time of a conversation holds at this distance, which the report says (counts.partial).
CUT = ("postgresql:twenty-databases",)
CLONE_NEWNET = 0x40000000
SCAN_SECONDS = 600


def enter(path_or_fd):
    fd = path_or_fd if isinstance(path_or_fd, int) else os.open(path_or_fd, os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def far_zoo_of(harness, count):
    """A zoo for so many servers, each of which has an address and a network of its own; its certificates name them all."""
    class FarZoo(harness.Zoo):
        numbers = itertools.count()

        @classmethod
        def addresses(cls, _):
            number = next(cls.numbers)  # the first is asked for by the zoo itself
            return f"10.78.{number}.1" if number else ",IP:".join(f"10.78.{n}.1" for n in range(1, count + 1))
    return FarZoo


def scan(build, near, endpoints, root, words):
    """From the near side: the parsed lines, and seconds."""
    began = time.monotonic()
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(root)}
    if "AJAR_CAPTURE_DIR" in os.environ:
        environment.update(AJAR_CAPTURE_DIR=os.environ["AJAR_CAPTURE_DIR"], LD_PRELOAD=os.environ["AJAR_CAPTURE_SO"])
    done = subprocess.run([f"{build}/ajar", "scan", "--db", "none", "--json", *words, *endpoints], capture_output=True, cwd=root,
                          timeout=SCAN_SECONDS, env=environment, preexec_fn=lambda: enter(near))
    (root / "ajar.jsonl").write_bytes(done.stdout)
    if done.stderr:
        print("#", done.stderr.decode(errors="replace").strip()[-600:])
    return [json.loads(line) for line in done.stdout.splitlines()], time.monotonic() - began


def visit(build, near, zoo, specs, tally):
    import compare
    import run
    boxes = run.start_all([zoo.box(spec) for spec in specs], 3, tally)
    before = run.truths(boxes, 3, tally)
    boxes = [box for box in boxes if before[box.spec.name] is not None]
    report, seconds = scan(build, near, run.endpoints_of(boxes), zoo.root, run.SCAN_WORDS)
    print(f"# {len(run.endpoints_of(boxes))} endpoints in {seconds:.1f} s", flush=True)
    after = run.truths(boxes, 3, tally)
    for box in boxes:
        tally.add(compare.check_alive(box))
        if after[box.spec.name] is not None:
            for check in compare.check_box(box, report, before[box.spec.name], after[box.spec.name]):
                if " certificate names" not in check.label:  # it names all addresses, more than a report lists
                    tally.add(check)


def keep_zoo(build, world, families):
    """On the far side, in a process of its own, which ends all that its servers leave behind."""
    import harness
    import run
    near = os.open("/proc/self/ns/net", os.O_RDONLY)
    enter(f"/proc/{world.process.pid}/ns/net")
    tally = run.Tally()
    for specs in families:
        zoo = far_zoo_of(harness, len(specs))((), "AJAR_KEEP" in os.environ)
        try:
            visit(build, near, zoo, specs, tally)
        finally:
            zoo.stop()
    return tally.close()


def wide_families(names):
    """Those of the wide zoo that are in the cache, moved; what it lacks is named and left out."""
    import foreign
    from wide import run as wide
    specs = [[spec for spec in foreign.moved_of(family.SPECS, wide.AT_HOME) if foreign.is_meant(spec, names)] for family in wide.FAMILIES]
    for spec in itertools.chain(*specs):
        if wide.missing(spec.command):
            print(f"# {spec.name} is not in the cache")
    return [there for family in specs if (there := [spec for spec in family if not wide.missing(spec.command)])]


def main():
    build = begin(__file__)
    import foreign
    import run
    names = [word for word in sys.argv[2:] if not word.startswith("--")]
    if "--foreign" in sys.argv:
        run.SCAN_WORDS = foreign.SCAN_WORDS
    if "--wide" in sys.argv:
        families = wide_families(names)
    else:
        families = [[spec for spec in (foreign.chosen(names) if run.SCAN_WORDS else run.chosen(names))
                     if names or not (spec.name.startswith("odd-") or spec.server in LOOPBACK or spec.name in CUT)]]
    with World(build, "delay", DELAY_MS, "loss", LOSS_PERCENT) as world:
        child = os.fork()
        if child == 0:
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, lambda *_: sys.exit(143))
            status = 1
            os.nice(15)  # as at the start: only the network itself must not be late
            try:
                status = keep_zoo(build, world, families)
            finally:
                sys.stdout.flush()
                os._exit(status)  # the world is the parent's to end
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status


if __name__ == "__main__":
    sys.exit(main())
