/* What was seen of the way to each network (IPv4 /24, IPv6 /64): whether anybody answers there, how long a round
 * trip takes, how often a SYN or its answer is lost. From it follows how long a connection is waited for, whether
 * silence is worth a second try, and at the end what a scan has probably missed.
 *
 * Where the figures come from: the kernel counts how often it sent the SYN of a connection again (TCP_INFO). It does
 * so one second after the first, so a wait of a second and a round trip holds two tries, of two seconds three.
 *
 * One for all loops of a sweep; every call takes its lock. Memory is fixed; networks that answered longest ago are
 * forgotten first, and count as not known then. */
#ifndef AJAR_SWEEP_PATH_H
#define AJAR_SWEEP_PATH_H

#include "base/error.h"
#include "record/address.h"

enum {
    PATH_TRIP_UNKNOWN_MS = 1000, /* a round trip that nothing is known of (RFC 6298, 2.1) */
    PATH_TRIP_LEAST_MS = 250,    /* and the least that is allowed for one that is known */
    PATH_AGAIN_MS = 1000,        /* after which the kernel sends a SYN again */
    PATH_ABSENT_MS = 300,        /* where no neighbour has the address: one that comes answers at once */
    PATH_MISSED_OF = 1000,       /* a chance of one in so many to miss somebody is not worth another try */
};

struct paths;

/* `ceiling_ms` bounds every wait. */
struct paths *paths_new(int64_t ceiling_ms, uint64_t seed, struct error *e);
void paths_free(struct paths *p);

/* How long to wait for one connection to this address, in milliseconds; at most the ceiling. */
int64_t paths_patience(struct paths *p, const struct address *a);
/* Nobody answered for so long: whether to try once more. Only where the network has shown life, and where so much
 * is lost on the way that silence may be no answer. */
bool paths_again(struct paths *p, const struct address *a, int64_t waited_ms);
/* Whether so much is lost on the way to this network that an answer may well take several tries of TCP. */
bool paths_lossy(struct paths *p, const struct address *a);
/* A connection was answered, after the SYN was sent again so often; trip_ms is -1 where not known. `accepted`: it is
 * a service, and not a refusal. */
void paths_answered(struct paths *p, const struct address *a, unsigned resent, int64_t trip_ms, bool accepted);

/* No neighbour on our own link has the address, so that nothing for it leaves this machine: it is waited for briefly
 * until somebody answers there. Of many such addresses the latest are known. */
void paths_note_absent(struct paths *p, const struct address *a);
bool paths_is_absent(struct paths *p, const struct address *a);

struct paths_sum {
    double loss;   /* share of packets lost on the way, each way alike; 0..1 */
    double missed; /* services that were asked, and probably were there, and were not heard */
};
/* Goes over all that is known: for the end of a scan, not for each visit. */
struct paths_sum paths_sum(struct paths *p);

#endif
