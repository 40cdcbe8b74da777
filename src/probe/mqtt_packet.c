/* MQTT's packets (OASIS 3.1.1 of 2014, 5.0 of 2019; 3.1 has the same but for the name in CONNECT). */
#include "probe/mqtt_packet.h"

#include "base/hex.h"

enum { PACKET_MAX_BYTES = 4096, UUID_BYTES = 36 };

/* The variable byte integer of MQTT (3.1.1 section 2.2.3): at most four bytes, low seven bits
 * first. */
static size_t varint_read(struct reader *r)
{
    size_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        uint8_t byte = reader_u8(r);
        value |= (size_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    reader_fail(r, "a length takes more than four bytes");
    return 0;
}

bool packet_read(struct wire *w, struct packet *p)
{
    uint8_t head = 0;
    size_t len = 0;

    struct span first = wire_need(w, 1);
    if (!wire_ok(w))
        return false;
    head = first.at[0];
    for (unsigned shift = 0;; shift += 7) {
        struct span next = wire_need(w, 1);
        if (!wire_ok(w))
            return false;
        len |= (size_t)(next.at[0] & 0x7f) << shift;
        if (!(next.at[0] & 0x80))
            break;
        if (shift == 21)
            return wire_fail(w);
    }
    if (len > PACKET_MAX_BYTES)
        return wire_fail(w);
    p->type = head >> 4;
    p->flags = head & 0x0f;
    p->body = len ? wire_need(w, len) : SPAN_NONE;
    return wire_ok(w);
}

/* ---- CONNACK ------------------------------------------------------------------------------ */

enum {
    PROPERTY_SESSION_EXPIRY = 0x11,
    PROPERTY_ASSIGNED_ID = 0x12,
    PROPERTY_KEEP_ALIVE = 0x13,
    PROPERTY_AUTH_METHOD = 0x15,
    PROPERTY_AUTH_DATA = 0x16,
    PROPERTY_RESPONSE_INFORMATION = 0x1a,
    PROPERTY_SERVER_REFERENCE = 0x1c,
    PROPERTY_REASON = 0x1f,
    PROPERTY_RECEIVE_MAXIMUM = 0x21,
    PROPERTY_TOPIC_ALIAS_MAXIMUM = 0x22,
    PROPERTY_MAXIMUM_QOS = 0x24,
    PROPERTY_RETAIN_AVAILABLE = 0x25,
    PROPERTY_USER = 0x26,
    PROPERTY_MAXIMUM_PACKET = 0x27,
    PROPERTY_WILDCARDS = 0x28,
    PROPERTY_SUBSCRIPTION_IDS = 0x29,
    PROPERTY_SHARED = 0x2a,
};

/* Those that Mosquitto never states in a CONNACK. */
static void other_property_skip(struct reader *r, uint8_t property)
{
    switch (property) {
    case PROPERTY_SESSION_EXPIRY:
        reader_skip(r, 4);
        break;
    case PROPERTY_USER:
        reader_skip(r, reader_be16(r));
        reader_skip(r, reader_be16(r));
        break;
    case PROPERTY_AUTH_METHOD:
    case PROPERTY_AUTH_DATA:
    case PROPERTY_RESPONSE_INFORMATION:
    case PROPERTY_SERVER_REFERENCE:
    case PROPERTY_REASON:
        reader_skip(r, reader_be16(r));
        break;
    case PROPERTY_WILDCARDS:
    case PROPERTY_SUBSCRIPTION_IDS:
    case PROPERTY_SHARED:
        reader_skip(r, 1);
        break;
    default:
        reader_fail(r, "a property that no CONNACK has");
    }
}

/* "auto-427C32CC-0037-3290-4946-2599697FAD7F": a prefix that can be set, and a UUID. */
static bool ends_in_uuid(struct span id)
{
    if (id.len < UUID_BYTES)
        return false;
    struct span uuid = span_from(id, id.len - UUID_BYTES);
    for (size_t i = 0; i < uuid.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? uuid.at[i] != '-' : !hex_is_digit(uuid.at[i]))
            return false;
    }
    return true;
}

/* Reads the properties of a CONNACK (5.0, 3.2.2.3); one that cannot stand there breaks the packet. True
 * where they are such as Mosquitto states: most other brokers state some that it never does. By the id that it
 * picks it is known by two things, its usual prefix and the UUID. */
static bool properties_read(struct reader *r, bool named)
{
    struct span id = SPAN_NONE;
    bool states = reader_more(r), alike = true;
    while (reader_more(r)) {
        uint8_t property = reader_u8(r);
        switch (property) {
        case PROPERTY_ASSIGNED_ID:
            id = reader_take(r, reader_be16(r));
            break;
        case PROPERTY_KEEP_ALIVE:
        case PROPERTY_RECEIVE_MAXIMUM:
        case PROPERTY_TOPIC_ALIAS_MAXIMUM:
            reader_skip(r, 2);
            break;
        case PROPERTY_MAXIMUM_QOS:
        case PROPERTY_RETAIN_AVAILABLE:
            reader_skip(r, 1);
            break;
        case PROPERTY_MAXIMUM_PACKET:
            reader_skip(r, 4);
            break;
        default:
            alike = false;
            other_property_skip(r, property);
        }
    }
    return reader_ok(r) && alike && states && (named || span_starts(id, SPAN("auto-")) || ends_in_uuid(id));
}

bool connack_read(struct wire *w, bool named, struct connack *ret)
{
    struct packet p;
    struct verdict verdict, inner;

    if (!packet_read(w, &p))
        return false;
    struct reader r = reader_over(&verdict, p.body);
    uint8_t flags = reader_u8(&r);
    uint8_t code = reader_u8(&r);
    struct span properties = SPAN_NONE;
    if (reader_more(&r)) /* a broker of 5.0 only may refuse older ones in its own words */
        properties = reader_take(&r, varint_read(&r));
    reader_end(&r);
    if (p.type != MQTT_CONNACK || p.flags != 0 || flags > 1 || !reader_ok(&r))
        return wire_fail(w);
    struct reader stated = reader_over(&inner, properties);
    bool alike = properties_read(&stated, named);
    if (!reader_ok(&stated))
        return wire_fail(w);
    *ret = (struct connack){ .code = code, .like_mosquitto = alike };
    return true;
}

/* Bad user name or password, not authorised; in 5.0 also a bad method of authentication. */
bool connack_is_locked(uint8_t code)
{
    return code == 4 || code == 5 || code == 0x86 || code == 0x87 || code == 0x8c;
}

bool connack_wants_version(uint8_t code)
{
    return code == 1 || code == 0x84;
}

/* The client id was refused; Mosquitto says so with an unspecified error. */
bool connack_wants_name(uint8_t code)
{
    return code == 2 || code == 0x80 || code == 0x85;
}

/* ---- SUBACK and PUBLISH ------------------------------------------------------------------- */

bool suback_read(const struct packet *p, enum mqtt_version version, uint8_t *codes, size_t n)
{
    struct verdict verdict;
    struct reader r = reader_over(&verdict, p->body);
    uint16_t id = reader_be16(&r);
    if (version == MQTT_5)
        reader_skip(&r, varint_read(&r));
    struct span given = reader_take(&r, n);
    reader_end(&r);
    if (!reader_ok(&r) || id != 1)
        return false;
    memcpy(codes, given.at, n);
    return true;
}

bool publish_read(const struct packet *p, enum mqtt_version version, struct span *ret_topic, struct span *ret_value)
{
    struct verdict verdict;
    struct reader r = reader_over(&verdict, p->body);
    struct span topic = reader_take(&r, reader_be16(&r));
    if ((p->flags & 0x06) != 0)
        reader_skip(&r, 2);
    if (version == MQTT_5)
        reader_skip(&r, varint_read(&r));
    struct span value = reader_rest(&r);
    if (!reader_ok(&r))
        return false;
    *ret_topic = topic;
    *ret_value = value;
    return true;
}
