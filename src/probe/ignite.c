/* Apache Ignite 2, GridGain 8: the thin client protocol (ignite.apache.org, "Binary Client Protocol").
 *
 *     > handshake of version 1.0, without a user     < 1; or 0, a version, and why not
 *     > OP_CACHE_GET_NAMES                           < names of caches
 *     > OP_CACHE_GET_SIZE of a listed one            < entries; or a status and why not
 *
 * Where logins are on, the handshake is refused. Names are told to whoever is in; the size of a cache needs the right
 * to read it, so that one decides, and a grid without caches stays unclear. What of a cache is stored twice is
 * counted once (the mode PRIMARY). No version is told.
 *
 * A message is a length (le32) and its content; a cache is named by the hash that Java has for its name. */
#include "base/list.h"
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { CACHES_MAX = 4000, CACHES_ASKED = 32, TYPE_STRING = 9, STATUS_OK = 0 };

static const struct ask IGNITE_HELLO = ASK_FIXED("ignite.hello", "whether who names no user is let in",
                                                 "\x08\0\0\0" "\x01" "\x01\0\0\0\0\0" "\x02");
static const struct ask IGNITE_NAMES = ASK_FIXED("ignite.names", "names the caches",
                                                 "\x0a\0\0\0" "\x1a\x04" "\x01\0\0\0\0\0\0\0");
static const struct ask IGNITE_SIZE = {
    .name = "ignite.size",
    .why = "how many entries a listed cache has, for those who may read it",
    .parts = { ASK_BYTES("\x14\0\0\0" "\xfc\x03" "\x02\0\0\0\0\0\0\0"), ASK_HOLE("hash of a cache's name", 4, HOLE_ANY),
               ASK_BYTES("\0" "\x01\0\0\0" "\x02") },
};

static const struct frame_form IGNITE_FORM = { .head = 4, .width = 4, .little = true, .least = 1, .most = 512 * 1024 };

/* A string with its type in front. */
static struct span ignite_string(struct reader *r)
{
    if (reader_u8(r) != TYPE_STRING)
        reader_fail(r, "it is no string");
    return reader_take(r, reader_le32(r));
}

/* The answer to request `number`: a reader behind its status. */
static bool ignite_answer(struct wire *w, uint64_t number, struct verdict *v, struct reader *ret, uint32_t *ret_status)
{
    struct frame f;
    if (!frame_read(w, &IGNITE_FORM, &f))
        return false;
    *ret = reader_over(v, f.body);
    bool answers = reader_le64(ret) == number;
    *ret_status = reader_le32(ret);
    return answers && reader_ok(ret) ? true : wire_fail(w);
}

/* String.hashCode() of Java, over UTF-16. False where the name is no text in UTF-8 of three bytes a letter at most. */
static bool ignite_hash(struct span name, uint32_t *ret)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < name.len;) {
        uint8_t b = name.at[i++];
        size_t more = b < 0x80 ? 0 : b >= 0xc2 && b < 0xe0 ? 1 : b >= 0xe0 && b < 0xf0 ? 2 : SIZE_MAX;
        uint32_t letter = more == 0 ? b : more == 1 ? b & 0x1fu : b & 0x0fu;
        if (more == SIZE_MAX || more > name.len - i)
            return false;
        for (; more; more--, i++) {
            if ((name.at[i] & 0xc0) != 0x80)
                return false;
            letter = letter << 6 | (name.at[i] & 0x3fu);
        }
        hash = 31 * hash + letter;
    }
    *ret = hash;
    return true;
}

struct caches {
    LIST_OF(struct span) names;
};

static bool ignite_names(struct wire *w, struct caches *ret)
{
    struct verdict v;
    struct reader r;
    uint32_t status;
    wire_ask(w, &IGNITE_NAMES);
    if (!ignite_answer(w, 1, &v, &r, &status) || status != STATUS_OK)
        return false;
    uint32_t n = reader_le32(&r);
    if (n > CACHES_MAX)
        return false;
    for (uint32_t i = 0; i < n && reader_more(&r); i++) {
        struct span name = ignite_string(&r);
        struct span *kept = reader_ok(&r) ? list_add(wire_arena(w), &ret->names) : NULL;
        if (kept)
            *kept = name;
    }
    reader_end(&r);
    return reader_ok(&r) && ret->names.len == n;
}

/* Entries, or -1; *ret_why: what a refusal said. */
static int64_t ignite_size(struct wire *w, struct span name, struct span *ret_why)
{
    struct verdict v;
    struct reader r;
    uint32_t status, hash;
    if (!ignite_hash(name, &hash))
        return -1;
    uint8_t le[4] = { (uint8_t)hash, (uint8_t)(hash >> 8), (uint8_t)(hash >> 16), (uint8_t)(hash >> 24) };
    struct span arg = span_of(le, sizeof(le));
    if (!wire_ask_with(w, &IGNITE_SIZE, &arg, 1) || !ignite_answer(w, 2, &v, &r, &status))
        return -1;
    if (status != STATUS_OK) {
        struct span why = ignite_string(&r);
        if (reader_ok(&r) && why.len)
            *ret_why = why;
        return -1;
    }
    uint64_t n = reader_le64(&r);
    reader_end(&r);
    return reader_ok(&r) && n <= INT64_MAX ? (int64_t)n : -1;
}

static enum outcome ignite_inside(struct wire *w, struct observation *o)
{
    struct caches caches = { 0 };
    struct span why = SPAN_NONE;
    size_t read = 0;
    if (!ignite_names(w, &caches))
        return OUTCOME_UNCLEAR;
    o->collection_count = 0;
    for (size_t i = 0; i < caches.names.len; i++) {
        int64_t size = i < CACHES_ASKED && wire_ok(w) ? ignite_size(w, caches.names.at[i], &why) : -1;
        read += size >= 0;
        observation_collect(o, caches.names.at[i], size, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    if (read && read < caches.names.len)
        fact_bool(o, "counts.partial", true, IGNITE_SIZE.name, SPAN_NONE);
    if (read) {
        fact_text(o, "auth", SPAN("none"), IGNITE_SIZE.name, SPAN_NONE);
        return OUTCOME_OPEN;
    }
    if (!span_has(why, "uthoriz"))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("acl"), IGNITE_SIZE.name, why);
    fact_text(o, "rights", SPAN("names of caches"), IGNITE_NAMES.name, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

static enum outcome ignite_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    struct frame f;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &IGNITE_HELLO);
    if (!frame_read(w, &IGNITE_FORM, &f))
        return OUTCOME_NOT_MINE;
    struct reader r = reader_over(&v, f.body);
    uint8_t let_in = reader_u8(&r);
    if (let_in == 1 && f.body.len == 1) {
        o->product = "ignite";
        return ignite_inside(w, o);
    }
    uint16_t major = reader_le16(&r);
    reader_skip(&r, 4); /* the version that it would take; of a refused login all zero */
    struct span why = ignite_string(&r);
    if (let_in != 0 || !reader_ok(&r) || major > 9 || why.len == 0)
        return OUTCOME_NOT_MINE;
    o->product = "ignite";
    fact_text(o, "error", why, IGNITE_HELLO.name, why);
    if (!span_has(why, "uthenticat") && !span_has(why, "password"))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("password"), IGNITE_HELLO.name, why);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_IGNITE;
const struct probe PROBE_IGNITE = {
    .name = "ignite",
    .title = "Apache Ignite, GridGain",
    .products = { "ignite" },
    .kind = KIND_STORE,
    .ports = { 10800 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "the size of a listed cache is told",
    .counts = "caches, and their entries",
    .asks = { &IGNITE_HELLO, &IGNITE_NAMES, &IGNITE_SIZE },
    .run = ignite_run,
};
