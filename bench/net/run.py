#!/usr/bin/env python3
"""How long scans of a far network take, and what they miss: larger than test/net can be. In a network namespace of its own.

    bench/net/run.py [BUILD] [slash24|sparse|loss|middlebox ...]       without a name all of them, about ten minutes
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test/net"))
from world import Scan, World, begin


def line(what, s, w, more=""):
    print(f"{what}: {s.seconds:.1f} s for {s.summary['done']} endpoints ({s.summary['done'] / s.seconds:.0f} a second), "
          f"{w.counted['starts']} connections, {s.count('redis', 'open')} stores{more}", flush=True)


def slash24(build):
    """A /24 in which ten hosts live, at the default politeness, all default ports and one hundred ports."""
    with World(build, "live", 25, "delay", 2, "serve", "6379=redis") as w:
        s = Scan(build, "10.1.0.0/24")
    line("a /24 with ten live hosts, by default", s, w)
    with World(build, "live", 25, "delay", 2, "serve", "6379=redis") as w:
        s = Scan(build, "--ports", "6379,7001-7099", "--rate", 1000, "10.1.0.0/24")
    line("the same, 100 ports, --rate 1000", s, w)


def sparse(build):
    """A /16 of which 512 answer, and none."""
    for live in (128, 16777216):
        with World(build, "live", live, "delay", 10, "serve", "6379=redis") as w:
            s = Scan(build, "--ports", 6379, "--rate", 5000, "10.1.0.0/16")
        line(f"a /16, --rate 5000, {len(range(live // 2, 65536, live))} live", s, w, f", {s.peak_mb:.0f} MB")


def loss(build):
    for percent in (1, 5, 10, 20, 30):
        with World(build, "delay", 20, "loss", percent, "serve", "6379=redis") as w:
            s = Scan(build, "--ports", 6379, "--rate", 1000, "10.1.0.0/20")
        line(f"{percent} % loss each way", s, w, f" of {s.summary['done']}; estimated {100 * s.summary['loss']:.1f} %, "
             f"about {s.summary['missed']:.0f} unheard")


def middlebox(build):
    with World(build, "delay", 10, "proxy", "10.1.5", "serve", "6379=redis") as w:
        s = Scan(build, "--ports", "6379,9001-9020", "10.1.5.1-10.1.5.4")
    line("four hosts behind a SYN proxy, 20 mute ports each, by default", s, w)


def main():
    build = begin(__file__)
    names = sys.argv[2:]
    for case in (slash24, sparse, loss, middlebox):
        if not names or case.__name__ in names:
            case(build)


main()
