"""The same servers on ports that belong to others: what a server is must be told by its answers alone."""

import os
from dataclasses import replace

from . import (alertmanager, beanstalkd, clickhouse, etcd, gearman, influxdb, java, ldap, mariadb, memcached, mosquitto,
               nats, nbd, nginx, postgresql, prometheus, redis, rsync, tarantool, twemproxy, varnish, vnc, zookeeper)

PORTS = (
    (redis, "open", 9200),
    (redis, "locked", 27017),
    (memcached, "open", 5432),
    (prometheus, "open", 6379),
    (alertmanager, "open", 11212),
    (postgresql, "open", 8080),
    (postgresql, "scram", 9090),
    (mariadb, "open", 2181),
    (mosquitto, "open", 3306),
    (mosquitto, "locked", 5672),
    (zookeeper, "open", 443),
    (ldap, "open", 5601),
    (etcd, "open", 1883),
    (clickhouse, "open", 2379),
    (clickhouse, "native", 5433),
    (influxdb, "open", 9042),
    (redis, "tls", 8443),
    (nginx, "plain", 6380),
    (nginx, "own-ca", 8883),
    (memcached, "sasl", 7000),
    (memcached, "passfile", 26379),
    (zookeeper, "locked", 8086),
    (postgresql, "hostssl", 9443),
    (mariadb, "tls-only", 8444),
    (mosquitto, "tls", 9300),
    (redis, "mtls", 389),
    (ldap, "half-locked", 8123),
    (influxdb, "locked", 7474),
    (nats, "open", 11300),
    (rsync, "mixed", 4222),
    (beanstalkd, "open", 9092),
    (gearman, "open", 5900),
    (tarantool, "open", 4730),
    (nbd, "open", 6082),
    (varnish, "locked", 10809),
    (vnc, "open", 1433),
    (java, "open", 61616),
    (twemproxy, "statistics", 10911),
)


def moved(family, variant, port):
    found = next(spec for spec in family.SPECS if spec.name.endswith(":" + variant))
    if port < 1024 and os.geteuid() != 0:
        port += 8000
    name = f"odd-{found.name}-on-{port}"
    return replace(found, name=name, port=port, root=port < 1024)


SPECS = tuple(moved(*row) for row in PORTS)
