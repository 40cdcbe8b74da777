"""nfs-ganesha with files in memory: NFS 4 for everybody, for one address, for those with Kerberos; NFS 3, its mountd, and rpcbind."""

import re

from model import Spec, View

SERVER = "ganesha.nfsd -F -L $D/log.txt -f $D/g.conf -p $D/pid"
HEAD = ("NFS_CORE_PARAM { NFS_Port=%s; MNT_Port=$P; Protocols=%d; Bind_addr=$A; Enable_NLM=false; Enable_RQUOTA=false; }\n"
        "NFSV4 { Graceless=true; RecoveryBackend=fs_ng; }\n")
# rpcbind keeps to no address, and there is one on a machine at most.
RPCBIND = "rpcinfo -p >/dev/null 2>&1 || exec rpcbind -f -w"


def export(number, path, access, security="sys", more="", version=4):
    return (f"EXPORT {{ Export_Id={number}; Path={path}; Pseudo=/srv{path}; Access_Type={access}; Squash=None; SecType={security}; "
            f"Protocols={version}; FSAL {{ Name=MEM; }} {more} }}\n")


def nfs(variant, text, view, host):
    return Spec("nfs:" + variant, SERVER, files={"g.conf": HEAD % ("$P", 4) + text}, port=2049, host=host, root=True, views=(view,),
                truth=lambda box: {"collections": text.count("EXPORT"), "names": sorted("/srv" + p for p in re.findall(r" Path=(\S+);", text))})


def programs(box):
    """The list of its own client: program, version, protocol, port, and a name where it has one."""
    rows = [line.split() for line in box.sh("rpcinfo -p $A").splitlines()[1:]]
    names = [f"{(row + row[:1])[4]} {row[1]} {row[2]} {row[3]}" for row in rows]
    return {"collections": len(names), "names": sorted(names)}


OTHERS = "CLIENT { Clients=10.99.99.99; Access_Type=RW; }"
SPECS = (
    nfs("open", export(1, "/pub", "RO") + export(2, "/krb", "RO", "krb5"), View("nfs", "open", sees=("collections",), facts={
        "auth": "none", "user": "nobody", "collections.readable": 1}), 0),
    nfs("deep", export(1, "/a/b/c/drop", "RW"), View("nfs", "open", sees=("collections",), facts={"writable": True}), 1),
    nfs("kerberos", export(1, "/krb", "RO", "krb5"), View("nfs", "partial", sees=("collections",), facts={"auth": "required"}), 2),
    # What one may not mount is not shown: nothing was refused, and nothing is there.
    nfs("locked", export(1, "/wages", "NONE", more=OTHERS), View("nfs", "unclear", facts={"auth": None}), 3),
    Spec("nfs:rpcbind", f"sh -c '{RPCBIND}; exec tail -f /dev/null'", port=111, root=True, truth=programs,
         views=(View("rpcbind", "identified", sees=("collections",), rules=("names-told",)),)),
    Spec("nfs:mountd", f"sh -c 'sleep 1; ({RPCBIND}) & until rpcinfo -p >/dev/null 2>&1; do sleep 0.1; done; exec {SERVER}'",
         port=20048, root=True, files={"g.conf": HEAD % ("$P2", 3) + export(1, "/pub", "RO", version=3)},
         truth=lambda box: {"collections": 1, "names": ["/pub"]},
         views=(View("mountd", "partial", sees=("collections",), facts={"exports.everybody": 1}),)),
)
