#!/usr/bin/env python3
"""The benchmark: run.py CLASSIFY [--vectorscan PROGRAM] [--presidio PYTHON] [--files DIRECTORY] [--megabytes N]

CLASSIFY is the command up to its paths. Makes the files (generate.py) where they are missing, then measures, in one run
and one after the other: `ajar classify` on one thread with every detector, with every engine of this processor on the
logs; Vectorscan with the same formats as patterns; Presidio on the first kilobytes. Processor time (user and system) of
the best of five runs, reading the file included; peak memory of the process.
"""
import os
import resource
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ["dense.ndjson", "dense.csv", "text.txt", "web.log"]


def option(name, default=None):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def measure(command):
    """Processor seconds and peak kilobytes of the best of five runs."""
    best, memory = 1e9, 0
    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        best, memory = min(best, usage.ru_utime + usage.ru_stime), max(memory, usage.ru_maxrss)
    return best, memory


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
        seconds, memory = measure(classify + ["--threads", "1", path])
        speed = size / seconds / 1e6
        line = "%-13s ajar %7.1f MB/s, %2d MB of memory" % (name, speed, memory // 1024)
        if vectorscan:
            out = subprocess.run([vectorscan, path], stdout=subprocess.PIPE, check=True).stdout.decode()
            others[name] = float(out.split()[1])
            line += "; Vectorscan %6.1f MB/s: %.1f times" % (others[name], speed / others[name])
        if presidio:
            out = subprocess.run([presidio, os.path.join(HERE, "presidio.py"), path, "128"], stdout=subprocess.PIPE, check=True).stdout.decode()
            rate = float(out.split()[1])
            line += "; Presidio %.4f MB/s: %.0f times" % (rate, speed / rate)
        print(line, flush=True)
    for engine in ("avx512", "avx2", "sse4.2", "neon", "portable"):
        path = os.path.join(directory, "web.log")
        if subprocess.run(classify + ["--engine", engine, os.devnull], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 2:
            continue
        seconds, _ = measure(classify + ["--threads", "1", "--engine", engine, path])
        print("web.log with %-8s %7.1f MB/s" % (engine, os.path.getsize(path) / seconds / 1e6), flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
