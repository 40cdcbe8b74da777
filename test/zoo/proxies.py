#!/usr/bin/env python3
"""Every product of the catalog on a foreign port, below a path, by its name on a shared address and behind the usual
proxies, real ones. In namespaces of its own: it needs root.

    test/zoo/proxies.py                        nginx and HAProxy where they are installed, one example of every entry
    test/zoo/proxies.py --all                  all examples, and Caddy and traefik as well
    test/zoo/proxies.py --every 8              each eighth entry only
    test/zoo/proxies.py --only grafana         one product
    test/zoo/proxies.py --table                the result as a table, setting by setting

A product is a stand-in here: it answers as the examples of its entry do, most of which were recorded (standins.py). What
an example says must be found: the product and its verdict, wherever the way there leads. The few that cannot be told where a
setting hides what tells them are listed in UNTOLD with the reason.
"""

import argparse
import asyncio
import collections
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE)]

import proxy_forms  # noqa: E402
import standins  # noqa: E402

REPOSITORY = HERE.parents[1]
INSIDE = "AJAR_PROXIES_INSIDE"
PORT = 18999  # of the stand-ins, and nobody's in the catalog
PLAIN, SECURE = 18971, 18973
SCAN_SECONDS = 1200
AT_ONCE = "24"  # one process plays all servers
# Products that cannot be told in a setting, and why. Found there all the same, they are right.
SILENT = "its root says nothing, and its own request is none of the five that a stranger is asked"
HIDDEN = "nginx takes away the field Server, which is all that tells it"
CUT = "its example was recorded without the part of the root that tells it"
UNTOLD = {
    **dict.fromkeys(("cruise-control", "garage", "go-pprof", "greptimedb", "iotdb", "ipfs", "kafka-rest", "kapacitor", "localstack", "nebulagraph", "sqld", "triton"),
                    ("", SILENT)),
    **dict.fromkeys(("groonga", "ignite", "orientdb", "rclone", "vernemq", "minio"), ("nginx", HIDDEN)),
    **dict.fromkeys(("flink", "nats-monitor", "hdfs-journalnode"), ("", CUT)),
}
GRADES = {"open": 0, "partial": 1, "locked": 2}


def start(command, directory, log):
    return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, cwd=directory)


def wait_for(address, port, process, log):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection((address, port), timeout=1).close()
            return
        except OSError:
            if process and process.poll() is not None:
                break
            time.sleep(0.1)
    sys.exit(f"nothing listens at {address}:{port}: {pathlib.Path(log.name).read_text()[-800:]}")


def wait_through(url):
    """Until a stand-in is reached through the proxy, which may listen before it knows its ways."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5).close()
        except urllib.error.HTTPError as error:
            if error.read() == b"not found":
                return
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit(f"no way through {url}")


def worth(one):
    example = one.example
    return GRADES.get(example["outcome"], 3), not example["source"].startswith("recorded"), -len(example["answers"])


def chosen(options):
    """One example an entry, or all: one that is open where there is one, recorded before made, that which answers most."""
    every = standins.standins_of(standins.read_catalog(REPOSITORY / "catalog"))
    told = [one for one in every if one.product != "web" and not one.below]
    if options.only:
        told = [one for one in told if one.product in options.only]
    if not options.all:
        first = {}
        for one in sorted(told, key=worth):
            first.setdefault(one.product, one)
        told = sorted(first.values(), key=lambda one: one.product)[::options.every]
    return told


def settings(proxies, count):
    """What is scanned: setting -> for each stand-in its target."""
    yield "foreign port", [f"{standins.address(number)}:{PORT}" for number in range(count)]
    for proxy in proxies:
        yield f"{proxy.NAME}, below a path", [f"http://{proxy.ADDRESS}:{PLAIN}/x/k{number}/" for number in range(count)]
        yield f"{proxy.NAME}, by Host", [f"http://k{number}.{proxy.NAME}.test:{PLAIN}/" for number in range(count)]
        yield f"{proxy.NAME}, by SNI", [f"https://k{number}.{proxy.NAME}.test:{SECURE}/" for number in range(count)]


def hosts(proxies, count):
    lines = ["127.0.0.1 localhost"]
    lines += [f"{proxy.ADDRESS} k{number}.{proxy.NAME}.test" for proxy in proxies for number in range(count)]
    return "\n".join(lines) + "\n"


def scan(ajar, targets, directory):
    listed = directory / "targets"
    listed.write_text("\n".join(targets) + "\n")
    done = subprocess.run([ajar, "scan", "--json", "--db", "none", "--parallel", AT_ONCE, f"@{listed}"], capture_output=True, timeout=SCAN_SECONDS,
                          env={"PATH": os.environ["PATH"], "HOME": str(directory), "XDG_STATE_HOME": str(directory), "LANG": "C.UTF-8"})
    if done.returncode not in (0, 1):
        sys.exit(f"ajar exits {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def place_of(row):
    """As in a target: what a row is about."""
    path = (row.get("path") or "").rstrip("/")
    host = row.get("name") or row["endpoint"].rsplit(":", 1)[0]
    return f"{host}:{row['endpoint'].rsplit(':', 1)[1]}{path}"


def plain_target(target):
    return target.split("://")[-1].rstrip("/")


def judge(one, row):
    """Nothing where a row says what the example says, else what is wrong."""
    if row is None:
        return "no row"
    wanted = one.example["outcome"]
    if row["product"] != one.product:
        return f"named {row['product']} ({row['verdict']})"
    if row["verdict"] != wanted:
        return f"{row['verdict']}, not {wanted}"
    version = one.example.get("version")
    if version is not None and row.get("version") not in (None, str(version)):
        return f"version {row['version']}, not {version}"
    return ""


def look(options, proxies, told, directory):
    tally = collections.defaultdict(collections.Counter)
    for setting, targets in settings(proxies, len(told)):
        rows = {place_of(row): row for row in scan(options.ajar, targets, directory) if row["type"] == "service" and not row.get("via")}
        for one, target in zip(told, targets):
            wrong = judge(one, rows.get(plain_target(target)))
            where, why = UNTOLD.get(one.product, (None, ""))
            good = not wrong
            if wrong.startswith(("named web ", "named s3 ")) and where is not None and setting.startswith(where):
                tally[setting]["untold"] += 1
                print(f"# {setting}: {one.name}: {why}")
                continue
            tally[setting]["passed" if good else "failed"] += 1
            if not good or options.verbose:
                print(f"{'ok' if good else 'not ok'} {setting}: {one.name}{'' if good else ': ' + wrong}", flush=True)
    return tally


def conclude(tally, options):
    if options.table:
        print("| setting | stand-ins | right | cannot be told there |\n|---|---|---|---|")
        for setting, counted in tally.items():
            print(f"| {setting} | {sum(counted.values())} | {counted['passed']} | {counted['untold']} |")
    passed, failed = (sum(counted[key] for counted in tally.values()) for key in ("passed", "failed"))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(REPOSITORY / "build" / "ajar"))
    parser.add_argument("--all", action="store_true", help="all examples behind all four proxies")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth entry only")
    parser.add_argument("--only", action="append", metavar="PRODUCT")
    parser.add_argument("--proxy", action="append", metavar="NAME", help="these proxies only")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    options.ajar = os.path.abspath(options.ajar)
    if INSIDE not in os.environ:
        os.execvpe("unshare", ["unshare", "-m", "-n", sys.executable, *sys.argv], dict(os.environ, **{INSIDE: "1"}))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    told = chosen(options)
    names = options.proxy or (proxy_forms.ALL if options.all else proxy_forms.LIGHT)
    proxies = [proxy for proxy in proxy_forms.PROXIES if proxy.NAME in names]
    directory = pathlib.Path(tempfile.mkdtemp(prefix="ajar-proxies-"))
    directory.chmod(0o755)
    running = []
    try:
        (directory / "hosts").write_text(hosts(proxies, len(told)))
        subprocess.run(["mount", "--bind", str(directory / "hosts"), "/etc/hosts"], check=True)
        threading.Thread(target=lambda: asyncio.run(standins.serve(told, PORT)), daemon=True).start()
        proxy_forms.make_certificate(directory)
        for proxy in proxies:
            log = open(directory / f"{proxy.NAME}.log", "wb")
            running.append(start(proxy.prepare(directory, len(told), standins.address, PORT, PLAIN, SECURE), directory, log))
            for port in (PLAIN, SECURE):
                wait_for(proxy.ADDRESS, port, running[-1], log)
            wait_through(f"http://{proxy.ADDRESS}:{PLAIN}/x/k{len(told) - 1}/not-there")
        return conclude(look(options, proxies, told, directory), options)
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
