"""Stand-ins for the places of tickets: GitHub's and GitLab's issues and Jira's, as far as their documentation says what is
asked for here and what is answered. What it does not say is answered 404, a wrong token 401."""
import base64
import http.server
import json
import re
import threading
import urllib.parse


class Tracker(http.server.ThreadingHTTPServer):
    """`tickets`: title, body, labels, open, comments. `fail_next`: so many requests are answered 503 after they were done."""
    daemon_threads = True

    def __init__(self, kind, token="t0ken", cloud=True):
        super().__init__(("127.0.0.1", 0), Handler)
        self.kind, self.token, self.cloud, self.tickets, self.asked, self.fail_next = kind, token, cloud, [], [], 0
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


def labelled(server, label):
    return [t for t in server.tickets if label in t["labels"]]


def new(server, title, body, labels):
    server.tickets.append({"n": len(server.tickets) + 1, "title": title, "body": body, "labels": labels, "open": True, "comments": []})
    return server.tickets[-1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def allowed(self):
        s, auth = self.server, self.headers.get("Authorization", "")
        if s.kind == "gitlab":
            return self.headers.get("PRIVATE-TOKEN") == s.token
        basic = "Basic " + base64.b64encode(s.token.encode()).decode()
        return auth == (basic if ":" in s.token else f"Bearer {s.token}")

    def github(self, method, path, query, body):
        shown = lambda t: {"number": t["n"], "title": t["title"], "state": "open" if t["open"] else "closed",
                           "labels": [{"name": name} for name in t["labels"]]}
        if self.headers.get("X-GitHub-Api-Version") != "2022-11-28" or not self.headers.get("User-Agent"):
            return 403, {}
        if path == "/repos/org/repo/issues" and method == "GET":
            found = [t for t in labelled(self.server, query["labels"][0]) if query.get("state") == ["all"] or t["open"]]
            return 200, [shown(t) for t in found][:int(query["per_page"][0])]
        if path == "/repos/org/repo/issues" and method == "POST":
            return 201, shown(new(self.server, body["title"], body["body"], body["labels"]))
        hit = re.fullmatch(r"/repos/org/repo/issues/(\d+)(/comments)?", path)
        if hit and hit[2] and method == "POST":
            self.server.tickets[int(hit[1]) - 1]["comments"].append(body["body"])
            return 201, {"id": 1}
        if hit and not hit[2] and method == "PATCH" and body["state"] in ("open", "closed") and \
                body["state_reason"] in ("completed", "not_planned", "reopened"):
            self.server.tickets[int(hit[1]) - 1]["open"] = body["state"] == "open"
            return 200, shown(self.server.tickets[int(hit[1]) - 1])
        return 404, {"message": "Not Found"}

    def gitlab(self, method, path, query, body):
        shown = lambda t: {"id": 1000 + t["n"], "iid": t["n"], "title": t["title"], "state": "opened" if t["open"] else "closed"}
        base = "/api/v4/projects/group%2Fsub%2Fname/issues"
        if path == base and method == "GET":
            return 200, [shown(t) for t in labelled(self.server, query["labels"][0])][:int(query["per_page"][0])]
        if path == base and method == "POST":
            return 201, shown(new(self.server, body["title"], body["description"], body["labels"].split(",")))
        hit = re.fullmatch(base + r"/(\d+)(/notes)?", path)
        if hit and hit[2] and method == "POST":
            self.server.tickets[int(hit[1]) - 1]["comments"].append(body["body"])
            return 201, {"id": 1}
        if hit and not hit[2] and method == "PUT" and body["state_event"] in ("close", "reopen"):
            self.server.tickets[int(hit[1]) - 1]["open"] = body["state_event"] == "reopen"
            return 200, shown(self.server.tickets[int(hit[1]) - 1])
        return 404, {"message": "404 Not found"}

    def jira(self, method, path, query, body):
        status = lambda t: {"name": "To Do" if t["open"] else "Done", "statusCategory": {"key": "new" if t["open"] else "done"}}
        if path == ("/rest/api/2/search/jql" if self.server.cloud else "/rest/api/2/search") and method == "POST":
            hit = re.fullmatch(r'project = "OPS" AND labels = "(ajar-[0-9a-f]+)" ORDER BY created DESC', body["jql"])
            found = labelled(self.server, hit[1]) if hit else []
            return (200 if hit else 400), {"issues": [{"key": f"OPS-{t['n']}", "fields": {"status": status(t)}} for t in found]}
        if path == "/rest/api/2/issue" and method == "POST":
            f = body["fields"]
            good = f["project"] == {"key": "OPS"} and f["issuetype"] == {"name": "Bug"} and "\n" not in f["summary"] and \
                len(f["summary"]) <= 255 and not any(" " in label for label in f["labels"])
            return (201, {"key": f"OPS-{new(self.server, f['summary'], f['description'], f['labels'])['n']}"}) if good else (400, {})
        hit = re.fullmatch(r"/rest/api/2/issue/OPS-(\d+)/(comment|transitions)", path)
        if hit and hit[2] == "comment" and method == "POST":
            self.server.tickets[int(hit[1]) - 1]["comments"].append(body["body"])
            return 201, {"id": "1"}
        ways = [{"id": "11", "name": "To Do", "to": {"statusCategory": {"key": "new"}}},
                {"id": "31", "name": "Done", "to": {"statusCategory": {"key": "done"}}}]
        if hit and hit[2] == "transitions" and method == "GET":
            return 200, {"transitions": ways}
        if hit and hit[2] == "transitions" and method == "POST" and body["transition"]["id"] in ("11", "31"):
            self.server.tickets[int(hit[1]) - 1]["open"] = body["transition"]["id"] == "11"
            return 204, None
        return 404, {}

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        url = urllib.parse.urlsplit(self.path)
        with self.server.lock:
            self.server.asked.append((self.command, url.path))
            if not self.allowed():
                status, value = 401, {"message": "no"}
            else:
                handler = getattr(self, self.server.kind)
                status, value = handler(self.command, url.path, urllib.parse.parse_qs(url.query), json.loads(raw) if raw else None)
            if self.server.fail_next and self.command == "POST" and status == 201:
                self.server.fail_next -= 1
                status, value = 503, {}
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = answer
