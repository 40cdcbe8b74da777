/* What probes over UDP share. */
#ifndef AJAR_PROBE_DATAGRAM_H
#define AJAR_PROBE_DATAGRAM_H

#include "probe/probe.h"

enum { DATAGRAM_STRAYS_MAX = 4 /* late answers to earlier questions, and others' */, DATAGRAM_MORE_MS = 400 };

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
