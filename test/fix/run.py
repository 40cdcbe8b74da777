#!/usr/bin/env python3
"""Pastes the fixes: each into the real server that the finding is about, from open to locked.

    test/fix/run.py                  everything
    test/fix/run.py --only redis     one server
    test/fix/run.py --list           names only
    test/fix/run.py --figures        how many fixes were proven by whom, and how many rest on documents

README.md says what is proven and how. It must run as root: each case has namespaces of its own.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import yaml  # noqa: E402

from cases import CASES  # noqa: E402

REPOSITORY = HERE.parents[1]
CASE_SECONDS = 600


def play(case, ajar):
    missing = [file for file in case.needs if not os.path.exists(os.path.expandvars(file))]
    if missing:
        return f"skip {case.name}: {missing[0]} is not there\n", True
    words = ["unshare", "--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc",
             sys.executable, str(HERE / "box.py"), case.name, ajar]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=CASE_SECONDS)
    except subprocess.TimeoutExpired:
        return f"not ok {case.name}: did not end in {CASE_SECONDS} s\n", False
    return done.stdout + (done.stderr if done.returncode else ""), done.returncode == 0


def figures():
    """Each text of each rule: pasted by a case, or from a document."""
    proven = {(step.rule, step.product) for case in CASES for step in case.steps}
    texts = {(rule["id"], product)
             for rule in (yaml.safe_load(file.read_text()) for file in sorted((REPOSITORY / "rules").glob("*.yaml")))
             for names in rule["fix"] for product in names.split(", ")}
    shared = {(rule, "default" if (rule, product) not in texts else product) for rule, product in proven}
    for rule, product in sorted(texts):
        print(f"{rule:30} {product:24} {'pasted' if (rule, product) in shared else 'from documents'}")
    print(f"{len(texts)} texts, {len(texts & shared)} pasted, {len(texts - shared)} from documents")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(REPOSITORY / "build" / "ajar"), help="the program to test")
    parser.add_argument("--only", action="append", metavar="NAME", help="may be given several times")
    parser.add_argument("--jobs", type=int, default=2, help="how many cases at once (default 2)")
    parser.add_argument("--list", action="store_true", help="print all names")
    parser.add_argument("--figures", action="store_true", help="count the texts")
    options = parser.parse_args()
    cases = [case for case in CASES if not options.only or case.name in options.only]
    if not cases:
        sys.exit(f"run.py: no case named {' '.join(options.only)}; see --list")
    if options.figures:
        return figures()
    if options.list:
        print("\n".join(case.name for case in cases))
        return 0
    if os.geteuid() != 0:
        sys.exit("run.py: must be root: each case has namespaces of its own")
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for text, right in pool.map(lambda case: play(case, os.path.abspath(options.ajar)), cases):
            print(text, end="", flush=True)
            passed, failed = passed + right, failed + (not right)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
