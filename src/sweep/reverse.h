/* Names of addresses that answered, from the name server that the system uses (or that the user
 * names): one question for the name, one whether it leads back. Opt-in.
 *
 * It never holds a sweep up: one answer an address is kept for all its ports, each question waits
 * REVERSE_WAIT_MS at most, and after REVERSE_LOST_MAX questions in a row without an answer nobody is
 * asked any more. Shared by all threads. */
#ifndef AJAR_SWEEP_REVERSE_H
#define AJAR_SWEEP_REVERSE_H

#include "base/error.h"
#include "fiber/fiber.h"
#include "record/record.h"
#include "sweep/reverse_dns.h"

enum {
    REVERSE_SERVERS_MAX = 3,
    REVERSE_WAIT_MS = 1000,
    REVERSE_LOST_MAX = 6,
    REVERSE_KEPT_MAX = 8192, /* addresses whose answer is remembered: 2.5 MB */
    REVERSE_DATAGRAMS_MAX = 8, /* read while waiting for the right one */
};

struct reverse_servers {
    struct endpoint at[REVERSE_SERVERS_MAX];
    size_t len;
};

/* The name servers of resolv.conf(5); port 53. Addresses with a zone are left out. */
void reverse_servers_read(struct span resolv_conf, struct reverse_servers *ret);

struct reverse;
/* NULL where memory is out. */
struct reverse *reverse_new(const struct reverse_servers *servers, struct error *e);
void reverse_free(struct reverse *r);

/* Told of every question that leaves; may be NULL. */
struct reverse_ear {
    void (*sent)(void *self, const struct endpoint *server, const struct ask *a, struct span bytes);
    void *self;
};

/* On a fiber: finds the name of the visit's address and states reverse.name and reverse.confirmed on
 * its observations. */
void reverse_add_facts(struct reverse *r, struct fiber_loop *loop, const struct reverse_ear *ear,
                       struct visit *v);
/* Whether the servers were given up. */
bool reverse_lost(const struct reverse *r);

#endif
