#!/usr/bin/env python3
"""Quick facts of 10,000 TLS endpoints, loopback addresses behind one nginx: handshakes a second of `ajar scan` beside a bare OpenSSL
loop that holds the same conversation (a handshake, a page), in turns, the median of the ratios. In a network namespace of its own.

    bench/tls_rate.py [BUILD] [ENDPOINTS]
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
import time

HERE = pathlib.Path(__file__).resolve().parent
PORT, PARALLEL, PAIRS, WANTED = 443, 128, 3, 0.85
START_S = 60


def enter_namespace():
    if os.environ.get("AJAR_BENCH_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    os.environ["AJAR_BENCH_INSIDE"] = "1"
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    os.execvp("unshare", [*unshare, sys.executable, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


def start_nginx(where):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{where}/k.pem", "-out",
                    f"{where}/c.pem", "-days", "90", "-subj", "/CN=localhost"], check=True, capture_output=True)
    pathlib.Path(where, "n.conf").write_text(f"""daemon off; pid {where}/pid; error_log /dev/null; worker_processes 1;
events {{ worker_connections 4096; }} http {{ access_log off; server {{ listen 0.0.0.0:{PORT} ssl backlog=4096; ssl_certificate {where}/c.pem;
ssl_certificate_key {where}/k.pem; ssl_session_cache off; ssl_session_tickets off; location / {{ return 200 "ok"; }} }} }}""")
    nginx = subprocess.Popen(["nginx", "-p", where, "-c", f"{where}/n.conf"], stderr=subprocess.DEVNULL)
    end = time.monotonic() + START_S
    while time.monotonic() < end and nginx.poll() is None:
        with socket.socket() as s:
            if s.connect_ex(("127.1.0.1", PORT)) == 0:
                return nginx
        time.sleep(0.05)
    raise SystemExit("nginx did not start")


def accepted():
    """Connections that were accepted in this namespace."""
    names, values = [line.split() for line in open("/proc/net/snmp") if line.startswith("Tcp:")]
    return int(values[names.index("PassiveOpens")])


def bare(build, endpoints, *words):
    out = subprocess.run([f"{build}/tls_bare", "127.1.0.0", str(endpoints), str(PORT), str(PARALLEL), *words], capture_output=True, text=True,
                         check=True).stdout
    return float(re.search(r"(\d+) a second", out)[1])


def ajar(build, endpoints):
    """Endpoints a second, the peak of memory in MB, connections an endpoint."""
    last = endpoints - 1
    targets = f"127.1.0.0-127.1.{last // 256}.{last % 256}"
    before, began = accepted(), time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([f"{build}/ajar", "scan", "--db", "none", "--json", "--ports", str(PORT), "--parallel", str(PARALLEL), targets],
                                   stdout=out, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        out.seek(0)
        summary = json.loads(out.readlines()[-1])
    if summary.get("answered") != endpoints:
        raise SystemExit(f"not every endpoint answered: {summary}")
    return endpoints / seconds, usage.ru_maxrss / 1024, (accepted() - before) / endpoints


def main():
    enter_namespace()
    build = sys.argv[1] if len(sys.argv) > 1 else str(HERE.parent / "build")
    endpoints = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    subprocess.run(["gcc", "-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-o", f"{build}/tls_bare", f"{HERE}/tls_bare.c", "-lssl", "-lcrypto"], check=True)
    ratios, alone = [], []
    with tempfile.TemporaryDirectory() as where:
        nginx = start_nginx(where)
        try:
            for pair in range(PAIRS + 1):
                floor, shaken = bare(build, endpoints), bare(build, endpoints, "handshake")
                ours, memory, connections = ajar(build, endpoints)
                print(f"          ajar {ours:.0f} endpoints a second, {connections:.2f} connections each, {memory:.0f} MB; bare {floor:.0f}, without the page {shaken:.0f}",
                      flush=True)
                if pair:  # the first pair warms up
                    ratios.append(ours / floor)
                    alone.append(ours / shaken)
        finally:
            nginx.terminate()
            nginx.wait()
    ratio = statistics.median(ratios)
    print(f"{'reached ' if ratio >= WANTED else 'MISSED  '} TLS, quick facts of {endpoints} endpoints: {ratio:.2f}x of a bare loop with a page, "
          f"{statistics.median(alone):.2f}x of handshakes alone   (wanted {WANTED}x)")
    sys.exit(0 if ratio >= WANTED else 1)


main()
