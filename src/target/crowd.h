/* How the endpoints of a plan are spread: what the paces of addresses and networks make of a rate. */
#ifndef AJAR_TARGET_CROWD_H
#define AJAR_TARGET_CROWD_H

#include "target/plan.h"

struct crowd {
    double net, address; /* the most endpoints that lie in one /24 or /64, and on one address */
    double far, near;    /* endpoints off loopback and on it; those that are denied are among them */
};

/* Takes as long as there are groups. */
struct crowd crowd_of(const struct plan *p);

#endif
