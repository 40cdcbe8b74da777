/* The verbs of the narrow waist: building visits, observations and facts inside one arena.
 *
 * Nothing here allocates outside the arena, and every list has a ceiling, so that what a hostile
 * peer can make of an observation is bounded before it is encoded. */
#include "record/record.h"

#include <stdio.h>
#include <stdlib.h>

void visit_init(struct visit *v, struct arena *a, const struct endpoint *e)
{
    *v = (struct visit){ .arena = a, .endpoint = *e };
}

struct observation *visit_observe(struct visit *v, const char *product, enum kind kind)
{
    if (v->observations.len >= OBSERVATIONS_MAX)
        return NULL;
    struct observation *o = list_add(v->arena, &v->observations);
    if (!o)
        return NULL;
    *o = (struct observation){
        .arena = v->arena,
        .product = product,
        .kind = kind,
        .collection_count = COUNT_UNKNOWN,
        .records = COUNT_UNKNOWN,
        .bytes = COUNT_UNKNOWN,
    };
    return o;
}

bool fact_key_ok(struct span key)
{
    if (key.len == 0 || key.len > FACT_KEY_MAX)
        return false;
    for (size_t i = 0; i < key.len; i++) {
        uint8_t c = key.at[i];
        if (!(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

const struct fact *fact_get(const struct observation *o, const char *key)
{
    for (size_t i = 0; i < o->facts.len; i++)
        if (strcmp(o->facts.at[i].key, key) == 0)
            return &o->facts.at[i];
    return NULL;
}

bool counts_are_partial(const struct observation *o)
{
    const struct fact *f = fact_get(o, "counts.partial");
    return f && f->type == FACT_BOOL && f->number;
}

struct span fact_get_text(const struct observation *o, const char *key)
{
    const struct fact *f = fact_get(o, key);
    return f && f->type == FACT_TEXT ? f->text : SPAN_NONE;
}

/* A copy of at most `max` bytes; false where the arena is full. */
static bool copy_cut(struct arena *a, struct span s, size_t max, struct span *ret)
{
    s = span_first(s, max);
    *ret = arena_copy(a, s);
    return ret->len == s.len;
}

/* All or nothing: an existing fact stays as it was where the new one cannot be stored whole. */
static void fact_set(struct observation *o, struct fact f)
{
    struct span key = span_str(f.key), text, proof;
    if (!fact_key_ok(key) || !copy_cut(o->arena, f.text, FACT_TEXT_MAX, &text) ||
        !copy_cut(o->arena, f.proof, PROOF_MAX, &proof))
        return;
    struct fact *at = (struct fact *)fact_get(o, f.key);
    if (!at && o->facts.len < FACTS_MAX)
        at = list_add(o->arena, &o->facts);
    if (!at)
        return;
    *at = f;
    at->text = text;
    at->proof = proof;
}

void fact_text(struct observation *o, const char *key, struct span value, const char *ask,
               struct span proof)
{
    fact_set(o, (struct fact){
                    .key = key, .type = FACT_TEXT, .text = value, .ask = ask, .proof = proof });
}

void fact_number(struct observation *o, const char *key, int64_t value, const char *ask,
                 struct span proof)
{
    fact_set(o, (struct fact){
                    .key = key, .type = FACT_NUMBER, .number = value, .ask = ask, .proof = proof });
}

void fact_bool(struct observation *o, const char *key, bool value, const char *ask,
               struct span proof)
{
    fact_set(o, (struct fact){
                    .key = key, .type = FACT_BOOL, .number = value, .ask = ask, .proof = proof });
}

void fact_time(struct observation *o, const char *key, int64_t wall_ms, const char *ask,
               struct span proof)
{
    fact_set(o, (struct fact){
                    .key = key, .type = FACT_TIME, .number = wall_ms, .ask = ask, .proof = proof });
}

/* Adds a known count to a total that may be unknown; a lying peer saturates it, never wraps it. */
static void add_known(int64_t *total, int64_t more)
{
    if (more < 0)
        return;
    if (*total < 0)
        *total = 0;
    if (__builtin_add_overflow(*total, more, total))
        *total = INT64_MAX;
}

/* Less is what gives way first: fewer records, then fewer bytes, then the later name. */
static bool is_less(const struct collection *a, const struct collection *b)
{
    if (a->records != b->records)
        return a->records < b->records;
    return a->bytes != b->bytes ? a->bytes < b->bytes : span_compare(a->name, b->name) > 0;
}

static void sift_down(struct collection *heap, size_t len, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < len; at = child) {
        if (child + 1 < len && is_less(&heap[child + 1], &heap[child]))
            child++;
        if (!is_less(&heap[child], &heap[at]))
            return;
        struct collection kept = heap[at];
        heap[at] = heap[child];
        heap[child] = kept;
    }
}

/* The list is full: from the first that has no room on it is a heap with the least on top. */
static void keep_larger(struct observation *o, const struct collection *c)
{
    struct collection *heap = o->collections.at;
    size_t len = o->collections.len;
    if (o->collection_count == COLLECTIONS_LISTED_MAX + 1)
        for (size_t i = len / 2; i > 0; i--)
            sift_down(heap, len, i - 1);
    if (!is_less(&heap[0], c))
        return;
    struct collection larger = *c;
    if (!copy_cut(o->arena, c->name, COLLECTION_NAME_MAX, &larger.name))
        return;
    heap[0] = larger;
    sift_down(heap, len, 0);
}

void observation_collect(struct observation *o, struct span name, int64_t records, int64_t bytes,
                         int64_t created_ms)
{
    add_known(&o->collection_count, 1);
    add_known(&o->records, records);
    add_known(&o->bytes, bytes);
    struct collection new = {
        .name = name,
        .records = records < 0 ? COUNT_UNKNOWN : records,
        .bytes = bytes < 0 ? COUNT_UNKNOWN : bytes,
        .created_ms = created_ms < 0 ? COUNT_UNKNOWN : created_ms,
    };
    if (o->collections.len == COLLECTIONS_LISTED_MAX) {
        keep_larger(o, &new);
        return;
    }
    struct collection *c = NULL;
    if (copy_cut(o->arena, name, COLLECTION_NAME_MAX, &new.name))
        c = list_add(o->arena, &o->collections);
    if (c)
        *c = new;
}

static int by_name(const void *one, const void *two)
{
    return span_compare(((const struct collection *)one)->name, ((const struct collection *)two)->name);
}

void visit_settle(struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++) {
        struct observation *o = &v->observations.at[i];
        if (o->collections.len)
            qsort(o->collections.at, o->collections.len, sizeof(*o->collections.at), by_name);
    }
}

static const char *const OUTCOME_NAMES[] = {
    [OUTCOME_NOT_MINE] = "not-mine", [OUTCOME_IDENTIFIED] = "identified",
    [OUTCOME_OPEN] = "open",         [OUTCOME_PARTIAL] = "partial",
    [OUTCOME_LOCKED] = "locked",     [OUTCOME_UNCLEAR] = "unclear",
};

static const char *const KIND_NAMES[] = {
    [KIND_STORE] = "store",
    [KIND_DASHBOARD] = "dashboard",
    [KIND_MONITOR] = "monitor",
    [KIND_QUEUE] = "queue",
    [KIND_DIRECTORY] = "directory",
    [KIND_COORDINATION] = "coordination",
    [KIND_WEB] = "web",
    [KIND_TLS] = "tls",
    [KIND_UNKNOWN] = "unknown",
    [KIND_FILES] = "files",
    [KIND_REMOTE] = "remote",
    [KIND_OTHER] = "other",
};

static const char *const SEVERITY_NAMES[] = {
    [SEVERITY_INFO] = "info", [SEVERITY_LOW] = "low",           [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high", [SEVERITY_CRITICAL] = "critical",
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *name_at(const char *const *names, size_t count, size_t i)
{
    return i < count ? names[i] : "unknown";
}

static bool name_find(const char *const *names, size_t count, struct span word, size_t *ret)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(word, names[i])) {
            *ret = i;
            return true;
        }
    return false;
}

const char *outcome_name(enum outcome o)
{
    return name_at(OUTCOME_NAMES, COUNT_OF(OUTCOME_NAMES), (size_t)o);
}

const char *kind_name(enum kind k)
{
    return name_at(KIND_NAMES, COUNT_OF(KIND_NAMES), (size_t)k);
}

const char *strength_name(enum strength s)
{
    static const char *const NAMES[] = { "hint", "likely", "proven" };
    return name_at(NAMES, COUNT_OF(NAMES), (size_t)s);
}

const char *severity_name(enum severity s)
{
    return name_at(SEVERITY_NAMES, COUNT_OF(SEVERITY_NAMES), (size_t)s);
}

bool kind_parse(struct span word, enum kind *ret)
{
    size_t i;
    if (!name_find(KIND_NAMES, COUNT_OF(KIND_NAMES), word, &i))
        return false;
    *ret = (enum kind)i;
    return true;
}

bool severity_parse(struct span word, enum severity *ret)
{
    size_t i;
    if (!name_find(SEVERITY_NAMES, COUNT_OF(SEVERITY_NAMES), word, &i))
        return false;
    *ret = (enum severity)i;
    return true;
}

const char *transport_name(const struct endpoint *e, const struct observation *o)
{
    return e->transport == TRANSPORT_UDP ? "udp" : o->tls ? "tls" : "tcp";
}

char *endpoint_text(const struct endpoint *e, char text[static ENDPOINT_TEXT_MAX])
{
    char *at = text;
    if (e->address.family == 6)
        *at++ = '[';
    char address[ADDRESS_TEXT_MAX];
    size_t len = strlen(address_text(&e->address, address));
    memcpy(at, address, len);
    at += len;
    if (e->address.family == 6)
        *at++ = ']';
    *at++ = ':';
    char digits[5];
    size_t n = sizeof(digits);
    unsigned port = e->port;
    do
        digits[--n] = (char)('0' + port % 10);
    while (port /= 10);
    memcpy(at, digits + n, sizeof(digits) - n);
    at += sizeof(digits) - n;
    memcpy(at, "/udp", sizeof("/udp"));
    if (e->transport != TRANSPORT_UDP)
        *at = '\0';
    return text;
}

char *endpoint_called(const struct endpoint *e, char text[static ENDPOINT_CALLED_MAX])
{
    size_t len = strlen(endpoint_text(e, text));
    if (e->name || e->path)
        snprintf(text + len, ENDPOINT_CALLED_MAX - len, " (%s%s)", e->name ? e->name : "", e->path ? e->path : "");
    return text;
}

