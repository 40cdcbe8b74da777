/* The packets of MQTT 3.1, 3.1.1 and 5.0 that a broker answers with. */
#ifndef AJAR_PROBE_MQTT_PACKET_H
#define AJAR_PROBE_MQTT_PACKET_H

#include "base/reader.h"
#include "wire/wire.h"

enum mqtt_version { MQTT_3_1 = 3, MQTT_3_1_1 = 4, MQTT_5 = 5 };

enum { MQTT_CONNACK = 2, MQTT_PUBLISH = 3, MQTT_SUBACK = 9, MQTT_SUBACK_FAILED = 0x80, MQTT_NOT_AUTHORIZED = 0x87 };

struct packet {
    uint8_t type, flags;
    struct span body;
};

/* The next packet of at most 4 KiB. False, and the wire faulted, where there is none. */
bool packet_read(struct wire *w, struct packet *p);

struct connack {
    uint8_t code;
    bool like_mosquitto; /* 5.0: no property but such as Mosquitto states, and the id that it picks */
};

/* `named`: the CONNECT had a client id. False, and the wire faulted, where the next packet is no CONNACK. */
bool connack_read(struct wire *w, bool named, struct connack *ret);
/* What a CONNACK's code means. */
bool connack_is_locked(uint8_t code);
bool connack_wants_version(uint8_t code);
bool connack_wants_name(uint8_t code);

/* The codes of a SUBACK to packet 1, exactly n. False where the packet breaks the protocol. */
bool suback_read(const struct packet *p, enum mqtt_version version, uint8_t *codes, size_t n);
/* Topic and value of a message. False where the packet breaks the protocol. Quality of service is 0, as
 * asked, so there is no packet id to answer. */
bool publish_read(const struct packet *p, enum mqtt_version version, struct span *ret_topic, struct span *ret_value);

#endif
