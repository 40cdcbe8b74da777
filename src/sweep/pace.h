/* Who may be asked when. Hands out endpoints in permuted order so that the whole scan, each
 * network and each address keep to their connections a second, and no address has two
 * conversations at once. Loopback has no pace. One pacer serves all loops of a sweep; every call
 * takes its lock and costs a hash or two.
 *
 * A rate is held, not merely not exceeded: who is woken late catches up, by at most PACE_CREDIT_MS worth of
 * connections (5 at 100 a second, 1,000 at 20,000). A pause earns no more than that, so nothing bursts after
 * it. An address has no credit: its connections are always apart.
 *
 * The pace of a network is there for what has to answer in it. A connection that nobody answers costs it
 * 1/PACE_SILENT_SHARE of one that was answered; the rest is charged when the answer comes. The whole scan's
 * rate counts every connection alike, but where silent_discount says otherwise.
 *
 * An address that does not answer is put last: what is left of it is asked in a second pass over the source, see
 * silent.h. Nobody is there to be troubled, so its connections start at PACE_SILENT_ADDRESS_SHARE times the pace of an
 * address, and none waits for the end of another: they go beside each other. So do those of an address that answers at
 * some ports and drops others, at the pace of any address. Its conversations come one after the other (pacer_speaks()).
 *
 * Memory is bounded by what is in flight and what waits for its turn, never by the target space. */
#ifndef AJAR_SWEEP_PACE_H
#define AJAR_SWEEP_PACE_H

#include "base/error.h"
#include "record/record.h"

enum { PACE_CREDIT_MS = 50, PACE_SILENT_SHARE = 15, PACE_SILENT_ADDRESS_SHARE = 4 };

struct pace_limits {
    double all_per_second;     /* new connections */
    double silent_discount;    /* by how much less one counts there that nobody answers: 0 not at all, 0.5 half */
    double net_per_second;     /* per IPv4 /24 or IPv6 /64 */
    double address_per_second;
};

/* An endpoint, and where in the order of the scan it stands. */
struct turn {
    struct endpoint endpoint;
    uint64_t place;
    bool has_answered; /* just now, to a single packet: silence is loss */
    bool beside;       /* the pacer's: others of its address may be on their way, and it has not spoken yet */
};

/* Where endpoints come from, by ascending place; has_answered and beside are false beforehand. False at the end.
 * *ret_skip is set, and the endpoint skipped, where the plan excludes it. again() begins anew, and must give the same;
 * NULL: there is no second pass, and nobody is put last. All are called under the pacer's lock. */
struct pace_source {
    bool (*next)(void *self, struct turn *ret, const char **ret_skip);
    void *self;
    void (*again)(void *self);
    /* Or NULL. Asked where next() gave nothing: true, more may come later. */
    bool (*pending)(void *self);
    /* Or NULL. Asked when an endpoint's turn has come: true, and *ret_skip set, where it needs no visit any more.
     * It is skipped and costs nobody any pace. */
    bool (*known)(void *known_self, const struct endpoint *e, const char **ret_skip);
    void *known_self;
};

struct pacer;

enum pace_answer { PACE_GO, PACE_WAIT, PACE_SKIP, PACE_END };

/* At most `waiting_max` endpoints wait for their address or network. */
struct pacer *pacer_new(const struct pace_limits *limits, const struct pace_source *source,
                        size_t waiting_max, uint64_t seed, struct error *e);
void pacer_free(struct pacer *p);

/* PACE_GO: *ret is to be visited now, pacer_done() must follow; where it goes beside others, pacer_speaks() before more
 * is said to it than a connection or a datagram. PACE_WAIT: nothing may start
 * before *ret_until_ms. PACE_SKIP: *ret is excluded, *ret_why says why. PACE_END: all was handed
 * out. */
enum pace_answer pacer_next(struct pacer *p, int64_t now_ms, struct turn *ret, int64_t *ret_until_ms,
                            const char **ret_why);
/* The connection that was booked last for this address was answered, be it by a refusal: now it costs its
 * network in full. */
void pacer_answered(struct pacer *p, int64_t now_ms, const struct endpoint *e);
/* Whether the place belongs to what was put last, for its address has answered nothing so far. */
bool pacer_is_put_off(struct pacer *p, const struct turn *t);
/* Nobody answered at all; before pacer_done(). */
void pacer_silent(struct pacer *p, int64_t now_ms, const struct turn *t);
/* Nothing was sent to anybody, since no neighbour has the address: its next connection need keep no distance from this
 * one. Before pacer_done(). */
void pacer_absent(struct pacer *p, int64_t now_ms, const struct endpoint *e);
/* A visit wants one more connection to the address it is already talking to: when it may open it. It counts as
 * answered; no pacer_answered() follows. */
int64_t pacer_again(struct pacer *p, int64_t now_ms, const struct endpoint *e);
/* The same where nobody has answered yet; pacer_answered() follows where somebody does. */
int64_t pacer_retry(struct pacer *p, int64_t now_ms, const struct endpoint *e);
/* Somebody is there after all: whether the conversation may begin. False: another with this address goes on, ask again
 * later. True from then on, and where the turn does not go beside others. */
bool pacer_speaks(struct pacer *p, int64_t now_ms, struct turn *t);
void pacer_done(struct pacer *p, int64_t now_ms, const struct turn *t);

#endif
