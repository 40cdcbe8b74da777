/* Whether a scan asks by single packets first (sweep/knock.h), how fast, and what it needs for that. */
#ifndef AJAR_CMD_SCAN_KNOCK_H
#define AJAR_CMD_SCAN_KNOCK_H

#include "cmd/scan_options.h"
#include "store/store.h"
#include "sweep/knock_socket.h"

/* Without being asked, from so many endpoints on. */
enum { KNOCK_FROM = 65536 };

struct scan_knock {
    bool on;
    double per_second;         /* places */
    double answered_per_second; /* where all of them answer */
    const char *why;           /* one sentence without its full stop, for the dry run and for notices */
    bool below_filters; /* this machine filters nothing that it sends, as far as can be seen */
    bool tracked;              /* no faster, since this machine's firewall tracks connections */
    bool refused;              /* it was wanted, and may not be: `why` says why */
    /* Endpoints that an earlier scan heard: they are visited without a knock, so that whoever is silent now is known
     * to be. */
    uint64_t *known;
    size_t known_len;
    struct knock_socket *socket;
};

/* `endpoints`: that this run asks. Opens nothing that stays open. */
void scan_knock_decide(struct scan_knock *k, const struct scan_options *o, const struct plan *p, uint64_t endpoints);
/* Reads what the store knows; a store that is not there yet knows nothing. */
bool scan_knock_load(struct scan_knock *k, struct store *s, struct error *e);
/* Opens the sockets and gives up the right to do so. False: all is visited instead, and *e says why. */
bool scan_knock_open(struct scan_knock *k, uint64_t seed, struct error *e);
/* A knock_places' known(); `self` a struct scan_knock. */
bool scan_knock_knows(void *self, const struct endpoint *e);
void scan_knock_release(struct scan_knock *k);

#endif
