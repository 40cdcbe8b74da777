/* Packets handed to the link below the kernel's routing: less than half the processor time of a raw socket
 * (measured: 1.2 against 3.0 microseconds a packet over veth). Only where the way leads over an Ethernet device to a
 * router whose hardware address the kernel knows, and IPv4; all else goes through the raw socket, which also makes
 * the kernel ask for it.
 *
 * What leaves here passes no packet filter of this machine, so it is for machines that have none at work. */
#ifndef AJAR_SWEEP_KNOCK_LINK_H
#define AJAR_SWEEP_KNOCK_LINK_H

#include "base/span.h"
#include "record/address.h"

struct knock_link;

/* NULL where the process may not, or there is no memory. */
struct knock_link *knock_link_open(void);
void knock_link_close(struct knock_link *l);
/* The router of the way to an address, as a number for knock_link_send(); -1: there is none that is known. */
int knock_link_router(struct knock_link *l, const struct address *to);
/* Hands over IPv4 packets by that router; returns how many went, 0 where the link is busy or the router unknown. */
size_t knock_link_send(struct knock_link *l, int router, const struct span *packets, size_t count);

#endif
