#!/usr/bin/env python3
"""What a real server answers to Ajar, as an example for its entry in the catalog.

    test/zoo/record.py prometheus:open                  of the zoo
    test/zoo/record.py --wide zipkin:open               of the wide zoo
    test/zoo/record.py --wide --product kudu kudu:open  where a server has several products

The server is started as the zoo starts it. Ajar is led to it through a listener that writes down what both say; printed are
the answers to the entry's own requests, without the fields that say nothing (dates, lengths, the values of cookies), and
what Ajar made of them, which is no truth yet: the zoo holds that against the server's own tool. Pages are cut behind
`--keep` bytes; look at what is cut, and at what else a reader does not need.
"""

import argparse
import functools
import gzip
import http.client
import http.server
import json
import pathlib
import re
import ssl
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE)]

import harness  # noqa: E402
import run  # noqa: E402
import servers  # noqa: E402
import standins  # noqa: E402

SILENT_FIELDS = ("date", "content-length", "transfer-encoding", "connection", "keep-alive", "vary", "cache-control", "pragma", "expires",
                 "last-modified", "etag", "content-encoding", "accept-ranges", "trailer", "permissions-policy", "referrer-policy")
SILENT_STARTS = ("access-control-", "content-security-", "x-content-type-", "x-xss-", "x-frame-", "x-dns-", "x-download-", "strict-transport-",
                 "cross-origin-")
INDENT = " " * 8
LISTENS_AT = "127.76.0.9"  # with the entry's own port: some products are asked for only where a port is theirs


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", metavar="NAME:VARIANT")
    parser.add_argument("--wide", action="store_true", help="a server of the wide zoo")
    parser.add_argument("--product", help="of which entry, where a server has several")
    parser.add_argument("--ajar", default=str(run.REPOSITORY / "build" / "ajar"), help="the program that asks")
    parser.add_argument("--keep", type=int, default=1200, metavar="BYTES", help="how much of a page is printed")
    return parser.parse_args()


def spec_of(options):
    specs = servers.SPECS
    if options.wide:
        from wide.servers import FAMILIES
        harness.START_SECONDS, harness.COMMAND_SECONDS = 300, 120
        specs = [spec for family in FAMILIES for spec in family.SPECS]
    found = next((spec for spec in specs if spec.name == options.server), None)
    return found or sys.exit(f"record.py: no server named {options.server}")


def view_of(spec, product):
    views = [view for view in spec.views if not view.via and (not product or product == view.product or product in view.product)]
    return views[0] if views else sys.exit(f"record.py: {spec.name} has no {product}")


class Between(http.server.BaseHTTPRequestHandler):
    """One listener between Ajar and `upstream`; what was said is in `said`, in the order in which it was."""

    protocol_version = "HTTP/1.1"
    log_message = staticmethod(lambda *_: None)
    upstream = ("127.0.0.1", 0)
    connect = http.client.HTTPConnection
    said = []

    def handle_one_request(self):
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fields = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        server = self.connect(*self.upstream, timeout=30)
        server.request(self.command, self.path, body or None, fields)
        answer = server.getresponse()
        content = answer.read()
        self.said.append((self.command, self.path, body.decode("latin-1") or None, self.headers.get("Accept"), answer, content))
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", answer.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        server.close()


def key_of(entry, method, path, body, accept):
    """The name of the request that this is, `name/hole` where it has a hole; None for another entry's."""
    for name, request in standins.requests_of(entry).items():
        its_method, its_path = standins.method_and_path(request)
        pattern = re.sub(r"\\\{name[^}]*\\\}", "([^/?]+)", re.escape(its_path))
        for base in ("", "/[^?]*"):
            found = re.fullmatch(f"(?P<base>{base}){pattern}", path)
            if found and its_method.upper() == method and request.get("body") in (None, body) and request.get("accept", accept) == accept:
                holes = [text for text in found.groups()[1:] if text]
                return (f"{found['base']}:" if found["base"] else "") + "/".join([name, *holes])
    return None


def cut(page, keep):
    """Its first bytes, and its title, wherever that stands."""
    title = re.search(r"<title>.*?</title>", page[keep:])
    return page[:keep].rpartition("\n" if "\n" in page[:keep] else ">")[0] + (f">\n{title.group()}" if title else "") if len(page) > keep else page


def answer_text(answer, content, keep):
    """Status, fields and body, as an example has them."""
    fields = [(name, re.sub(r"=[^;]*", "=x", value, count=1) if name.lower() == "set-cookie" else value)
              for name, value in answer.getheaders() if name.lower() not in SILENT_FIELDS and not name.lower().startswith(SILENT_STARTS)]
    packed = answer.getheader("Content-Encoding") == "gzip"
    text = (gzip.decompress(content) if packed else content).decode("utf-8", "replace").rstrip("\n")
    is_page = "html" in answer.getheader("Content-Type", "") or text.lstrip().startswith("<")
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}".rstrip(), *(f"{name}: {value}" for name, value in fields), "",
             *(cut(text, keep) if is_page else text).split("\n")]
    return "\n".join(INDENT + line.rstrip() if line.strip() else "" for line in lines).rstrip("\n") + ("" if text.strip() else "\n")


def record(spec, view, options):
    entries = standins.read_catalog(run.REPOSITORY / "catalog")
    products = [options.product] if options.product else view.product if isinstance(view.product, tuple) else [view.product]
    entry = next((entries[name] for name in products if name in entries), None) or sys.exit(f"record.py: {products} are not in the catalog")
    zoo = harness.Zoo((spec.port,))
    try:
        box = zoo.box(spec)
        box.start()
        truth = box.truth()
        if view.transport == "tls":  # the certificate is the zoo's own
            Between.connect = functools.partial(http.client.HTTPSConnection, context=ssl._create_unverified_context())
        Between.upstream = (box.address, box.ports[view.port])
        listener = http.server.ThreadingHTTPServer((LISTENS_AT, (entry.get("ports") or [0])[0]), Between)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        report, _, errors = run.scan(str(pathlib.Path(options.ajar).resolve()), [f"{LISTENS_AT}:{listener.server_port}"], zoo.root)
        listener.shutdown()
    finally:
        zoo.stop()
    service = next((line for line in report if line.get("type") == "service"), {})
    here = re.compile("(?:" + re.escape(box.address) + "|" + re.escape(LISTENS_AT) + r")(?::\d+)?")
    there = f"127.0.0.1:{(entry.get('ports') or [80])[0]}"
    print(f"  - name: {spec.name.partition(':')[2]} {truth.get('version') or ''}\n    source: recorded {entry['product']} {truth.get('version') or ''}\n"
          "    answers:")
    known = set()
    for *asked, answer, content in Between.said:
        key = key_of(entry, *asked)
        if key and key not in known:
            known.add(key)
            quoted = json.dumps(key) if key.startswith("/") else key
            print(f"      {quoted}: |\n{here.sub(there, answer_text(answer, content, options.keep))}")
    print(f"    outcome: {service.get('verdict')}")
    for key in ("version", "collections", "records", "bytes"):
        if service.get(key) is not None:
            print(f"    {key}: {service[key]}")
    print(f"# {errors}# truth: {truth}\n# Ajar: {json.dumps({key: value for key, value in service.items() if value not in (None, [], {})})}")


def main():
    options = arguments()
    spec = spec_of(options)
    record(spec, view_of(spec, options.product), options)


if __name__ == "__main__":
    main()
