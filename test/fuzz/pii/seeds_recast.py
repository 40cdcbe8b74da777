#!/usr/bin/env python3
"""Seeds for fuzz_recast: the cases of its unit test, the kind in front. seeds_recast.py DIRECTORY"""
import pathlib
import re
import sys

KINDS = "XML HTML LDIF VCARD CALENDAR MAIL GIT YAML INI FORM HL7 X12 EDIFACT FIXED".split()
OUT = pathlib.Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
SOURCE = (pathlib.Path(__file__).parents[2] / "unit/pii/recast.c").read_text(encoding="utf-8")
CASE = re.compile(r'\{ RECAST_(\w+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+),')
for i, found in enumerate(CASE.finditer(SOURCE)):
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found[2]))
    text = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], m[1]), text)
    (OUT / f"case{i}").write_bytes(bytes([KINDS.index(found[1]), 7]) + text.encode())
