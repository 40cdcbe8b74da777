#!/usr/bin/env python3
"""Reads `ajar asks` and says of each request whether it may be sent: no password, no record, no write.

    build/ajar asks | test/guard/lint.py          check what Ajar can send
    test/guard/lint.py --self-test                check that bad requests are refused

The rules (wire_rules.py, http_rules.py, sql.py; sample_rules.py for `--sample`) are lists of what may be sent, written apart from Ajar's sources; an ask
that no rule knows is refused. One line a refusal, then "N passed, N failed"."""

import pathlib
import sys

sys.dont_write_bytecode = True

import http_rules  # noqa: E402
import sample_rules  # noqa: E402
import wire_rules  # noqa: E402
from bad_asks import BAD, GOOD  # noqa: E402
from symbols import Ask, Refused, read_asks  # noqa: E402


# Products that a probe knows by their own protocol and the catalog over HTTP.
BOTH = {"couchbase", "ignite", "pulsar", "rethinkdb", "riak"}


def check(ask):
    """Raises Refused. What reads records is named sample.* and has rules of its own; of the rest, whatever begins like
    HTTP is checked as HTTP, whatever its name says."""
    if ask.family == "sample":
        sample_rules.check(ask)
        return
    rule = wire_rules.RULES.get(ask.family)
    if rule and not http_rules.looks_like_http(ask):
        rule(ask)
    elif rule and ask.family not in BOTH:
        raise Refused("a wire protocol's ask is an HTTP request")
    else:
        http_rules.check(ask)


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, ok, text):
        self.passed += ok
        self.failed += not ok
        if not ok:
            print(f"not ok {text}")

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def lint(text, tally):
    try:
        asks = read_asks(text)
    except Refused as error:
        tally.add(False, str(error))
        return
    seen = set()
    for ask in asks:
        try:
            if ask.name in seen:
                raise Refused("two asks have this name")
            seen.add(ask.name)
            check(ask)
            tally.add(True, ask.name)
        except Refused as error:
            tally.add(False, f"{ask.name}: {error}")
    for needed in ("ladder.ping", "tls.handshake", "http.root", "sample.redis.random_key"):
        tally.add(needed in seen, f"the list lacks {needed}: is it all of it?")


def refused(name, printed):
    try:
        check(Ask(name, "-", printed))
        return False
    except Refused:
        return True


def requests(name):
    """test/data/NAME as asks. The loader fills no hole of a body, and a wire protocol's name is no HTTP product's."""
    path = pathlib.Path(__file__).resolve().parents[1] / "data" / name
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        product, method, target, body, field = ("" if column == "-" else column for column in line.split("\t"))
        if "{name}" in body:
            continue
        head = f"{method} {target} HTTP/1.1\r\nHost: {{host}}\r\n" + (f"{field}\r\n" if field else "")
        head += f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        printed = (head + "\r\n" + body).replace("\\", "\\\\").replace("\r\n", "\\r\\n")
        printed = printed.replace("{host}", "{host, at most 262}").replace("{name}", "{collection, at most 512}")
        yield product + (".http" if product not in wire_rules.RULES else "-http.http"), printed


def self_test(tally):
    for name, printed in requests("good_requests.tsv"):
        tally.add(not refused(name, printed), f"self-test: {name} {printed[:100]!r} is refused")
    for name, printed in requests("bad_requests.tsv"):
        tally.add(refused(name, printed), f"self-test: {name} {printed[:100]!r} is let through")
    for name, printed in BAD:
        tally.add(refused(name, printed), f"self-test: {name} {printed[:100]!r} is let through")
    for name, printed in GOOD:
        tally.add(not refused(name, printed), f"self-test: {name} {printed[:100]!r} is refused")


def main():
    tally = Tally()
    if sys.argv[1:] == ["--self-test"]:
        self_test(tally)
    elif len(sys.argv) == 1:
        lint(sys.stdin.read(), tally)
    else:
        sys.exit(__doc__)
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
