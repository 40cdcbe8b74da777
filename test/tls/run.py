#!/usr/bin/env python3
"""TLS servers of many settings, each audited by `ajar tls`: the facts are to equal the settings (matrix.py). In a network
namespace of its own.

    test/tls/run.py [BUILD] [--only WORD] [--wide] [--list]

The last line is "N passed, N failed"."""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

import matrix
import servers

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOBS = 4  # most of the time is waiting for a server to begin
SCREEN_LINES, SCREEN_COLUMNS = 24, 80
AS_PAGE = {"openssl as it is": "x25519; Diffie-Hellman of 2048 bits", "openssl CBC only": "no authenticated encryption"}


def wrongs_of(ajar, port, server, wanted):
    absent = servers.why_not_there(server, port)
    if absent:
        return [absent]
    facts, said = servers.audit(ajar, port)
    wrong = [f"{k} is {facts.get(k)!r}, wanted {v!r}" for k, v in wanted.items() if facts.get(k) != v]
    if not facts or facts.get("tls.unanswered"):
        wrong.append(f"facts {facts} {said}")
    return wrong


def wrongs_of_page(ajar, port, words):
    """What people read of it fits a screen; what to paste is a page of its own."""
    page, more = servers.page(ajar, port), servers.page(ajar, port, "--verbose")
    lines = page.splitlines()
    wrong = [f"{line!r} is wider than a screen" for line in lines if len(line) > SCREEN_COLUMNS]
    if len(lines) > SCREEN_LINES:
        wrong.append(f"{len(lines)} lines are more than a screen")
    if words not in " ".join(page.split()) or "N_(" in more or "openssl req" in page or "openssl req" not in more:
        wrong.append(f"the page is {page!r}")
    return wrong


def check(ajar, port, name, start, wanted):
    """Starts the server, compares; whether something was wrong. Whatever happens to one server is no matter of the others."""
    try:
        server = start(port)
    except OSError as e:
        print(f"not ok - {name}: {e}", flush=True)
        return True
    try:
        wrong = wrongs_of(ajar, port, server, wanted)
        if not wrong and name in AS_PAGE:
            wrong = wrongs_of_page(ajar, port, AS_PAGE[name])
    except (OSError, ValueError, subprocess.SubprocessError) as e:
        wrong = [repr(e)]
    server.stop()
    if wrong:
        print("\n".join([f"not ok - {name}: {'; '.join(wrong)}", *(f"    {line}" for line in server.last_output())]), flush=True)
    return bool(wrong)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", nargs="?", default=str(ROOT / "build"))
    options.add_argument("--only", default="")
    options.add_argument("--wide", action="store_true", help="with more servers: Go, Java, HAProxy, Postfix ...")
    options.add_argument("--list", action="store_true", help="the names of all cases")
    options = options.parse_args()
    servers.enter_namespace(__file__)
    ajar = str(pathlib.Path(options.build).resolve() / "ajar")
    with servers.in_memory() as where:
        os.environ["HOME"] = where
        chosen = [case for case in matrix.numbered(where, options.wide) if options.only in case[1]]
        if options.list:
            print("\n".join(name for _, name, _, _ in chosen))
            return
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            wrongs = list(pool.map(lambda case: check(ajar, *case), chosen))
    failed = sum(map(bool, wrongs))
    print(f"{len(wrongs) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
