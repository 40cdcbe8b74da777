/* The socket back: TCP, TLS on it, and UDP. Waits on a fiber of a loop, or in poll() where there is no
 * loop (ajar probe). */
#ifndef AJAR_WIRE_SOCKET_H
#define AJAR_WIRE_SOCKET_H

#include "base/error.h"
#include "fiber/fiber.h"
#include "wire/back.h"

/* What all TLS conversations of a process share. Verification is off on purpose: Ajar records
 * what the peer shows, broken or not, and sends no secret. */
struct tls_client;
struct tls_client *tls_client_new(struct error *e);
void tls_client_free(struct tls_client *c);

enum { SOCKET_SCRATCH_BYTES = 64 * 1024, SOCKET_HELD_BYTES = 512 };

/* One thread's share: never used by two fibers between two waits. */
struct socket_thread {
    struct fiber_loop *loop; /* NULL: block in poll() */
    const struct clock *clock;
    struct tls_client *tls;
    uint8_t scratch[SOCKET_SCRATCH_BYTES];
};

struct ssl_st;

/* What the kernel tells of the SYN of a connection that was answered. */
struct socket_syn {
    bool known;
    unsigned resent; /* times that it was sent again: it or its answer was lost so often */
    int64_t trip_ms; /* from the SYN to its answer; -1 where it was sent again and that is not known */
};

struct socket_back {
    struct wire_back back; /* first member */
    struct socket_thread *thread;
    int fd;
    const struct endpoint *to; /* of the running connection over UDP, else NULL; outlives the wire */
    bool drained;  /* the last read took all there was, or nothing has come yet: wait before reading */
    bool cut;      /* it was accepted and reset before anybody had looked */
    bool unheard;  /* sent since the last read: one more send would wait for Nagle */
    bool no_delay;
    uint16_t held_len; /* of the newest ask, which leaves with the next one, or when an answer is waited for */
    uint8_t held[SOCKET_HELD_BYTES];
    bool client_cert_asked;
    bool measures;   /* set by the caller: fill `syn`, which costs a system call a connection */
    int error;       /* errno of the newest connection that failed, or 0 */
    bool rejected;   /* the newest connection was refused by an ICMP message, not by the host's own RST */
    bool nobody;     /* the newest connection failed because no neighbour on our own link has the address */
    int64_t ours_ms; /* by so much the conversation's clock is behind the thread's: see socket_excuse() */
    struct socket_syn syn; /* of the newest connection */
    int alert; /* that ended the running handshake, or -1 */
    struct fiber_watch watch;
    struct ssl_st *ssl;
};

void socket_back_init(struct socket_back *b, struct socket_thread *thread);

/* So many milliseconds passed because of us, not of the peer: this conversation's clock is set back by them, and
 * with it every deadline that it has. */
void socket_excuse(struct socket_back *b, int64_t ms);

/* The wait that both halves share: true when the socket may be ready, false at the deadline.
 * `for_write` matters only without a loop. */
bool socket_wait(struct socket_back *b, bool for_write, int64_t deadline_ms);

/* What the kernel says of a failure that came from the network: a RST, or one of the many ICMP messages. */
enum wire_fault socket_fault(int error);
/* Both a RST of the host and an ICMP "port unreachable" of any firewall on the way end a connection with ECONNREFUSED.
 * After this call the kernel keeps the second in the queue of errors... */
void socket_keep_errors(const struct socket_back *b, int family, int on);
/* ...and this reads one there: false where there is none that came as ICMP. *ret_from is who sent it. */
bool socket_icmp_error(const struct socket_back *b, struct address *ret_from);
/* The address for the kernel; its length. */
struct sockaddr_storage;
unsigned socket_address(const struct endpoint *e, struct sockaddr_storage *ret);

/* The UDP half (socket_udp.c). */
enum wire_fault socket_udp_open(struct socket_back *b, const struct endpoint *e);
enum wire_fault socket_udp_send(struct socket_back *b, struct span s);
enum wire_fault socket_udp_recv(struct socket_back *b, struct span *ret, int64_t deadline_ms);

/* The TLS half (socket_tls.c). */
enum wire_fault socket_tls_start(struct socket_back *b, const struct endpoint *e, struct arena *a,
                                 struct wire_tls *ret, int64_t deadline_ms);
enum wire_fault socket_tls_send(struct socket_back *b, struct span s, int64_t deadline_ms);
enum wire_fault socket_tls_recv(struct socket_back *b, struct span *ret, int64_t deadline_ms);
void socket_tls_close(struct socket_back *b);

#endif
