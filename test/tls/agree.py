#!/usr/bin/env python3
"""`ajar tls` beside sslscan, sslyze and testssl over the matrix: each check that they share is to say the same, or the difference
is explained below and is then a row of doc/beside-tls.md. sslyze is no package of Debian's: pip install sslyze, and name it by
--sslyze.

    test/tls/agree.py [BUILD] [--only WORD] [--peers sslscan,sslyze,testssl] [--sslyze PATH] [--results FILE]
    test/tls/agree.py --table FILE              the tables of doc/beside-tls.md

The last line is "N passed, N failed"; a case passes where no difference is without a reason."""
import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import matrix
import peers
import servers

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOBS = 6
# How TLS begins inside what a case serves, in testssl's words; what is not here speaks it from the first byte.
INSIDE = {"PostgreSQL": "postgres", "MariaDB": "mysql", "slapd": "ldap", "dovecot IMAP": "imap", "dovecot POP3": "pop3", "vsftpd": "ftp",
          "postfix": "smtp", "prosody": "xmpp", "nats": "nats", "SQL Server": "mssql"}


def only_13(ours):
    return ours.get("tls.versions") == "TLSv1.3"


def only_old(ours):
    return "TLSv1.2" not in ours.get("tls.versions", "") and not only_13(ours)


def none_old(ours):
    return not set(ours.get("tls.versions", "").split(",")) & {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"}


def by_old_openssl(ours):
    return only_old(ours) or ours.get("tls.weak") in ("null", "anonymous", "3des") or ours.get("tls.dh_bits") == 1024


def one_version(ours):
    return "," not in ours.get("tls.versions", ",")


OLD_HELLOS = "the hellos of TLS 1.1 and before name few extensions, since old servers choke on them"
CANNED = "it wants to end a handshake before it asks; this stand-in, as every reader of what travels in clear, knows only the beginning of one"
NO_COMMON = "its own first handshake offers nothing that this server takes, so it asks nothing at all"
NAME_BY_ADDRESS = "it names an address as the server's name, which RFC 6066 3 forbids, and this server refuses names that it does not have"
MUTUAL = "supposed: it needs handshakes that end, and this server ends none without a client's certificate; the suites are chosen before that"
LESS_INSIDE = "supposed: behind this STARTTLS it does not see TLS 1.2 and before, which the server is set to speak and Ajar was answered in"
# "supposed" stands before what was concluded from the settings and the answers, and not looked up in the tool.
# Peer, check, and case as patterns or what our facts must be; then why both are right, or who is not.
EXPLAINED = [
    ("sslyze", "anything", "SSLv2*|SSLv3*|export with*|des and idea|a suite that*", CANNED),
    ("sslyze", "anything", "*null*|*anonymous*|openssl group ffdhe", NO_COMMON),
    ("ssl*", "*", "openssl strict name|openssl another certificate by name", NAME_BY_ADDRESS),
    ("sslscan", "tls.forward_secrecy", "openssl client certificate needed|redis|haproxy client certificate", MUTUAL),
    ("sslscan", "*", "dovecot*|slapd*", LESS_INSIDE),
    ("sslscan", "anything", "a suite that nobody offered", "it asks for nothing more when one hello is answered by what it did not offer"),
    ("sslyze", "tls.versions", "dovecot*", "supposed: it opens many connections at once, of which Dovecot turns some away; the server is set to speak both"),
    ("sslyze", "tls.master_secret", "caddy|etcd", "supposed: it asks in TLS 1.3, where it is built in; Go had none in TLS 1.2 before its version 1.21"),
    ("sslyze", "tls.fallback_signal", "java 3DES", "supposed: it takes any refusal for the signal's; the step down that Ajar offered was taken, which proves that none is noticed"),
    ("testssl", "tls.secure_renegotiation", by_old_openssl,
     "supposed: it asks by the system's OpenSSL, which cannot shake hands with this server"),
    ("testssl", "cert.key_bits", "*Ed25519*", "it reads 160 bits of a key of 256 (RFC 8032)"),
    ("sslscan", "cert.key_bits", "*EC key*|*P-384*|caddy*", "it tells the strength of an elliptic key (128 bits of P-256), Ajar its size"),
    ("*", "tls.fallback_signal", "slapd*", "supposed: slapd hangs up without an alert, which does not tell why; nothing is stated"),
    ("*", "tls.fallback_signal", one_version, "a server of one version has nothing to fall back from; nothing is stated"),
    ("*", "tls.fallback_signal", none_old,
     "asked where there is something older than TLS 1.2: TLS 1.3 notices by itself who makes it speak less (RFC 8446 4.1.3)"),
    ("*", "tls.fallback_signal", only_old, "asked by TLS 1.1, which is this server's best: not a step down"),
    ("*", "tls.compression", only_13, "TLS 1.3 has none (RFC 8446 4.1.2); nothing is stated"),
    ("*", "tls.secure_renegotiation", only_13, "TLS 1.3 has no renegotiation; nothing is stated"),
    ("*", "tls.master_secret", only_13, "TLS 1.3 has it built in (RFC 8446 D); nothing is stated"),
    ("*", "tls.stapled", only_13, "TLS 1.3 encrypts it; what travels in clear does not tell"),
    ("*", "tls.master_secret", only_old, OLD_HELLOS),
    ("*", "tls.stapled", only_old, OLD_HELLOS),
]


def inside_of(name):
    return next((protocol for word, protocol in INSIDE.items() if name.startswith(word)), None)


def reason(peer, check, name, ours):
    def fits(when):
        return when(ours) if callable(when) else any(fnmatch.fnmatch(name, one) for one in when.split("|"))
    return next((why for p, c, when, why in EXPLAINED if fnmatch.fnmatch(peer, p) and fnmatch.fnmatch(check, c) and fits(when)), None)


def compare(name, ours, peer, theirs):
    """(check, ours, theirs, why or None) of each difference, and how many are alike."""
    differences, alike = [], 0
    ours = {**ours, "tls.weak as categories": peers.coarse(ours.get("tls.weak", "none"))}
    for check, said in theirs.items():
        if ours.get(check) == said:
            alike += 1
        else:
            differences.append((check, ours.get(check), said, reason(peer, check, name, ours)))
    return differences, alike


def noted(rows, file):
    """What came of one case goes to the file at once: a run takes long. One JSON list a row."""
    if file:
        with open(file, "a", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    return rows


def judge(options, commands, where, port, name, start):
    """Rows (name, peer, alike, differences); None of them where the server did not start."""
    server, inside, rows = start(port), inside_of(name), []
    try:
        absent = servers.why_not_there(server, port)
        if absent:
            return [(name, "ajar", 0, [("starts", absent, None, None)])]
        ours, said = servers.audit(options.ajar, port)
        if not ours:
            print(f"not ok - {name}: Ajar states nothing: {said}", flush=True)
            return [(name, "ajar", 0, [("anything", said, None, None)])]
        for peer, command in commands.items():
            ask, knows = peers.PEERS[peer]
            if inside and inside not in knows:
                rows.append((name, peer, 0, []))
                continue
            theirs = ask(command, port, inside, where)
            differences, alike = compare(name, ours, peer, theirs)
            if not theirs:
                differences = [("anything", "its facts", "nothing", reason(peer, "anything", name, ours))]
            rows.append((name, peer, alike, differences))
            for check, mine, said, why in differences:
                if not why:
                    print(f"not ok - {name}: {check} is {mine!r}, {peer} says {said!r}", flush=True)
    except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError) as e:
        rows.append((name, "ajar", 0, [("runs", repr(e), None, None)]))
        print(f"not ok - {name}: {e!r}", flush=True)
    finally:
        server.stop()
    return rows


def print_tables(rows):
    names = list(dict.fromkeys(name for name, *_ in rows))
    print("| tool | servers that it can ask | checks in common | the same | different, for a reason below |\n|---|--:|--:|--:|--:|")
    for peer in peers.PEERS:
        mine = [row for row in rows if row[1] == peer]
        alike, other = sum(row[2] for row in mine), sum(len(row[3]) for row in mine)
        print(f"| {peer} | {sum(bool(row[2] or row[3]) for row in mine)} of {len(names)} | {alike + other} | {alike} | {other} |")
    print("\n| tool | check | servers | times | why |\n|---|---|---|--:|---|")
    reasons = collections.defaultdict(list)
    for name, peer, _, differences in rows:
        for check, _, _, why in differences:
            reasons[(why or "**not explained**", check, peer)].append(name)
    for (why, check, peer), found in sorted(reasons.items(), key=lambda x: (x[0][2], x[0][1])):
        shown = ", ".join(found[:3]) + (" ..." if len(found) > 3 else "")
        print(f"| {peer} | `{check}` | {shown} | {len(found)} | {why} |")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", nargs="?", default=str(ROOT / "build"))
    options.add_argument("--only", default="")
    options.add_argument("--peers", default="sslscan,sslyze,testssl")
    options.add_argument("--sslyze", default="sslyze")
    options.add_argument("--results")
    options.add_argument("--table")
    options = options.parse_args()
    if options.table:
        return print_tables([json.loads(line) for line in pathlib.Path(options.table).read_text().splitlines()])
    servers.enter_namespace(__file__)
    options.ajar = str(pathlib.Path(options.build).resolve() / "ajar")
    commands = {peer: shutil.which({"sslyze": options.sslyze}.get(peer, peer)) for peer in options.peers.split(",")}
    missing = [peer for peer, command in commands.items() if not command]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}")
    with servers.in_memory() as where:
        os.environ["HOME"] = where
        chosen = [case[:3] for case in matrix.numbered(where, wide=True) if re.search(options.only, case[1])]
        if options.results:
            pathlib.Path(options.results).unlink(missing_ok=True)
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            rows = [row for rows in pool.map(lambda case: noted(judge(options, commands, where, *case), options.results), chosen) for row in rows]
    failed = {row[0] for row in rows if any(not why for *_, why in row[3])}
    print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
