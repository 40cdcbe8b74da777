"""tgt: disks for every initiator, with a secret, for one address."""

from model import PASSWORD, Spec, View

# Its control is a socket by the number of the port, which is below 32768 as that number must be.
TGT = "tgtadm --lld iscsi -C $P2 "
ACCOUNT = f"{TGT}--op new --mode account --user zoo --password {PASSWORD}\n"


def target(number, name, who):
    return (f"{TGT}--op new --mode target --tid {number} -T iqn.2026-01.example.zoo:{name}\n"
            f"truncate -s 1M $D/{name}.img; {TGT}--op new --mode logicalunit --tid {number} --lun 1 -b $D/{name}.img >/dev/null\n"
            f"{TGT}--op bind --mode target --tid {number} -I {who}\n")


def secret(number):
    return f"{TGT}--op bind --mode account --tid {number} --user zoo\n"


def truth(box):
    names = [line.split(": ")[1] for line in box.sh(TGT + "--op show --mode target").splitlines() if line.startswith("Target ")]
    return {"collections": len(names), "names": sorted(names)}


def iscsi(variant, seed, view, host):
    return Spec("iscsi:" + variant, "tgtd -f -C $P2 --iscsi portal=$A:$P", port=3260, host=host, root=True, seed=seed, truth=truth, views=(view,))


SEES = ("collections",)
SPECS = (
    iscsi("open", ACCOUNT + target(1, "backup", "ALL") + target(2, "mail", "ALL") + secret(2), View("iscsi", "open", sees=SEES, facts={
        "auth": "none", "collections.readable": 1}), 0),
    iscsi("locked", ACCOUNT + target(1, "mail", "ALL") + secret(1), View("iscsi", "partial", sees=SEES, facts={"auth": "password"}), 1),
    # What an address may not use is not listed to it.
    iscsi("fenced", target(1, "mail", "10.99.99.99"), View("iscsi", "unclear", facts={"auth": None}), 2),
)
