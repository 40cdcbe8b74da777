#!/usr/bin/env python3
"""Pastes the fixes: each into the real server that the finding is about, from open to locked.

    test/fix/run.py                  the servers that Debian has, as part of `make test`
    test/fix/run.py --wide           the others, and what takes long (`make fixes-wide`)
    test/fix/run.py --only redis     one server, of whichever
    test/fix/run.py --list           names only
    test/fix/run.py --figures        how many fixes were proven by whom, and how many rest on documents

README.md says what is proven and how. It must run as root: each case has namespaces of its own.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "zoo")]

import yaml  # noqa: E402

import paste  # noqa: E402
from cases import CASES  # noqa: E402

REPOSITORY = HERE.parents[1]
# What a text that nobody has pasted must say of where it comes from: a kind of document, a page of a manual, a title, a file.
DOCUMENT = re.compile(r"# From: [^\n]*(documentation|[Mm]anual|[Gg]uide|README|[Ww]iki|\w\(\d\)|RFC \d|KB \d|[Rr]eference|Book|[Hh]andbook|--help"
                      r"|\"[^\"]+\"|docs/\w|its [\w./-]+\.\w|\w\.\w+ of )")
# product, or rule/product; what was tried to have the server; why it cannot be had. Of all texts that nobody pasted.
WITHOUT_SERVER = HERE / "without_server.tsv"
CASE_SECONDS = 600
WIDE_CASE_SECONDS = 1800


def play(name, needs, words, seconds=CASE_SECONDS):
    """What was said, and how many checks held and did not; nothing of either where what it needs is not there."""
    missing = [file for file in needs if not os.path.exists(file)]
    if missing:
        return f"skip {name}: {missing[0]} is not there (test/zoo/wide/install)\n", 0, 0
    apart = ["unshare", "--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc"]
    try:
        done = subprocess.run([*apart, sys.executable, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"not ok {name}: did not end in {seconds} s\n", 0, 1
    lines = done.stdout.splitlines()
    right, wrong = (sum(line.startswith(word) for line in lines) for word in ("ok ", "not ok "))
    wrong = max(wrong, done.returncode != 0 or not right)
    return done.stdout + (done.stderr if wrong else ""), right, wrong


def fault_of(text):
    """What is wrong with a text that nobody needs a server to see; empty where nothing is."""
    try:
        scripts = [re.sub(r"<<'?END'?\n.*?\nEND$", "", part, flags=re.M | re.S) for part in paste.parts(text)
                   if isinstance(part, str)]
    except ValueError as error:
        return str(error)
    if re.search(r"only your own machines[^\n]*:\n(?!\{firewall\})", text + "\n"):
        return "it announces lines of the firewall that are not there"
    for script in scripts:
        asks = re.search(r"^[^#\n]*\b(mysql|mariadb)\b[^\n]* -p( |$)", script, re.M)
        if asks:
            return f"{asks[0].strip()!r} asks a question"
        alone = re.search(r"(?<!\\)\n(-[^\n]*)", "\n" + script)
        if alone:
            return f"{alone[1]!r} is no command: a line of a file wants `# In FILE:`"
        read = subprocess.run(["sh", "-n"], input=script, text=True, stderr=subprocess.PIPE)
        if read.returncode:
            return read.stderr.strip()
    return ""


def kind_of(rule, product, text, pasted, wide):
    """What a text rests on; `pasted` and `wide` are those that a case pastes, by itself and in the wide runs."""
    if (rule, product) in pasted:
        return "pasted"
    if (rule, product) in wide:
        return "pasted wide"
    if "# From: " in text:
        return "from documents"
    commands = [part for part in paste.parts(text) if not isinstance(part, str) or paste.does_something(part.replace("{firewall}", ""))]
    if not commands:
        return "firewall" if "{firewall}" in text else "advice"
    return "neither"


def pasted_by(texts, cases):
    """Which texts these cases paste."""
    steps = [(step.rule, step.product) for case in cases for step in case.steps]
    pasted = {(rule, product if (rule, product) in texts else "default") for rule, product in steps}
    tried = {(product, texts[rule, product]) for rule, product in pasted}
    # Also word for word the same, of another rule, but of no other product.
    return {(rule, product) for (rule, product), text in texts.items() if (product, text) in tried}


def without_server():
    """{product or (rule, product)} of which the servers cannot be had, as the table says."""
    rows = [line.split("\t") for line in WITHOUT_SERVER.read_text().splitlines() if line and not line.startswith("#")]
    for row in rows:
        if len(row) != 3 or not all(len(cell.strip()) >= least for cell, least in zip(row, (1, 4, 10))):
            sys.exit(f"{WITHOUT_SERVER}: a row has three cells: {row}")
    return {tuple(row[0].split("/")) if "/" in row[0] else row[0] for row in rows}


def figures():
    """Each text of each rule and what it rests on; those that rest on nothing, or cannot be pasted as they stand, are faults."""
    texts = {(rule["id"], product): text
             for rule in (yaml.safe_load(file.read_text()) for file in sorted((REPOSITORY / "rules").glob("*.yaml")))
             for product, text in rule["fix"].items()}
    pasted, wide = (pasted_by(texts, [case for case in CASES if case.wide == which]) for which in (False, True))
    count, right, excused, used = collections.Counter(), True, without_server(), set()
    for (rule, product), text in sorted(texts.items()):
        kind = kind_of(rule, product, text, pasted, wide)
        count[kind] += 1
        fault = "one text for cousins" if "," in product else fault_of(text)
        if kind == "from documents" and not DOCUMENT.search(text.replace("\n# ", " ")):
            fault = "it does not name the document that it is from"
        if kind == "from documents":
            reasons = excused & {product, (rule, product)}
            used |= reasons
            fault = fault or ("" if reasons else f"{WITHOUT_SERVER.name} does not say why its server cannot be had")
        if kind != "advice" and not re.search("[Ii]nterrupts: ", text):
            fault = "it does not say what it interrupts"
        right &= kind != "neither" and not fault
        print(f"{rule:30} {product:22} {kind}{': ' if fault else ''}{fault}")
    for idle in sorted(map(str, excused - used)):
        print(f"{idle}: {WITHOUT_SERVER.name} excuses a text that is pasted, or is none")
        right = False
    print(f"{len(texts)} texts: {count['pasted'] + count['pasted wide']} pasted ({count['pasted wide']} of them by --wide), "
          + ", ".join(f"{count[kind]} {kind}" for kind in ("from documents", "firewall", "advice", "neither") if count[kind]))
    return 0 if right else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(REPOSITORY / "build" / "ajar"), help="the program to test")
    parser.add_argument("--only", action="append", metavar="NAME", help="may be given several times")
    parser.add_argument("--wide", action="store_true", help="what Debian lacks, and what takes long")
    parser.add_argument("--jobs", type=int, default=2, help="how many cases at once (default 2)")
    parser.add_argument("--list", action="store_true", help="print all names")
    parser.add_argument("--figures", action="store_true", help="count the texts")
    options = parser.parse_args()
    ajar = os.path.abspath(options.ajar)
    plays = [(case.name, case.needs, [str(HERE / "box.py"), case.name, ajar],
              WIDE_CASE_SECONDS if case.wide else CASE_SECONDS) for case in CASES
             if case.wide == options.wide or options.only]
    if not options.wide or options.only:
        plays.append(("firewall", (), [str(HERE / "firewall.py"), ajar]))
    plays = [each for each in plays if not options.only or each[0] in options.only]
    if not plays:
        sys.exit(f"run.py: no case named {' '.join(options.only)}; see --list")
    if options.figures:
        return figures()
    if options.list:
        print("\n".join(each[0] for each in plays))
        return 0
    if os.geteuid() != 0:
        sys.exit("run.py: must be root: each case has namespaces of its own")
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for text, right, wrong in pool.map(lambda each: play(*each), plays):
            print(text, end="", flush=True)
            passed, failed = passed + right, failed + wrong
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
