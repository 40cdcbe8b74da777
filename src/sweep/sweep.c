/* One thread a loop; each loop has one feeder fiber, which takes endpoints from the shared pacer,
 * and one fiber a visit. Encoded visits gather in a buffer a loop and go out in batches. */
#include "sweep/sweep.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "fiber/fiber.h"
#include "record/codec.h"
#include "record/remark.h"
#include "sweep/audit.h"
#include "sweep/knocker.h"
#include "sweep/known.h"
#include "sweep/ladder.h"
#include "sweep/reach.h"

enum {
    FLUSH_BYTES = 32 * 1024,
    FLUSH_MS = 50,
    OUT_BYTES_MAX = 64 * 1024 * 1024,
    VISIT_ARENA_MAX = 48 * 1024 * 1024,
    STARTS_A_TURN = 32,
    SAMPLES_AT_ONCE = 4, /* each holds up to 160 MiB */
    SAMPLE_ARENA_MAX = 64 * 1024 * 1024,
    SAMPLE_BYTES = 16 * 1024 * 1024, /* received in one sample */
    SAMPLE_SESSION_MS = 120000,
    SAMPLE_TURN_MS = 50,
    WAITING_MAX = 32768,
    BUSY_MAX = 512, /* conversations with this machine that want an answer, on all loops together */
    FULL_TOLD_MS = 2000,
    FULL_MS = 20,   /* between two looks whether there is room for another visit */
    WHY_BYTES = 160,
    KNOCK_TOLD_BYTES = 1024,
    LAST_BYTES_MAX = 256 * 1024, /* all remarks at the end */
};

struct sweep {
    const struct sweep_config *config;
    struct sweep_progress *progress;
    struct ladder ladder;
    struct memory memory;
    struct reach_shared reach;
    struct known *known; /* or NULL */
    struct reverse *names; /* or NULL */
    struct follow *follow; /* or NULL */
    struct knocker *knocker; /* or NULL */
    struct tls_client *tls;
    pthread_mutex_t out_lock;
    int out_fd;
    _Atomic bool pipe_broken;
    atomic_uint samples; /* under way */
    size_t parallel;     /* conversations that may be open at once */
    _Atomic uint64_t full_ms; /* that paced endpoints waited because all were; of all loops together */
};

struct slot;

struct lane {
    struct sweep *sweep;
    pthread_t thread;
    struct socket_thread socket_thread;
    struct fiber_loop *loop;
    struct buf out;
    int64_t flushed_ms;
    struct slot *slots, *free;
    struct busy busy;
    size_t live_max;
    bool has_pace; /* what was started last is no loopback */
};

/* One visit in flight. */
struct slot {
    struct lane *lane;
    struct slot *next; /* in the list of free ones */
    struct turn turn;
    struct reach reach;
};

/* ---- out ------------------------------------------------------------------------------- */

static void flush(struct lane *l)
{
    struct sweep *s = l->sweep;
    if (l->out.len && !atomic_load(&s->pipe_broken)) {
        pthread_mutex_lock(&s->out_lock);
        /* Where there was no memory for a message, half of it lies there: what follows would be misread. */
        if (!buf_ok(&l->out) || !io_write_all(s->out_fd, buf_span(&l->out))) {
            atomic_store(&s->pipe_broken, true);
            atomic_store(&s->progress->stop, true);
        }
        pthread_mutex_unlock(&s->out_lock);
    }
    buf_reset(&l->out);
    l->flushed_ms = fiber_now(l->loop);
}

static void maybe_flush(struct lane *l)
{
    if (l->out.len >= FLUSH_BYTES || fiber_now(l->loop) - l->flushed_ms >= FLUSH_MS)
        flush(l);
}

static void put_le32(struct buf *out, size_t value)
{
    for (int i = 0; i < 4; i++)
        buf_byte(out, (uint8_t)(value >> 8 * i));
}

static void emit(struct lane *l, const struct visit *v)
{
    struct sweep_progress *p = l->sweep->progress;
    buf_byte(&l->out, SWEEP_VISIT);
    visit_encode(&l->out, v);
    maybe_flush(l);
    atomic_fetch_add(v->end == END_DONE ? &p->done : v->end == END_SKIPPED ? &p->skipped : &p->failed, 1);
    if (v->answered)
        atomic_fetch_add(&p->answered, 1);
    known_note(l->sweep->known, v);
}

static void emit_skip(struct lane *l, const struct turn *t, const char *why)
{
    struct visit v;
    visit_init(&v, NULL, &t->endpoint);
    v.place = t->place;
    if (!known_fill(why, &v)) {
        v.end = END_SKIPPED;
        v.why = why;
    }
    emit(l, &v);
}

/* ---- ear ------------------------------------------------------------------------------- */

static void on_opening(void *self, const struct endpoint *e, bool first)
{
    struct slot *s = self;
    (void)e;
    reach_opening(&s->reach, first);
}

static void put_sent(struct buf *out, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    char where[ENDPOINT_TEXT_MAX];
    struct span place = span_str(endpoint_text(e, where)), name = span_str(a->name);
    buf_byte(out, SWEEP_SENT);
    put_le32(out, place.len + 1 + name.len + 1 + bytes.len);
    buf_put(out, place);
    buf_byte(out, ' ');
    buf_put(out, name);
    buf_byte(out, ' ');
    buf_put(out, bytes);
}

static void on_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    const struct slot *s = self;
    put_sent(&s->lane->out, e, a, bytes);
}

/* A name server is asked beside any wire. */
static void on_sent_reverse(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    struct lane *l = self;
    put_sent(&l->out, e, a, bytes);
}

/* A sample begins with a further connection to the address that was just visited. */
static void on_opening_sample(void *self, const struct endpoint *e, bool first)
{
    (void)first;
    on_opening(self, e, false);
}

/* What a request that reads records was filled with (the name of a key) may be personal data itself:
 * its declared form stands for it. */
static void put_declared(struct buf *out, const struct ask *a)
{
    for (size_t i = 0; i < ASK_PARTS_MAX && a->parts[i].kind != PART_END; i++) {
        if (a->parts[i].kind == PART_BYTES)
            buf_put(out, a->parts[i].bytes);
        else
            buf_printf(out, "{%s}", a->parts[i].kind == PART_HOLE ? a->parts[i].label : "length");
    }
}

static void on_sent_sample(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    struct buf declared;
    (void)bytes;
    buf_init(&declared, 2 * ASK_SENT_MAX);
    put_declared(&declared, a);
    on_sent(self, e, a, buf_span(&declared));
    buf_release(&declared);
}

/* ---- samples ---------------------------------------------------------------------------- */

/* The dashboard that a store is seen through. */
static const struct observation *front_of(const struct visit *v, const struct observation *o)
{
    for (size_t i = 0; o->via && i < v->observations.len; i++)
        if (!v->observations.at[i].via && strcmp(v->observations.at[i].product, o->via) == 0)
            return &v->observations.at[i];
    return NULL;
}

/* The one place that gives a wire the owner's permission to read records. */
static void sample_one(struct slot *s, const struct visit *v, struct observation *o)
{
    struct arena arena;
    const struct sweep_config *config = s->lane->sweep->config;
    struct wire_limits limits = config->limits;
    struct wire_ear ear = { .opening = on_opening_sample, .sent = config->transcript ? on_sent_sample : NULL,
                            .self = s };
    limits.session_ms = SAMPLE_SESSION_MS;
    limits.budget_bytes = SAMPLE_BYTES;
    limits.cost_connections = 0;
    limits.cost_bytes = 0;
    arena_init(&arena, SAMPLE_ARENA_MAX);
    struct wire *w = wire_new(&arena, &s->reach.socket.back, &s->turn.endpoint, &limits,
                              s->lane->socket_thread.clock, &ear);
    if (w) {
        wire_permit_sample(w);
        sample_observation(&config->sample, w, o, front_of(v, o), v->arena);
    }
    wire_end(w);
    arena_release(&arena);
}

static void sample_visit(struct slot *s, struct visit *v)
{
    struct lane *l = s->lane;
    const struct sample_config *c = &l->sweep->config->sample;
    atomic_uint *under_way = &l->sweep->samples;
    for (size_t i = 0; c->records && i < v->observations.len; i++) {
        struct observation *o = &v->observations.at[i];
        if (!sample_concerns(o))
            continue;
        const char *why = sample_refusal(c, &v->endpoint, o);
        if (!why && v->endpoint.transport == TRANSPORT_UDP)
            why = "records are drawn over TCP alone";
        if (!why && atomic_load(&l->sweep->progress->stop))
            why = "the scan was interrupted";
        if (why) {
            sample_refuse(o, why);
            continue;
        }
        while (atomic_fetch_add(under_way, 1) >= SAMPLES_AT_ONCE) {
            atomic_fetch_sub(under_way, 1);
            fiber_sleep_until(l->loop, fiber_now(l->loop) + SAMPLE_TURN_MS);
        }
        sample_one(s, v, o);
        atomic_fetch_sub(under_way, 1);
    }
}

/* ---- audits ---- */

/* A wire of its own: a clock and a budget that the visit has not used. */
static void audit_one(struct slot *s, bool dressed, struct visit *v)
{
    struct arena arena;
    const struct sweep_config *config = s->lane->sweep->config;
    struct wire_limits limits = audit_limits(&config->limits);
    struct wire_ear ear = { .opening = on_opening_sample, .sent = config->transcript ? on_sent : NULL, .self = s };
    arena_init(&arena, AUDIT_ARENA_MAX);
    arena.all = &s->lane->sweep->memory.held;
    struct wire *w = wire_new(&arena, &s->reach.socket.back, &s->turn.endpoint, &limits, s->lane->socket_thread.clock,
                              &ear);
    if (w)
        audit_visit(&s->lane->sweep->ladder, dressed, w, v);
    wire_end(w);
    arena_release(&arena);
}

/* ---- visits ---------------------------------------------------------------------------- */

/* Before the address is free for its next port, so that one question serves them all. */
static void name_visit(struct lane *l, struct visit *v)
{
    struct sweep *s = l->sweep;
    struct reverse_ear ear = { .sent = s->config->transcript ? on_sent_reverse : NULL, .self = l };
    if (!s->names || atomic_load(&s->progress->stop))
        return;
    reverse_add_facts(s->names, l->loop, &ear, v);
    if (reverse_lost(s->names))
        atomic_store(&s->progress->names_lost, true);
}

/* The conversation, over the connection that stands. */
static __attribute__((noinline)) void talk(struct slot *s)
{
    struct lane *l = s->lane;
    const struct sweep_config *config = l->sweep->config;
    struct arena arena;
    struct visit v;
    struct wire_limits limits = config->limits;
    struct wire_ear ear = { .opening = on_opening, .sent = config->transcript ? on_sent : NULL, .self = s };
    limits.connect_ms *= 2; /* see reach.h: a connection may be tried twice */
    if (config->leavings) { /* some sixty requests, which the user asked for */
        limits.cost_connections = 0;
        limits.cost_bytes = 0;
    }
    if (paths_lossy(l->sweep->reach.paths, &s->turn.endpoint.address))
        limits.patience_ms *= 2; /* TCP sends what was lost again, each time after twice as long; so do we */
    arena_init(&arena, VISIT_ARENA_MAX);
    arena.all = &l->sweep->memory.held;
    visit_init(&v, &arena, &s->turn.endpoint);
    v.place = s->turn.place;
    struct wire *w = wire_new(&arena, &s->reach.socket.back, &s->turn.endpoint, &limits, l->socket_thread.clock, &ear);
    if (w && s->turn.endpoint.transport == TRANSPORT_UDP && pacer_is_put_off(l->sweep->reach.pacer, &s->turn))
        wire_tries(w, 1);
    if (w)
        ladder_climb(&l->sweep->ladder, w, &v);
    else
        v.end = END_FAILED, v.why = wire_fault_text(WIRE_MEMORY);
    bool dressed = w && wire_dressed(w);
    wire_end(w);
    if (config->audit && s->turn.endpoint.transport == TRANSPORT_TCP)
        audit_one(s, dressed, &v);
    follow_visit(l->sweep->follow, &v);
    sample_visit(s, &v);
    name_visit(l, &v);
    visit_settle(&v);
    emit(l, &v);
    arena_release(&arena);
}

/* Nobody to talk to. What this machine or the network said of it is evidence, as far as it says more. */
static __attribute__((noinline)) void tell_unreached(struct slot *s, enum wire_fault f)
{
    struct visit v;
    char why[WHY_BYTES];
    int error = s->reach.socket.error;
    const char *name = error ? strerrorname_np(error) : NULL;
    visit_init(&v, NULL, &s->turn.endpoint);
    v.place = s->turn.place;
    v.end = f == WIRE_LOCAL || f == WIRE_MEMORY ? END_FAILED : END_DONE;
    v.refused = f == WIRE_REFUSED;
    v.why = wire_fault_text(f);
    if (name && (f == WIRE_LOCAL || f == WIRE_UNREACHABLE)) {
        snprintf(why, sizeof(why), "%s: %s (%s)", v.why, strerrordesc_np(error), name);
        v.why = why;
    }
    emit(s->lane, &v);
}

static void visit_one(void *arg)
{
    struct slot *s = arg;
    struct lane *l = s->lane;
    enum wire_fault f = reach_first(&s->reach);
    if (f == WIRE_FINE) {
        fiber_goes_deep(l->loop);
        talk(s);
    } else {
        tell_unreached(s, f);
    }
    if (f == WIRE_CONNECT_TIMEOUT)
        pacer_silent(l->sweep->reach.pacer, fiber_clock(l->loop), &s->turn);
    reach_end(&s->reach);
    pacer_done(l->sweep->reach.pacer, fiber_clock(l->loop), &s->turn);
    atomic_fetch_sub(&l->sweep->progress->in_flight, 1);
    s->next = l->free;
    l->free = s;
}

static void start_visit(struct lane *l, const struct turn *t)
{
    struct slot *s = l->free;
    l->free = s->next;
    s->turn = *t;
    reach_init(&s->reach, &l->sweep->reach, &l->socket_thread, &l->busy, &s->turn);
    l->has_pace = !s->reach.busy;
    atomic_fetch_add(&l->sweep->progress->in_flight, 1);
    fiber_spawn(l->loop, visit_one, s);
}

static void wait_for_room(struct lane *l)
{
    int64_t from_ms = fiber_clock(l->loop);
    bool is_full = !l->free && l->has_pace;
    fiber_wait_for_end(l->loop, fiber_now(l->loop) + FULL_MS);
    if (is_full)
        atomic_fetch_add(&l->sweep->full_ms, (uint64_t)(fiber_clock(l->loop) - from_ms));
}

static void feed(void *arg)
{
    struct lane *l = arg;
    unsigned started = 0;
    while (!atomic_load_explicit(&l->sweep->progress->stop, memory_order_relaxed)) {
        struct turn t;
        int64_t until_ms;
        const char *why = NULL;
        if (!l->free || !busy_has_room(&l->busy) || memory_is_short(&l->sweep->memory)) {
            wait_for_room(l);
            continue;
        }
        switch (pacer_next(l->sweep->reach.pacer, fiber_clock(l->loop), &t, &until_ms, &why)) {
        case PACE_GO:
            start_visit(l, &t);
            break;
        case PACE_SKIP:
            emit_skip(l, &t, why);
            break;
        case PACE_WAIT:
            flush(l);
            fiber_wait_for_end(l->loop, fiber_now(l->loop) + until_ms - fiber_clock(l->loop));
            break;
        case PACE_END:
            return;
        }
        if (++started % STARTS_A_TURN == 0)
            fiber_yield(l->loop);
    }
}

/* ---- lanes ----------------------------------------------------------------------------- */

static bool lane_init(struct lane *l, struct sweep *s, size_t parallel, unsigned lanes, struct error *e)
{
    l->sweep = s;
    l->loop = fiber_loop_new(parallel + 1, &CLOCK_SYSTEM, e);
    if (!l->loop)
        return false;
    busy_init(&l->busy, l->loop, (BUSY_MAX + lanes - 1) / lanes);
    l->live_max = fiber_loop_max(l->loop) - 1;
    s->parallel += l->live_max;
    l->slots = calloc(l->live_max, sizeof(*l->slots));
    if (!l->slots)
        return error_set(e, "no memory for %zu conversations at once", l->live_max);
    for (size_t i = 0; i < l->live_max; i++) {
        l->slots[i] = (struct slot){ .lane = l, .next = l->free };
        l->free = &l->slots[i];
    }
    l->socket_thread.loop = l->loop;
    l->socket_thread.clock = &CLOCK_SYSTEM;
    l->socket_thread.tls = s->tls;
    buf_init(&l->out, OUT_BYTES_MAX);
    return fiber_spawn(l->loop, feed, l);
}

static void lane_release(struct lane *l)
{
    fiber_loop_free(l->loop);
    free(l->slots);
    buf_release(&l->out);
}

static void *lane_main(void *arg)
{
    struct lane *l = arg;
    fiber_loop_run(l->loop);
    flush(l);
    return NULL;
}

static bool run_lanes(struct sweep *s, struct lane *lanes, unsigned count, struct error *e)
{
    unsigned started = 0;
    bool ok = true;
    for (; ok && started < count; started++)
        ok = pthread_create(&lanes[started].thread, NULL, lane_main, &lanes[started]) == 0;
    started -= !ok;
    if (!ok) {
        atomic_store(&s->progress->stop, true);
        error_set(e, "a thread could not be started");
    }
    for (unsigned i = 0; i < started; i++)
        pthread_join(lanes[i].thread, NULL);
    return ok;
}

static void put_remark(void *self, const struct remark *r)
{
    struct buf body, *out = self;
    buf_init(&body, REMARK_ENCODED_MAX);
    remark_encode(&body, r);
    buf_byte(out, SWEEP_REMARK);
    put_le32(out, body.len);
    buf_put(out, buf_span(&body));
    buf_release(&body);
}

/* What the network has probably kept from us. */
static void put_loss(struct sweep *s, struct buf *out)
{
    char text[WHY_BYTES];
    struct paths_sum sum = paths_sum(s->reach.paths);
    atomic_store(&s->progress->loss_ppm, (uint64_t)(sum.loss * 1e6));
    atomic_store(&s->progress->missed_milli, (uint64_t)(sum.missed * 1e3));
    uint64_t missed = (uint64_t)(sum.missed + 0.5);
    if (!missed)
        return;
    snprintf(text, sizeof(text),
             missed == 1 ? "an estimated %.1f %% of all packets were lost each way; about %llu service may have been "
                           "missed"
                         : "an estimated %.1f %% of all packets were lost each way; about %llu services may have been "
                           "missed",
             sum.loss * 100, (unsigned long long)missed);
    struct remark r = { .kind = REMARK_LOSS, .about = SPAN("the network"), .text = span_str(text), .count = missed,
                        .incomplete = true };
    put_remark(out, &r);
}

/* That the rate was not held because no more could be open at once; loopback, which has no pace, does not count. */
static void put_shortage(const struct sweep *s, struct buf *out)
{
    char text[WHY_BYTES];
    if (atomic_load(&s->full_ms) < FULL_TOLD_MS)
        return;
    snprintf(text, sizeof(text),
             "the rate was not held for %.1f s: %zu connections at once were not enough (--parallel, ulimit -n)",
             (double)atomic_load(&s->full_ms) / 1000, s->parallel);
    struct remark r = { .kind = REMARK_BUDGET, .about = SPAN("the scan"), .text = span_str(text) };
    put_remark(out, &r);
}

static bool report_end(struct sweep *s, bool ok, const struct error *e)
{
    struct buf b;
    buf_init(&b, LAST_BYTES_MAX);
    if (ok) {
        mutes_tell(s->reach.mutes, put_remark, &b);
        if (s->knocker)
            knocker_tell(s->knocker, put_remark, &b);
        put_loss(s, &b);
        put_shortage(s, &b);
        if (s->follow)
            follow_tell(s->follow, put_remark, &b);
    }
    buf_byte(&b, ok ? SWEEP_END : SWEEP_ERROR);
    struct span text = ok ? SPAN_NONE : span_str(e->text);
    put_le32(&b, text.len);
    buf_put(&b, text);
    bool written = io_write_all(s->out_fd, buf_span(&b));
    buf_release(&b);
    return written && ok;
}

/* One pass of all lanes over a source. */
static bool run_round(struct sweep *s, const struct pace_source *source, struct error *e)
{
    const struct sweep_config *config = s->config;
    unsigned count = config->loops ? config->loops : 1;
    struct lane *lanes = calloc(count, sizeof(*lanes));
    bool ok = lanes || error_set(e, "no memory for %u loops", count);
    s->parallel = 0;
    ok = ok && (s->reach.pacer = pacer_new(&config->pace, source, WAITING_MAX, config->seed, e)) != NULL;
    for (unsigned i = 0; ok && i < count; i++)
        ok = lane_init(&lanes[i], s, (config->parallel + count - 1) / count, count, e);
    ok = ok && run_lanes(s, lanes, count, e);
    for (unsigned i = 0; lanes && i < count; i++)
        lane_release(&lanes[i]);
    free(lanes);
    pacer_free(s->reach.pacer);
    s->reach.pacer = NULL;
    return ok;
}

static void write_for_knocker(void *self, struct span message)
{
    struct sweep *s = self;
    pthread_mutex_lock(&s->out_lock);
    if (!atomic_load(&s->pipe_broken) && !io_write_all(s->out_fd, message)) {
        atomic_store(&s->pipe_broken, true);
        atomic_store(&s->progress->stop, true);
    }
    pthread_mutex_unlock(&s->out_lock);
}

static void tell_knock(void *self, const struct endpoint *e)
{
    struct buf b;
    buf_init(&b, KNOCK_TOLD_BYTES);
    put_sent(&b, e, &KNOCK_ASK, SPAN_NONE);
    if (buf_ok(&b))
        write_for_knocker(self, buf_span(&b));
    buf_release(&b);
}

/* Single packets first, and visits to who answers one. */
static bool run_knocking(struct sweep *s, struct error *e)
{
    const struct sweep_config *c = s->config;
    struct knocker_config knocker = { .socket = c->knock, .places = c->places, .per_second = c->knock_per_second,
                                      .answered_per_second = c->knock_answered_per_second,
                                      .seed = c->seed, .progress = s->progress, .write = write_for_knocker,
                                      .sent = c->transcript ? tell_knock : NULL, .self = s };
    if (!(s->knocker = knocker_start(&knocker, e)))
        return false;
    struct pace_source source = knocker_source(s->knocker);
    source.known = s->known ? known_find : NULL;
    source.known_self = s->known;
    bool ok = run_round(s, &source, e);
    if (!ok)
        atomic_store(&s->progress->stop, true);
    knocker_join(s->knocker);
    return ok;
}

static bool run_plan(struct sweep *s, struct error *e)
{
    struct pace_source source = s->config->source;
    source.known = s->known ? known_find : NULL;
    source.known_self = s->known;
    return run_round(s, &source, e);
}

/* The plan's endpoints, and then what their answers named. */
static bool run_rounds(struct sweep *s, struct error *e)
{
    bool ok = s->config->knock ? run_knocking(s, e) : run_plan(s, e);
    struct pace_source source;
    for (int round = 0; ok && s->follow && round < FOLLOW_ROUNDS && !atomic_load(&s->progress->stop); round++) {
        source = (struct pace_source){ .next = follow_next, .self = s->follow };
        if (!follow_begin(s->follow))
            break;
        ok = run_round(s, &source, e);
    }
    return ok;
}

static void sweep_release(struct sweep *s)
{
    paths_free(s->reach.paths);
    mutes_free(s->reach.mutes);
    known_free(s->known);
    reverse_free(s->names);
    follow_free(s->follow);
    knocker_free(s->knocker);
    tls_client_free(s->tls);
    pthread_mutex_destroy(&s->out_lock);
    free(s);
}

bool sweep_run(const struct sweep_config *config, struct sweep_progress *progress, int out_fd, struct error *e)
{
    struct sweep *s = calloc(1, sizeof(*s));
    if (!s)
        return error_set(e, "no memory for a sweep");
    *s = (struct sweep){ .config = config, .progress = progress, .out_fd = out_fd };
    pthread_mutex_init(&s->out_lock, NULL);
    ladder_init(&s->ladder, config->catalog, PROBES);
    s->ladder.trust = config->trust;
    s->ladder.leavings = config->leavings;
    s->ladder.all_protocols = config->all_protocols;
    bool ok = true;
    if (config->many_names)
        ok = (s->known = known_new(config->seed, e)) != NULL;
    ok = ok && (s->tls = tls_client_new(e)) &&
         (s->reach.paths = paths_new(config->limits.connect_ms, config->seed, e)) &&
         (s->reach.mutes = mutes_new(config->seed, e));
    s->reach.connections = &progress->connections;
    s->reach.memory = &s->memory;
    s->memory.ceiling = config->memory_bytes;
    if (ok && config->names.len)
        ok = (s->names = reverse_new(&config->names, e)) != NULL;
    if (ok && config->follow.find)
        ok = (s->follow = follow_new(&config->follow, e)) != NULL;
    ok = ok && run_rounds(s, e);
    ok = report_end(s, ok, e);
    sweep_release(s);
    return ok;
}
