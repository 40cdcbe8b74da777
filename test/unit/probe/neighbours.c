/* Nobody is taken for another: every probe meets the server of every tape that is not its own, and says that it
 * is none of its own. The server gives on each connection what its tape has it give there, whatever is asked. */
#include "unit/check.h"

#include <dirent.h>
#include <stdio.h>

#include "probe/probe.h"
#include "wire/back.h"
#include "wire/tape.h"

enum { FILE_MAX = 1 << 20, CONNECTIONS_MAX = 16, MEETINGS_AT_LEAST = 10000 };

struct server {
    struct wire_back back; /* first member */
    struct buf said[CONNECTIONS_MAX];
    size_t count, at; /* the running connection is at - 1 */
    bool given;
    int64_t now_ms;
};

static struct server *server_of(struct wire_back *b)
{
    return (struct server *)b;
}

static enum wire_fault server_connect(struct wire_back *b, const struct endpoint *e, int64_t deadline_ms)
{
    (void)e;
    (void)deadline_ms;
    struct server *s = server_of(b);
    s->at = s->at < s->count ? s->at + 1 : s->count;
    s->given = false;
    return WIRE_FINE;
}

static enum wire_fault server_send(struct wire_back *b, struct span bytes, int64_t deadline_ms)
{
    (void)b;
    (void)bytes;
    (void)deadline_ms;
    return WIRE_FINE;
}

static enum wire_fault server_recv(struct wire_back *b, struct span *ret, int64_t deadline_ms)
{
    (void)deadline_ms;
    struct server *s = server_of(b);
    s->now_ms++;
    *ret = s->at ? buf_span(&s->said[s->at - 1]) : SPAN_NONE;
    if (s->given || ret->len == 0)
        return WIRE_CLOSED;
    s->given = true;
    return WIRE_FINE;
}

static enum wire_fault server_start_tls(struct wire_back *b, const struct endpoint *e, struct arena *a, struct wire_tls *ret,
                                        int64_t deadline_ms)
{
    (void)b;
    (void)e;
    (void)a;
    (void)ret;
    (void)deadline_ms;
    return WIRE_RESET;
}

static void server_close(struct wire_back *b)
{
    (void)b;
}

static int64_t server_now(struct wire_back *b)
{
    return server_of(b)->now_ms;
}

static void server_init(struct server *s, const struct tape *t)
{
    *s = (struct server){ .back = { server_connect, server_send, server_recv, server_start_tls, server_close, server_now },
                          .count = 1 };
    buf_init(&s->said[0], FILE_MAX);
    for (size_t i = 0; i < t->steps.len; i++) {
        const struct tape_step *step = &t->steps.at[i];
        if (step->kind == TAPE_GIVE)
            buf_put(&s->said[s->count - 1], step->bytes);
        if (step->kind == TAPE_CONNECT && s->count < CONNECTIONS_MAX)
            buf_init(&s->said[s->count++], FILE_MAX);
    }
}

static void server_release(struct server *s)
{
    for (size_t i = 0; i < s->count; i++)
        buf_release(&s->said[i]);
}

static bool meets(struct arena *a, const struct probe *p, struct server *s)
{
    struct endpoint e = { .address = { 4, { 10, 0, 0, 1 } }, .port = 1 };
    struct wire_limits limits = wire_limits_for(WIRE_PATIENCE_MS);
    struct visit v;
    visit_init(&v, a, &e);
    s->at = 0;
    s->given = false;
    struct wire *w = wire_new(a, &s->back, &e, &limits, &CLOCK_SYSTEM, NULL);
    wire_again(w, WIRE_PLAIN);
    struct observation *o = visit_observe(&v, p->name, p->kind);
    enum outcome outcome = p->run(w, o);
    wire_end(w);
    return outcome != OUTCOME_NOT_MINE;
}

/* An answer of ONC RPC does not say which program it is of: the question does, and this server reads none. */
static bool is_rpc(struct span probe)
{
    return span_is(probe, "nfs") || span_is(probe, "rpcbind") || span_is(probe, "glusterd");
}

static size_t meet_all(const struct tape *t, const char *path)
{
    struct server s;
    size_t met = 0;
    server_init(&s, t);
    for (size_t i = 0; PROBES[i]; i++) {
        struct span name = span_str(PROBES[i]->name);
        if (span_eq(t->probe, name) || (is_rpc(t->probe) && is_rpc(name)))
            continue;
        struct arena own;
        arena_init(&own, 12 << 20);
        if (meets(&own, PROBES[i], &s))
            fail_msg("%s takes the server of %s for its own", PROBES[i]->name, path);
        arena_release(&own);
        met++;
    }
    server_release(&s);
    return met;
}

/* Tapes of probes and of HTTP; a ladder's server may be any of them. */
static size_t meet_directory(const char *name)
{
    char path[1024];
    size_t met = 0;
    snprintf(path, sizeof(path), "test/tape/%s", name);
    DIR *dir = opendir(path);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        struct arena a;
        struct tape t;
        struct error e;
        static uint8_t text[FILE_MAX];
        if (!span_ends(span_str(d->d_name), SPAN(".tape")))
            continue;
        snprintf(path, sizeof(path), "test/tape/%s/%s", name, d->d_name);
        FILE *f = fopen(path, "rb");
        size_t n = f ? fread(text, 1, sizeof(text), f) : 0;
        if (f)
            fclose(f);
        arena_init(&a, 64 << 20);
        bool plays = span_has(span_of(text, n), "\nplay ");
        if (!plays && tape_parse(&a, span_of(text, n), &t, &e) &&
            (span_is(t.probe, "http") || probe_by_name(t.probe)) && !span_is(t.outcome, "not-mine"))
            met += meet_all(&t, path);
        arena_release(&a);
    }
    if (dir)
        closedir(dir);
    return met;
}

static void nobody_is_taken_for_another(void **state)
{
    (void)state;
    size_t met = 0;
    DIR *dir = opendir("test/tape");
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (d->d_name[0] != '.')
            met += meet_directory(d->d_name);
    if (dir)
        closedir(dir);
    assert_true(met > MEETINGS_AT_LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nobody_is_taken_for_another) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
