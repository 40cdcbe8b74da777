#!/usr/bin/env python3
"""A whole audit of one TLS server, `ajar tls` beside sslscan, sslyze and testssl on the same nginx in the same run: seconds and
connections of each. In a network namespace of its own; who is not installed is left out.

    bench/audit.py [BUILD]
"""
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PORT, RUNS, START_S = 8443, 5, 60
# name, command, what Ajar is to be faster by
PEERS = (("sslscan", ["sslscan", f"127.0.0.1:{PORT}"], 20),
         ("sslyze", ["sslyze", f"127.0.0.1:{PORT}"], 20),
         ("testssl", ["testssl", "--quiet", "--color", "0", "-p", "-s", "-f", "-P", "-S", f"127.0.0.1:{PORT}"], 100))


def enter_namespace():
    if os.environ.get("AJAR_BENCH_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    os.environ["AJAR_BENCH_INSIDE"] = "1"
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    os.execvp("unshare", [*unshare, sys.executable, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


def accepted():
    """Connections that were accepted in this namespace."""
    names, values = [line.split() for line in open("/proc/net/snmp") if line.startswith("Tcp:")]
    return int(values[names.index("PassiveOpens")])


def wait_for(server):
    end = time.monotonic() + START_S
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("nginx did not start")


def measure(command, runs):
    """Seconds, the median, and connections of one run."""
    seconds = []
    for _ in range(runs):
        before, began = accepted(), time.monotonic()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        seconds.append(time.monotonic() - began)
        connections = accepted() - before
    return statistics.median(seconds), connections


def main():
    enter_namespace()
    ajar = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve() / "ajar")
    missed = 0
    with tempfile.TemporaryDirectory() as where:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{where}/k.pem", "-out", f"{where}/c.pem",
                        "-days", "90", "-subj", "/CN=localhost"], check=True, capture_output=True)
        pathlib.Path(where, "n.conf").write_text(f"""daemon off; pid {where}/pid; error_log /dev/null; worker_processes 1;
events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{PORT} ssl; ssl_certificate {where}/c.pem;
ssl_certificate_key {where}/k.pem; ssl_protocols TLSv1.2 TLSv1.3; }} }}""")
        nginx = subprocess.Popen(["nginx", "-p", where, "-c", f"{where}/n.conf"], stderr=subprocess.DEVNULL)
        wait_for(nginx)
        try:
            ours, our_connections = measure([ajar, "tls", "--json", f"127.0.0.1:{PORT}"], RUNS)
            print(f"          ajar tls: {ours:.3f} s, {our_connections} connections")
            for name, command, wanted in PEERS:
                if not shutil.which(command[0]):
                    print(f"          {name} is not installed")
                    continue
                theirs, connections = measure(command, 1 if name == "testssl" else 3)
                good = theirs >= wanted * ours and our_connections < connections
                missed += not good
                print(f"{'reached ' if good else 'MISSED  '} {name}: {theirs:.2f} s, {connections} connections: {theirs / ours:.0f}x "
                      f"(wanted {wanted}x and more connections)", flush=True)
        finally:
            nginx.terminate()
            nginx.wait()
    sys.exit(1 if missed else 0)


main()
