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

ADDRESS, PORT, STORE_PORT, RELEASE = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
BASE = sys.argv[5] if len(sys.argv) > 5 else ""
VERSION, _, MODE = RELEASE.partition("-")
LOGIN, INTERNAL = MODE == "login", MODE == "internal"
OLD = VERSION.startswith("5.")
PAGE = "<script>var hashRoute = '%s/app/kibana';\nvar defaultRoute = '%s/app/kibana';\n</script>" % (BASE, BASE)
LOGIN_PAGE = '<kbn-injected-metadata data="{&quot;version&quot;:&quot;%s&quot;}"></kbn-injected-metadata>' % VERSION


class Kibana(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        sys.stderr.write(f"{self.command} {self.path}\n")

    def answer(self, status, body=b"", kind="application/json; charset=utf-8", location=None, own=True):
        body = body.encode() if isinstance(body, str) else body
        self.send_response_only(status)
        if own and OLD:
            self.send_header("kbn-name", "kibana")
            self.send_header("kbn-version", VERSION)
        elif own:
            self.send_header("kbn-name", "log01")
            self.send_header("kbn-license-sig", "1f2e3d")
        if location:
            self.send_header("location", location)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def error(self, status, word, message):
        self.answer(status, json.dumps({"statusCode": status, "error": word, "message": message}))

    def pass_on(self, path):
        store = http.client.HTTPConnection(ADDRESS, STORE_PORT, timeout=20)
        store.request("GET", "/" + path.lstrip("/"))
        answer = store.getresponse()
        self.answer(answer.status, answer.read(), answer.getheader("content-type") or "text/plain")
        store.close()

    def path_inside(self):
        """The path under the base path, or None: then the proxy in front has sent the caller there."""
        if BASE and not (self.path + "/").startswith(BASE + "/"):
            self.answer(302, kind="text/html", location=BASE + "/", own=False)
            return None
        return self.path[len(BASE):]

    def do_GET(self):
        path = self.path_inside()
        if path is None:
            return
        if LOGIN:
            self.get_with_login(path)
        elif path in ("", "/"):
            if OLD:
                self.answer(200, PAGE, "text/html; charset=utf-8")
            else:
                self.answer(302, location=BASE + "/app/home")
        elif path == "/api/status":
            state = {"name": "log01", "version": {"number": VERSION}, "status": {"overall": {"state": "green"}}}
            self.answer(200, json.dumps(state))
        elif OLD and path.startswith("/elasticsearch/"):
            self.pass_on(path[len("/elasticsearch"):])
        else:
            self.error(404, "Not Found", "Not Found")

    def get_with_login(self, path):
        if path.startswith("/login"):
            self.answer(200, LOGIN_PAGE, "text/html; charset=utf-8")
        elif path.startswith("/api"):
            self.error(401, "Unauthorized", "Unauthorized")
        else:
            self.answer(302, location=BASE + "/login?next=%2F")

    def do_POST(self):
        path = self.path_inside()
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if path is None:
            return
        url = urllib.parse.urlsplit(path)
        query = urllib.parse.parse_qs(url.query)
        if LOGIN:
            self.error(401, "Unauthorized", "Unauthorized")
        elif not self.headers.get("kbn-xsrf"):
            self.error(400, "Bad Request", "Request must contain a kbn-xsrf header.")
        elif INTERNAL and not self.headers.get("x-elastic-internal-origin"):
            self.error(400, "Bad Request", f"uri [{url.path}] with method [post] exists but is not available")
        elif url.path == "/api/console/proxy" and query.get("method") == ["GET"] and query.get("path"):
            self.pass_on(query["path"][0])
        else:
            self.error(404, "Not Found", "Not Found")


http.server.ThreadingHTTPServer((ADDRESS, PORT), Kibana).serve_forever()
