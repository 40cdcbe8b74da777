#!/usr/bin/env python3
"""How a scan looks to those who are scanned: what servers write into their own logs while Ajar visits them where they usually
listen, that a health check would not have made them write.

    test/zoo/manners.py                     all of HOMES
    test/zoo/manners.py --light             those that start at once; what `make test` runs
    test/zoo/manners.py --only redis:open

A health check is a connection that says nothing, and the server's own client. All stand in a network namespace of their
own, each at an address of its own on its usual port. A line counts that speaks of something WRONG and that neither the
start nor the health check wrote, numbers aside; what EXCEPTIONS say is meant to be there, and why, is no complaint.
"""

import argparse
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import compare  # noqa: E402
import harness  # noqa: E402
import run  # noqa: E402

WRONG = re.compile(r"\b(errors?|warn(ing)?|fatal|fail(ed|ure|s)?|invalid|unexpected(ly)?|abort(ed|ing)?|exception|refused|denied|broken|"
                   r"malformed|illegal|violation|reset|eof|premature(ly)?|bad|unknown|unrecogni[sz]ed|unsupported|protocol error|"
                   r"incomplete|no password|not authori[sz]ed|attack|disconnected, )\b|[a-z]Exception", re.IGNORECASE)
NUMBERS = re.compile(r"0x[0-9a-f]+|[0-9a-f]*\d[0-9a-f]*", re.IGNORECASE)

# name of the spec, its usual port, whether it starts at once
HOMES = (
    ("redis:open", 6379, True), ("redis:locked", 6379, True), ("redis:tls", 6380, True), ("redis-sentinel:open", 26379, True),
    ("memcached:open", 11211, True), ("memcached:sasl", 11211, True), ("nats:open", 4222, True), ("nats:locked", 4222, True),
    ("rsync:mixed", 873, True), ("mosquitto:open", 1883, True), ("mosquitto:locked", 1883, True), ("mosquitto:tls", 8883, True),
    ("beanstalkd:open", 11300, True), ("gearman:open", 4730, True), ("nginx:plain", 80, True), ("nginx:self-signed", 443, True),
    ("postgresql:open", 5432, False), ("postgresql:scram", 5432, False), ("postgresql:hostssl", 5432, False),
    ("pgbouncer:trust-listed", 6432, False), ("mariadb:open", 3306, False), ("mariadb:locked", 3306, False),
    ("mariadb:tls", 3306, False), ("slapd:open", 389, False), ("slapd:locked", 389, False), ("zookeeper:open", 2181, False),
    ("zookeeper:locked", 2181, False), ("clickhouse:open", 8123, False), ("clickhouse:native", 9000, False),
    ("clickhouse:locked", 9000, False), ("etcd:open", 2379, False), ("etcd:locked", 2379, False), ("influxdb:open", 8086, False),
    ("influxdb:locked", 8086, False), ("prometheus:open", 9090, False), ("alertmanager:open", 9093, False),
    ("rabbitmq:locked", 5672, False), ("tarantool:open", 3301, False), ("varnish:locked", 6082, False), ("vnc:open", 5900, False),
    ("vnc:locked", 5900, False), ("samba:open", 445, False), ("nbd:open", 10809, False), ("rmi:registry", 1099, False),
    ("twemproxy:statistics", 22222, False), ("munin:open", 4949, False), ("erlang:node", 25672, False),
)

# name of the spec, what its line says, why it is meant to be there
TRIED = "the handle was tried, without a password, and it was locked: that is what a scan is for, and what the server writes then"
ABSENT = "a web server that nobody knows is asked for what products and forgotten files are known by, and has none of it"
NO_FAREWELL = "before a login AMQP knows no farewell: whoever does not like the mechanisms that are offered hangs up (AMQP 0-9-1, 2.2.4)"
BY_ITSELF = "a Sentinel whose master is not there says so from time to time, whoever is there"
EXCEPTIONS = (
    ("redis-sentinel:.*", r"# [-+](failover|sdown|odown|try-failover|vote|elected|new-epoch)", BY_ITSELF),
    ("rabbitmq:locked", r"closing AMQP connection|client unexpectedly closed TCP connection", NO_FAREWELL),
    ("mariadb:(locked|tls)", r"Access denied for user '\w*'@'[\d.]+' \(using password: NO\)", TRIED),
    ("nats:locked", r"authentication error", TRIED),
    ("mosquitto:locked", r"Client <unknown> disconnected, not authorised", TRIED),
    ("clickhouse:locked", r"Password required for user|Unknown user readonly", TRIED),
    ("nginx:.*", r"\(2: No such file or directory\)", ABSENT),
)


def complaints(text, before):
    known = {NUMBERS.sub("N", line) for line in before.splitlines()}
    return [line for line in text.splitlines() if WRONG.search(line) and NUMBERS.sub("N", line) not in known]


def excused(name, line):
    return any(re.fullmatch(spec, name) and re.search(said, line) for spec, said, _ in EXCEPTIONS)


def log_of(box):
    """All that the server has written that is called a log."""
    paths = [path for path in sorted(box.dir.rglob("*log*")) if path.is_file() and path.stat().st_size < 8 << 20]
    texts = {path: path.read_bytes().decode(errors="replace") for path in paths}
    return "\n".join(text for text in texts.values() if "\0" not in text)


def settled(boxes, seconds=8):
    """The logs of all, when nobody has written for a second; or as they are then."""
    logs, deadline, still = {}, time.monotonic() + seconds, 0
    while time.monotonic() < deadline and still < 4:
        now = {box.spec.name: log_of(box) for box in boxes}
        still = still + 1 if now == logs else 0
        logs = now
        time.sleep(0.25)
    return logs


def health_check(box):
    for view in box.spec.views:
        if view.transport != "udp":
            socket.create_connection((box.address, box.ports[view.port]), timeout=5).close()
    box.truth()


def rude(box):
    """What no client would say, so that this test is seen to hear it."""
    with socket.create_connection((box.address, box.ports["P"]), timeout=5) as connection:
        connection.sendall(b"\xff\xfe\x00GET nonsense\r\n\r\n")
        connection.settimeout(2)
        try:
            connection.recv(100)
        except OSError:
            pass


def at_home(specs, homes):
    ports = {name: port for name, port, _ in homes}
    return [replace(spec, port=ports[spec.name], host=number) for number, spec in enumerate(specs, 1)]


class Town(harness.Zoo):
    """Every server has an address of its own, and its certificates are for all of them."""

    @staticmethod
    def addresses(host):
        return f"127.78.1.{host}" if host else ",IP:".join(f"127.78.1.{n}" for n in range(1, len(HOMES) + 1))


def visit(ajar, boxes, zoo, tally):
    for box in boxes:
        health_check(box)
    before = settled(boxes)
    report, status, told = run.scan(ajar, run.endpoints_of(boxes), zoo.root)
    tally.add(compare.said("scan", status in (0, 1) and not told, "a scan", (status, told)))
    after = settled(boxes)
    for box in boxes:
        name = box.spec.name
        added = after[name][len(before[name]):] if after[name].startswith(before[name]) else after[name]
        found = [line for line in complaints(added, before[name]) if not excused(name, line)]
        tally.add(compare.said(f"{name} writes nothing that a health check would not", not found, "no complaint",
                               f"{len(found)}: " + " / ".join(found[:6]), shown=f"{len(added)} bytes in its log"))
        services = [row for row in report if row.get("type") == "service" and row["endpoint"] == box.endpoint(box.spec.views[0])]
        tally.add(compare.said(f"{name} was known", len(services) == 1 and services[0]["product"] in compare.any_of(
            box.spec.views[0].product), box.spec.views[0].product, [row["product"] for row in services]))
        tally.add(compare.check_alive(box))
    for box in boxes:
        if box.spec.name == "mosquitto:open":
            rude(box)
            heard = complaints(settled([box])[box.spec.name], before[box.spec.name])
            tally.add(compare.said("bad manners are heard", bool(heard), "a complaint", heard, shown=(heard or [""])[0]))


def enter_namespace():
    """A network of our own, in which nobody else has the usual ports, and anybody may listen at them."""
    if "AJAR_MANNERS_INSIDE" not in os.environ:
        os.environ["AJAR_MANNERS_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "-n" if os.geteuid() == 0 else "-rn", sys.executable, __file__, *sys.argv[1:]])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(run.REPOSITORY / "build" / "ajar"))
    parser.add_argument("--only", action="append", metavar="NAME:VARIANT")
    parser.add_argument("--light", action="store_true", help="those that start at once")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    enter_namespace()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    homes = [home for home in HOMES if (home[2] or not options.light) and (not options.only or home[0] in options.only)]
    by_name = {spec.name: spec for spec in run.SPECS}
    tally = run.Tally()
    for name in [name for name, _, _ in homes if name not in by_name]:
        tally.add(compare.Check(False, f"{name} is a server of the zoo", "it is not"))
    specs = at_home([by_name[name] for name, _, _ in homes if name in by_name], homes)
    zoo = Town((spec.port for spec in specs), options.keep)
    try:
        visit(os.path.abspath(options.ajar), run.start_all([zoo.box(spec) for spec in specs], options.jobs, tally), zoo, tally)
    finally:
        zoo.stop()
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
