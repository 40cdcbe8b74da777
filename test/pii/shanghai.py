#!/usr/bin/env python3
"""A police system's export: shanghai.py CLASSIFY [--keep FILE]

One table with pinyin headings (GA/T data elements), GB18030, CRLF, half of the ID numbers damaged by a spreadsheet (the last
three digits are zero), some masked, some of 15 digits, a few cells empty; beside the people's columns there are codes,
states, times and counters. Every column of people's data must be confirmed as what it is, and none of the others.
"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import People  # noqa: E402

ROWS = 4000
EXPECTED = {"XM": {"cn-name"}, "GMSFHM": {"cn-id"}, "XB": {"sex"}, "MZ": {"cn-ethnic"}, "CSRQ": {"birth-date"},
            "HJDZ": {"cn-address"}, "XZZ": {"cn-address"}, "SJHM": {"cn-mobile"}, "BJRXM": {"cn-name"},
            "BJRLXDH": {"cn-mobile"}, "AJBH": {"case-number"}, "JYAQ": {"police-text"}, "CPHM": {"cn-plate"},
            "HZHM": {"cn-passport"}, "YHKH": {"bank-card"}, "DZYX": {"email"}}
ALLOWED = {"GMSFHM": {"cn-id-damaged", "cn-id-masked", "cn-id-15"}}


def damaged(p, number):
    kind = p.r.random()
    if kind < 0.5:
        return number[:15] + "000"
    if kind < 0.53:
        return number[:6] + "********" + number[14:]
    return number


def row(p, i):
    birth, male = p.birth(), p.r.random() < 0.5
    moment = "2022%02d%02d%02d%02d%02d" % (p.r.randrange(1, 13), p.r.randrange(1, 29), p.r.randrange(24), p.r.randrange(60), p.r.randrange(60))
    return {"RYBH": "R%012d" % (310100000000 + i), "XM": p.cn_name(), "GMSFHM": damaged(p, p.cn_id(birth, male)),
            "XB": "1" if male else "2", "MZ": p.ethnic(), "CSRQ": birth.strftime("%Y%m%d"), "HJDZ": p.cn_address(), "XZZ": p.cn_address(),
            "SJHM": p.cn_mobile(), "BJRXM": p.cn_name(), "BJRLXDH": p.cn_mobile(), "AJBH": p.case_number(),
            "AJLB": p.r.choice(["01", "02", "03", "0504"]), "JYAQ": p.case_text(), "BJSJ": moment,
            "CPHM": p.cn_plate() if p.r.random() < 0.4 else "", "HZHM": p.cn_passport() if p.r.random() < 0.3 else "",
            "YHKH": p.bank_card() if p.r.random() < 0.5 else "", "DZYX": p.email() if p.r.random() < 0.3 else "",
            "DWDM": p.r.choice(["310115000000", "310104000000", "310112000000"]), "ZT": p.r.choice(["0", "1"]), "XH": str(i + 1),
            "GXSJ": moment}


def main():
    p = People("shanghai")
    rows = [row(p, i) for i in range(ROWS)]
    lines = [",".join(rows[0])] + [",".join('"%s"' % v if "," in v else v for v in r.values()) for r in rows]
    with tempfile.NamedTemporaryFile(suffix=".csv") as out:
        out.write(("\r\n".join(lines) + "\r\n").encode("gb18030"))
        out.flush()
        if "--keep" in sys.argv:
            with open(sys.argv[sys.argv.index("--keep") + 1], "wb") as kept:
                kept.write(("\r\n".join(lines) + "\r\n").encode("gb18030"))
        done = subprocess.run(sys.argv[1].split() + ["--json", out.name], stdout=subprocess.PIPE, check=False)
    report = json.loads(done.stdout)
    found = {}
    for f in report["findings"]:
        if f["state"] == "confirmed":
            found.setdefault(f["field"], set()).add(f["type"])
    passed = failed = 0
    for name in rows[0]:
        wanted, got = EXPECTED.get(name, set()), found.get(name, set())
        fine = wanted <= got and got <= wanted | ALLOWED.get(name, set())
        passed, failed = passed + fine, failed + (not fine)
        if not fine:
            print("column %s: expected %s, confirmed %s" % (name, sorted(wanted), sorted(got)))
    persons = report.get("persons", {})
    counted = persons and persons["low"] <= ROWS and report["coding"] == "gb18030" and report["records"] == ROWS
    passed, failed = passed + bool(counted), failed + (not counted)
    print("coding %s, records %d, persons %s" % (report["coding"], report["records"], persons))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
