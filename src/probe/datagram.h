/* What probes over UDP share. */
#ifndef AJAR_PROBE_DATAGRAM_H
#define AJAR_PROBE_DATAGRAM_H

#include "probe/probe.h"

enum {
    DATAGRAM_STRAYS_MAX = 4, /* late answers to earlier questions, and others' */
    DATAGRAM_MORE_MS = 400,
    DATAGRAM_PERHAPS_MS = 700, DATAGRAM_PERHAPS_TRIES = 2,
    DATAGRAM_SUM_MAX = 64, /* datagrams of one answer that are looked at */
};

/* The next datagram that is_mine(), passing over DATAGRAM_STRAYS_MAX others at most; empty where there is none, and
 * the wire then has its fault: WIRE_MALFORMED where something came that is not. */
static inline struct span datagram_of(struct wire *w, bool (*is_mine)(struct span datagram))
{
    for (unsigned i = 0; i <= DATAGRAM_STRAYS_MAX; i++) {
        struct span d = i ? wire_datagram_within(w, DATAGRAM_MORE_MS) : wire_datagram(w);
        if (!d.len)
            break;
        if (is_mine(d))
            return d;
    }
    if (wire_ok(w))
        wire_fail(w);
    return SPAN_NONE;
}

/* The same for a question that need not be answered: where nothing comes, the wire has no fault. */
static inline struct span datagram_perhaps(struct wire *w, const struct ask *a, bool (*is_mine)(struct span datagram))
{
    for (unsigned try = 0; try < DATAGRAM_PERHAPS_TRIES; try++) {
        wire_ask(w, a);
        for (unsigned i = 0; i <= DATAGRAM_STRAYS_MAX; i++) {
            struct span d = wire_datagram_within(w, i ? DATAGRAM_MORE_MS : DATAGRAM_PERHAPS_MS);
            if (!d.len)
                break;
            if (is_mine(d))
                return d;
        }
    }
    return SPAN_NONE;
}

/* What follows an answer in datagrams of its own: passed to each() where they are its, and how many bytes these have
 * altogether. */
static inline size_t datagram_rest(struct wire *w, bool (*is_mine)(struct span datagram),
                                   void (*each)(struct observation *o, struct span datagram), struct observation *o)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < DATAGRAM_SUM_MAX; i++) {
        struct span d = wire_datagram_within(w, DATAGRAM_MORE_MS);
        if (!d.len)
            break;
        if (!is_mine(d))
            continue;
        bytes += d.len;
        if (each)
            each(o, d);
    }
    return bytes;
}

/* At least how many bytes came for one byte asked, as it was measured: whoever forges the sender's address multiplies
 * his traffic by that, towards somebody else. Payload alone is counted, as US-CERT's TA14-017A does. From 100 on in
 * tens: the counters in an answer grow, and the same service is to be told the same way again. */
static inline void datagram_amplifies(struct wire *w, struct observation *o, size_t received, const struct ask *a)
{
    size_t asked = wire_asked_bytes(w), factor = asked ? received / asked : 0;
    if (!factor)
        return;
    fact_number(o, "amplification", (int64_t)(factor < 100 ? factor : factor / 10 * 10), a->name, SPAN_NONE);
    fact_number(o, "amplification.asked", (int64_t)asked, a->name, SPAN_NONE);
}

#endif
