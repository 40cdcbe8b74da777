/* Plays a tape, whole or broken. */
#include "wire/tape.h"

const struct tape_play TAPE_AS_WRITTEN = {
    .cut_at = SIZE_MAX, .flip_at = SIZE_MAX, .fault_at_read = SIZE_MAX,
};

static const struct tape_step *current(const struct tape_back *b)
{
    return b->step < b->tape->steps.len ? &b->tape->steps.at[b->step] : NULL;
}

static bool at(const struct tape_back *b, enum tape_step_kind kind)
{
    const struct tape_step *s = current(b);
    return s && s->kind == kind;
}

static void advance(struct tape_back *b)
{
    b->step++;
    b->step_offset = 0;
}

/* Requests that were sent already are no obstacle for what is read next. */
static void pass_sent(struct tape_back *b)
{
    while (at(b, TAPE_EXPECT) && b->step < b->asked)
        advance(b);
}

static void leave_script(struct tape_back *b, const char *what)
{
    const struct tape_step *s = current(b);
    if (!b->off_script)
        error_set(&b->mismatch, "%s (the tape stands at line %u)", what, s ? s->line : 0);
    b->off_script = true;
}

/* Where the conversation is reopened, the script goes on behind its next `connect` or `refuse`;
 * answers that nobody read are passed over, requests that nobody sent are not. */
static bool to_next_connection(struct tape_back *b)
{
    for (; current(b); advance(b)) {
        if (at(b, TAPE_CONNECT) || at(b, TAPE_REFUSE))
            return true;
        if ((at(b, TAPE_EXPECT) && b->step >= b->asked) || at(b, TAPE_TLS) || at(b, TAPE_NO_TLS))
            return false;
    }
    return false;
}

static enum wire_fault tape_connect(struct wire_back *back, const struct endpoint *e, int64_t deadline_ms)
{
    struct tape_back *b = (struct tape_back *)back;
    (void)deadline_ms;
    b->udp = e->transport == TRANSPORT_UDP;
    if (b->off_script)
        return b->udp ? WIRE_FINE : WIRE_REFUSED;
    bool first = !b->opened;
    b->opened = true;
    if (!first || at(b, TAPE_CONNECT) || at(b, TAPE_REFUSE)) {
        if (!to_next_connection(b)) {
            leave_script(b, "a connection that the tape does not expect");
            return b->udp ? WIRE_FINE : WIRE_REFUSED;
        }
        bool refuse = at(b, TAPE_REFUSE);
        advance(b);
        b->asked = b->step;
        if (refuse)
            return WIRE_REFUSED;
    }
    buf_reset(&b->sent);
    return WIRE_FINE;
}

/* The request that is due, or NULL where the script has none on this connection. */
static const struct tape_step *expected(struct tape_back *b, bool *ret_gone)
{
    size_t i = b->asked > b->step ? b->asked : b->step;
    *ret_gone = false;
    for (; i < b->tape->steps.len; i++) {
        const struct tape_step *s = &b->tape->steps.at[i];
        if (s->kind == TAPE_EXPECT) {
            b->asked = i;
            return s;
        }
        *ret_gone = s->kind == TAPE_CLOSE || s->kind == TAPE_RESET;
        if (s->kind != TAPE_GIVE && s->kind != TAPE_HUSH)
            return NULL;
    }
    return NULL;
}

static enum wire_fault tape_send(struct wire_back *back, struct span s, int64_t deadline_ms)
{
    struct tape_back *b = (struct tape_back *)back;
    bool gone;
    (void)deadline_ms;
    if (b->off_script)
        return WIRE_FINE;
    const struct tape_step *due = expected(b, &gone);
    if (gone)
        return WIRE_FINE; /* the kernel takes bytes for a peer that has already left */
    if (!due) {
        leave_script(b, "a request that the tape does not expect");
        return WIRE_FINE;
    }
    buf_put(&b->sent, s);
    struct span sent = buf_span(&b->sent);
    if (!span_starts(due->bytes, sent)) {
        leave_script(b, "a request differs from the tape");
    } else if (sent.len == due->bytes.len) {
        b->asked++;
        buf_reset(&b->sent);
    }
    return WIRE_FINE;
}

static enum wire_fault silent_until(struct tape_back *b, int64_t deadline_ms)
{
    if (deadline_ms > b->now_ms)
        b->now_ms = deadline_ms;
    return WIRE_TIMEOUT;
}

/* Nothing more will come. */
static enum wire_fault ended(struct tape_back *b, int64_t deadline_ms)
{
    return b->udp ? silent_until(b, deadline_ms) : WIRE_CLOSED;
}

static enum wire_fault give(struct tape_back *b, struct span *ret)
{
    struct span left = span_from(current(b)->bytes, b->step_offset);
    size_t n = left.len < sizeof(b->scratch) ? left.len : sizeof(b->scratch);
    if (b->play.piece_bytes && n > b->play.piece_bytes && !b->udp)
        n = b->play.piece_bytes;
    if (n > b->play.cut_at - b->given)
        n = b->play.cut_at - b->given;
    if (b->udp && n < left.len)
        return WIRE_TIMEOUT; /* a datagram comes whole or not at all */
    if (n == 0)
        return WIRE_CLOSED;
    memcpy(b->scratch, left.at, n);
    if (b->play.flip_at - b->given < n)
        b->scratch[b->play.flip_at - b->given] ^= b->play.flip_mask;
    b->given += n;
    b->step_offset += n;
    if (b->step_offset == current(b)->bytes.len || b->udp)
        advance(b);
    *ret = span_of(b->scratch, n);
    return WIRE_FINE;
}

static enum wire_fault tape_recv(struct wire_back *back, struct span *ret, int64_t deadline_ms)
{
    struct tape_back *b = (struct tape_back *)back;
    if (b->reads++ >= b->play.fault_at_read)
        return b->play.fault == WIRE_TIMEOUT ? silent_until(b, deadline_ms) : b->play.fault;
    if (b->off_script)
        return ended(b, deadline_ms);
    pass_sent(b);
    const struct tape_step *s = current(b);
    switch (s ? s->kind : TAPE_CLOSE) {
    case TAPE_GIVE: {
        enum wire_fault f = give(b, ret);
        return f == WIRE_TIMEOUT ? silent_until(b, deadline_ms) : f;
    }
    case TAPE_RESET:
        return b->udp ? WIRE_REFUSED : WIRE_RESET;
    case TAPE_HUSH:
        advance(b);
        return silent_until(b, deadline_ms);
    case TAPE_EXPECT:
        return silent_until(b, deadline_ms); /* both sides wait */
    default:
        return ended(b, deadline_ms);
    }
}

static enum wire_fault tape_start_tls(struct wire_back *back, const struct endpoint *e, struct arena *a,
                                      struct wire_tls *ret, int64_t deadline_ms)
{
    struct tape_back *b = (struct tape_back *)back;
    (void)e, (void)a;
    pass_sent(b);
    if (!b->off_script && at(b, TAPE_NO_TLS)) {
        const struct tape_step *s = current(b);
        advance(b);
        b->asked = b->step;
        *ret = (struct wire_tls){ .alerted = s->fault == WIRE_TLS, .alert = s->alert };
        return s->fault == WIRE_TIMEOUT ? silent_until(b, deadline_ms) : s->fault;
    }
    if (b->off_script || !at(b, TAPE_TLS)) {
        if (!at(b, TAPE_CLOSE))
            leave_script(b, "a TLS handshake that the tape does not expect");
        return WIRE_TLS;
    }
    advance(b);
    b->asked = b->step;
    *ret = (struct wire_tls){ .version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384" };
    if (b->tape->chain.len)
        ret->chain[ret->chain_len++] = b->tape->chain;
    return WIRE_FINE;
}

static void tape_close(struct wire_back *back)
{
    (void)back; /* the script says when the next connection is due */
}

static int64_t tape_now(struct wire_back *back)
{
    return ((struct tape_back *)back)->now_ms;
}

void tape_back_init(struct tape_back *b, const struct tape *t, const struct tape_play *play)
{
    b->back = (struct wire_back){ .connect = tape_connect, .send = tape_send, .recv = tape_recv,
                                  .start_tls = tape_start_tls, .close = tape_close, .now_ms = tape_now };
    b->tape = t;
    b->play = *play;
    b->step = b->step_offset = b->asked = b->given = b->reads = 0;
    b->opened = b->off_script = b->udp = false;
    b->now_ms = 1000;
    b->mismatch.text[0] = '\0';
    buf_init(&b->sent, ASK_SENT_MAX);
}

void tape_back_release(struct tape_back *b)
{
    buf_release(&b->sent);
}

bool tape_back_finished(const struct tape_back *b, struct error *e)
{
    if (b->mismatch.text[0]) {
        *e = b->mismatch;
        return false;
    }
    for (size_t i = b->asked > b->step ? b->asked : b->step; i < b->tape->steps.len; i++)
        if (b->tape->steps.at[i].kind == TAPE_EXPECT)
            return error_set(e, "the request at line %u was never sent", b->tape->steps.at[i].line);
    return true;
}
