#!/usr/bin/env python3
"""National numbers against python3-stdnum: nationals.py TRUTH [VALUES]

For each type half of VALUES numbers keep every rule of the oracle (found by trying last characters), a quarter of
them with one character changed, the rest random of its form. Ajar and the oracle must say the same of each; where
they may differ, CAUSES says why.
"""
import random
import subprocess
import sys

sys.path.append("/usr/lib/python3/dist-packages")

DIGITS, UPPER = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# 9 a digit, A a letter, Y year, M month, D day (two characters each), others as they are; the last 1 or 2 are tried.
TYPES = {
    "ar-cuit": ("ar.cuit", ["20999999999", "27999999999", "30999999999", "99999999999"], 1),
    "at-tin": ("at.tin", ["999999999"], 1),
    "at-vnr": ("at.vnr", ["9999DDMMYY", "9999999999"], 2),
    "bg-egn": ("bg.egn", ["YYMMDD9999", "YY4MDD9999", "9999999999"], 1),
    "bg-pnf": ("bg.pnf", ["9999999999"], 1),
    "cl-rut": ("cl.rut", ["99999999K", "999999999", "99999999"], 1),
    "co-nit": ("co.nit", ["9999999999", "99999999", "999999999999"], 1),
    "cu-ni": ("cu.ni", ["YYMMDD99999"], 1),
    "cz-rc": ("cz.rc", ["YYMMDD9999", "YY5MDD9999", "YYMMDD999", "9999999999"], 1),
    "do-cedula": ("do.cedula", ["99999999999"], 1),
    "ec-ci": ("ec.ci", ["1999999999", "0999999999", "2999999999"], 1),
    "ee-ik": ("ee.ik", ["3YYMMDD9999", "4YYMMDD9999", "6YYMMDD9999", "99999999999"], 1),
    "gb-utr": ("gb.utr", ["9999999999"], 1),
    "gr-amka": ("gr.amka", ["DDMMYY99999", "99999999999"], 1),
    "gt-nit": ("gt.nit", ["99999999", "9999999K", "999999999999", "999999"], 1),
    "hr-oib": ("hr.oib", ["99999999999"], 1),
    "id-npwp": ("id.npwp", ["999999999999999"], 1),
    "ie-pps": ("ie.pps", ["9999999A", "9999999AA", "9999999AW"], 2),
    "il-id": ("il.idnr", ["999999999"], 1),
    "is-kt": ("is_.kennitala", ["DDMMYY9999", "DDMMYY9990", "9999999999"], 2),
    "lv-pk": ("lv.pvn", ["DDMMYY19999", "DDMMYY29999"], 1),
    "md-idnp": ("md.idno", ["9999999999999"], 1),
    "mx-curp": ("mx.curp", ["AAAAYYMMDDHASAAA99", "AAAAYYMMDDMDFAAAA9", "BEAMYYMMDDMBSRRRA9"], 1),
    "mx-rfc": ("mx.rfc", ["AAAAYYMMDDA99", "AAAAYYMMDD9A9", "GODEYYMMDD1A9"], 1),
    "my-nric": ("my.nric", ["YYMMDD999999"], 1),
    "nz-ird": ("nz.ird", ["099999999", "99999999", "109999999", "199999999"], 1),
    "pe-dni": ("pe.cui", ["999999999", "99999999A"], 1),
    "pk-cnic": ("pk.cnic", ["9999999999999"], 1),
    "py-ruc": ("py.ruc", ["999999999", "9999999", "999999"], 1),
    "ro-cnp": ("ro.cnp", ["1YYMMDD129999", "6YYMMDD409999", "9999999999999"], 1),
    "ru-inn": ("ru.inn", ["999999999999"], 2),
    "yu-jmbg": ("si.emso", ["DDMM9YY999999", "DDMM0YY999999"], 1),
    "th-pin": ("th.pin", ["1999999999999", "3999999999999"], 1),
    "tr-tckn": ("tr.tckimlik", ["19999999999", "49999999999"], 2),
    "ua-rntrc": ("ua.rntrc", ["9999999999"], 1),
    "ve-rif": ("ve.rif", ["V999999999", "E999999999", "J999999999"], 1),
    "za-id": ("za.idnr", ["YYMMDD9999089", "YYMMDD9999189"], 1),
}


def same(v):
    return len(set(v)) == 1 or len(set(v[:-1])) == 1


CAUSES = {
    "at-tin": lambda v, ours: "no tax office has these two digits" if ours else None,
    "ie-pps": lambda v, ours: "second letters B to G and I, which the other does not know" if ours and v[8:] in tuple("BCDEFGI") else None,
    "ro-cnp": lambda v, ours: "the other does not look at the county" if not ours and not 1 <= int(v[7:9]) <= 48 else None,
    "mx-curp": lambda v, ours: "words, states and vowels that the other asks for" if ours else None,
}


def fill(pattern, r):
    pattern = pattern.replace("YY", "%02d" % r.randrange(100)).replace("DD", "%02d" % r.randrange(1, 29))
    pattern = pattern.replace("4M", "%02d" % r.randrange(41, 53)).replace("5M", "%02d" % r.randrange(51, 63))
    pattern = pattern.replace("MM", "%02d" % r.randrange(1, 13))
    return "".join(r.choice(DIGITS) if c == "9" else c for c in pattern)


def letters(v, pattern, r):
    return "".join(r.choice(UPPER) if p == "A" else c for c, p in zip(v, pattern))


def valid(pattern, tried, judge, r):
    for _ in range(60):
        v = letters(fill(pattern, r), pattern, r)
        ends = [a for a in DIGITS + UPPER] if tried == 1 else [a + b for a in DIGITS + UPPER for b in (v[-1] if v[-1] in "09W" else DIGITS)]
        r.shuffle(ends)
        for end in ends:
            if judge(v[:-len(end)] + end):
                return v[:-len(end)] + end
    return None


def mutate(v, r):
    at = r.randrange(len(v))
    return v[:at] + r.choice(DIGITS if v[at].isdigit() else UPPER) + v[at + 1:]


def main():
    truth = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    results = []
    for kind, (oracle, patterns, tried) in TYPES.items():
        r = random.Random(kind)
        module = __import__("stdnum." + oracle, fromlist=["is_valid"])
        judge = module.is_valid if kind != "mx-rfc" else lambda v: module.is_valid(v, validate_check_digits=True)
        good = [valid(r.choice(patterns), tried, judge, r) for _ in range(count // 2)]
        good = [v for v in good if v]
        values = good + [mutate(v, r) for v in good[::2]]
        values += [letters(fill(p, r), p, r) for p in (r.choice(patterns) for _ in range(count // 4))]
        values = [v for v in values if not same(v)]
        ours = subprocess.run([truth, kind], input="\n".join(values) + "\n", stdout=subprocess.PIPE, text=True, check=True).stdout
        differ, causes = [], 0
        for v, said in zip(values, ours):
            if (said == "1") != judge(v):
                cause = CAUSES.get(kind, lambda v, ours: None)(v, said == "1")
                causes += cause is not None
                if cause is None:
                    differ.append((v, said))
        passed = sum(said == "1" for said in ours)
        results.append(len(ours) == len(values) and not differ and passed * 3 >= len(values) and causes * 10 <= len(values))
        if not results[-1]:
            print("%s: %d values, %d pass, %d differ for a cause, %d without: %s" % (
                kind, len(values), passed, causes, len(differ), differ[:5]))
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
