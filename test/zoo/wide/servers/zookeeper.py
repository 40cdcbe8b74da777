"""ZooKeeper 3.4 and 3.9, asked with the Debian one's client. 3.4 knows no login that it could enforce."""

from dataclasses import replace

from servers import zookeeper

from ..cache import CACHE


def moved(spec, version):
    java = zookeeper.JAVA.replace(zookeeper.CLASSPATH, f"'{CACHE}/zookeeper-{version}/*'")
    return replace(spec, name=spec.name.replace("zookeeper", "zookeeper-" + version),
                   command=spec.command.replace(zookeeper.JAVA, java))


SPECS = tuple(moved(spec, version) for version in ("3.4", "3.9") for spec in zookeeper.SPECS
              if version != "3.4" or spec.name.endswith(":open"))
