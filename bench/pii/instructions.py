#!/usr/bin/env python3
"""How many instructions `ajar classify` executes: instructions.py CLASSIFY [--against OTHER] [--files DIRECTORY] [--megabytes N]

CLASSIFY and OTHER are commands up to their paths. Makes the files (generate.py) where they are missing and counts, by valgrind's
callgrind, what one thread with every detector executes in user space for each of them and for an empty file. On a machine
that is shared with others such a count is the same in every run where times differ by half. Valgrind has no AVX-512: it
is the AVX2 engine that is counted. With --against, each count of CLASSIFY beside that of OTHER; exit status 1 where one
is more than 5 % above it (the empty file is told, and not judged).
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ["dense.ndjson", "dense.csv", "text.txt", "web.log"]
PERCENT_MOST = 5


def option(name, default=None):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def instructions(command, path):
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "out")
        subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out] + command.split() + ["--threads", "1", path],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        with open(out, encoding="utf-8", errors="replace") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith(("summary:", "totals:")))


def main():
    classify, against = sys.argv[1], option("--against")
    directory, megabytes = option("--files", "/tmp/ajar-bench-pii-64"), option("--megabytes", "64")
    if not all(os.path.exists(os.path.join(directory, f)) for f in FILES):
        subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), directory, megabytes], check=True)
    worse = False
    for name in FILES + ["empty"]:
        path = os.path.join(directory, name) if name != "empty" else os.devnull
        count, size = instructions(classify, path), os.path.getsize(path)
        line = "%-13s %13s instructions" % (name, "{:,}".format(count)) + (", %6.2f a byte" % (count / size) if size else "")
        if against:
            before = instructions(against, path)
            percent = 100 * (count / before - 1)
            worse = worse or (percent > PERCENT_MOST and size > 0)
            line += "; against %13s: %+.1f %%" % ("{:,}".format(before), percent)
        print(line, flush=True)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
