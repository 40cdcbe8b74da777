#include "sweep/reach.h"

enum {
    MEMORY_TURN_MS = 20, /* between two looks whether there is memory again */
    SPEAKS_TURN_MS = 50, /* or whether another conversation with the address has ended */
    TRIES = 2,           /* of a connection that nobody answers */
    TRIES_OF_ANSWERED = 3,
};

static struct fiber_loop *loop_of(const struct reach *r)
{
    return r->socket.thread->loop;
}

static int64_t clock_of(const struct reach *r)
{
    return fiber_clock(loop_of(r));
}

static bool is_near(const struct reach *r)
{
    return r->busy != NULL;
}

/* Waits for our own sake until a moment of the world's time; the conversation's clock stands still meanwhile. */
static void wait_of_ours(struct reach *r, int64_t until_ms)
{
    int64_t wait_ms = until_ms - clock_of(r), from_ms = fiber_now(loop_of(r));
    if (wait_ms <= 0)
        return;
    fiber_sleep_until(loop_of(r), from_ms + wait_ms);
    socket_excuse(&r->socket, fiber_now(loop_of(r)) - from_ms);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What a connection is for: the visit's first is a service where it is accepted; what a wire opens later was booked
 * as answered. */
enum purpose { FIRST, LATER };

static void note_answer(struct reach *r, bool is_charged, bool is_service)
{
    const struct socket_syn *syn = &r->socket.syn;
    if (!is_charged)
        pacer_answered(r->shared->pacer, clock_of(r), r->endpoint);
    if (syn->known)
        paths_answered(r->shared->paths, &r->endpoint->address, syn->resent, syn->trip_ms, is_service);
}

/* Before something that wants an answer, and after it. */
static void take_lease(struct reach *r)
{
    if (r->busy)
        socket_excuse(&r->socket, busy_enter(r->busy, &r->lease));
}

static void give_lease(struct reach *r, bool answered)
{
    if (r->busy)
        busy_leave(r->busy, &r->lease, answered);
}

/* Whether somebody answered at once: for the pace a firewall that rejects is as good as the host that refuses. */
static bool is_refusal(const struct reach *r, enum wire_fault f)
{
    return f == WIRE_REFUSED || (f == WIRE_UNREACHABLE && r->socket.rejected);
}

static enum wire_fault try_once(struct reach *r, enum purpose purpose, bool is_charged, int64_t deadline_ms)
{
    struct wire_back *back = &r->socket.back;
    int64_t patience_ms = paths_patience(r->shared->paths, &r->endpoint->address);
    atomic_fetch_add(r->shared->connections, 1);
    take_lease(r);
    enum wire_fault f = r->inner.connect(back, r->endpoint, earlier(back->now_ms(back) + patience_ms, deadline_ms));
    give_lease(r, f == WIRE_FINE || is_refusal(r, f));
    if ((f == WIRE_FINE || is_refusal(r, f)) && !is_near(r))
        note_answer(r, is_charged, purpose == FIRST && f == WIRE_FINE);
    return f;
}

static bool is_loss(const struct reach *r, unsigned tries, int64_t waited_ms)
{
    if (r->has_answered)
        return tries < TRIES_OF_ANSWERED;
    return tries < TRIES && paths_again(r->shared->paths, &r->endpoint->address, waited_ms);
}

/* Once, and again where silence is probably loss. */
static enum wire_fault try_again(struct reach *r, enum purpose purpose, int64_t deadline_ms)
{
    struct wire_back *back = &r->socket.back;
    for (unsigned tries = 1;; tries++) {
        int64_t from_ms = back->now_ms(back);
        enum wire_fault f = try_once(r, purpose, tries == 1 && purpose == LATER, deadline_ms);
        int64_t now_ms = back->now_ms(back);
        if (f != WIRE_CONNECT_TIMEOUT || now_ms >= deadline_ms || is_near(r) || !is_loss(r, tries, now_ms - from_ms))
            return f;
        wait_of_ours(r, pacer_retry(r->shared->pacer, clock_of(r), r->endpoint));
    }
}

static bool is_udp(const struct reach *r)
{
    return r->endpoint->transport == TRANSPORT_UDP;
}

/* Over UDP nobody accepts anything: the way, and who is mute, are learned from answers alone. */
static enum wire_fault open_udp(struct reach *r)
{
    enum wire_fault f = r->inner.connect(&r->socket.back, r->endpoint, 0);
    r->open = f == WIRE_FINE;
    return f;
}

static bool may_speak(struct reach *r)
{
    return pacer_speaks(r->shared->pacer, clock_of(r), r->turn);
}

static void wait_to_speak(struct reach *r)
{
    while (!may_speak(r))
        wait_of_ours(r, clock_of(r) + SPEAKS_TURN_MS);
}

/* Of an address that seemed silent several are waited for at once. Where more than one is accepted they take turns: the
 * connection of who comes later is closed, and made anew. */
static enum wire_fault take_turns(struct reach *r)
{
    if (may_speak(r))
        return WIRE_FINE;
    r->inner.close(&r->socket.back);
    wait_to_speak(r);
    wait_of_ours(r, pacer_again(r->shared->pacer, clock_of(r), r->endpoint));
    return try_again(r, LATER, INT64_MAX / 2);
}

enum wire_fault reach_first(struct reach *r)
{
    if (is_udp(r))
        return open_udp(r);
    enum wire_fault f = try_again(r, FIRST, INT64_MAX / 2);
    f = f == WIRE_FINE ? take_turns(r) : f;
    r->open = f == WIRE_FINE;
    r->begun_ms = r->open ? r->socket.back.now_ms(&r->socket.back) : 0;
    r->brief = r->open && !is_near(r) && mutes_brief(r->shared->mutes, &r->endpoint->address);
    if (!r->open && !is_near(r) && r->socket.nobody)
        paths_note_absent(r->shared->paths, &r->endpoint->address);
    if (!r->open && !is_near(r) && paths_is_absent(r->shared->paths, &r->endpoint->address))
        pacer_absent(r->shared->pacer, clock_of(r), r->endpoint);
    if (!r->open && !is_near(r))
        mutes_note(r->shared->mutes, &r->endpoint->address, is_refusal(r, f) ? MUTE_REFUSED : MUTE_SILENT);
    return f;
}

void reach_end(struct reach *r)
{
    give_lease(r, false);
    bool stood = r->begun_ms > 0, spoke = r->received || r->in_tls;
    if (stood && !is_near(r))
        mutes_note(r->shared->mutes, &r->endpoint->address, spoke ? MUTE_SPOKE : MUTE_SAID_NOTHING);
    r->open = false;
    r->inner.close(&r->socket.back);
    atomic_fetch_sub(&r->shared->memory->held, r->received);
    if (r->has_pass)
        memory_give_pass(r->shared->memory);
    r->received = 0;
    r->begun_ms = 0;
    r->has_pass = false;
}

void reach_opening(struct reach *r, bool first)
{
    if (is_udp(r) && r->received)
        wait_to_speak(r);
    if (!first && is_udp(r) && !r->received)
        wait_of_ours(r, pacer_retry(r->shared->pacer, clock_of(r), r->endpoint));
    else if (!first)
        wait_of_ours(r, pacer_again(r->shared->pacer, clock_of(r), r->endpoint));
    if (is_udp(r))
        atomic_fetch_add(r->shared->connections, 1);
}

/* ---- what the wire sees ---------------------------------------------------------------------- */

static enum wire_fault reach_connect(struct wire_back *back, const struct endpoint *e, int64_t deadline_ms)
{
    struct reach *r = (struct reach *)back;
    (void)e;
    if (r->open) {
        r->open = false;
        return WIRE_FINE;
    }
    return is_udp(r) ? r->inner.connect(back, r->endpoint, deadline_ms) : try_again(r, LATER, deadline_ms);
}

/* A visit that is not small any more waits until there is memory for it. */
static void wait_for_memory(struct reach *r)
{
    struct memory *m = r->shared->memory;
    while (r->received > MEMORY_LIGHT_BYTES && !r->has_pass && memory_is_short(m)) {
        r->has_pass = memory_take_pass(m);
        if (!r->has_pass)
            wait_of_ours(r, clock_of(r) + MEMORY_TURN_MS);
    }
}

/* Somebody speaks after all: what follows is a visit like any other, and begins now. */
static void hear_out(struct reach *r)
{
    if (r->brief)
        socket_excuse(&r->socket, r->socket.back.now_ms(&r->socket.back) - r->begun_ms);
    r->brief = false;
}

/* How long a brief visit waits, at the price of so many round trips. */
static int64_t briefly(struct reach *r, int64_t trips, int64_t deadline_ms)
{
    int64_t trip_ms = r->socket.syn.known && r->socket.syn.trip_ms > 0 ? r->socket.syn.trip_ms : 0;
    int64_t now_ms = r->socket.back.now_ms(&r->socket.back);
    return r->brief ? earlier(deadline_ms, now_ms + REACH_BRIEF_MS + trips * trip_ms) : deadline_ms;
}

static enum wire_fault reach_recv(struct wire_back *back, struct span *ret, int64_t deadline_ms)
{
    struct reach *r = (struct reach *)back;
    wait_for_memory(r);
    enum wire_fault f = r->inner.recv(back, ret, briefly(r, REACH_BRIEF_TRIPS, deadline_ms));
    if (f != WIRE_TIMEOUT)
        give_lease(r, true);
    if (is_udp(r) && !is_near(r) && !r->received && (f == WIRE_FINE || is_refusal(r, f)))
        pacer_answered(r->shared->pacer, clock_of(r), r->endpoint);
    if (f == WIRE_FINE) {
        hear_out(r);
        r->received += ret->len;
        atomic_fetch_add(&r->shared->memory->held, ret->len);
    }
    return f;
}

static enum wire_fault reach_send(struct wire_back *back, struct span s, int64_t deadline_ms)
{
    struct reach *r = (struct reach *)back;
    take_lease(r);
    return r->inner.send(back, s, deadline_ms);
}

static enum wire_fault reach_start_tls(struct wire_back *back, const struct endpoint *e, struct arena *a,
                                       struct wire_tls *ret, int64_t deadline_ms)
{
    struct reach *r = (struct reach *)back;
    take_lease(r);
    enum wire_fault f = r->inner.start_tls(back, e, a, ret, briefly(r, 2 * REACH_BRIEF_TRIPS, deadline_ms));
    give_lease(r, f != WIRE_TIMEOUT);
    if (f == WIRE_FINE || f == WIRE_TLS) {
        hear_out(r);
        r->in_tls = true;
    }
    return f;
}

/* A wire closes before it opens; that is not meant for the first connection. */
static void reach_close(struct wire_back *back)
{
    struct reach *r = (struct reach *)back;
    if (!r->open)
        r->inner.close(back);
}

void reach_init(struct reach *r, const struct reach_shared *shared, struct socket_thread *thread, struct busy *busy,
                struct turn *turn)
{
    bool near = address_class(&turn->endpoint.address) == ADDRESS_LOOPBACK;
    *r = (struct reach){ .shared = shared, .turn = turn, .endpoint = &turn->endpoint,
                         .has_answered = turn->has_answered, .busy = near ? busy : NULL };
    if (near)
        busy_take(busy, &r->lease);
    socket_back_init(&r->socket, thread);
    r->socket.measures = !is_near(r);
    r->inner = r->socket.back;
    r->socket.back.connect = reach_connect;
    r->socket.back.close = reach_close;
    r->socket.back.send = reach_send;
    r->socket.back.recv = reach_recv;
    r->socket.back.start_tls = reach_start_tls;
}
