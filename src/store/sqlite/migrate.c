/* Bringing a file up to date: all steps that it lacks, in one transaction. Step 3 packs rows of facts
 * into values, for which SQL gets two aggregates while the steps run; steps 4 and 5 name findings anew, for which
 * it gets a function each. */
#include <stdio.h>

#include "record/fingerprint.h"
#include "store/pack.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite.h"

enum { MIGRATED_ARENA_MAX = 16 << 20 };

/* ---- ajar_facts(place, key, type, value, ask, proof), ajar_collections(place, name, ...) ---- */

struct packing {
    struct buf *out; /* NULL before the first row */
    int64_t place;
};

static struct span value_span(sqlite3_value *v)
{
    const void *at = sqlite3_value_blob(v);
    return at ? span_of(at, (size_t)sqlite3_value_bytes(v)) : SPAN_NONE;
}

/* The state of one group, with the buffer that all groups share; NULL after telling SQLite why. Rows
 * must come in their order: what is packed in another would be another list. */
static struct packing *next_row(sqlite3_context *c, sqlite3_value *place)
{
    struct packing *p = sqlite3_aggregate_context(c, sizeof(*p));
    if (!p) {
        sqlite3_result_error_nomem(c);
        return NULL;
    }
    if (!p->out) {
        p->out = sqlite3_user_data(c);
        p->place = -1;
        buf_reset(p->out);
    }
    if (sqlite3_value_int64(place) <= p->place) {
        sqlite3_result_error(c, "rows to be packed are out of order", -1);
        return NULL;
    }
    p->place = sqlite3_value_int64(place);
    return p;
}

static void step_facts(sqlite3_context *c, int count, sqlite3_value **v)
{
    struct packing *p = next_row(c, v[0]);
    int64_t type = sqlite3_value_int64(v[2]);
    (void)count;
    if (!p || type < FACT_TEXT || type > FACT_TIME)
        return;
    struct packed_fact f = { .key = sqlite3_value_int64(v[1]),
                             .ask = sqlite3_value_int64(v[4]),
                             .type = (enum fact_type)type };
    if (f.type == FACT_TEXT)
        f.text = span_first(value_span(v[3]), FACT_TEXT_MAX);
    else
        f.number = sqlite3_value_int64(v[3]);
    f.proof = span_first(value_span(v[5]), PROOF_MAX);
    pack_fact(p->out, &f);
}

static void step_collections(sqlite3_context *c, int count, sqlite3_value **v)
{
    struct packing *p = next_row(c, v[0]);
    (void)count;
    if (!p)
        return;
    pack_collection(p->out,
                    &(struct collection){ span_first(value_span(v[1]), COLLECTION_NAME_MAX),
                                          sqlite3_value_int64(v[2]), sqlite3_value_int64(v[3]),
                                          sqlite3_value_int64(v[4]) });
}

static void end_packing(sqlite3_context *c)
{
    struct packing *p = sqlite3_aggregate_context(c, 0);
    if (!p || !p->out)
        sqlite3_result_zeroblob(c, 0);
    else if (!buf_ok(p->out))
        sqlite3_result_error_nomem(c);
    else
        sqlite3_result_blob64(c, p->out->at, p->out->len, SQLITE_TRANSIENT);
}

/* ---- ajar_named(fingerprint, product, rule, address, port, name) ---- */

/* The fingerprint of a finding under the name that its endpoint was asked for. Which transport and which
 * ordinal the old one was made with is not stored: it is found by making it again. What is made of nothing
 * that we know stays as it is. */
static void named_fingerprint(sqlite3_context *c, int count, sqlite3_value **v)
{
    struct span old = value_span(v[0]), address = value_span(v[3]);
    struct endpoint at = { .port = (uint16_t)sqlite3_value_int(v[4]) };
    struct exposure_key of = { .product = (const char *)sqlite3_value_text(v[1]),
                               .rule = (const char *)sqlite3_value_text(v[2]), .endpoint = &at };
    char text[FINGERPRINT_MAX];
    uint8_t bytes[16];
    (void)count;
    sqlite3_result_value(c, v[0]);
    if (address.len != 4 && address.len != 16)
        return;
    at.address.family = address.len == 4 ? 4 : 6;
    memcpy(at.address.bytes, address.at, address.len);
    for (unsigned i = 0; i < 2 * OBSERVATIONS_MAX; i++) {
        of.tls = i % 2;
        exposure_fingerprint_4(&of, i / 2, text);
        fingerprint_bytes(text, bytes);
        if (!span_eq(old, span_of(bytes, sizeof(bytes))))
            continue;
        at.name = (const char *)sqlite3_value_text(v[5]);
        exposure_fingerprint_4(&of, i / 2, text);
        fingerprint_bytes(text, bytes);
        sqlite3_result_blob(c, bytes, sizeof(bytes), SQLITE_TRANSIENT);
        return;
    }
}

/* ---- ajar_key(fingerprint, product, rule, via, address, port, name, path, tls, facts, collections) ---- */

static const char *text_or_null(sqlite3_value *v)
{
    const char *text = (const char *)sqlite3_value_text(v);
    return text && *text ? text : NULL;
}

/* Which transport and which ordinal the old fingerprint was made with is found by making it again; false where
 * neither is. */
static bool made_as(struct exposure_key *of, struct span old, unsigned *ret_ordinal)
{
    char text[FINGERPRINT_MAX];
    uint8_t bytes[16];
    for (unsigned i = 0; i < 2 * OBSERVATIONS_MAX; i++) {
        of->tls = i % 2;
        exposure_fingerprint_4(of, i / 2, text);
        fingerprint_bytes(text, bytes);
        *ret_ordinal = i / 2;
        if (span_eq(old, span_of(bytes, sizeof(bytes))))
            return true;
    }
    return false;
}

static bool read_stored(struct store *s, struct span facts, struct span collections, struct observation *o)
{
    struct error none = s->error;
    read_packed(s, facts, collections, o->arena, o);
    s->error = none; /* a damaged list identifies nothing, and stops no migration */
    return !arena_failed(o->arena);
}

/* The fingerprint of a store behind a dashboard, by what it stated when it was seen last. */
static void store_fingerprint(sqlite3_context *c, int count, sqlite3_value **v)
{
    struct store *s = sqlite3_user_data(c);
    struct span address = value_span(v[4]);
    struct endpoint at = { .port = (uint16_t)sqlite3_value_int(v[5]), .name = text_or_null(v[6]),
                           .path = text_or_null(v[7]) };
    struct arena a;
    uint8_t which[EXPOSURE_STORE_MAX], bytes[16];
    char text[FINGERPRINT_MAX];
    (void)count;
    arena_init(&a, MIGRATED_ARENA_MAX);
    struct observation o = { .arena = &a, .product = text_or_null(v[1]), .via = text_or_null(v[3]) };
    if ((address.len != 4 && address.len != 16) || !o.product || !o.via || !text_or_null(v[2])) {
        sqlite3_result_value(c, v[0]);
        arena_release(&a);
        return;
    }
    at.address.family = address.len == 4 ? 4 : 6;
    memcpy(at.address.bytes, address.at, address.len);
    if (!read_stored(s, value_span(v[9]), value_span(v[10]), &o)) {
        sqlite3_result_error_nomem(c);
        arena_release(&a);
        return;
    }
    struct exposure_key of = { .endpoint = &at, .product = o.product, .rule = text_or_null(v[2]), .via = o.via,
                               .store = exposure_store(&o, which), .tls = sqlite3_value_int(v[8]) != 0 };
    unsigned ordinal;
    /* Where nothing identifies it, those that stood behind one dashboard stay apart as they were. */
    if ((!of.store.len || sqlite3_value_type(v[8]) == SQLITE_NULL) && made_as(&of, value_span(v[0]), &ordinal))
        of.rank = of.store.len ? 0 : ordinal;
    exposure_fingerprint(&of, text);
    fingerprint_bytes(text, bytes);
    sqlite3_result_blob(c, bytes, sizeof(bytes), SQLITE_TRANSIENT);
    arena_release(&a);
}

static bool add_functions(struct store *s)
{
    int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
    int code = sqlite3_create_function_v2(sqlite_db(s), "ajar_facts", 6, flags, &s->facts, NULL,
                                          step_facts, end_packing, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(sqlite_db(s), "ajar_collections", 5, flags, &s->collections,
                                          NULL, step_collections, end_packing, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(sqlite_db(s), "ajar_named", 6, flags | SQLITE_DETERMINISTIC, NULL,
                                          named_fingerprint, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(sqlite_db(s), "ajar_key", 11, flags, s, store_fingerprint, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_fail(s, code);
}

/* ---- steps ---- */

/* Whether the file is ours and of a version that we know. */
static bool is_ours(struct store *s, int64_t version, enum store_use use)
{
    int64_t owner = sqlite_value(s, "PRAGMA application_id");
    if (store_ok(s) && version > 0 && owner != SCHEMA_APPLICATION)
        return error_set(&s->error, "%s: it is a file of another program", s->path);
    if (store_ok(s) && version > SCHEMA_VERSION)
        return error_set(
            &s->error,
            "%s: a newer Ajar wrote it (schema %lld, this one knows %d); update Ajar or name another file with --db",
            s->path, (long long)version, SCHEMA_VERSION);
    if (store_ok(s) && version == 0 && sqlite_value(s, "SELECT count(*) FROM sqlite_schema") > 0)
        return error_set(&s->error, "%s: it is a file of another program", s->path);
    if (store_ok(s) && version == 0 && use != STORE_WRITE)
        return error_set(&s->error, "%s: nothing is stored there yet; `ajar scan` fills it",
                         s->path);
    return store_ok(s);
}

bool sqlite_is_readable(struct store *s, bool *ret_old)
{
    int64_t version = sqlite_value(s, "PRAGMA user_version");
    *ret_old = version < SCHEMA_VERSION;
    return is_ours(s, version, STORE_READ);
}

bool sqlite_migrate(struct store *s, enum store_use use)
{
    int64_t version = sqlite_value(s, "PRAGMA user_version");
    if (!is_ours(s, version, use) || version == SCHEMA_VERSION)
        return store_ok(s);
    if (!add_functions(s))
        return false;
    sqlite_run(s, SQLITE_CACHE_MIGRATING "BEGIN IMMEDIATE");
    /* Another process may have been faster. */
    for (version = sqlite_value(s, "PRAGMA user_version"); store_ok(s) && version < SCHEMA_VERSION; version++)
        sqlite_run(s, SCHEMA_STEPS[version]);
    if (store_ok(s) && sqlite_value(s, "SELECT count(*) FROM pragma_foreign_key_check") > 0)
        return error_set(&s->error, "%s: rows refer to others that are not there; it is left as it was", s->path);
    char stamp[128];
    snprintf(stamp, sizeof(stamp), "PRAGMA user_version = %d; PRAGMA application_id = %d; COMMIT;" SQLITE_CACHE,
             SCHEMA_VERSION, SCHEMA_APPLICATION);
    return sqlite_run(s, stamp);
}
