#!/usr/bin/env python3
"""Side-by-side measurements of the sweep, in a network namespace of its own. Nothing leaves the
machine. Every figure is a ratio against a peer in the same run, or a peak of memory.

    bench/run.py [BUILD] [sweep|odd|waiting|nmap|tls|large|linear ...]       all of them without a name
"""
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ADDRESSES, PARALLEL, PAIRS = 65536, 256, 3
ODD_ADDRESSES, ODD_PORT = 32768, 7379
# How many endpoints, and as which networks.
SIZES = ((1024, ["127.0.0.0/22"]), (10240, ["127.0.0.0/19", "127.0.32.0/21"]), (98304, ["127.0.0.0/16", "127.1.0.0/17"]),
         (1048576, ["127.0.0.0/12"]), (10485760, ["127.0.0.0/9", "127.128.0.0/11"]))
RESULTS = []


def enter_namespace():
    if os.environ.get("AJAR_BENCH_INSIDE"):
        return
    os.environ["AJAR_BENCH_INSIDE"] = "1"
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    os.execvp("unshare", [*unshare, sys.executable, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


def judge(name, value, wanted, good):
    RESULTS.append(good)
    print(f"{'reached ' if good else 'MISSED  '} {name}: {value}   (wanted {wanted})", flush=True)


def build_tools(build):
    for name, libraries in (("bare", []), ("tls_hold", ["-lssl", "-lcrypto"])):
        subprocess.run(["gcc", "-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-o", f"{build}/{name}", f"{HERE}/{name}.c", *libraries], check=True)


def start_redis(directory, port=6379):
    p = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "",
                          "--maxclients", "20000", "--tcp-backlog", "4096", "--dir", directory], stdout=subprocess.DEVNULL)
    for _ in range(100):
        if subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True).returncode == 0:
            subprocess.run(["redis-cli", "-p", str(port), "set", "a", "1"], capture_output=True, check=True)
            return p
        time.sleep(0.05)
    raise SystemExit("redis-server did not start")


def ajar(build, *args, db="none"):
    """Seconds and the summary line of one scan."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        subprocess.run([f"{build}/ajar", "scan", "--db", db, "--json", *args], stdout=out, check=False)
        seconds = time.monotonic() - started
        out.seek(max(0, out.tell() - 4096))
        last = out.read().splitlines()[-1]
    return seconds, json.loads(last)


def bench_sweep(build, directory):
    """65,536 loopback addresses answered by one Redis, against a bare epoll loop; and what storing costs: processor time
    of the scan, clock time of sweeper, keeper and server together on the cores there are."""
    ratios, kept = [], []
    for pair in range(PAIRS + 1):
        text = subprocess.run([f"{build}/bare", "127.1.0.0", str(ADDRESSES), "6379", str(PARALLEL)],
                              capture_output=True, text=True, check=True).stdout
        bare = float(re.search(r"(\d+) a second", text)[1])
        seconds, summary = ajar(build, "--ports", "6379", "--parallel", str(PARALLEL), "127.1.0.0/16")
        assert summary["answered"] == ADDRESSES, summary
        rate = ADDRESSES / seconds
        with tempfile.TemporaryDirectory(dir=directory) as where:
            seconds, summary = ajar(build, "--ports", "6379", "--parallel", str(PARALLEL), "127.1.0.0/16", db=f"{where}/ajar.db")
        assert summary["answered"] == ADDRESSES, summary
        stored = ADDRESSES / seconds
        if pair:  # the first pair warms up
            ratios.append(rate / bare)
            kept.append(stored / rate)
            print(f"          pair {pair}: ajar {rate:.0f} a second, {stored:.0f} with the store, bare loop {bare:.0f} a second: "
                  f"{rate / bare:.2f}x, {stored / bare:.2f}x", flush=True)
    judge("sweep against the bare epoll loop", f"{statistics.median(ratios):.2f}x, median of {PAIRS} pairs", "at least 0.8x",
          statistics.median(ratios) >= 0.8)
    judge("sweep with the store against without", f"{statistics.median(kept):.2f}x, median of {PAIRS} pairs", "at least 0.85x",
          statistics.median(kept) >= 0.85)


def bench_odd(build, directory):
    """The same at a port that hints at nothing, at the default number of conversations: the greeting is waited for, a
    neutral line is sent, and the conversation goes on where that was answered."""
    redis = start_redis(directory, ODD_PORT)
    ratios, rates = [], []
    try:
        for pair in range(PAIRS + 1):
            text = subprocess.run([f"{build}/bare", "127.1.0.0", str(ODD_ADDRESSES), str(ODD_PORT), str(PARALLEL)],
                                  capture_output=True, text=True, check=True).stdout
            bare = float(re.search(r"(\d+) a second", text)[1])
            seconds, summary = ajar(build, "--ports", str(ODD_PORT), "127.1.0.0/17")
            assert summary["answered"] == ODD_ADDRESSES, summary
            if pair:
                rates.append(ODD_ADDRESSES / seconds)
                ratios.append(rates[-1] / bare)
                print(f"          pair {pair}: ajar {rates[-1]:.0f} a second, bare loop {bare:.0f}: {ratios[-1]:.2f}x", flush=True)
    finally:
        redis.terminate()
        redis.wait()
    judge("odd ports against the bare epoll loop", f"{statistics.median(ratios):.2f}x, median of {PAIRS} pairs", "at least 0.6x",
          statistics.median(ratios) >= 0.6)
    judge("odd ports by default", f"{statistics.median(rates):.0f} a second", "at least 3000", statistics.median(rates) >= 3000)


def bench_waiting(build):
    """Memory with thousands of conversations that wait for somebody to speak: a socket that never accepts."""
    with socket.socket() as mute:
        mute.bind(("0.0.0.0", 7777))
        mute.listen(65535)
        scan = subprocess.Popen([f"{build}/ajar", "scan", "--db", "none", "--json", "--ports", "7777", "127.3.0.0/17"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        most, peak = 0, 0
        for _ in range(60):
            time.sleep(0.1)
            children = subprocess.run(["pgrep", "-P", str(scan.pid)], capture_output=True, text=True).stdout.split()
            now = sum(len(os.listdir(f"/proc/{c}/fd")) for c in children)
            if now > most:
                most, peak = now, memory_of(scan.pid)[0]
        scan.kill()
        scan.wait()
    each = peak * 1024 / most if most else 0
    judge("memory a waiting conversation", f"{each:.1f} KB, {most} open", "under 32 KB, at least 5000 open", 0 < each < 32 and most >= 5000)


def bench_nmap(build):
    """A /22 of them against nmap -sV."""
    seconds, summary = ajar(build, "--ports", "6379", "--parallel", str(PARALLEL), "127.1.0.0/22")
    assert summary["answered"] == 1024, summary
    started = time.monotonic()
    text = subprocess.run(["nmap", "-n", "-Pn", "-sV", "-p", "6379", "127.1.0.0/22"], capture_output=True, text=True).stdout
    nmap = time.monotonic() - started
    found = text.count("Redis key-value store")
    print(f"          ajar {seconds:.2f} s, nmap {nmap:.1f} s for {found} addresses", flush=True)
    judge("sweep of a /22 against nmap -sV", f"{nmap / seconds:.0f}x", "at least 100x", nmap / seconds >= 100)


def memory_of(pid):
    """Proportional memory (PSS) in MB of a process and its children, and the sum of their peaks."""
    pids = [pid, *map(int, subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split())]
    now = peak = 0
    for p in pids:
        try:
            now += int(re.search(r"^Pss:\s+(\d+)", open(f"/proc/{p}/smaps_rollup").read(), re.M)[1])
            peak += int(re.search(r"^VmHWM:\s+(\d+)", open(f"/proc/{p}/status").read(), re.M)[1])
        except (OSError, TypeError):
            pass
    return now / 1024, peak / 1024


def bench_tls(build, directory):
    """Peak memory with 10,000 TLS conversations open at once."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    f"{directory}/k.pem", "-out", f"{directory}/c.pem", "-days", "2", "-subj", "/CN=hold"],
                   capture_output=True, check=True)
    server = subprocess.Popen([f"{build}/tls_hold", "443", f"{directory}/c.pem", f"{directory}/k.pem"],
                              stdout=subprocess.PIPE, text=True)
    scan = subprocess.Popen([f"{build}/ajar", "scan", "--db", "none", "--json", "--ports", "443", "--parallel", "10300", "--timeout", "120",
                             "127.2.0.0/18"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    timer = threading.Timer(120, server.kill)
    timer.start()
    for line in server.stdout:
        most = max(most, int(line.split()[1]))
        if most >= 10000:
            break
    now, peak = memory_of(scan.pid)
    timer.cancel()
    scan.kill()
    server.kill()
    scan.wait()
    judge("memory with 10,000 TLS conversations open", f"{peak:.0f} MB at the peak ({now:.0f} MB PSS), {most} open",
          "under 600 MB", most >= 10000 and peak < 600)


def bench_large(build, directory):
    """A /8 starts at once and in little memory, with all of it stored."""
    started = time.monotonic()
    scan = subprocess.Popen([f"{build}/ajar", "scan", "--db", f"{directory}/large.db", "--json", "--large", "--ports", "6379", "127.0.0.0/8"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while '"service"' not in scan.stdout.readline():
        pass
    first = time.monotonic() - started
    threading.Thread(target=lambda: [None for _ in scan.stdout], daemon=True).start()
    time.sleep(5)
    _, peak = memory_of(scan.pid)
    scan.kill()
    scan.wait()
    judge("a /8: time to the first answer", f"{first:.2f} s", "under 1 s", first < 1)
    judge("a /8: peak memory after 5 s of sweeping", f"{peak:.0f} MB", "under 64 MB", peak < 64)


def timed(build, networks):
    """Seconds, and the peak of the largest of its processes in MB."""
    out = subprocess.run(["/usr/bin/time", "-f", "%e %M", f"{build}/ajar", "scan", "--db", "none", "--json", "--large", "--ports", "9",
                          *networks], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False).stderr
    seconds, peak = out.splitlines()[-1].split()
    return float(seconds), int(peak) / 1024


def bench_linear(build):
    """A thousand to ten million endpoints that refuse: time grows with them, memory does not. What a scan takes before it
    asks anything, a scan of one endpoint tells."""
    start = statistics.median(timed(build, ["127.0.0.1"])[0] for _ in range(5))
    each, peaks = [], []
    for count, networks in SIZES:
        runs = [timed(build, networks) for _ in range(5 if count < 100000 else PAIRS if count < 5000000 else 1)]
        seconds = statistics.median(run[0] for run in runs) - start
        each.append(seconds / count)
        peaks.append(statistics.median(run[1] for run in runs))
        print(f"          {count:>10,} endpoints: {seconds:.2f} s, {1e6 * each[-1]:.2f} us each, {peaks[-1]:.1f} MB", flush=True)
    spread = max(abs(one / statistics.median(each[2:]) - 1) for one in each[2:])
    judge("time an endpoint, 98 thousand to 10 million", f"within {100 * spread:.0f} %", "within 10 %", spread <= 0.1)
    wide = max(peaks) / min(peaks) - 1
    judge("memory, a thousand to 10 million endpoints", f"{min(peaks):.1f} to {max(peaks):.1f} MB", "within 10 %", wide <= 0.1)


def main():
    enter_namespace()
    names = [a for a in sys.argv[1:] if a in ("sweep", "odd", "waiting", "nmap", "tls", "large", "linear")]
    rest = [a for a in sys.argv[1:] if a not in names]
    build = pathlib.Path(rest[0] if rest else "build").resolve()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    try:
        os.nice(-15)  # both sides of a ratio, so that others on the machine take from neither
    except PermissionError:
        pass
    pathlib.Path("/proc/sys/net/core/somaxconn").write_text("65535")
    build_tools(build)
    with tempfile.TemporaryDirectory() as directory:
        redis = start_redis(directory)
        try:
            if not names or "sweep" in names:
                bench_sweep(build, directory)
            if not names or "odd" in names:
                bench_odd(build, directory)
            if not names or "waiting" in names:
                bench_waiting(build)
            if not names or "nmap" in names:
                bench_nmap(build)
            if not names or "large" in names:
                bench_large(build, directory)
        finally:
            redis.terminate()
            redis.wait()
        if not names or "tls" in names:
            bench_tls(build, directory)
        if not names or "linear" in names:
            bench_linear(build)
    print(f"{sum(RESULTS)} reached, {len(RESULTS) - sum(RESULTS)} missed")
    return 0 if all(RESULTS) else 1


sys.exit(main())
