#!/usr/bin/env python3
"""doc/zoo.md, from what runs of both zoos kept with --results: one line a build (product and version), its variants, what came of them.

    test/zoo/table.py DIR [DIR...] >doc/zoo.md
"""

import collections
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent

HEAD = """# The zoo, as it was run last

Real servers, started open, locked and half-open, filled by their own tools and scanned by Ajar three times; what it said of each
is held against what the server's own tool says (test/zoo/README.md). Made by these commands, the last of which writes this page:

    test/zoo/run.py --results build/zoo-results
    make zoo-wide RESULTS=build/zoo-results
    make doc/zoo.md RESULTS=build/zoo-results

A build is a product in one version; servers that stand on the port of another product (`odd-`) are variants of theirs. *Said*
is the verdict, variant by variant; *checks* are product, verdict, version, counts, names of collections, facts, findings and
certificates. Every server is one of a package: Debian 12's, or from PyPI, npm, Maven Central, the Go proxy.
"""


def entries_of(directories):
    """The last result of each server and variant."""
    found = {}
    for directory in directories:
        for path in sorted(pathlib.Path(directory).glob("*@*.json")):
            entry = json.loads(path.read_text())
            found[entry["name"]] = entry
    return found.values()


def family(entry):
    """Whose build it is: `odd-redis:open-on-9200` is Redis, and the version stands in a column of its own."""
    server = entry["name"].split(":")[0].removeprefix("odd-")
    base, _, last = server.rpartition("-")
    return base if base and last[0].isdigit() else server


def plain(version):
    """Without what packagers add: 2.6.12 of 2.6.12-1+deb12u4. Versions that are dates of commits stay."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", version or "")
    return found.group(1) if found and not version.startswith("0.0.0-") else version or "-"


def main():
    builds = collections.defaultdict(list)
    away = []
    for entry in entries_of(sys.argv[1:]):
        if entry["seen"]:
            builds[family(entry), plain(entry["version"])].append(entry)
        else:
            away.append(entry)
    whole = [entry for entries in builds.values() for entry in entries]
    wrong = sum(len(entry["wrong"]) for entry in whole)
    pairs = sum(len(entries) > 1 for entries in builds.values())
    print(HEAD)
    print(f"**{len(builds)} builds** of {len({name for name, _ in builds})} products in {len(whole)} variants ({pairs} builds in two or more): "
          f"{sum(entry['checks'] for entry in whole)} checks, **{wrong} wrong**.\n")
    print("| server | version | variants | said | checks | wrong |\n|---|---|---|---|---|---|")
    for (name, version), entries in sorted(builds.items()):
        variants = ", ".join(entry["name"].split(":")[1] for entry in entries)
        verdicts = collections.Counter(service["verdict"] for entry in entries for service in entry["seen"])
        said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        bad = sum(len(entry["wrong"]) for entry in entries)
        print(f"| {name} | {version} | {variants} | {said} | {sum(entry['checks'] for entry in entries)} | {bad} |")
    print("\n## Not run, and why\n")
    print("| what | why |\n|---|---|")
    for entry in away:
        why = (entry["wrong"] or ["it is not answered"])[0].split(": ", 1)[-1].replace("|", "/")[:160]
        print(f"| {entry['name']} | {why} |")
    for line in (HERE / "skipped.tsv").read_text().splitlines():
        print("| " + " | ".join(line.split("\t")) + " |")
    bad = [line for entry in whole for line in entry["wrong"]]
    if bad:
        print("\n## Wrong\n")
        print("\n".join(f"- {line[:300]}" for line in bad))


if __name__ == "__main__":
    main()
