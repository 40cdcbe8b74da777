"""Counts what `ajar classify --json` found in silent data: silence_count.py FOUND TOTAL_BYTES WANTED_BYTES"""
import collections
import json
import sys

confirmed, secrets, suspected = collections.Counter(), collections.Counter(), collections.Counter()
examples = []
with open(sys.argv[1], encoding="utf-8", errors="replace") as lines:
    for line in lines:
        if not line.startswith("{"):
            continue
        report = json.loads(line)
        for f in report["findings"]:
            if f["state"] != "confirmed" or f["test_data"]:
                suspected[f["type"]] += 1
            elif f["category"] == "secret":
                secrets[f["type"]] += 1
            else:
                confirmed[f["type"]] += 1
                examples.append("%s: %s is %s, %d of %d" % (report["file"], f["field"], f["type"], f["k"], f["n"]))
for example in examples[:50]:
    print(example)
print("confirmed:", dict(confirmed), "secrets:", dict(secrets), "suspected:", dict(suspected))
small = int(sys.argv[2]) < int(sys.argv[3])
if small:
    print("only %s bytes of the %s wanted" % (sys.argv[2], sys.argv[3]))
failed = sum(confirmed.values()) + small
print("%d passed, %d failed" % (2 - bool(confirmed) - small, bool(confirmed) + small))
sys.exit(1 if failed else 0)
