#!/usr/bin/env python3
"""Seeds for fuzz_unpack: small containers of each kind, the first byte saying which. seeds_unpack.py DIRECTORY"""
import bz2
import io
import lzma
import pathlib
import sqlite3
import sys
import tarfile
import tempfile
import zipfile

OUT = pathlib.Path(sys.argv[1])
ROWS = b"name,mail\nx,jo@gmx.de\n"
SHEET = "<worksheet><row><c r='A1' t='s'><v>0</v></c><c r='C1'><v>7</v></c></row></worksheet>"
STRINGS = "<sst><si><t>jo@gmx.de</t><rPh><t>x</t></rPh></si></sst>"
TEXT = "<d><p><t>nobody</t><tab/></p></d>"
TABLES = "<o><table><table-row><table-cell number-columns-repeated='3'><p>a</p></table-cell></table-row></table><p>x</p></o>"


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members.items():
            z.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as t:
        info = tarfile.TarInfo("a.csv")
        info.size = len(ROWS)
        t.addfile(info, io.BytesIO(ROWS))
    seeds = {
        "zip": b"\0" + zipped(a_dot_csv=ROWS), "tar": b"\0" + tar.getvalue(), "xz": b"\0" + lzma.compress(ROWS), "bz2": b"\0" + bz2.compress(ROWS),
        "xlsx": b"\0" + zipped(**{"[Content_Types]_dot_xml": "<T/>", "xl__worksheets__sheet1_dot_xml": SHEET, "xl__sharedStrings_dot_xml": STRINGS}),
        "docx": b"\0" + zipped(**{"[Content_Types]_dot_xml": "<T/>", "word__document_dot_xml": TEXT}),
    }
    for name, xml in (("strings", STRINGS), ("sheet", SHEET), ("text", TEXT), ("tables", TABLES)):
        for blanks in range(4):
            seeds[f"{name}{blanks}"] = b"\1" + xml.encode() + b" " * blanks
    with tempfile.NamedTemporaryFile(suffix=".db") as f:
        db = sqlite3.connect(f.name)
        db.execute("PRAGMA page_size=512")
        db.execute("CREATE TABLE p (id INTEGER, mail TEXT, g TEXT AS (mail || 'x'))")
        db.execute("INSERT INTO p (id, mail) VALUES (1, 'jo@gmx.de')")
        db.execute("CREATE VIEW v AS SELECT * FROM p")
        db.commit()
        db.close()
        seeds["db"] = b"\2" + pathlib.Path(f.name).read_bytes()
    for name, content in seeds.items():
        (OUT / name).write_bytes(content)


if __name__ == "__main__":
    main()
