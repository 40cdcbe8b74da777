/* The members of a ZooKeeper ensemble, as the node /zookeeper/config lists them from 3.5 on. */
#ifndef AJAR_PROBE_ZOOKEEPER_CONFIG_H
#define AJAR_PROBE_ZOOKEEPER_CONFIG_H

#include "record/record.h"

/* States where clients reach the members (`peers`), and the hosts of those of which the list names no port for clients
 * (`members`). `config` is the whole text of the node; what is no such list states nothing. */
void zookeeper_config_state(struct observation *o, struct span config, const char *ask);

#endif
