/* The peer of the fuzzers and the checks of peer.h. Time is virtual and moves a little with every
 * call, so that a conversation without end meets its deadline. */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>

#include "record/codec.h"
#include "sweep/ladder.h"
#include "tls/hellos.h"
#include "tls/tls.h"

enum { CONNECT_MS = 1, ROUND_TRIP_MS = 1, CATALOG_MAX = 64 << 20, DECODED_MAX = 64 << 20 };

const struct wire_limits FUZZ_LIMITS = {
    .connect_ms = 3000, .patience_ms = 3000, .session_ms = 15000, .budget_bytes = 1 << 20,
};
const struct endpoint FUZZ_ENDPOINT = { .address = { 4, { 192, 168, 1, 2 } }, .port = 6379, .name = "db.example" };

void must_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: this must hold: %s\n", file, line, condition);
    abort();
}

/* ---- the peer -------------------------------------------------------------------------- */

static bool next_is(const struct peer *p, enum peer_step step)
{
    return p->left.len && p->left.at[0] % STEP_COUNT == step;
}

static struct span take_given(struct peer *p)
{
    if (p->left.len < 3) {
        p->left = SPAN_NONE;
        return SPAN_NONE;
    }
    size_t len = p->left.at[1] | (size_t)p->left.at[2] << 8;
    struct span given = span_sub(p->left, 3, len);
    p->left = span_from(p->left, 3 + given.len);
    return given;
}

/* Where the input says where the next connection begins, what was not read before it is passed
 * over; else the next connection goes on where the last one ended. */
static void to_next_connection(struct peer *p)
{
    struct span here = p->left;
    while (p->left.len && !next_is(p, STEP_CONNECT) && !next_is(p, STEP_REFUSE)) {
        if (next_is(p, STEP_GIVE))
            take_given(p);
        else
            p->left = span_from(p->left, 1);
    }
    if (p->left.len == 0)
        p->left = here;
}

static enum wire_fault peer_connect(struct wire_back *back, const struct endpoint *e, int64_t deadline_ms)
{
    struct peer *p = (struct peer *)back;
    (void)e;
    MUST(deadline_ms >= p->now_ms);
    p->now_ms += CONNECT_MS;
    p->connections++;
    p->gone = false;
    if (p->connections > 1 && p->left.len == 0)
        return WIRE_REFUSED;
    if (p->connections > 1)
        to_next_connection(p);
    if (next_is(p, STEP_REFUSE)) {
        p->left = span_from(p->left, 1);
        return WIRE_REFUSED;
    }
    if (next_is(p, STEP_CONNECT))
        p->left = span_from(p->left, 1);
    return WIRE_FINE;
}

static enum wire_fault peer_send(struct wire_back *back, struct span s, int64_t deadline_ms)
{
    struct peer *p = (struct peer *)back;
    MUST(s.len <= ASK_SENT_MAX);
    (void)deadline_ms;
    p->now_ms += ROUND_TRIP_MS;
    return WIRE_FINE;
}

static enum wire_fault peer_recv(struct wire_back *back, struct span *ret, int64_t deadline_ms)
{
    struct peer *p = (struct peer *)back;
    p->now_ms += ROUND_TRIP_MS;
    while (!p->gone && p->left.len) {
        switch ((enum peer_step)(p->left.at[0] % STEP_COUNT)) {
        case STEP_GIVE:
            *ret = take_given(p);
            if (ret->len)
                return WIRE_FINE;
            break;
        case STEP_HUSH:
            p->left = span_from(p->left, 1);
            if (deadline_ms > p->now_ms)
                p->now_ms = deadline_ms;
            return WIRE_TIMEOUT;
        case STEP_RESET:
            p->left = span_from(p->left, 1);
            p->gone = true;
            return WIRE_RESET;
        case STEP_CLOSE:
            p->left = span_from(p->left, 1);
            p->gone = true;
            break;
        case STEP_CONNECT: /* the end of this connection */
        case STEP_REFUSE:
            p->gone = true;
            break;
        case STEP_NO_TLS:
        case STEP_COUNT:
            p->left = span_from(p->left, 1);
            break;
        }
    }
    return WIRE_CLOSED;
}

static const enum wire_fault NO_TLS[] = { WIRE_TLS, WIRE_CLOSED, WIRE_RESET, WIRE_TIMEOUT, WIRE_MALFORMED };
enum { NO_TLS_COUNT = sizeof(NO_TLS) / sizeof(NO_TLS[0]) };

unsigned peer_no_tls(enum wire_fault f)
{
    unsigned i = 0;
    while (i < NO_TLS_COUNT - 1 && NO_TLS[i] != f)
        i++;
    return i;
}

/* The handshake that fails, and what it shows until then. */
static enum wire_fault refuse_tls(struct peer *p, struct wire_tls *ret)
{
    unsigned raised = p->left.at[0] / STEP_COUNT;
    p->left = span_from(p->left, 1);
    *ret = (struct wire_tls){ .alerted = raised & 8, .alert = (uint8_t)raised, .client_cert_asked = raised & 16 };
    for (; raised & 16 && ret->chain_len < p->chain_len; ret->chain_len++)
        ret->chain[ret->chain_len] = p->chain[ret->chain_len];
    return NO_TLS[raised % NO_TLS_COUNT];
}

static enum wire_fault peer_start_tls(struct wire_back *back, const struct endpoint *e, struct arena *a,
                                      struct wire_tls *ret, int64_t deadline_ms)
{
    struct peer *p = (struct peer *)back;
    (void)e, (void)a, (void)deadline_ms;
    p->now_ms += ROUND_TRIP_MS;
    if (p->gone || p->left.len == 0)
        return WIRE_TLS;
    if (next_is(p, STEP_NO_TLS))
        return refuse_tls(p, ret);
    *ret = (struct wire_tls){ .version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384" };
    for (; ret->chain_len < p->chain_len; ret->chain_len++)
        ret->chain[ret->chain_len] = p->chain[ret->chain_len];
    return WIRE_FINE;
}

static void peer_close(struct wire_back *back)
{
    ((struct peer *)back)->gone = true;
}

static int64_t peer_now(struct wire_back *back)
{
    return ((struct peer *)back)->now_ms;
}

void peer_init(struct peer *p, struct span input)
{
    *p = (struct peer){
        .back = { .connect = peer_connect, .send = peer_send, .recv = peer_recv, .start_tls = peer_start_tls,
                  .close = peer_close, .now_ms = peer_now },
        .left = input,
        .now_ms = 1000,
    };
}

/* ---- what must hold -------------------------------------------------------------------- */

static bool among(const struct ask *const *asks, const struct ask *a)
{
    for (size_t i = 0; asks[i]; i++)
        if (asks[i] == a)
            return true;
    return false;
}

static bool is_listed(const struct catalog *c, const struct ask *a)
{
    if (among(LADDER_ASKS, a) || among(TLS_ASKS, a))
        return true;
    for (size_t i = 0; PROBES[i]; i++)
        if (among(PROBES[i]->asks, a))
            return true;
    const struct ask *listed;
    for (size_t i = 0; (listed = tls_hello_at(i)); i++)
        if (listed == a)
            return true;
    for (size_t i = 0; c && (listed = catalog_ask(c, i)); i++)
        if (listed == a)
            return true;
    return false;
}

/* Whether some filling of its holes is all that was sent: a hole without a length in front may end anywhere. */
static bool explains(const struct ask *a, struct span bytes)
{
    size_t n = ask_match(a, bytes);
    while (n && n < bytes.len)
        n = ask_match_beyond(a, bytes, n);
    return n == bytes.len;
}

static void heard_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    const struct listener *l = self;
    (void)e;
    MUST(is_listed(l->catalog, a));
    MUST(explains(a, bytes));
}

void listener_init(struct listener *l, const struct catalog *c)
{
    *l = (struct listener){ .ear = { .sent = heard_sent, .self = l }, .catalog = c };
}

const struct catalog *fuzz_catalog(void)
{
    static struct arena arena;
    static const struct catalog *catalog;
    const char *dirs[] = { "catalog" };
    struct error e;
    if (catalog)
        return catalog;
    arena_init(&arena, CATALOG_MAX);
    catalog = catalog_load(&arena, dirs, 1, &e);
    if (!catalog) {
        fprintf(stderr, "%s (run this in the repository's root)\n", e.text);
        exit(1);
    }
    return catalog;
}

static void check_observation(const struct observation *o)
{
    MUST(o->outcome <= OUTCOME_UNCLEAR);
    MUST(o->records >= COUNT_UNKNOWN && o->bytes >= COUNT_UNKNOWN && o->collection_count >= COUNT_UNKNOWN);
    MUST(o->collections.len <= COLLECTIONS_LISTED_MAX && o->facts.len <= FACTS_MAX);
    MUST(fact_key_ok(span_str(o->product)));
    for (size_t i = 0; i < o->facts.len; i++) {
        const struct fact *f = &o->facts.at[i];
        MUST(fact_key_ok(span_str(f->key)));
        MUST(f->text.len <= FACT_TEXT_MAX && f->proof.len <= PROOF_MAX);
    }
    for (size_t i = 0; i < o->collections.len; i++) {
        const struct collection *c = &o->collections.at[i];
        MUST(c->name.len <= COLLECTION_NAME_MAX);
        MUST(c->records >= COUNT_UNKNOWN && c->bytes >= COUNT_UNKNOWN);
    }
}

static void check_codec(const struct visit *v)
{
    struct buf once, twice;
    struct arena arena;
    struct visit decoded;
    struct verdict bad;
    buf_init(&once, 2 * VISIT_ENCODED_MAX);
    buf_init(&twice, 2 * VISIT_ENCODED_MAX);
    arena_init(&arena, DECODED_MAX);
    visit_encode(&once, v);
    if (buf_ok(&once)) {
        struct reader r = reader_over(&bad, span_from(buf_span(&once), 4));
        MUST(visit_decode(&r, &arena, &decoded));
        visit_encode(&twice, &decoded);
        MUST(buf_ok(&twice) && span_eq(buf_span(&once), buf_span(&twice)));
    }
    arena_release(&arena);
    buf_release(&once);
    buf_release(&twice);
}

void check_visit(const struct visit *v)
{
    MUST(v->observations.len <= OBSERVATIONS_MAX);
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].outcome != OUTCOME_NOT_MINE)
            check_observation(&v->observations.at[i]);
    check_codec(v);
}

void check_end(const struct peer *p, const struct visit *v)
{
    /* A read may end at the deadline, and what follows it takes no more time than sending. */
    MUST(p->now_ms <= 1000 + LADDER_WHO_MS + FUZZ_LIMITS.session_ms + 1000);
    MUST(p->connections <= LADDER_WHO_CONNECTIONS + WIRE_CONNECTIONS_MAX + 1);
    check_visit(v);
}
