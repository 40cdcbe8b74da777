"""The families of the wide zoo, the quick ones first. Each is started, scanned and ended before the next."""

from types import SimpleNamespace

from . import (alertmanager, amqtt, argo, cassandra, consoles, derby, dubbo, elasticsearch, etcd, go_graphs, go_stores,
               hazelcast, hsqldb, ignite, java_consoles, java_more, kafka, kibana, kinto, ldap, mariadb, mongodb, monitors, mysql, neo4j,
               node_consoles, nsq, objects, opensearch_security, platforms, postgresql, pouchdb, programs, pulsar,
               python_consoles, redis, registry, rocketmq, serving, solr, spring, web_go, web_java, web_stores, zookeeper)

# The heavy ones two at a time, or one where each takes the same port.
HEAVY = (*elasticsearch.SPECS, *opensearch_security.SPECS, *solr.SPECS, *kibana.SPECS, *programs.SPECS, *spring.SPECS,
         *web_java.SPECS, *consoles.SPECS, *kinto.SPECS, *java_consoles.SPECS, *java_more.SPECS)
PAIRS = tuple(SimpleNamespace(SPECS=HEAVY[index:index + 2]) for index in range(0, len(HEAVY), 2))
HOMEBOUND = (go_graphs, cassandra, neo4j, hazelcast, hsqldb, ignite, derby, pulsar, rocketmq, nsq, dubbo, python_consoles,
             SimpleNamespace(SPECS=java_more.FUSEKI_SPECS))
ALONE = tuple(SimpleNamespace(SPECS=(spec,)) for family in HOMEBOUND for spec in family.SPECS)
FAMILIES = (redis, etcd, alertmanager, mongodb, postgresql, mariadb, amqtt, ldap, zookeeper, kafka, pouchdb, registry, monitors,
            objects, web_stores, web_go, platforms, serving, mysql, node_consoles, go_stores, argo, *ALONE, *PAIRS)
