/* One thread a loop; each loop has one feeder fiber, which takes endpoints from the shared pacer,
 * and one fiber a visit. Encoded visits gather in a buffer a loop and go out in batches. */
#include "sweep/sweep.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/io.h"
#include "fiber/fiber.h"
#include "record/codec.h"
#include "sweep/ladder.h"
#include "wire/socket.h"

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
    WAITING_MAX = 4096,
};

struct sweep {
    const struct sweep_config *config;
    struct sweep_progress *progress;
    struct ladder ladder;
    struct pacer *pacer;
    struct reverse *names; /* or NULL */
    struct tls_client *tls;
    pthread_mutex_t out_lock;
    int out_fd;
    _Atomic bool pipe_broken;
    atomic_uint samples; /* under way */
};

struct slot;

struct lane {
    struct sweep *sweep;
    pthread_t thread;
    struct socket_thread socket_thread;
    struct fiber_loop *loop;
    struct wire_ear ear;
    struct buf out;
    int64_t flushed_ms;
    struct slot *slots, *free;
    size_t live_max;
};

/* One visit in flight. */
struct slot {
    struct lane *lane;
    struct slot *next;
    struct turn turn;
};

/* ---- out ------------------------------------------------------------------------------- */

static void flush(struct lane *l)
{
    struct sweep *s = l->sweep;
    if (l->out.len && !atomic_load(&s->pipe_broken)) {
        pthread_mutex_lock(&s->out_lock);
        if (!io_write_all(s->out_fd, buf_span(&l->out))) {
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
}

static void emit_skip(struct lane *l, const struct turn *t, const char *why)
{
    struct visit v;
    visit_init(&v, NULL, &t->endpoint);
    v.place = t->place;
    v.end = END_SKIPPED;
    v.why = why;
    emit(l, &v);
}

/* ---- ear ------------------------------------------------------------------------------- */

static void on_opening(void *self, const struct endpoint *e, bool first)
{
    struct lane *l = self;
    atomic_fetch_add(&l->sweep->progress->connections, 1);
    if (first)
        return;
    int64_t at = pacer_again(l->sweep->pacer, fiber_now(l->loop), e);
    if (at > fiber_now(l->loop))
        fiber_sleep_until(l->loop, at);
}

static void on_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    struct lane *l = self;
    char where[ENDPOINT_TEXT_MAX];
    struct span place = span_str(endpoint_text(e, where)), name = span_str(a->name);
    buf_byte(&l->out, SWEEP_SENT);
    put_le32(&l->out, place.len + 1 + name.len + 1 + bytes.len);
    buf_put(&l->out, place);
    buf_byte(&l->out, ' ');
    buf_put(&l->out, name);
    buf_byte(&l->out, ' ');
    buf_put(&l->out, bytes);
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

/* The one place that gives a wire the owner's permission to read records. */
static void sample_one(struct lane *l, const struct endpoint *e, struct observation *o, struct arena *kept)
{
    struct arena arena;
    struct socket_back back;
    struct wire_limits limits = l->sweep->config->limits;
    struct wire_ear ear = { .opening = on_opening_sample, .sent = l->ear.sent ? on_sent_sample : NULL, .self = l };
    limits.session_ms = SAMPLE_SESSION_MS;
    limits.budget_bytes = SAMPLE_BYTES;
    arena_init(&arena, SAMPLE_ARENA_MAX);
    socket_back_init(&back, &l->socket_thread);
    struct wire *w = wire_new(&arena, &back.back, e, &limits, l->socket_thread.clock, &ear);
    if (w) {
        wire_permit_sample(w);
        sample_observation(&l->sweep->config->sample, w, o, kept);
    }
    wire_end(w);
    arena_release(&arena);
}

static void sample_visit(struct lane *l, struct visit *v)
{
    const struct sample_config *c = &l->sweep->config->sample;
    atomic_uint *under_way = &l->sweep->samples;
    for (size_t i = 0; c->records && i < v->observations.len; i++) {
        struct observation *o = &v->observations.at[i];
        if (!sample_concerns(o))
            continue;
        const char *why = sample_refusal(c, &v->endpoint, o);
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
        sample_one(l, &v->endpoint, o, v->arena);
        atomic_fetch_sub(under_way, 1);
    }
}

/* ---- visits ---------------------------------------------------------------------------- */

/* Before the address is free for its next port, so that one question serves them all. */
static void name_visit(struct lane *l, struct visit *v)
{
    struct sweep *s = l->sweep;
    struct reverse_ear ear = { .sent = s->config->transcript ? on_sent : NULL, .self = l };
    if (!s->names || atomic_load(&s->progress->stop))
        return;
    reverse_add_facts(s->names, l->loop, &ear, v);
    if (reverse_lost(s->names))
        atomic_store(&s->progress->names_lost, true);
}

static void visit_one(void *arg)
{
    struct slot *s = arg;
    struct lane *l = s->lane;
    struct arena arena;
    struct visit v;
    struct socket_back back;
    arena_init(&arena, VISIT_ARENA_MAX);
    visit_init(&v, &arena, &s->turn.endpoint);
    v.place = s->turn.place;
    socket_back_init(&back, &l->socket_thread);
    struct wire *w = wire_new(&arena, &back.back, &s->turn.endpoint, &l->sweep->config->limits,
                              l->socket_thread.clock, &l->ear);
    if (w && ladder_climb(&l->sweep->ladder, w, &v))
        atomic_fetch_add(&l->sweep->progress->lost, 1);
    if (!w)
        v.end = END_FAILED, v.why = wire_fault_text(WIRE_MEMORY);
    wire_end(w);
    sample_visit(l, &v);
    name_visit(l, &v);
    visit_settle(&v);
    pacer_done(l->sweep->pacer, fiber_now(l->loop), &s->turn.endpoint);
    atomic_fetch_sub(&l->sweep->progress->in_flight, 1);
    emit(l, &v);
    arena_release(&arena);
    s->next = l->free;
    l->free = s;
}

static void start_visit(struct lane *l, const struct turn *t)
{
    struct slot *s = l->free;
    l->free = s->next;
    s->turn = *t;
    atomic_fetch_add(&l->sweep->progress->in_flight, 1);
    fiber_spawn(l->loop, visit_one, s);
}

static void feed(void *arg)
{
    struct lane *l = arg;
    unsigned started = 0;
    while (!atomic_load_explicit(&l->sweep->progress->stop, memory_order_relaxed)) {
        struct turn t;
        int64_t until_ms;
        const char *why = NULL;
        if (!l->free) {
            fiber_wait_for_end(l->loop, fiber_now(l->loop) + 1000);
            continue;
        }
        switch (pacer_next(l->sweep->pacer, fiber_now(l->loop), &t, &until_ms, &why)) {
        case PACE_GO:
            start_visit(l, &t);
            break;
        case PACE_SKIP:
            emit_skip(l, &t, why);
            break;
        case PACE_WAIT:
            flush(l);
            fiber_sleep_until(l->loop, until_ms);
            break;
        case PACE_END:
            return;
        }
        if (++started % STARTS_A_TURN == 0)
            fiber_yield(l->loop);
    }
}

/* ---- lanes ----------------------------------------------------------------------------- */

static bool lane_init(struct lane *l, struct sweep *s, size_t parallel, struct error *e)
{
    l->sweep = s;
    l->loop = fiber_loop_new(parallel + 1, &CLOCK_SYSTEM, e);
    if (!l->loop)
        return false;
    l->live_max = fiber_loop_max(l->loop) - 1;
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
    l->ear = (struct wire_ear){ .opening = on_opening,
                                .sent = s->config->transcript ? on_sent : NULL, .self = l };
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

static bool report_end(struct sweep *s, bool ok, const struct error *e)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_byte(&b, ok ? SWEEP_END : SWEEP_ERROR);
    struct span text = ok ? SPAN_NONE : span_str(e->text);
    put_le32(&b, text.len);
    buf_put(&b, text);
    bool written = io_write_all(s->out_fd, buf_span(&b));
    buf_release(&b);
    return written && ok;
}

static void sweep_release(struct sweep *s, struct lane *lanes, unsigned count)
{
    for (unsigned i = 0; lanes && i < count; i++)
        lane_release(&lanes[i]);
    free(lanes);
    pacer_free(s->pacer);
    reverse_free(s->names);
    tls_client_free(s->tls);
    pthread_mutex_destroy(&s->out_lock);
    free(s);
}

bool sweep_run(const struct sweep_config *config, struct sweep_progress *progress, int out_fd, struct error *e)
{
    unsigned count = config->loops ? config->loops : 1;
    struct sweep *s = calloc(1, sizeof(*s));
    if (!s)
        return error_set(e, "no memory for a sweep");
    *s = (struct sweep){ .config = config, .progress = progress, .out_fd = out_fd };
    pthread_mutex_init(&s->out_lock, NULL);
    ladder_init(&s->ladder, config->catalog);
    struct lane *lanes = calloc(count, sizeof(*lanes));
    bool ok = lanes || error_set(e, "no memory for %u loops", count);
    ok = ok && (s->tls = tls_client_new(e)) &&
         (s->pacer = pacer_new(&config->pace, &config->source, WAITING_MAX, config->seed, e));
    if (ok && config->names.len)
        ok = (s->names = reverse_new(&config->names, e)) != NULL;
    for (unsigned i = 0; ok && i < count; i++)
        ok = lane_init(&lanes[i], s, (config->parallel + count - 1) / count, e);
    ok = ok && run_lanes(s, lanes, count, e);
    ok = report_end(s, ok, e);
    sweep_release(s, lanes, count);
    return ok;
}

bool sweep_message_cut(struct span *bytes, enum sweep_message *ret_kind, struct span *ret_body, bool *ret_bad)
{
    *ret_bad = false;
    if (bytes->len < 5)
        return false;
    size_t len = 0;
    for (size_t i = 4; i > 0; i--)
        len = len << 8 | bytes->at[i];
    uint8_t kind = bytes->at[0];
    bool known = kind == SWEEP_VISIT || kind == SWEEP_SENT || kind == SWEEP_REMARK || kind == SWEEP_END ||
                 kind == SWEEP_ERROR;
    *ret_bad = !known || len > VISIT_ENCODED_MAX;
    if (*ret_bad || bytes->len - 5 < len)
        return false;
    *ret_kind = (enum sweep_message)kind;
    *ret_body = span_sub(*bytes, 5, len);
    *bytes = span_from(*bytes, 5 + len);
    return true;
}
