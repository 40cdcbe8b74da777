/* The thread that knocks, and what it tells the keeper. */
#ifndef AJAR_SWEEP_KNOCKER_H
#define AJAR_SWEEP_KNOCKER_H

#include "record/pipe.h"
#include "record/remark.h"
#include "sweep/knock_socket.h"
#include "wire/ask.h"

/* What a knock sends is no payload at all. */
extern const struct ask KNOCK_ASK;

struct knocker_config {
    struct knock_socket *socket;
    struct knock_places places;
    double per_second, answered_per_second; /* as knock_config's */
    uint64_t seed;
    struct sweep_progress *progress; /* counts, and says when to stop */
    /* One message for the keeper, whole. Any time while the thread runs. */
    void (*write)(void *self, struct span message);
    /* Or NULL. A packet that goes out. */
    void (*sent)(void *self, const struct endpoint *e);
    void *self;
};

struct knocker;

/* Starts the thread. NULL where it could not be. */
struct knocker *knocker_start(const struct knocker_config *config, struct error *e);
/* Waits for its end, which comes when all is asked or the progress says stop. */
void knocker_join(struct knocker *k);
/* After the end: what the network has probably kept from us, and what was left out. The texts die after the call. */
void knocker_tell(const struct knocker *k, void (*tell)(void *self, const struct remark *r), void *self);
void knocker_free(struct knocker *k);
/* What the pacer takes its turns from. */
struct pace_source knocker_source(struct knocker *k);

#endif
