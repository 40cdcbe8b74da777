/* The sweeper: loops of fibers that visit endpoints and write what they learned into a pipe. It
 * runs in a process of its own, which has the network and needs no disk; the keeper on the other
 * end of the pipe judges, reports and stores. */
#ifndef AJAR_SWEEP_SWEEP_H
#define AJAR_SWEEP_SWEEP_H

#include "base/buf.h"
#include "http/catalog.h"
#include "record/pipe.h"
#include "sample/sampler.h"
#include "sweep/follow.h"
#include "sweep/knock_socket.h"
#include "sweep/pace.h"
#include "sweep/reverse.h"
#include "tls/chain.h"
#include "wire/back.h"

struct sweep_config {
    const struct catalog *catalog;
    const struct tls_trust *trust; /* or NULL */
    struct pace_limits pace;
    struct pace_source source;
    struct wire_limits limits;
    size_t parallel;  /* conversations at once, most of which merely wait */
    unsigned loops;   /* threads */
    size_t memory_bytes; /* that visits in flight may hold together, see sweep/memory.h */
    bool many_names;  /* several names may lead to one address */
    bool audit;       /* of each TLS server: all that it accepts (sweep/audit.h) */
    bool transcript;  /* also send what was sent */
    bool leavings, all_protocols; /* see struct ladder */
    struct reverse_servers names; /* that know names of addresses; none: nobody is asked */
    struct sample_config sample; /* all zero: no record of anybody is read */
    struct follow_config follow; /* all zero: nothing that answers name is followed */
    /* A first question by single packets; NULL: every endpoint of `source` is visited. Else its places take the
     * place of `source`, and those that answer are visited. */
    struct knock_socket *knock;
    struct knock_places places;
    double knock_per_second, knock_answered_per_second;
    uint64_t seed;
};

/* Visits everything, then writes SWEEP_END, or SWEEP_ERROR with a sentence. False where the pipe
 * broke or the loops could not be set up. */
bool sweep_run(const struct sweep_config *config, struct sweep_progress *progress, int out_fd, struct error *e);

#endif
