"""All servers of the zoo. To add a family: one file here that lists SPECS, and its name below."""

from . import (alertmanager, clickhouse, etcd, influxdb, ldap, mariadb, memcached, mosquitto, nginx, odd_ports,
               pgbouncer, postgresql, prometheus, rabbitmq, redis, zookeeper)

FAMILIES = (redis, memcached, postgresql, pgbouncer, mariadb, etcd, influxdb, prometheus, alertmanager, rabbitmq,
            clickhouse, mosquitto, zookeeper, ldap, nginx, odd_ports)

SPECS = tuple(spec for family in FAMILIES for spec in family.SPECS)
