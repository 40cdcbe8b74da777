/* What every fuzzer shares: a peer that says whatever the input says, and the checks that hold for
 * any peer.
 *
 * The input is a row of steps. A step is one byte, modulo STEP_COUNT; what it is over that says how a
 * handshake fails at STEP_NO_TLS. STEP_GIVE takes a length of
 * two bytes (little-endian) and so many bytes, or what is left of the input. Each read gets one
 * whole STEP_GIVE, whatever was asked. seeds.c writes tapes in this form. */
#ifndef AJAR_FUZZ_PEER_H
#define AJAR_FUZZ_PEER_H

#include "http/catalog.h"
#include "probe/probe.h"
#include "wire/back.h"

enum peer_step { STEP_GIVE, STEP_HUSH, STEP_CLOSE, STEP_RESET, STEP_CONNECT, STEP_REFUSE, STEP_NO_TLS, STEP_COUNT };

struct peer {
    struct wire_back back; /* first member */
    struct span left;
    struct span chain[2]; /* the certificates that a TLS handshake shows */
    size_t chain_len;
    int64_t now_ms;
    unsigned connections;
    bool gone; /* closed or reset until the next connection */
};

void peer_init(struct peer *p, struct span input);
/* By how much of STEP_COUNT a STEP_NO_TLS is raised to fail so. */
unsigned peer_no_tls(enum wire_fault f);

extern const struct wire_limits FUZZ_LIMITS;
extern const struct endpoint FUZZ_ENDPOINT;

/* Ends the process, as a crash, where what must always hold does not. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            must_failed(#condition, __FILE__, __LINE__);                                           \
    } while (0)
[[gnu::noreturn]] void must_failed(const char *condition, const char *file, int line);

/* Hears what is sent: each request must be the ask that it is said to be, and one that
 * `ajar asks` lists. */
struct listener {
    struct wire_ear ear;         /* to be handed to wire_new() */
    const struct catalog *catalog; /* or NULL */
};
void listener_init(struct listener *l, const struct catalog *c);

/* The catalog that ships, loaded once. */
const struct catalog *fuzz_catalog(void);

/* Whatever the peer did: outcomes and counts are in range, and the visit survives being encoded
 * and decoded. */
void check_visit(const struct visit *v);
/* The same, and the conversation kept its limits. */
void check_end(const struct peer *p, const struct visit *v);

#endif
