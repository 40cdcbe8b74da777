#!/usr/bin/env python3
"""`make install` puts a page of each verb, completions and the documents that messages point to; `make uninstall` leaves
nothing of it.

    test/cli/install.py BUILD        the last line says how many passed and failed
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from run import RESULTS, check

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"


def make(target, root):
    return subprocess.run(["make", "--no-print-directory", f"BUILD={BUILD}", f"DESTDIR={root}", target], capture_output=True,
                          text=True, timeout=300)


def main():
    verbs = re.findall(r"^  ajar (\w+) ", subprocess.run([f"{BUILD}/ajar", "help"], capture_output=True, text=True).stdout, re.M)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        r = make("install", root)
        share = root / "usr/local/share"
        check("it installs", r.returncode == 0 and (root / "usr/local/bin/ajar").exists(), r.stderr[-500:])
        pages = {p.name for p in (share / "man/man1").glob("*")}
        check("a page of each verb", {f"ajar-{v}.1" for v in verbs} <= pages and len(verbs) > 10, sorted(pages))
        for verb in verbs:
            said = subprocess.run([f"{BUILD}/ajar", "help", verb], capture_output=True, text=True).stdout
            options = re.findall(r"^  (--[a-z-]+)", said, re.M)
            page = (share / f"man/man1/ajar-{verb}.1").read_text().replace("\\-", "-")
            bash = (share / "bash-completion/completions/ajar").read_text()
            fish = (share / "fish/vendor_completions.d/ajar.fish").read_text()
            lost = [o for o in options if f".B {o}" not in page or o not in bash or f" -l {o[2:]}" not in fish]
            check(f"every option of {verb} has its place", not lost, lost)
        r = subprocess.run(["bash", "-c", f". {share}/bash-completion/completions/ajar; COMP_WORDS=(ajar scan --basel) COMP_CWORD=2; "
                            "_ajar; echo ${COMPREPLY[@]}"], capture_output=True, text=True)
        check("bash completes", r.stdout.strip() == "--baseline", r.stdout + r.stderr)
        sources = "".join(p.read_text() for p in pathlib.Path("src").rglob("*.c"))
        named = set(re.findall(r'"[^"\n]*\bdoc/([a-z0-9-]+\.(?:md|json))', sources))
        lost = [n for n in named if not (share / "doc/ajar/doc" / n).exists()]
        check("documents that messages name are there", named and not lost, lost)
        make("uninstall", root)
        left = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
        check("uninstall leaves nothing", not left, left[:5])
    print(f"{RESULTS['passed']} passed, {RESULTS['failed']} failed")
    return 1 if RESULTS["failed"] else 0


sys.exit(main())
