#!/usr/bin/env python3
"""Holds po/*.po against what people read: every sentence is marked, translated, and takes what its English takes. Needs
gettext and python3-yaml.

    test/po/check.py        the last line says how many passed and failed"""
import ast
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONVERSION = re.compile(r"%%|%(\d\$)?[-+ #0-9.*]*(hh|h|ll|l|j|z|t)?([diouxXcsfgeEG])")
LITERAL = r'"(?:[^"\\\n]|\\.)*"'
# Calls that print to people, and what in them is no sentence: style, escapes, machine formats, names of ours.
PRINTS = ("puts", "printf", "fprintf", "fputs", "buf_str", "buf_printf", "layout_wrap", "tty_heading")
READ_BY_PEOPLE = sorted(ROOT.glob("src/report/tty*.c")) + sorted(ROOT.glob("src/report/html*.c")) + [
    ROOT / "src/report" / f"{name}.c" for name in ("markdown", "words", "people", "calm", "origin", "unknown", "story")] + [
    ROOT / "src/watch" / f"{name}.c" for name in ("prose", "chat", "ticket")] + [
    ROOT / "src/cmd" / f"{name}.c" for name in (
        "accept catalog certs classify classify_progress classify_summary close cmd db diff estimate feed fleets forget help judge "
        "progress scan scan_plan show stored tls watch").split()]
PLAIN = set((ROOT / "test/po/plain.txt").read_text().splitlines())


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, ok, what):
        self.passed += bool(ok)
        self.failed += not ok
        if not ok:
            print("not ok", what)


def entries(path):
    """(context, sentence, plural, translation, fuzzy) of each entry in force."""
    found, field, fuzzy = {}, None, False
    for line in path.read_text().splitlines() + [""]:
        if line.startswith("#,"):
            fuzzy = "fuzzy" in line
        key = re.match(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[0\])?) ", line)
        if key:
            field = key[1].replace("[0]", "")
            found[field] = ast.literal_eval(line[key.end():])
        elif line.startswith('"'):
            found[field] += ast.literal_eval(line)
        elif not line and found:
            if found["msgid"]:
                yield found.get("msgctxt"), found["msgid"], found.get("msgid_plural"), found["msgstr"], fuzzy
            found, fuzzy = {}, False


def kinds(text):
    """What printf wants, in the order of its arguments."""
    taken = [m for m in CONVERSION.finditer(text) if m[0] != "%%"]
    placed = {int(m[1][0]) if m[1] else i + 1: (m[2] or "") + m[3] for i, m in enumerate(taken)}
    return [placed[i] for i in sorted(placed)], len(taken)


def holes(text):
    return set(re.findall(r"\{([a-z_.]+)", text))


def check_file(c, po, wanted):
    have = list(entries(po))
    known = {(e[0], e[1]) for e in have}
    for context, sentence, plural, translation, fuzzy in have:
        where = f"{po.name}: {sentence[:90]!r}"
        c.that(translation, f"{where}: no translation")
        c.that(not fuzzy, f"{where}: fuzzy, look at it again")
        if context == "rule":
            c.that(holes(translation) <= holes(sentence), f"{where}: holes that the rule has not: {holes(translation) - holes(sentence)}")
            c.that(all(translation.count(a) == translation.count(b) for a, b in ("[]", "{}")), f"{where}: brackets")
        else:
            c.that(kinds(sentence) == kinds(translation), f"{where}: takes {kinds(translation)}, not {kinds(sentence)}")
    for context, sentence in sorted(wanted - known, key=str):
        c.that(False, f"{po.name}: {sentence[:90]!r} is not in it: make po, then translate it")
    for context, sentence in sorted(known - wanted, key=str):
        c.that(False, f"{po.name}: {sentence[:90]!r} is said nowhere: make po")
    r = subprocess.run(["msgfmt", "--check-format", "--check-header", "-o/dev/null", po], capture_output=True, text=True)
    c.that(r.returncode == 0, f"msgfmt: {r.stderr}")


def has_words(text):
    text = re.sub(r"%[-+ #0-9.*]*(?:hh|h|ll|l|j|z|t)?[a-zA-Z]|\\[0-9x][0-9a-fA-F]*(?:\[[0-9;]*[mK])?|\\.|&[a-z]+;", " ", text)
    text = re.sub(r"<[^>]*(>|$)", " ", text)
    return re.search(r"[A-Za-z]{2,}", text) is not None


def unmarked(path):
    """Literals with words that go straight into a call that prints."""
    text = re.sub(rf"({LITERAL})|/\*.*?\*/", lambda m: m[1] or "", path.read_text(), flags=re.S)
    stack, word, at = [], "", 0
    for token in re.finditer(rf"{LITERAL}|'(?:[^'\\]|\\.)*'|\w+|.", text, re.S):
        t = token[0]
        if t == "(":
            stack.append(word)
        elif t in ")" and stack:
            stack.pop()
        elif t == ";" or t == "{":
            stack = []
        elif t.startswith('"'):
            inner = next((name for name in reversed(stack) if name not in ("", "sizeof")), "")
            if inner in PRINTS and has_words(t[1:-1]) and t[1:-1] not in PLAIN:
                yield t
        word = t if re.match(r"\w", t) else "" if t.strip() else word


def check_marks(c):
    for path in READ_BY_PEOPLE:
        for literal in unmarked(path):
            c.that(False, f"{path.relative_to(ROOT)}: {literal} is read by people and not marked, as in _({literal}); "
                          "what is no sentence stands in test/po/plain.txt")
        c.that(True, path)
    for path in sorted(ROOT.glob("src/cmd/*.c")):
        rows = re.findall(rf"\[ROW_\w+\] = \{{\s*{LITERAL},\s*(?:NULL|{LITERAL}),\s*(\S)", path.read_text())
        c.that(all(r != '"' for r in rows), f"{path.name}: the help of an option is not marked, as in N_(\"...\")")


def check_words(c):
    source = "\n".join(p.read_text() for p in ROOT.glob("src/*/*.[ch]"))
    for word in (ROOT / "po/words.txt").read_text().splitlines():
        if word.startswith("# of the system"):
            break
        if word and not word.startswith("#") and "%" not in word:
            c.that(f'"{word}"' in source, f"po/words.txt: {word!r} is no word of the sources any more")


def main():
    c = Checks()
    with tempfile.TemporaryDirectory() as work:
        pot = pathlib.Path(work) / "ajar.pot"
        subprocess.run([ROOT / "tools/sentences", pot], check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
        wanted = {(e[0], e[1]) for e in entries(pot)}
    c.that(len(wanted) > 1000, f"only {len(wanted)} sentences were found")
    for po in sorted((ROOT / "po").glob("*.po")):
        check_file(c, po, wanted)
    c.that({(e[0], e[1]) for e in entries(ROOT / "po/ajar.pot")} == wanted, "po/ajar.pot is not up to date: make po")
    check_marks(c)
    check_words(c)
    print(f"{c.passed} passed, {c.failed} failed")
    return c.failed != 0


if __name__ == "__main__":
    sys.exit(main())
