/* One connection to a log server that the owner named in watch.yaml: it has nothing to do with what is
 * scanned, and no byte of it comes from a struct ask. Runs in a process of its own, so it may block;
 * every call ends at one absolute deadline. The room's own header. */
#ifndef AJAR_WATCH_NET_H
#define AJAR_WATCH_NET_H

#include "base/error.h"
#include "base/span.h"

struct net {
    int fd;
    int64_t deadline_ms; /* monotonic */
};

/* TCP to a host and port; `datagram`: UDP. On success net_close() is due. */
bool net_open(struct net *n, const char *host, uint16_t port, bool datagram, int64_t timeout_ms, struct error *e);
/* A local socket, by datagrams or, where that is refused, as a stream; *ret_stream says which. */
bool net_open_local(struct net *n, const char *path, int64_t timeout_ms, bool *ret_stream, struct error *e);
bool net_send(struct net *n, struct span s, struct error *e);
/* At least one byte, or *ret_len 0 where the peer has closed. */
bool net_recv(struct net *n, void *at, size_t room, size_t *ret_len, struct error *e);
/* Says that nothing more will come. */
void net_finish(struct net *n);
void net_close(struct net *n);

#endif
