"""Samba: shares for everybody, for those with an account, both; a list that is refused; a top directory that is; SMB 1."""

import re

from model import Spec, View, number

SERVER = "smbd -F --no-process-group -s $D/smb.conf --debug-stdout -d0"
HEAD = ("[global]\nprivate dir=$D/p\nlock dir=$D/l\nstate directory=$D/s\ncache directory=$D/c\npid directory=$D/r\n"
        "ncalrpc dir=$D/n\nsmb ports=$P\ninterfaces=$A/255.0.0.0\nbind interfaces only=yes\ndisable netbios=yes\nguest account=zoo\nload printers=no\n"
        "printing=bsd\nprintcap name=/dev/null\nserver role=standalone server\ndisable spoolss=yes\nlog file=$D/log.smbd\n")
PUB = "[pub]\npath=$D/pub\nguest ok=yes\nread only=yes\n"
WRITABLE = "[drop]\npath=$D/pub\nguest ok=yes\nread only=no\n"
LOCKED = "[wages]\npath=$D/pub\n"
CLOSED = "[attic]\npath=$D/shut\nguest ok=yes\n"
GUEST = "map to guest=Bad User\n"


def truth(box):
    """The list of its own client; what has no account and no list there is not counted."""
    text = box.sh("smbclient -N -g -L //$A -p $P -s $D/smb.conf 2>/dev/null || true")
    rows = re.findall(r"^Disk\|([^|]+)\|", text, re.M)
    return {"version": number(box.sh("smbd --version")), "collections": len(rows), "names": sorted(rows)}


def samba(variant, text, view, host=0):
    # It is asked on its own port only, so that each server needs an address of its own; below 1024 root starts it.
    return Spec("samba:" + variant, SERVER, port=445, host=host, root=True, files={"smb.conf": HEAD + text}, truth=truth, views=(view,),
                prepare="mkdir -p p l s c r n pub shut; chmod 755 n; chmod 700 shut; chmod 755 $D; chmod 777 pub; echo secret >pub/a.sql")


MANY = "".join(f"[share-number-{n:03}]\npath=$D/pub\ncomment=the archive of the year {n}\n" for n in range(150))
SEES = ("version", "collections")
SPECS = (
    samba("open", GUEST + PUB + LOCKED, View("samba", "open", sees=SEES, facts={
        "auth": "none", "collections.readable": 1, "writable": False, "user": "null session", "smb1": False})),
    samba("writable", GUEST + PUB + WRITABLE, View("samba", "open", sees=SEES, facts={
        "collections.readable": 2, "writable": True, "signing": False}), 1),
    samba("many", GUEST + MANY, View("samba", "unclear", sees=SEES), 2),
    samba("listed", GUEST + LOCKED, View("samba", "partial", sees=SEES, facts={"auth": "password"}), 3),
    samba("shut", GUEST + CLOSED, View("samba", "partial", sees=SEES), 4),
    samba("locked", "map to guest=Never\nrestrict anonymous=2\n" + PUB + LOCKED, View("samba", "locked", facts={"auth": "password"}), 5),
    samba("restricted", GUEST + "restrict anonymous=2\n" + PUB, View("samba", "locked", facts={"auth": "password"}), 6),
    samba("old", GUEST + "server min protocol=NT1\nserver max protocol=NT1\n" + PUB, View("smb", "unclear", facts={"smb1": True}), 7),
    samba("signed", GUEST + "server signing=mandatory\n" + PUB, View("samba", "open", sees=SEES, facts={"signing": True}), 8),
)
