#!/usr/bin/env python3
"""The validators against others: truth.py TRUTH [VALUES] [--npm DIRECTORY] [--only TYPE]

TRUTH is the program of truth.c. For every type VALUES numbers (a quarter valid by people.py, a quarter of those with one
character changed, half random) are judged by Ajar, by python3-stdnum and, where DIRECTORY holds node_modules, by stdnum
and validator of npm. Every disagreement must have a cause that is written down below; one that has none fails. Of a million
values a type and all oracles it takes some twenty minutes of one core: one process a type and tool.
"""
import datetime
import functools
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.append("/usr/lib/python3/dist-packages")
from people import People  # noqa: E402

DIGITS = "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def real_date(year, month, day):
    try:
        datetime.date(year, month, day)
        return True
    except ValueError:
        return False


# type: generator, a pattern of random characters (9 digit, A letter, others as they are), oracles
TYPES = {
    "cn-id": ("cn_id", "999999199999999999", ["py:cn.ric", "stdnum/CN.ric", "validator/cn-id"]),
    "cn-uscc": ("cn_uscc", "919999999999999999", ["py:cn.uscc", "stdnum/CN.uscc"]),
    "cn-mobile": ("cn_mobile", "19999999999", ["validator/cn-mobile"]),
    "bank-card": ("bank_card", "4999999999999999", ["py:luhn", "validator/bank-card"]),
    "hk-id": ("hk_id", "A999999(9)", ["stdnum/HK.hkid", "validator/hk-id"]),
    "tw-id": ("tw_id", "A199999999", ["validator/tw-id"]),
    "kr-rrn": ("kr_rrn", "990999-9999999", ["py:kr.rrn", "stdnum/KR.rrn"]),
    "in-aadhaar": ("aadhaar", "999999999999", ["py:in_.aadhaar", "stdnum/IN.aadhaar"]),
    "in-pan": ("in_pan", "AAAPA9999A", ["py:in_.pan", "stdnum/IN.pan"]),
    "iban": ("iban", "DE99999999999999999999", ["py:iban", "validator/iban"]),
    "us-ssn": ("us_ssn", "999-99-9999", ["py:us.ssn", "stdnum/US.ssn"]),
    "us-itin": ("us_itin", "999-99-9999", ["py:us.itin"]),
    "uk-nino": ("uk_nino", "AA999999A", ["stdnum/GB.nino"]),
    "uk-nhs": ("uk_nhs", "9999999999", ["py:gb.nhs"]),
    "es-dni": ("es_dni", "99999999A", ["py:es.dni", "stdnum/ES.dni", "validator/es-dni"]),
    "fr-nir": ("fr_nir", "199019999999999", ["py:fr.nir", "stdnum/FR.nir"]),
    "fr-spi": ("fr_spi", "2999999999999", ["py:fr.nif", "stdnum/FR.nif", "validator/fr-spi"]),
    "it-cf": ("it_cf", "AAAAAA99A99A999A", ["py:it.codicefiscale", "stdnum/IT.codicefiscale"]),
    "de-idnr": ("de_idnr", "99999999999", ["py:de.idnr", "stdnum/DE.idnr", "validator/de-idnr"]),
    "nl-bsn": ("nl_bsn", "999999999", ["py:nl.bsn", "stdnum/NL.bsn", "validator/nl-bsn"]),
    "pl-pesel": ("pl_pesel", "99019999999", ["py:pl.pesel", "stdnum/PL.pesel", "validator/pl-pesel"]),
    "se-pn": ("se_pn_hyphen", "990199-9999", ["py:se.personnummer", "stdnum/SE.personnummer"]),
    "no-fnr": ("no_fnr", "19019999999", ["py:no.fodselsnummer", "stdnum/NO.fodselsnummer", "validator/no-fnr"]),
    "dk-cpr": ("dk_cpr", "190199-9999", ["py:dk.cpr", "stdnum/DK.cpr"]),
    "fi-hetu": ("fi_hetu", "190199-999A", ["py:fi.hetu", "stdnum/FI.hetu", "validator/fi-hetu"]),
    "ch-ahv": ("ch_ahv", "7569999999999", ["py:ch.ssn", "stdnum/CH.ssn"]),
    "be-nn": ("be_nn", "99019999999", ["py:be.nn", "stdnum/BE.nn"]),
    "pt-nif": ("pt_nif", "999999999", ["py:pt.nif", "stdnum/PT.nif", "validator/pt-nif"]),
    "pt-cc": ("pt_cc", "999999999AA9", ["py:pt.cc", "stdnum/PT.cc"]),
    "br-cnpj": ("br_cnpj", "99999999000199", ["py:br.cnpj", "stdnum/BR.cnpj", "validator/br-cnpj"]),
    "br-cpf": ("br_cpf", "99999999999", ["py:br.cpf", "stdnum/BR.cpf", "validator/br-cpf"]),
    "au-tfn": ("au_tfn", "999999999", ["py:au.tfn", "stdnum/AU.tfn"]),
    "ca-sin": ("ca_sin", "999999999", ["py:ca.sin", "stdnum/CA.sin"]),
    "imei": ("imei", "359999999999999", ["py:imei", "validator/imei"]),
    "cn-passport": ("cn_passport", "E99999999", ["validator/cn-passport"]),
    "mac": ("mac", "h0:hh:hh:hh:hh:hh", ["validator/mac"]),
    "ipv4": ("public_ip", "99.199.99.99", ["validator/ipv4"]),
    "ipv6": ("ipv6", "2hhh:hhhh:hhhh:hhhh:hhhh:hhhh:hhhh:hhhh", ["validator/ipv6"]),
    "email": ("email", "aaaaa.aaaa@aaaaaa.aaa", ["validator/email"]),
}


def typed(v):
    """111111111, 123456789 and the like."""
    steps = {(int(b) - int(a)) % 10 for a, b in zip(v, v[1:])}
    return steps in ({0}, {1}, {9})


# Why Ajar and the oracle may differ; the first that fits is the cause. Each takes the value and Ajar's verdict.
def _cn_id(v, ours):
    year, month, day = int(v[6:10]), int(v[10:12]), int(v[12:14])
    if ours:
        return "the other knows no such county, or not in that year; Ajar takes any county of a real province"
    if not real_date(year, month, day) or year < 1900:
        return "no such day, or before 1900"
    if v[0] != "9" and v[:2] not in PROVINCES:
        return "no such province today"
    return "born in the future" if (year, month, day) > (2026, 12, 31) else None


PROVINCES = ("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83").split()


def _be(v, ours):
    return "Ajar takes dates that are partly unknown and BIS numbers" if ours else "a day of the future or not of the calendar"


CAUSES = {
    "cn-id": _cn_id,
    "cn-uscc": lambda v, ours: "a resident ID by region and date is never taken for an organisation" if not ours and v.isdigit()
    else "letters that the other takes and GB 32100 does not, or the reverse: Ajar asks for no district of six digits"
    if not v.isdigit() else "Ajar does not ask for a known kind of organisation" if ours else None,
    "cn-mobile": lambda v, ours:
        "prefixes never given out (140 to 144, 154, 160, 161, 163, 164, 168, 169, 174, 179, 194; 92, 98)" if not ours and
    (v[:2] in ("92", "98") or v[:3] in ("140", "141", "142", "143", "144", "154", "160", "161", "163", "164", "168", "169", "179", "194", "174"))
    else "146, 148, 1619 and others of the MIIT's table of 2023 that the other lacks" if ours else None,
    "bank-card": lambda v, ours: "Luhn holds, but no issuer has this range and length" if not ours
    else "UnionPay debit cards of 19 digits" if v[:2] == "62" and len(v) == 19 else None,
    "hk-id": lambda v, ours: "the letter O" if ours and v[0] == "O" else None,
    "tw-id": lambda v, ours: "the other takes any second digit; only 1, 2, 8 and 9 are given out" if v[1] in "034567" else None,
    "kr-rrn": lambda v, ours: "born in the future by the seventh digit, or in the 1800s, which the other does not know" if ours and
    (v[7] in "09" or (v[7] in "3478" and int(v[:2]) >= 26))
        else "the date is none in the century that the seventh digit says" if not ours else None,
    "iban": lambda v, ours: "the account structure of Spain" if ours and v[:2] == "ES" else None,
    "us-ssn": lambda v, ours: "numbers printed in advertisements, which Ajar marks as test data" if ours
    else "123456789 and the like, which Ajar marks as test data",
    "us-itin": lambda v, ours: "groups 50 to 65, in use since 2017, which the other does not know" if ours and 50 <= int(v[4:6]) <= 65
    else None,
    "uk-nino": lambda v, ours: "administrative prefixes (OO CR FY MW NC PP), never a person's" if not ours and
    v[:2] in ("OO", "CR", "FY", "MW", "NC", "PP") else None,
    "fr-spi": lambda v, ours: "Debian's version does not look at the check digits" if not ours else None,
    "no-fnr": lambda v, ours:
        "the century of the serial number, no birth in the future, 29 February: Ajar does not look at them" if ours and
    (v[6] in "56789" or v[:4] == "2902") else None,
    "dk-cpr": lambda v, ours:
        "born in the future by the seventh digit, which Ajar does not look at, or 29 February of a year without one" if ours and
    (v[7] in "456789" or v[:4] == "2902" or int(v[4:6]) > 26) else None,
    "fi-hetu": lambda v, ours:
        "the signs of 2023 (B to F, U to Y), or serial numbers above 899" if ours and (v[6] in "BCDEFUVWXY" or int(v[7:10]) > 899)
    else "serial numbers 000 and 001, never given out" if not ours and v[7:10] in ("000", "001") else None,
    "pt-cc": lambda v, ours: "two digits where every card has a letter" if not ours and v[9:11].isdigit() else None,
    "cn-passport": lambda v, ours: "diplomatic, official and service books, Hong Kong and Macau" if ours and v[0] in "DSPHKM"
    else "the same digit eight times" if not ours and len(set(v[2:])) == 1 else None,
    "mac": lambda v, ours: "given out by software, or the address of a group" if not ours and int(v[1], 16) & 3 else None,
    "email": lambda v, ours: "endings of files, not of domains (png, css, git)" if not ours and
    v.rsplit(".", 1)[1] in ("png", "jpg", "gif", "svg", "css", "git", "so", "js", "md", "py") else None,
    "ipv4": lambda v, ours: "private, reserved, of manuals, or what a version number looks like" if not ours else None,
    "ipv6": lambda v, ours: "outside 2000::/3, where the public addresses are" if not ours and v[0] not in "23" else None,
    "fr-nir": lambda v, ours: "the other does not look at sex and month" if not ours else None,
    "it-cf": lambda v, ours: "Ajar does not look whether the day exists in that month" if ours else "a day above 31",
    "de-idnr": lambda v, ours: "the other does not ask that exactly one of the first ten digits is repeated" if not ours and
    sorted(v[:10].count(c) for c in set(v[:10]))[-2:] not in ([1, 2], [1, 3]) else "the other takes no digit three times"
    if max(v[:10].count(c) for c in set(v[:10])) == 3 else None,
    "nl-bsn": lambda v, ours: "typed rows such as 111111111" if not ours and typed(v) else None,
    "pl-pesel": lambda v, ours: "the other does not look at the date" if not ours else None,
    "se-pn": lambda v, ours: "coordination numbers (day + 60), which the other does not know" if ours and v[4] in "6789"
    else "29 February in a year that has none, or the date is none" if v[2:6] in ("0229", "0289") or not ours else None,
    "be-nn": _be,
    "pt-nif": lambda v, ours:
        "the first digit 0, which is not given out" if not ours and v[0] == "0" else "typed rows such as 111111111" if not ours and
    len(set(v)) == 1 else None,
    "au-tfn": lambda v, ours: "typed rows such as 111111111" if not ours and typed(v) else None,
    "ca-sin": lambda v, ours:
        "first digits 0 and 8, not given to people" if not ours and v[0] in "08" else "typed rows such as 111111111" if not ours and
    typed(v) else None,
}


RANDOM = {"9": DIGITS, "A": UPPER, "h": "0123456789abcdef", "a": "abcdefghijklmnopqrstuvwxyz0123456789"}


def random_of(pattern, r):
    return "".join(RANDOM[c][int(r.random() * len(RANDOM[c]))] if c in RANDOM else c for c in pattern)


def mutate(v, r):
    at = int(r.random() * len(v))
    c = r.choice(DIGITS) if v[at].isdigit() else r.choice(UPPER) if v[at].isalpha() else v[at]
    return v[:at] + c + v[at + 1:]


def python_oracle(name):
    parts = name.split(".")
    if name == "cn.ric": # looks every county up anew, half a millisecond each
        from stdnum import numdb
        counties = numdb.get("cn/loc")
        counties.info = functools.lru_cache(None)(counties.info)
    module = __import__("stdnum." + name if len(parts) > 1 else "stdnum." + parts[0], fromlist=["is_valid"])
    return module.is_valid


def verdicts(oracles, values, path, npm):
    """What each oracle that is there says of the values: its name and a string of 0 and 1."""
    for oracle in oracles:
        if oracle.startswith("py:"):
            judge = python_oracle(oracle[3:])
            yield oracle, bytes(49 if judge(v) else 48 for v in values)
    others = [o for o in oracles if not o.startswith("py:")]
    if npm and others:
        done = subprocess.run(["node", "--max-old-space-size=2000", os.path.join(HERE, "truth.js"), path] + others,
                              stdout=subprocess.PIPE, check=True, env=dict(os.environ, NODE_PATH=os.path.join(npm, "node_modules")))
        yield from zip(others, done.stdout.split(b"\n"))


def compare(kind, oracle, values, ours, theirs):
    """Prints where the two differ and why; true where every difference has a cause."""
    causes, unexplained = {}, []
    for v, a, b in zip(values, ours, theirs):
        if a != b:
            cause = CAUSES.get(kind, lambda v, ours: None)(v, a == 49)
            if cause is None:
                unexplained.append((v, a == 49))
            else:
                causes[cause] = causes.get(cause, 0) + 1
    print("%-12s %-24s %d values, %d pass, %d disagree, %d without a cause" % (
        kind, oracle, len(values), ours.count(b"1"), sum(causes.values()) + len(unexplained), len(unexplained)))
    for cause, n in causes.items():
        print("    %7d  %s" % (n, cause))
    for v, a in unexplained[:5]:
        print("    unexplained: %s, Ajar says %s" % (v, a))
    sys.stdout.flush()
    return not unexplained and len(theirs) == len(values)


def main():
    truth = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 20000
    npm = sys.argv[sys.argv.index("--npm") + 1] if "--npm" in sys.argv else None
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else None
    results = []
    for kind, (generator, pattern, oracles) in TYPES.items():
        if only and kind != only:
            continue
        p, r = People("truth " + kind), random.Random(kind)
        values = [getattr(p, generator)() for _ in range(count // 4)]
        values += [mutate(v, r) for v in values] + [random_of(pattern, r) for _ in range(count // 2)]
        with tempfile.NamedTemporaryFile(mode="w", suffix=".txt") as out:
            out.write("\n".join(values) + "\n")
            out.flush()
            with open(out.name, "rb") as text:
                ours = subprocess.run([truth, kind], stdin=text, stdout=subprocess.PIPE, check=True).stdout
            own = ours[:count // 4].count(b"1")
            results.append(own >= count // 4 * 0.995)
            if not results[-1]:
                print("%s: only %d of %d valid values pass" % (kind, own, count // 4))
            results += [compare(kind, oracle, values, ours, theirs) for oracle, theirs in verdicts(oracles, values, out.name, npm)]
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
