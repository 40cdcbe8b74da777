#!/usr/bin/env python3
"""Every way in which a finding ends, or seems to: what is stored, shown and told of it (doc/endings.md).

    test/store/proofs.py [--ajar build/ajar] [NAME...]     without a name all; the last line says how many passed and failed

Runs in namespaces of its own (unshare -r -m -n), with real sockets on loopback and nft for what a network does. Each case has
an address, a store and a watch of its own: `ajar watch --once` scans before and after the change and tells; `ajar show`
and `ajar diff` say what is kept.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "test/e2e/shanghai"), str(ROOT / "test/zoo/wide")]

import deployments as cast  # noqa: E402
from kibana_standin import Dashboard  # noqa: E402
from store_standin import Store  # noqa: E402

RESULTS = {"passed": 0, "failed": 0}
AJAR = None
NOTHING = "nothing is told"


def check(name, good, detail=""):
    RESULTS["passed" if good else "failed"] += 1
    print(f"{'ok' if good else 'not ok'} {name}" + ("" if good else f": {str(detail)[:1500]}"), flush=True)


def nft(*rules):
    for rule in rules:
        subprocess.run(["nft", *rule.split(" ")], check=True)


# ---- who answers ----


class Listener:
    """One port; `talk` holds one conversation."""

    def __init__(self, address, port, talk, context=None):
        self.talk, self.context = talk, context
        self.socket = socket.create_server((address, port), backlog=64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.hold, args=(peer,), daemon=True).start()

    def hold(self, peer):
        try:
            peer.settimeout(20)
            if self.context:
                peer = self.context.wrap_socket(peer, server_side=True)
            self.talk(peer)
        except (OSError, ssl.SSLError):
            pass
        finally:
            peer.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def redis(version="6.0.16", locked=False, write=True, keys=3, unsure=False):
    info = (f"# Server\r\n" + (f"redis_version:{version}\r\n" if version else "") + "redis_mode:standalone\r\nos:Linux\r\n"
            f"role:{'master' if write else 'slave'}\r\nconnected_slaves:0\r\ncluster_enabled:0\r\n# Keyspace\r\n"
            f"db0:keys={keys},expires=0,avg_ttl=0\r\n").encode()
    answers = {b"INFO": b"$%d\r\n%s\r\n" % (len(info), info), b"PING": b"+PONG\r\n", b"EXISTS": b":0\r\n", b"GETEX": b"$-1\r\n"}
    refusal = b"-NOAUTH Authentication required.\r\n"
    loading = b"-LOADING Redis is loading the dataset in memory\r\n"

    def talk(peer):
        while True:
            data = peer.recv(65536)
            if not data:
                return
            for line in data.splitlines():
                word = line.split(b" ")[0].upper()
                if word == b"QUIT":
                    return
                peer.sendall(refusal if locked else loading if unsure else answers.get(word, b"-ERR unknown command\r\n"))
    return talk


def memcached(peer):
    while True:
        data = peer.recv(4096)
        if not data or b"quit" in data:
            return
        if b"stats" in data:
            peer.sendall(b"STAT pid 1\r\nSTAT version 1.6.21\r\nSTAT curr_items 5\r\nSTAT bytes 50\r\nEND\r\n")
        elif b"version" in data:
            peer.sendall(b"VERSION 1.6.21\r\n")
        elif data.startswith(b"get"):
            peer.sendall(b"END\r\n")
        else:
            peer.sendall(b"ERROR\r\n")


def http(status, body="", headers=()):
    words = {200: "OK", 302: "Found", 401: "Unauthorized", 502: "Bad Gateway", 503: "Service Unavailable",
             504: "Gateway Time-out", 511: "Network Authentication Required", 429: "Too Many Requests", 407: "Proxy"}
    page = body or f"<html><head><title>{status} {words[status]}</title></head><body><center>nginx</center></body></html>"
    answer = (f"HTTP/1.1 {status} {words[status]}\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\n"
              f"Content-Length: {len(page)}\r\n" + "".join(f"{h}\r\n" for h in headers) + f"\r\n{page}").encode()

    def talk(peer):
        while True:
            data = peer.recv(65536)
            if not data:
                return
            peer.sendall(answer)
    return talk


def site(**files):
    """A page, and what was left behind it: how each name ends, and what it holds; None: who asks for it has asked too often."""
    def talk(peer):
        while True:
            data = peer.recv(65536)
            if not data:
                return
            if b" / HTTP" in data:
                status, page = "200 OK", "<title>Shop</title>"
            else:
                page = next((text for name, text in files.items() if f"{name} HTTP".encode() in data), "")
                status = "429 Too Many Requests" if page is None else "206 Partial Content" if page else "404 Not Found"
                page = page or ""
            peer.sendall(f"HTTP/1.1 {status}\r\nServer: nginx/1.22.1\r\nContent-Type: text/{'html' if '<' in page else 'plain'}\r\n"
                         f"Content-Length: {len(page)}\r\n\r\n{page}".encode())
    return talk


LISTING = "<html>\n<head><title>Index of /</title></head>\n<body>\n<h1>Index of /</h1><hr><pre><a href=\"../\">../</a>\n" \
          "<a href=\"dump.sql\">dump.sql</a>  01-Jan-2024 00:00  5\n</pre><hr></body>\n</html>\n"


def mute(peer):
    time.sleep(15)


def hangs_up(peer):
    """Accepts and closes at once."""


def banner(peer):
    peer.sendall(b"220 something else entirely\r\n")
    time.sleep(0.2)


class Deployment:
    """What the stand-ins of the Shanghai case want to know of a store."""

    def __init__(self, name, private, *indices):
        self.name, self.private, self.state = name, private, "open"
        self.indices = tuple(cast.Index(i, cast.PERSON, 1000, 10 ** 6) for i in indices)


# ---- one case ----


class Case:
    number = 0

    def __init__(self, folder, name):
        Case.number += 1
        self.name = name
        self.dir = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.address = f"127.8.{Case.number}.1"
        self.servers, self.extra = {}, []
        self.config = {"targets": [self.address], "ports": [6379], "db": "ajar.db", "timeout": 1, "rate": 1000,
                       "schedule": {"every": "1h"}, "metrics": {"file": str(self.dir / "metrics")},
                       "notices": [{"command": [str(folder / "tell"), str(self.dir / "told")]}]}
        self.said = ""

    # -- the world --

    def serve(self, talk, port=6379, context=None, address=None):
        self.stop(port, address)
        self.servers[address or self.address, port] = Listener(address or self.address, port, talk, context)

    def stop(self, port=6379, address=None):
        server = self.servers.pop((address or self.address, port), None)
        if server:
            server.close()

    def kibana(self, store, release="5.5.3", port=5601):
        self.unkibana()
        self.dashboard = Dashboard(self.address, port, (store.deployment.private, 9200), release, note=lambda _: None)
        threading.Thread(target=self.dashboard.serve_forever, daemon=True).start()

    def unkibana(self):
        if getattr(self, "dashboard", None):
            self.dashboard.shutdown()
            self.dashboard.server_close()
            self.dashboard = None

    def elastic(self, name, last):
        store = Store(Deployment(name, f"127.8.{Case.number}.{last}", "person_info"), 9200, lambda _: None)
        threading.Thread(target=store.serve_forever, daemon=True).start()
        self.extra.append(store)
        return store

    def close(self):
        for key in list(self.servers):
            self.servers.pop(key).close()
        self.unkibana()
        for s in self.extra:
            s.shutdown()
            s.server_close()
        subprocess.run(["nft", "flush", "ruleset"], check=True)

    # -- Ajar --

    def ajar(self, *args, **more):
        env = dict(os.environ, XDG_STATE_HOME=str(self.dir))
        return subprocess.run([AJAR, *args], capture_output=True, text=True, timeout=100, env=env, **more)

    def lines(self, *args):
        p = self.ajar(*args, "--json", "--db", str(self.dir / "ajar.db"))
        return [json.loads(line) for line in p.stdout.splitlines()]

    def round(self, **changed):
        """One round of the watch; what it told."""
        self.config.update(changed)
        (self.dir / "watch.yaml").write_text(json.dumps(self.config))
        (self.dir / "told").unlink(missing_ok=True)
        done = self.ajar("watch", "--config", str(self.dir / "watch.yaml"), "--once")
        self.said = done.stderr
        told = []
        if (self.dir / "told").exists():
            for line in (self.dir / "told").read_text().splitlines():
                one = json.loads(line)
                told += one.get("changes", [one])
        return told

    def scan(self, *args):
        return self.ajar("scan", "--json", "--timeout", "1", "--ports", "6379", "--db", str(self.dir / "ajar.db"), *args)

    def finding(self, rule, **where):
        found = [f for f in self.lines("show", "--ever", "--rule", rule) if f["type"] == "finding" and
                 all(f.get(k) == v for k, v in where.items())]
        return found[0] if found else None

    def metric(self, name):
        text = (self.dir / "metrics").read_text()
        return float(re.search(rf"^{name} (\S+)", text, re.M)[1])

    # -- what is expected --

    def expect(self, told, rule, proof=None, unseen=None, change=None, words="", scans=(), then=None, **where):
        """`told`: what the last round told. proof: it ended by it; unseen: it did not, and was not seen for that; then: what
        else is told."""
        f = self.finding(rule, **where)
        if not f:
            check(f"{self.name}: {rule} is stored", False, self.lines("show", "--ever"))
            return None
        check(f"{self.name}: stored", (f["proof"], f["not_seen"]) == (proof, unseen), (f["proof"], f["not_seen"], f))
        check(f"{self.name}: {'closed' if proof else 'open'}", (f["closed"] is not None) == bool(proof), f["closed"])
        text = self.ajar("show", f["fingerprint"], "--db", str(self.dir / "ajar.db")).stdout
        listed = self.ajar("show", "--ever", "--rule", rule, "--db", str(self.dir / "ajar.db"))
        check(f"{self.name}: shown", ((words in text) or not (proof or unseen)) and ("not seen since" in text) == bool(unseen) and
              (bool(proof) == ("Closed; it was open for" in text)) and
              (not unseen or "not seen since" in listed.stdout), text[:600])
        diff = [c for c in self.lines("diff", *scans, "--still") if c["type"] == "change" and
                c["finding"]["fingerprint"] == f["fingerprint"]]
        check(f"{self.name}: diff", [c["change"] for c in diff] == [change] and words in (diff[0]["what"] or "") if change else
              not diff, diff)
        mine = [n["change"] for n in told if n.get("finding", {}).get("fingerprint") == f["fingerprint"]]
        wanted = ["fixed"] if proof else ["not-seen"] if unseen else [then] if then else []
        check(f"{self.name}: told", mine == wanted, (mine, self.said))
        for n in told:
            if n.get("finding", {}).get("fingerprint") == f["fingerprint"]:
                check(f"{self.name}: told why", words in n["text"] and n["finding"]["proof"] == proof and
                      n["finding"]["not_seen"] == unseen, n)
        check(f"{self.name}: counted", (self.metric("ajar_findings_not_seen") > 0) or not unseen, "")
        return f


CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def ends(name, after, proof=None, unseen=None, change=None, words="", rule="open-store", before=None, product="redis"):
    """A case of one address and port: an open Redis first, then `after`; and back again."""
    def run(c):
        (before or (lambda c: c.serve(redis())))(c)
        check(f"{name}: found", any(n["change"] == "new" for n in c.round()), c.said)
        opened = c.finding(rule, product=product)["opened"]
        after(c)
        told = c.round()
        c.expect(told, rule, proof, unseen, change or ("fixed" if proof else "not-seen"), words, product=product)
        if unseen:
            again = [n["change"] for n in c.round() if n.get("finding", {}).get("rule") == rule and
                     n["finding"]["product"] == product]
            check(f"{name}: told once", again == [], again)
        # Back again: reopened after a proof, as if nothing had been after anything else.
        subprocess.run(["nft", "flush", "ruleset"], check=True)
        for key in list(c.servers):
            c.stop(key[1], key[0])
        (before or (lambda c: c.serve(redis())))(c)
        told = [n["change"] for n in c.round() if n.get("finding", {}).get("rule") == rule and n["finding"]["product"] == product]
        f = c.finding(rule, product=product)
        check(f"{name}: back", told == (["reopened"] if proof else []) and f["not_seen"] is None and f["closed"] is None and
              (proof or f["opened"] == opened) and f["reopened"] == bool(proof), (told, f))
    CASES[name] = run


def web(status, **more):
    return lambda c: c.serve(http(status, **more))


REJECT = "add rule inet net in ip daddr {} tcp dport 6379 {}"


def firewall(how):
    def after(c):
        nft("add table inet net", "add chain inet net in { type filter hook input priority 0 ; }",
            REJECT.format(c.address, how))
    return after


# The network.
ends("rst", lambda c: c.stop(), proof="port-shut", words="the host refuses connections")
ends("firewall_resets", firewall("reject with tcp reset"), proof="port-shut", words="the host refuses connections")
ends("firewall_drops", firewall("drop"), unseen="no-answer", words="no answer")
ends("icmp_port_unreachable", firewall("reject"), unseen="no-answer", words="cannot be reached")
ends("icmp_admin_prohibited", firewall("reject with icmp type admin-prohibited"), unseen="no-answer",
     words="cannot be reached")
ends("icmp_host_unreachable", firewall("reject with icmp type host-unreachable"), unseen="no-answer",
     words="cannot be reached")
ends("accepts_and_closes", lambda c: c.serve(hangs_up), unseen="stranger")
ends("timeout", lambda c: c.serve(mute), unseen="stranger")
# What stands in front.
for code in (502, 503, 504, 429, 511, 407):
    ends(f"gateway_{code}", web(code), unseen="gateway", words="in front")
ends("captive_portal", web(200, body="<html><title>Welcome to the hotel</title></html>"), unseen="stranger")
ends("portal_redirect", web(302, headers=("Location: http://portal.invalid/login",)), unseen="stranger")
ends("routers_login", web(401, headers=('WWW-Authenticate: Basic realm="Router"',)), unseen="stranger")
ends("unknown_service", lambda c: c.serve(banner), unseen="stranger")
# The product.
ends("locked", lambda c: c.serve(redis(locked=True)), proof="refused", words="refuses now")
ends("undecided", lambda c: c.serve(redis(unsure=True)), unseen="undecided")
ends("other_product", lambda c: c.serve(memcached), proof="other-product", words="memcached")
ends("version_hidden_by_lock", lambda c: c.serve(redis(locked=True)), unseen="hidden", rule="version-unsupported")
ends("version_hidden", lambda c: c.serve(redis(version=None)), unseen="hidden", rule="version-unsupported")
ends("version_undecided", lambda c: c.serve(redis(unsure=True)), unseen="undecided", rule="version-unsupported")
ends("upgraded", lambda c: c.serve(redis(version="8.2.9")), proof="no-longer-so", rule="version-unsupported",
     words="no longer so")
# A web server that nobody knows is itself only as long as it says so.
listing = {"rule": "directory-listing", "product": "web", "before": lambda c: c.serve(http(200, LISTING))}
ends("listing_gone", web(200, body="<html><title>Home</title></html>"), proof="no-longer-so", **listing)
ends("listing_503", web(503), unseen="gateway", **listing)
ends("listing_redirected", web(302, headers=("Location: http://portal.invalid/",)), unseen="stranger", **listing)


left = {"rule": "left-repository", "product": "web", "before": lambda c: c.serve(site(HEAD="ref: refs/heads/main\n"))}
ends("left_and_removed", lambda c: c.serve(site()), proof="no-longer-so", **left)
ends("left_and_not_asked_for", lambda c: c.serve(site(HEAD=None)), unseen="hidden", **left)
ends("left_behind_a_login", web(401, headers=('WWW-Authenticate: Basic realm="Shop"',)), unseen="hidden", **left)
ends("left_503", web(503), unseen="gateway", **left)


@case
def left_and_asked_for_by_wish(c):
    c.serve(site(**{"/backup.sql": "-- MySQL dump 10.13  Distrib 8.0"}))
    c.round()
    check("left_and_asked_for_by_wish: a stranger is not asked for it", c.finding("left-dump", product="web") is None)
    c.round(leavings=True)
    check("left_and_asked_for_by_wish: found", c.finding("left-dump", product="web") is not None)
    c.round(leavings=False)
    f = c.finding("left-dump", product="web")
    check("left_and_asked_for_by_wish: not asked for, not seen", (f["not_seen"], f["closed"]) == ("hidden", None), f)
    c.serve(site())
    c.round(leavings=True)
    f = c.finding("left-dump", product="web")
    check("left_and_asked_for_by_wish: closed", f["closed"] is not None and f["proof"] == "no-longer-so", f)


@case
def tls_added_and_plain_again(c):
    c.serve(redis())
    c.round()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(c.dir.parent / "tls.pem", c.dir.parent / "tls.key")
    plain = c.finding("open-store")["fingerprint"]
    c.serve(redis(), context=context)
    told = c.round()
    c.expect(told, "open-store", proof="moved", change="fixed", words="inside TLS", fingerprint=plain)
    inside = [f for f in c.lines("show", "--rule", "open-store") if f["type"] == "finding"]
    check("it is open inside TLS, as another exposure", len(inside) == 1 and inside[0]["fingerprint"] != plain, inside)
    check("and told as moved", any(n["text"].startswith("medium moved") or " moved: " in n["text"] for n in told
                                   if n.get("finding", {}).get("fingerprint") == plain), told)
    certificate = c.finding("certificate-self-signed")
    c.serve(redis())
    told = c.round()
    c.expect(told, "certificate-self-signed", proof="moved", change="fixed", words="in clear",
             fingerprint=certificate["fingerprint"])
    check("plain again is open again", c.finding("open-store", fingerprint=plain)["reopened"] == 1)


@case
def certificate_renewed(c):
    for name in ("tls", "tls2"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(c.dir.parent / f"{name}.pem", c.dir.parent / f"{name}.key")
        c.serve(redis(locked=True), context=context)
        told = c.round()
    c.expect(told, "certificate-self-signed", change="still")
    c.expect(told, "certificate-expired", proof="no-longer-so", change="fixed", words="no longer so")


@case
def moved_port(c):
    """The old port refuses; what answers on the new one is another door."""
    c.serve(redis())
    c.round(ports=[6379, 6380])
    c.stop()
    c.serve(redis(), port=6380)
    told = c.round()
    c.expect(told, "open-store", proof="port-shut", change="fixed", port=6379)
    check("moved_port: the other is new", c.finding("open-store", port=6380)["closed"] is None)


def hosts(**names):
    pathlib.Path("/etc/hosts").write_text("127.0.0.1 localhost\n" + "".join(f"{a} {n}.corp\n" for n, a in names.items()))


@case
def two_names_on_one_address(c):
    """Each name is an exposure of its own: what is accepted for one is not for the other."""
    hosts(one=c.address, two=c.address)
    c.serve(redis())
    c.round(targets=["one.corp", "two.corp"])
    found = [f for f in c.lines("show", "--rule", "open-store") if f["type"] == "finding"]
    check("two names are two findings", sorted(f["name"] for f in found) == ["one.corp", "two.corp"] and
          len({f["fingerprint"] for f in found}) == 2, found)
    one = c.finding("open-store", name="one.corp")
    c.ajar("accept", one["fingerprint"], "--until", "2027-06-30", "--why", "x", "--db", str(c.dir / "ajar.db"))
    check("one accepted, the other not", c.finding("open-store", name="one.corp")["accepted_until"] is not None and
          c.finding("open-store", name="two.corp")["accepted_until"] is None)


@case
def renamed_host(c):
    """What was asked by the old name is not asked any more: it stays as it was."""
    hosts(old=c.address, new=c.address)
    c.serve(redis())
    c.round(targets=["old.corp"])
    told = c.round(targets=["new.corp"])
    c.expect(told, "open-store", change="not-asked", name="old.corp")
    check("renamed_host: the new name is new", c.finding("open-store", name="new.corp")["closed"] is None)


@case
def name_resolves_elsewhere(c):
    hosts(db=c.address)
    c.serve(redis())
    c.round(targets=["db.corp"])
    other = c.address[:-1] + "2"
    hosts(db=other)
    c.serve(redis(), address=other)
    told = c.round()
    c.expect(told, "open-store", change="not-asked", address=c.address)
    check("name_resolves_elsewhere: the other address is new", c.finding("open-store", address=other)["closed"] is None)


@case
def partial_scope(c):
    """A scan that leaves it out changes nothing about it."""
    other = c.address[:-1] + "2"
    c.serve(redis())
    c.serve(redis(), address=other)
    c.round(targets=[c.address, other])
    c.stop()
    told = c.round(targets=[other])
    c.expect(told, "open-store", change="not-asked", address=c.address)
    told = c.round(targets=[c.address, other], exclude=[c.address])
    c.expect(told, "open-store", scans=("1", "3"), change="not-asked", address=c.address)


@case
def part_of_a_scan(c):
    """--shard asks a part; the other part is as it was."""
    addresses = [c.address[:-1] + str(n) for n in range(1, 9)]
    for a in addresses:
        c.serve(redis(), address=a)
    c.scan(*addresses)
    for a in addresses:
        c.stop(address=a)
    c.scan("--shard", "1/2", *addresses)
    got = c.lines("diff", "1", "2")[-1]
    check("part_of_a_scan: what it asked is closed, the rest is not asked", 0 < got["fixed"] < 16 and got["fixed"] % 2 == 0 and
          got["not-asked"] == 16 - got["fixed"] and got["new"] == got["not-seen"] == 0, got)


@case
def interrupted_scan(c):
    """A scan that is broken off closes what it proved, and nothing that it did not ask."""
    addresses = [c.address[:-1] + str(n) for n in range(1, 7)]
    for a in addresses:
        c.serve(redis(), address=a)
    c.scan(*addresses)
    for a in addresses[:5]:
        c.stop(address=a)
        c.serve(mute, address=a)
    c.stop(address=addresses[5])
    p = subprocess.Popen([AJAR, "scan", "--json", "--timeout", "3", "--parallel", "1", "--loops", "1", "--ports", "6379", "--db",
                          str(c.dir / "ajar.db"), *addresses], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.5)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=30)
    got = c.lines("diff", "1", "2")[-1]
    check("interrupted_scan: nothing is closed for want of an answer", p.returncode == 3 and got["fixed"] in (0, 2) and
          got["new"] == 0 and got["not-asked"] > 0, (p.returncode, got))


@case
def lost_packet(c):
    """Every second packet of the handshake is lost; the host answers elsewhere. Nothing closes, and seen again it is the same."""
    c.serve(redis())
    c.serve(redis(), port=6380)
    c.round(ports=[6379, 6380])
    firewall("drop")(c)
    told = c.round()
    c.expect(told, "open-store", unseen="filtered", change="not-seen", words="silent while its host answered", port=6379)
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    told = c.round()
    c.expect(told, "open-store", change="still", words="did not see it", port=6379)
    check("lost_packet: nothing is new", c.lines("diff")[-1]["new"] == 0 and c.ajar(
        "diff", "--fail-on", "low", "--db", str(c.dir / "ajar.db")).returncode == 0)


@case
def diff_after_an_undecided_scan(c):
    """Open since scan 1, undecided in scan 2, seen in scan 3: not new, and what changed meanwhile is told."""
    c.serve(redis())
    c.round()
    c.serve(redis(unsure=True))
    c.round()
    c.serve(redis(version="6.2.1"))
    told = c.round()
    c.expect(told, "open-store", change="changed", words="version", scans=("2", "3"), then="changed")
    check("diff_after_an_undecided_scan: nothing is new", c.lines("diff", "2", "3")[-1]["new"] == 0)


@case
def owner_says_so(c):
    c.serve(redis())
    c.round()
    f = c.finding("open-store")
    p = c.ajar("close", f["fingerprint"][:12], "--why", "machine \x1b[31m scrapped", "--db", str(c.dir / "ajar.db"))
    check("owner_says_so: says what it did", p.returncode == 0 and "\x1b" not in p.stdout and "scrapped" in p.stdout, p)
    p = c.ajar("close", f["fingerprint"][:12], "--why", "again", "--db", str(c.dir / "ajar.db"))
    check("owner_says_so: once", p.returncode == 2 and p.stderr.count("\n") == 1, p.stderr)
    firewall("drop")(c)
    told = c.round()
    c.expect(told, "open-store", proof="owner", change="fixed", words="owner's word")
    check("owner_says_so: told as closed, not as fixed", any(" closed: " in n["text"] for n in told), told)


@case
def accept_expired(c):
    c.serve(redis())
    c.round()
    f = c.finding("open-store")
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    c.ajar("accept", f["fingerprint"], "--until", until, "--why", "today", "--db", str(c.dir / "ajar.db"))
    c.round()
    time.sleep(3)
    told = [n["change"] for n in c.round() if n.get("finding", {}).get("rule") == "open-store"]
    check("accept_expired: told, and nothing is closed", told == ["acceptance-ended"] and c.finding("open-store")["closed"] is None,
          told)


@case
def forgotten(c):
    """What is open is never forgotten, seen or not."""
    c.serve(redis())
    c.round()
    firewall("drop")(c)
    c.round()
    c.ajar("forget", "--older-than", "2099-01-01", "--db", str(c.dir / "ajar.db"))
    f = c.finding("open-store")
    check("forgotten: an unseen one stays, with its reason", f and f["not_seen"] == "no-answer" and f["not_seen_since"], f)


@case
def clock_back(c):
    """A store whose last scan lies in the future, as after a clock was put right: what is new and what is closed is told."""
    c.serve(redis())
    c.round()
    future = 30 * 86400 * 1000
    moved = [("scans", "started_ms"), ("scans", "ended_ms"), ("findings", "first_ms"), ("findings", "opened_ms"),
             ("findings", "seen_ms")]
    import sqlite3
    with sqlite3.connect(c.dir / "ajar.db") as db:
        for table, column in moved:
            db.execute(f"update {table} set {column} = {column} + {future}")
    state = json.loads((c.dir / "watch/state.json").read_text())
    state["told_ms"] += future
    (c.dir / "watch/state.json").write_text(json.dumps(state))
    c.serve(redis(), port=6380)
    told = c.round(ports=[6379, 6380])
    check("clock_back: what is new is told", [n["finding"]["port"] for n in told if n["change"] == "new" and
                                              n["finding"]["rule"] == "open-store"] == [6380], told)
    c.serve(redis(locked=True))
    told = c.round()
    f = c.expect(told, "open-store", proof="refused", change="fixed", port=6379)
    check("clock_back: no life ends before it begins", f and f["opened"] <= f["last_seen"] <= f["closed"], f)


@case
def store_behind_dashboard(c):
    """Stores behind a Kibana: the store gone while the dashboard is open, locked, unsure; another store; the dashboard locked."""
    rule = "store-behind-open-dashboard"
    c.config["ports"] = [5601]
    one = c.elastic("east", 2)
    c.kibana(one)
    c.round()
    f = c.finding(rule)
    check("store_behind_dashboard: found", f is not None and f["via"] == "kibana", f)
    nft("add table inet net", "add chain inet net in { type filter hook input priority 0 ; }",
        f"add rule inet net in ip daddr {one.deployment.private} tcp dport 9200 reject with tcp reset")
    told = c.round()
    f = c.finding(rule)
    check("store_behind_dashboard: gone behind an open dashboard closes nothing", f["closed"] is None and
          f["not_seen"] in ("not-behind", "undecided"), f)
    subprocess.run(["nft", "flush", "ruleset"], check=True)
    check("store_behind_dashboard: back is not reopened", c.round() is not None and c.finding(rule)["reopened"] == 0)
    one.root = lambda answer: (Store.root(one, answer), answer.update(cluster_uuid="_na_"))
    told = c.round()
    hidden = [x for x in c.lines("show", "--rule", rule) if x["type"] == "finding"]
    check("store_behind_dashboard: one that does not say who it is is the one that was there", [x["fingerprint"] for x in hidden] ==
          [f["fingerprint"]] and hidden[0]["not_seen"] is None and not any(n["change"] == "new" for n in told), (hidden, told))
    del one.root
    c.round()
    two = c.elastic("other", 3)
    c.kibana(two)
    told = c.round()
    c.expect(told, rule, proof="other-product", change="fixed", fingerprint=f["fingerprint"])
    other = [x for x in c.lines("show", "--rule", rule) if x["type"] == "finding"]
    check("store_behind_dashboard: the other one is new", len(other) == 1 and other[0]["fingerprint"] != f["fingerprint"], other)
    c.kibana(two, "5.5.3-login")
    told = c.round()
    c.expect(told, rule, proof="refused", change="fixed", words="kibana", fingerprint=other[0]["fingerprint"])


@case
def rules_change(c):
    """A rule that is gone ends nothing; one that judges the same otherwise is told as that."""
    rules = c.dir / "rules"
    shutil.copytree(ROOT / "rules", rules)
    c.serve(redis())
    c.round(rules=str(rules))
    (rules / "open-store.yaml").unlink()
    text = (rules / "version-unsupported.yaml").read_text()
    example = "  - {about: a, given: {endpoint: '10.0.0.1:1', seen: [{product: x, kind: store, outcome: open, facts: {version: '%s'}}]}, " \
              "expect: %s}\n"
    (rules / "version-unsupported.yaml").write_text(
        re.sub(r"(?m)^when:.*$", "when: {fact: version, is: never}", text.split("\nexamples:")[0]) + "\nexamples:\n" +
        example % ("never", "low, why: \"x\", fix_has: x") + example % ("1", "none"))
    told = c.round()
    c.expect(told, "open-store", unseen="no-rule", change="not-seen")
    c.expect(told, "version-unsupported", proof="judged-otherwise", change="fixed", words="judged otherwise")


@case
def no_route(c):
    """A target that this machine has no route to: told as what it is, once, and not each day anew."""
    c.serve(redis())
    told = c.round(targets=[c.address, "fd00:77::1"])
    mine = [n for n in told if n["change"] == "scan-incomplete"]
    check("no_route: a sentence", len(mine) == 1 and "fd00:77::1" in mine[0]["what"] and "unreachable" in mine[0]["what"].lower() and
          mine[0]["severity"] != "high", told)
    state = json.loads((c.dir / "watch/state.json").read_text())
    state["trouble_ms"] -= 3 * 86400 * 1000
    (c.dir / "watch/state.json").write_text(json.dumps(state))
    again = [n["change"] for n in c.round()]
    check("no_route: not each day anew", again == [], again)
    told = [n["change"] for n in c.round(targets=[c.address])]
    check("no_route: over", told == ["scan-well"], told)


@case
def fact_merely_moves(c):
    """The list of collections is narrower, numbers are other: the finding is the same, and changed at most."""
    c.serve(redis(keys=5000))
    c.round()
    c.serve(redis(keys=3))
    told = c.round()
    f = c.finding("open-store")
    check("fact_merely_moves: open", f["closed"] is None and f["not_seen"] is None)
    check("fact_merely_moves: told as changed", [n["change"] for n in told if n["finding"]["rule"] == "open-store"] == ["changed"],
          told)


# ---- the run ----


def certificate(folder, name, *more):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / f"{name}.key", "-out",
                    folder / f"{name}.pem", "-subj", "/CN=db.corp", *more], check=True, capture_output=True)


def expired(folder, name):
    """openssl of Debian 12 makes none that has run out; signing a request does."""
    certificate(folder, name, "-days", "1")
    subprocess.run(["openssl", "x509", "-in", folder / f"{name}.pem", "-signkey", folder / f"{name}.key", "-days", "-1", "-out",
                    folder / f"{name}.pem"], capture_output=True)


def inside(wanted):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="ajar-proofs-") as name:
        folder = pathlib.Path(name)
        (folder / "hosts").write_text("127.0.0.1 localhost\n")
        subprocess.run(["mount", "--bind", str(folder / "hosts"), "/etc/hosts"], check=True)
        tell = folder / "tell"
        tell.write_text('#!/bin/sh\ncat >> "$1"; echo >> "$1"\n')
        tell.chmod(0o755)
        expired(folder, "tls")
        certificate(folder, "tls2", "-days", "300")
        for case_name, run in CASES.items():
            if wanted and case_name not in wanted:
                continue
            c = Case(folder, case_name)
            try:
                run(c)
            except Exception as e:  # noqa: BLE001  (one case that breaks must not hide the others)
                check(f"{case_name} comes to its end", False, f"{type(e).__name__}: {e}; {c.said}")
            finally:
                c.close()
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] or not RESULTS["passed"] else 0


def main():
    global AJAR
    p = argparse.ArgumentParser()
    p.add_argument("--ajar", default=str(ROOT / "build/ajar"))
    p.add_argument("--inside", action="store_true")
    p.add_argument("cases", nargs="*")
    args = p.parse_args()
    if not args.inside:
        os.execvp("unshare", ["unshare", "-r", "-m", "-n", sys.executable, __file__, *sys.argv[1:], "--inside"])
    AJAR = str(pathlib.Path(args.ajar).resolve())
    return inside(set(args.cases))


if __name__ == "__main__":
    sys.exit(main())
