#!/usr/bin/env python3
"""Reads back what the report formats write: CSV, iCalendar, JSON Lines, Markdown and HTML, for the
demo's scenes, hostile names among them, and holds JSON Lines against doc/output.schema.json. With
jsonschema, py-ocsf-models and icalendar installed (PyPI) they are asked as well; without them their
checks are skipped and said to be. Last, the reports that `ajar show --format` makes out of a store
are held against those of the scans that filled it.

    test/report/check.py BUILD
"""
import csv
import html.parser
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/watch"))
from receivers import Redis  # noqa: E402
SCENES = ["story", "empty", "hostile", "many"]
RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, ok, what):
        self.passed += bool(ok)
        self.failed += not ok
        if not ok:
            print("not ok", what)


def nothing_raw(c, text, what):
    hit = RAW.search(text)
    c.that(not hit, f"{what}: {hit and repr(text[max(0, hit.start() - 30):hit.end() + 10])}")


def strings(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)


def check_csv(c, scene, text):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    c.that(rows and all(len(r) == len(rows[0]) for r in rows), f"csv {scene}: ragged")
    bad = [f for r in rows for f in r if f[:1] in "=+-@\t\r" and f]
    c.that(not bad, f"csv {scene}: formula {bad[:1]}")


def check_ical(c, scene, text):
    lines = text.split("\r\n")
    c.that("\n" not in text.replace("\r\n", ""), f"ical {scene}: bare line feed")
    c.that(all(len(line.encode()) <= 75 for line in lines), f"ical {scene}: a line of more than 75 octets")
    whole = text.replace("\r\n ", "").split("\r\n")
    c.that(whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT"), f"ical {scene}: events")
    c.that("BEGIN:VEVENT" in whole or "BEGIN:VTIMEZONE" in whole, f"ical {scene}: a calendar without a component")
    uids = [line for line in whole if line.startswith("UID:")]
    c.that(len(uids) == len(set(uids)) == whole.count("BEGIN:VEVENT"), f"ical {scene}: one UID an event")
    try:
        import icalendar
    except ImportError:
        print("skipped: icalendar is not installed")
        return
    calendar = icalendar.Calendar.from_ical(text)
    events = list(calendar.walk("VEVENT"))
    c.that(len(events) == len(uids) and not any(e.errors for e in events), f"ical {scene}: icalendar reads it")


def check_lines(c, scene, name, text):
    for line in text.splitlines():
        event = json.loads(line)
        joined = "\n".join(strings(event))
        if RAW.search(joined):
            nothing_raw(c, joined, f"{name} {scene}")
            return
        if name == "ocsf":
            c.that(event["type_uid"] == event["class_uid"] * 100 + event["activity_id"], f"ocsf {scene}: type")
        elif event["event_type"] not in ("leak", "service") or event["service"]["credentials"]["password"]:
            c.that(False, f"l9 {scene}: event")
    c.that(True, name)
    if name == "ocsf":
        check_ocsf(c, scene, text)


def check_ocsf(c, scene, text):
    try:
        from py_ocsf_models.events.findings.detection_finding import DetectionFinding
    except ImportError:
        print("skipped: py-ocsf-models is not installed")
        return
    for line in text.splitlines()[:500]:
        try:
            DetectionFinding.model_validate_json(line)
            c.that(True, scene)
        except ValueError as e:
            c.that(False, f"ocsf {scene}: {e}")
            return


def check_json(c, scene, text):
    lines = [json.loads(line) for line in text.splitlines()]
    kinds = [line["type"] for line in lines]
    c.that(kinds[0] == "run" and kinds[-1] == "summary", f"json {scene}: first and last line")
    if scene == "story":
        fleets = [line for line in lines if line["type"] == "fleet"]
        c.that(len(fleets) == 1 and fleets[0]["members"] == 14 == len(fleets[0]["member_list"]), f"json {scene}: the fleet")
        findings = [line for line in lines if line["type"] == "finding"]
        known = {f["fingerprint"] for f in findings}
        c.that({m["finding"] for m in fleets[0]["member_list"]} <= known, f"json {scene}: members name findings")
        c.that(any(f["new"] for f in findings) and any(f["reopened"] for f in findings)
               and any(f.get("accepted_until") for f in findings) and any(f.get("since") for f in findings)
               and {"government", "finance"} <= {f.get("tier") for f in findings}, f"json {scene}: what is known beside")
    try:
        import jsonschema
    except ImportError:
        print("skipped: jsonschema is not installed")
        return
    schema = json.loads((ROOT / "doc/output.schema.json").read_text())
    check = jsonschema.Draft202012Validator(schema)
    for line in lines[:2000]:
        wrong = next(check.iter_errors(line), None)
        if wrong:
            c.that(False, f"json {scene}: {wrong.message[:300]}")
            return
    c.that(True, f"json {scene}: the schema")


class Page(html.parser.HTMLParser):
    VOID = {"meta", "link", "br", "img", "input", "path", "rect", "circle"}
    TAGS = set("html head meta title style body header a b svg path rect circle nav button main section p h1 h2 h3 h4 div ul li ol "
               "span code small table thead tr th tbody td article pre i details summary figure figcaption dl dt dd footer script".split())
    ATTRIBUTES = set("lang charset http-equiv content name class id href hidden type viewbox preserveaspectratio aria-hidden width height "
                     "x y cx cy r d role aria-label data-v".split())

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.ids, self.links, self.raw = [], [], set(), set(), []

    def handle_starttag(self, tag, attrs):
        if tag not in self.TAGS:
            self.wrong.append(f"<{tag}>")
        for key, value in attrs:
            if key not in self.ATTRIBUTES:
                self.wrong.append(f"{tag} {key}")
            if key == "id":
                if value in self.ids:
                    self.wrong.append(f"id {value} twice")
                self.ids.add(value)
            if key == "href":
                self.links.add(value)
            if key in ("class", "href", "id") and not re.fullmatch(r"#?[a-z0-9 -]+", value):
                self.wrong.append(f"{key}={value}")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_comment(self, data):
        self.wrong.append("a comment")


def check_junit(c, scene, text):
    """The counts in front are those of the tests behind, and a run that saw nothing has no green tick alone."""
    suite = xml.etree.ElementTree.fromstring(text)[0]
    cases = suite.findall("testcase")
    for counted, found in (("tests", cases), ("failures", suite.findall(".//failure")), ("errors", suite.findall(".//error")),
                           ("skipped", suite.findall(".//skipped"))):
        c.that(int(suite.get(counted)) == len(found), f"junit {scene}: {counted} {suite.get(counted)}, and {len(found)} are there")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    c.that(("ajar.scan", "all that was planned was asked") in names, f"junit {scene}: the run itself")
    nothing_raw(c, "".join(strings([list(case.attrib.values()) + [t.text or "" for t in case] for case in cases])), f"junit {scene}, decoded")
    whole = {"story": "error", "empty": "skipped"}.get(scene)
    if whole:
        c.that(cases[-1].find(whole) is not None, f"junit {scene}: the run is no success")


def check_html(c, scene, text):
    page = Page()
    page.feed(text)
    page.close()
    c.that(not page.wrong and not page.open, f"html {scene}: {page.wrong[:5]} {page.open[:5]}")
    lost = {link for link in page.links if link[1:] not in page.ids}
    c.that(not lost, f"html {scene}: links to nowhere {list(lost)[:3]}")
    c.that(text.count("<script") == 1 and text.count("<style") == 1, f"html {scene}: one script, one style")
    head = text[: text.index("<style>")]
    c.that("default-src 'none'" in head and "unsafe" not in head, f"html {scene}: policy")
    outside = re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:|//)", text)
    c.that(not outside, f"html {scene}: asks for something outside")
    c.that(len(text) < 12_000_000, f"html {scene}: {len(text)} bytes")


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(w * (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4) for w, v in zip((0.2126, 0.7152, 0.0722), parts))


def check_contrast(c):
    """Words in the colours of the page can be read on every ground of theirs: WCAG 2.1, 1.4.3."""
    css = (ROOT / "src/report/html_assets/report.css").read_text()
    for block in re.findall(r"\{[^{}]*--critical:[^{}]*\}", css):
        colours = {n: v if len(v) == 7 else "#" + "".join(2 * x for x in v[1:]) for n, v in re.findall(r"--([\w-]+):\s*(#\w+)", block)}
        for word in ("critical", "high", "medium", "low", "info", "dim", "ink", "link"):
            for ground in ("paper", "surface", "sunk"):
                a, b = sorted((luminance(colours[word]) + 0.05, luminance(colours[ground]) + 0.05))
                c.that(b / a >= 4.5, f"html: {word} on {ground} is {b / a:.2f}:1 ({colours[word]} on {colours[ground]})")
    c.that("opacity: .45" not in css, "html: a word that is dimmed by opacity")


def check_markdown(c, scene, text):
    prose = re.sub(r"(?ms)^(`{3,})\n.*?^\1\n", "", text)
    prose = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", prose)
    c.that(not re.search(r"<[a-z/!]", prose, re.I), f"markdown {scene}: HTML")
    c.that("@" not in prose and not re.search(r"(?<!\\)\]\(", prose), f"markdown {scene}: mention or link")
    c.that(not re.search(r"https?://|www\.", prose), f"markdown {scene}: address that becomes a link")


def lines_of(text, kind):
    return {line["fingerprint"]: line for line in map(json.loads, text.splitlines()) if line["type"] == kind}


def check_closed(c, run, names, gone, told):
    """What a scan proved closed, in its own report and in those of the store, once in each."""
    c.that(names and set(gone) == names == set(told), f"closed: lines of {list(gone)} and {list(told)}, not {list(names)}")
    c.that(all(f["closed"] and f["closed"] >= f["last_seen"] for f in gone.values()), "closed: when")
    c.that(all(f["proof"] == "port-shut" for f in gone.values()), f"closed: how {[f['proof'] for f in gone.values()]}")
    text = run("show", "--format", "sarif").stdout
    results = json.loads(text)["runs"][0]["results"]
    absent = {r["partialFingerprints"]["ajarFinding/v1"] for r in results if r.get("baselineState") == "absent"}
    c.that(absent == names, f"closed: sarif {absent}")
    c.that(all("baselineState" in r and "suppressions" in r for r in results), "closed: each result has a baseline")
    text = run("show", "--format", "ocsf").stdout
    check_ocsf(c, "closed", text)
    events = [json.loads(line) for line in text.splitlines()]
    resolved = {e["finding_info"]["uid"] for e in events if e["activity_id"] == 3 and e["status_id"] == 4}
    c.that(resolved == names, f"closed: ocsf {resolved}")
    text = run("show", "--format", "l9").stdout
    check_lines(c, "closed", "l9", text)
    events = [json.loads(line) for line in text.splitlines()]
    tagged = {e["event_fingerprint"] for e in events if "closed" in e["tags"] and e["leak"]["stage"] == "closed"}
    c.that(tagged == names, f"closed: l9 {tagged}")
    for name in ("html", "markdown", "tty"):
        page = run("show", "--format", name).stdout
        c.that("Closed by this scan" in page and "the host refuses connections" in " ".join(page.split()), f"closed: {name}")
        if name == "html":
            check_html(c, "closed", page)
        elif name == "markdown":
            check_markdown(c, "closed", page)
    c.that("Closed by this scan" not in run("judge", "--scan", "1", "--format", "tty").stdout, "closed: not by the first scan")


def check_stored(c, ajar):
    """Two scans, one finding accepted in between; then every format out of the store."""
    folder, peers = pathlib.Path(tempfile.mkdtemp()), [Redis() for _ in range(3)]
    db, ports = folder / "ajar.db", ",".join(str(p.port) for p in peers)

    def run(verb, *more):
        return subprocess.run([ajar, verb, "--db", db, *more], capture_output=True, text=True, timeout=60)
    try:
        first = lines_of(run("scan", "--json", "--ports", ports, "127.0.0.1").stdout, "finding")
        c.that(len(first) >= 3 and all(f["new"] for f in first.values()), f"stored: all is new at first {list(first)}")
        known = next(iter(first), "none")
        run("accept", known, "--until", "2027-01-31", "--why", "moves <next> month")
        scanned = run("scan", "--json", "--ports", ports, "127.0.0.1").stdout
        again, shown = lines_of(scanned, "finding"), run("show", "--format", "json").stdout
        stored, fleets = lines_of(shown, "finding"), lines_of(shown, "fleet")
        c.that(set(again) == set(stored) == set(first), "stored: the same findings")
        for name, f in stored.items():
            now = again[name]
            c.that(not f["new"] and f["opened"] == now["opened"] == first[name]["opened"], f"stored: life of {name}")
            same = [k for k in ("rule", "severity", "title", "fix", "product", "evidence", "owners", "since") if f.get(k) != now.get(k)]
            c.that(not same, f"stored: {name} differs in {same}")
        c.that(stored[known]["accepted_until"][:10] == "2027-02-01" and stored[known]["accepted_why"] == "moves <next> month"
               == again[known].get("accepted_why"), f"stored: accepted {stored[known]}")
        c.that(set(fleets) == set(lines_of(scanned, "fleet")), "stored: the same fleets")
        check_json(c, "stored", shown)
        page = run("show", "--format", "html").stdout
        check_html(c, "stored", page)
        c.that("Findings open at a time" in page and "accepted until 2027-01-31" in page and "moves &lt;next&gt; month" in page,
               "stored: the page has the past")
        c.that("Findings open at a time" in run("scan", "--format", "html", "--ports", ports, "127.0.0.1").stdout,
               "stored: so has the page of a scan")
        judged = run("judge", "--format", "json").stdout
        for name, f in lines_of(judged, "finding").items():
            same = [k for k in ("new", "first_seen", "opened", "reopened", "accepted_until", "accepted_why", "since")
                    if f.get(k) != stored[name].get(k)]
            c.that(not same, f"stored: judged, {name} differs in {same}")
        check_json(c, "judged", judged)
        page = run("judge", "--format", "html").stdout
        check_html(c, "judged", page)
        c.that("Findings open at a time" in page and "accepted until 2027-01-31" in page and "moves &lt;next&gt; month" in page,
               "stored: the judged page has the past")
        first_page = run("judge", "--scan", "1", "--format", "html").stdout
        c.that("All of it is new to Ajar" in first_page, "stored: to the first scan all was new")
        for name in ["csv", "excel", "ical", "junit", "l9", "markdown", "ocsf", "sarif", "tty"]:
            done = run("show", "--format", name)
            c.that(done.returncode == 0 and (done.stdout or name in ("l9", "ocsf")) and not done.stderr, f"stored: {name} {done.stderr}")
        one = lines_of(run("show", "--format", "json", "--port", str(peers[0].port)).stdout, "finding")
        c.that(one and all(f["endpoint"].endswith(f":{peers[0].port}") for f in one.values()), f"stored: one port {list(one)}")
        none = lines_of(run("show", "--format", "json", "--at", "10.0.0.0/8").stdout, "finding")
        c.that(not none, "stored: another prefix")
        for wrong in (["--format", "pdf"], ["--format", "html", "--closed"], ["--format", "html", known]):
            c.that(run("show", *wrong).returncode == 2, f"stored: {wrong} is refused")
        peers.pop().close()
        scanned = run("scan", "--json", "--ports", ports, "127.0.0.1").stdout
        check_json(c, "closing", scanned)
        shown = run("show", "--format", "json").stdout
        fewer, gone = lines_of(shown, "finding"), lines_of(shown, "closed")
        c.that(0 < len(fewer) < len(first), "stored: what is closed is not shown as open")
        check_closed(c, run, set(first) - set(fewer), gone, lines_of(scanned, "closed"))
    finally:
        for p in peers:
            p.close()
        for path in folder.glob("*"):
            path.unlink()
        folder.rmdir()


def main():
    build, c = pathlib.Path(sys.argv[1]), Checks()
    for scene in SCENES:
        for name in ["csv", "ical", "json", "l9", "ocsf", "markdown", "html", "sarif", "junit"]:
            raw = subprocess.run([build / "report-demo", name, scene], check=True, stdout=subprocess.PIPE).stdout
            text = raw.decode("utf-8")
            if name == "json":
                check_json(c, scene, text)
                continue
            if name == "excel":
                c.that(text[:1] == "\ufeff", f"excel {scene}: no mark that Excel knows UTF-8 by")
                name, text = "csv", text[1:]
            nothing_raw(c, text.replace("\r\n", "\n"), f"{name} {scene}")
            c.that("\r" not in text.replace("\r\n", ""), f"{name} {scene}: bare return")
            if name == "csv":
                check_csv(c, scene, text)
            elif name == "ical":
                check_ical(c, scene, text)
            elif name in ("l9", "ocsf"):
                check_lines(c, scene, name, text)
            elif name == "html":
                check_html(c, scene, text)
            elif name == "junit":
                check_junit(c, scene, text)
            elif name == "markdown":
                check_markdown(c, scene, text)
            else:
                nothing_raw(c, "\n".join(strings(json.loads(text))), f"sarif {scene}, decoded")
    check_contrast(c)
    check_stored(c, build / "ajar")
    print(f"{c.passed} passed, {c.failed} failed")
    return c.failed > 0


if __name__ == "__main__":
    sys.exit(main())
