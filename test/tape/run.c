/* Plays every tape: as written (all that it promises must hold), then one byte a read, cut at
 * every point, every byte flipped, and reset and timed out at every read. The broken versions may
 * end in any outcome, but they end, break no limit and state no fact that the whole tape denies.
 *
 *     tapes DIR [NAME]                  prints a line for each failure and one closing line
 *     tapes --record FILE ADDRESS PORT  holds the conversation of FILE's head with a real server and prints
 *                                       what both said, to be pasted into it
 *
 * A tape of the probe `sample` begins where a visit has ended: its product and collections are what was
 * seen, and a sample is drawn from it. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "http/catalog.h"
#include "probe/probe.h"
#include "sample/sampler.h"
#include "text/node.h"
#include "wire/socket.h"
#include "wire/tape.h"

enum { TAPE_BYTES_MAX = 1 << 20, FLIPS_MAX = 6000, CUTS_MAX = 6000, SAMPLE_RECORDS = 8 };

struct totals {
    size_t passed, failed;
};

struct playing {
    const struct catalog *catalog;
    const struct probe *probe; /* NULL: http, or a sample */
    bool sample;
    const struct ajar_pii *pii;
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

/* The store as a visit left it, and a sample of it. */
static enum outcome draw_sample(const struct playing *p, struct wire *w, struct visit *v)
{
    struct sample_config config = { .records = SAMPLE_RECORDS, .seed = 1, .pii = p->pii };
    const char *product = arena_str(v->arena, p->tape->product);
    struct observation *o = product ? visit_observe(v, product, KIND_STORE) : NULL;
    if (!o)
        return OUTCOME_NOT_MINE;
    o->outcome = OUTCOME_OPEN;
    for (size_t i = 0; i < p->tape->collections.len; i++) {
        const struct tape_collection *c = &p->tape->collections.at[i];
        observation_collect(o, c->name, c->records, c->bytes, COUNT_UNKNOWN);
    }
    for (size_t i = 0; i < p->tape->facts.len; i++)
        if (span_is(p->tape->facts.at[i].key, "version"))
            fact_text(o, "version", p->tape->facts.at[i].value, NULL, SPAN_NONE);
    wire_permit_sample(w);
    sample_observation(&config, w, o, v->arena);
    return OUTCOME_OPEN;
}

static enum outcome talk(const struct playing *p, struct wire *w, struct visit *v)
{
    if (p->sample)
        return draw_sample(p, w, v);
    wire_again(w, WIRE_PLAIN);
    if (!p->probe)
        return http_visit(w, p->catalog, v);
    struct observation *o = visit_observe(v, p->probe->name, p->probe->kind);
    return o->outcome = p->probe->run(w, o);
}

static void play(struct playing *p, const struct tape_play *how, struct result *ret)
{
    static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };
    arena_init(&ret->arena, 16 << 20);
    visit_init(&ret->visit, &ret->arena, &HERE);
    tape_back_init(ret->back, p->tape, how);
    struct wire *w = wire_new(&ret->arena, &ret->back->back, &HERE, &LIMITS, &CLOCK_SYSTEM, NULL);
    ret->outcome = talk(p, w, &ret->visit);
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

/* False, and said, where the tape cannot be read. */
static bool load(struct playing *p, struct arena *a, struct tape *tape)
{
    struct error e;
    p->tape = tape;
    if (!tape_parse(a, read_file(a, p->path), tape, &e)) {
        fail(p, "reading", e.text);
        return false;
    }
    p->sample = span_is(tape->probe, "sample");
    p->probe = probe_by_name(tape->probe);
    if (!p->sample && !p->probe && !span_is(tape->probe, "http"))
        fail(p, "reading", "the tape names an unknown probe");
    return p->sample || p->probe || span_is(tape->probe, "http");
}

static void run_tape(const struct playing *all, const char *path)
{
    struct arena a;
    struct tape tape;
    struct playing p = *all;
    p.path = path;
    arena_init(&a, 32 << 20);
    struct tape_back *back = calloc(1, sizeof(*back));
    if (!back)
        fail(&p, "reading", "no memory");
    else if (load(&p, &a, &tape))
        play_all(&p, back);
    free(back);
    arena_release(&a);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void run_dir(const struct playing *all, const char *dir, const char *only)
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
            run_dir(all, path, only);
        else if (len > 5 && strcmp(path + len - 5, ".tape") == 0 && (!only || strstr(path, only)))
            run_tape(all, path);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

/* ---- recording --------------------------------------------------------------------------- */

struct live {
    struct socket_back back; /* first member */
    struct endpoint there;
    enum wire_fault (*connect)(struct wire_back *b, const struct endpoint *e, int64_t deadline_ms);
    enum wire_fault (*start_tls)(struct wire_back *b, const struct endpoint *e, struct arena *a, struct wire_tls *ret,
                                 int64_t deadline_ms);
};

/* The conversation believes that it is at the place where tapes are played. */
static enum wire_fault connect_there(struct wire_back *b, const struct endpoint *e, int64_t deadline_ms)
{
    struct live *l = (struct live *)b;
    (void)e;
    return l->connect(b, &l->there, deadline_ms);
}

static enum wire_fault start_tls_there(struct wire_back *b, const struct endpoint *e, struct arena *a,
                                       struct wire_tls *ret, int64_t deadline_ms)
{
    struct live *l = (struct live *)b;
    puts("tls");
    return l->start_tls(b, e, a, ret, deadline_ms);
}

/* In lines that end where the text does, in the escapes of a tape. */
static void show(const char *mark, struct span bytes)
{
    for (size_t i = 0; i < bytes.len;) {
        printf("%s \"", mark);
        for (size_t column = 0; i < bytes.len && column < 100; column++) {
            uint8_t c = bytes.at[i++];
            if (c == '"' || c == '\\')
                printf("\\%c", c);
            else if (c >= ' ' && c <= '~')
                putchar(c);
            else
                printf(c == '\r' ? "\\r" : c == '\n' ? "\\n" : "\\x%02x", c);
            if (c == '\n')
                break;
        }
        puts("\"");
    }
}

static void on_opening(void *self, const struct endpoint *e, bool first)
{
    (void)self, (void)e;
    if (!first)
        puts("connect");
}

static void on_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    (void)self, (void)e;
    printf("# %s\n", a->name);
    show(">", bytes);
}

static void on_received(void *self, const struct endpoint *e, struct span bytes)
{
    (void)self, (void)e;
    show("<", bytes);
}

static int record(struct playing *p, const char *path, const char *address, const char *port)
{
    static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };
    static struct socket_thread thread = { .clock = &CLOCK_SYSTEM };
    struct wire_ear ear = { .opening = on_opening, .sent = on_sent, .received = on_received };
    struct live live = { 0 };
    struct arena a;
    struct visit v;
    struct tape tape;
    uint64_t number;
    p->path = path;
    arena_init(&a, 64 << 20);
    visit_init(&v, &a, &HERE);
    if (!load(p, &a, &tape) || !address_parse(span_str(address), &live.there.address) ||
        !span_u64(span_str(port), UINT16_MAX, &number))
        return 1;
    live.there.port = (uint16_t)number;
    struct error e;
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || !(thread.tls = tls_client_new(&e)))
        return 1;
    socket_back_init(&live.back, &thread);
    live.connect = live.back.back.connect;
    live.back.back.connect = connect_there;
    live.start_tls = live.back.back.start_tls;
    live.back.back.start_tls = start_tls_there;
    struct wire *w = wire_new(&a, &live.back.back, &HERE, &LIMITS, &CLOCK_SYSTEM, &ear);
    talk(p, w, &v);
    wire_end(w);
    for (size_t i = 0; i < v.observations.len; i++)
        for (size_t k = 0; k < v.observations.at[i].facts.len; k++) {
            const struct fact *f = &v.observations.at[i].facts.at[k];
            if (f->type == FACT_TEXT)
                printf("fact %s \"%.*s\"\n", f->key, SPAN_FMT(f->text));
            else
                printf("fact %s %lld\n", f->key, (long long)f->number);
        }
    tls_client_free(thread.tls);
    arena_release(&a);
    return 0;
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
    char why[AJAR_PII_ERROR_MAX];
    struct ajar_pii *pii = ajar_pii_new(why);
    struct playing all = { .catalog = catalog, .pii = pii, .totals = &totals };
    if (!pii)
        return 1;
    if (argc == 5 && strcmp(argv[1], "--record") == 0)
        return record(&all, argv[2], argv[3], argv[4]);
    run_dir(&all, argv[1], argc > 2 ? argv[2] : NULL);
    ajar_pii_free(pii);
    printf("%zu passed, %zu failed\n", totals.passed, totals.failed);
    arena_release(&a);
    return totals.failed != 0 || totals.passed == 0;
}
