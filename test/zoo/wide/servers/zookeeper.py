"""ZooKeeper 3.4 and 3.9, asked with the Debian one's client. 3.4 knows no login that it could enforce."""

import re
import socket
from dataclasses import replace

from servers import zookeeper

from ..cache import CACHE


def truth_with_bytes(box):
    """3.4 also tells the size of its data to anyone: its other admin words are not on a list of allowed ones yet."""
    size = re.search(r"approximate_data_size\s+(\d+)", word(box, b"mntr"))
    return {**zookeeper.truth(box), "bytes": int(size.group(1))}


def word(box, name):
    with socket.create_connection((box.address, box.ports["P"]), timeout=5) as server:
        server.sendall(name)
        return b"".join(iter(lambda: server.recv(4096), b"")).decode()


def moved(spec, version):
    java = zookeeper.JAVA.replace(zookeeper.CLASSPATH, f"'{CACHE}/zookeeper-{version}/*'")
    return replace(spec, name=spec.name.replace("zookeeper", "zookeeper-" + version),
                   command=spec.command.replace(zookeeper.JAVA, java))


def without_locks(spec):
    view = replace(spec.views[0], sees=("version", "records", "collections", "bytes"))
    return replace(moved(spec, "3.4"), views=(view,), truth=truth_with_bytes)


SPECS = (*(without_locks(spec) for spec in zookeeper.SPECS if spec.name.endswith(":open")),
         *(moved(spec, "3.9") for spec in zookeeper.SPECS))
