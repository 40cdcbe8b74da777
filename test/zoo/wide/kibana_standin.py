#!/usr/bin/env python3
"""A stand-in for Kibana: ours, no Elastic code, for no package registry carries Kibana itself.

    kibana_standin.py ADDRESS PORT STORE_PORT RELEASE [BASE_PATH]

It answers with the headers and bodies that Kibana's releases are known to answer with, and passes questions on to a real
Elasticsearch. What it proves is the way through a dashboard to the store behind, not Ajar's knowledge of Kibana.

    5.5.3             GET /elasticsearch/{path}, and the console proxy
    7.17.9            the console proxy, which wants kbn-xsrf
    7.17.9-internal   the proxy as of 9.0, which wants x-elastic-internal-origin as well
    7.17.9-login      everything leads to a login
"""

import http.client
import http.server
import json
import sys
import urllib.parse


class Dashboard(http.server.ThreadingHTTPServer):
    """One dashboard before one store; in TLS with a `context` of the module ssl."""

    request_queue_size = 128

    def __init__(self, address, port, store, release, base="", context=None, note=None):
        self.store, self.base, self.context = store, base, context
        self.version, _, mode = release.partition("-")
        self.login, self.internal, self.old = mode == "login", mode == "internal", self.version.startswith("5.")
        self.page = ("<script>var hashRoute = '%s/app/kibana';\nvar defaultRoute = '%s/app/kibana';\n</script>" % (base, base))
        self.note = note or (lambda kibana: sys.stderr.write(f"{kibana.command} {kibana.path}\n"))
        super().__init__((address, port), Kibana)

    def get_request(self):
        peer, address = super().get_request()
        if self.context:  # the handshake is held by the thread of the conversation
            peer.settimeout(30)
            peer = self.context.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)
        return peer, address

    def handle_error(self, request, client_address):
        """A visitor that hangs up or speaks something else is no event."""


LOGIN_PAGE = '<kbn-injected-metadata data="{&quot;version&quot;:&quot;%s&quot;}"></kbn-injected-metadata>'


class Kibana(http.server.BaseHTTPRequestHandler):
    protocol_version = default_request_version = "HTTP/1.1"  # a status line for what is no HTTP, too, as Node does
    timeout = 30

    def log_message(self, *_):
        """What is worth a word goes through `note`."""

    def answer(self, status, body=b"", kind="application/json; charset=utf-8", location=None, own=True,
               challenge=None):
        body = body.encode() if isinstance(body, str) else body
        self.send_response_only(status)
        if own and self.server.old:
            self.send_header("kbn-name", "kibana")
            self.send_header("kbn-version", self.server.version)
        elif own:
            self.send_header("kbn-name", "log01")
            self.send_header("kbn-license-sig", "1f2e3d")
        if location:
            self.send_header("location", location)
        if challenge:
            self.send_header("www-authenticate", challenge)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def error(self, status, word, message):
        self.answer(status, json.dumps({"statusCode": status, "error": word, "message": message}))

    def pass_on(self, path):
        store = http.client.HTTPConnection(*self.server.store, timeout=20)
        store.request("GET", "/" + path.lstrip("/"))
        answer = store.getresponse()
        self.answer(answer.status, answer.read(), answer.getheader("content-type") or "text/plain",
                    challenge=answer.getheader("www-authenticate"))
        store.close()

    def path_inside(self):
        """The path under the base path, or None: then the proxy in front has sent the caller there."""
        self.server.note(self)
        base = self.server.base
        if base and not (self.path + "/").startswith(base + "/"):
            self.answer(302, kind="text/html", location=base + "/", own=False)
            return None
        return self.path[len(base):]

    def do_GET(self):
        path = self.path_inside()
        if path is None:
            return
        if self.server.login:
            self.get_with_login(path)
        elif path in ("", "/"):
            if self.server.old:
                self.answer(200, self.server.page, "text/html; charset=utf-8")
            else:
                self.answer(302, location=self.server.base + "/app/home")
        elif path == "/api/status":
            state = {"name": "log01", "version": {"number": self.server.version}, "status": {"overall": {"state": "green"}}}
            self.answer(200, json.dumps(state))
        elif self.server.old and path.startswith("/elasticsearch/"):
            self.pass_on(path[len("/elasticsearch"):])
        else:
            self.error(404, "Not Found", "Not Found")

    def get_with_login(self, path):
        if path.startswith("/login"):
            self.answer(200, LOGIN_PAGE % self.server.version, "text/html; charset=utf-8")
        elif path.startswith("/api"):
            self.error(401, "Unauthorized", "Unauthorized")
        else:
            self.answer(302, location=self.server.base + "/login?next=%2F")

    def do_POST(self):
        path = self.path_inside()
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if path is None:
            return
        url = urllib.parse.urlsplit(path)
        query = urllib.parse.parse_qs(url.query)
        if self.server.login:
            self.error(401, "Unauthorized", "Unauthorized")
        elif not self.headers.get("kbn-xsrf"):
            self.error(400, "Bad Request", "Request must contain a kbn-xsrf header.")
        elif self.server.internal and not self.headers.get("x-elastic-internal-origin"):
            self.error(400, "Bad Request", f"uri [{url.path}] with method [post] exists but is not available")
        elif url.path == "/api/console/proxy" and query.get("method") == ["GET"] and query.get("path"):
            self.pass_on(query["path"][0])
        else:
            self.error(404, "Not Found", "Not Found")


if __name__ == "__main__":
    where, number, behind, kind = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    Dashboard(where, number, (where, behind), kind, sys.argv[5] if len(sys.argv) > 5 else "").serve_forever()
