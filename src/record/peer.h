/* Other endpoints that a service names: the facts `peers` ("10.0.0.6:9092, kafka2.corp:9092, [fd00::6]:9092") and
 * `master`. */
#ifndef AJAR_RECORD_PEER_H
#define AJAR_RECORD_PEER_H

#include "base/writer.h"
#include "record/record.h"

struct peer_place {
    struct span host; /* an address without brackets, or a name; foreign bytes */
    uint16_t port;
};

/* Cuts the next well-formed one off the list; what is none is passed over. False at its end. */
bool peer_next(struct span *list, struct peer_place *ret);
/* Adds "host:port" to the list that `out` holds, with brackets where the host is an IPv6 address. Nothing where the
 * host is empty, the port is none, or the list is full. */
void peer_put(struct writer *out, struct span host, uint64_t port);

#endif
