"""A stand-in for Elasticsearch 5.5.3: ours, for sizes that no machine of a test holds.

Its answers are those that a real 5.5.3 gave (recorded/), with other names and numbers in them; `run` compares their shape
with the real one's each time. It knows the requests that ask for metadata. Any other is answered as by an Elasticsearch
without such an index, and written down.
"""

import calendar
import copy
import http.server
import json
import pathlib
import time
import urllib.parse

RECORDED = pathlib.Path(__file__).resolve().parent / "recorded"
REFUSAL = {"root_cause": [{"type": "security_exception", "reason": "missing authentication token for REST request [{}]",
                           "header": {"WWW-Authenticate": 'Basic realm="security" charset="UTF-8"'}}]}


def recorded(name):
    head, _, body = (RECORDED / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


ANSWERS = {name: recorded(name) for name in ("root", "absent", "count", "search", "indices", "totals", "stats", "health",
                                           "nodes", "process", "mapping", "missing")}
PATHS = {"/": "root", "/ajar-none/_count": "absent", "/_count": "count", "/_search": "search", "/_cat/indices": "indices",
         "/_cluster/stats": "totals", "/_stats/docs,store": "stats", "/_cluster/health": "health", "/_nodes/_local": "nodes",
         "/_nodes/_local/jvm": "process", "/_mapping": "mapping"}
STARTED = "2021-04-12"  # since when the processes of ours claim to run
OWN = (".kibana", 1, 3_298, "2018-03-12")


def millis(day):
    return calendar.timegm(time.strptime(day, "%Y-%m-%d")) * 1000


class Store(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, deployment, port, note):
        self.deployment, self.note = deployment, note
        self.rows = [(i.name, i.records, i.size, i.created) for i in deployment.indices] + [OWN]
        super().__init__((deployment.private, port), Elasticsearch)

    def root(self, answer):
        answer.update(name=f"es-{self.deployment.name}", cluster_name=f"es-{self.deployment.name}",
                      cluster_uuid=f"{self.deployment.name:x<10}Q2mw5fP6RrxtA")

    def count(self, answer):
        answer["count"] = sum(row[1] for row in self.rows)

    def search(self, answer):
        answer["hits"]["total"] = sum(row[1] for row in self.rows)

    def indices(self, answer):
        row = answer[0]
        answer[:] = [dict(zip(row, (name, str(records), str(size), str(millis(day))))) for name, records, size, day in self.rows]

    def totals(self, answer):
        answer["cluster_name"] = f"es-{self.deployment.name}"
        indices = answer["indices"]
        indices["count"] = len(self.rows)
        indices["docs"]["count"] = sum(row[1] for row in self.rows)
        indices["store"]["size_in_bytes"] = sum(row[2] for row in self.rows)

    def stats(self, answer):
        def fill(part, records, size):
            for side in ("primaries", "total"):
                part[side]["docs"]["count"], part[side]["store"]["size_in_bytes"] = records, size
            return part

        one = next(iter(answer["indices"].values()))
        answer["indices"] = {row[0]: fill(copy.deepcopy(one), row[1], row[2]) for row in self.rows}
        fill(answer["_all"], sum(row[1] for row in self.rows), sum(row[2] for row in self.rows))

    def health(self, answer):
        answer["cluster_name"] = f"es-{self.deployment.name}"

    def process(self, answer):
        next(iter(answer["nodes"].values()))["jvm"]["start_time_in_millis"] = millis(STARTED)

    def mapping(self, answer):
        answer.clear()
        for index in self.deployment.indices:
            fields = {name: {"type": kind} for name, kind in index.fields.items()}
            answer[index.name] = {"mappings": {"doc": {"properties": fields}}}

    def answer(self, path):
        """Status and body for a path with its query; the answers that no fill changes are those of the recording."""
        bare = urllib.parse.urlsplit(path).path
        name = PATHS.get(bare, "missing")
        status, body = copy.deepcopy(ANSWERS[name])
        fill = getattr(self, name, None)
        if fill:
            fill(body)
        pretty = {"indent": 2, "separators": (",", " : ")} if name == "root" else {"separators": (",", ":")}
        return status, json.dumps(body, **pretty) + ("\n" if name == "root" else "")


class Elasticsearch(http.server.BaseHTTPRequestHandler):
    protocol_version = default_request_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *_):
        """What is worth a word goes through `note`."""

    def do_GET(self):
        self.server.note(self)
        if self.server.deployment.state == "half-open":
            cause = copy.deepcopy(REFUSAL)
            cause["root_cause"][0]["reason"] = cause["root_cause"][0]["reason"].format(self.path)
            status, body = 401, json.dumps({"error": {**cause, **cause["root_cause"][0]}, "status": 401}, separators=(",", ":"))
        else:
            status, body = self.server.answer(self.path)
        self.send_response_only(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="security" charset="UTF-8"')
        self.send_header("content-type", "application/json; charset=UTF-8")
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())
