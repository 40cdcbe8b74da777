/* Couchbase, the port of its data (github.com/couchbase/kv_engine, docs/BinaryProtocol.md): memcached's binary
 * protocol with commands of its own.
 *
 *     > HELLO, "ajar", no features     < accepted: it is none of memcached, which does not know it
 *     > VERSION                        < "7.2.0-5325-enterprise", or refused
 *     > SASL_LIST_MECHS                < ways to log in
 *     > STAT                           < figures of the bucket that those without a name get; or no bucket, no access
 *
 * Before 5.0 a bucket named "default" without a password was given to whoever came; since then nobody is given any. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    HELLO = 0x1f, STAT = 0x10, VERSION = 0x0b, MECHANISMS = 0x20,
    STATUS_OK = 0, STATUS_NO_BUCKET = 0x08, STATUS_STALE = 0x1f, STATUS_AUTH = 0x20, STATUS_ACCESS = 0x24,
    STATS_MAX = 2000,
};

#define PLAIN(opcode) "\x80" opcode "\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0\0\0\0\0"
static const struct ask COUCHBASE_HELLO = ASK_FIXED("couchbase.hello", "whether it is one; asks for no features",
    "\x80\x1f\0\x04" "\0\0\0\0" "\0\0\0\x04" "\0\0\0\0" "\0\0\0\0\0\0\0\0" "ajar");
static const struct ask COUCHBASE_VERSION = ASK_FIXED("couchbase.version", "states the version", PLAIN("\x0b"));
static const struct ask COUCHBASE_MECHANISMS = ASK_FIXED("couchbase.mechanisms", "names the ways to log in",
                                                         PLAIN("\x20"));
static const struct ask COUCHBASE_STAT = ASK_FIXED("couchbase.stat",
    "figures of the bucket that those without a name get", PLAIN("\x10"));

static const struct frame_form COUCHBASE_FORM = { .head = 24, .at = 8, .width = 4, .most = 256 * 1024 };

struct reply {
    uint16_t status;
    struct span key, value;
};

static bool couchbase_read(struct wire *w, uint8_t opcode, struct reply *ret)
{
    struct verdict v;
    struct frame f;
    *ret = (struct reply){ .status = UINT16_MAX };
    if (!frame_read(w, &COUCHBASE_FORM, &f))
        return false;
    struct reader r = reader_over(&v, f.head);
    bool answers = reader_u8(&r) == 0x81 && reader_u8(&r) == opcode;
    uint16_t key = reader_be16(&r);
    uint8_t extras = reader_u8(&r);
    reader_u8(&r);
    ret->status = reader_be16(&r);
    r = reader_over(&v, f.body);
    reader_skip(&r, extras);
    ret->key = reader_take(&r, key);
    ret->value = reader_rest(&r);
    return answers && reader_ok(&r) ? true : wire_fail(w);
}

static bool couchbase_ask(struct wire *w, const struct ask *a, uint8_t opcode, struct reply *ret)
{
    *ret = (struct reply){ .status = UINT16_MAX };
    return wire_ask(w, a) && couchbase_read(w, opcode, ret);
}

/* Figures until an empty one; *ret_items: how many items the bucket has. */
static bool couchbase_stats(struct wire *w, struct reply *first, int64_t *ret_items, int64_t *ret_bytes)
{
    for (size_t i = 0; i < STATS_MAX && first->status == STATUS_OK; i++) {
        uint64_t n = 0;
        if (first->key.len == 0)
            return i > 0;
        if (span_is(first->key, "curr_items") && span_u64(first->value, INT64_MAX, &n))
            *ret_items = (int64_t)n;
        if (span_is(first->key, "ep_kv_size") && span_u64(first->value, INT64_MAX, &n))
            *ret_bytes = (int64_t)n;
        if (!couchbase_read(w, STAT, first))
            return false;
    }
    return false;
}

static enum outcome couchbase_bucket(struct wire *w, struct observation *o)
{
    struct reply reply;
    int64_t items = -1, bytes = -1;
    if (!couchbase_ask(w, &COUCHBASE_STAT, STAT, &reply))
        return OUTCOME_UNCLEAR;
    switch (reply.status) {
    case STATUS_OK:
        if (!couchbase_stats(w, &reply, &items, &bytes) || items < 0)
            return OUTCOME_UNCLEAR;
        o->records = items;
        o->bytes = bytes;
        fact_text(o, "auth", SPAN("none"), COUCHBASE_STAT.name, SPAN_NONE);
        return OUTCOME_OPEN;
    case STATUS_NO_BUCKET: case STATUS_STALE: case STATUS_AUTH: case STATUS_ACCESS:
        fact_text(o, "auth", SPAN("sasl"), COUCHBASE_STAT.name, SPAN_NONE);
        return OUTCOME_LOCKED;
    default:
        return OUTCOME_UNCLEAR;
    }
}

static enum outcome couchbase_run(struct wire *w, struct observation *o)
{
    struct reply reply;
    if (wire_heard(w).len || !couchbase_ask(w, &COUCHBASE_HELLO, HELLO, &reply) || reply.status != STATUS_OK)
        return OUTCOME_NOT_MINE;
    o->product = "couchbase";
    if (couchbase_ask(w, &COUCHBASE_VERSION, VERSION, &reply) && reply.status == STATUS_OK && reply.value.len) {
        struct span full = reply.value, version = span_cut(&reply.value, '-');
        fact_text(o, "version", version, COUCHBASE_VERSION.name, full);
        fact_text(o, "version.full", full, COUCHBASE_VERSION.name, full);
    }
    if (couchbase_ask(w, &COUCHBASE_MECHANISMS, MECHANISMS, &reply) && reply.status == STATUS_OK && reply.value.len)
        fact_text(o, "mechanisms", reply.value, COUCHBASE_MECHANISMS.name, reply.value);
    return couchbase_bucket(w, o);
}

extern const struct probe PROBE_COUCHBASE;
const struct probe PROBE_COUCHBASE = {
    .name = "couchbase",
    .title = "Couchbase, data",
    .products = { "couchbase" },
    .kind = KIND_STORE,
    .ports = { 11210 },
    .tls_ports = { 11207 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "figures of a bucket are told to who names none",
    .counts = "items and bytes of that bucket",
    .asks = { &COUCHBASE_HELLO, &COUCHBASE_VERSION, &COUCHBASE_MECHANISMS, &COUCHBASE_STAT },
    .run = couchbase_run,
};
