/* Apache Pulsar, the binary protocol of brokers and proxies (pulsar.apache.org, "Pulsar binary protocol").
 *
 *     > CONNECT without a way to log in          < CONNECTED, with the version; or ERROR AuthenticationError
 *     > GET_TOPICS_OF_NAMESPACE public/default   < names of topics; or ERROR AuthorizationError
 *
 * That namespace is there as it comes. Its topics are told to those who may produce to, consume from or manage some;
 * what is not there, or is a proxy's, is an error that says nothing. No topic is opened: to look one up may make it.
 *
 * A message is its length, the length of its command (be32 both) and the command, in Protocol Buffers: its type,
 * and in the field with that number what belongs to it. */
#include "base/list.h"
#include "base/reader.h"
#include "base/varint.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    CONNECTED = 3, ERROR = 14, PING = 18, TOPICS = 33,
    ERROR_AUTHENTICATION = 3, ERROR_AUTHORIZATION = 4,
    WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5,
    TOPICS_MAX = 20000,
    PINGS_MAX = 4,
};

static const struct ask PULSAR_CONNECT = ASK_FIXED("pulsar.connect",
    "whether who does not log in is let in, and the version",
    "\0\0\0\x10" "\0\0\0\x0c" "\x08\x02" "\x12\x08" "\x0a\x04" "ajar" "\x20\x0c");
static const struct ask PULSAR_TOPICS = ASK_FIXED("pulsar.topics",
    "names topics of the namespace that is shipped, for those with rights",
    "\0\0\0\x1d" "\0\0\0\x19" "\x08\x20" "\x82\x02\x14" "\x08\x01" "\x12\x0e" "public/default" "\x18\x02");

static const struct frame_form PULSAR_FORM = { .head = 4, .width = 4, .least = 6, .most = 1024 * 1024 };

/* ---- Protocol Buffers (protobuf.dev, "Encoding") ------------------------------------------------ */

struct field {
    uint64_t number, value; /* the value of a number */
    struct span bytes;
};

static struct field pulsar_field(struct reader *r)
{
    uint64_t key = reader_varint(r);
    struct field f = { key >> 3, 0, SPAN_NONE };
    switch (key & 7) {
    case WIRE_VARINT: f.value = reader_varint(r); break;
    case WIRE_64: reader_skip(r, 8); break;
    case WIRE_BYTES: f.bytes = reader_take(r, reader_varint(r)); break;
    case WIRE_32: reader_skip(r, 4); break;
    default: reader_fail(r, "a field of no kind");
    }
    return f;
}

/* ---- messages ----------------------------------------------------------------------------------- */

struct message {
    uint64_t type;
    struct span body; /* what belongs to the type */
};

static bool pulsar_command(struct span command, struct message *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, command);
    struct field first = pulsar_field(&r);
    *ret = (struct message){ first.value, SPAN_NONE };
    if (first.number != 1)
        return false;
    while (reader_more(&r)) {
        struct field f = pulsar_field(&r);
        if (f.number == ret->type)
            ret->body = f.bytes;
    }
    return reader_ok(&r);
}

/* The next message but those that only ask whether we are there. */
static bool pulsar_read(struct wire *w, struct message *ret)
{
    struct verdict v;
    struct frame f;
    *ret = (struct message){ .type = 0 };
    for (size_t i = 0; i < PINGS_MAX; i++) {
        if (!frame_read(w, &PULSAR_FORM, &f))
            return false;
        struct reader r = reader_over(&v, f.body);
        bool all = reader_be32(&r) == f.body.len - 4;
        if (!all || !pulsar_command(reader_rest(&r), ret))
            return wire_fail(w);
        if (ret->type != PING)
            return true;
    }
    return wire_fail(w);
}

/* The error's number; 0 where it says none. *ret_text: its words. */
static uint64_t pulsar_error(const struct message *m, struct span *ret_text)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    uint64_t code = 0;
    *ret_text = SPAN_NONE;
    while (m->type == ERROR && reader_more(&r)) {
        struct field f = pulsar_field(&r);
        if (f.number == 2)
            code = f.value;
        if (f.number == 3)
            *ret_text = f.bytes;
    }
    return reader_ok(&r) ? code : 0;
}

/* ---- the conversation --------------------------------------------------------------------------- */

/* "Pulsar Server4.0.1", "Pulsar Server-v2.10.2", of proxies the same. */
static void pulsar_version(struct observation *o, const struct message *m)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    struct span version = SPAN_NONE;
    while (reader_more(&r)) {
        struct field f = pulsar_field(&r);
        if (f.number == 1)
            version = f.bytes;
    }
    if (!reader_ok(&r))
        return;
    size_t i = 0;
    while (i < version.len && (version.at[i] < '0' || version.at[i] > '9'))
        i++;
    struct span number = span_from(version, i);
    if (span_starts(version, SPAN("Pulsar")) && number.len)
        fact_text(o, "version", number, PULSAR_CONNECT.name, version);
}

/* A topic by its last part, its partitions together. */
static struct span pulsar_topic(struct span name)
{
    size_t last = 0, part = span_find(name, SPAN("-partition-"));
    name = span_first(name, part);
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] == '/')
            last = i + 1;
    return span_from(name, last);
}

static bool pulsar_topics(struct observation *o, const struct message *m)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body), again = r;
    struct span before = SPAN_NONE;
    size_t n = 0;
    while (reader_more(&r) && n <= TOPICS_MAX)
        n += pulsar_field(&r).number == 2;
    if (!reader_ok(&r) || n > TOPICS_MAX)
        return false;
    o->collection_count = 0;
    while (reader_more(&again)) {
        struct field f = pulsar_field(&again);
        struct span topic = f.number == 2 ? pulsar_topic(f.bytes) : SPAN_NONE;
        if (topic.len && !span_eq(topic, before) && !span_starts(topic, SPAN("__")))
            observation_collect(o, topic, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        before = topic.len ? topic : before;
    }
    return true;
}

static enum outcome pulsar_inside(struct wire *w, struct observation *o)
{
    struct message m;
    struct span text;
    if (!wire_ask(w, &PULSAR_TOPICS) || !pulsar_read(w, &m))
        return OUTCOME_UNCLEAR;
    if (m.type == TOPICS && pulsar_topics(o, &m)) {
        fact_bool(o, "counts.partial", true, PULSAR_TOPICS.name, SPAN_NONE);
        fact_text(o, "auth", SPAN("none"), PULSAR_TOPICS.name, SPAN_NONE);
        return OUTCOME_OPEN;
    }
    uint64_t code = pulsar_error(&m, &text);
    if (text.len)
        fact_text(o, "error", text, PULSAR_TOPICS.name, text);
    if (code != ERROR_AUTHORIZATION)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("acl"), PULSAR_TOPICS.name, text);
    return OUTCOME_LOCKED;
}

static enum outcome pulsar_run(struct wire *w, struct observation *o)
{
    struct message m;
    struct span text;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &PULSAR_CONNECT);
    if (!pulsar_read(w, &m) || (m.type != CONNECTED && m.type != ERROR))
        return OUTCOME_NOT_MINE;
    uint64_t code = pulsar_error(&m, &text);
    if (m.type == ERROR && text.len == 0)
        return OUTCOME_NOT_MINE;
    o->product = "pulsar";
    if (m.type == CONNECTED) {
        pulsar_version(o, &m);
        return pulsar_inside(w, o);
    }
    fact_text(o, "error", text, PULSAR_CONNECT.name, text);
    if (code != ERROR_AUTHENTICATION && code != ERROR_AUTHORIZATION)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("required"), PULSAR_CONNECT.name, text);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_PULSAR;
const struct probe PROBE_PULSAR = {
    .name = "pulsar",
    .title = "Apache Pulsar",
    .products = { "pulsar" },
    .kind = KIND_QUEUE,
    .ports = { 6650 },
    .tls_ports = { 6651 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "topics of the namespace that is shipped are listed, which takes a right to them",
    .counts = "topics of that namespace",
    .asks = { &PULSAR_CONNECT, &PULSAR_TOPICS },
    .run = pulsar_run,
};
