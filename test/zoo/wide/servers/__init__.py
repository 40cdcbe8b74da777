"""The families of the wide zoo, the quick ones first. Each is started, scanned and ended before the next."""

from . import (alertmanager, amqtt, elasticsearch, etcd, mongodb, postgresql, pouchdb, redis, zookeeper)

FAMILIES = (redis, etcd, alertmanager, mongodb, postgresql, amqtt, zookeeper, pouchdb, elasticsearch)
