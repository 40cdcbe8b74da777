"""Gearman's job server: it knows no login."""

from model import Spec, View, number

SEED = "for i in 1 2 3; do echo x | gearman -h $A -p $P -b -f resize; done; echo y | gearman -h $A -p $P -b -f mail"


def truth(box):
    rows = [line.split("\t") for line in box.sh("gearadmin -h $A -p $P --status").splitlines() if "\t" in line]
    return {"version": number(box.sh("gearadmin -h $A -p $P --server-version")), "collections": len(rows),
            "records": sum(int(row[1]) for row in rows), "names": sorted(row[0] for row in rows)}


SPECS = (Spec("gearman:open", "gearmand -L $A -p $P --log-file=stderr", seed=lambda box: box.sh(SEED), truth=truth,
              views=(View("gearman", "open", sees=("version", "records", "collections")),)),)
