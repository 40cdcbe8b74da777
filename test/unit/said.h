/* A probe meets a peer that says given things, one after each question, for tests of what a probe concludes. */
#ifndef AJAR_TEST_UNIT_SAID_H
#define AJAR_TEST_UNIT_SAID_H

#include "unit/check.h"

#include "probe/probe.h"
#include "wire/back.h"

enum { SAID_ARENA_BYTES = 8 << 20 };

struct said {
    struct wire_back back; /* first member */
    const struct span *answers;
    size_t count, due, given; /* how many there are, may be given by now, were given */
    int64_t now_ms;
    struct arena arena;
    struct visit visit;
    struct observation *seen;
};

static inline struct said *said_of(struct wire_back *b)
{
    return (struct said *)b;
}

static inline enum wire_fault said_connect(struct wire_back *b, const struct endpoint *e, int64_t deadline_ms)
{
    (void)e, (void)deadline_ms;
    said_of(b)->due = said_of(b)->given + 1; /* who speaks first does it now */
    return WIRE_FINE;
}

static inline enum wire_fault said_send(struct wire_back *b, struct span bytes, int64_t deadline_ms)
{
    (void)bytes, (void)deadline_ms;
    struct said *s = said_of(b);
    s->due = s->given + 1;
    return WIRE_FINE;
}

static inline enum wire_fault said_recv(struct wire_back *b, struct span *ret, int64_t deadline_ms)
{
    (void)deadline_ms;
    struct said *s = said_of(b);
    s->now_ms++;
    *ret = SPAN_NONE;
    if (s->given >= s->due || s->given >= s->count)
        return WIRE_CLOSED;
    *ret = s->answers[s->given++];
    return WIRE_FINE;
}

static inline enum wire_fault said_start_tls(struct wire_back *b, const struct endpoint *e, struct arena *a,
                                             struct wire_tls *ret, int64_t deadline_ms)
{
    (void)b, (void)e, (void)a, (void)ret, (void)deadline_ms;
    return WIRE_RESET;
}

static inline void said_close(struct wire_back *b)
{
    (void)b;
}

static inline int64_t said_now(struct wire_back *b)
{
    return said_of(b)->now_ms;
}

/* What the probe concludes; its observation is s->seen until said_end(). */
static inline enum outcome said_meet(struct said *s, const struct probe *p, const struct span *answers, size_t count)
{
    struct endpoint here = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1, .transport = p->transport };
    struct wire_limits limits = wire_limits_for(WIRE_PATIENCE_MS);
    *s = (struct said){ .back = { said_connect, said_send, said_recv, said_start_tls, said_close, said_now },
                        .answers = answers, .count = count };
    arena_init(&s->arena, SAID_ARENA_BYTES);
    visit_init(&s->visit, &s->arena, &here);
    struct wire *w = wire_new(&s->arena, &s->back, &here, &limits, &CLOCK_SYSTEM, NULL);
    assert_non_null(w);
    wire_again(w, WIRE_PLAIN);
    s->seen = visit_observe(&s->visit, p->name, p->kind);
    enum outcome outcome = p->run(w, s->seen);
    wire_end(w);
    return outcome;
}

static inline void said_end(struct said *s)
{
    arena_release(&s->arena);
}

/* The same for one answer of which only the verdict counts. */
static inline enum outcome said_once(const struct probe *p, struct span answer)
{
    struct said s;
    enum outcome outcome = said_meet(&s, p, &answer, 1);
    said_end(&s);
    return outcome;
}

/* Nothing but silence or a hang-up behind any front of the answer makes it the probe's own. */
static inline void said_cut_is_nobodys(const struct probe *p, struct span answer)
{
    for (size_t n = 0; n < answer.len; n++)
        assert_int_equal(said_once(p, span_first(answer, n)), OUTCOME_NOT_MINE);
}

#endif
