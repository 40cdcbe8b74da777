#!/usr/bin/env python3
"""The validators against others: truth.py TRUTH [VALUES] [--npm DIRECTORY] [--only TYPE]

TRUTH is the program of truth.c. For every type VALUES numbers (a quarter valid by people.py, a quarter of those with one
character changed, half random) are judged by Ajar, by python3-stdnum and, where DIRECTORY holds node_modules, by stdnum
and validator of npm. Every disagreement must have a cause that is written down below; one that has none fails.
"""
import datetime
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
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
    "kr-rrn": ("kr_rrn", "9909999999999", ["py:kr.rrn", "stdnum/KR.rrn"]),
    "in-aadhaar": ("aadhaar", "999999999999", ["py:in_.aadhaar"]),
    "in-pan": ("in_pan", "AAAPA9999A", ["py:in_.pan"]),
    "iban": ("iban", "DE99999999999999999999", ["py:iban", "validator/iban"]),
    "us-ssn": ("us_ssn", "999-99-9999", ["py:us.ssn", "stdnum/US.ssn"]),
    "uk-nhs": ("uk_nhs", "9999999999", ["py:gb.nhs"]),
    "es-dni": ("es_dni", "99999999A", ["py:es.dni", "validator/es-dni"]),
    "fr-nir": ("fr_nir", "199019999999999", ["py:fr.nir", "stdnum/FR.nir"]),
    "it-cf": ("it_cf", "AAAAAA99A99A999A", ["py:it.codicefiscale"]),
    "de-idnr": ("de_idnr", "99999999999", ["py:de.idnr", "stdnum/DE.idnr"]),
    "nl-bsn": ("nl_bsn", "999999999", ["py:nl.bsn", "stdnum/NL.bsn"]),
    "pl-pesel": ("pl_pesel", "99019999999", ["py:pl.pesel", "stdnum/PL.pesel", "validator/pl-pesel"]),
    "se-pn": ("se_pn", "9901999999", ["py:se.personnummer"]),
    "be-nn": ("be_nn", "99019999999", ["py:be.nn", "stdnum/BE.nn"]),
    "pt-nif": ("pt_nif", "999999999", ["py:pt.nif", "stdnum/PT.nif"]),
    "br-cpf": ("br_cpf", "99999999999", ["py:br.cpf", "stdnum/BR.cpf", "validator/br-cpf"]),
    "au-tfn": ("au_tfn", "999999999", ["py:au.tfn", "stdnum/AU.tfn"]),
    "ca-sin": ("ca_sin", "999999999", ["py:ca.sin", "stdnum/CA.sin"]),
}


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
    "cn-mobile": lambda v, ours: "the other's table is older or coarser than the MIIT's of 2023",
    "bank-card": lambda v, ours: "Luhn holds, but no issuer has this range and length" if not ours
    else "UnionPay debit and newer ranges that the other lacks",
    "hk-id": lambda v, ours: "the other wants a letter in use; Ajar takes every letter" if ours else None,
    "tw-id": lambda v, ours: "the other takes any second digit; only 1, 2, 8 and 9 are given out" if v[1] in "034567" else None,
    "kr-rrn": lambda v, ours: "born in the future, or the other has no days before 1900" if ours
    else "the date is none in the century that the seventh digit says",
    "iban": lambda v, ours: "the other also checks the structure inside a country's account number" if ours else None,
    "us-ssn": lambda v, ours: "numbers printed in advertisements, which Ajar marks as test data" if ours
    else "123456789 and the like, which Ajar marks as test data",
    "fr-nir": lambda v, ours: "the other does not look at sex and month" if not ours else None,
    "it-cf": lambda v, ours: "Ajar does not look whether the day exists in that month" if ours else "a day above 31",
    "de-idnr": lambda v, ours: "the other does not ask that exactly one of the first ten digits is repeated" if not ours and
    sorted(v[:10].count(c) for c in set(v[:10]))[-2:] not in ([1, 2], [1, 3]) else "the other takes no digit three times"
    if max(v[:10].count(c) for c in set(v[:10])) == 3 else None,
    "nl-bsn": lambda v, ours: "typed rows such as 111111111" if not ours else None,
    "pl-pesel": lambda v, ours: "born in the future" if ours else "the other does not look at the date",
    "se-pn": lambda v, ours: "Ajar takes coordination numbers (day + 60) and any year" if ours else "the date is none",
    "be-nn": _be,
    "pt-nif": lambda v, ours: "first digits that are not given out" if ours else "typed rows such as 111111111",
    "au-tfn": lambda v, ours: "typed rows such as 111111111" if not ours else None,
    "ca-sin": lambda v, ours: "typed rows, or first digits 0 and 8" if not ours else None,
}


def random_of(pattern, r):
    return "".join(r.choice(DIGITS) if c == "9" else r.choice(UPPER) if c == "A" else c for c in pattern)


def mutate(v, r):
    at = r.randrange(len(v))
    c = r.choice(DIGITS) if v[at].isdigit() else r.choice(UPPER) if v[at].isalpha() else v[at]
    return v[:at] + c + v[at + 1:]


def python_oracle(name):
    parts = name.split(".")
    module = __import__("stdnum." + name if len(parts) > 1 else "stdnum." + parts[0], fromlist=["is_valid"])
    return module.is_valid


def main():
    truth = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 20000
    npm = sys.argv[sys.argv.index("--npm") + 1] if "--npm" in sys.argv else None
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else None
    passed = failed = 0
    for kind, (generator, pattern, oracles) in TYPES.items():
        if only and kind != only:
            continue
        p, r = People("truth " + kind), random.Random(kind)
        values = [getattr(p, generator)() for _ in range(count // 4)]
        values += [mutate(v, r) for v in values] + [random_of(pattern, r) for _ in range(count // 2)]
        text = ("\n".join(values) + "\n").encode()
        ours = subprocess.run([truth, kind], input=text, stdout=subprocess.PIPE, check=True).stdout
        own = ours[:count // 4].count(b"1")
        if own < count // 4 * 0.995:
            failed += 1
            print("%s: only %d of %d valid values pass" % (kind, own, count // 4))
        for oracle in oracles:
            if oracle.startswith("py:"):
                judge = python_oracle(oracle[3:])
                theirs = bytes(49 if judge(v) else 48 for v in values)
            elif npm:
                theirs = subprocess.run(["node", os.path.join(os.path.dirname(os.path.abspath(__file__)), "truth.js"), oracle],
                                        input=text, stdout=subprocess.PIPE, check=True,
                                        env=dict(os.environ, NODE_PATH=os.path.join(npm, "node_modules"))).stdout
            else:
                continue
            causes, unexplained = {}, []
            for v, a, b in zip(values, ours, theirs):
                if a != b:
                    cause = CAUSES.get(kind, lambda v, ours: None)(v, a == 49)
                    if cause is None:
                        unexplained.append((v, a == 49))
                    else:
                        causes[cause] = causes.get(cause, 0) + 1
            passed, failed = passed + (not unexplained), failed + bool(unexplained)
            print("%-12s %-20s %d values, %d pass, %d disagree, %d without a cause" % (
                kind, oracle, len(values), ours.count(b"1"), sum(causes.values()) + len(unexplained), len(unexplained)))
            for cause, n in causes.items():
                print("    %7d  %s" % (n, cause))
            for v, a in unexplained[:5]:
                print("    unexplained: %s, Ajar says %s" % (v, a))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
