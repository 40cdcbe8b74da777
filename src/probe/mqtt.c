/* MQTT brokers, MQTT 3.1.1 (OASIS 2014), 5.0 (OASIS 2019) and 3.1 (IBM 2010).
 *
 * The conversation: CONNECT without user and password, clean session, and a client id that nobody else
 * has, for a broker must cut off an older session of the same id; CONNACK says 0 (come in) or 4, 5
 * (0x86, 0x87, 0x8c in 5.0): a password is needed. A broker that speaks another version only answers 1
 * (0x84) and gets a CONNECT of that on a new connection. Then one SUBSCRIBE to a few topics in
 * which brokers publish about themselves, and to "ajar/probe", where nobody publishes: the SUBACK says
 * which are granted. What arrives unasked right after it are the broker's own retained figures; a
 * Mosquitto that was idle for a minute tells them in its next round only, ten seconds later at
 * most. DISCONNECT ends it.
 *
 * Never "#" or "$SYS/#": the first reads everybody's messages, the second names the clients and
 * holds the log. A message on any other topic than those asked for is not looked at.
 *
 * Open takes two proofs: the CONNACK, and that the topic of nobody was granted by a broker that refuses what
 * it will not deliver. Mosquitto grants every subscription and looks at the rights when it delivers, so of it
 * a figure must arrive. Figures without that topic are partial: $SYS and nothing else. */
#include "probe/mqtt_figures.h"
#include "probe/mqtt_packet.h"
#include "probe/probe.h"

#include "base/hex.h"
#include "base/random.h"

enum {
    PACKETS_MAX = 32,
    FIGURES_WAIT_MS = 700, /* how long a retained figure may come after the one before it */
    ROUND_WAIT_MS = 11000, /* Mosquitto publishes what has changed every ten seconds */
    ID_DIGITS = 16,
};

/* The remaining length, the protocol's name and version, clean session, keep alive of 60 s. */
#define CONNECT_AS(ask_name, reason, protocol, level, properties)                                  \
    {                                                                                              \
        .name = (ask_name), .why = (reason),                                                       \
        .parts = { ASK_BYTES("\x10"), ASK_BE(1, 2, 6, 0),                                          \
                   ASK_BYTES(protocol level "\x02\0\x3c" properties), ASK_BE(2, 4, 6, 0),           \
                   ASK_BYTES("ajar"), ASK_HOLE("random client id", ID_DIGITS, HOLE_NAME) },        \
    }

static const struct ask MQTT_CONNECT_3_1_1 =
    CONNECT_AS("mqtt.connect", "asks for a clean session without user and password (3.1.1)", "\0\x04MQTT", "\x04", "");
static const struct ask MQTT_CONNECT_3_1 =
    CONNECT_AS("mqtt.connect3", "the same for brokers of 3.1", "\0\x06MQIsdp", "\x03", "");
static const struct ask MQTT_CONNECT_5_NAMED =
    CONNECT_AS("mqtt.connect5_named", "the same for brokers of 5.0 that want a client id", "\0\x04MQTT", "\x05", "\0");
static const struct ask MQTT_CONNECT_5 =
    ASK_FIXED("mqtt.connect5", "the same for brokers of 5.0; the broker picks the client id",
              "\x10\x0d\0\x04MQTT\x05\x02\0\x3c\0\0\0");
static const struct ask MQTT_SUBSCRIBE = {
    .name = "mqtt.subscribe",
    .why = "asks for the broker's own figures; refused or granted it shows the rights",
    .parts = { ASK_BYTES("\x82\xf5\x01\0\x01"), ASK_BYTES(MQTT_TOPICS("\0")) },
};
static const struct ask MQTT_SUBSCRIBE_5 = {
    .name = "mqtt.subscribe5",
    .why = "the same for brokers of 5.0",
    .parts = { ASK_BYTES("\x82\xf6\x01\0\x01\0"), ASK_BYTES(MQTT_TOPICS("\0")) },
};
static const struct ask MQTT_DISCONNECT =
    ASK_FIXED("mqtt.disconnect", "ends the session", "\xe0\0");

_Static_assert(sizeof(MQTT_TOPICS("\0")) - 1 + 2 == 0x75 + 128, "the SUBSCRIBE states its length");

struct talk {
    struct wire *w;
    struct observation *o;
    enum mqtt_version version;
    const struct ask *connect; /* the last one */
    struct connack connack;
    struct figures figures;
    uint8_t codes[TOPIC_COUNT]; /* of the SUBACK */
    struct span suback;
};

/* ---- the door -------------------------------------------------------------------------- */

/* Sixteen digits that no other session has: of the moment and of whom is asked. */
static void client_id(struct wire *w, char text[static ID_DIGITS + 1])
{
    const struct endpoint *e = wire_endpoint(w);
    uint64_t when = (uint64_t)wire_now(w);
    hex_encode_u64(siphash(when, e->port, span_of(e->address.bytes, sizeof(e->address.bytes))), text);
}

/* Says who we are in the running connection and reads the CONNACK. */
static bool say_hello(struct talk *t, const struct ask *connect, enum mqtt_version version)
{
    char id[ID_DIGITS + 1];
    client_id(t->w, id);
    struct span arg = span_of(id, ID_DIGITS);
    t->connect = connect;
    t->version = version;
    wire_ask_with(t->w, connect, &arg, connect == &MQTT_CONNECT_5 ? 0 : 1);
    return connack_read(t->w, connect != &MQTT_CONNECT_5, &t->connack);
}

static bool hello_again(struct talk *t, const struct ask *connect, enum mqtt_version version)
{
    return wire_again(t->w, wire_in_tls(t->w) ? WIRE_IN_TLS : WIRE_PLAIN) && say_hello(t, connect, version);
}

/* 3.1.1 was refused for its version: 5.0, and 3.1 where that is refused too. */
static bool other_versions(struct talk *t)
{
    bool said = hello_again(t, &MQTT_CONNECT_5, MQTT_5);
    if (said && connack_wants_name(t->connack.code))
        said = hello_again(t, &MQTT_CONNECT_5_NAMED, MQTT_5);
    if (said && !connack_wants_version(t->connack.code))
        return true;
    return hello_again(t, &MQTT_CONNECT_3_1, MQTT_3_1);
}

/* ---- the session ----------------------------------------------------------------------- */

static const struct ask *subscribe_ask(const struct talk *t)
{
    return t->version == MQTT_5 ? &MQTT_SUBSCRIBE_5 : &MQTT_SUBSCRIBE;
}

/* Whether another packet comes. Mosquitto lets a figure expire a minute after it last changed; that a visitor
 * asks for the expired ones changes the count of what it holds, so the next round tells it. */
static bool hears_more(struct talk *t, bool *waited)
{
    if (!t->suback.len || wire_hears(t->w, FIGURES_WAIT_MS))
        return true;
    if (*waited || !t->figures.mosquitto || t->figures.of[TOPIC_RETAINED].len)
        return false;
    *waited = true;
    return wire_hears(t->w, ROUND_WAIT_MS);
}

/* Sends the SUBSCRIBE, waits for the SUBACK and then for what the broker has retained about itself.
 * False where no SUBACK came or a packet is broken. Silence after it is no fault: a broker need not have
 * any figure. */
static bool subscribe(struct talk *t)
{
    struct span topic, value;
    bool waited = false;

    wire_ask(t->w, subscribe_ask(t));
    for (size_t i = 0; i < PACKETS_MAX && hears_more(t, &waited); i++) {
        struct packet p;
        if (!packet_read(t->w, &p))
            break;
        if (p.type == MQTT_SUBACK && !t->suback.len) {
            if (!suback_read(&p, t->version, t->codes, TOPIC_COUNT))
                return wire_fail(t->w);
            t->suback = p.body;
        } else if (p.type == MQTT_PUBLISH) {
            if (!publish_read(&p, t->version, &topic, &value))
                return wire_fail(t->w);
            figure_take(&t->figures, topic, value);
        }
        if (t->suback.len && t->figures.of[TOPIC_VERSION].len && t->figures.of[TOPIC_RETAINED].len &&
            t->figures.of[TOPIC_BYTES].len)
            break; /* all that counts is here: no need to wait for silence */
    }
    return t->suback.len && wire_fault(t->w) != WIRE_MALFORMED;
}

static bool granted(const struct talk *t, enum mqtt_topic topic)
{
    return t->codes[topic] < MQTT_SUBACK_FAILED;
}

static bool grants_all(const struct talk *t)
{
    size_t n = 0;
    for (enum mqtt_topic i = 0; i < TOPIC_COUNT; i++)
        n += granted(t, i);
    return n == TOPIC_COUNT;
}

/* ---- conclusions ----------------------------------------------------------------------- */

/* Nobody asked for a password, and that was heard to its end. */
static void let_in(const struct talk *t)
{
    fact_text(t->o, "auth", SPAN("none"), subscribe_ask(t)->name, t->suback);
}

/* All was granted and not one figure came. Who speaks 5.0 is asked there for what only Mosquitto
 * says; who does not, or hangs up on it and then lets in again, is none that grants without looking. */
static enum outcome doubt(struct talk *t)
{
    struct talk second = { .w = t->w, .o = t->o };
    if (t->version != MQTT_5) {
        wire_bye(t->w, &MQTT_DISCONNECT);
        if (!hello_again(&second, &MQTT_CONNECT_5, MQTT_5)) {
            enum wire_fault f = wire_fault(t->w);
            bool hung_up = (f == WIRE_CLOSED || f == WIRE_RESET) && wire_heard(t->w).len == 0;
            return hung_up && hello_again(&second, t->connect, t->version) && second.connack.code == 0 ?
                       OUTCOME_OPEN : OUTCOME_UNCLEAR;
        }
    } else {
        second.connack = t->connack;
    }
    if (connack_wants_version(second.connack.code))
        return OUTCOME_OPEN;
    if (second.connack.code == 0 && !second.connack.like_mosquitto)
        return OUTCOME_OPEN;
    if (second.connack.like_mosquitto)
        t->o->product = "mosquitto";
    let_in(t);
    fact_text(t->o, "subscribe", SPAN("granted, yet nothing is delivered"), subscribe_ask(t)->name, t->suback);
    return OUTCOME_UNCLEAR;
}

/* The topic of nobody was refused. 3.1.1 does not say why; 5.0 does. */
static enum outcome refused(struct talk *t)
{
    const char *ask = subscribe_ask(t)->name;
    if (t->figures.told) {
        fact_text(t->o, "auth", SPAN("acl"), ask, t->suback);
        fact_text(t->o, "rights", SPAN("$SYS"), ask, t->suback);
        return OUTCOME_PARTIAL;
    }
    if (!wire_ok(t->w))
        return OUTCOME_UNCLEAR; /* broken off before a figure could come */
    fact_text(t->o, "subscribe", SPAN("refused"), ask, t->suback);
    if (t->version != MQTT_5) {
        struct talk second = { .w = t->w, .o = t->o };
        wire_bye(t->w, &MQTT_DISCONNECT);
        if (!hello_again(&second, &MQTT_CONNECT_5, MQTT_5))
            return OUTCOME_UNCLEAR;
        if (second.connack.code != 0) {
            let_in(t);
            return OUTCOME_UNCLEAR;
        }
        if (!subscribe(&second))
            return OUTCOME_UNCLEAR;
        *t = second;
        ask = subscribe_ask(t)->name;
    }
    bool by_rights = t->codes[TOPIC_NEUTRAL] == MQTT_NOT_AUTHORIZED;
    fact_text(t->o, "auth", by_rights ? SPAN("acl") : SPAN("none"), ask, t->suback);
    return by_rights ? OUTCOME_LOCKED : OUTCOME_UNCLEAR;
}

/* On a session that was let in without a password. */
static enum outcome session(struct talk *t)
{
    if (!subscribe(t))
        return OUTCOME_UNCLEAR;
    figures_facts(t->o, &t->figures, wire_now(t->w), subscribe_ask(t)->name);
    if (!granted(t, TOPIC_NEUTRAL))
        return refused(t);
    enum outcome outcome = t->figures.told || !grants_all(t) ? OUTCOME_OPEN : doubt(t);
    if (outcome == OUTCOME_OPEN)
        let_in(t);
    return outcome;
}

static void protocol_fact(const struct talk *t, struct span proof)
{
    struct span name = t->version == MQTT_5 ? SPAN("MQTT 5.0") : SPAN("MQTT 3.1.1");
    fact_text(t->o, "protocol", t->version == MQTT_3_1 ? SPAN("MQTT 3.1") : name, t->connect->name, proof);
}

static enum outcome mqtt_run(struct wire *w, struct observation *o)
{
    struct talk t = { .w = w, .o = o };

    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE; /* a broker never speaks first */
    if (!say_hello(&t, &MQTT_CONNECT_3_1_1, MQTT_3_1_1))
        return OUTCOME_NOT_MINE;
    o->product = "mqtt";
    if (connack_wants_version(t.connack.code) && !other_versions(&t))
        return OUTCOME_UNCLEAR;
    uint8_t code = t.connack.code;
    struct span proof = span_of(&code, 1);
    protocol_fact(&t, proof);
    if (connack_is_locked(code)) {
        fact_text(o, "auth", SPAN("password"), t.connect->name, proof);
        return OUTCOME_LOCKED;
    }
    if (code != 0) {
        fact_number(o, "connack", code, t.connect->name, proof);
        return OUTCOME_UNCLEAR;
    }
    enum outcome outcome = session(&t);
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
    .proof = "CONNACK 0 without a password, and a subscription that the broker would refuse to those without rights",
    .counts = "retained messages and bytes held, where they are more than the broker's own",
    .asks = { &MQTT_CONNECT_3_1_1, &MQTT_CONNECT_5, &MQTT_CONNECT_5_NAMED, &MQTT_CONNECT_3_1, &MQTT_SUBSCRIBE,
              &MQTT_SUBSCRIBE_5, &MQTT_DISCONNECT },
    .run = mqtt_run,
};
