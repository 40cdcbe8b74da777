#!/usr/bin/env python3
"""Prints what README shows under "What it prints": a network of ten live hosts with real servers behind a router, in network
namespaces of its own; two scans, the first with its clock set back three weeks and before two of the servers were there.

    bench/readme.py [BUILD]        needs root, and the packages of the tests
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PG = pathlib.Path("/usr/lib/postgresql/15/bin")


def enter_namespace():
    if os.environ.get("AJAR_README_INSIDE"):
        return
    os.environ["AJAR_README_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-n", "-u", sys.executable, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


class Network:
    """10.20.0.0/24 behind a router: .11 to .20 live, nobody answers for the rest."""

    def __init__(self, where):
        self.where = where
        self.processes = [subprocess.Popen(["unshare", "-n", "sleep", "infinity"])]
        self.pid = self.processes[0].pid
        time.sleep(0.3)
        socket.sethostname("audit1")
        for words in ("link set lo up", f"link add v0 type veth peer name v1 netns {self.pid}", "address add 10.9.0.1/24 dev v0",
                      "link set v0 up", "route add 10.20.0.0/24 via 10.9.0.2"):
            subprocess.run(["ip", *words.split()], check=True)
        self.inside("ip address add 10.9.0.2/24 dev v1; ip link set v1 up; ip link set lo up; sysctl -qw net.ipv4.ip_forward=1; "
                    "ip route add blackhole 10.20.0.0/24; for i in 11 12 13 14 15 16 17 18 19 20; do ip address add 10.20.0.$i/32 dev lo; done")

    def inside(self, script, wait=True):
        command = ["nsenter", "-t", str(self.pid), "-n", "sh", "-c", script]
        if wait:
            subprocess.run(command, check=True, cwd=self.where, stdout=subprocess.DEVNULL)
        else:
            self.processes.append(subprocess.Popen(command, cwd=self.where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def stop(self):
        for p in reversed(self.processes):
            p.terminate()
            p.wait()


def certificate(where):
    subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "r.pem", "-subj", "/CN=shop.corp"],
                   cwd=where, check=True, capture_output=True)
    subprocess.run(["faketime", "-f", "@2017-09-01 00:00:00", "openssl", "x509", "-req", "-in", "r.pem", "-signkey", "k.pem", "-days", "365",
                    "-out", "c.pem"], cwd=where, check=True, capture_output=True)


def start_old(n, where):
    n.inside("exec redis-server --bind 10.20.0.11 --protected-mode no --save ''", wait=False)
    n.inside("exec redis-server --bind 10.20.0.12 --requirepass A-LONG-PASSWORD --save ''", wait=False)
    n.inside("exec memcached -u nobody -l 10.20.0.13", wait=False)
    n.inside(f"exec prometheus --config.file={where}/p.yml --web.listen-address=10.20.0.15:9090 --storage.tsdb.path={where}/p", wait=False)
    n.inside(f"exec nginx -c {where}/n.conf", wait=False)
    time.sleep(3)
    n.inside("for i in 1 2 3; do redis-cli -h 10.20.0.11 set key:$i value; done")


def start_new(n, where):
    folder = pathlib.Path(where, "pg")
    folder.mkdir()
    shutil.chown(folder, "postgres", "postgres")
    run = f"runuser -u postgres -- {PG}"
    n.inside(f"{run}/initdb -D {folder}/db -A trust; echo 'host all all 0.0.0.0/0 trust' >>{folder}/db/pg_hba.conf")
    n.inside(f"exec {run}/postgres -D {folder}/db -k {folder} -c listen_addresses=10.20.0.14", wait=False)
    time.sleep(3)
    sql = "create table customers as select i, md5(i::text) as hash, repeat(md5(i::text), 60) as text from generate_series(1, 5000) i; analyze"
    n.inside(f"psql -q -h 10.20.0.14 -U postgres -c \"{sql}\"")


def main():
    enter_namespace()
    ajar = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve() / "ajar")
    with tempfile.TemporaryDirectory() as where:
        os.chmod(where, 0o755)
        certificate(where)
        pathlib.Path(where, "p.yml").write_text("global: {scrape_interval: 15s}\n")
        pathlib.Path(where, "n.conf").write_text(f"""daemon off; pid {where}/pid; error_log /dev/null; events {{}}
http {{ access_log off; server {{ listen 10.20.0.16:443 ssl; ssl_certificate {where}/c.pem; ssl_certificate_key {where}/k.pem; }} }}""")
        environment = {**os.environ, "XDG_STATE_HOME": where, "XDG_CONFIG_HOME": where}
        network = Network(where)
        try:
            start_old(network, where)
            subprocess.run(["faketime", "-f", "-21d", ajar, "scan", "10.20.0.11-10.20.0.20"], env=environment, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
            start_new(network, where)
            began = time.monotonic()
            subprocess.run([ajar, "scan", "10.20.0.0/24"], env=environment, stderr=subprocess.DEVNULL, check=False)
            print(f"({time.monotonic() - began:.1f} s)", file=sys.stderr)
        finally:
            network.stop()


main()
