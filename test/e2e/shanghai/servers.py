#!/usr/bin/env python3
"""What answers on the stage and is ours: one process a network, a thread a conversation.

    servers.py private DIRECTORY NAME...     the stores of these deployments (stand-ins)
    servers.py cloud DIRECTORY NAME...       their dashboards
    servers.py decoys DIRECTORY              what stands near them

Each says "ready" on stdout once it listens, and ends when stdin does. Requests are written to DIRECTORY/requests-PID.capture
in the form of test/guard/capture.c, each a connection of its own, so that the guard's verifier can check them.
"""

import http.server
import os
import pathlib
import socketserver
import ssl
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "zoo" / "wide")]

import deployments as cast  # noqa: E402
from kibana_standin import Dashboard  # noqa: E402
from store_standin import Store  # noqa: E402


class Notes:
    """Every request that was heard, by whom and byte for byte."""

    def __init__(self, directory, who):
        self.file = open(directory / f"requests-{who}-{os.getpid()}.capture", "w", buffering=1, encoding="ascii")
        self.lock, self.count = threading.Lock(), 0

    def of(self, place):
        return lambda request: self.write(place, request)

    def write(self, place, request):
        fields = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        heard = request.raw_requestline + (fields + "\r\n").encode("latin-1")
        with self.lock:
            self.count += 1
            self.file.write(f"{self.count} open {place} 0\n")
            for at in range(0, len(heard), 500):
                self.file.write(f"{self.count} plain {place} {heard[at:at + 500].hex()}\n")
            self.file.write(f"{self.count} close {place} {len(heard)}\n")


def tls(directory, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / f"{name}.pem", directory / f"{name}.key")
    return context


def stores(directory, names):
    notes = Notes(directory, "store")
    return [Store(d, cast.STORE_PORT, notes.of(f"{d.private}:{cast.STORE_PORT}")) for d in cast.FOURTEEN if d.name in names]


def dashboards(directory, names):
    notes, context = Notes(directory, "dashboard"), tls(directory, "fleet")
    return [Dashboard(d.public, cast.DASHBOARD_PORT, (d.private, cast.STORE_PORT),
                      cast.RELEASE + ("-login" if d.state == "locked" else ""), context=context,
                      note=notes.of(f"{d.public}:{cast.DASHBOARD_PORT}"))
            for d in cast.FOURTEEN if d.name in names]


class Echo(http.server.BaseHTTPRequestHandler):
    """A page that says Kibana and is none: it answers everything alike."""

    protocol_version = default_request_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *_):
        """Nobody reads it."""

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b"<html><head><title>Kibana</title></head><body>welcome</body></html>"
        self.send_response_only(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer


class Honeypot(socketserver.StreamRequestHandler):
    """A Redis with the constants of a well-known honeypot, which answers INFO and EXISTS to anyone."""

    INFO = ("# Server\r\nredis_version:6.0.10\r\nredis_build_id:5e44a839a3d17a99\r\nredis_mode:standalone\r\n"
            "run_id:41be2f14e917b27b95ab0fe58f90d9521661dcd1\r\ntcp_port:6379\r\nuptime_in_seconds:3600\r\n"
            "config_file:/etc/redis/conf/redis.conf\r\n# Keyspace\r\ndb0:keys=100,expires=0,avg_ttl=0\r\n")
    timeout = 30

    def handle(self):
        try:
            for line in self.rfile:
                word = line.strip().upper().split(b" ")[0]
                if word == b"PING":
                    self.wfile.write(b"+PONG\r\n")
                elif word == b"INFO":
                    self.wfile.write(f"${len(self.INFO)}\r\n{self.INFO}\r\n".encode())
                elif word == b"EXISTS":
                    self.wfile.write(b":0\r\n")
                elif word and word[:1] not in b"*$":
                    self.wfile.write(b"-ERR unknown command\r\n")
        except OSError:
            return


class Plain(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


def decoys(directory, _):
    return [Dashboard(cast.OTHER_KIBANA, cast.DASHBOARD_PORT, ("127.0.0.1", 1), "7.17.9-login", context=tls(directory, "other"),
                      note=lambda _: None),
            http.server.ThreadingHTTPServer((cast.ECHO, cast.DASHBOARD_PORT), Echo),
            Plain((cast.HONEYPOT, 6379), Honeypot)]


def main():
    part, directory, names = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    for server in {"private": stores, "cloud": dashboards, "decoys": decoys}[part](directory, names):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


main()
