#!/usr/bin/env python3
"""`ajar classify` from the command line: what it says of files that it cannot read, of disks that are full, of pipes
that close, and of slips.

    test/cli/classify.py AJAR        the last line says how many passed and failed
"""
import base64
import bz2
import csv
import gzip
import io
import json
import lzma
import os
import pathlib
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
import zlib

AJAR = sys.argv[1] if len(sys.argv) > 1 else "build/ajar"
RESULTS = {"passed": 0, "failed": 0}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check(name, good, detail=""):
    RESULTS["passed" if good else "failed"] += 1
    if not good:
        print(f"not ok {name}: {detail}")


def classify(*args, **more):
    return subprocess.run([AJAR, "classify", *map(str, args)], capture_output=True, text=True, timeout=60, check=False, **more)


def person(i):
    head = f"310101{1950 + i * 7 % 60}{1 + i % 12:02}{1 + i % 28:02}{i * 37 % 1000:03}"
    number = head + "10X98765432"[sum(int(d) * w for d, w in zip(head, WEIGHTS)) % 11]
    return {"sfzh": number, "sjhm": f"1{30 + i % 10}{10203040 + i * 7919 % 80000000}"}


def people(count):
    return "".join(json.dumps(person(i)) + "\n" for i in range(count))


MISTAKES = [
    ([], "wants a file, a directory or -"),
    (["--treads", "2", "x"], "did you mean --threads"),
    (["--threads", "many", "/dev/null"], "--threads many"),
    (["--format", "xml", "/dev/null"], "--format is text, json, csv, html or sarif"),
    (["--input", "xml", "/dev/null"], "--input is text, json, csv or sql"),
    (["--fail-on", "never", "/dev/null"], "--fail-on is confirmed, suspected or any"),
    (["--engine", "mmx", "/dev/null"], "--engine"),
    (["--detectors", "/nonexistent.yaml", "/dev/null"], "/nonexistent.yaml"),
    (["--sample-size", "7"], "--sample-size 7"),
]


def test_mistakes():
    for args, word in MISTAKES:
        r = classify(*args)
        check(f"a slip: {args}", r.returncode == 2 and word in r.stderr and len(r.stderr.splitlines()) == 1 and not r.stdout,
              f"{r.returncode} {r.stderr}")


def test_trouble(folder):
    """A report is a report: what could not be read is said elsewhere."""
    (folder / "people.ndjson").write_text(people(400))
    packed = gzip.compress(people(9000).encode())
    (folder / "cut.gz").write_bytes(packed[: len(packed) // 2])
    for args in (["--json"], []):
        r = classify(*args, "--all", folder)
        check("half an archive is named", "cut.gz: the packed data is cut short" in r.stderr and r.returncode == 1, r.stderr)
        check("the report holds no complaint", "cut short" not in r.stdout and r.stdout.count("cn-id" if args else "resident ID") >= 2,
              r.stdout)
    rows = [json.loads(line) for line in classify("--json", "--all", folder).stdout.splitlines()]
    check("one object a file", sorted(os.path.basename(r["file"]) for r in rows) == ["cut.gz", "people.ndjson"], rows)
    dull = gzip.compress(b"nobody is in here\n" * 9000)
    r = subprocess.run([AJAR, "classify", "-"], input=dull[:-9], capture_output=True, timeout=60, check=False)
    check("trouble and nothing confirmed", r.returncode == 3 and b"-: the packed data is cut short" in r.stderr, r.stderr)


def test_output(folder):
    with open("/dev/full", "w", encoding="utf-8") as full:
        r = subprocess.run([AJAR, "classify", folder], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    check("full disk", r.returncode == 3 and "No space left" in r.stderr and "cannot write" in r.stderr, f"{r.returncode} {r.stderr}")
    many = folder / "many"
    many.mkdir()
    for i in range(3000):
        (many / f"{i}.csv").write_text("a,b\n1,2\n")
    p = subprocess.Popen(f"{AJAR} classify --all {many} | head -n 1", shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = p.communicate(timeout=60)
    check("closed pipe", "0 of 3000 files hold" in out and err == "", err)


def test_reports(folder):
    """The same findings in each format, the summary first, and what a script is told."""
    inside = folder / "reports"
    inside.mkdir()
    (inside / "people, all.csv").write_text("nr,mail\n" + "".join(f"{i},jo{i}.bo@gmx.de\n" for i in range(60)))
    (inside / "one.csv").write_text("first_name,mail,phone\nAnna,anna.meyer@gmx.de,+49 171 1234567\n")
    (inside / "trace.txt").write_text("written to jo.bo@gmx.de, who was not there\n")
    (inside / "none.txt").write_text("nobody\n")
    (inside / "x.pst").write_bytes(b"!BDN" + bytes(90))
    r = classify(inside)
    lines = r.stdout.splitlines()
    check("the summary comes first", lines[0] == "1 of 5 files holds personal data or secrets, of about 60 persons; 2 more are suspected to; "
          "1 could not be read." or lines[0].startswith("1 of 5 files holds"), r.stdout)
    check("and says where to look", any(line.startswith("  ") and "people, all.csv, line 2: mail" in line for line in lines), r.stdout)
    rows = list(csv.DictReader(io.StringIO(classify("--format", "csv", inside).stdout)))
    check("CSV", {(os.path.basename(row["file"]), row["type"], row["state"], row["line"]) for row in rows}
          >= {("people, all.csv", "email", "confirmed", "2"), ("one.csv", "email", "suspected", "2")}, rows)
    sarif = json.loads(classify("--format", "sarif", inside).stdout)
    results = sarif["runs"][0]["results"]
    check("SARIF", sarif["version"] == "2.1.0" and len(results) == len(rows) and any(
        f["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": f"{inside}/people%2C%20all.csv"}, "region": {"startLine": 2}}
        for f in results), results)
    empty = json.loads(classify("--format", "sarif", inside / "none.txt").stdout)
    check("SARIF of nothing", empty["runs"][0]["results"] == [], empty)
    page = classify("--format", "html", inside).stdout
    check("HTML", page.startswith("<!doctype html>") and "people, all.csv" in page and page.rstrip().endswith("</html>"), page)
    for name, states in {"people, all.csv": (1, 1, 1), "one.csv": (0, 1, 1), "trace.txt": (0, 0, 0), "none.txt": (0, 0, 0)}.items():
        told = tuple(classify("--fail-on", state, inside / name).returncode for state in ("confirmed", "suspected", "any"))
        check(f"--fail-on for {name}", told[:2] == states[:2] and told[2] >= told[1], told)
    check("one person is not clean", classify(inside / "one.csv").returncode == 1)
    check("no value in any format", not any("jo1.bo" in classify("--format", f, inside).stdout for f in ("text", "csv", "sarif", "html", "json")))


def test_input(folder):
    text = people(3000)
    expected = json.loads(classify("--json", folder / "people.ndjson", "--threads", "1").stdout)
    check("the people are found", {f["type"] for f in expected["findings"]} == {"cn-id", "cn-mobile"}, expected)
    r = classify("--json", "-", input=text)
    check("standard input", r.returncode == 1 and json.loads(r.stdout)["file"] == "-", r.stdout)
    p = subprocess.Popen([AJAR, "classify", "--json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for at in range(0, len(text), 50000):
        p.stdin.write(text[at:at + 50000])
        p.stdin.flush()
        time.sleep(0.02)
    out, _ = p.communicate(timeout=60)
    check("a slow pipe says the same", json.loads(out)["findings"] == json.loads(r.stdout)["findings"], out)
    every = person(1)
    check("no value is printed", not any(v in r.stdout + out for v in every.values()), r.stdout)


def test_progress():
    """On a terminal, while one stream is still coming: how much of it came, and nothing of it is left at the end."""
    master, slave = os.openpty()
    p = subprocess.Popen([AJAR, "classify", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=slave,
                         env=dict(os.environ, TERM="xterm"))
    os.close(slave)
    p.stdin.write(b"nothing of this line is of interest\n" * 30000)
    p.stdin.flush()
    said, until = b"", time.monotonic() + 60
    while b"1 MB" not in said and time.monotonic() < until and select.select([master], [], [], 60)[0]:
        said += os.read(master, 4096)
    check("progress of a stream", b"1 MB" in said, said)
    p.communicate(timeout=60)
    try:
        while select.select([master], [], [], 60)[0]:
            said += os.read(master, 4096)
    except OSError:  # the other end is closed, and all of it was read
        pass
    os.close(master)
    check("its line is wiped at the end", said.endswith(b"\r\x1b[K"), said[-80:])


NAMES = ["Rosita Krein", "Zanele Mkhize", "Ludmila Vrba", "Detlef Pfuetzner", "Traudl Schlee", "Falko Sturm"]


def keyed(key, count=40):
    return {key(i): {"mail": f"jo{i}.bo{i * 7}@gmx.de", "ort": "x"} for i in range(count)}


def test_names(folder):
    """Headings and keys are data until they are proven to be names: no value is said, and what stands under keys that
    are data is one field."""
    inside = folder / "names"
    inside.mkdir()
    planted = {
        "lines.txt": ("".join(f"SSN: {101 + i}-22-{3004 + i}\n" for i in range(50)), "us-ssn", "column 1"),
        "names.json": (json.dumps(keyed(lambda i: f"{NAMES[i % 6]} {chr(65 + i % 26)}{'abc'[i // 26]}"), indent=1), "email", "*.mail"),
        "push.json": (json.dumps({"users": keyed(lambda i: f"-Mx{i * 7919:x}QkZtRwLp{i:02}sVb")}), "email", "users.*.mail"),
        "users.json": (json.dumps(keyed(lambda i: f"k{chr(97 + i % 26)}m{chr(97 + i // 26)}lo")), "email", "*.mail"),
        "few.json": (json.dumps(keyed(lambda i: f"tav{'aeiouy'[i]}ro", 6)), "email", "*.mail"),
        "mails.json": (json.dumps({f"jo{i}.bo{i * 7}@gmx.de": {"n": i} for i in range(60)}), "email", "(keys)"),
        "map.json": (json.dumps({f"k{chr(97 + i % 26)}m{chr(97 + i // 26)}lo": f"jo{i}.bo{i * 7}@gmx.de" for i in range(70)}), "email", "*"),
        "pivot.csv": ("datum,Rosita Krein,telefon\n" + "".join(f"x{i},jo{i}.bo{i}@gmx.de,y\n" for i in range(50)), "email", "column 2"),
        "quoted.csv": ('"nr","e""mail"\n' + "".join(f'{i},"jo{i}.bo{i}@gmx.de"\n' for i in range(50)), "email", 'e"mail'),
    }
    for name, (content, kind, field) in planted.items():
        (inside / name).write_text(content)
        rows = json.loads(classify("--json", inside / name).stdout)
        found = {(f["field"], f["type"]) for f in rows["findings"] if f["state"] == "confirmed"}
        check(f"{name} is one field", (field, kind) in found and len(rows["findings"]) == 1, rows)
        said = classify("--all", inside / name)
        check(f"{name}: nothing of it is said", not any(w in said.stdout + said.stderr for w in ("-22-", "Krein", "gmx", "kam", "tava", "Mx")),
              said.stdout)


SETTINGS = {
    "a.env": "APP_ENV=prod\nDB_PASSWORD=kT8#vQ2mzX\n",
    "a.ini": "[aws]\naws_secret_access_key = Zk3vQ9Lm2Xw8Rt5Yb1Nc7Hd4Jf6Gs0Pa2Ue5TiQo\n",
    "a.properties": "spring.datasource.password=kT8vQ2mzX1\r\n",
    "a.yml": "db:\n  user: app\n  password: 'kT8vQ2mzX1'\n",
    "a.php": "<?php define('DB_PASSWORD', 'kT8vQ2mzX1');\n$x['api_key'] = 'a8f3Kd92LmQp47Zx';\n",
    "a.toml": "[db]\npasswd = \"kT8vQ2mzX1\"\n",
    "a.tf": 'variable "x" {}\nadmin_password = "kT8vQ2mzX1"\n',
    "docker.yml": "    environment:\n      - MYSQL_ROOT_PASSWORD=kT8vQ2mzX1\n",
    "a.js": "const clientSecret = 1;\nlet apiKey = \"a8f3Kd92LmQp47Zx\";\n",
}
NO_SECRETS = """DB_PASSWORD=${DB_PASSWORD}
DB_PASSWORD=changeme123
password: vault:secret/data/db#password
password: ENC[AES256_GCM,data:Kx8s9]
password_file = /etc/app/db.pw1
password_hash = kT8vQ2mzX1
primary_key = user_id_2024x
password = self.password2.value
password = get_password(user1)
if (password == other1Pass9) {
min_password_length: 12345678
password = "<your password 1>"
api_key: '{{ api_key1 }}'
new_password = request.POST1
"""


def test_settings(folder):
    """What a password or a key is set to, and what only stands for one."""
    inside = folder / "settings"
    inside.mkdir()
    for name, content in SETTINGS.items():
        (inside / name).write_text(content)
        r = classify("--json", inside / name)
        found = {f["type"] for f in json.loads(r.stdout)["findings"] if f["state"] == "confirmed"}
        check(f"{name} holds a secret", found & {"password", "cloud-key"} and r.returncode == 1, r.stdout)
        check(f"{name}: it is not said", "vQ2m" not in r.stdout and "Zk3v" not in r.stdout and "a8f3" not in r.stdout, r.stdout)
    for line in NO_SECRETS.splitlines():
        (inside / "none.txt").write_text(f"# settings of nobody\n{line}\n")
        r = classify("--json", inside / "none.txt")
        check(f"no secret: {line}", r.returncode == 0 and not json.loads(r.stdout)["findings"], r.stdout)


def persons_of(folder, name, content):
    path = folder / name
    path.write_text(content)
    row = json.loads(classify("--json", path).stdout)
    return row.get("persons"), row


def test_persons(folder):
    """The interval holds the truth, and no name of many or mailbox of an office counts."""
    surnames = ["Schmidt", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Koch", "Richter", "Klein", "Wolf"]
    given = ["Anna", "Peter", "Maria", "Hans", "Karl", "Julia", "Laura", "Thomas", "Martin", "Sabine", "Stefan", "Monika"]
    for head, row in (("last_name,city", lambda i: surnames[i % 12]),
                      ("first_name,last_name,city", lambda i: f"{given[i % 12]},{surnames[i // 12 % 12]}"),
                      ("first_name,last_name,birth_date,city", lambda i: f"{given[i % 12]},{surnames[i // 12 % 12]},"
                       f"{1940 + i * 7 % 60}-{1 + i % 12:02}-{1 + i % 28:02}")):
        found, all_of_it = persons_of(folder, "rows.csv", head + "\n" + "".join(f"{row(i)},x\n" for i in range(2000)))
        check(f"{head}: 2000 persons", found and found["low"] <= 2000 <= found["high"], all_of_it)
        check(f"{head}: the ends are apart where names alone tell", found and (found["high"] > 1.5 * found["low"]) == ("birth" not in head), found)
    offices = ["info", "office", "noreply", "no-reply", "support", "Kontakt", "sales", "noreply-orders", "info.berlin"]
    found, all_of_it = persons_of(folder, "offices.csv", "mail,n\n" + "".join(f"{offices[i % 9]}@firma{i}.de,{i}\n" for i in range(90)))
    check("mailboxes of offices are nobody's", found is None and all(f["state"] == "suspected" for f in all_of_it["findings"]), all_of_it)
    found, all_of_it = persons_of(folder, "mixed.csv", "mail,n\n" + "".join(
        f"{'info' if i % 3 == 0 else f'jo{i}.bo'}@firma{i}.de,{i}\n" for i in range(90)))
    check("nor counted among others", found and found["high"] == 60, all_of_it)
    both = "".join(json.dumps({"buyer": {"mail": f"jo{i}@gmx.de"}, "seller": {"mail": f"jo{i + 50}@gmx.de"}}) + "\n" for i in range(100))
    found, all_of_it = persons_of(folder, "both.ndjson", both)
    check("one value in two fields is one person", found and found["low"] == found["high"] == 150, all_of_it)
    lists = "".join(json.dumps({"member": {"sfzh": person(i)["sfzh"]}} if i < 100 else {"guest": {"mail": f"jo{i}@gmx.de"}}) + "\n"
                    for i in range(300))
    found, all_of_it = persons_of(folder, "lists.ndjson", lists)
    check("what is not known is said", found and found["low"] <= 200 and found["high"] >= 300, all_of_it)


def with_check(body, check):
    return body + check(body)


def oib(body):
    rest = 10
    for c in body:
        rest = ((rest + int(c)) % 10 or 10) * 2 % 11
    return str((11 - rest) % 10)


def cpf(i):
    body = str(100000007 + i * 13579123)[:9]
    for weight in (10, 11):
        body += str(sum(int(c) * (weight - k) for k, c in enumerate(body)) * 10 % 11 % 10)
    return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"


PEOPLE = [f"{a} {b}" for a in "Anna Peter Maria Thomas Laura Michael Julia Daniel".split()
          for b in "Schmidt Garcia Rossi Novak Jensen Dubois Fischer Keller".split()]
OIBS = [with_check(str(1000000007 + i * 135791237)[:10], oib) for i in range(60)]
CPFS = [cpf(i) for i in range(60)]

KINDS = {
    "tel_a.csv": ("a,x\n" + "".join(f"+31 6 {12345678 + i * 739391},b\n" for i in range(60)), {("a", "phone")}),
    "tel.txt": ("".join(f"Bitte rufen Sie +4917{10203040 + i * 739391} zurueck.\n" for i in range(60)), {("(text)", "phone")}),
    "signed.csv": ("a,x\n" + "".join(f"+{12345678 + i * 739391},b\n" for i in range(60)), set()),
    "nir.csv": ("nir,x\n" + "".join(f"{h[0]} {h[1:3]} {h[3:5]} {h[5:7]} {h[7:10]} {h[10:13]} {97 - int(h) % 97:02},b\n" for h in (
        f"{1 + i % 2}{40 + i % 60}{1 + i % 12:02}{10 + i % 80}{100 + i}{1 + i * 7 % 900:03}" for i in range(60))), {("nir", "fr-nir")}),
    "ru.csv": ("Имя,Номер телефона,Дата рождения,Эл. почта\n" + "".join(
        f"x,8 (912) {123 + i}-45-{10 + i},{1 + i % 28:02}.{1 + i % 12:02}.{1950 + i * 7 % 50},jo{i}.bo@mail.ru\n" for i in range(60)),
        {("Номер телефона", "phone"), ("Дата рождения", "birth-date"), ("Эл. почта", "email")}),
    "he.csv": ("טלפון,x\n" + "".join(f"05{i % 10}-{1234567 + i * 73939},b\n" for i in range(60)), {("טלפון", "phone")}),
    "months.csv": ("dob,x\n" + "".join(f"{1 + i % 28:02}{'JAN FEB MAR APR'.split()[i % 4]}{40 + i * 7 % 50},b\n" for i in range(60)), {("dob", "birth-date")}),
    "mssql.sql": ("".join(f"INSERT [dbo].[People] ([id], [mail]) VALUES ({i}, N'jo{i}.bo@gmx.de')\n" for i in range(60)), {("People.mail", "email")}),
    "caret.csv": ("id^mail\n" + "".join(f"{i}^jo{i}.bo@gmx.de\n" for i in range(60)), {("mail", "email")}),
    "storms.csv": ("year,name\n" + "".join(f"{1960 + i},{'Anna Hugo Andrew Karen Martin Laura Peter Diana'.split()[i % 8]}\n" for i in range(60)), set()),
    "ratios.csv": ("id,pb.hp\n" + "".join(f"{i},{2 + i % 3}.{1234567 + i * 73939}\n" for i in range(60)), set()),
    "jsonp.js": ("callback([" + ",".join(f'{{"mail":"jo{i}.bo@gmx.de"}}' for i in range(60)) + "]);\n", {("mail", "email")}),
    "var.js": ("var people = [\n" + ",\n".join(f'{{"mail":"jo{i}.bo@gmx.de"}}' for i in range(60)) + "\n];\n", {("mail", "email")}),
    "key.json": ('{"region": "x", "access": "AKIAZ7QX4MWB2TNJ6KRD"}', {("access", "cloud-key")}),
    "people.xml": ("<all>" + "".join(f"<p><first_name>{n.split()[0]}</first_name><mail>jo{i}.bo@gmx.de</mail></p>" for i, n in enumerate(PEOPLE)) + "</all>\n",
                   {("p.first_name", "person-name"), ("p.mail", "email")}),
    "people.yaml": ("people:\n" + "".join(f"  - birth_date: {1950 + i % 50}-0{1 + i % 9}-1{i % 9}\n    mail: jo{i}.bo@gmx.de\n" for i in range(60)),
                    {("people.birth_date", "birth-date"), ("people.mail", "email")}),
    "people.toml": ("".join(f'[[people]]\nmail = "jo{i}.bo@gmx.de"\n' for i in range(60)), {("people.mail", "email")}),
    "people.ldif": ("".join(f"dn: uid=u{i},dc=x\nobjectClass: person\ncn: {n}\nmail: jo{i}.bo@gmx.de\n\n" for i, n in enumerate(PEOPLE)),
                    {("full name", "person-name"), ("mail", "email")}),
    "people.vcf": ("".join(f"BEGIN:VCARD\nFN:{n}\nBDAY:{1950 + i % 50}-0{1 + i % 9}-1{i % 9}\nEND:VCARD\n" for i, n in enumerate(PEOPLE)),
                   {("full name", "person-name"), ("birthday", "birth-date")}),
    "people.mbox": ("".join(f"From x Mon Jan 1 00:00:00 2024\nFrom: {n} <jo{i}.bo@gmx.de>\nTo: a@b.de\nSubject: x\n\nhello\n\n" for i, n in enumerate(PEOPLE)),
                    {("From.full name", "person-name"), ("From.mail", "email"), ("To.mail", "email")} - {("To.mail", "email")}),
    "people.html": ("<table><tr><th>Mail</th><th>Ort</th></tr>" + "".join(f"<tr><td>jo{i}.bo@gmx.de</td><td>x</td></tr>" for i in range(60)) + "</table>",
                    {("Mail", "email")}),
    "people.hl7": ("".join(f"MSH|^~\\&|A\rPID|1||{70000 + i}||{n.split()[1]}^{n.split()[0]}||{1950 + i % 50}0{1 + i % 9}1{i % 9}\r" for i, n in enumerate(PEOPLE)),
                   {("patient name.first name", "person-name"), ("patient name.last name", "person-name"), ("birth date", "birth-date")}),
    "fixed.txt": ("NAME             MAIL                     ORT\n" + "".join(f"{n:17}{f'jo{i}.bo@gmx.de':25}x\n" for i, n in enumerate(PEOPLE)),
                  {("NAME", "person-name"), ("MAIL", "email")}),
    "oib.csv": ("ime,oib\n" + "".join(f"x,{v}\n" for v in OIBS), {("oib", "hr-oib")}),
    "oib_not_said.csv": ("ime,broj\n" + "".join(f"x,{v}\n" for v in OIBS), set()),
    "cpf.txt": ("".join(f"O cliente informou {v} no cadastro.\n" for v in CPFS), {("(text)", "br-cpf")}),
    "tel_fr.txt": ("".join(f"Merci de rappeler, tél. 0{1 + i % 5} {10 + i} {20 + i} {30 + i % 60} {99 - i}, ce soir\n" for i in range(60)), {("column 2", "phone")}),
    "query.log": ("".join(f"10.0.0.1 GET /reg?mail=jo{i}.bo%40gmx.de&tel=+4917{10203040 + i * 739391} 200\n" for i in range(60)), {("(text)", "email"), ("(text)", "phone")}),
    "address.csv": ("nr,Nachname,Anschrift,Konfession\n" + "".join(f"{i},{n.split()[1]},Lindenallee {i + 1},rk\n" for i, n in enumerate(PEOPLE)),
                    {("Nachname", "person-name"), ("Anschrift", "postal-address")}),
    "shops.csv": ("shop,address,religion\n" + "".join(f"S{i},{i + 1} Park Street,none\n" for i in range(60)), set()),
    "hook.txt": ("post to https://hooks.slack.com/services/" + "T0A1B2C3D/B0A1B2C3D/" + "aB3dE5fG7hI9jK1lM3nO5pQ7\n"
                 "or https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX\n", {("(text)", "cloud-key")}),
    "one.json": ('{"db": {"user": "app", "password": "kT8vQ2mzX1"}}', {("db.password", "password")}),
    "no_one.json": ('{"db": {"password": "${DB_PASSWORD}", "password_file": "/run/x1", "type": "changeme1"}}', set()),
    "login.txt": ("see https://deploy:Xk9vQ2mL7w@git.firma.de/x.git\nand http://user:password@host.de/\n", {("(text)", "connection-string")}),
}


def test_kinds(folder):
    """One file each for what was not found, or found where nobody was."""
    inside = folder / "kinds"
    inside.mkdir()
    for name, (content, wanted) in KINDS.items():
        (inside / name).write_text(content)
        row = json.loads(classify("--json", inside / name).stdout)
        found = {(f["field"], f["type"]) for f in row["findings"] if f["state"] == "confirmed"}
        check(f"{name}: {wanted}", found == wanted, row)


# Of cp1253 these letters stand where ISO-8859-7 has them, too.
CODINGS = {
    "cp1251": ("Фамилия;Телефон;Эл. почта", "Иванов Кузнецова Смирнов Петрова Соколов Морозова Волков", "windows-1251"),
    "koi8-r": ("Фамилия;Телефон;Эл. почта", "Иванов Кузнецова Смирнов Петрова Соколов Морозова Волков", "koi8-r"),
    "cp932": ("氏名;電話番号;メールアドレス", "佐藤さくら 鈴木まこと 高橋ゆうこ 田中ひろし 渡辺あきら", "cp932"),
    "euc-jp": ("氏名;電話番号;メールアドレス", "佐藤さくら 鈴木まこと 高橋ゆうこ 田中ひろし 渡辺あきら", "euc-jp"),
    "cp949": ("이름;전화번호;이메일", "김철수입니다 이영희입니다 박민수입니다 최지우입니다", "cp949"),
    "big5": ("姓名;電話號碼;電子郵件", "陳美玲的資料 林志明的資料 黃淑芬的資料 張雅婷的資料", "cp950"),
    "cp1252": ("Nachname;Telefon;E-Mail", "Müller Jäger Schröder Größer Krüger Köhler Weiß", "windows-1252"),
    "cp1253": ("Επώνυμο;Τηλέφωνο;Email", "Παπαδόπουλος Γεωργίου Δημητρίου Νικολάου", "iso-8859-7"),
    "gb18030": ("姓名;手机号;邮箱", "王小明的资料 李美丽的资料 张建国的资料 刘德华的资料", "gb18030"),
}


def test_codings(folder):
    """Older encodings are told by their letters and named; what cannot be told is said."""
    inside = folder / "codings"
    inside.mkdir()
    for coding, (head, names, said) in CODINGS.items():
        names = names.split()
        text = head + "\n" + "".join(f"{names[i % len(names)]};06{10 + i % 80}-{123456 + i * 7391},jo;jo{i}.bo@gmx.de\n".replace(",jo;", ";") for i in range(80))
        (inside / coding).write_bytes(text.encode(coding))
        row = json.loads(classify("--json", inside / coding).stdout)
        check(f"{coding} is told", row["coding"] == said, row["coding"])
        check(f"{coding}: headings are read", (head.split(";")[2], "email") in {(f["field"], f["type"]) for f in row["findings"]}, row)
    (inside / "untold.csv").write_bytes(b"a;b\n" + b"\x81\x30\xff\x81 \xfe\x80;x\n" * 80)
    r = classify(inside / "untold.csv")
    check("what cannot be told is said", r.returncode == 3 and "encoding that could not be told" in r.stderr and "unknown" in r.stdout, r.stderr + r.stdout)
    (inside / "noise.bin").write_bytes(bytes(i * 197 % 256 for i in range(5000)))
    check("noise is no text", classify(inside / "noise.bin").returncode == 0)


def archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members.items():
            z.writestr(name, content)
    return out.getvalue()


def pdf(lines):
    """A document of one page with these lines."""
    content = zlib.compress(("BT /F1 10 Tf 14 TL 40 800 Td\n" + "".join(f"({line}) Tj T*\n" for line in lines) + "ET").encode())
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
               b"<</Length %d/Filter/FlateDecode>>stream\n" % len(content) + content + b"\nendstream",
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    out, places = b"%PDF-1.4\n", []
    for i, o in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n" % (i + 1) + o + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def test_unread(folder):
    """What is of a format that is not read is no file without findings."""
    inside = folder / "unread"
    inside.mkdir()
    database = sqlite3.connect(inside / "a.db")
    database.execute("CREATE TABLE t (a)")
    database.commit()
    database.close()
    text = people(400)
    kinds = {
        "a.gz.gz": (gzip.compress(gzip.compress(text.encode())), "a twice packed file"),
        "a.pst": (b"!BDN" + bytes(100), "an Outlook data file"), "b.pst.gz": (gzip.compress(b"!BDN" + bytes(100)), "an Outlook data file"),
        "a.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "an old Office document"), "a.orc": (b"ORC" + bytes(100), "an ORC file"),
        "a.parquet": (b"PAR1" + bytes(100), "a Parquet file"), "a.avro": (b"Obj\x01" + bytes(100), "an Avro file"),
    }
    for name, (content, words) in kinds.items():
        (inside / "a.db").unlink(missing_ok=True)
        (inside / name).write_bytes(content)
        r = classify(inside / name)
        check(f"{name} alone", r.returncode == 3 and r.stderr.startswith(f"ajar: {inside / name}: {words}, which is not read; ")
              and len(r.stderr.splitlines()) == 1 and "nothing found" not in r.stdout and words[words.index(" ") + 1:] in r.stdout,
              f"{r.returncode} {r.stderr} {r.stdout}")
        r = classify("--json", inside / name)
        row = json.loads(r.stdout)
        check(f"{name} as JSON", row["unread"] in words and row["findings"] == [] and r.returncode == 3, r.stdout)
    for options in ([], ["--json"], ["--all"]):
        r = classify(*options, inside)
        check(f"kinds are counted {options}", r.returncode == 3 and len(r.stderr.splitlines()) == 2
              and "7 files were not read: 2 Outlook data files, 1 " in r.stderr and "1 ORC file" in r.stderr and "nothing found in 0" in r.stderr,
              f"{r.returncode} {r.stderr}")
        check("what to do to see their names", ("--all names them" in r.stderr) == (options == []), r.stderr)
        check("and their names", sum(name in r.stdout for name in kinds) == (len(kinds) if options else 0), r.stdout)
    (inside / "a.txt").write_text("nobody\n")
    check("no word of what was read", "unread" not in json.loads(classify("--json", inside / "a.txt").stdout))
    r = classify(folder / "people.ndjson", inside / "a.avro", inside / "a.parquet")
    check("two paths, two complaints", r.returncode == 1 and len(r.stderr.splitlines()) == 3 and "an Avro file" in r.stderr, r.stderr)
    (folder / "stored.pdf").write_bytes(b"%PDF-1.4\n" + text.encode())
    r = classify("--json", folder / "stored.pdf")
    check("what is in the clear is found", r.returncode == 1 and "cn-id" in r.stdout and "a PDF document" in r.stderr, r.stderr)
    (folder / "people.utf32").write_bytes(text.encode("utf-32"))
    r = classify(folder / "people.utf32")
    check("UTF-32", r.returncode == 1 and "utf-32le" in r.stdout and "resident ID" in r.stdout, r.stdout)


def test_attachments(folder):
    """What hangs on a mail and is no text is not read, and that is said."""
    def mail(parts):
        body = "".join(f"--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{text}\r\n" for kind, text in parts)
        return (f"From: anna@example.org\r\nTo: bob@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
                f"Content-Type: multipart/mixed; boundary=b\r\n\r\n{body}--b--\r\n").encode()
    text = base64.b64encode(b"nothing here\n").decode()
    for name, parts, status, said in (
            ("one.eml", [("text/plain", text), ("application/pdf", text)], 3, "1 part of a mail that is no text and not read"),
            ("two.eml", [("image/png", text), ("application/zip", text)], 3, "2 parts of a mail that are no text and not read"),
            ("none.eml", [("text/plain", text)], 0, "")):
        (folder / name).write_bytes(mail(parts))
        r = classify("--fail-on", "confirmed", str(folder / name))
        check(f"{name} says what was not read", r.returncode == status and said in r.stderr, f"{r.returncode} {r.stderr}{r.stdout}")


def test_containers(folder):
    """What is packed is taken apart and read; names from inside are not said, and what cannot be read is."""
    inside = folder / "packed"
    inside.mkdir()
    text = people(400)
    mails = [f"jo{i}.bo@gmx.de" for i in range(60)]
    with tarfile.open(inside / "a.tar.xz", "w:xz") as t:
        info = tarfile.TarInfo("Rosita Krein.ndjson")
        info.size = len(text)
        t.addfile(info, io.BytesIO(text.encode()))
    database = sqlite3.connect(inside / "a.db")
    database.execute("CREATE TABLE t (id INTEGER, mail TEXT, picture BLOB)")
    database.executemany("INSERT INTO t VALUES (?, ?, x'00ff')", list(enumerate(mails)))
    database.commit()
    database.close()
    sheet = "<row><c r='A1' t='inlineStr'><is><t>nr</t></is></c><c r='B1' t='s'><v>60</v></c></row>" + "".join(
        f"<row><c r='A{i + 2}'><v>{i}</v></c><c r='B{i + 2}' t='s'><v>{i}</v></c></row>" for i in range(60))
    cells = "<r><c><p>nr</p></c><c><p>mail</p></c></r>" + "".join(f"<r><c><p>{i}</p></c><c><p>{m}</p></c></r>" for i, m in enumerate(mails))
    cells = cells.replace("<r>", "<table-row>").replace("</r>", "</table-row>").replace("<c>", "<table-cell>").replace("</c>", "</table-cell>")
    office = {"[Content_Types].xml": "<T/>"}
    files = {
        "a.zip": (archive({"Rosita Krein.ndjson": text, "b/c.txt": "nobody"}), "a.zip#1.ndjson", "cn-id"),
        "a.xz": (lzma.compress(text.encode()), "a.xz#1.part", "cn-id"),
        "a.bz2": (bz2.compress(text.encode()), "a.bz2#1.part", "cn-id"),
        "a.tar.xz": (None, "a.tar.xz#1.ndjson", "cn-id"),
        "a.db": (None, "a.db#1.table", "email"),
        "a.xlsx": (archive({**office, "xl/worksheets/sheet1.xml": f"<w>{sheet}</w>", "xl/sharedStrings.xml":
                            "<s>" + "".join(f"<si><t>{m}</t></si>" for m in mails + ["mail"]) + "</s>"}), "a.xlsx#1.sheet", "email"),
        "a.docx": (archive({**office, "word/document.xml": "<d>" + "".join(f"<p><t>Herr X, +4917{10203040 + i * 739391}</t></p>" for i in range(60))
                            + "</d>"}), "a.docx#1.text", "phone"),
        "a.ods": (archive({"META-INF/manifest.xml": "<m/>", "content.xml": f"<o><table>{cells}</table></o>"}), "a.ods#1.content", "email"),
    }
    tars = {mode: io.BytesIO() for mode in ("", "gz")}
    for mode, out in tars.items():
        with tarfile.open(fileobj=out, mode=f"w:{mode}") as t:
            info = tarfile.TarInfo("Rosita Krein.ndjson")
            info.size = len(text)
            t.addfile(info, io.BytesIO(text.encode()))
    if (pathlib.Path(AJAR).parent / "ajar-pdf").exists():
        files["a.pdf"] = (pdf([f"Herr X, Tel. +4917{10203040 + i * 739391}" for i in range(50)]), "a.pdf#1.text", "phone")
    files |= {
        "a.tar.gz": (tars["gz"].getvalue(), "a.tar.gz#1.ndjson", "cn-id"),
        "a.zip.gz": (gzip.compress(files["a.zip"][0]), "a.zip.gz#1.ndjson", "cn-id"),
        "a.db.gz": (gzip.compress((inside / "a.db").read_bytes()), "a.db.gz#1.table", "email"),
        "nested.zip": (archive({"x.tar": tars[""].getvalue(), "y.zip": files["a.zip"][0]}), "nested.zip#1.ndjson", "cn-id"),
        "in.zip": (archive({"x.tgz": tars["gz"].getvalue()}), "in.zip#1.ndjson", "cn-id"),
        "db.zip": (archive({"x.sqlite": (inside / "a.db").read_bytes()}), "db.zip#1.table", "email"),
        "xlsx.zip": (archive({"x.xlsx": files["a.xlsx"][0]}), "xlsx.zip#1.sheet", "email"),
    }
    for name, (content, part, kind) in files.items():
        if content is not None:
            (inside / name).write_bytes(content)
        r = classify("--json", inside / name)
        rows = [json.loads(line) for line in r.stdout.splitlines()]
        check(f"{name} is read", r.returncode == 1 and not r.stderr and [os.path.basename(row["file"]) for row in rows][:1] == [part]
              and kind in {f["type"] for f in rows[0]["findings"] if f["state"] == "confirmed"}, f"{r.returncode} {r.stderr} {r.stdout}")
        check(f"{name}: no name from inside", "Krein" not in r.stdout + r.stderr, r.stdout)
    whole = (inside / "a.zip").read_bytes()
    bad = {
        "cut.zip": (whole[: len(whole) // 2], "damaged"),
        "noise.zip": (b"PK\x03\x04" + bytes(200), "damaged"),
        "bomb.zip": (archive({"a.txt": "0" * 300000000}), "more than 200 times its size"),
        "entities.docx": (archive({**office, "word/document.xml": "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><d><t>&b;</t></d>"}), "damaged"),
        "noise.db": (b"SQLite format 3\0" + bytes(i * 37 % 256 for i in range(2000)), "damaged"),
        "deep.zip": (archive({"d.zip": archive({"c.zip": archive({"b.zip": archive({"a.zip": whole})})})}), "too deep to be taken apart"),
    }
    for name, (content, words) in bad.items():
        (inside / name).write_bytes(content)
        r = classify(inside / name)
        check(f"{name} is said", words in r.stderr and "early" not in r.stderr and r.returncode in (1, 3), f"{r.returncode} {r.stderr}")
    r = subprocess.run([AJAR, "classify", "-"], input=whole, capture_output=True, timeout=60, check=False)
    check("a container on a pipe cannot be taken apart, and that is said", r.returncode in (1, 3) and b"zip archive, which is not read" in r.stderr, r.stderr)


def test_pipes(folder):
    """A pipe by its name is read to its end; what is neither file nor pipe is named."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    text = people(3000)

    def write():
        with open(pipe, "w", encoding="utf-8") as out:
            out.write(text[:70000])
            out.flush()
            time.sleep(0.1)
            out.write(text[70000:])

    writer = threading.Thread(target=write)
    writer.start()
    r = classify("--json", pipe)
    writer.join()
    check("a FIFO is read", r.returncode == 1 and json.loads(r.stdout)["bytes"] == len(text), f"{r.returncode} {r.stdout} {r.stderr}")
    r = classify("--json", "/dev/stdin", input=text)
    check("/dev/stdin", r.returncode == 1 and json.loads(r.stdout)["bytes"] == len(text), r.stdout + r.stderr)
    r = subprocess.run(["bash", "-c", f"{AJAR} classify <(sleep 0.2; cat {folder}/people.ndjson) <(echo nobody)"], capture_output=True,
                       text=True, timeout=60, check=False)
    check("process substitution", r.returncode == 1 and "resident ID" in r.stdout and "2 files" in r.stderr, r.stdout + r.stderr)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / "door"))
        r = classify(folder / "door")
        check("a socket", r.returncode == 3 and "door: a socket, which is not read" in r.stderr and not r.stdout, f"{r.returncode} {r.stderr}")
    special = folder / "special"
    special.mkdir()
    os.mkfifo(special / "pipe")
    (special / "a.txt").write_text("nobody\n")
    r = classify(special)
    check("a FIFO in a directory is passed by", r.returncode == 0 and "1 pipe, socket or device was passed by" in r.stderr,
          f"{r.returncode} {r.stderr}")


def test_paths(folder):
    """One bad path does not keep the others from being read."""
    r = classify("/nonexistent/file", folder / "people.ndjson", folder / "people.ndjson/x")
    check("good paths are read", r.returncode == 1 and "resident ID" in r.stdout and "ajar: /nonexistent/file: No such file" in r.stderr
          and "people.ndjson/x: Not a directory" in r.stderr, f"{r.returncode} {r.stderr}")
    dull = folder / "dull.txt"
    dull.write_text("nobody\n")
    check("bad path, nothing confirmed", classify("/nonexistent/file", dull).returncode == 3)
    r = classify("/nonexistent/\x1b[2Jfile")
    check("one bad path", r.returncode == 3 and len(r.stderr.splitlines()) == 1 and "\x1b" not in r.stderr and not r.stdout, r.stderr)
    links = folder / "links"
    links.mkdir()
    r = classify(links)
    check("an empty directory", r.returncode == 0 and "0 files" in r.stderr, f"{r.returncode} {r.stderr}")
    (links / "a").symlink_to(folder / "people.ndjson")
    (links / "b").symlink_to(folder)
    r = classify(links)
    check("nothing but links", r.returncode == 3 and "2 symbolic links were not followed" in r.stderr and "wants" not in r.stderr,
          f"{r.returncode} {r.stderr}")
    (links / "c").write_text("nobody\n")
    r = classify("--all", links)
    check("links beside a file", r.returncode == 0 and "2 symbolic links were not followed" in r.stderr and "nothing found" in r.stdout,
          f"{r.returncode} {r.stderr}")
    check("a link that is named is followed", classify(links / "a").returncode == 1)
    deep = folder / "deep" / "/".join("d" * 70)
    deep.mkdir(parents=True)
    (folder / "deep" / "z.txt").write_text(people(400))
    r = classify(folder / "deep")
    check("too deep is said, the rest is read", r.returncode == 1 and "nest deeper than 64" in r.stderr and "resident ID" in r.stdout, r.stderr)


def test_interrupt():
    # Whoever started this may have had it ignored, as a shell does for what it runs in the background.
    p = subprocess.Popen([AJAR, "classify", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    time.sleep(0.3)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=10)
    check("Ctrl-C ends it", p.returncode == -signal.SIGINT and out == b"" and err == b"", f"{p.returncode} {err}")


def main():
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        test_mistakes()
        test_trouble(folder)
        test_input(folder)
        test_progress()
        test_names(folder)
        test_persons(folder)
        test_kinds(folder)
        test_codings(folder)
        test_settings(folder)
        test_unread(folder)
        test_containers(folder)
        test_attachments(folder)
        test_pipes(folder)
        test_paths(folder)
        test_output(folder)
        test_reports(folder)
        test_interrupt()
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


sys.exit(main())
