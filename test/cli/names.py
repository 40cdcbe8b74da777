#!/usr/bin/env python3
"""Names from the command line: hosts that share an address, paths, names of many addresses, names that lead nowhere
or do not answer. In namespaces of its own: an /etc/hosts and a name server that only this test sees; real servers
behind a real nginx.

    test/cli/names.py AJAR        the last line says how many passed and failed; needs root
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

AJAR = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/ajar")
RESULTS = {"passed": 0, "failed": 0}
INSIDE = "AJAR_NAMES_INSIDE"
MANY, ON_ONE = 300, 10000


def check(name, good, detail=""):
    RESULTS["passed" if good else "failed"] += 1
    if not good:
        print(f"not ok {name}: {detail}")


def ajar(*args, db="none", stdin=None, seconds=120):
    env = dict(os.environ, XDG_STATE_HOME=str(HERE))
    return subprocess.run([AJAR, *map(str, args), "--db", db], capture_output=True, text=True, timeout=seconds, env=env,
                          input=stdin)


def rows(done, kind=None):
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [r for r in found if kind is None or r["type"] == kind]


# ---- a name server ----

class NameServer(threading.Thread):
    """Answers for *.dns.test: "hN" is 127.0.1.N, "gone*" does not exist, "mute*" gets no answer."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.asked = 0
        self.start()

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
                at += 1 + query[at]
            kind = struct.unpack_from(">H", query, at + 1)[0]
            question = query[12:at + 5]
            self.asked += 1
            if labels[0].startswith("mute"):
                continue
            good = labels[0].startswith("h") and labels[1:] == ["dns", "test"]
            answer = b""
            if good and kind == 1:
                number = int(labels[0][1:])
                answer = b"\xc0\x0c" + struct.pack(">HHIH4B", 1, 1, 60, 4, 127, 0, 1 + number // 250, 1 + number % 250)
            head = query[:2] + struct.pack(">HHHHH", 0x8180 if good else 0x8183, 1, bool(answer), 0, 0)
            self.socket.sendto(head + question + answer, peer)


# ---- servers ----

PROMETHEUS = "global: {scrape_interval: 1s}\n"
NGINX = """
daemon off; worker_processes 1; pid %(d)s/pid; error_log %(d)s/error;
events { worker_connections 64; }
http {
    log_format asked "$host $request_uri";
    access_log %(d)s/log asked;
    client_body_temp_path %(d)s/b; proxy_temp_path %(d)s/p; fastcgi_temp_path %(d)s/f;
    uwsgi_temp_path %(d)s/u; scgi_temp_path %(d)s/s;
    server { listen 127.0.0.1:8080 default_server; server_name www.shop.test; root %(d)s/www; }
    server { listen 127.0.0.1:8080; server_name metrics.shop.test; location / { proxy_pass http://127.0.0.1:9190; } }
    server { listen 127.0.0.1:8080; server_name tools.shop.test; root %(d)s/www;
             location /ops/ { proxy_pass http://127.0.0.1:9191; } }
}
"""


def start(*command):
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def wait_for(port):
    until = time.time() + 60
    while time.time() < until:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.2)
    sys.exit(f"nothing listens at port {port}")


def start_web(servers):
    for path in ("www", "one", "two"):
        (HERE / path).mkdir()
    (HERE / "www/index.html").write_text("<title>Our shop</title>\n")
    (HERE / "c.yml").write_text(PROMETHEUS)
    (HERE / "n.conf").write_text(NGINX % {"d": HERE})
    # The workers of nginx run as another user, who reads the page.
    HERE.chmod(0o755)
    prometheus = ("prometheus", f"--config.file={HERE}/c.yml")
    servers += [start(*prometheus, f"--storage.tsdb.path={HERE}/one", "--web.listen-address=127.0.0.1:9190"),
                start(*prometheus, f"--storage.tsdb.path={HERE}/two", "--web.listen-address=127.0.0.1:9191",
                      "--web.route-prefix=/ops/", "--web.external-url=http://tools.shop.test:8080/ops/"),
                start("nginx", "-c", f"{HERE}/n.conf", "-p", str(HERE))]
    for port in (8080, 9190, 9191):
        wait_for(port)


class Redis(threading.Thread):
    """Answers PING, INFO and reads of a key that is not there the way an open Redis does, on every address of loopback."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("0.0.0.0", 0), backlog=1000)
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    def talk(self, peer):
        info = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:" + 40 * "a" + "\r\n# Replication\r\n" \
               "role:master\r\n# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\n"
        with peer, contextlib.suppress(OSError):
            while True:
                asked = peer.recv(4096)
                if not asked or asked.startswith(b"QUIT"):
                    return
                answers = {b"INFO": f"${len(info)}\r\n{info}\r\n".encode(), b"EXISTS": b":0\r\n", b"GETEX": b"$-1\r\n"}
                peer.sendall(b"".join(answers.get(line.split(b" ")[0], b"+PONG\r\n") for line in asked.splitlines()))


# ---- tests ----

def test_virtual_hosts():
    """Whichever name comes first, both are asked with their own Host, and the open one is found."""
    for names in (("www", "metrics"), ("metrics", "www")):
        done = ajar("scan", "--json", *(f"{n}.shop.test:8080" for n in names))
        found = {(r["name"], r["product"], r["verdict"]) for r in rows(done, "service")}
        check(f"virtual hosts, {names[0]} first", found == {("www.shop.test", "web", "identified"),
                                                           ("metrics.shop.test", "prometheus", "open")}, found)
    done = ajar("scan", "--json", "127.0.0.1:8080", "metrics.shop.test:8080")
    found = {(r.get("name"), r["product"]) for r in rows(done, "service")}
    check("the address by itself, too", found == {(None, "web"), ("metrics.shop.test", "prometheus")}, found)
    text = ajar("scan", "www.shop.test:8080", "metrics.shop.test:8080").stdout
    check("text tells them apart", "127.0.0.1:8080 (metrics.shop.test)" in text, text)
    log = (HERE / "log").read_text()
    check("each with its own Host", "www.shop.test /" in log and "metrics.shop.test /" in log, log[:300])


def test_two_names_one_service():
    """Two findings, told apart, and one service in the sum."""
    redis = Redis()
    done = ajar("scan", "--json", f"www.shop.test:{redis.port}", f"metrics.shop.test:{redis.port}")
    found = [r for r in rows(done, "finding") if r["rule"] == "open-store"]
    check("a finding for each name", {r["name"] for r in found} == {"www.shop.test", "metrics.shop.test"} and
          len({r["fingerprint"] for r in found}) == 2, found)
    text = ajar("scan", f"www.shop.test:{redis.port}", f"metrics.shop.test:{redis.port}").stdout
    check("one service", text.startswith("1 service is open"), text[:200])


def test_path():
    done = ajar("scan", "--json", "http://tools.shop.test:8080/ops/")
    services = rows(done, "service")
    check("a URL keeps its path", [(r["name"], r["path"]) for r in services] == [("tools.shop.test", "/ops")], services)
    check("and is asked below it", [r["product"] for r in services] == ["prometheus"], services)
    done = ajar("scan", "--dry-run", "http://tools.shop.test:8080/ops/?x=1", "http://tools.shop.test:8080/")
    check("dry run counts paths", "2 endpoints in 2 targets" in done.stdout and "is not asked for" in done.stdout,
          done.stdout)


def test_many_addresses():
    """All 300, not the first 64."""
    redis = Redis()
    done = ajar("scan", "--json", f"big.test:{redis.port}")
    services = rows(done, "service")
    check("a name with 300 addresses", len({r["address"] for r in services if r["product"] == "redis"}) == MANY,
          len(services))
    check("nothing is cut", not rows(done, "remark"), rows(done, "remark"))
    done = ajar("scan", "--json", "huge.test:9")
    remarks = rows(done, "remark")
    check("a name with 1,100 addresses", done.returncode == 3 and rows(done, "run")[0]["endpoints"] == 1024 and
          [(r["kind"], r["about"], r["count"]) for r in remarks] == [("cut", "huge.test", 76)], remarks)


def test_one_broker_at_many_addresses(servers):
    """A broker ends the older of two sessions of one client: seen at 64 addresses, it is open at each of them."""
    (HERE / "mosquitto.conf").write_text("sys_interval 1\nlistener 1884 0.0.0.0\nallow_anonymous true\n")
    servers.append(start("mosquitto", "-c", f"{HERE}/mosquitto.conf"))
    wait_for(1884)
    time.sleep(1.5)  # until it has figures of its own
    services = rows(ajar("scan", "--json", "127.5.0.0/26:1884"), "service")
    found = sum((r["product"], r["verdict"]) == ("mosquitto", "open") for r in services)
    check("one broker at 64 addresses is open at each", found == 64 == len(services), f"{found} of {len(services)}")


def test_dead_names():
    redis = Redis()
    target = f"www.shop.test:{redis.port}"
    done = ajar("scan", "--json", "gone.dns.test:80", target)
    remarks = rows(done, "remark")
    check("a dead name is a row", [(r["kind"], r["about"], r["incomplete"]) for r in remarks] ==
          [("unresolved", "gone.dns.test", True)], remarks)
    check("and the scan is incomplete", done.returncode == 3 and rows(done, "service"), done.returncode)
    text = ajar("scan", "gone.dns.test:80", target)
    check("also in text", "gone.dns.test: the name does not resolve" in text.stdout, text.stdout)
    done = ajar("scan", "--json", "--ignore-unresolved", "--fail-on", "critical", "gone.dns.test:80", target)
    check("--ignore-unresolved", done.returncode == 0 and [r["incomplete"] for r in rows(done, "remark")] == [False],
          done.stdout)
    for more in ([], ["--ignore-unresolved"]):
        done = ajar("scan", "--json", *more, "gone.dns.test:80", "gone2.dns.test:80")
        check("all dead", done.returncode == 3 and len(rows(done, "remark")) == 2 and
              done.stderr == "ajar: no name of the targets resolves; nothing was asked\n", done.stderr)
    done = ajar("scan", "--dry-run", "gone.dns.test")
    check("all dead, dry run", done.returncode == 3 and "does not resolve" in done.stdout, done.stderr)


def test_many_names(server):
    """Ten thousand names, looked up side by side; a few of them never answer."""
    names = [f"h{i}.dns.test:9" for i in range(ON_ONE)] + ["mute1.dns.test:9", "gone1.dns.test:9"]
    (HERE / "names").write_text("\n".join(names) + "\n")
    before, asked = time.time(), server.asked
    done = ajar("scan", "--dry-run", f"@{HERE}/names")
    took = time.time() - before
    print(f"# {len(names)} names looked up and planned in {took:.1f} s, {server.asked - asked} questions")
    check("10,000 names", f"{ON_ONE} endpoints in {ON_ONE + 2} targets" in done.stdout, done.stdout[:200])
    check("in a reasonable time", took < 60, took)
    check("the mute one is remarked", "mute1.dns.test: the name does not resolve" in done.stdout and
          "gone1.dns.test: the name does not resolve" in done.stdout, done.stdout[-600:])


def test_resume(server):
    """A continued scan keeps the addresses that it set out with, and what was dead stays dead."""
    db = str(HERE / "resume.db")
    slow = [f"h{i}.dns.test:9,10,11" for i in range(200)] + ["gone3.dns.test:80"]
    env = dict(os.environ, XDG_STATE_HOME=str(HERE))
    listener = socket.create_server(("0.0.0.0", 10))  # accepts, and says nothing
    p = subprocess.Popen([AJAR, "scan", "--json", "--db", db, *slow], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True, env=env)
    time.sleep(2)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=60)
    listener.close()
    asked = server.asked
    done = ajar("scan", "--json", "--resume", db=db)
    check("resume", done.returncode == 3 and rows(done, "summary")[0]["done"] == 600, done.stdout[-300:] + done.stderr)
    check("nothing is looked up again", server.asked == asked, server.asked - asked)
    check("what was dead is told again", [r["about"] for r in rows(done, "remark")] == ["gone3.dns.test"],
          (rows(done, "remark"), done.stderr))


def test_scope(redis):
    """An address that only its name puts into the scope is told; one that the scope does not state is not asked."""
    scope = HERE / "scope.yaml"
    scope.write_text(f"owner: us\nallow:\n  - {{target: www.shop.test, ports: [{redis.port}], addresses: [127.0.0.1]}}\n"
                     f"  - {{target: both.test, ports: [{redis.port}], addresses: [127.0.0.1]}}\n")
    done = ajar("scan", "--json", "--scope", scope)
    found = {(r["name"], r["address"]) for r in rows(done, "service")}
    check("addresses of a name", found == {("www.shop.test", "127.0.0.1"), ("both.test", "127.0.0.1")}, found)
    check("the other one is told", [(r["kind"], r["about"], r["count"]) for r in rows(done, "remark")] ==
          [("scope", "both.test", 1)], rows(done, "remark"))
    scope.write_text("owner: us\nallow: [public.test]\n")
    done = ajar("scan", "--dry-run", "--scope", scope)
    check("let in by its name alone", "public.test: the name server alone puts 8.8.8.8 into the scope" in done.stdout,
          done.stdout)
    for text in ("", "# nothing\n\n"):
        done = ajar("scan", "--scope", scope, "@-", stdin=text)
        check("an empty list is not the whole scope", done.returncode == 2 and "no target is in it" in done.stderr,
              done.stderr)
    done = ajar("scan", "--scope", scope, "@/dev/null")
    check("nor is /dev/null", done.returncode == 2 and not done.stdout, done.stderr)


def test_spelled_addresses():
    for text in ("0x08080808", "0xa.0x62.0x0.0x1", "010.0.0.1", "1.2.3", "http://0x7f.1/"):
        done = ajar("scan", text)
        check(f"{text} is no name", done.returncode == 2 and len(done.stderr.splitlines()) == 1 and
              "not an IPv4 address" in done.stderr, done.stderr)


def hosts():
    lines = ["127.0.0.1 localhost", "127.0.0.1 www.shop.test metrics.shop.test tools.shop.test both.test",
             "127.0.0.2 both.test", "8.8.8.8 public.test"]
    lines += [f"127.2.{i // 250}.{1 + i % 250} big.test" for i in range(MANY)]
    lines += [f"127.3.{i // 250}.{1 + i % 250} huge.test" for i in range(1100)]
    return "\n".join(lines) + "\n"


def mount_over(path, text):
    mine = HERE / path.strip("/").replace("/", "-")
    mine.write_text(text)
    subprocess.run(["mount", "--bind", str(mine), path], check=True)


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    mount_over("/etc/hosts", hosts())
    mount_over("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    mount_over("/etc/nsswitch.conf", "hosts: files dns\n")
    server, servers = NameServer(), []
    try:
        start_web(servers)
        test_virtual_hosts()
        test_two_names_one_service()
        test_path()
        test_many_addresses()
        test_one_broker_at_many_addresses(servers)
        test_dead_names()
        test_many_names(server)
        test_resume(server)
        test_scope(Redis())
        test_spelled_addresses()
    finally:
        for one in servers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGTERM)
            one.wait(timeout=20)
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


if INSIDE not in os.environ:
    os.execvpe("unshare", ["unshare", "-m", "-n", sys.executable, *sys.argv], dict(os.environ, **{INSIDE: "1"}))
HERE = pathlib.Path(tempfile.mkdtemp(prefix="ajar-names-"))
try:
    STATUS = main()
finally:
    shutil.rmtree(HERE, ignore_errors=True)
sys.exit(STATUS)
