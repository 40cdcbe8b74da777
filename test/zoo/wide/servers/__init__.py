"""The families of the wide zoo, the quick ones first. Each is started, scanned and ended before the next."""

from types import SimpleNamespace

from . import (alertmanager, amqtt, cassandra, elasticsearch, etcd, kafka, kibana, ldap, mariadb, mongodb,
               monitors, objects, opensearch_security, postgresql, pouchdb, programs, redis, registry, solr,
               spring, zookeeper)

# The heavy ones two at a time.
HEAVY = (*elasticsearch.SPECS, *opensearch_security.SPECS, *solr.SPECS, *kibana.SPECS, *programs.SPECS, *spring.SPECS)
PAIRS = tuple(SimpleNamespace(SPECS=HEAVY[index:index + 2]) for index in range(0, len(HEAVY), 2))
FAMILIES = (redis, etcd, alertmanager, mongodb, postgresql, mariadb, amqtt, ldap, zookeeper, kafka, *(SimpleNamespace(SPECS=(spec,)) for spec in cassandra.SPECS), pouchdb, registry,
            monitors, objects, *PAIRS)
