/* Random records of Redis and Valkey, RESP2.
 *
 * RANDOMKEY draws a key, each about equally often; a key drawn twice counts once. A value is read
 * only when its type and, where the server can tell (4.0), its size are known: strings by their first
 * 64 KiB, of large collections the first few elements or a random few. Commands that do not exist
 * are answered by an error and nothing else.
 *
 * Nothing is written. What a read leaves behind: before 7.2 the idle time (or the frequency) of the
 * sampled keys starts anew; from 7.2 on CLIENT NO-TOUCH prevents that. The counters of hits move. */
#include "base/table.h"
#include "sample/draw.h"

enum {
    BATCH = 32,
    LINE_MAX_BYTES = 2048,
    KEY_MAX = 512,
    BULK_MAX = 1024 * 1024,
    REPLY_ITEMS_MAX = 1024, /* of one value */
    REPLY_DEPTH_MAX = 4,
    VALUE_BYTES_MAX = 1024 * 1024, /* larger ones that are no string are left alone */
    DRAWS_A_RECORD = 4,            /* RANDOMKEYs at most, in all, for each record that is wanted */
};

#define SAMPLE_FIXED(ask_name, reason, text)                                                       \
    {                                                                                              \
        .name = (ask_name), .why = (reason), .class = ASK_SAMPLE, .parts = { ASK_BYTES(text) },    \
    }
/* A command of `words` words whose second is a key; `before` and `after` are the others in RESP. */
#define SAMPLE_KEY(ask_name, reason, words, before, after)                                         \
    {                                                                                              \
        .name = (ask_name), .why = (reason), .class = ASK_SAMPLE,                                  \
        .parts = { ASK_BYTES("*" words "\r\n" before "$"),                                         \
                   { .kind = PART_DEC, .from = 3, .to = 4 }, ASK_BYTES("\r\n"),                    \
                   ASK_HOLE("key", KEY_MAX, HOLE_ANY), ASK_BYTES("\r\n" after) },                  \
    }

static const struct ask NO_TOUCH =
    SAMPLE_FIXED("sample.redis.no_touch", "the reads that follow leave no trace in idle times (7.2)",
                 "CLIENT NO-TOUCH ON\r\n");
static const struct ask SELECT = {
    .name = "sample.redis.select",
    .why = "chooses the database that keys are drawn from",
    .class = ASK_SAMPLE,
    .parts = { ASK_BYTES("SELECT "), ASK_HOLE("number", 5, HOLE_NAME), ASK_BYTES("\r\n") },
};
static const struct ask RANDOM_KEY =
    SAMPLE_FIXED("sample.redis.random_key", "draws one key", "RANDOMKEY\r\n");
static const struct ask TYPE = SAMPLE_KEY("sample.redis.type", "what kind of value the drawn key has", "2",
                                          "$4\r\nTYPE\r\n", "");
static const struct ask MEMORY = SAMPLE_KEY("sample.redis.memory", "how large that value is (4.0)", "3",
                                            "$6\r\nMEMORY\r\n$5\r\nUSAGE\r\n", "");
static const struct ask STRING = SAMPLE_KEY("sample.redis.string", "the first 64 KiB of a string", "4",
                                            "$8\r\nGETRANGE\r\n", "$1\r\n0\r\n$5\r\n65535\r\n");
static const struct ask HASH = SAMPLE_KEY("sample.redis.hash", "some fields of a hash", "5",
                                          "$5\r\nHSCAN\r\n", "$1\r\n0\r\n$5\r\nCOUNT\r\n$2\r\n64\r\n");
static const struct ask ROW = SAMPLE_KEY("sample.redis.list", "the first elements of a list", "4",
                                         "$6\r\nLRANGE\r\n", "$1\r\n0\r\n$2\r\n15\r\n");
static const struct ask SET = SAMPLE_KEY("sample.redis.set", "random members of a set", "3",
                                         "$11\r\nSRANDMEMBER\r\n", "$2\r\n16\r\n");
static const struct ask SORTED = SAMPLE_KEY("sample.redis.sorted_set", "the first members of a sorted set", "4",
                                            "$6\r\nZRANGE\r\n", "$1\r\n0\r\n$2\r\n15\r\n");
static const struct ask STREAM = SAMPLE_KEY("sample.redis.stream", "the first entries of a stream", "6",
                                            "$6\r\nXRANGE\r\n",
                                            "$1\r\n-\r\n$1\r\n+\r\n$5\r\nCOUNT\r\n$1\r\n4\r\n");
static const struct ask QUIT = SAMPLE_FIXED("sample.redis.quit", "ends the session", "QUIT\r\n");

/* ---- replies --------------------------------------------------------------------------- */

struct leaf {
    struct span bytes;
    unsigned depth;
};

struct reply {
    bool error;
    LIST_OF(struct leaf) leaves;
};

static bool bulk(struct wire *w, struct span line, struct span *ret)
{
    uint64_t len;
    *ret = SPAN_NONE;
    if (span_is(line, "$-1"))
        return true;
    if (!span_u64(span_from(line, 1), BULK_MAX, &len))
        return wire_fail(w);
    struct span whole = wire_need(w, (size_t)len + 2);
    if (!wire_ok(w) || !span_ends(whole, SPAN("\r\n")))
        return wire_fail(w);
    *ret = span_first(whole, (size_t)len);
    return true;
}

/* One whole reply, its scalars in the order sent. False where the wire faulted. */
static bool read_reply(struct draw *d, struct reply *ret)
{
    uint64_t left[REPLY_DEPTH_MAX + 1] = { 1 };
    unsigned depth = 0;
    *ret = (struct reply){ 0 };
    for (size_t i = 0; i < REPLY_ITEMS_MAX; i++) {
        while (depth && left[depth] == 0)
            depth--;
        if (left[depth] == 0)
            return true;
        left[depth]--;
        struct span line = wire_line(d->wire, LINE_MAX_BYTES), bytes = line;
        if (!wire_ok(d->wire) || line.len == 0)
            return wire_fail(d->wire);
        if (line.at[0] == '*' && !span_is(line, "*-1")) {
            if (depth == REPLY_DEPTH_MAX || !span_u64(span_from(line, 1), REPLY_ITEMS_MAX, &left[depth + 1]))
                return wire_fail(d->wire);
            depth++;
            continue;
        }
        if (line.at[0] == '$' && !bulk(d->wire, line, &bytes))
            return false;
        ret->error |= line.at[0] == '-';
        if (line.at[0] == ':' || line.at[0] == '+')
            bytes = span_from(line, 1);
        struct leaf *leaf = list_add(&d->batch, &ret->leaves);
        if (!leaf)
            return wire_fail(d->wire);
        *leaf = (struct leaf){ bytes, depth };
    }
    return wire_fail(d->wire);
}

static struct span first_of(const struct reply *r)
{
    return r->error || r->leaves.len == 0 ? SPAN_NONE : r->leaves.at[0].bytes;
}

/* ---- values ---------------------------------------------------------------------------- */

enum shape { SHAPE_WHOLE, SHAPE_PAIRS, SHAPE_ELEMENTS, SHAPE_ENTRIES };

struct reading {
    const char *type;
    const struct ask *ask;
    enum shape shape;
};

static const struct reading READINGS[] = {
    { "string", &STRING, SHAPE_WHOLE },    { "hash", &HASH, SHAPE_PAIRS },
    { "list", &ROW, SHAPE_ELEMENTS },      { "set", &SET, SHAPE_ELEMENTS },
    { "zset", &SORTED, SHAPE_ELEMENTS },   { "stream", &STREAM, SHAPE_ENTRIES },
};

static const struct reading *reading_of(struct span type)
{
    for (size_t i = 0; i < sizeof(READINGS) / sizeof(*READINGS); i++)
        if (span_is(type, READINGS[i].type))
            return &READINGS[i];
    return NULL;
}

static void take_value(struct draw *d, const struct reading *r, const struct reply *reply)
{
    struct span name = SPAN_NONE;
    bool named = false;
    for (size_t i = r->shape == SHAPE_PAIRS ? 1 : 0; i < reply->leaves.len; i++) {
        const struct leaf *leaf = &reply->leaves.at[i];
        bool pairs = r->shape == SHAPE_PAIRS || (r->shape == SHAPE_ENTRIES && leaf->depth == 3);
        if (!pairs && r->shape == SHAPE_ENTRIES) {
            named = false; /* the id of an entry */
        } else if (!pairs) {
            draw_value(d, SPAN("(value)"), leaf->bytes);
        } else if (!named) {
            name = leaf->bytes;
            named = true;
        } else {
            draw_value(d, name, leaf->bytes);
            named = false;
        }
    }
}

/* ---- drawing --------------------------------------------------------------------------- */

struct key {
    struct span name;
    const struct reading *reading; /* NULL: not to be read */
};

/* Draws up to `count` keys that are new; how many, and whether the database is empty. */
static size_t draw_keys(struct draw *d, struct table *seen, struct key *keys, size_t count, bool *ret_empty)
{
    size_t fresh = 0;
    for (size_t i = 0; i < count; i++)
        wire_ask(d->wire, &RANDOM_KEY);
    for (size_t i = 0; i < count; i++) {
        struct reply reply;
        if (!read_reply(d, &reply))
            return 0;
        struct span name = first_of(&reply);
        *ret_empty |= name.len == 0;
        if (name.len == 0 || table_get(seen, name))
            continue;
        if (!table_put(seen, name, seen))
            return 0;
        if (name.len <= KEY_MAX)
            keys[fresh++] = (struct key){ .name = name };
        else
            d->sums.cut++;
    }
    return fresh;
}

static bool learn_types(struct draw *d, struct key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        wire_ask_with(d->wire, &TYPE, &keys[i].name, 1);
        wire_ask_with(d->wire, &MEMORY, &keys[i].name, 1);
    }
    for (size_t i = 0; i < count; i++) {
        struct reply type, memory;
        uint64_t bytes;
        if (!read_reply(d, &type) || !read_reply(d, &memory))
            return false;
        keys[i].reading = reading_of(first_of(&type));
        bool large = span_u64(first_of(&memory), UINT64_MAX, &bytes) && bytes > VALUE_BYTES_MAX;
        if (large && keys[i].reading && keys[i].reading->shape != SHAPE_WHOLE)
            keys[i].reading = NULL;
    }
    return true;
}

static bool read_values(struct draw *d, const struct key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i].reading)
            wire_ask_with(d->wire, keys[i].reading->ask, &keys[i].name, 1);
    for (size_t i = 0; i < count; i++) {
        struct reply reply = { 0 };
        if (keys[i].reading && !read_reply(d, &reply))
            return false;
        draw_record(d);
        draw_value(d, SPAN("(key)"), keys[i].name);
        if (keys[i].reading && !reply.error)
            take_value(d, keys[i].reading, &reply);
        else
            d->sums.cut++;
    }
    return true;
}

/* Keys and replies lie in the wire's arena and the batch, until the database was judged. */
static void draw_database(struct draw *d, struct span number, uint32_t wanted)
{
    struct key keys[BATCH];
    struct table seen;
    struct reply reply;
    uint32_t got = 0;
    bool empty = false;
    wire_ask_with(d->wire, &SELECT, &number, 1);
    if (!read_reply(d, &reply) || reply.error) {
        draw_skip(d, "the database cannot be chosen");
        return;
    }
    table_init(&seen, &d->batch, random_next(&d->random));
    for (uint32_t tries = 0; got < wanted && tries < DRAWS_A_RECORD * wanted + BATCH && !empty;) {
        size_t ask_for = wanted - got < BATCH ? wanted - got : BATCH;
        tries += (uint32_t)ask_for;
        size_t fresh = draw_keys(d, &seen, keys, ask_for, &empty);
        if (!draw_wants(d) || !learn_types(d, keys, fresh) || !read_values(d, keys, fresh))
            break;
        got += (uint32_t)fresh;
    }
}

static bool is_database(struct span name)
{
    uint64_t number;
    return span_starts(name, SPAN("db")) && span_u64(span_from(name, 2), UINT16_MAX, &number);
}

static const char *redis_draw(struct draw *d)
{
    size_t count;
    struct reply reply;
    uint32_t *plan = draw_plan(d, is_database, &count);
    wire_again(d->wire, d->seen->tls ? WIRE_IN_TLS : WIRE_PLAIN);
    wire_ask(d->wire, &NO_TOUCH);
    if (!plan || !read_reply(d, &reply))
        return "it did not let itself be asked again";
    for (size_t i = 0; i < count && wire_ok(d->wire); i++) {
        const struct collection *c = &d->seen->collections.at[i];
        if (plan[i] == 0)
            continue;
        draw_collection(d, c->name, c->records, false);
        draw_database(d, span_from(c->name, 2), plan[i]);
        draw_judge(d);
    }
    wire_bye(d->wire, &QUIT);
    return NULL;
}

const struct sampler SAMPLER_REDIS = {
    .products = { "redis", "valkey" },
    .how = "RANDOMKEY",
    .asks = { &NO_TOUCH, &SELECT, &RANDOM_KEY, &TYPE, &MEMORY, &STRING, &HASH, &ROW, &SET, &SORTED, &STREAM, &QUIT },
    .draw = redis_draw,
};
