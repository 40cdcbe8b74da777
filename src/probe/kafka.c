/* Apache Kafka and what speaks like it (the protocol guide of 3.9, "Messages"), port of the clients.
 *
 * ApiVersions is answered before any login. Metadata for all topics follows: it names none, so that it can
 * create none (and says so), and lists the topics to which the visitor has the right DESCRIBE, its rights to
 * each (version 8, since Kafka 2.3), and the brokers as clients should reach them. Where a listener wants a
 * login it hangs up on that; then a handshake for a way to log in that nobody has is refused by the list of
 * those that it takes.
 *
 * Open takes a topic that may be read, or a cluster without topics that lets the visitor change it. No record
 * is fetched. */
#include "base/buf.h"
#include "base/list.h"
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

#include <stdio.h>

enum {
    KEY_METADATA = 3,
    APIS_MAX = 500,
    BROKERS_MAX = 1000,
    TOPICS_MAX = 20000,
    PARTITIONS_MAX = 100000,
    PEERS_NAMED = 16,
    RIGHT_READ = 1 << 3,
    RIGHT_WRITE = 1 << 4,
    RIGHT_ALTER = 1 << 7,
    UNSUPPORTED_MECHANISM = 33,
};

#define CLIENT "\0\x04" "ajar"
static const struct ask KAFKA_VERSIONS =
    ASK_FIXED("kafka.versions", "states which requests it takes; before any login",
              "\0\0\0\x0e" "\0\x12\0\0" "\0\0\0\x01" CLIENT);
static const struct ask KAFKA_METADATA_8 =
    ASK_FIXED("kafka.metadata8", "names topics, and the rights to each; names none itself, and creates none",
              "\0\0\0\x15" "\0\x03\0\x08" "\0\0\0\x02" CLIENT "\xff\xff\xff\xff" "\0" "\x01" "\x01");
static const struct ask KAFKA_METADATA_4 =
    ASK_FIXED("kafka.metadata4", "the same for brokers before 2.3",
              "\0\0\0\x13" "\0\x03\0\x04" "\0\0\0\x02" CLIENT "\xff\xff\xff\xff" "\0");
static const struct ask KAFKA_METADATA_1 =
    ASK_FIXED("kafka.metadata1", "the same for brokers before 0.11",
              "\0\0\0\x12" "\0\x03\0\x01" "\0\0\0\x02" CLIENT "\xff\xff\xff\xff");
static const struct ask KAFKA_SASL =
    ASK_FIXED("kafka.sasl", "which ways to log in it takes, by one that nobody has",
              "\0\0\0\x14" "\0\x11\0\0" "\0\0\0\x03" CLIENT "\0\x04" "NONE");

static const struct frame_form KAFKA_FORM = { .head = 4, .at = 0, .width = 4, .least = 6, .most = 2 * 1024 * 1024 };

/* The answer to request `id`: a reader behind its number. */
static bool kafka_answer(struct wire *w, uint32_t id, struct verdict *v, struct reader *ret)
{
    struct frame f;
    if (!frame_read(w, &KAFKA_FORM, &f))
        return false;
    *ret = reader_over(v, f.body);
    return reader_be32(ret) == id && reader_ok(ret) ? true : wire_fail(w);
}

/* A string of a be16 length; -1 is none. */
static struct span kafka_string(struct reader *r)
{
    uint16_t len = reader_be16(r);
    return len == UINT16_MAX ? SPAN_NONE : reader_take(r, len);
}

/* How many of at most `max` follow; -1 is none. */
static uint32_t kafka_count(struct reader *r, uint32_t max)
{
    uint32_t n = reader_be32(r);
    if (n == UINT32_MAX)
        return 0;
    if (n > max)
        reader_fail(r, "too many");
    return reader_ok(r) ? n : 0;
}

/* The highest version of Metadata that it takes; false where this is no Kafka. */
static bool kafka_versions(struct wire *w, uint16_t *ret_low, uint16_t *ret_high)
{
    struct verdict v;
    struct reader r;
    bool found = false;
    wire_ask(w, &KAFKA_VERSIONS);
    if (!kafka_answer(w, 1, &v, &r) || reader_be16(&r) != 0)
        return false;
    uint32_t n = kafka_count(&r, APIS_MAX);
    for (uint32_t i = 0; i < n && reader_more(&r); i++) {
        uint16_t key = reader_be16(&r), low = reader_be16(&r), high = reader_be16(&r);
        if (low > high)
            reader_fail(&r, "no version is taken");
        if (key != KEY_METADATA)
            continue;
        *ret_low = low;
        *ret_high = high;
        found = true;
    }
    reader_end(&r);
    return reader_ok(&r) && found;
}

struct kafka_topic {
    struct span name;
    bool internal;
    uint32_t rights;
};

struct kafka_told {
    unsigned version;
    LIST_OF(struct kafka_topic) topics;
    struct buf peers;
    struct span cluster;
    uint64_t partitions;
    uint32_t rights; /* to the cluster; version 8 */
};

static void kafka_brokers(struct reader *r, struct kafka_told *t)
{
    uint32_t n = kafka_count(r, BROKERS_MAX);
    for (uint32_t i = 0; i < n && reader_more(r); i++) {
        char port[16];
        reader_skip(r, 4);
        struct span host = kafka_string(r);
        snprintf(port, sizeof(port), ":%u", (unsigned)reader_be32(r));
        kafka_string(r);
        if (i >= PEERS_NAMED)
            continue;
        buf_str(&t->peers, t->peers.len ? ", " : "");
        buf_put(&t->peers, host);
        buf_str(&t->peers, port);
    }
}

static void kafka_partitions(struct reader *r, struct kafka_told *t)
{
    uint32_t n = kafka_count(r, PARTITIONS_MAX);
    for (uint32_t i = 0; i < n && reader_more(r); i++) {
        reader_skip(r, t->version >= 7 ? 14 : 10);
        for (unsigned list = 0; list < (t->version >= 5 ? 3u : 2u); list++)
            reader_skip(r, 4u * kafka_count(r, BROKERS_MAX));
        t->partitions++;
    }
}

static bool kafka_told(struct wire *w, struct reader *r, struct kafka_told *t)
{
    if (t->version >= 3)
        reader_skip(r, 4);
    kafka_brokers(r, t);
    if (t->version >= 2)
        t->cluster = kafka_string(r);
    reader_skip(r, 4);
    uint32_t n = kafka_count(r, TOPICS_MAX);
    for (uint32_t i = 0; i < n && reader_more(r); i++) {
        struct kafka_topic topic = { .rights = 0 };
        uint16_t error = reader_be16(r);
        topic.name = kafka_string(r);
        topic.internal = reader_u8(r) != 0;
        kafka_partitions(r, t);
        topic.rights = t->version >= 8 ? reader_be32(r) : RIGHT_READ;
        bool whole = error == 0 && reader_ok(r) && topic.name.len;
        struct kafka_topic *kept = whole ? list_add(wire_arena(w), &t->topics) : NULL;
        if (kept)
            *kept = topic;
    }
    t->rights = t->version >= 8 ? reader_be32(r) : 0;
    reader_end(r);
    return reader_ok(r);
}

/* Facts and counts; the rights to all topics together, internal ones but their names left out. */
static uint32_t kafka_facts(struct observation *o, const struct kafka_told *t, const char *ask)
{
    uint32_t rights = 0;
    int64_t own = 0;
    o->collection_count = 0;
    for (size_t i = 0; i < t->topics.len; i++) {
        const struct kafka_topic *topic = &t->topics.at[i];
        rights |= topic->rights;
        own += topic->internal;
        if (!topic->internal)
            observation_collect(o, topic->name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    fact_number(o, "collections.system", own, ask, SPAN_NONE);
    fact_number(o, "partitions", (int64_t)t->partitions, ask, SPAN_NONE);
    if (t->cluster.len)
        fact_text(o, "cluster.id", t->cluster, ask, t->cluster);
    if (t->peers.len)
        fact_text(o, "peers", buf_span(&t->peers), ask, SPAN_NONE);
    return rights;
}

static enum outcome kafka_conclude(struct observation *o, const struct kafka_told *t, const char *ask)
{
    uint32_t rights = kafka_facts(o, t, ask);
    bool reads = rights & RIGHT_READ || (t->topics.len == 0 && t->rights & RIGHT_ALTER);
    if (t->version >= 8)
        fact_bool(o, "writable", (rights & RIGHT_WRITE) != 0 || (t->rights & RIGHT_ALTER) != 0, ask, SPAN_NONE);
    if (reads) {
        fact_text(o, "auth", SPAN("none"), ask, SPAN_NONE);
        return OUTCOME_OPEN;
    }
    if (t->version < 8 && t->topics.len == 0)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("acl"), ask, SPAN_NONE);
    struct span told = t->topics.len ? SPAN("names of topics and brokers") : SPAN("names of brokers");
    fact_text(o, "rights", told, ask, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

/* On a connection of its own: whether the listener wants a login. */
static enum outcome kafka_sasl(struct wire *w, struct observation *o, enum wire_dress dress)
{
    struct verdict v;
    struct reader r;
    struct buf names;
    if (!wire_again(w, dress) || !wire_ask(w, &KAFKA_SASL) || !kafka_answer(w, 3, &v, &r))
        return OUTCOME_UNCLEAR;
    uint16_t error = reader_be16(&r);
    uint32_t n = kafka_count(&r, 32);
    buf_init(&names, FACT_TEXT_MAX);
    for (uint32_t i = 0; i < n && reader_more(&r); i++) {
        buf_str(&names, names.len ? " " : "");
        buf_put(&names, kafka_string(&r));
    }
    reader_end(&r);
    bool locked = reader_ok(&r) && error == UNSUPPORTED_MECHANISM && n > 0;
    if (locked) {
        fact_text(o, "auth", SPAN("sasl"), KAFKA_SASL.name, buf_span(&names));
        fact_text(o, "mechanisms", buf_span(&names), KAFKA_SASL.name, buf_span(&names));
    }
    buf_release(&names);
    return locked ? OUTCOME_LOCKED : OUTCOME_UNCLEAR;
}

static enum outcome kafka_run(struct wire *w, struct observation *o)
{
    enum wire_dress dress = wire_in_tls(w) ? WIRE_IN_TLS : WIRE_PLAIN;
    struct kafka_told told = { .version = 8 };
    struct verdict v;
    struct reader r;
    uint16_t low = 0, high = 0;
    if (wire_heard(w).len || !kafka_versions(w, &low, &high))
        return OUTCOME_NOT_MINE;
    o->product = "kafka";
    if (low > 8 || high < 1)
        return OUTCOME_UNCLEAR;
    const struct ask *a = high >= 8 ? &KAFKA_METADATA_8 : high >= 4 ? &KAFKA_METADATA_4 : &KAFKA_METADATA_1;
    told.version = high >= 8 ? 8 : high >= 4 ? 4 : 1;
    wire_ask(w, a);
    if (!kafka_answer(w, 2, &v, &r))
        return kafka_sasl(w, o, dress);
    buf_init(&told.peers, FACT_TEXT_MAX);
    enum outcome outcome = kafka_told(w, &r, &told) ? kafka_conclude(o, &told, a->name) : OUTCOME_UNCLEAR;
    buf_release(&told.peers);
    return outcome;
}

extern const struct probe PROBE_KAFKA;
const struct probe PROBE_KAFKA = {
    .name = "kafka",
    .title = "Apache Kafka, Redpanda",
    .products = { "kafka" },
    .kind = KIND_QUEUE,
    .ports = { 9092, 9094, 9095, 9096, 19092, 29092, 39092 },
    .tls_ports = { 9093 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 65,
    .proof = "a topic that the visitor may read, by the rights that the broker states; or a cluster that it may alter",
    .counts = "topics but the broker's own, and partitions",
    .asks = { &KAFKA_VERSIONS, &KAFKA_METADATA_8, &KAFKA_METADATA_4, &KAFKA_METADATA_1, &KAFKA_SASL },
    .run = kafka_run,
};
