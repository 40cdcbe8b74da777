"""All servers of the zoo. To add a family: one file here that lists SPECS, and its name below."""

from . import (activemq, alertmanager, beanstalkd, clickhouse, datagrams, dicom, enterprise, erlang, etcd, fastcgi, ftp, gearman,
               influxdb, iscsi, java, ldap, mail, mariadb, memcached, mosquitto, munin, nats, nbd, nfs, nginx, odd_ports,
               pgbouncer, postgresql, prometheus, proxy, rabbitmq, redis, remote, rsync, samba, socks, tarantool,
               twemproxy, varnish, vnc, x11, zabbix, zookeeper)

FAMILIES = (redis, memcached, postgresql, pgbouncer, mariadb, etcd, influxdb, prometheus, alertmanager, rabbitmq,
            clickhouse, mosquitto, zookeeper, ldap, nginx, nats, rsync, beanstalkd, gearman, vnc, ftp, mail, varnish,
            munin, tarantool, nbd, x11, java, zabbix, fastcgi, dicom, socks, activemq, samba, nfs, iscsi,
            enterprise, remote, proxy, erlang, twemproxy, datagrams, odd_ports)

SPECS = tuple(spec for family in FAMILIES for spec in family.SPECS)
