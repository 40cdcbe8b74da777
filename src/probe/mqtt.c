/* MQTT brokers, MQTT 3.1.1 (OASIS 2014) and 5.0 (OASIS 2019).
 *
 * The conversation: CONNECT without user and password, clean session; CONNACK says 0 (come in) or
 * 4, 5 (0x86, 0x87, 0x8c in 5.0): a password is needed. A broker that speaks 5.0 only answers
 * 1 (0x84) and gets a 5.0 CONNECT on a new connection. Then one SUBSCRIBE to a few topics in which
 * brokers publish about themselves, and to "ajar/probe", where nobody publishes: the SUBACK says
 * which are granted. What arrives unasked right after it are the broker's own retained figures.
 * DISCONNECT ends it. Mosquitto 2 lets a figure expire a minute after it last changed, so a quiet
 * broker may tell its version and uptime only.
 *
 * Never "#" or "$SYS/#": the first reads everybody's messages, the second names the clients and
 * holds the log. A message on any other topic than those asked for is not looked at.
 *
 * Open takes two proofs: the CONNACK, and a subscription that was granted. Brokers such as EMQX
 * refuse $SYS to visitors and grant all else, hence the neutral topic; Mosquitto with an ACL
 * grants every subscription and then delivers nothing, see mqtt_session(). */
#include "base/reader.h"
#include "probe/probe.h"

enum {
    PACKET_MAX_BYTES = 4096,
    PACKETS_MAX = 32,
    OWN_FIGURES_MAX = 64,  /* so many retained messages may all be the broker's own $SYS topics */
    FIGURES_WAIT_MS = 700, /* how long a retained figure may come after the one before it */

    TYPE_CONNACK = 2,
    TYPE_PUBLISH = 3,
    TYPE_SUBACK = 9,
    SUBACK_FAILED = 0x80,

    PROPERTY_ASSIGNED_ID = 0x12,
};

/* Offsets of the topics in the SUBSCRIBE, in the order of the SUBACK's codes. */
enum topic { TOPIC_VERSION, TOPIC_UPTIME, TOPIC_CLIENTS, TOPIC_RETAINED, TOPIC_BYTES,
             TOPIC_NODE_VERSION, TOPIC_NODE_NAME, TOPIC_NEUTRAL, TOPIC_COUNT };

#define TOPICS(end)                                                                                \
    "\x00\x13$SYS/broker/version" end                                                              \
    "\x00\x12$SYS/broker/uptime" end                                                               \
    "\x00\x19$SYS/broker/clients/total" end                                                        \
    "\x00\x23$SYS/broker/retained messages/count" end                                              \
    "\x00\x20$SYS/broker/store/messages/bytes" end                                                 \
    "\x00\x16$SYS/brokers/+/version" end                                                           \
    "\x00\x17$SYS/brokers/+/sysdescr" end                                                          \
    "\x00\x0a" "ajar/probe" end

static const struct ask MQTT_CONNECT =
    ASK_FIXED("mqtt.connect", "asks for a clean session without user and password (3.1.1)",
              "\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04" "ajar");
static const struct ask MQTT_CONNECT_5 =
    ASK_FIXED("mqtt.connect5", "the same for brokers of 5.0; the broker picks the client id",
              "\x10\x0d\0\x04MQTT\x05\x02\0\x3c\0\0\0");
static const struct ask MQTT_SUBSCRIBE = {
    .name = "mqtt.subscribe",
    .why = "asks for the broker's own figures; refused or granted it shows the rights",
    .parts = { ASK_BYTES("\x82\xd2\x01\0\x01"), ASK_BYTES(TOPICS("\0")) },
};
static const struct ask MQTT_SUBSCRIBE_5 = {
    .name = "mqtt.subscribe5",
    .why = "the same for brokers of 5.0",
    .parts = { ASK_BYTES("\x82\xd3\x01\0\x01\0"), ASK_BYTES(TOPICS("\0")) },
};
static const struct ask MQTT_DISCONNECT =
    ASK_FIXED("mqtt.disconnect", "ends the session", "\xe0\0");

_Static_assert(sizeof(TOPICS("\0")) - 1 + 2 == 0x52 + 128, "the SUBSCRIBE states its length");

struct packet {
    uint8_t type, flags;
    struct span body;
};

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

static bool packet_read(struct wire *w, struct packet *p)
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

/* A CONNACK: its code, and in 5.0 the client id that the broker picked. */
static bool connack_read(struct wire *w, bool v5, uint8_t *ret_code, struct span *ret_id)
{
    struct packet p;
    struct verdict verdict;

    if (!packet_read(w, &p))
        return false;
    struct reader r = reader_over(&verdict, p.body);
    uint8_t flags = reader_u8(&r);
    uint8_t code = reader_u8(&r);
    struct reader properties = r;
    if (v5 && reader_more(&r))
        properties = reader_sub(&r, varint_read(&r));
    reader_end(&r);
    if (p.type != TYPE_CONNACK || p.flags != 0 || flags > 1 || !reader_ok(&r))
        return wire_fail(w);
    /* The id is looked for without reading every kind of property: only Mosquitto's is known. */
    struct span rest = span_of(properties.at, reader_left(&properties));
    size_t at = span_find(rest, SPAN("auto-"));
    if (at != SIZE_MAX && at >= 3 && rest.at[at - 3] == PROPERTY_ASSIGNED_ID)
        *ret_id = span_from(rest, at);
    *ret_code = code;
    return true;
}

static bool code_is_locked(uint8_t code)
{
    return code == 4 || code == 5 || code == 0x86 || code == 0x87 || code == 0x8c;
}

static bool code_wants_5(uint8_t code)
{
    return code == 1 || code == 0x84;
}

/* What the broker said about itself; empty where it did not. */
struct figures {
    struct span of[TOPIC_COUNT], node;
    bool told;
};

/* "$SYS/brokers/<node>/version": the node in the middle, or an empty span. */
static struct span node_of(struct span topic, struct span tail)
{
    struct span head = SPAN("$SYS/brokers/");
    if (!span_starts(topic, head) || !span_ends(topic, tail) || topic.len <= head.len + tail.len)
        return SPAN_NONE;
    return span_sub(topic, head.len, topic.len - head.len - tail.len);
}

static void figure_take(struct figures *f, struct span topic, struct span value)
{
    static const char *const NAMES[TOPIC_COUNT] = {
        [TOPIC_VERSION] = "$SYS/broker/version",
        [TOPIC_UPTIME] = "$SYS/broker/uptime",
        [TOPIC_CLIENTS] = "$SYS/broker/clients/total",
        [TOPIC_RETAINED] = "$SYS/broker/retained messages/count",
        [TOPIC_BYTES] = "$SYS/broker/store/messages/bytes",
    };
    for (size_t i = 0; i <= TOPIC_BYTES; i++) {
        if (!span_is(topic, NAMES[i]))
            continue;
        f->of[i] = value;
        f->told = true;
        return;
    }
    struct span by_version = node_of(topic, SPAN("/version"));
    struct span by_name = node_of(topic, SPAN("/sysdescr"));
    if (by_version.len)
        f->of[TOPIC_NODE_VERSION] = value;
    if (by_name.len)
        f->of[TOPIC_NODE_NAME] = value;
    if (by_version.len || by_name.len) {
        f->node = by_version.len ? by_version : by_name;
        f->told = true;
    }
}

/* False where the packet breaks the protocol. Quality of service is 0, as asked, so there is no
 * packet id to answer. */
static bool publish_read(const struct packet *p, bool v5, struct figures *f)
{
    struct verdict verdict;
    struct reader r = reader_over(&verdict, p->body);
    struct span topic = reader_take(&r, reader_be16(&r));
    if ((p->flags & 0x06) != 0)
        reader_skip(&r, 2);
    if (v5)
        reader_skip(&r, varint_read(&r));
    struct span value = reader_rest(&r);
    if (!reader_ok(&r))
        return false;
    figure_take(f, topic, value);
    return true;
}

/* Which topics were granted. False where the packet breaks the protocol. */
static bool suback_read(const struct packet *p, bool v5, bool granted[static TOPIC_COUNT])
{
    struct verdict verdict;
    struct reader r = reader_over(&verdict, p->body);
    uint16_t id = reader_be16(&r);
    if (v5)
        reader_skip(&r, varint_read(&r));
    struct span codes = reader_take(&r, TOPIC_COUNT);
    reader_end(&r);
    if (!reader_ok(&r) || id != 1)
        return false;
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        granted[i] = codes.at[i] < SUBACK_FAILED;
    return true;
}

static void figure_number(struct observation *o, const struct figures *f, enum topic t,
                          const char *key, const char *ask)
{
    uint64_t n;
    if (span_u64(f->of[t], INT64_MAX, &n))
        fact_number(o, key, (int64_t)n, ask, f->of[t]);
}

/* "mosquitto version 2.0.11" names product and version; a bare "2.3.0" only the version. */
static void figures_product(struct observation *o, const struct figures *f, const char *ask)
{
    struct span text = f->of[TOPIC_VERSION];
    size_t at = span_find(text, SPAN(" version "));

    if (f->of[TOPIC_NODE_VERSION].len || f->of[TOPIC_NODE_NAME].len) {
        if (span_starts(f->of[TOPIC_NODE_NAME], SPAN("EMQX")) ||
            span_starts(f->of[TOPIC_NODE_NAME], SPAN("EMQ X")))
            o->product = "emqx";
        if (f->of[TOPIC_NODE_NAME].len)
            fact_text(o, "broker", f->of[TOPIC_NODE_NAME], ask, f->of[TOPIC_NODE_NAME]);
        if (f->of[TOPIC_NODE_VERSION].len)
            fact_text(o, "version", f->of[TOPIC_NODE_VERSION], ask, f->of[TOPIC_NODE_VERSION]);
        fact_text(o, "node", f->node, ask, f->node);
        return;
    }
    if (text.len == 0)
        return;
    if (at == SIZE_MAX) {
        fact_text(o, "version", text, ask, text);
        return;
    }
    struct span name = span_first(text, at);
    if (span_is(name, "mosquitto"))
        o->product = "mosquitto";
    fact_text(o, "broker", name, ask, text);
    fact_text(o, "version", span_from(text, at + SPAN(" version ").len), ask, text);
}

static void figures_facts(struct wire *w, struct observation *o, const struct figures *f,
                          const char *ask)
{
    struct span uptime = f->of[TOPIC_UPTIME];
    uint64_t n;

    figures_product(o, f, ask);
    figure_number(o, f, TOPIC_CLIENTS, "clients", ask);
    if (span_ends(uptime, SPAN(" seconds")) &&
        span_u64(span_first(uptime, uptime.len - 8), INT32_MAX, &n))
        fact_time(o, "started", wire_now(w) - (int64_t)n * 1000, ask, uptime);
    figure_number(o, f, TOPIC_RETAINED, "retained", ask);
    if (!span_u64(f->of[TOPIC_RETAINED], INT64_MAX, &n) || n <= OWN_FIGURES_MAX)
        return; /* an empty Mosquitto retains about 50: itself */
    o->records = (int64_t)n;
    if (span_u64(f->of[TOPIC_BYTES], INT64_MAX, &n))
        o->bytes = (int64_t)n;
}

/* Sends the SUBSCRIBE, waits for the SUBACK and then for what the broker has retained about itself.
 * False where no SUBACK came. Silence after it is no fault: a broker need not have any figure. */
static bool subscribe(struct wire *w, bool v5, struct figures *f, bool granted[static TOPIC_COUNT],
                      struct span *ret_suback)
{
    bool acked = false;

    wire_ask(w, v5 ? &MQTT_SUBSCRIBE_5 : &MQTT_SUBSCRIBE);
    for (size_t i = 0; i < PACKETS_MAX; i++) {
        struct packet p;
        if (acked && !wire_hears(w, FIGURES_WAIT_MS))
            break;
        if (!packet_read(w, &p))
            return acked;
        if (p.type == TYPE_SUBACK && !acked) {
            if (!suback_read(&p, v5, granted))
                return wire_fail(w);
            acked = true;
            *ret_suback = p.body;
        } else if (p.type == TYPE_PUBLISH && !publish_read(&p, v5, f)) {
            wire_fail(w);
            return acked;
        }
        if (acked && f->of[TOPIC_VERSION].len && f->of[TOPIC_RETAINED].len &&
            f->of[TOPIC_BYTES].len)
            break; /* all that counts is here: no need to wait for silence */
    }
    return acked;
}

/* Asks a second session for the client id that the broker picks; empty where it picks none or
 * does not speak 5.0. False where there was no whole answer. */
static bool mqtt_picked_id(struct wire *w, struct span *ret_id)
{
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;
    uint8_t code = 0xff;

    wire_bye(w, &MQTT_DISCONNECT);
    wire_again(w, dress);
    wire_ask(w, &MQTT_CONNECT_5);
    return connack_read(w, true, &code, ret_id);
}

/* On a session that was let in without a password; `id` is what the broker picked where it did. */
static enum outcome mqtt_session(struct wire *w, struct observation *o, bool v5, struct span id)
{
    const char *ask = v5 ? MQTT_SUBSCRIBE_5.name : MQTT_SUBSCRIBE.name;
    struct figures figures = { 0 };
    bool granted[TOPIC_COUNT] = { 0 };
    struct span suback = SPAN_NONE;

    if (!subscribe(w, v5, &figures, granted, &suback))
        return OUTCOME_UNCLEAR;
    if (wire_fault(w) == WIRE_MALFORMED)
        return OUTCOME_UNCLEAR;
    size_t grants = 0;
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        grants += granted[i];
    if (grants == 0) {
        fact_text(o, "subscribe", SPAN("refused"), ask, suback);
        return OUTCOME_UNCLEAR;
    }
    figures_facts(w, o, &figures, ask);
    if (figures.told || grants < TOPIC_COUNT)
        return OUTCOME_OPEN;

    /* All granted and not one figure came, though Mosquitto always retains some: where the broker
     * is Mosquitto (only it hands out ids such as "auto-5D2F..."), an ACL keeps visitors from
     * reading, and the grant proves nothing. */
    if (!v5 && !mqtt_picked_id(w, &id))
        return OUTCOME_UNCLEAR;
    if (id.len == 0)
        return OUTCOME_OPEN;
    o->product = "mosquitto";
    fact_text(o, "subscribe", SPAN("granted, yet nothing is delivered"), ask, suback);
    return OUTCOME_UNCLEAR;
}

static enum outcome mqtt_run(struct wire *w, struct observation *o)
{
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;
    const struct ask *connect = &MQTT_CONNECT;
    struct span id = SPAN_NONE;
    uint8_t code = 0xff;

    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE; /* a broker never speaks first */
    wire_ask(w, connect);
    if (!connack_read(w, false, &code, &id))
        return OUTCOME_NOT_MINE;
    o->product = "mqtt";
    if (code_wants_5(code)) {
        connect = &MQTT_CONNECT_5;
        if (!wire_again(w, dress) || !wire_ask(w, connect) || !connack_read(w, true, &code, &id))
            return OUTCOME_UNCLEAR;
    }
    bool v5 = connect == &MQTT_CONNECT_5;
    struct span proof = span_of(&code, 1);
    fact_text(o, "protocol", v5 ? SPAN("MQTT 5.0") : SPAN("MQTT 3.1.1"), connect->name, proof);
    if (code_is_locked(code)) {
        fact_text(o, "auth", SPAN("password"), connect->name, proof);
        return OUTCOME_LOCKED;
    }
    if (code != 0) {
        fact_number(o, "connack", code, connect->name, proof);
        return OUTCOME_UNCLEAR;
    }
    fact_text(o, "auth", SPAN("none"), connect->name, proof);
    enum outcome outcome = mqtt_session(w, o, v5, id);
    wire_bye(w, &MQTT_DISCONNECT);
    return outcome;
}

extern const struct probe PROBE_MQTT;
const struct probe PROBE_MQTT = {
    .name = "mqtt",
    .title = "MQTT brokers (Mosquitto, EMQX and others)",
    .products = { "mqtt", "mosquitto", "emqx" },
    .kind = KIND_QUEUE,
    .reacts = { .line = REACT_RESET | REACT_SILENCE, .tls = REACT_RESET | REACT_SILENCE,
                .http = REACT_RESET | REACT_SILENCE },
    .rank = 75,
    .ports = { 1883 },
    .tls_ports = { 8883 },
    .proof = "CONNACK 0 without a password and a granted subscription",
    .counts = "retained messages and bytes held, where they are more than the broker's own",
    .asks = { &MQTT_CONNECT, &MQTT_CONNECT_5, &MQTT_SUBSCRIBE, &MQTT_SUBSCRIBE_5,
              &MQTT_DISCONNECT },
    .run = mqtt_run,
};
