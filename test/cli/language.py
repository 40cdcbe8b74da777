#!/usr/bin/env python3
"""What people read in English and in Chinese: every sentence, in lines that fit and columns that stand; and that nothing a
machine reads knows of it.

    test/cli/language.py BUILD        the last line says how many passed and failed
"""
import base64
import email.header
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata

from run import RESULTS, Redis, check

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
AJAR = BUILD / "ajar"
CATALOGUE = BUILD / "locale/zh_CN/LC_MESSAGES/ajar.mo"
MACHINES = ("json", "sarif", "csv", "excel", "ical", "ocsf", "l9", "junit")
SCENES = ("story", "empty", "hostile")
HAN = re.compile(r"[\u4e00-\u9fff]")
# English that stays: names of products, of owners in the scene, of requests; lines to paste.
SENTENCE = re.compile(r"\b(?!of the|on the)(?:[A-Za-z]{2,} ){3,}[A-Za-z]{2,}")
NAMES = ("Public Security Bureau", "Example Organization Validation CA", "moves behind the proxy", "no route to the host",
         "excluded by the scope file", "date of birth", "resident ID number")


def ajar(*args, lang=None, program=AJAR, **env):
    base = {k: v for k, v in os.environ.items() if k not in ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES")}
    extra = ["--lang", lang] if lang else []
    return subprocess.run([program, *args, *extra], capture_output=True, text=True, timeout=120,
                          env=dict(base, XDG_STATE_HOME=STATE, XDG_CONFIG_HOME=STATE, HOME=STATE, TERM="xterm", **env))


def demo(form, scene, *, chinese, columns=80):
    return subprocess.run([BUILD / "report-demo", form, scene, *([CATALOGUE] if chinese else [])], check=True,
                          stdout=subprocess.PIPE, cwd=ROOT, env=dict(os.environ, COLUMNS=str(columns))).stdout.decode()


def wide(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def without_fixes(form, text):
    if form == "html":
        text = re.sub(r"<(style|script|pre|code)\b.*?</\1>", " ", text, flags=re.S)
        return re.sub(r"<[^>]*>", "\n", text)
    if form == "markdown":
        text = re.sub(r"^(```+)\n.*?^\1$", "", text, flags=re.S | re.M)
        return re.sub(r"(`+).*?\1", " ", text)
    return "\n".join(line for line in text.splitlines() if not line.startswith("    ") or HAN.search(line))


def test_every_sentence():
    for scene in ("story", "empty"):
        for form in ("tty", "html", "markdown"):
            text = without_fixes(form, demo(form, scene, chinese=True, columns=200))
            left = [m[0] for m in SENTENCE.finditer(text) if not any(n in text[max(0, m.start() - 40):m.end() + 40] for n in NAMES)]
            check(f"{form} of {scene} is Chinese", not left and len(HAN.findall(text)) > 20, left[:5])


def test_lines_fit():
    for columns in (40, 80, 200):
        text = demo("tty", "story", chinese=True, columns=columns)
        long = [line for line in text.splitlines() if wide(line) > columns and HAN.search(line)]
        check(f"lines fit {columns} columns", not long, long[:3])
        starts = [line for line in text.splitlines() if re.match(r"\s*[，。；：、）]", line)]
        check(f"no line of {columns} columns begins with a stop", not starts, starts[:3])


def column_of(line, what):
    at = line.find(what)
    return wide(line[:at]) if at >= 0 else None


def test_columns_stand():
    """Each cell of the table begins, or ends, where its head does."""
    lines = demo("tty", "story", chinese=True, columns=200).splitlines()
    head = next(line for line in lines if line.startswith("严重程度"))
    rows = [line for line in lines if re.match(r"\S+ +\d+\.\d+\.\d+\.\d+:\d+", line)]
    check("the table has rows", len(rows) > 10, lines[:20])
    for name in ("端点", "产品", "状态", "始于"):
        at = column_of(head, name)
        bad = []
        for row in rows:
            used, i = 0, 0
            while i < len(row) and used < at:
                used += wide(row[i])
                i += 1
            empty = name == "状态" and row[i:i + 4].isspace()  # a certificate has none
            if used != at or row[i - 1] != " " or (row[i:i + 1] in ("", " ") and not empty):
                bad.append(row)
        check(f"the column {name}", not bad, [head, *bad[:2]])
    ends = {wide(row) for row in rows if re.search(r"[kMGT]?B$", row)}
    check("sizes end where their head does", ends == {wide(head)}, ends)


def test_machines():
    for scene in SCENES:
        for form in MACHINES:
            check(f"{form} of {scene} is the same in both", demo(form, scene, chinese=True) == demo(form, scene, chinese=False))


def test_stored(redis):
    """One store, told in both; what a scan stores under Chinese is what it stores under English."""
    db = f"{STATE}/two.db"
    scan = ajar("scan", "--db", db, f"127.0.0.1:{redis.port}", lang="zh_CN")
    check("a scan is told in Chinese", "无需口令即可访问数据" in scan.stdout and "如何关闭" in scan.stdout and
          "Data can be reached" not in scan.stdout, scan.stdout[:600] + scan.stderr)
    check("its progress too", "历史库" not in scan.stderr or HAN.search(scan.stderr), scan.stderr)
    english, chinese = (ajar("show", "--db", db, lang=lang) for lang in ("en", "zh_CN"))
    check("show in English", "Data can be reached without a password" in english.stdout and not HAN.search(english.stdout), english.stdout)
    check("show in Chinese", "无需口令即可访问数据" in chinese.stdout and "当前开放：" in chinese.stdout, chinese.stdout)
    for args in (["show", "--json"], ["show", "--scans", "--json"], ["fleets", "--json"], ["certs", "--format", "json"],
                 ["judge", "--format", "json", "--db", db]):
        a, b = (ajar(*args, *([] if "--db" in args else ["--db", db]), lang=lang) for lang in ("en", "zh_CN"))
        a, b = (re.sub(r'"(at|time|seed|started|ended|command|took_ms|age_ms|rate)":("[^"]*"|[0-9.]+)', "", r.stdout) for r in (a, b))
        check(f"ajar {' '.join(args[:3])} is the same in both", a == b and not HAN.search(b), b[:400])
    finding = re.search(r'"fingerprint":"([0-9a-f]+)"', ajar("show", "--json", "--db", db).stdout)[1]
    one = ajar("show", finding[:12], "--db", db, lang="zh_CN").stdout
    check("one finding in Chinese", "无需口令即予应答" in one and "开放始于" in one and "如何关闭" in one, one)
    statuses = {ajar("scan", "--db", "none", f"127.0.0.1:{redis.port}", lang=lang).returncode for lang in ("en", "zh_CN")}
    check("exit statuses are the same", len(statuses) == 1, statuses)


def test_errors():
    for args, wanted in ((["scna"], "未知子命令“scna”"), (["scan", "--prots", "1", "127.0.0.1"], "未知选项 --prots"),
                         (["scan", "10.0.0.0/33"], "前缀长度须为 0 到"), (["show", "--db", f"{STATE}/none/at/all.db"], "还没有历史库")):
        r = ajar(*args, lang="zh_CN")
        check(f"ajar {' '.join(args)} in Chinese", wanted in r.stderr and r.returncode == 2, r.stderr)


def test_help():
    verbs = re.findall(r"^  ajar (\w+)", ajar("help").stdout, re.M)
    check("help lists verbs", len(verbs) > 15, verbs)
    for verb in verbs:
        english, chinese = ajar("help", verb).stdout, ajar("help", verb, lang="zh_CN").stdout
        options = [re.findall(r"^  (--[a-z-]+)", text, re.M) for text in (english, chinese)]
        check(f"help {verb} in Chinese", HAN.search(chinese) and options[0] == options[1] and
              not SENTENCE.search(re.sub(r"(?m)^ajar .*|`.*?`", "", chinese)), chinese)


def test_messages(redis):
    """A watch in Chinese: mail for people is Chinese, its JSON for machines is not."""
    place = pathlib.Path(STATE) / "watch"
    place.mkdir()
    for name in ("mail", "json"):
        (place / name).write_text(f'#!/bin/sh\ncat >>{place}/{name}.out\necho >>{place}/{name}.out\n')
        (place / name).chmod(0o755)
    (place / "watch.yaml").write_text(
        f"targets: ['127.0.0.1:{redis.port}', 'nowhere.invalid:6379']\nschedule: {{every: 6h}}\ndb: {place}/w.db\nspool: {place}/spool\n"
        f"notices:\n  - email: {{sendmail: {place}/mail, from: a@example.org, to: [b@example.org]}}\n    min_severity: low\n"
        f"  - command: [{place}/json]\n    min_severity: low\n")
    r = ajar("watch", "--config", str(place / "watch.yaml"), "--once", lang="zh_CN", LANG="zh_CN.UTF-8")
    machine = (place / "json.out").read_text() if (place / "json.out").exists() else ""
    mail = (place / "mail.out").read_text() if (place / "mail.out").exists() else ""
    bodies = "".join(base64.b64decode(b).decode() for b in re.findall(r"base64\n\n([A-Za-z0-9+/=\n]+?)(?=\n\n|\Z|\nDate)", mail))
    subjects = "".join(str(email.header.make_header(email.header.decode_header(s))) for s in re.findall(r"^Subject: (.*(?:\n .*)*)", mail, re.M))
    check("a message for machines", "Data can be reached without a password" in machine and not HAN.search(machine), machine[:500] + r.stderr)
    check("a mail in Chinese", "无需口令即可访问数据" in bodies and "位置" in bodies and not SENTENCE.search(re.sub(r"(?m)^    .*", "", bodies)),
          SENTENCE.findall(re.sub(r"(?m)^    .*", "", bodies)) or bodies[:900])
    check("its subject", "无需口令即可访问数据" in subjects and "新增" in subjects, subjects)
    check("what the watch says", HAN.search(r.stderr) and "to tell" not in r.stderr, r.stderr)


def test_choice():
    english = ajar("help").stdout
    for env in ({}, {"LANG": "C"}, {"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"}, {"LANG": "xx_YY.UTF-8"}, {"LANG": "zh_CN.GBK"},
                {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, {"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}):
        check(f"English by {env}", ajar("help", **env).stdout == english)
    for env in ({"LANG": "zh_CN.UTF-8"}, {"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, {"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}):
        check(f"Chinese by {env}", HAN.search(ajar("help", **env).stdout))
    check("--lang goes before the environment", ajar("help", lang="en", LANG="zh_CN.UTF-8").stdout == english)
    check("--lang before the verb", HAN.search(subprocess.run([AJAR, "--lang=zh_CN", "help"], capture_output=True, text=True).stdout))
    for args in (["help", "--lang", "xx"], ["help", "--lang"]):
        r = ajar(*args)
        check(f"ajar {' '.join(args)}", r.returncode == 2 and "zh_CN" in r.stderr, r.stderr)


def test_no_catalogue():
    """Missing, empty, cut, and another file: English, without a word."""
    whole = CATALOGUE.read_bytes()
    for name, content in (("missing", None), ("empty", b""), ("cut", whole[:len(whole) // 2]), ("a directory", "dir"),
                          ("not a catalogue", b"\x7fELF" * 1000), ("turned", whole[:20] + b"\xff" * 64 + whole[84:])):
        place = pathlib.Path(STATE) / name.replace(" ", "-")
        file = place / "locale/zh_CN/LC_MESSAGES/ajar.mo"
        file.parent.mkdir(parents=True)
        shutil.copy(AJAR, place / "ajar")
        if content == "dir":
            file.mkdir()
        elif content is not None:
            file.write_bytes(content)
        r = ajar("help", "scan", lang="zh_CN", program=place / "ajar")
        check(f"a catalogue that is {name}", r.returncode == 0 and not HAN.search(r.stdout) and not r.stderr and "--ports" in r.stdout,
              r.stdout[:200] + r.stderr)
        shutil.rmtree(place)


def main():
    global STATE
    if not CATALOGUE.exists():
        print("no catalogue was built: gettext is missing")
        return 1
    redis = Redis()
    with tempfile.TemporaryDirectory() as STATE:
        for test in (test_every_sentence, test_lines_fit, test_columns_stand, test_machines, test_errors, test_help, test_choice,
                     test_no_catalogue):
            test()
        test_stored(redis)
        test_messages(redis)
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return RESULTS["failed"] != 0


if __name__ == "__main__":
    sys.exit(main())
