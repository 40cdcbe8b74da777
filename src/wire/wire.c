/* The conversation's state: one sticky fault, what has arrived and is unread, and the three
 * limits. Knows nothing of sockets. */
#include "wire/back.h"

#include "base/buf.h"

enum {
    SYN_AGAIN_MS = 1000, /* RFC 6298 2.1 */
    LOSS_EXCUSED_MS = 1500,
    /* What TLS adds to what is asked, by estimate: a handshake, a record. */
    TLS_HANDSHAKE_BYTES = 700,
    TLS_RECORD_BYTES = 29,
};

struct wire {
    struct wire_back *back;
    struct arena *arena;
    const struct endpoint *endpoint;
    const struct wire_limits *limits;
    const struct clock *clock;
    const struct wire_ear *ear;
    enum wire_fault fault;
    struct buf unread;
    size_t read_at;     /* how much of `unread` was consumed */
    size_t received;    /* in the whole visit */
    int64_t deadline_ms; /* of what runs: finding out who it is, or the conversation */
    int64_t patience_ms;
    unsigned connections, connections_max;
    int64_t excused_ms;  /* given back to the clock of finding out, for packets that were lost */
    bool known;                 /* no longer finding out who it is */
    bool took;                  /* an answer was read since then */
    bool hurries;               /* see wire_hurry() */
    int64_t who_deadline_ms;    /* of finding out; kept while a conversation runs */
    unsigned who_connections_max;
    uint8_t first[WIRE_FIRST_BYTES]; /* what the running connection received first */
    size_t first_len;
    size_t given; /* bytes asked in the whole visit */
    bool asked; /* on the running connection */
    unsigned datagrams;  /* that have left */
    unsigned tries;      /* sendings of one of them */
    struct span sent;    /* the last of them, in the arena */
    const struct ask *sent_ask;
    const struct wire_envelope *envelope; /* of the running connection; NULL: none */
    uint8_t head[WIRE_ENVELOPE_MAX];      /* of the message that arrives, as far as it has */
    size_t head_len, body_left;
    bool in_tls, has_tls, has_refused, dressed;
    bool may_sample; /* the owner's permission, see wire_permit_sample() */
    struct wire_tls tls, refused;
};

static const char *const FAULT_TEXTS[] = {
    [WIRE_FINE] = "no fault",
    [WIRE_REFUSED] = "the connection was refused",
    [WIRE_UNREACHABLE] = "the address cannot be reached",
    [WIRE_CONNECT_TIMEOUT] = "the connection was not accepted in time",
    [WIRE_CLOSED] = "the peer closed the connection before the answer was whole",
    [WIRE_RESET] = "the peer reset the connection",
    [WIRE_TIMEOUT] = "the peer did not answer in time",
    [WIRE_DEADLINE] = "the whole conversation took too long",
    [WIRE_BUDGET] = "the budget of bytes or connections was used up",
    [WIRE_MALFORMED] = "the answer breaks its protocol",
    [WIRE_TLS] = "the TLS handshake failed",
    [WIRE_UNDECLARED] = "a request held a name that its declaration refuses",
    [WIRE_FORBIDDEN] = "a record may be read only with the owner's permission",
    [WIRE_LOCAL] = "this machine could not open the connection (descriptors, ports, route or a local firewall)",
    [WIRE_MEMORY] = "the memory for one conversation is used up",
};

const char *wire_fault_text(enum wire_fault f)
{
    return FAULT_TEXTS[f];
}

struct wire_limits wire_limits_for(int64_t patience_ms)
{
    return (struct wire_limits){ .connect_ms = patience_ms,
                                 .patience_ms = patience_ms,
                                 .session_ms = WIRE_SESSION_MS > 5 * patience_ms ? WIRE_SESSION_MS : 5 * patience_ms,
                                 .budget_bytes = WIRE_VISIT_BYTES,
                                 .cost_connections = WIRE_COST_CONNECTIONS,
                                 .cost_bytes = WIRE_COST_BYTES };
}

/* How many connections a visit may have opened by the end of a conversation that begins now. */
static unsigned conversation_connections(const struct wire *w)
{
    unsigned most = w->limits->cost_connections, least = w->connections + WIRE_TALK_CONNECTIONS;
    if (most == 0)
        return w->connections + WIRE_CONNECTIONS_MAX;
    return most > least ? most : least;
}

struct wire *wire_new(struct arena *a, struct wire_back *back, const struct endpoint *e,
                      const struct wire_limits *limits, const struct clock *clock, const struct wire_ear *ear)
{
    struct wire *w = ARENA_NEW(a, struct wire);
    if (!w)
        return NULL;
    *w = (struct wire){ .back = back, .arena = a, .endpoint = e, .limits = limits, .clock = clock, .ear = ear,
                        .fault = WIRE_CLOSED, .deadline_ms = back->now_ms(back) + limits->session_ms,
                        .who_deadline_ms = back->now_ms(back) + limits->session_ms,
                        .patience_ms = limits->patience_ms, .known = true,
                        .tries = WIRE_DATAGRAM_TRIES };
    w->connections_max = w->who_connections_max = conversation_connections(w);
    buf_init(&w->unread, limits->budget_bytes);
    return w;
}

void wire_end(struct wire *w)
{
    if (!w)
        return;
    w->back->close(w->back);
    buf_release(&w->unread);
}

void wire_patience(struct wire *w, int64_t ms)
{
    w->patience_ms = ms;
}

void wire_tries(struct wire *w, unsigned most)
{
    w->tries = most;
}

void wire_permit_sample(struct wire *w)
{
    w->may_sample = true;
}

unsigned wire_connections(const struct wire *w)
{
    return w->connections;
}

unsigned wire_connections_left(const struct wire *w)
{
    return w->connections < w->connections_max ? w->connections_max - w->connections : 0;
}

const struct wire_limits *wire_limits_of(const struct wire *w)
{
    return w->limits;
}

struct span wire_first(const struct wire *w)
{
    return span_of(w->first, w->first_len);
}

/* ---- who it is, and the conversation ------------------------------------------------------ */

static int64_t now_of(const struct wire *w)
{
    return w->back->now_ms(w->back);
}

static bool connections_used_up(const struct wire *w)
{
    return w->fault == WIRE_BUDGET && w->connections >= w->connections_max;
}

void wire_identify(struct wire *w, int64_t ms, unsigned connections)
{
    if (w->fault == WIRE_DEADLINE || connections_used_up(w))
        w->fault = WIRE_CLOSED;
    w->known = w->took = false;
    w->deadline_ms = w->who_deadline_ms = now_of(w) + ms;
    w->connections_max = w->who_connections_max = w->connections + connections;
}

void wire_allow(struct wire *w, unsigned connections)
{
    bool used_up = connections_used_up(w);
    w->who_connections_max += connections;
    w->connections_max += connections;
    if (used_up)
        w->fault = WIRE_CLOSED;
}

void wire_known(struct wire *w)
{
    if (w->known)
        return;
    w->known = true;
    w->deadline_ms = now_of(w) + w->limits->session_ms;
    w->patience_ms = w->limits->patience_ms;
    w->connections_max = conversation_connections(w);
}

void wire_unknown(struct wire *w)
{
    w->known = w->took = false;
    w->deadline_ms = w->who_deadline_ms;
    w->connections_max = w->who_connections_max;
}

int64_t wire_who_ms(const struct wire *w)
{
    int64_t left = w->who_deadline_ms - now_of(w);
    return left > 0 ? left : 0;
}

unsigned wire_who_connections(const struct wire *w)
{
    return w->connections < w->who_connections_max ? w->who_connections_max - w->connections : 0;
}

void wire_hurry(struct wire *w, bool on)
{
    w->hurries = on;
}

bool wire_is_known(const struct wire *w)
{
    return w->known;
}

int64_t wire_time_left(const struct wire *w)
{
    int64_t left = w->deadline_ms - now_of(w);
    return left > 0 ? left : 0;
}

bool wire_ok(const struct wire *w)
{
    return w->fault == WIRE_FINE;
}

enum wire_fault wire_fault(const struct wire *w)
{
    return w->fault;
}

static bool set_fault(struct wire *w, enum wire_fault f)
{
    if (w->fault == WIRE_FINE)
        w->fault = f;
    return w->fault == WIRE_FINE;
}

bool wire_fail(struct wire *w)
{
    return set_fault(w, WIRE_MALFORMED);
}

/* The earlier of `wait_ms` from now and the end of the visit, or of finding out who it is. */
static int64_t until(const struct wire *w, int64_t wait_ms)
{
    int64_t at = w->back->now_ms(w->back) + wait_ms;
    if (w->hurries && w->who_deadline_ms < at)
        at = w->who_deadline_ms;
    return at < w->deadline_ms ? at : w->deadline_ms;
}

/* A time-out at the very end of the visit is the visit's, not the answer's. */
static enum wire_fault blame(const struct wire *w, enum wire_fault f)
{
    bool timed_out = f == WIRE_TIMEOUT || f == WIRE_CONNECT_TIMEOUT;
    return timed_out && w->back->now_ms(w->back) >= w->deadline_ms ? WIRE_DEADLINE : f;
}

/* ---- connecting ------------------------------------------------------------------------ */

/* The kernel sends a SYN that nobody answers again after a second. That one was lost is nobody's slowness: while it is
 * found out who it is the clock gets the time back, up to a ceiling for the whole visit. */
static void excuse_loss(struct wire *w, int64_t took_ms)
{
    int64_t lost_ms = took_ms >= SYN_AGAIN_MS ? took_ms - wire_trip_ms(w) : 0;
    int64_t left_ms = LOSS_EXCUSED_MS - w->excused_ms, ms = lost_ms < left_ms ? lost_ms : left_ms;
    if (w->known || ms <= 0)
        return;
    w->excused_ms += ms;
    w->deadline_ms += ms;
    w->who_deadline_ms += ms;
}

static enum wire_fault open_connection(struct wire *w, enum wire_dress dress)
{
    int64_t from_ms = now_of(w);
    enum wire_fault f = w->back->connect(w->back, w->endpoint, until(w, w->limits->connect_ms));
    if (f == WIRE_FINE)
        excuse_loss(w, now_of(w) - from_ms);
    if (f == WIRE_FINE && dress == WIRE_IN_TLS) {
        wire_start_tls(w);
        f = w->fault;
        w->dressed |= f == WIRE_FINE;
    }
    return blame(w, f);
}

static bool is_final(enum wire_fault f)
{
    return f == WIRE_DEADLINE || f == WIRE_BUDGET || f == WIRE_MEMORY;
}

static bool is_udp(const struct wire *w)
{
    return w->endpoint->transport == TRANSPORT_UDP;
}

/* Waits until a further connection, or datagram, is allowed. That we must wait is our affair: all clocks of the
 * visit stand still meanwhile. */
static void wait_for_turn(struct wire *w)
{
    if (!w->ear || !w->ear->opening)
        return;
    int64_t before_ms = now_of(w);
    w->ear->opening(w->ear->self, w->endpoint, is_udp(w) ? w->datagrams == 0 : w->connections == 0);
    int64_t waited_ms = now_of(w) - before_ms;
    w->deadline_ms += waited_ms;
    w->who_deadline_ms += waited_ms;
}

bool wire_again(struct wire *w, enum wire_dress dress)
{
    w->back->close(w->back);
    buf_reset(&w->unread);
    w->read_at = w->first_len = 0;
    w->in_tls = w->asked = false;
    w->envelope = NULL;
    if (is_final(w->fault))
        return false;
    if (w->connections >= w->connections_max || wire_time_left(w) == 0) {
        w->fault = w->connections >= w->connections_max ? WIRE_BUDGET : WIRE_DEADLINE;
        return false;
    }
    w->back->any_port = false;
    w->sent = SPAN_NONE;
    if (!is_udp(w))
        wait_for_turn(w);
    w->connections++;
    w->fault = WIRE_FINE;
    w->fault = open_connection(w, dress);
    if (w->ear && w->ear->opened)
        w->ear->opened(w->ear->self, w->endpoint, dress, w->fault);
    return wire_ok(w);
}

void wire_wrap(struct wire *w, const struct wire_envelope *e)
{
    w->envelope = e;
    w->head_len = w->body_left = 0;
}

bool wire_start_tls(struct wire *w)
{
    if (!wire_ok(w))
        return false;
    struct wire_tls seen = { 0 };
    w->given += TLS_HANDSHAKE_BYTES;
    enum wire_fault f = w->back->start_tls(w->back, w->endpoint, w->arena, &seen, until(w, w->patience_ms));
    if (f != WIRE_FINE) {
        w->refused = seen;
        w->has_refused = true;
        return set_fault(w, blame(w, f));
    }
    w->tls = seen;
    w->has_tls = w->in_tls = true;
    return true;
}

int64_t wire_trip_ms(const struct wire *w)
{
    return w->back->trip_ms;
}

static bool is_untouched(const struct wire *w)
{
    return w->connections > 0 && w->fault == WIRE_FINE && !w->asked && !w->in_tls && w->first_len == 0;
}

bool wire_dress(struct wire *w)
{
    if (!is_untouched(w))
        return wire_again(w, WIRE_IN_TLS);
    wire_start_tls(w);
    w->dressed |= w->fault == WIRE_FINE;
    if (w->ear && w->ear->opened)
        w->ear->opened(w->ear->self, w->endpoint, WIRE_IN_TLS, w->fault);
    return wire_ok(w);
}

const struct wire_tls *wire_tls(const struct wire *w)
{
    return w->has_tls ? &w->tls : NULL;
}

const struct wire_tls *wire_tls_refused(const struct wire *w)
{
    return w->has_refused ? &w->refused : NULL;
}

bool wire_dressed(const struct wire *w)
{
    return w->dressed;
}

bool wire_in_tls(const struct wire *w)
{
    return w->in_tls;
}

/* ---- asking ---------------------------------------------------------------------------- */

static bool costs_too_much(const struct wire *w, size_t bytes)
{
    return w->limits->cost_bytes && w->given + bytes > w->limits->cost_bytes;
}

bool wire_affords(const struct wire *w, size_t bytes)
{
    return w->connections < w->connections_max && !costs_too_much(w, bytes + (w->in_tls ? TLS_HANDSHAKE_BYTES : 0));
}

static bool send_out(struct wire *w, const struct ask *a, struct span bytes)
{
    if (costs_too_much(w, bytes.len))
        return set_fault(w, WIRE_BUDGET);
    w->given += bytes.len + (w->in_tls ? TLS_RECORD_BYTES : 0);
    if (w->ear && w->ear->sent)
        w->ear->sent(w->ear->self, w->endpoint, a, bytes);
    w->asked = true;
    return set_fault(w, blame(w, w->back->send(w->back, bytes, until(w, w->patience_ms))));
}

/* What was asked last, for the first time or again. */
static bool send_datagram(struct wire *w)
{
    if (w->datagrams >= WIRE_DATAGRAMS_MAX)
        return set_fault(w, WIRE_BUDGET);
    wait_for_turn(w);
    w->datagrams++;
    return send_out(w, w->sent_ask, w->sent);
}

/* The head of the envelope around an ask of so many bytes. */
static bool send_head(struct wire *w, size_t len)
{
    uint8_t bytes[WIRE_ENVELOPE_MAX];
    struct writer out = writer_over(bytes, sizeof(bytes));
    size_t all = len + w->envelope->bytes;
    struct span length = span_of((const uint8_t[]){ (uint8_t)(all >> 8), (uint8_t)all }, 2);
    if (!ask_render(w->envelope->head, &length, 1, &out))
        return set_fault(w, WIRE_UNDECLARED);
    return send_out(w, w->envelope->head, writer_span(&out));
}

bool wire_ask_with(struct wire *w, const struct ask *a, const struct span *args, size_t arg_count)
{
    uint8_t bytes[ASK_SENT_MAX];
    struct writer out = writer_over(bytes, sizeof(bytes));
    if (!wire_ok(w))
        return false;
    if (w->took)
        wire_known(w);
    if (a->class == ASK_SAMPLE && !w->may_sample)
        return set_fault(w, WIRE_FORBIDDEN);
    if (!ask_render(a, args, arg_count, &out))
        return set_fault(w, WIRE_UNDECLARED);
    struct span sent = writer_span(&out);
    if (!is_udp(w))
        return (!w->envelope || send_head(w, sent.len)) && send_out(w, a, sent);
    w->sent_ask = a;
    w->sent = arena_copy(w->arena, sent);
    return w->sent.len == sent.len ? send_datagram(w) : set_fault(w, WIRE_MEMORY);
}

bool wire_ask(struct wire *w, const struct ask *a)
{
    return wire_ask_with(w, a, NULL, 0);
}

bool wire_asked(const struct wire *w)
{
    return w->asked;
}

void wire_bye(struct wire *w, const struct ask *a)
{
    enum wire_fault before = w->fault;
    wire_ask(w, a);
    w->fault = before;
}

/* ---- reading --------------------------------------------------------------------------- */

struct span wire_heard(const struct wire *w)
{
    return span_from(buf_span(&w->unread), w->read_at);
}

/* Puts what arrived behind what is unread, without the heads of the envelope. False where it is no such message. */
static bool unwrap(struct wire *w, struct span s)
{
    const struct wire_envelope *e = w->envelope;
    while (s.len) {
        if (w->body_left == 0) {
            w->head[w->head_len++] = s.at[0];
            s = span_from(s, 1);
            if (w->head_len < e->bytes)
                continue;
            size_t all = (size_t)w->head[e->length_at] << 8 | w->head[e->length_at + 1];
            if (all <= e->bytes || (w->head[0] != e->types[0] && w->head[0] != e->types[1]))
                return false;
            w->body_left = all - e->bytes;
            w->head_len = 0;
        }
        struct span body = span_first(s, w->body_left);
        buf_put(&w->unread, body);
        w->body_left -= body.len;
        s = span_from(s, body.len);
    }
    return true;
}

/* Receives once more. The fault that stopped it, or WIRE_FINE. */
static enum wire_fault receive(struct wire *w, int64_t deadline_ms)
{
    struct span s;
    enum wire_fault f = w->back->recv(w->back, &s, deadline_ms);
    if (f != WIRE_FINE)
        return f;
    if (s.len > w->limits->budget_bytes - w->received)
        return WIRE_BUDGET;
    w->received += s.len;
    struct span first = span_first(s, sizeof(w->first) - w->first_len);
    memcpy(w->first + w->first_len, first.at, first.len);
    w->first_len += first.len;
    if (w->ear && w->ear->received)
        w->ear->received(w->ear->self, w->endpoint, s);
    if (w->read_at) {
        buf_consume(&w->unread, w->read_at);
        w->read_at = 0;
    }
    if (!w->envelope)
        buf_put(&w->unread, s);
    else if (!unwrap(w, s))
        return WIRE_MALFORMED;
    return buf_ok(&w->unread) ? WIRE_FINE : WIRE_MEMORY;
}

static bool fill(struct wire *w, int64_t deadline_ms)
{
    return set_fault(w, blame(w, receive(w, deadline_ms)));
}

/* Waits until n bytes are unread; *deadline_ms is 0 at first, and set with the first wait: all waits
 * for one answer share it. */
static bool have_by(struct wire *w, size_t n, int64_t *deadline_ms)
{
    if (!wire_ok(w))
        return false;
    if (n > w->limits->budget_bytes)
        return set_fault(w, WIRE_BUDGET);
    while (wire_heard(w).len < n) {
        if (!*deadline_ms)
            *deadline_ms = until(w, w->patience_ms);
        if (!fill(w, *deadline_ms))
            return false;
    }
    return true;
}

static bool have(struct wire *w, size_t n)
{
    int64_t deadline_ms = 0;
    return have_by(w, n, &deadline_ms);
}

/* Takes the first n unread bytes into the arena. */
static struct span take(struct wire *w, size_t n)
{
    struct span kept = arena_copy(w->arena, span_first(wire_heard(w), n));
    if (kept.len < n) {
        set_fault(w, WIRE_MEMORY);
        return SPAN_NONE;
    }
    w->read_at += n;
    w->took = true;
    return kept;
}

struct span wire_need(struct wire *w, size_t n)
{
    return have(w, n) ? take(w, n) : SPAN_NONE;
}

struct span wire_peek(struct wire *w, size_t n)
{
    return have(w, n) ? span_first(wire_heard(w), n) : SPAN_NONE;
}

struct span wire_datagram(struct wire *w)
{
    unsigned most = w->took ? WIRE_DATAGRAM_TRIES : w->tries; /* who has answered is there */
    int64_t wait_ms = w->patience_ms / ((1 << most) - 1);
    for (unsigned tries = 1; wire_ok(w) && wire_heard(w).len == 0; tries++, wait_ms *= 2) {
        enum wire_fault f = blame(w, receive(w, until(w, wait_ms)));
        bool again = f == WIRE_TIMEOUT && tries < most && w->datagrams < WIRE_DATAGRAMS_MAX && w->sent.len;
        if (f != WIRE_FINE && (!again || !send_datagram(w)))
            set_fault(w, f);
    }
    return wire_ok(w) ? take(w, wire_heard(w).len) : SPAN_NONE;
}

struct span wire_datagram_within(struct wire *w, int64_t ms)
{
    return wire_hears(w, ms) ? take(w, wire_heard(w).len) : SPAN_NONE;
}

void wire_from_any_port(struct wire *w)
{
    w->back->any_port = true;
}

size_t wire_asked_bytes(const struct wire *w)
{
    return w->sent.len;
}

struct span wire_line(struct wire *w, size_t max)
{
    size_t seen = 0;
    int64_t deadline_ms = 0;
    for (;;) {
        if (!have_by(w, seen + 1, &deadline_ms))
            return SPAN_NONE;
        struct span fresh = span_from(wire_heard(w), seen);
        size_t at = seen + span_index(fresh, '\n');
        if (at < seen + fresh.len && at <= max) {
            struct span line = take(w, at + 1);
            if (line.len)
                line.len--;
            if (line.len && line.at[line.len - 1] == '\r')
                line.len--;
            return line;
        }
        seen += fresh.len;
        if (seen > max) {
            wire_fail(w);
            return SPAN_NONE;
        }
    }
}

struct span wire_some(struct wire *w, size_t max)
{
    if (!have(w, 1))
        return SPAN_NONE;
    size_t n = wire_heard(w).len;
    return take(w, n < max ? n : max);
}

struct span wire_until_close(struct wire *w, size_t max)
{
    if (!wire_ok(w))
        return SPAN_NONE;
    int64_t deadline_ms = until(w, w->patience_ms);
    enum wire_fault f;
    while ((f = receive(w, deadline_ms)) == WIRE_FINE) {
        if (wire_heard(w).len > max) {
            set_fault(w, WIRE_BUDGET);
            return SPAN_NONE;
        }
    }
    if (f != WIRE_CLOSED) {
        set_fault(w, blame(w, f));
        return SPAN_NONE;
    }
    return take(w, wire_heard(w).len);
}

bool wire_hears(struct wire *w, int64_t ms)
{
    return wire_ok(w) && (wire_heard(w).len > 0 || wire_hears_more(w, ms));
}

bool wire_hears_more(struct wire *w, int64_t ms)
{
    if (!wire_ok(w))
        return false;
    int64_t deadline_ms = until(w, ms);
    enum wire_fault f = receive(w, deadline_ms);
    if (f == WIRE_TIMEOUT && blame(w, f) == WIRE_TIMEOUT)
        return false;
    return set_fault(w, blame(w, f));
}

struct arena *wire_arena(struct wire *w)
{
    return w->arena;
}

const struct endpoint *wire_endpoint(const struct wire *w)
{
    return w->endpoint;
}

int64_t wire_now(const struct wire *w)
{
    return clock_wall_ms(w->clock);
}
