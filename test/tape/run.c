/* Plays every tape: as written (all that it promises must hold), then one byte a read (the same must
 * come out), cut at every point, every byte flipped, and reset and timed out at every read. The broken
 * versions end, break no limit, and claim nothing that the whole tape denies (claims.h): no verdict, no
 * product, no fact, no count. Where a byte is flipped the peer says something else, so facts may differ;
 * open it may not become. Each play has what a scan gives: the same clocks, patience and ceilings.
 *
 *     tapes DIR [NAME]                  prints a line for each failure and one closing line
 *     tapes --costs DIR                 plays them as written only, and prints of each "COST connections bytes product file"
 *     tapes --record FILE ADDRESS PORT  holds the conversation of FILE's head with a real server and prints
 *                                       what both said, to be pasted into it
 *
 * A tape of the probe `sample` begins where a visit has ended: its product and collections are what was
 * seen, and a sample is drawn from it. One of `ladder` is a whole visit. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "claims.h"
#include "http/catalog.h"
#include "probe/probe.h"
#include "sample/sampler.h"
#include "sweep/ladder.h"
#include "text/node.h"
#include "wire/socket.h"
#include "wire/tape.h"

enum { TAPE_BYTES_MAX = 1 << 20, FLIPS_MAX = 6000, CUTS_MAX = 6000, SAMPLE_RECORDS = 8, SAMPLE_SESSION_MS = 120000, VISIT_ARENA_MAX = 48 << 20,
       ENDS_LATE_MS = 1000 };

/* What any product may cost its server. A further database is a connection more with PostgreSQL, whose sessions see one
 * database each; a conversation of so many is no tape's, but one of the zoo (test/guard/conduct.py). */
enum { COST_CONNECTIONS_MAX = 12, COST_BYTES_MAX = 16 << 10 };

struct totals {
    size_t passed, failed;
};

struct playing {
    const struct catalog *catalog;
    const struct ladder *the_ladder;
    const struct probe *probe; /* NULL: http, a sample or the ladder */
    bool sample, ladder, thorough, costs_only;
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
    int64_t took_ms;
    unsigned connections;
    size_t sent_bytes;
};

/* Time stands still, so that plays of one tape state the same moments. */
static int64_t a_moment(void *self)
{
    (void)self;
    return INT64_C(1795996800000); /* 2026-11-30 */
}

static const struct clock CLOCK_STILL = { .mono_ms = a_moment, .wall_ms = a_moment };

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
    sample_observation(&config, w, o, NULL, v->arena);
    return OUTCOME_OPEN;
}

static enum outcome talk(const struct playing *p, struct wire *w, struct visit *v)
{
    if (p->sample)
        return draw_sample(p, w, v);
    if (p->ladder) {
        ladder_climb(p->the_ladder, w, v);
        return v->observations.len ? v->observations.at[0].outcome : OUTCOME_NOT_MINE;
    }
    wire_again(w, WIRE_PLAIN);
    wire_identify(w, LADDER_WHO_MS, LADDER_WHO_CONNECTIONS - 1);
    if (!p->probe)
        return http_visit(w, p->catalog, v, p->thorough);
    struct observation *o = visit_observe(v, p->probe->name, p->probe->kind);
    return o->outcome = p->probe->run(w, o);
}

static struct endpoint endpoint_of(const struct playing *p, const struct tape *t)
{
    struct endpoint e = { .address = { 4, { t->far ? 10 : 127, 0, 0, 1 } }, .port = 1 };
    if (t->port.set)
        e.port = (uint16_t)t->port.value;
    if (t->udp || (p->probe && p->probe->transport == TRANSPORT_UDP))
        e.transport = TRANSPORT_UDP;
    return e;
}

static struct wire_limits limits_of(const struct playing *p)
{
    struct wire_limits limits = wire_limits_for(p->tape->timeout_s.set ? p->tape->timeout_s.value * 1000 : WIRE_PATIENCE_MS);
    if (p->sample)
        limits.session_ms = SAMPLE_SESSION_MS;
    return limits;
}

static void count_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    (void)e;
    (void)a;
    ((struct result *)self)->sent_bytes += bytes.len;
}

static void play(struct playing *p, const struct tape_play *how, struct result *ret)
{
    struct wire_ear ear = { .sent = count_sent, .self = ret };
    struct endpoint here = endpoint_of(p, p->tape);
    struct wire_limits limits = limits_of(p);
    arena_init(&ret->arena, VISIT_ARENA_MAX);
    visit_init(&ret->visit, &ret->arena, &here);
    tape_back_init(ret->back, p->tape, how);
    int64_t began_ms = ret->back->now_ms;
    struct wire *w = wire_new(&ret->arena, &ret->back->back, &ret->visit.endpoint, &limits, &CLOCK_STILL, &ear);
    ret->outcome = talk(p, w, &ret->visit);
    ret->took_ms = ret->back->now_ms - began_ms;
    ret->connections = wire_connections(w);
    wire_end(w);
    if (ret->took_ms > LADDER_WHO_MS * limits.patience_ms / WIRE_PATIENCE_MS + limits.session_ms + ENDS_LATE_MS)
        fail(p, "limits", "it took longer than a visit may");
    if (ret->connections > LADDER_WHO_CONNECTIONS + WIRE_CONNECTIONS_MAX)
        fail(p, "limits", "it opened more connections than a visit may");
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

static void check_cost(struct playing *p, const struct result *r)
{
    char why[128];
    const struct tape *t = p->tape;
    if (t->time_max_ms.set && r->took_ms > t->time_max_ms.value) {
        snprintf(why, sizeof(why), "it took %lld ms", (long long)r->took_ms);
        fail(p, "as written", why);
    }
    if (t->connections_max.set && r->connections > t->connections_max.value) {
        snprintf(why, sizeof(why), "it took %u connections", r->connections);
        fail(p, "as written", why);
    }
    bool thorough = p->thorough || p->sample; /* asked for by name, and paced by what they draw */
    if (!thorough && (r->connections > COST_CONNECTIONS_MAX || r->sent_bytes > COST_BYTES_MAX)) {
        snprintf(why, sizeof(why), "it cost %u connections and %zu bytes", r->connections, r->sent_bytes);
        fail(p, "as written", why);
    }
    if (p->costs_only && !thorough)
        printf("COST %u %zu %s %s\n", r->connections, r->sent_bytes,
               r->visit.observations.len ? r->visit.observations.at[0].product : "-", p->path);
}

/* A conversation that broke off may not claim what the whole one denies; nor, where the peer said
 * something else by one bit, that a door is open. */
static void check_broken(struct playing *p, const struct tape_play *play, const struct result *r, const char *how,
                         const struct result *whole)
{
    char why[512];
    const char *wrong = claims_out_of_bounds(&r->visit);
    bool flipped = strcmp(how, "flipped") == 0;
    if (!wrong && flipped && !p->tape->bit_decides && r->outcome == OUTCOME_OPEN && whole->outcome != OUTCOME_OPEN)
        wrong = "one bit opened the door";
    if (!wrong && !flipped && !p->sample)
        wrong = claims_compare(p->tape, &whole->visit, &r->visit, why);
    if (!wrong)
        return;
    char where[64];
    size_t at = flipped ? play->flip_at : strcmp(how, "cut") == 0 ? play->cut_at : play->fault_at_read;
    snprintf(where, sizeof(where), "%s at %zu", how, at);
    fail(p, where, wrong);
}

static void play_broken(struct playing *p, const struct tape_play *how, const char *name, const struct result *whole,
                        struct tape_back *back)
{
    struct result r = { .back = back };
    size_t failed = p->totals->failed;
    play(p, how, &r);
    check_broken(p, how, &r, name, whole);
    drop(&r);
    p->totals->passed += p->totals->failed == failed;
}

/* The same bytes, however they arrive. */
static void play_in_pieces(struct playing *p, const struct result *whole, struct tape_back *back)
{
    char why[512];
    struct result r = { .back = back };
    struct tape_play how = TAPE_AS_WRITTEN;
    size_t failed = p->totals->failed;
    how.piece_bytes = 1;
    play(p, &how, &r);
    const char *wrong = r.outcome != whole->outcome ? "the outcome differs" : claims_differ(p->tape, &whole->visit, &r.visit, why);
    if (wrong)
        fail(p, "one byte a read", wrong);
    drop(&r);
    p->totals->passed += p->totals->failed == failed;
}

static void play_all_ways(struct playing *p, const struct result *whole, size_t bytes, size_t reads, struct tape_back *back)
{
    struct tape_play how;
    play_in_pieces(p, whole, back);
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

static void play_all(struct playing *p, struct tape_back *back)
{
    struct result whole = { .back = back };
    size_t failed = p->totals->failed;
    play(p, &TAPE_AS_WRITTEN, &whole);
    check_as_written(p, &whole);
    check_cost(p, &whole);
    size_t bytes = back->given, reads = back->reads;
    tape_back_release(back);
    p->totals->passed += p->totals->failed == failed;
    if (!p->costs_only)
        play_all_ways(p, &whole, bytes, reads, back);
    arena_release(&whole.arena);
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

/* Whether the line is a step of a conversation rather than a promise about it. */
static bool is_step(struct span line)
{
    static const char *const STEPS[] = { ">", "<", "hush", "close", "reset", "connect", "refuse", "tls", "no-tls", NULL };
    struct span word = span_first(line, span_index(line, ' '));
    for (size_t i = 0; STEPS[i]; i++)
        if (span_is(word, STEPS[i]))
            return true;
    return false;
}

/* Replaces each line "play NAME" by the steps of that tape, which lies beside this one. */
static struct span with_played(struct arena *a, const char *path, struct span text)
{
    struct buf out;
    const char *slash = strrchr(path, '/');
    buf_init(&out, 2 * TAPE_BYTES_MAX);
    while (text.len) {
        struct span line = span_trim(span_cut(&text, '\n'));
        if (!span_starts(line, SPAN("play "))) {
            buf_put(&out, line);
            buf_byte(&out, '\n');
            continue;
        }
        struct span dir = span_of(path, slash ? (size_t)(slash - path) : 0), name = span_trim(span_from(line, 5));
        struct span other = read_file(a, arena_printf(a, "%.*s/%.*s", SPAN_FMT(dir), SPAN_FMT(name)));
        if (!other.len)
            buf_str(&out, "play: there is no such tape\n");
        while (other.len) {
            struct span step = span_trim(span_cut(&other, '\n'));
            buf_put(&out, is_step(step) ? step : SPAN_NONE);
            buf_byte(&out, '\n');
        }
    }
    struct span whole = arena_copy(a, buf_span(&out));
    buf_release(&out);
    return whole;
}

/* False, and said, where the tape cannot be read. */
static bool load(struct playing *p, struct arena *a, struct tape *tape)
{
    struct error e;
    p->tape = tape;
    if (!tape_parse(a, with_played(a, p->path, read_file(a, p->path)), tape, &e)) {
        fail(p, "reading", e.text);
        return false;
    }
    p->sample = span_is(tape->probe, "sample");
    p->ladder = span_is(tape->probe, "ladder");
    p->thorough = span_is(tape->probe, "leavings");
    p->probe = probe_by_name(tape->probe);
    bool known = p->sample || p->ladder || p->probe || p->thorough || span_is(tape->probe, "http");
    if (!known)
        fail(p, "reading", "the tape names an unknown probe");
    return known;
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
    bool heard; /* since it was asked last */
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
    (void)self;
    if (!first && e->transport == TRANSPORT_TCP)
        puts("connect");
}

static void on_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    (void)e;
    ((struct live *)self)->heard = false;
    printf("# %s\n", a->name);
    show(">", bytes);
}

/* Two datagrams in a row would be joined. */
static void on_received(void *self, const struct endpoint *e, struct span bytes)
{
    struct live *l = self;
    if (e->transport == TRANSPORT_UDP && l->heard)
        puts("datagram");
    l->heard = true;
    show("<", bytes);
}

static int record(struct playing *p, const char *path, const char *address, const char *port)
{
    static struct socket_thread thread = { .clock = &CLOCK_SYSTEM };
    struct wire_ear ear = { .opening = on_opening, .sent = on_sent, .received = on_received };
    struct live live = { 0 };
    ear.self = &live;
    struct arena a;
    struct visit v;
    struct tape tape;
    uint64_t number;
    p->path = path;
    arena_init(&a, 64 << 20);
    if (!load(p, &a, &tape) || !address_parse(span_str(address), &live.there.address) ||
        !span_u64(span_str(port), UINT16_MAX, &number))
        return 1;
    live.there.port = (uint16_t)number;
    struct endpoint here = endpoint_of(p, &tape);
    live.there.transport = here.transport;
    struct wire_limits limits = limits_of(p);
    visit_init(&v, &a, &here);
    struct error e;
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || !(thread.tls = tls_client_new(&e)))
        return 1;
    socket_back_init(&live.back, &thread);
    live.connect = live.back.back.connect;
    live.back.back.connect = connect_there;
    live.start_tls = live.back.back.start_tls;
    live.back.back.start_tls = start_tls_there;
    struct wire *w = wire_new(&a, &live.back.back, &here, &limits, &CLOCK_STILL, &ear);
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
    static struct ladder ladder;
    ladder_init(&ladder, catalog, PROBES);
    struct playing all = { .catalog = catalog, .the_ladder = &ladder, .pii = pii, .totals = &totals };
    if (!pii)
        return 1;
    if (argc == 5 && strcmp(argv[1], "--record") == 0)
        return record(&all, argv[2], argv[3], argv[4]);
    all.costs_only = argc > 2 && strcmp(argv[1], "--costs") == 0;
    argv += all.costs_only;
    run_dir(&all, argv[1], argc - all.costs_only > 2 ? argv[2] : NULL);
    ajar_pii_free(pii);
    printf("%zu passed, %zu failed\n", totals.passed, totals.failed);
    arena_release(&a);
    return totals.failed != 0 || totals.passed == 0;
}
