#!/usr/bin/env python3
"""An entry of the catalog whose product stands in a zoo was written after what the real server answers: for every verdict that
a zoo's server must get there is an example that was recorded (test/zoo/record.py). What stands otherwise is argued in
unrecorded.tsv: product, verdict, why; a row there that is not needed is a failure as well."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import servers  # noqa: E402
import standins  # noqa: E402
from wide.servers import FAMILIES  # noqa: E402

PROVEN = ("open", "partial", "locked")
LEAST_PRODUCTS = 100  # of the catalog in both zoos: fewer, and this looks at nothing


def values(one_or_more):
    return one_or_more if isinstance(one_or_more, tuple) else (one_or_more,)


def met_in_a_zoo():
    """Product -> verdict -> the servers that must get it; what is seen through a dashboard is no server."""
    met = {}
    for spec in (*servers.SPECS, *(spec for family in FAMILIES for spec in family.SPECS)):
        for view in spec.views:
            if not view.via and view.transport != "udp":
                for product in values(view.product):
                    for verdict in values(view.verdict):
                        met.setdefault(product, {}).setdefault(verdict, []).append(spec.name)
    return met


def lacking(met, entries):
    """(product, verdict) of entries whose example of it is no recording."""
    for product, verdicts in met.items():
        recorded = {example["outcome"] for example in entries.get(product, {}).get("examples", ())
                    if example["source"].startswith("recorded ")}
        if product in entries:
            yield from ((product, verdict) for verdict in verdicts if verdict in PROVEN and verdict not in recorded)


def argued():
    rows = [line.split("\t") for line in (HERE / "unrecorded.tsv").read_text().splitlines() if line and not line.startswith("#")]
    return {(product, verdict): why for product, verdict, why in rows}


class Recorded(unittest.TestCase):
    def setUp(self):
        self.met = met_in_a_zoo()
        self.entries = standins.read_catalog(HERE.parents[1] / "catalog")

    def test_the_zoo_is_seen(self):
        self.assertGreater(len(self.met.keys() & self.entries.keys()), LEAST_PRODUCTS)

    def test_examples_are_recorded(self):
        missing = set(lacking(self.met, self.entries)) - argued().keys()
        self.assertEqual([], [f"{product} {verdict}: record it from {self.met[product][verdict][0]}" for product, verdict in sorted(missing)])

    def test_no_argument_is_stale(self):
        self.assertEqual(set(), argued().keys() - set(lacking(self.met, self.entries)))

    def test_every_argument_says_why(self):
        self.assertEqual([], [row for row, why in argued().items() if len(why.split()) < 4])

    def test_a_made_example_does_not_do(self):
        entries = {"x": {"examples": [{"source": "made from the manual", "outcome": "open"}, {"source": "recorded x 1", "outcome": "locked"}]}}
        self.assertEqual([("x", "open")], list(lacking({"x": {"open": ["x:a"], "locked": ["x:b"]}}, entries)))


if __name__ == "__main__":
    unittest.main(verbosity=0)
