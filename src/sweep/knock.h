/* First questions by single packets. In a big network nearly nothing answers, and a connect() to nobody costs a
 * socket and seconds. So each place of the plan gets a SYN first, and only where somebody answers, be it by a
 * refusal, is there a real connection and all that follows: no verdict rests on a packet of this file.
 *
 * Nothing is kept of a packet that is out: its sequence number is a keyed hash of whom it goes to, mixed with where
 * in the window its place is, so that an answer proves itself and finds its place. An answer that is made up gains a
 * connection that the plan has allowed anyway.
 *
 * The window slides over the places in ascending order, CHUNK of them at a time. A chunk is asked in two rounds, the
 * second only where nobody has answered the first, GAP apart; in more where the second shows that packets are being
 * lost. Then whoever has not answered is told of as runs of places. A chunk is held until all of its answers are
 * handed out, so a slow sweep slows the knocking down, and nothing that was heard is dropped.
 *
 * The rate counts places; a further round is the repetition that TCP would send as well, and goes no faster. */
#ifndef AJAR_SWEEP_KNOCK_H
#define AJAR_SWEEP_KNOCK_H

#include "base/error.h"
#include "record/pipe.h"
#include "sweep/knock_packet.h"
#include "sweep/pace.h"

enum {
    KNOCK_CHUNK = 4096,
    KNOCK_ROUNDS = 2,          /* to those that say nothing */
    KNOCK_ROUNDS_MAX = 5,      /* where packets are lost */
    KNOCK_GAP_US = 1000000,    /* between two of them */
    KNOCK_LAST_US = 1500000,   /* after the last */
    KNOCK_BATCH = 64,          /* packets handed over at once */
    KNOCK_NET_OPEN_MAX = 4096, /* places of one /24 or /64 that accept; beyond: something answers for all of them */
};

/* The way out and in; knock_socket.h, or a test's network. */
struct knock_heard {
    struct address from;
    struct span segment; /* TCP; dies with the next receive() */
};
struct knock_line {
    uint16_t port; /* all packets come from it */
    /* The address that a packet to `to` leaves from. False where no way leads there. */
    bool (*source)(struct knock_line *self, const struct address *to, struct address *ret);
    /* Hands over up to `count` packets of one family, and returns how many went. Fewer: *ret_refused where the next one
     * is one that the system will not send, else it is to be tried again a little later. */
    size_t (*send)(struct knock_line *self, uint8_t family, const struct span *packets, size_t count,
                   bool *ret_refused);
    /* What came, without waiting; 0 where nothing is there. */
    size_t (*receive)(struct knock_line *self, struct knock_heard *ret, size_t max);
};

/* The places: random access to what the pacer would else get in order. All of it is called under the knock's lock. */
struct knock_places {
    /* The endpoint there; *ret_skip says why it is not to be asked, else NULL. */
    void (*at)(void *self, uint64_t place, struct endpoint *ret, const char **ret_skip);
    /* The first place from `from` on that is not done yet. */
    uint64_t (*gap)(void *self, uint64_t from);
    /* Whether it is to be visited without a knock; or NULL. */
    bool (*known)(void *self, const struct endpoint *e);
    void *self;
    uint64_t end;
};

struct knock_config {
    struct knock_places places;
    struct knock_line *line;
    double per_second;
    /* So many where everybody answers, or 0: as many as that. What is silent costs a network 1 / PACE_SILENT_SHARE of
     * what answers, so the true limit lies between the two, by how many have answered so far. */
    double answered_per_second;
    uint64_t seed;
    /* How places ended that nobody will visit. Called from knock_step(), without the lock. */
    void (*told)(void *self, const struct sweep_places *p);
    /* Or NULL. One packet that goes out. */
    void (*sent)(void *self, const struct endpoint *e);
    void *self;
};

/* For remarks at the end. */
struct knock_sum {
    uint64_t packets, answered, left_out, nets_left_out;
    double loss;   /* of a question or its answer, 0 to 1 */
    double missed; /* places that nobody heard for that, estimated */
};

struct knock;

struct knock *knock_new(const struct knock_config *config, struct error *e);
void knock_free(struct knock *k);

/* Sends and receives what is due. Returns how many microseconds nothing will be; -1 when all is done. One thread
 * only. */
int64_t knock_step(struct knock *k, int64_t now_us);
/* So many connections were begun beside the packets: they count in the same rate. The thread of knock_step(). */
void knock_charge(struct knock *k, uint64_t connections);
struct knock_sum knock_sum(const struct knock *k);

/* For the pacer: a pace_source's next() and pending(), `self` a struct knock. Any thread. */
bool knock_next(void *self, struct turn *ret, const char **ret_skip);
bool knock_pending(void *self);

#endif
