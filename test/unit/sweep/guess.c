/* 64 protocols that nobody speaks: each is found on an odd port of a far address, with what a scan
 * gives, however the table is ordered. */
#include "unit/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "sweep/guess.c"

#include "base/buf.h"

enum { PROBES_MADE = 64, ROUND_TRIP_MS = 60 };

/* ---- the probes ---------------------------------------------------------------------------- */

static enum outcome converse(struct wire *w, const struct ask *a, int number)
{
    char want[16];
    snprintf(want, sizeof(want), "I AM %02d", number);
    wire_ask(w, a);
    return span_is(wire_line(w, 64), want) ? OUTCOME_OPEN : OUTCOME_NOT_MINE;
}

static bool is_error_of(struct span first, int number)
{
    char want[16];
    snprintf(want, sizeof(want), "ERROR %02d\n", number);
    return span_is(first, want);
}

#define MAKE(n)                                                                                        \
    static const struct ask ASK_##n = ASK_FIXED("p" #n ".hello", "a test", "HELLO " #n "\n");           \
    static bool recognises_##n(struct span first) { return is_error_of(first, 1##n - 100); }            \
    static enum outcome run_##n(struct wire *w, struct observation *o)                                  \
    {                                                                                                  \
        (void)o;                                                                                       \
        return converse(w, &ASK_##n, 1##n - 100);                                                      \
    }
#define LIST(n) { .name = "p" #n, .kind = KIND_STORE, .recognises = recognises_##n, .run = run_##n, .rank = 1 + 1##n % 7 },
#define TEN(m, t) m(t##0) m(t##1) m(t##2) m(t##3) m(t##4) m(t##5) m(t##6) m(t##7) m(t##8) m(t##9)
#define ALL(m) TEN(m, 0) TEN(m, 1) TEN(m, 2) TEN(m, 3) TEN(m, 4) TEN(m, 5) m(60) m(61) m(62) m(63)

ALL(MAKE)
static struct probe made[PROBES_MADE] = { ALL(LIST) };
static const struct probe *table[PROBES_MADE + 1];

/* ---- the peer of one of them ----------------------------------------------------------------- */

struct peer {
    struct wire_back back; /* first member */
    int number;            /* the protocol it speaks; -1: one that is in no table */
    struct reactions reacts; /* one bit each */
    enum reaction now;     /* to what was said last */
    char answer[16];
    unsigned connections;
    int64_t now_ms;
};

static enum wire_fault peer_connect(struct wire_back *back, const struct endpoint *e, int64_t deadline_ms)
{
    struct peer *p = (struct peer *)back;
    (void)e, (void)deadline_ms;
    p->connections++;
    p->now_ms += ROUND_TRIP_MS;
    p->now = REACT_SILENCE;
    p->answer[0] = 0;
    return WIRE_FINE;
}

static enum wire_fault peer_send(struct wire_back *back, struct span s, int64_t deadline_ms)
{
    struct peer *p = (struct peer *)back;
    char hello[16];
    (void)deadline_ms;
    snprintf(hello, sizeof(hello), "HELLO %02d\n", p->number);
    bool mine = span_is(s, hello);
    p->now = mine ? REACT_BYTES : span_is(s, "PING\r\n") ? p->reacts.line : s.at[0] == 0x16 ? p->reacts.tls : p->reacts.http;
    /* Who answers in text has a probe that recognises it; the others answer in frames. */
    if (p->now == REACT_BYTES)
        snprintf(p->answer, sizeof(p->answer), mine ? "I AM %02d\n" : p->number % 4 == 0 ? "ERROR %02d\n" : "\x84\x01%02d",
                 p->number);
    return WIRE_FINE;
}

static enum wire_fault take(struct peer *p, int64_t deadline_ms)
{
    if (p->now == REACT_SILENCE)
        p->now_ms = deadline_ms > p->now_ms ? deadline_ms : p->now_ms;
    else
        p->now_ms += ROUND_TRIP_MS;
    return p->now == REACT_SILENCE ? WIRE_TIMEOUT : p->now == REACT_RESET ? WIRE_RESET : WIRE_CLOSED;
}

static enum wire_fault peer_recv(struct wire_back *back, struct span *ret, int64_t deadline_ms)
{
    struct peer *p = (struct peer *)back;
    if (p->now != REACT_BYTES)
        return take(p, deadline_ms);
    *ret = span_str(p->answer);
    p->now_ms += ROUND_TRIP_MS;
    p->now = REACT_SILENCE;
    return WIRE_FINE;
}

static enum wire_fault peer_start_tls(struct wire_back *back, const struct endpoint *e, struct arena *a,
                                      struct wire_tls *ret, int64_t deadline_ms)
{
    struct peer *p = (struct peer *)back;
    (void)e, (void)a, (void)ret;
    p->now = p->reacts.tls;
    if (p->now != REACT_BYTES)
        return take(p, deadline_ms);
    p->now_ms += ROUND_TRIP_MS;
    return WIRE_MALFORMED;
}

static void peer_close(struct wire_back *back)
{
    (void)back;
}

static int64_t peer_now(struct wire_back *back)
{
    return ((struct peer *)back)->now_ms;
}

/* ---- visits ------------------------------------------------------------------------------------ */

static struct arena catalog_arena;
static const struct catalog *catalog;

struct seen {
    char product[32], unasked[1024];
    unsigned connections;
    int64_t ms;
};

static struct seen visit_with(const struct probe *const *probes, bool all_protocols, int number, struct reactions reacts)
{
    static struct ladder ladder;
    static const struct endpoint FAR = { .address = { 4, { 10, 0, 0, 1 } }, .port = 23456 };
    struct peer p = { .back = { .connect = peer_connect, .send = peer_send, .recv = peer_recv, .start_tls = peer_start_tls,
                                .close = peer_close, .now_ms = peer_now },
                      .number = number, .reacts = reacts, .now_ms = 1000 };
    struct wire_limits limits = wire_limits_for(WIRE_PATIENCE_MS);
    struct seen seen = { 0 };
    struct arena a;
    struct visit v;
    ladder_init(&ladder, catalog, probes);
    ladder.all_protocols = all_protocols;
    arena_init(&a, 4 << 20);
    visit_init(&v, &a, &FAR);
    struct wire *w = wire_new(&a, &p.back, &FAR, &limits, &CLOCK_SYSTEM, NULL);
    ladder_climb(&ladder, w, &v);
    wire_end(w);
    assert_int_equal(v.observations.len, 1);
    const struct observation *o = &v.observations.at[0];
    snprintf(seen.product, sizeof(seen.product), "%s", o->product);
    snprintf(seen.unasked, sizeof(seen.unasked), "%.*s", SPAN_FMT(fact_get_text(o, "unasked")));
    seen.connections = p.connections;
    seen.ms = p.now_ms - 1000;
    arena_release(&a);
    return seen;
}

static struct seen visit(int number, struct reactions reacts)
{
    return visit_with(table, false, number, reacts);
}

static void order(bool backwards)
{
    for (int i = 0; i < PROBES_MADE; i++)
        table[i] = &made[backwards ? PROBES_MADE - 1 - i : i];
    table[PROBES_MADE] = NULL;
}

static const uint8_t LINES[] = { REACT_BYTES, REACT_CLOSE, REACT_RESET, REACT_SILENCE };
static const uint8_t HELLOS[] = { REACT_CLOSE, REACT_RESET, REACT_SILENCE };

/* Every fourth is recognised by its error; `alike` of the others share the reactions. */
static void make_reactions(int alike)
{
    for (int i = 0; i < PROBES_MADE; i++) {
        int group = (i - i / 4) / alike;
        bool known = i % 4 == 0;
        made[i].recognises = known ? made[i].recognises : NULL;
        made[i].reacts = (struct reactions){ .line = known ? REACT_BYTES : LINES[group % 4], .tls = HELLOS[group / 4 % 3],
                                             .http = LINES[group / 12 % 4] };
    }
}

static void each_is_found(void **state)
{
    (void)state;
    for (int alike = 1; alike <= LADDER_GUESSES; alike++)
        for (int backwards = 0; backwards < 2; backwards++) {
            make_reactions(alike);
            order(backwards);
            for (int i = 0; i < PROBES_MADE; i++) {
                char want[16];
                snprintf(want, sizeof(want), "p%02d", i);
                struct seen s = visit(i, made[i].reacts);
                if (strcmp(s.product, want) != 0)
                    fail_msg("%s is %s after %lld ms, %u connections (%d alike); not asked: %s", want, s.product,
                             (long long)s.ms, s.connections, alike, s.unasked);
                assert_true(s.ms <= LADDER_WHO_MS + ROUND_TRIP_MS);
                assert_true(s.connections <= LADDER_WHO_CONNECTIONS);
            }
        }
}

/* Whatever a stranger does, time and connections have an end, and every protocol is either asked,
 * ruled out by what it said, or named. */
static void strangers_have_an_end(void **state)
{
    (void)state;
    make_reactions(1);
    for (size_t l = 0; l < 4; l++)
        for (size_t t = 0; t < 3; t++)
            for (size_t h = 0; h < 4; h++) {
                struct reactions r = { LINES[l], HELLOS[t], LINES[h] };
                order(false);
                struct seen s = visit(-1, r);
                order(true);
                struct seen turned = visit(-1, r);
                assert_string_equal(s.product, "unknown");
                assert_true(s.ms <= LADDER_WHO_MS + ROUND_TRIP_MS);
                assert_true(s.connections <= LADDER_WHO_CONNECTIONS);
                assert_true(strlen(s.unasked) > 0);
                assert_int_equal(strlen(s.unasked), strlen(turned.unasked)); /* the same ones were asked */
            }
}

/* By name, p03 and p13 are as likely: rank decides, not the place in the table. */
static void rank_decides(void **state)
{
    (void)state;
    make_reactions(1);
    for (int i = 0; i < PROBES_MADE; i++) {
        made[i].reacts = (struct reactions){ REACT_SILENCE, REACT_SILENCE, REACT_SILENCE };
        made[i].recognises = NULL;
        made[i].rank = (uint16_t)(i == 40 ? 9 : i == 13 ? 8 : i == 60 ? 7 : 1);
    }
    order(false);
    struct seen s = visit(-1, made[0].reacts);
    assert_null(strstr(s.unasked, "p40"));
    assert_null(strstr(s.unasked, "p13"));
    assert_null(strstr(s.unasked, "p60"));
    assert_non_null(strstr(s.unasked, "p00"));
    assert_true(s.ms <= LADDER_WHO_MS + ROUND_TRIP_MS);
    assert_string_equal(visit(60, made[0].reacts).product, "p60");
    assert_string_equal(visit(1, made[0].reacts).product, "unknown");
}

/* ---- all protocols ------------------------------------------------------------------------------ */

static bool names(const char *unasked, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = unasked; (at = strstr(at, name)); at += len)
        if ((at == unasked || at[-1] == ',') && (at[len] == ',' || at[len] == 0))
            return true;
    return false;
}

static uint8_t first_of(uint8_t reactions)
{
    return reactions & -reactions;
}

/* Each protocol of the real table, wherever its servers stand and though every other question is taken as they take
 * "GET /": asked within what is promised, and none that is at home elsewhere without --all-protocols. */
static void every_protocol_is_asked(void **state)
{
    size_t at_home = 0;
    (void)state;
    for (size_t i = 0; PROBES[i]; i++) {
        const struct probe *p = PROBES[i];
        if (p->transport != TRANSPORT_TCP || p->peer_first || !p->at_home)
            continue;
        struct reactions r = { first_of(p->reacts.line), first_of(p->reacts.tls), first_of(p->reacts.http) };
        if (p->recognises && r.line == REACT_BYTES)
            continue; /* by its answer to the line, anywhere */
        struct seen s = visit_with(PROBES, false, -1, r);
        if (!names(s.unasked, p->name))
            fail_msg("%s is asked though nobody wanted all", p->name);
        assert_true(s.ms <= LADDER_WHO_MS + ROUND_TRIP_MS);
        assert_true(s.connections <= LADDER_WHO_CONNECTIONS);
        s = visit_with(PROBES, true, -1, r);
        if (names(s.unasked, p->name))
            fail_msg("%s is not asked in %lld ms, %u connections", p->name, (long long)s.ms, s.connections);
        assert_true(s.ms <= LADDER_WHO_MS + LADDER_ALL_MS + ROUND_TRIP_MS);
        assert_true(s.connections <= LADDER_WHO_CONNECTIONS + LADDER_ALL_CONNECTIONS);
        at_home++;
    }
    assert_true(at_home > 30);
}

/* Who is found without it is found as ever, and who is at home elsewhere is found with it alone. */
static void all_protocols_add(void **state)
{
    (void)state;
    make_reactions(1);
    order(false);
    assert_string_equal(visit_with(table, true, 2, made[2].reacts).product, "p02");
    made[2].at_home = true;
    struct seen without = visit_with(table, false, 2, made[2].reacts), with = visit_with(table, true, 2, made[2].reacts);
    assert_string_equal(without.product, "unknown");
    assert_string_equal(with.product, "p02");
    made[2].at_home = false;
    make_reactions(2);
    order(true);
    for (int i = 0; i < PROBES_MADE; i++) {
        struct seen a = visit_with(table, false, i, made[i].reacts), b = visit_with(table, true, i, made[i].reacts);
        assert_string_equal(a.product, b.product);
        assert_int_equal(a.connections, b.connections);
        assert_int_equal(a.ms, b.ms);
    }
}

static int load(void **state)
{
    static const char *const DIRS[] = { "catalog" };
    struct error e;
    (void)state;
    arena_init(&catalog_arena, 64 << 20);
    catalog = catalog_load(&catalog_arena, DIRS, 1, &e);
    return catalog ? 0 : 1;
}

static int unload(void **state)
{
    (void)state;
    arena_release(&catalog_arena);
    return 0;
}

/* Inside TLS those come first whose servers expect it from the first byte; how they took the questions weighs more. */
static void those_of_tls_first_inside(void **state)
{
    struct ladder ladder = { .probes = table, .probe_count = 2 };
    bool tried[2] = { 0 };
    struct climber c = { .ladder = &ladder, .tried = tried, .seen = { .line = REACT_CLOSE, .http = REACT_CLOSE } };
    (void)state;
    make_reactions(1);
    order(false);
    made[0].reacts = made[1].reacts = (struct reactions){ .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE };
    made[0].rank = 90;
    made[1].rank = 10;
    made[1].tls_ports[0] = 8883;
    assert_int_equal(best_guess(&c), 0);
    c.dress = WIRE_IN_TLS;
    assert_int_equal(best_guess(&c), 1);
    made[1].reacts.line = REACT_SILENCE;
    assert_int_equal(best_guess(&c), 0);
    made[1].tls_ports[0] = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found),
        cmocka_unit_test(strangers_have_an_end),
        cmocka_unit_test(all_protocols_add),
        cmocka_unit_test(rank_decides),
        cmocka_unit_test(those_of_tls_first_inside),
        cmocka_unit_test(every_protocol_is_asked),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
