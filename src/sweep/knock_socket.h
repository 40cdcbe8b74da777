/* Raw sockets for a knock. The kernel routes what goes out, so that neighbours, tunnels, policies and its own
 * filters stay its business; what comes back is filtered in the kernel to our one port. That port is held by a bound
 * socket that never listens: no connection of this machine can get it, and the kernel clears half-open connections
 * with a RST. */
#ifndef AJAR_SWEEP_KNOCK_SOCKET_H
#define AJAR_SWEEP_KNOCK_SOCKET_H

#include "base/error.h"
#include "sweep/knock.h"

struct knock_socket;

/* Whether the process may; needs CAP_NET_RAW. Opens nothing that stays open. */
bool knock_socket_allowed(void);
/* `below_filters`: packets may go to the link directly (knock_link.h). Takes CAP_NET_RAW; give it up afterwards with
 * knock_socket_drop_rights(). NULL and a sentence where it may not. */
struct knock_socket *knock_socket_open(uint64_t seed, bool below_filters, struct error *e);
void knock_socket_close(struct knock_socket *s);
/* For good, in the calling process. False where the kernel refuses. */
bool knock_socket_drop_rights(void);
struct knock_line *knock_socket_line(struct knock_socket *s);
/* Waits until something came, `wait_us` at most. */
void knock_socket_wait(struct knock_socket *s, int64_t wait_us);

#endif
