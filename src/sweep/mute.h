/* Who accepts every connection and then says nothing. A SYN proxy, a tarpit, some load balancers answer so for every
 * port of a host, or for every address of a network. Nothing can be concluded from a connection that they accept, and
 * to wait there as long as for anybody else takes minutes a host. So they are noticed, told, and visited briefly: asked
 * the same, and waited for no longer than an answer takes on this way. Who does speak there is heard out.
 *
 * One for all loops of a sweep; every call takes its lock. Memory is fixed: beyond it, those with the fewest mute ports
 * are forgotten. */
#ifndef AJAR_SWEEP_MUTE_H
#define AJAR_SWEEP_MUTE_H

#include "base/error.h"
#include "record/address.h"
#include "record/remark.h"

enum {
    MUTE_PORTS = 8,    /* in a row: then every further port of the address is visited briefly */
    MUTE_HOSTS = 16,   /* of one /24 or /64, and nothing else heard of it: then every address is */
    MUTE_REMARKS = 64, /* are told of one by one, the rest as a sum */
};

/* How a visit ended. A refusal says that not every port is answered for; mere silence may be loss. */
enum mute_seen { MUTE_SPOKE, MUTE_SAID_NOTHING, MUTE_REFUSED, MUTE_SILENT };

struct mutes;
struct mutes *mutes_new(uint64_t seed, struct error *e);
void mutes_free(struct mutes *m);

void mutes_note(struct mutes *m, const struct address *a, enum mute_seen seen);
/* Whether to visit this address briefly. */
bool mutes_brief(struct mutes *m, const struct address *a);
/* Calls tell() for each middlebox that was noticed, networks first; what lies in a network that is one is told as that.
 * The texts die after the call. */
void mutes_tell(struct mutes *m, void (*tell)(void *self, const struct remark *r), void *self);

#endif
