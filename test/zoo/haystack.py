#!/usr/bin/env python3
"""Hundreds of sites that hold nothing of Ajar's: none may be called open, none may get a name, none may be asked
much; and nothing may be said to lie on them (http/leavings.h), asked for all of it or not.

    test/zoo/haystack.py [--ajar build/ajar] [--verbose]

Pages that answer everything alike (one page, one JSON, one refusal, one redirect), interfaces of nobody's, random JSON
made of the words that the catalog looks for, and pages about each product by its own title. All on one loopback address,
in this process. `N passed, N failed` last, exit 1 when one failed.
"""

import argparse
import collections
import contextlib
import http.server
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ADDRESS, FIRST_PORT, RANDOM_SITES = "127.77.250.1", 24100, 100
PARALLEL = 60  # so that one process in Python answers each of them within Ajar's patience, on a busy machine, too
REQUESTS_MAX = 6  # what a site that nobody knows may be asked, doc/catalog.md
HTML, JSON, TEXT, XML = "text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8", "application/xml"


def page(title, body=""):
    return 200, HTML, {}, f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"


def always(*answer):
    return lambda path: answer


def answers(status, kind, body, **fields):
    return always(status, kind, {name.replace("_", "-"): value for name, value in fields.items()}, body)


def words():
    """The keys and titles that the catalog looks for."""
    text = "".join(file.read_text().split("\nexamples:")[0] for file in sorted((REPOSITORY / "catalog").glob("*.yaml")))
    keys = re.findall(r"(?:has|list|map|lacks|json): [\[{]?([A-Za-z][\w.]*)", text)
    titles = re.findall(r"title: [\"']?([^\"'\n},]*)", text)
    names = {title.strip("* ") for title in titles if "://" not in title and "{" not in title}
    return sorted({key.split(".")[0] for key in keys}), sorted(name for name in names if len(name) > 2)


def alike():
    yield "one page for all", always(*page("Shop", '<div id="root"></div>'))
    yield "a page called Dashboard", always(*page("Dashboard", "login metrics status"))
    for body in ("[]", "{}", '{"status":"ok"}', '{"status":"success","data":[]}', '{"code":0,"data":[],"message":"success"}',
                 '{"ok":true}', '{"code":401,"message":"unauthorized"}', '{"version":"1.0.0","name":"api"}', '{"items":[],"total":0}',
                 '{"result":[],"error":null,"id":1}', '{"success":true}', '"ok"', "0", "null", '[{"id":1,"name":"x"}]'):
        yield f"{body} for all", answers(200, JSON, body)
    for body in ("OK", "pong", "healthy", "1.0.0", "# TYPE up gauge\nup 1\n"):
        yield f"{body!r} for all", answers(200, TEXT, body)
    for status in (400, 401, 403, 404, 405, 429, 500, 502, 503):
        yield f"{status} for all", answers(status, HTML, f"<h1>{status}</h1>")
        yield f"{status} as JSON", answers(status, JSON, json.dumps({"status": status, "message": "no", "error": "no"}))
    yield "Basic for all", answers(401, TEXT, "Unauthorized", WWW_Authenticate='Basic realm="x"')
    yield "a cloud without the cluster", answers(200, JSON, '{"ok":false,"message":"Unknown resource."}', X_Cloud_Request_Id="x")
    yield "uvicorn", answers(404, JSON, '{"detail":"Not Found"}', Server="uvicorn")
    yield "Go", answers(404, TEXT, "404 page not found\n")
    yield "Spring", answers(404, JSON, '{"timestamp":"2026-01-01","status":404,"error":"Not Found","path":"/"}')
    for where in ("/login", "/ui/", "/login?next=%2F", "/home", "/graph", "/app", "/setup", "/index.html", "/cluster", "/zipkin/", "/tree"):
        yield f"to {where}", answers(302, HTML, "", Location=where)
        yield f"to {where}, a page there", lambda path, where=where: page("Sign in") if path.startswith(where.split("?")[0]) else \
            (302, HTML, {"Location": where}, "")
    yield "a feed", answers(200, XML, '<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>')
    yield "an error in XML", answers(403, XML, '<?xml version="1.0"?><Error><Code>Denied</Code></Error>')


# What a site answers with that gives out everything it is asked for: each of the known forms.
FORMS = ["ref: refs/heads/main\n", "APP_KEY=none\nDB_PASSWORD=none\n", "SQLite format 3\0", "\0\0\0\1Bud1", "-- MySQL dump 10.13  Distrib\n", "PK\3\4",
         "<?php\n", "Total Accesses: 1\nBusyWorkers: 1\n", "Active connections: 1 \nserver accepts handled requests\n 1 1 1 \n",
         "<html><head><title>PHP 8.2.20 - phpinfo()</title></head></html>"]
BINARY = "application/octet-stream"


def at_root(first, others):
    return lambda path: first if path == "/" else others(path)


def givers():
    """Sites on which something seems to have been left behind: pages, refusals and generators for every name."""
    dice = random.Random(31)
    shop = page("Shop")
    apache, php = {"Server": "Apache/2.4.57 (Debian)"}, {"X-Powered-By": "PHP/8.2.7", "Server": "nginx"}
    for number, form in enumerate(FORMS):
        for kind in (TEXT, BINARY):
            yield f"form {number} as {kind} for all", at_root(shop, lambda path, form=form, kind=kind: (200, kind, {}, form))
    for status in (200, 206):
        yield f"{status}, a form by chance", at_root(shop, lambda path, status=status: (status, TEXT, {}, dice.choice(FORMS)))
    yield "a form by its name, whatever the name", at_root(shop, lambda path: (200, TEXT, {}, FORMS[len(path) % len(FORMS)]))
    yield "settings for .env, and for all others", at_root(shop, lambda path: (200, TEXT, {}, f"NAME_{len(path)}=x\n"))
    for name, fields in (("Apache", apache), ("PHP", php)):
        root = (200, HTML, fields, shop[3])
        yield f"{name}, one page for all", always(*root)
        yield f"{name}, a page that says 404 with 200", at_root(root, lambda path, fields=fields: (200, HTML, fields, "<h1>404 Not Found</h1>"))
        yield f"{name}, a block page", at_root(root, lambda path, fields=fields: (403, HTML, fields, "<title>Attention Required!</title>"))
        yield f"{name}, a block page with 200", at_root(root, lambda path, fields=fields: (200, HTML, fields, "<title>Request blocked</title>ID=1234"))
        yield f"{name}, back to the root", at_root(root, lambda path, fields=fields: (302, HTML, {**fields, "Location": "/"}, ""))
    yield "text for all", at_root(shop, lambda path: (200, TEXT, {}, "Not found\n"))
    yield "a form after it was asked often", at_root(shop, lambda path: (429, TEXT, {}, FORMS[0]))
    yield "a form in a 404", at_root(shop, lambda path: (404, TEXT, {}, FORMS[1] if "env" in path else FORMS[0]))
    yield "a form in a 500", at_root(shop, lambda path: (500, TEXT, {}, FORMS[0]))
    yield "settings in JSON", at_root(shop, lambda path: (200, JSON, {}, '{"APP_KEY":"none"}') if path == "/.env" else (404, TEXT, {}, ""))
    yield "a query string for .env", at_root(shop, lambda path: (200, TEXT, {}, "a=1&b=2\n") if path == "/.env" else (404, TEXT, {}, ""))
    yield "a commit that is none", at_root(shop, lambda path: (200, TEXT, {}, "0123456789abcdef\n") if "git" in path else (404, TEXT, {}, ""))
    yield "words for a dump", at_root(shop, lambda path: (200, TEXT, {}, "INSERT coin to continue\n") if "sql" in path else (404, TEXT, {}, ""))
    yield "an empty file for all", at_root(shop, lambda path: (200, TEXT, {}, ""))
    yield "a list of nothing much", always(*page("Index of /pub", '<a href="../">../</a><a href="readme.txt">readme.txt</a>'))


def sites():
    dice = random.Random(13)
    keys, titles = words()
    found = list(alike()) + list(givers())
    for number, title in enumerate(titles):  # of each title one of two kinds of page
        if number % 2:
            found.append((f"about {title}", always(*page(f"How we run {title}", f"{title} {title.lower()} metrics login"))))
        else:
            found.append((f"{title} in production", always(*page(f"{title} in production", title.lower()))))
    values = [1, 0, "x", True, None, [], {}, [{}], ["a"], {"a": 1}, "1.2.3", "UP", "ok"]
    for _ in range(RANDOM_SITES):
        made = {dice.choice(keys): dice.choice(values) for _ in range(dice.randint(1, 12))}
        found.append((f"JSON of {', '.join(made)}", answers(dice.choice((200, 200, 200, 401, 403, 404)), JSON, json.dumps(made))))
    return found


def serve(port, answer, asked):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked[port].append(f"{self.command} {self.path}")
            status, kind, fields, body = answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body.encode())), **fields}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # of what begins a file no more is read
                    self.wfile.write(body.encode())

        do_GET = do_HEAD = do_POST = do_PROPFIND = reply

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer((ADDRESS, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def scan(ajar, ports, *more):
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run([ajar, "scan", "--json", "--db", "none", "--parallel", str(PARALLEL), *more, "--ports", ",".join(map(str, ports)), ADDRESS],
                              capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "XDG_STATE_HOME": directory}, timeout=600)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ajar", default=str(REPOSITORY / "build" / "ajar"), help="the program to test")
    parser.add_argument("--verbose", action="store_true", help="show what each site was asked")
    options = parser.parse_args()
    asked, all_sites = collections.defaultdict(list), sites()
    for number, (_, answer) in enumerate(all_sites):
        serve(FIRST_PORT + number, answer, asked)
    givers_at = [number for number, (name, _) in enumerate(all_sites) if name in {name for name, _ in givers()}]
    # By the hundred: one process answers for all of them, and a busy machine would make it late.
    lines = [line for first in range(0, len(all_sites), 100)
             for line in scan(options.ajar, range(FIRST_PORT + first, FIRST_PORT + min(first + 100, len(all_sites))))]
    counts = {port: len(requests) for port, requests in asked.items()}
    lines += [line for line in scan(options.ajar, [FIRST_PORT + number for number in givers_at], "--leavings") if line["type"] == "finding"]
    seen = {line["port"]: line for line in lines if line["type"] == "service"}
    open_doors = [line for line in lines if line["type"] == "finding" and re.match("open-|partial|setup-|left-|inside-", str(line.get("rule")))]
    passed, faults = 0, [f"finding {line.get('rule')} at {line.get('endpoint')}" for line in open_doors]
    for number, (name, _) in enumerate(all_sites):
        port = FIRST_PORT + number
        line = seen.get(port)
        fault = "it was not seen" if not line else f"it is called {line['product']}, {line['verdict']}" if line["product"] != "web" else \
            f"it was asked {counts[port]} times" if counts.get(port, 0) > REQUESTS_MAX else ""
        if options.verbose:
            print(f"# {name}: {', '.join(asked[port])}")
        passed += not fault
        if fault:
            faults.append(f"{name}: {fault}")
    for fault in faults:
        print(f"not ok {fault}")
    print(f"{passed} passed, {len(faults)} failed")
    return 1 if faults or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
