#!/usr/bin/env python3
"""The benchmark: run.py CLASSIFY [--vectorscan PROGRAM] [--presidio PYTHON] [--files DIRECTORY] [--megabytes N]

CLASSIFY is the command up to its paths. Makes the files (generate.py) where they are missing, then measures, in one run
and one after the other: `ajar classify` on one thread with every detector, with every engine of this processor on the
records and the logs; Vectorscan with the same formats as patterns (its best of three runs, the file in memory already);
Presidio on the first kilobytes. One core: processor time (user and system) of the median of seven runs, start and reading
of the file included; peak memory of the process. Cycles a byte where `perf stat` can count them. At the end the time on the
wall with all cores. Each figure that is wanted is told beside what was measured.
"""
import os
import resource
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = 7
FILES = ["dense.ndjson", "dense.csv", "text.txt", "web.log"]
WANTED_SPEED = {"dense.ndjson": 500, "web.log": 1000}  # MB/s
WANTED_VECTORSCAN, WANTED_PRESIDIO, WANTED_MEGABYTES = 5, 500, 64


def option(name, default=None):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def measure(command):
    """Processor seconds of the median of seven runs, peak kilobytes, seconds on the wall of the best."""
    seconds, memory, wall = [], 0, 1e9
    for _ in range(RUNS):
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        wall = min(wall, time.monotonic() - start)
        seconds.append(usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss)
    return sorted(seconds)[RUNS // 2], memory, wall


def told(form, value, wanted):
    """The value, and where one is wanted, whether it is reached."""
    text = form % value
    return text if wanted is None else "%s (wanted %s: %s)" % (text, wanted, "reached" if value >= wanted else "MISSED")


def cycles(command):
    """Cycles and instructions of one run in user space by perf, or None where it cannot count them."""
    if not shutil.which("perf"):
        return None
    run = subprocess.run(["perf", "stat", "-x,", "-e", "cycles:u,instructions:u"] + command, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, check=False)
    counts = [line.split(",")[0] for line in run.stderr.decode().splitlines() if ":u" in line]
    return [int(c) for c in counts] if len(counts) == 2 and all(c.isdigit() for c in counts) else None


def main():
    classify = sys.argv[1].split()
    directory, megabytes = option("--files", "/tmp/ajar-bench-pii"), option("--megabytes", "256")
    if not all(os.path.exists(os.path.join(directory, f)) for f in FILES):
        subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), directory, megabytes], check=True)
    others = {}
    vectorscan, presidio = option("--vectorscan"), option("--presidio")
    for name in FILES:
        path = os.path.join(directory, name)
        size = os.path.getsize(path)
        seconds, memory, _ = measure(classify + ["--threads", "1", path])
        speed = size / seconds / 1e6
        line = "%-13s ajar %s, %s" % (name, told("%7.1f MB/s", speed, WANTED_SPEED.get(name)),
                                      "%2d MB of memory%s" % (memory // 1024, "" if memory < WANTED_MEGABYTES << 10 else " (MISSED)"))
        counted = cycles(classify + ["--threads", "1", path])
        if counted:
            line += ", %.2f cycles and %.2f instructions a byte" % (counted[0] / size, counted[1] / size)
        if vectorscan:
            out = subprocess.run([vectorscan, path], stdout=subprocess.PIPE, check=True).stdout.decode()
            others[name] = float(out.split()[1])
            line += "; Vectorscan %6.1f MB/s: %s" % (others[name], told("%.1f times", speed / others[name], WANTED_VECTORSCAN))
        if presidio and os.path.exists(presidio):
            out = subprocess.run([presidio, os.path.join(HERE, "presidio.py"), path, "128"], stdout=subprocess.PIPE, check=True).stdout.decode()
            rate = float(out.split()[1])
            line += "; Presidio %.4f MB/s: %s" % (rate, told("%.0f times", speed / rate, WANTED_PRESIDIO))
        print(line, flush=True)
    for engine in ("avx512", "avx2", "sse4.2", "neon", "portable"):
        if subprocess.run(classify + ["--engine", engine, os.devnull], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 2:
            continue
        for name in ("dense.ndjson", "web.log"):
            path = os.path.join(directory, name)
            seconds, _, _ = measure(classify + ["--threads", "1", "--engine", engine, path])
            print("%-13s with %-8s %7.1f MB/s" % (name, engine, os.path.getsize(path) / seconds / 1e6), flush=True)
    for name in FILES:
        path = os.path.join(directory, name)
        _, memory, wall = measure(classify + [path])
        print("%-13s on %d cores %7.1f MB/s on the wall, %2d MB of memory" % (name, os.cpu_count(), os.path.getsize(path) / wall / 1e6,
                                                                           memory // 1024), flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
