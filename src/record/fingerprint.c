/* Product, rule, scheme (tcp, tls, udp), address and port, each ended by NUL; for a store behind a dashboard also ">",
 * the dashboard and which store; for an endpoint with a name or a path also "@name" and the path. So what was seen
 * directly, and asked for by address alone, keeps the fingerprint that it had before any of this counted. Two
 * SipHash-2-4 with public keys. */
#include "record/fingerprint.h"

#include "base/hex.h"
#include "base/random.h"
#include "base/writer.h"

/* The fingerprint is a name, not a secret. */
static const uint64_t KEYS[2][2] = {
    { 0x616a61722f66696eu, 0x6765727072696e74u }, /* "ajar/fin", "gerprint" */
    { 0x7365636f6e642068u, 0x616c66206f662069u }, /* "second h", "alf of i" */
};

enum { WORD_MAX = 128, STORE_WORD_MAX = EXPOSURE_STORE_MAX / 8,
       INPUT_MAX = 3 * WORD_MAX + ADDRESS_TEXT_MAX + ENDPOINT_NAME_MAX + ENDPOINT_PATH_MAX + EXPOSURE_STORE_MAX + 96 };

/* ---- which store ---- */

/* A value that stands for "there is none yet": of a cluster that has not formed. */
static bool says_something(struct span value)
{
    return value.len && !span_is(value, "_na_") && !span_is(value, "0") && !span_is(value, "null");
}

static void put_word(struct writer *w, const char *key, struct span value)
{
    writer_str(w, key);
    writer_u8(w, '=');
    writer_put(w, span_first(value, STORE_WORD_MAX));
    writer_u8(w, 0);
}

static int compare_spans(struct span a, struct span b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both ? memcmp(a.at, b.at, both) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* The first of its collections by name, which does not hang on the order in which they were told. */
static struct span first_collection(const struct observation *o)
{
    struct span first = SPAN_NONE;
    for (size_t i = 0; i < o->collections.len; i++)
        if (!first.len || compare_spans(o->collections.at[i].name, first) < 0)
            first = o->collections.at[i].name;
    return first;
}

/* What the store states as its own identity, or NULL. */
static const char *own_identity(const struct observation *o)
{
    static const char *const OWN[] = { "cluster.uuid", "server.uuid", "cluster.id" };
    for (size_t i = 0; i < sizeof(OWN) / sizeof(*OWN); i++)
        if (says_something(fact_get_text(o, OWN[i])))
            return OWN[i];
    return NULL;
}

bool exposure_is_identified(const struct observation *o)
{
    return own_identity(o) != NULL;
}

struct span exposure_store(const struct observation *o, uint8_t text[static EXPOSURE_STORE_MAX])
{
    static const char *const NAMES[] = { "cluster", "host", "via.route" };
    struct writer w = writer_over(text, EXPOSURE_STORE_MAX);
    const char *own = o->via ? own_identity(o) : NULL;
    if (!o->via)
        return SPAN_NONE;
    if (own) {
        put_word(&w, own, fact_get_text(o, own));
        return writer_span(&w);
    }
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++)
        if (says_something(fact_get_text(o, NAMES[i])))
            put_word(&w, NAMES[i], fact_get_text(o, NAMES[i]));
    if (!fact_get_text(o, "via.route").len && o->collections.len)
        put_word(&w, "first", first_collection(o));
    return writer_span(&w);
}

/* By what changes least first. */
static int compare_looks(const struct observation *a, const struct observation *b)
{
    int order = compare_spans(first_collection(a), first_collection(b));
    if (!order)
        order = compare_spans(fact_get_text(a, "version"), fact_get_text(b, "version"));
    return order ? order : (int)a->outcome - (int)b->outcome;
}

/* How many of the visit's stores with the same key come before this one. */
static unsigned rank_of(const struct visit *v, const struct observation *o, struct span store)
{
    uint8_t text[EXPOSURE_STORE_MAX];
    unsigned rank = 0;
    if (!o->via || own_identity(o))
        return 0;
    for (const struct observation *p = v->observations.at; p < v->observations.at + v->observations.len; p++) {
        if (p == o || !p->via || p->tls != o->tls || strcmp(p->via, o->via) != 0 ||
            strcmp(p->product, o->product) != 0 || !span_eq(exposure_store(p, text), store))
            continue;
        int order = compare_looks(p, o);
        rank += order < 0 || (order == 0 && p < o);
    }
    return rank;
}

struct exposure_key exposure_key(const struct visit *v, const struct observation *o, const char *rule,
                                 uint8_t text[static EXPOSURE_STORE_MAX])
{
    struct exposure_key k = { .endpoint = &v->endpoint, .tls = o->tls || o->kind == KIND_TLS, .product = o->product,
                              .rule = rule, .via = o->via, .store = exposure_store(o, text) };
    k.rank = rank_of(v, o, k.store);
    return k;
}

/* ---- the hash ---- */

static void put_first(struct writer *w, const struct exposure_key *of)
{
    char address[ADDRESS_TEXT_MAX];
    const struct endpoint *e = of->endpoint;
    writer_put(w, span_first(span_str(of->product), WORD_MAX));
    writer_u8(w, 0);
    writer_put(w, span_first(span_str(of->rule), WORD_MAX));
    writer_u8(w, 0);
    writer_str(w, e->transport == TRANSPORT_UDP ? "udp" : of->tls ? "tls" : "tcp");
    writer_u8(w, 0);
    writer_str(w, address_text(&e->address, address));
    writer_u8(w, 0);
    writer_dec(w, e->port);
}

static void put_name(struct writer *w, const struct endpoint *e)
{
    if (!e->name && !e->path)
        return;
    writer_u8(w, 0);
    writer_u8(w, '@');
    writer_put(w, span_first(span_str(e->name), ENDPOINT_NAME_MAX));
    writer_u8(w, 0);
    writer_put(w, span_first(span_str(e->path), ENDPOINT_PATH_MAX));
}

static void hash(const struct writer *w, char ret[static FINGERPRINT_MAX])
{
    for (int half = 0; half < 2; half++)
        hex_encode_u64(siphash(KEYS[half][0], KEYS[half][1], writer_span(w)), ret + half * 16);
}

void exposure_fingerprint(const struct exposure_key *of, char ret[static FINGERPRINT_MAX])
{
    uint8_t text[INPUT_MAX];
    struct writer w = writer_over(text, sizeof(text));
    put_first(&w, of);
    if (of->via) {
        writer_u8(&w, 0);
        writer_u8(&w, '>');
        writer_put(&w, span_first(span_str(of->via), WORD_MAX));
        writer_u8(&w, 0);
        writer_put(&w, span_first(of->store, EXPOSURE_STORE_MAX));
        if (of->rank) {
            writer_u8(&w, 0);
            writer_dec(&w, of->rank);
        }
    }
    put_name(&w, of->endpoint);
    hash(&w, ret);
}

void exposure_fingerprint_4(const struct exposure_key *of, unsigned ordinal, char ret[static FINGERPRINT_MAX])
{
    uint8_t text[INPUT_MAX];
    struct writer w = writer_over(text, sizeof(text));
    put_first(&w, of);
    if (ordinal) {
        writer_u8(&w, 0);
        writer_dec(&w, ordinal);
    }
    put_name(&w, of->endpoint);
    hash(&w, ret);
}
