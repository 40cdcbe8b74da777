#!/usr/bin/env python3
"""`ajar scan --sample` over real servers filled with made-up people: the kinds of data are found right, no value is in
anything that Ajar leaves behind, what is not owned is not sampled, and the servers' own counters say that nothing was
written.

    test/zoo/sample.py [--ajar PROGRAM] [--only NAME]     Debian's Redis, PostgreSQL, MariaDB, ClickHouse, etcd
    test/zoo/sample.py --wide                             what test/zoo/wide/install has fetched, too

Each server runs twice, once owned and once not. With AJAR_CAPTURE_SO and AJAR_CAPTURE_DIR set (test/guard) every byte
that leaves is written down; the runs with a sample go to the subdirectory `sample`."""

import argparse
import json
import math
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "pii")]

import harness  # noqa: E402
from harness import Zoo, ZooError  # noqa: E402
from people import People  # noqa: E402
from sample_servers import CASES, WIDE  # noqa: E402

PERSONS, SAMPLE = 1500, 500
PERSONAL = {"cn-id", "cn-mobile", "email"}


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, ok, text, why=""):
        self.passed += bool(ok)
        self.failed += not ok
        print(("ok " if ok else "not ok ") + text + (f": {why}" if why and not ok else ""), flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


def made_up():
    people, rows = People(20260701), []
    for n in range(PERSONS):
        birth = people.birth()
        rows.append({"id_no": people.cn_id(birth), "mobile": people.cn_mobile(), "full_name": people.cn_name(),
                     "email": f"{people.letters(7).lower()}{n}@mail-{people.letters(5).lower()}.cn"})
    return rows


def values_of(people):
    return [value for row in people for key, value in row.items() if key != "full_name"] + \
        [f"\"{row['full_name']}\"" for row in people]


def scan(ajar, root, name, endpoints, arguments):
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(root)}
    if "AJAR_CAPTURE_DIR" in os.environ:
        directory = pathlib.Path(os.environ["AJAR_CAPTURE_DIR"])
        if any(word.startswith("--sample") for word in arguments):
            directory = directory / "sample"
        directory.mkdir(exist_ok=True)
        environment.update(AJAR_CAPTURE_DIR=str(directory), LD_PRELOAD=os.environ["AJAR_CAPTURE_SO"])
    out = root / name
    out.mkdir()
    words = [ajar, "scan", "--db", str(out / "store.db"), "--transcript", str(out / "transcript"), *arguments, *endpoints]
    done = subprocess.run(words, capture_output=True, timeout=300, cwd=root, env=environment)
    (out / "stdout").write_bytes(done.stdout)
    (out / "stderr").write_bytes(done.stderr)
    return out, done


def services(out):
    """By their places: the service that a sample was, or might have been, drawn from, where a dashboard stands before it."""
    lines = [json.loads(line) for line in (out / "stdout").read_bytes().splitlines()]
    told = [line for line in lines if line.get("type") == "service"]
    return {line["endpoint"]: line for line in sorted(told, key=lambda line: any(key.startswith("sample.") for key in line.get("facts", {})))}


def check_silence(tally, label, out, values):
    """No value in any file that the run left behind."""
    for path in sorted(out.iterdir()):
        held = path.read_bytes()
        found = sum(value.encode() in held for value in values)
        tally.add(not found, f"{label}: no value in {path.name}", f"{found} values")


def twice(facts, key):
    low = facts.get(key + ".low", 0)
    if key + ".high" not in facts:
        return low, math.inf
    high = facts[key + ".high"]
    return low - (high - low) / 2, high + (high - low) / 2


def check_sampled(tally, name, facts, case):
    types = {key.removeprefix("sample.type.") for key, value in facts.items()
             if key.startswith("sample.type.") and value == "confirmed"}
    tally.add(PERSONAL <= types, f"{name}: kinds are confirmed", sorted(types))
    wrong = types - PERSONAL - {"cn-name", "birth-date", "sex"}
    tally.add(not wrong, f"{name}: and no others", sorted(wrong))
    drawn = facts.get("sample.records", 0)
    tally.add(0.75 * SAMPLE <= drawn <= SAMPLE, f"{name}: about {SAMPLE} records were drawn", drawn)
    print("#", name, {key: value for key, value in facts.items() if re.match(r"sample\.(personal|ski|cut|ended)", key)})
    tally.add(("sample.personal.persons.high" in facts) == case.sized, f"{name}: an upper end, where it says how much it holds")
    # The intervals are those of 95 in a hundred samples. Twice as wide they hold in all but one of ten thousand.
    low, high = twice(facts, "sample.personal.persons")
    tally.add(low <= PERSONS <= high, f"{name}: the interval holds the {PERSONS} persons", f"{low} to {high}")
    low, high = twice(facts, "sample.personal.records")
    tally.add(low <= case.personal_records(PERSONS) <= high, f"{name}: and the records", f"{low} to {high}")
    fields = " ".join(value for key, value in facts.items() if key.startswith("sample.field."))
    tally.add(case.field in fields, f"{name}: fields are named", fields[:300])


def check_untouched(tally, name, before, after):
    tally.add(before == after, f"{name}: the server's own counters say that nothing was written", f"{before} {after}")


def check_transcript(tally, out, owned, other):
    lines = (out / "transcript").read_text().splitlines()
    for where in other:
        asks = [line for line in lines if f" {where} sample." in line]
        tally.add(not asks, f"{where}, not owned, was sent no sample ask", asks[:1])
    for where in owned:
        tally.add(any(f" {where} sample." in line for line in lines), f"{where}, owned, was sent sample asks")


def play(tally, ajar, zoo, cases, people):
    boxes = []
    for case in cases:
        pair = [zoo.box(case.spec(role)) for role in ("owned", "other")]
        try:
            for box in pair:
                box.start()
                case.fill(box, people)
            boxes.append((case, *pair))
        except (ZooError, OSError, ImportError) as error:
            tally.add(False, f"{case.name} starts", str(error)[:400])
    if not boxes:
        return
    place = lambda box: f"{box.address}:{box.ports['P']}"
    owned, other = [place(box) for _, box, _ in boxes], [place(box) for _, _, box in boxes]
    scope = zoo.root / "scope.yaml"
    scope.write_text("owner: \"the zoo\"\nallow:\n" + "".join(
        f"  - {{target: {where.rsplit(':', 1)[0]}, ports: {where.rsplit(':', 1)[1]}, owned: {word}}}\n"
        for places, word in ((owned, "true"), (other, "false")) for where in places))
    values = values_of(people)
    before = {case.name: case.written(box) for case, box, _ in boxes}

    out, done = scan(ajar, zoo.root, "sampled", [], ["--json", "--sample", str(SAMPLE), "--scope", str(scope)])
    tally.add(done.returncode in (0, 1), "the scan ends well", done.stderr.decode(errors="replace")[-400:])
    check_silence(tally, "sampled", out, values)
    check_transcript(tally, out, owned, other)
    seen = services(out)
    for case, box, plain in boxes:
        check_sampled(tally, case.name, seen.get(place(box), {}).get("facts", {}), case)
        check_untouched(tally, case.name, before[case.name], case.written(box))
        facts = seen.get(place(plain), {}).get("facts", {})
        tally.add("owned" in facts.get("sample.refused", "") and not any(k.startswith("sample.personal") for k in facts),
                  f"{case.name}, not owned: refused with a reason", facts)
    said = done.stderr.decode(errors="replace")
    tally.add(f"sampled {len(owned)}" in said and f"{len(other)} " in said, "stderr counts both", said)

    out, done = scan(ajar, zoo.root, "terminal", [], ["--color", "never", "--sample", str(SAMPLE), "--scope", str(scope)])
    tally.add("resident ID number" in done.stdout.decode(), "the terminal report names the kinds")
    check_silence(tally, "terminal", out, values)

    out, done = scan(ajar, zoo.root, "no-scope", owned, ["--json", "--sample", str(SAMPLE)])
    seen = services(out)
    tally.add(all("scope file" in line["facts"].get("sample.refused", "") for line in seen.values()) and len(seen) == len(owned),
              "without a scope file nothing is sampled")
    tally.add(" sample." not in (out / "transcript").read_text(), "and no sample ask is sent")

    out, done = scan(ajar, zoo.root, "plain", [], ["--json", "--scope", str(scope)])
    tally.add(" sample." not in (out / "transcript").read_text(), "without --sample no sample ask is sent")
    tally.add(not re.search(rb'"sample\.', done.stdout), "and no fact speaks of samples")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(HERE.parents[1] / "build" / "ajar"))
    parser.add_argument("--only", action="append")
    parser.add_argument("--wide", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    cases = [case for case in CASES + (WIDE if options.wide else ())
             if not options.only or case.name in options.only]
    harness.START_SECONDS = 300  # a cold JVM
    tally, zoo = Tally(), Zoo(keep=options.keep)
    try:
        play(tally, os.path.abspath(options.ajar), zoo, cases, made_up())
    finally:
        zoo.stop()
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
