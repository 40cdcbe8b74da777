"""All servers of the zoo. To add a family: one file here that lists SPECS, and its name below."""

from . import (alertmanager, beanstalkd, clickhouse, etcd, ftp, gearman, influxdb, ldap, mail, mariadb, memcached,
               mosquitto, munin, nats, nginx, odd_ports, pgbouncer, postgresql, prometheus, rabbitmq, redis, rsync,
               varnish, vnc, zookeeper)

FAMILIES = (redis, memcached, postgresql, pgbouncer, mariadb, etcd, influxdb, prometheus, alertmanager, rabbitmq,
            clickhouse, mosquitto, zookeeper, ldap, nginx, nats, rsync, beanstalkd, gearman, vnc, ftp, mail, varnish,
            munin, odd_ports)

SPECS = tuple(spec for family in FAMILIES for spec in family.SPECS)
