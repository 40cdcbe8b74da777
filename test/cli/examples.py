#!/usr/bin/env python3
"""Every command line that README, CONTRIBUTING and doc/ show is run: in a folder that has the files it names, in a network
namespace without a network. `ajar scan` is run with --dry-run, so that its plan is made and nothing is asked. None may be
refused as wrong (status 2), and every long option that a document names anywhere is one that there is.

    test/cli/examples.py BUILD        the last line says how many passed and failed
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
AJAR = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve() / "ajar")
sys.path.insert(0, str(ROOT / "test/watch"))
from receivers import Redis  # noqa: E402
RESULTS = [0, 0]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "doc").glob("*.md"))]
LINE = re.compile(r"^ {4}((?:[^#|]*\| )?(?:build/)?ajar [a-z].*)$", re.M)
# An address database is nobody's to give away: that the file is missing is all that may be wrong.
MISSING = re.compile(r"GeoLite2-\w+\.mmdb")


def check(name, good, detail=""):
    RESULTS[not good] += 1
    if not good:
        print(f"not ok {name}: {detail}")


def examples():
    for document in DOCUMENTS:
        for found in LINE.finditer((ROOT / document).read_text()):
            # What explains it stands behind "#" or two blanks; what may be left out, in brackets.
            line = re.split(r" {2,}| # ", re.sub(r"\[[^\]]*\](?!:)", "", found[1]).strip())[0].replace("build/ajar", "ajar")
            yield document, line


def folder_with_files(folder):
    (folder / "scope.yaml").write_text("owner: us\nallow:\n  - 10.1.0.0/24\n  - {target: 10.3.0.15, owned: true, tags: {env: prod}}\n"
                                       "  - 192.168.0.0/16\n  - 10.20.0.0/16\n")
    (folder / "targets.txt").write_text("10.1.0.9 # one\n")
    (folder / "hosts.txt").write_text("10.1.0.9 db.internal\n")
    (folder / "accepted.yaml").write_text("accepted:\n  - {finding: ee8a1453986f, until: 2099-01-31, why: w, who: o}\n")
    (folder / "watch.yaml").write_text('targets: ["127.0.0.1"]\nports: [1]\ndb: w.db\nschedule: {every: 6h}\n'
                                       'notices: [{name: c, command: [/bin/true]}]\n')
    for name in ("shadowserver.csv", "terraform.tfstate", "nmap-sn.xml", "kubectl.json"):
        text = (ROOT / "test/data/import" / name).read_text()
        (folder / name).write_text(text.replace("192.0.2.", "10.1.0.").replace("198.51.100.", "10.1.0.").replace("203.0.113.", "10.1.0."))
    (folder / "crtsh.json").write_text('[{"entry_timestamp": "2026-01-02T03:04:05.6", "name_value": "db.internal", "serial_number": "01"}]')
    entry = re.search(r"```yaml\n(# Kinto.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)[1]
    (folder / "mine").mkdir()
    (folder / "mine/kinto.yaml").write_text(entry)
    shutil.copytree(folder / "mine", folder / "DIR")
    (folder / "dumps").mkdir()
    rows = "name,mail\n" + "".join(f"Anna Li {i},a{i}@example.org\n" for i in range(30))
    for name in ("export.csv", "row.csv", "dumps/a.csv"):
        (folder / name).write_text(rows)
    subprocess.run(["gzip", "-k", folder / "export.csv"], check=True)
    (folder / "dump.sql").write_text("insert into t values (1, 'a@example.org');\n")
    (folder / "people.ndjson").write_text('{"mail": "a@example.org"}\n')
    for name in ("table.xlsx", "backup.zip"):
        with zipfile.ZipFile(folder / name, "w") as z:
            z.writestr("a.csv", rows)


def run(args, folder, stdin=None):
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    alone = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    return subprocess.run([*alone, AJAR, *args], cwd=folder, env=env, stdin=open(stdin) if stdin else subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)


def test_examples(folder, finding):
    done = {}
    for document, line in examples():
        before, _, line = line.rpartition("| ajar ") if "| ajar " in line else ("", "", line.removeprefix("ajar "))
        args = shlex.split(line.split(" | ")[0].replace("FINDING", finding).replace("9c01f2", finding).replace("TEXT", "why"))
        verb = args[0]
        if tuple(args) in done or verb == "feed" and args[1] == "import" or verb == "probe" or verb == "tls":
            continue  # files and servers of others: their own tests have them
        if verb == "scan" and "--resume" not in args:
            args.append("--dry-run")
        if verb == "watch":
            args.append("--check")
        if verb == "fleets" and len(args) > 1:
            continue  # there is none here
        stdin = None
        if before:
            stdin = folder / ("kubectl.json" if "kubectl" in before else "nmap-sn.xml")
        started = time.monotonic()
        r = run(args, folder, stdin)
        done[tuple(args)] = r.returncode
        if os.environ.get("V"):
            print(f"{time.monotonic() - started:.1f} s {' '.join(args)}")
        nothing_to_resume = "--resume" in args and "no unfinished scan" in r.stderr
        closed = verb == "close" and "closed already" in r.stderr  # by the example of another document
        good = r.returncode != 2 or nothing_to_resume or closed or MISSING.search(r.stderr)
        check(f"{document}: ajar {' '.join(args)}", good and r.returncode in (0, 1, 2, 3), (r.returncode, r.stderr[:300]))
    check("there are examples", len(done) > 45, len(done))


def test_options():
    """No document names an option that no verb has."""
    every = subprocess.run([AJAR, "help"], capture_output=True, text=True).stdout
    verbs, there = re.findall(r"^  ajar (\w+)", every, re.M), set(re.findall(r"With every verb: (--[a-z][a-z-]+)", every))
    for verb in verbs:
        there |= set(re.findall(r"(--[a-z][a-z-]+)", subprocess.run([AJAR, "help", verb], capture_output=True, text=True).stdout))
    there |= {"--version", "--help", "--check", "--once"}
    for document in DOCUMENTS:
        text = (ROOT / document).read_text()
        named = {o for piece in re.findall(r"`ajar [^`]*`|^ {4}(?:.*\| )?ajar [^\n#]*", text, re.M) for o in re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", piece)}
        check(f"{document}: options", named <= there, named - there)


def main():
    test_options()
    with tempfile.TemporaryDirectory() as where:
        folder = pathlib.Path(where)
        folder_with_files(folder)
        redis = Redis(version=b"7.0.15")
        env = {"PATH": os.environ["PATH"], "HOME": where, "XDG_STATE_HOME": where}
        for _ in range(2):
            subprocess.run([AJAR, "scan", "-q", f"127.0.0.1:{redis.port}"], env=env, cwd=where, capture_output=True, timeout=60)
        shown = subprocess.run([AJAR, "show", "--json"], env=env, cwd=where, capture_output=True, text=True).stdout
        redis.close()
        test_examples(folder, json.loads(shown.splitlines()[0])["fingerprint"][:12])
    print(f"{RESULTS[0]} passed, {RESULTS[1]} failed")
    return RESULTS[1] > 0


if __name__ == "__main__":
    sys.exit(main())
