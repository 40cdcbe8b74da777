"""The families of the wide zoo, the quick ones first. Each is started, scanned and ended before the next."""

from types import SimpleNamespace

from . import (HEAVY, SPECS, The, a, alertmanager, amqtt, at, cassandra, derby, each, elasticsearch, etcd,
               hazelcast, heavy, ignite, kafka, kibana, ldap, mariadb, mongodb, monitors, neo4j, objects, one,
               ones, opensearch_security, or, port, postgresql, pouchdb, programs, pulsar, redis, registry,
               same, solr, spring, takes, the, time, two, where, zookeeper)
PAIRS = tuple(SimpleNamespace(SPECS=HEAVY[index:index + 2]) for index in range(0, len(HEAVY), 2))
ALONE = tuple(SimpleNamespace(SPECS=(spec,)) for family in (cassandra, neo4j, hazelcast, ignite, derby, pulsar) for spec in family.SPECS)
FAMILIES = (redis, etcd, alertmanager, mongodb, postgresql, mariadb, amqtt, ldap, zookeeper, kafka, *ALONE, pouchdb, registry,
            monitors, objects, *PAIRS)
