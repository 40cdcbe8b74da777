/* What MQTT brokers publish about themselves under $SYS, and the facts that become of it. */
#ifndef AJAR_PROBE_MQTT_FIGURES_H
#define AJAR_PROBE_MQTT_FIGURES_H

#include "record/record.h"

/* The topics of the SUBSCRIBE in the order of the SUBACK's codes. */
enum mqtt_topic { TOPIC_VERSION, TOPIC_UPTIME, TOPIC_CLIENTS, TOPIC_RETAINED, TOPIC_BYTES, TOPIC_STORED,
                  TOPIC_NODE_VERSION, TOPIC_NODE_NAME, TOPIC_NEUTRAL, TOPIC_COUNT };

/* A SUBSCRIBE's payload: each topic with its length before it and `end` (the options) behind it. */
#define MQTT_TOPICS(end)                                                                           \
    "\x00\x13$SYS/broker/version" end                                                              \
    "\x00\x12$SYS/broker/uptime" end                                                               \
    "\x00\x19$SYS/broker/clients/total" end                                                        \
    "\x00\x23$SYS/broker/retained messages/count" end                                              \
    "\x00\x20$SYS/broker/store/messages/bytes" end                                                 \
    "\x00\x20$SYS/broker/store/messages/count" end                                                 \
    "\x00\x16$SYS/brokers/+/version" end                                                           \
    "\x00\x17$SYS/brokers/+/sysdescr" end                                                          \
    "\x00\x0a" "ajar/probe" end

/* What the broker said about itself; empty where it did not. */
struct figures {
    struct span of[TOPIC_COUNT], node;
    bool told;
    bool mosquitto; /* the version names it */
};

/* Keeps the first value of one of those topics; any other is not looked at. */
void figure_take(struct figures *f, struct span topic, struct span value);
/* States product, version and counts; `ask` is what they answer. */
void figures_facts(struct observation *o, const struct figures *f, int64_t now_ms, const char *ask);

#endif
