#!/usr/bin/env python3
"""`ajar certs` over a store that real scans filled: renewals seen through the years, shared keys, what has ended, and the
forms in which it is told.

    test/tls/certs.py [BUILD]

The last line is "N passed, N failed"."""
import http.server
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
# name of the file, its key, subject, from, until
CERTIFICATES = (("a1", "k1", "a.example", "20260101", "20260401"), ("a2", "k2", "a.example", "20260302", "20260601"),
                ("a3", "k3", "a.example", "20260502", "20400801"), ("b1", "k4", "b.example", "20200101", "20210101"),
                ("c1", "k5", "c.example", "20240101", "20250101"), ("c2", "k5", "c.example", "20250301", "20410301"),
                ("d1", "k5", "<b>d</b>.example", "20260101", "20420101"))
wrong = []
told = 0


def expect(what, good):
    global told
    told += 1
    if not good:
        wrong.append(what)
        print(f"not ok - {what}", flush=True)


def make(where):
    def run(*args):
        subprocess.run(["openssl", *args], cwd=where, check=True, capture_output=True)
    pathlib.Path(where, "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nunique_subject=no\n"
        "[p]\ncommonName=supplied\n")
    pathlib.Path(where, "index.txt").touch()
    pathlib.Path(where, "serial").write_text("01\n")
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "9", "-subj", "/CN=ca")
    for name, key, subject, start, end in CERTIFICATES:
        if not pathlib.Path(where, f"{key}.key").exists():
            run("genpkey", "-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{key}.key")
        run("req", "-new", "-key", f"{key}.key", "-out", "x.csr", "-subj", f"/CN={subject.replace('/', chr(92) + '/')}")
        run("ca", "-batch", "-config", "ca.cnf", "-in", "x.csr", "-out", f"{name}.pem", "-cert", "ca.pem", "-keyfile", "ca.key",
            "-startdate", f"{start}000000Z", "-enddate", f"{end}000000Z", "-notext")


class Quiet(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_error(404)


def serve(where, name, key, port=0):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{where}/{name}.pem", f"{where}/{key}.key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Quiet)
    server.handle_error = lambda *_: None  # who speaks no TLS
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def certs(ajar, db, *args):
    out = subprocess.run([ajar, "certs", "--db", db, *args], capture_output=True, text=True, timeout=60, env={**os.environ, "COLUMNS": "300"})
    return out.returncode, out.stdout, out.stderr


def main():
    ajar = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve() / "ajar")
    with tempfile.TemporaryDirectory() as where:
        make(where)
        db, port_of = f"{where}/s.db", {}

        def scan(*shown):
            servers = [(letter, serve(where, name, key, port_of.get(letter, 0))) for letter, name, key in shown]
            for letter, server in servers:
                port_of[letter] = server.server_address[1]
            subprocess.run([ajar, "scan", "--db", db, "--fail-on", "critical", *(f"127.0.0.1:{port_of[letter]}" for letter, _ in servers)],
                           capture_output=True, timeout=120, env={**os.environ, "XDG_STATE_HOME": where})
            for _, server in servers:
                server.shutdown()
                server.server_close()

        scan(("a", "a1", "k1"), ("b", "b1", "k4"), ("c", "c1", "k5"))
        scan(("a", "a2", "k2"), ("b", "b1", "k4"), ("c", "c2", "k5"))
        scan(("a", "a3", "k3"), ("b", "b1", "k4"), ("c", "c2", "k5"), ("d", "d1", "k5"))

        status, out, err = certs(ajar, db, "--format", "json")
        rows = {r["subject"]: r for r in map(json.loads, out.splitlines())}
        expect(f"four are shown: {out} {err}", list(rows) == ["CN=b.example", "CN=a.example", "CN=c.example", "CN=<b>d</b>.example"] or
               sorted(rows) == sorted(["CN=b.example", "CN=a.example", "CN=c.example", "CN=\\<b\\>d\\</b\\>.example"]))
        expect("one has ended: status 1", status == 1)
        a, b, c = rows["CN=a.example"], rows["CN=b.example"], rows["CN=c.example"]
        expect("a is renewed by a machine", (a["renewal"], a["renewals"], a["lead_days"], a["keeps_key"]) == ("regular", 2, 30, False))
        expect("b never was", (b["renewal"], b["renewals"], b["places_now"]) == ("never", 0, 1))
        expect("c too late, with its key", (c["renewal"], c["lead_days"], c["keeps_key"]) == ("late", -59, True))
        expect("c and d share a key", c["key_in_other_certificates"] == 1)
        _, out, _ = certs(ajar, db, "--format", "json", "--ever")
        expect("seven were seen", len(out.splitlines()) == 7)
        _, out, _ = certs(ajar, db, "--format", "json", "--within", "30")
        expect("one ends soon", [json.loads(x)["subject"] for x in out.splitlines()] == ["CN=b.example"])
        status, out, _ = certs(ajar, db)
        expect("text: a machine", "30 days before the one before it ended; always alike: by a machine" in out)
        expect("text: too late", "59 days after the one before it ended, with the same key; once at least too late" in out)
        expect("text: ended", re.search(r"^2021-01-01 +ended, \d+ d +1 +CN=b\.example, by CN=ca$", out, re.M) is not None)
        _, out, _ = certs(ajar, db, "--format", "html")
        expect("html is escaped", "<b>" not in out and "d&lt;" not in out.replace("&lt;b", "") and out.count("<tr") == 5)
        _, out, _ = certs(ajar, db, "--format", "ical")
        expect(f"a calendar of four days: {out}", out.count("BEGIN:VEVENT") == 4 and out.startswith("BEGIN:VCALENDAR\n"))
        _, out, _ = certs(ajar, db, "--format", "ical", "--within", "1")
        expect("a calendar of one", out.count("BEGIN:VEVENT") == 1)
        expect("an unknown format", certs(ajar, db, "--format", "xml")[0] == 2)
        expect("no store", certs(ajar, f"{where}/none.db")[0] == 2)
    print(f"{told - len(wrong)} passed, {len(wrong)} failed")
    sys.exit(1 if wrong else 0)


main()
