/* Visits as bytes. All integers are little-endian; strings carry their length in one byte (words)
 * or two (text). Version 4:
 *
 *   visit        u8 version, u64 place, u8 family (0 4 6), address bytes, u16 port, u8 transport,
 *                word name, word path, u8 end, u8 heard (0 nothing, 1 answered, 2 refused), text why,
 *                u16 observation count, observations
 *   observation  word product, word via, u8 kind, u8 outcome, u8 tls, i64 collection_count,
 *                i64 records, i64 bytes, i64 at_ms, u16 fact count, facts, u16 collection count,
 *                collections
 *   fact         word key, u8 type, text (FACT_TEXT) or i64, word ask, word proof
 *   collection   text name, i64 records, i64 bytes, i64 created_ms
 *
 * An absent C string is an empty one. The decoder believes nothing: it checks every count against
 * the bytes that are left before it allocates, so the arena grows by a small multiple of the
 * message at most. Strings that become C strings may hold no NUL. */
#include "record/codec.h"

/* A scan that was killed before an update may have left visits in the forms before: read, not written. */
enum { VERSION = 4, VERSION_TCP_ONLY = 3, VERSION_WITHOUT_PATH = 2, WORD_MAX = 255 };

enum heard { HEARD_NOTHING, HEARD_ANSWER, HEARD_REFUSAL };

/* Smallest encodings, for checking counts. */
enum { OBSERVATION_MIN = 42, FACT_MIN = 7, COLLECTION_MIN = 26 };

static void put_le(struct buf *b, uint64_t value, size_t n)
{
    uint8_t *room = buf_room(b, n);
    if (!room)
        return;
    for (size_t i = 0; i < n; i++)
        room[i] = (uint8_t)(value >> (8 * i));
    b->len += n;
}

static void put_word(struct buf *b, struct span s)
{
    s = span_first(s, WORD_MAX);
    put_le(b, s.len, 1);
    buf_put(b, s);
}

static void put_text(struct buf *b, struct span s, size_t max)
{
    s = span_first(s, max);
    put_le(b, s.len, 2);
    buf_put(b, s);
}

static void put_fact(struct buf *b, const struct fact *f)
{
    put_word(b, span_str(f->key));
    put_le(b, (uint64_t)f->type, 1);
    if (f->type == FACT_TEXT)
        put_text(b, f->text, FACT_TEXT_MAX);
    else
        put_le(b, (uint64_t)f->number, 8);
    put_word(b, span_str(f->ask));
    put_word(b, span_first(f->proof, PROOF_MAX));
}

static void put_observation(struct buf *b, const struct observation *o)
{
    put_word(b, span_str(o->product));
    put_word(b, span_str(o->via));
    put_le(b, (uint64_t)o->kind, 1);
    put_le(b, (uint64_t)o->outcome, 1);
    put_le(b, o->tls, 1);
    put_le(b, (uint64_t)o->collection_count, 8);
    put_le(b, (uint64_t)o->records, 8);
    put_le(b, (uint64_t)o->bytes, 8);
    put_le(b, (uint64_t)o->at_ms, 8);
    size_t facts = o->facts.len < FACTS_MAX ? o->facts.len : FACTS_MAX;
    put_le(b, facts, 2);
    for (size_t i = 0; i < facts; i++)
        put_fact(b, &o->facts.at[i]);
    size_t listed =
        o->collections.len < COLLECTIONS_LISTED_MAX ? o->collections.len : COLLECTIONS_LISTED_MAX;
    put_le(b, listed, 2);
    for (size_t i = 0; i < listed; i++) {
        const struct collection *c = &o->collections.at[i];
        put_text(b, c->name, COLLECTION_NAME_MAX);
        put_le(b, (uint64_t)c->records, 8);
        put_le(b, (uint64_t)c->bytes, 8);
        put_le(b, (uint64_t)c->created_ms, 8);
    }
}

/* An observation that says "not mine" is no news and stays behind. */
static size_t observations_told(const struct visit *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->observations.len; i++)
        n += v->observations.at[i].outcome != OUTCOME_NOT_MINE;
    return n;
}

void visit_encode(struct buf *out, const struct visit *v)
{
    size_t start = out->len;
    put_le(out, 0, 4);
    put_le(out, VERSION, 1);
    put_le(out, v->place, 8);
    const struct endpoint *e = &v->endpoint;
    put_le(out, e->address.family, 1);
    buf_put(out, span_of(e->address.bytes, e->address.family == 4   ? 4
                                           : e->address.family == 6 ? 16
                                                                    : 0));
    put_le(out, e->port, 2);
    put_le(out, e->transport, 1);
    put_word(out, span_str(e->name));
    put_word(out, span_str(e->path));
    put_le(out, (uint64_t)v->end, 1);
    put_le(out, v->answered ? HEARD_ANSWER : v->refused ? HEARD_REFUSAL : HEARD_NOTHING, 1);
    put_text(out, span_str(v->why), WHY_MAX);
    put_le(out, observations_told(v), 2);
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].outcome != OUTCOME_NOT_MINE)
            put_observation(out, &v->observations.at[i]);
    if (!buf_ok(out))
        return;
    size_t len = out->len - start - 4;
    if (len > VISIT_ENCODED_MAX) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < 4; i++)
        out->at[start + i] = (uint8_t)(len >> (8 * i));
}

static struct span get_word(struct reader *r)
{
    return reader_take(r, reader_u8(r));
}

static struct span get_text(struct reader *r, size_t max)
{
    size_t len = reader_le16(r);
    if (len > max)
        reader_fail(r, "a text is longer than its limit");
    return reader_take(r, len);
}

static bool get_bool(struct reader *r)
{
    uint8_t value = reader_u8(r);
    if (value > 1)
        reader_fail(r, "a yes-or-no value is neither");
    return value == 1;
}

static unsigned get_enum(struct reader *r, unsigned last)
{
    uint8_t value = reader_u8(r);
    if (value > last)
        reader_fail(r, "an unknown enumeration value");
    return value > last ? 0 : value;
}

static int64_t get_count(struct reader *r)
{
    int64_t value = (int64_t)reader_le64(r);
    if (value < COUNT_UNKNOWN)
        reader_fail(r, "a count is negative");
    return value;
}

/* How many elements follow; each takes at least `smallest` bytes. */
static size_t get_len(struct reader *r, size_t max, size_t smallest)
{
    size_t n = reader_le16(r);
    if (n > max || n * smallest > reader_left(r)) {
        reader_fail(r, "a list is longer than its bytes or its limit");
        return 0;
    }
    return n;
}

static void *get_array(struct reader *r, struct arena *a, size_t count, size_t size)
{
    void *at = count && reader_ok(r) ? arena_array(a, count, size) : NULL;
    if (count && reader_ok(r) && !at)
        reader_fail(r, "no memory");
    return at;
}

static struct span get_copy(struct reader *r, struct arena *a, struct span s)
{
    struct span copy = arena_copy(a, s);
    if (copy.len != s.len)
        reader_fail(r, "no memory");
    return copy;
}

/* A C string, NULL where empty. */
static const char *get_str(struct reader *r, struct arena *a, struct span s)
{
    if (!reader_ok(r) || s.len == 0)
        return NULL;
    if (span_index(s, 0) != s.len)
        reader_fail(r, "a NUL byte inside a word");
    char *at = reader_ok(r) ? arena_str(a, s) : NULL;
    if (!at)
        reader_fail(r, "no memory");
    return at;
}

/* A fact key or product name; `optional` ones may be empty. */
static const char *get_key(struct reader *r, struct arena *a, bool optional)
{
    struct span s = get_word(r);
    if (!fact_key_ok(s) && !(optional && s.len == 0))
        reader_fail(r, "a key holds bytes other than a-z 0-9 . _ -");
    return get_str(r, a, s);
}

/* Words of our own making with wider alphabets: names of asks, DNS names, paths. */
static const char *get_printable(struct reader *r, struct arena *a, size_t max)
{
    struct span s = get_word(r);
    if (s.len > max)
        reader_fail(r, "a word is longer than its limit");
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] <= ' ' || s.at[i] > '~')
            reader_fail(r, "a word holds bytes that do not print");
    return get_str(r, a, s);
}

static void get_fact(struct reader *r, struct arena *a, struct fact *f)
{
    f->key = get_key(r, a, false);
    f->type = (enum fact_type)get_enum(r, FACT_TIME);
    if (f->type == FACT_TEXT)
        f->text = get_copy(r, a, get_text(r, FACT_TEXT_MAX));
    else
        f->number = (int64_t)reader_le64(r);
    if (f->type == FACT_BOOL && (uint64_t)f->number > 1)
        reader_fail(r, "a yes-or-no fact is neither");
    f->ask = get_printable(r, a, WORD_MAX);
    struct span proof = get_word(r);
    if (proof.len > PROOF_MAX)
        reader_fail(r, "a proof is longer than its limit");
    f->proof = get_copy(r, a, proof);
}

static void get_observation(struct reader *r, struct arena *a, struct observation *o)
{
    o->arena = a;
    o->product = get_key(r, a, false);
    o->via = get_key(r, a, true);
    o->kind = (enum kind)get_enum(r, KIND_LAST);
    o->outcome = (enum outcome)get_enum(r, OUTCOME_UNCLEAR);
    if (o->outcome == OUTCOME_NOT_MINE)
        reader_fail(r, "an observation that says \"not mine\"");
    o->tls = get_bool(r);
    o->collection_count = get_count(r);
    o->records = get_count(r);
    o->bytes = get_count(r);
    o->at_ms = (int64_t)reader_le64(r);

    size_t n = get_len(r, FACTS_MAX, FACT_MIN);
    o->facts.at = get_array(r, a, n, sizeof(*o->facts.at));
    for (size_t i = 0; i < n && reader_ok(r); i++)
        get_fact(r, a, &o->facts.at[i]);
    o->facts.len = o->facts.cap = n;

    n = get_len(r, COLLECTIONS_LISTED_MAX, COLLECTION_MIN);
    o->collections.at = get_array(r, a, n, sizeof(*o->collections.at));
    for (size_t i = 0; i < n && reader_ok(r); i++) {
        struct collection *c = &o->collections.at[i];
        c->name = get_copy(r, a, get_text(r, COLLECTION_NAME_MAX));
        c->records = get_count(r);
        c->bytes = get_count(r);
        c->created_ms = get_count(r);
    }
    o->collections.len = o->collections.cap = n;
}

static void get_endpoint(struct reader *r, struct arena *a, uint8_t version, struct endpoint *e)
{
    e->address.family = reader_u8(r);
    size_t len = e->address.family == 4 ? 4 : e->address.family == 6 ? 16 : 0;
    if (len == 0 && e->address.family != 0)
        reader_fail(r, "an unknown address family");
    struct span bytes = reader_take(r, len);
    if (bytes.len)
        memcpy(e->address.bytes, bytes.at, bytes.len);
    e->port = reader_le16(r);
    if (e->port == 0)
        reader_fail(r, "port 0");
    if (version > VERSION_TCP_ONLY)
        e->transport = (uint8_t)get_enum(r, TRANSPORT_UDP);
    e->name = get_printable(r, a, ENDPOINT_NAME_MAX - 1);
    e->path = version > VERSION_WITHOUT_PATH ? get_printable(r, a, ENDPOINT_PATH_MAX) : NULL;
    if (e->path && e->path[0] != '/')
        reader_fail(r, "a path that does not begin with /");
    if (e->address.family == 0 && !e->name)
        reader_fail(r, "an endpoint with neither address nor name");
}

bool visit_decode(struct reader *r, struct arena *a, struct visit *ret)
{
    struct visit v = { .arena = a };
    if (reader_left(r) > VISIT_ENCODED_MAX)
        reader_fail(r, "a visit is longer than its limit");
    uint8_t version = reader_u8(r);
    if (version < VERSION_WITHOUT_PATH || version > VERSION)
        reader_fail(r, "an unknown version of the encoding");
    v.place = reader_le64(r);
    get_endpoint(r, a, version, &v.endpoint);
    v.end = (enum end)get_enum(r, END_FAILED);
    unsigned heard = get_enum(r, HEARD_REFUSAL);
    v.answered = heard == HEARD_ANSWER;
    v.refused = heard == HEARD_REFUSAL;
    v.why = get_str(r, a, get_text(r, WHY_MAX));
    size_t n = get_len(r, OBSERVATIONS_MAX, OBSERVATION_MIN);
    v.observations.at = get_array(r, a, n, sizeof(*v.observations.at));
    for (size_t i = 0; i < n && reader_ok(r); i++)
        get_observation(r, a, &v.observations.at[i]);
    v.observations.len = v.observations.cap = n;
    reader_end(r);
    if (!reader_ok(r))
        return false;
    *ret = v;
    return true;
}
