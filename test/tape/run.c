/* Plays every tape: as written (all that it promises must hold), then one byte a read, cut at
 * every point, every byte flipped, and reset and timed out at every read. The broken versions may
 * end in any outcome, but they end, break no limit and state no fact that the whole tape denies.
 *
 *     tapes DIR [NAME]      prints a line for each failure and one closing line */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "http/catalog.h"
#include "probe/probe.h"
#include "text/node.h"
#include "wire/tape.h"

enum { TAPE_BYTES_MAX = 1 << 20, FLIPS_MAX = 6000, CUTS_MAX = 6000 };

struct totals {
    size_t passed, failed;
};

struct playing {
    const struct catalog *catalog;
    const struct probe *probe; /* NULL: http */
    const struct tape *tape;
    const char *path;
    struct totals *totals;
};

struct result {
    struct arena arena;
    struct visit visit;
    enum outcome outcome;
    struct tape_back *back;
};

static const struct wire_limits LIMITS = {
    .connect_ms = 3000, .patience_ms = 3000, .session_ms = 60000, .budget_bytes = 1 << 20,
};

static void fail(struct playing *p, const char *how, const char *why)
{
    printf("not ok %s (%s): %s\n", p->path, how, why);
    p->totals->failed++;
}

static void play(struct playing *p, const struct tape_play *how, struct result *ret)
{
    static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };
    arena_init(&ret->arena, 16 << 20);
    visit_init(&ret->visit, &ret->arena, &HERE);
    tape_back_init(ret->back, p->tape, how);
    struct wire *w = wire_new(&ret->arena, &ret->back->back, &HERE, &LIMITS, &CLOCK_SYSTEM, NULL);
    wire_again(w, WIRE_PLAIN);
    if (p->probe) {
        struct observation *o = visit_observe(&ret->visit, p->probe->name, p->probe->kind);
        ret->outcome = o->outcome = p->probe->run(w, o);
    } else {
        ret->outcome = http_visit(w, p->catalog, &ret->visit);
    }
    wire_end(w);
}

static void drop(struct result *r)
{
    tape_back_release(r->back);
    arena_release(&r->arena);
}

static bool fact_holds(const struct fact *f, const struct tape_fact *want)
{
    char text[64];
    switch (f->type) {
    case FACT_TEXT:
        return want->quoted && span_eq(f->text, want->value);
    case FACT_BOOL:
        return span_is(want->value, f->number ? "true" : "false");
    case FACT_NUMBER:
        snprintf(text, sizeof(text), "%lld", (long long)f->number);
        return span_is(want->value, text);
    case FACT_TIME:
        return span_is(want->value, time_text(f->number, text));
    }
    return false;
}

static void check_facts(struct playing *p, const struct observation *o)
{
    char why[512];
    for (size_t i = 0; i < p->tape->facts.len; i++) {
        const struct tape_fact *want = &p->tape->facts.at[i];
        char key[64];
        snprintf(key, sizeof(key), "%.*s", SPAN_FMT(want->key));
        const struct fact *f = fact_get(o, key);
        if (want->absent ? f != NULL : !f || !fact_holds(f, want)) {
            snprintf(why, sizeof(why), "fact %s is not as promised (has %s %.*s %lld)", key, f ? "a value" : "no value",
                     f ? (int)f->text.len : 0, f ? (const char *)f->text.at : "", f ? (long long)f->number : 0LL);
            fail(p, "as written", why);
        }
    }
}

static void check_count(struct playing *p, const char *what, bool set, int64_t want, int64_t got)
{
    char why[128];
    if (!set || want == got)
        return;
    snprintf(why, sizeof(why), "count %s is %lld, not %lld", what, (long long)got, (long long)want);
    fail(p, "as written", why);
}

static void check_collections(struct playing *p, const struct observation *o)
{
    for (size_t i = 0; i < p->tape->collections.len; i++) {
        const struct tape_collection *want = &p->tape->collections.at[i];
        bool found = false;
        for (size_t k = 0; k < o->collections.len && !found; k++) {
            const struct collection *c = &o->collections.at[k];
            found = span_eq(c->name, want->name) && c->records == want->records && c->bytes == want->bytes;
        }
        if (!found)
            fail(p, "as written", "a collection is missing");
    }
}

/* What the tape promises of: for HTTP the product that it names, else the only observation. */
static const struct observation *observed(const struct playing *p, const struct result *r)
{
    for (size_t i = 0; i < r->visit.observations.len; i++) {
        const struct observation *o = &r->visit.observations.at[i];
        if (p->tape->product.len == 0 || span_is(p->tape->product, o->product))
            return o;
    }
    return NULL;
}

static void check_as_written(struct playing *p, const struct result *r)
{
    struct error e;
    const char *name = r->outcome == OUTCOME_NOT_MINE ? "not-mine" : outcome_name(r->outcome);
    const struct observation *o = observed(p, r);
    if (o && r->outcome != OUTCOME_NOT_MINE && o->via)
        name = outcome_name(o->outcome);
    if (!span_is(p->tape->outcome, name))
        fail(p, "as written", name);
    if (!tape_back_finished(r->back, &e))
        fail(p, "as written", e.text);
    if (r->outcome == OUTCOME_NOT_MINE)
        return;
    if (!o) {
        fail(p, "as written", "the product is another");
        return;
    }
    check_facts(p, o);
    check_collections(p, o);
    check_count(p, "collections", p->tape->count_collections.set, p->tape->count_collections.value, o->collection_count);
    check_count(p, "records", p->tape->count_records.set, p->tape->count_records.value, o->records);
    check_count(p, "bytes", p->tape->count_bytes.set, p->tape->count_bytes.value, o->bytes);
}

/* A conversation that broke off may not prove more than the whole one did. */
static void check_broken(struct playing *p, const struct result *r, const char *how, enum outcome whole)
{
    if (r->outcome == OUTCOME_OPEN && whole != OUTCOME_OPEN)
        fail(p, how, "a broken conversation proved open");
    for (size_t i = 0; i < r->visit.observations.len; i++)
        if (r->visit.observations.at[i].records < COUNT_UNKNOWN)
            fail(p, how, "a negative count");
}

static void play_broken(struct playing *p, const struct tape_play *how, const char *name, enum outcome whole,
                        struct tape_back *back)
{
    struct result r = { .back = back };
    play(p, how, &r);
    if (how->flip_at == SIZE_MAX)
        check_broken(p, &r, name, whole);
    drop(&r);
    p->totals->passed++;
}

static void play_all(struct playing *p, struct tape_back *back)
{
    struct result r = { .back = back };
    size_t failed = p->totals->failed;
    play(p, &TAPE_AS_WRITTEN, &r);
    check_as_written(p, &r);
    enum outcome whole = r.outcome;
    size_t bytes = back->given, reads = back->reads;
    drop(&r);
    p->totals->passed += p->totals->failed == failed;

    struct tape_play how = TAPE_AS_WRITTEN;
    how.piece_bytes = 1;
    r = (struct result){ .back = back };
    play(p, &how, &r);
    if (r.outcome != whole)
        fail(p, "one byte a read", "the outcome differs");
    drop(&r);
    for (size_t i = 0; i <= bytes; i += 1 + bytes / CUTS_MAX) {
        how = TAPE_AS_WRITTEN;
        how.cut_at = i;
        play_broken(p, &how, "cut", whole, back);
    }
    for (size_t i = 0; i < bytes; i += 1 + bytes / FLIPS_MAX) {
        how = TAPE_AS_WRITTEN;
        how.flip_at = i;
        how.flip_mask = (uint8_t)(1u << i % 8);
        play_broken(p, &how, "flipped", whole, back);
    }
    for (size_t i = 0; i <= reads; i++) {
        how = TAPE_AS_WRITTEN;
        how.fault_at_read = i;
        how.fault = WIRE_RESET;
        play_broken(p, &how, "reset", whole, back);
        how.fault = WIRE_TIMEOUT;
        play_broken(p, &how, "timed out", whole, back);
    }
}

static struct span read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *at = arena_alloc(a, TAPE_BYTES_MAX);
    size_t n = f && at ? fread(at, 1, TAPE_BYTES_MAX, f) : 0;
    if (f)
        fclose(f);
    return span_of(at, n);
}

static void run_tape(const struct catalog *catalog, const char *path, struct totals *totals)
{
    struct arena a;
    struct tape tape;
    struct error e;
    struct playing p = { .catalog = catalog, .path = path, .tape = &tape, .totals = totals };
    arena_init(&a, 32 << 20);
    struct tape_back *back = calloc(1, sizeof(*back));
    if (!back || !tape_parse(&a, read_file(&a, path), &tape, &e)) {
        fail(&p, "reading", back ? e.text : "no memory");
    } else if (!span_is(tape.probe, "http") && !(p.probe = probe_by_name(tape.probe))) {
        fail(&p, "reading", "the tape names an unknown probe");
    } else {
        play_all(&p, back);
    }
    free(back);
    arena_release(&a);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void run_dir(const struct catalog *catalog, const char *dir, const char *only, struct totals *totals)
{
    struct dirent **names;
    int n = scandir(dir, &names, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char path[1024];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
        bool hidden = names[i]->d_name[0] == '.';
        size_t len = strlen(path);
        if (!hidden && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            run_dir(catalog, path, only, totals);
        else if (len > 5 && strcmp(path + len - 5, ".tape") == 0 && (!only || strstr(path, only)))
            run_tape(catalog, path, totals);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

int main(int argc, char **argv)
{
    struct arena a;
    struct error e;
    struct totals totals = { 0 };
    const char *dirs[] = { "catalog" };
    if (argc < 2)
        return 2;
    arena_init(&a, 64 << 20);
    struct catalog *catalog = catalog_load(&a, dirs, 1, &e);
    if (!catalog) {
        printf("not ok catalog: %s\n", e.text);
        return 1;
    }
    run_dir(catalog, argv[1], argc > 2 ? argv[2] : NULL, &totals);
    printf("%zu passed, %zu failed\n", totals.passed, totals.failed);
    arena_release(&a);
    return totals.failed != 0 || totals.passed == 0;
}
