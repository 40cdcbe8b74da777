#!/usr/bin/env python3
"""Settings file, profiles, ports by name, several reports in one run, quiet, the baseline.

    test/cli/settings.py AJAR        the last line says how many passed and failed
"""
import csv
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from run import RESULTS, Redis, check, closed_port

AJAR = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/ajar")


def ajar(*args, **more):
    env = {"PATH": os.environ["PATH"], "HOME": HOME, "XDG_STATE_HOME": HOME, **more.pop("env", {})}
    return subprocess.run([AJAR, *args], capture_output=True, text=True, timeout=60, env=env, cwd=HOME, **more)


def ports_of(*args):
    r = ajar("scan", "--dry-run", *args)
    found = re.search(r"^ +ports +(.*)$", r.stdout, re.M)
    return found[1] if found else r.stderr


def test_ports():
    check("a product", ports_of("-p", "redis", "127.0.0.1") == "6379,6380,6666,26379", ports_of("-p", "redis", "127.0.0.1"))
    check("words and numbers", ports_of("--ports", "7,memcached,http", "127.0.0.1").startswith("7,80,11211"))
    check("--top-ports", ports_of("--top-ports", "3", "127.0.0.1") == ports_of("-p", "top:3", "127.0.0.1") == "6379,9200,27017")
    for wrong, word in (("redsi", "ajar list"), ("top:0", "top:20"), ("usual,nope", "ajar list")):
        r = ajar("scan", "--ports", wrong, "127.0.0.1:1" if wrong == "x" else "127.0.0.1")
        check(f"ports {wrong}", r.returncode == 2 and word in r.stderr and len(r.stderr.splitlines()) == 1, r.stderr)


def write(path, text):
    path = pathlib.Path(HOME, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_config():
    own = write(".config/ajar/config.yaml", "rate: 50\nports: \"7\"\nexclude: [127.0.0.9]\nprofile: night\n"
                                            "profiles:\n  night: {ports: \"8,9\", rate: 20}\n  day: {top-ports: 1}\n")
    check("the file's profile", ports_of("127.0.0.1") == "8,9", ports_of("127.0.0.1"))
    check("another profile", ports_of("--profile", "day", "127.0.0.1") == "9200")
    check("a shipped profile", len(ports_of("--profile", "quick", "127.0.0.1").split(",")) == 10)
    check("the command line goes first", ports_of("-p", "99", "127.0.0.1") == "99")
    check("also before a profile that says it otherwise", ports_of("-p", "99", "--profile", "day", "127.0.0.1") == "99")
    check("lists add up", "2 of them are excluded" in ajar("scan", "--dry-run", "127.0.0.9").stdout)
    check("the rate", "At 20 connections" in ajar("scan", "--dry-run", "10.0.0.1").stdout)
    r = ajar("scan", "--profile", "nigth", "127.0.0.1")
    check("a profile that is none", r.returncode == 2 and "night, day, quick, usual and full" in r.stderr, r.stderr)
    own.unlink()
    other = write("etc/mine.yaml", "exclude: \"@list.txt\"\ntop-ports: 2\n")
    r = ajar("scan", "--config", "etc/mine.yaml", "127.0.0.1")
    check("a file that is not there is told", r.returncode == 2 and "list.txt" in r.stderr, r.stderr)
    write("etc/scope.yaml", "owner: us\nallow: [127.0.0.1]\n")
    other.write_text("scope: scope.yaml\ntop-ports: 2\n")
    check("paths are seen from the file", ports_of("--config", "etc/mine.yaml") == "9200,27017", ports_of("--config", "etc/mine.yaml"))
    for text, word in (("ratee: 1\n", "mine.yaml:1"), ("rate: fast\n", "mine.yaml:1: rate: --rate fast"), ("- a\n", "map"),
                       ("large: 3\n", "large"), ("ports: [1, 2]\n", "one value"), ("config: x\n", "config"), ("resume: true\n", "resume"),
                       ("profiles: [a]\n", "map of profiles"), ("profiles: {a: 1}\nprofile: a\n", "map of options"), ("rate: 1\nrate: 2\n", "rate")):
        other.write_text(text)
        r = ajar("scan", "--config", "etc/mine.yaml", "127.0.0.1:1")
        check(f"settings {text!r}", r.returncode == 2 and word in r.stderr and len(r.stderr.splitlines()) == 1, r.stderr)
    other.write_text("")
    check("an empty file says nothing", ajar("scan", "--config", "etc/mine.yaml", "--dry-run", "127.0.0.1:1").returncode == 0)
    r = ajar("scan", "--config", "none.yaml", "127.0.0.1:1")
    check("a file that is named has to be there", r.returncode == 2 and "none.yaml" in r.stderr, r.stderr)


def test_outputs(redis):
    target = f"127.0.0.1:{redis.port}"
    r = ajar("scan", "--db", "none", "-q", "--format", "html=a.html", "--format", "json=a.json", "--format", "csv=a.csv", "--format", "sarif=a.sarif", target)
    rows = [json.loads(line) for line in pathlib.Path(HOME, "a.json").read_text().splitlines()]
    check("several files, and nothing else", not r.stdout and not r.stderr and r.returncode == 0, r.stdout + r.stderr)
    check("JSON is whole", rows[0]["type"] == "run" and rows[-1]["type"] == "summary" and any(row["type"] == "finding" for row in rows))
    check("HTML is whole", pathlib.Path(HOME, "a.html").read_text().endswith("</html>\n"))
    found = sum(row["type"] == "finding" for row in rows)
    check("CSV has the same findings", len(list(csv.DictReader(open(f"{HOME}/a.csv", newline="")))) == found)
    check("SARIF has them", len(json.load(open(f"{HOME}/a.sarif"))["runs"][0]["results"]) == found)
    check("files are private", all(os.stat(f"{HOME}/a.{x}").st_mode & 0o77 == 0 for x in ("html", "json", "csv", "sarif")))
    r = ajar("scan", "--db", "none", "--format", "html=b.html", target)
    check("beside a file the terminal still tells", "redis 7.0.15" in r.stdout)
    r = ajar("scan", "--db", "none", "--json", "-o", "c.json", target)
    check("-o", not r.stdout and pathlib.Path(HOME, "c.json").read_text().startswith('{"type":"run"'))
    check("-v", ajar("scan", "--db", "none", "-v", target).returncode == 0)
    for args, word in ((["--format", "json", "--format", "html"], "two formats for standard output"), (["--format", "html="], "a file is missing"),
                       (["--format", "html=a", "--format", "json=a"], "two reports for the file a"), (["--format", "html=/nonexistent/a"], "/nonexistent/a"),
                       (["--format", "html=a", "-o", "a"], "two reports for the file a")):
        r = ajar("scan", "--db", "none", *args, target)
        check(f"{args}", r.returncode == 2 and word in r.stderr and len(r.stderr.splitlines()) == 1, r.stderr)
    r = ajar("scan", "--db", "none", "-q", "--format", "html=/dev/full", target)
    check("a file that fills", r.returncode == 3 and "/dev/full" in r.stderr, r.stderr)
    r = ajar("scan", "--db", "none", "-q", "--fail-on", "low", "--format", "html=/dev/full", target)
    check("a file that fills hides nothing", r.returncode == 6, r.returncode)


def test_baseline(redis):
    target = f"127.0.0.1:{redis.port}"
    args = ["scan", "--db", "none", "--fail-on", "low", "--json", target]
    found = [row for row in map(json.loads, ajar(*args).stdout.splitlines()) if row["type"] == "finding"]
    check("without a baseline it fails", ajar(*args).returncode == 1 and len(found) >= 2)
    entries = [{"finding": found[0]["fingerprint"][:12], "until": "2099-12-31", "why": "w", "who": "o"}]
    entries += [{"rule": row["rule"], "endpoint": row["endpoint"], "until": "2099-12-31", "why": "moves", "who": "ops"} for row in found[1:]]
    write("b.yaml", json.dumps({"accepted": entries}))
    r = ajar(*args, "--baseline", "b.yaml")
    rows = [row for row in map(json.loads, r.stdout.splitlines()) if row["type"] == "finding"]
    check("with it, it does not", r.returncode == 0 and len(rows) == len(found), r.stderr)
    check("reasons are told", {row["accepted_why"] for row in rows} == {"w (o)", "moves (ops)"}, rows)
    entries[0]["until"] = "2020-01-01"
    write("b.yaml", json.dumps({"accepted": entries}))
    r = ajar(*args, "--baseline", "b.yaml")
    check("an entry that is over accepts nothing, and that is told", r.returncode == 1 and "counts again" in r.stderr, r.stderr)
    del entries[0]["who"]
    write("b.yaml", json.dumps({"accepted": entries}))
    r = ajar(*args, "--baseline", "b.yaml")
    check("nobody accepts nothing", r.returncode == 2 and "who" in r.stderr, r.stderr)


def findings(*args):
    rows = map(json.loads, ajar(*args).stdout.splitlines())
    return [row for row in rows if row["type"] == "finding"]


def test_tags(redis):
    """Tags of the scope file: which are asked, and what of the store is shown."""
    port = redis.port
    write("tags.yaml", f"owner: us\nallow:\n  - {{target: \"127.0.0.1:{port}\", tags: {{env: prod, team: crm, tier: health}}}}\n"
                       f"  - {{target: \"127.0.0.0/30:{port}\", tags: {{env: test}}}}\n  - \"127.0.0.9:{port}\"\n")
    scan = ["scan", "--db", "tags.db", "--scope", "tags.yaml", "--json"]
    asked = lambda *args: {row["address"] for row in findings(*scan, *args)}
    check("only what is tagged so", asked("--tag", "env=prod") == {"127.0.0.1"})
    check("nothing is tagged so", not asked("--tag", "env=prod", "--tag", "team=other"))
    check("a tag of Ajar's own", asked("--tag", "tier=health") == {"127.0.0.1"})
    r = ajar("scan", "--db", "none", "--scope", "tags.yaml", "--tag", "env=test", "--json", "127.0.0.0/30")
    rows = list(map(json.loads, r.stdout.splitlines()))
    check("the narrowest entry says the tags", not any(row["type"] == "service" and row["address"] == "127.0.0.1" for row in rows) and
          rows[-1]["skipped"] >= 1 and "tags it otherwise" in r.stdout, r.stdout[-300:])
    everything = findings(*scan)
    check("tags are in the output", {row["address"]: row.get("tags") for row in everything}.get("127.0.0.1") == "env=prod, team=crm")
    shown = lambda *args: {row["address"] for row in findings("show", "--db", "tags.db", "--json", *args)}
    check("show --tag", shown("--tag", "env=prod") == {"127.0.0.1"} and len(shown()) >= 1, shown())
    check("another value may hold", shown("--tag", "env=prod", "--tag", "env=test") >= {"127.0.0.1"})
    check("another key must", shown("--tag", "env=prod", "--tag", "team=other") == set())
    check("a limit counts what is shown", len(findings("show", "--db", "tags.db", "--json", "--tag", "env=prod", "--limit", "1")) == 1)
    rows = list(csv.DictReader(ajar("show", "--db", "tags.db", "--format", "csv", "--tag", "team=crm").stdout.splitlines(keepends=True)))
    check("reports of the store", rows and {row["endpoint"] for row in rows} == {f"127.0.0.1:{port}"}, rows)
    changes = lambda *args: json.loads(ajar("diff", "--db", "tags.db", "--json", "--still", *args).stdout.splitlines()[-1])
    still = {tag: changes("--tag", tag)["still"] for tag in ("env=prod", "env=no")}
    check("diff --tag counts only these", still["env=prod"] >= 1 and still["env=no"] == 0, still)
    judged = lambda *args: {row["address"] for row in findings("judge", "--db", "tags.db", "--json", *args)}
    check("judge --tag", judged("--tag", "env=prod") == {"127.0.0.1"} and judged("--tag", "env=no") == set() < judged())
    for args, word in ((["scan", "--tag", "env=prod", "127.0.0.1"], "--scope"), (["show", "--db", "tags.db", "--tag", "env"], "env=prod"),
                       (["show", "--db", "tags.db", "--tag", "E=x"], "a-z")):
        r = ajar(*args)
        check(f"{args}", r.returncode == 2 and word in r.stderr and len(r.stderr.splitlines()) == 1, r.stderr)


def rows_of(kind, *args):
    return [row for row in map(json.loads, ajar(*args).stdout.splitlines()) if row["type"] == kind]


def test_tags_of_certificates():
    """Two doors with one certificate, both tagged."""
    key, pem = f"{HOME}/k.pem", f"{HOME}/c.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem, "-subj", "/CN=a.example.org", "-days", "90"],
                   check=True, capture_output=True)
    port = closed_port()
    hosts = ("127.0.0.1", "127.0.0.2")
    doors = [subprocess.Popen(["openssl", "s_server", "-quiet", "-accept", f"{host}:{port}", "-key", key, "-cert", pem, "-www"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for host in hosts]
    try:
        for host in hosts:
            while socket.socket().connect_ex((host, port)):
                time.sleep(0.05)
        write("two.yaml", "owner: us\nallow:\n" + "".join(f"  - {{target: \"{h}:{port}\", tags: {{env: prod}}}}\n" for h in hosts))
        ajar("scan", "--db", "two.db", "--scope", "two.yaml")
    finally:
        for door in doors:
            door.terminate()
            door.wait()
    certificates = lambda *args: len(rows_of("certificate", "certs", "--db", "two.db", "--format", "json", *args))
    check("certs --tag", certificates() == certificates("--tag", "env=prod") == 1 and certificates("--tag", "env=no") == 0, certificates())
    calendar = lambda *args: ajar("certs", "--db", "two.db", "--format", "ical", *args).stdout.count("a.example.org")
    check("certs --format ical --tag", calendar("--tag", "env=prod") == calendar() >= 1 and calendar("--tag", "env=no") == 0, calendar())


def test_second_witness(redis):
    """What Shadowserver and Shodan saw of it stands beside what is found."""
    port = redis.port
    write("shadow.csv", '"timestamp","severity","ip","protocol","port","hostname","tag","asn","geo"\n'
          f'"2026-11-09 02:10:11","high","127.0.0.1","tcp",{port},"r","redis",64496,"CN"\n')
    write("shodan.json", f'{{"ip_str": "127.0.0.1", "port": {port}, "transport": "tcp", "timestamp": "2026-11-01T00:00:00.1"}}\n')
    args = ["scan", "--db", "witness.db", "--from", "shadow.csv", "--from", "shodan.json"]
    door = lambda rows: next(row for row in rows if row["rule"] == "open-store")
    told = [s for s in door(findings(*args, "--json")).get("since", []) if s["source"] == "outside"]
    check("json tells the second witness", len(told) == 1 and told[0]["at"] == "2026-11-01T00:00:00Z" and
          "(Shodan, Shadowserver, hint)" in told[0]["text"] and told[0]["strength"] == "hint", told)
    line = "seen from outside since 2026-11-01"
    check("the terminal tells it", ajar(*args).stdout.count(line) == 1)
    for name in ("html", "markdown", "tty"):
        text = ajar("show", "--db", "witness.db", "--format", name).stdout
        check(f"{name} of the store tells it", line in text, text[:300])
    fingerprint = door(findings("show", "--db", "witness.db", "--json"))["fingerprint"]
    text = ajar("show", "--db", "witness.db", fingerprint).stdout
    check("show FINDING tells it", "outside.first" in text and "Shodan, Shadowserver" in text, text)


def test_from():
    data = pathlib.Path(AJAR).parents[1] / "test/data/import"
    for name, asked in (("nmap.xml", "10.20.0.11:6379"), ("masscan.json", "10.20.0.13:6379"), ("list.txt", "10.20.8.2:6379")):
        told = ajar("scan", "--dry-run", "--ignore-unresolved", "--from", str(data / name)).stdout
        check(f"--from {name}", asked in told, told[:300])
    text = (data / "nmap.gnmap").read_text()
    for args in (["-"], ["--from", "-"]):
        r = ajar("scan", "--dry-run", *args, input=text)
        check(f"{args}", "10.20.0.12:6379" in r.stdout and "nmap grepable: 3 targets; 6 of its entries are none" in r.stdout, r.stdout)
    for text, word in (("{\"a\": 1}", "form that is not known"), ("ip,port\n", "no target is in it"), ("not a target\n", "standard input:1"),
                       ("{\"ip_str\": \"8.8.8.8\", \"port\": 53}", "scope"), ("{\"ip_str\": \"169.254.169.254\", \"port\": 80}", "169.254.169.254")):
        r = ajar("scan", "--db", "none", "-", input=text)
        check(f"from {text!r}", r.returncode == 2 and word in r.stderr and len(r.stderr.splitlines()) == 1, r.stderr)
    r = ajar("scan", "--db", "none", "--json", "-", input='[{"ip":"127.0.0.1","ports":[{"port":1,"proto":"tcp","status":"open"}]},{"ip":"127')
    remarks = [row for row in map(json.loads, r.stdout.splitlines()) if row["type"] == "remark" and row["about"] == "standard input"]
    check("a file that ends in the middle makes the scan incomplete", r.returncode == 3 and remarks and remarks[0]["incomplete"], r.stdout)


def main():
    redis = Redis()
    test_ports()
    test_config()
    test_outputs(redis)
    test_baseline(redis)
    test_tags(redis)
    test_tags_of_certificates()
    test_second_witness(redis)
    test_from()
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


with tempfile.TemporaryDirectory() as HOME:
    sys.exit(main())
