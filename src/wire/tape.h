/* The tape back: a scripted peer, for tests and fuzzers. No socket, no sleep: time is virtual and
 * moves only when the peer is silent.
 *
 * Over UDP each answer of the script is a datagram, which comes whole or not at all; where the script ends or is
 * left there is silence, and `reset` is the host's word that the port is shut.
 *
 * A tape also plays broken versions of itself: in small pieces, cut, with a flipped bit, or with a
 * fault at a chosen read. Then the other side may ask what the script does not expect; the peer
 * answers that by closing. */
#ifndef AJAR_WIRE_TAPE_H
#define AJAR_WIRE_TAPE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/list.h"
#include "wire/back.h"

enum tape_step_kind { TAPE_EXPECT, TAPE_GIVE, TAPE_HUSH, TAPE_CLOSE, TAPE_RESET, TAPE_CONNECT, TAPE_REFUSE, TAPE_TLS,
                      TAPE_NO_TLS };

struct tape_step {
    enum tape_step_kind kind;
    struct span bytes;
    unsigned line;
    enum wire_fault fault; /* TAPE_NO_TLS: how the handshake ends */
    uint8_t alert;         /* and with which alert, where the fault is WIRE_TLS */
};

struct tape_fact {
    struct span key, value; /* value as written, quotes and escapes resolved */
    bool quoted, absent;
};

struct tape_collection {
    struct span name;
    int64_t records, bytes;
};

struct tape_number {
    bool set;
    int64_t value;
};

struct tape {
    struct span source, probe, outcome, product;
    LIST_OF(struct tape_step) steps;
    LIST_OF(struct tape_fact) facts;
    LIST_OF(struct tape_collection) collections;
    LIST_OF(struct span) varying; /* facts and counts of which a broken play may state another value */
    bool bit_decides; /* one bit of an answer is the whole proof: flipped, the door is open */
    struct tape_number count_collections, count_records, count_bytes, time_max_ms, connections_max, timeout_s, port;
    bool udp; /* each answer is a datagram */
    bool far; /* played at an address that is not loopback */
    struct span chain; /* DER of the certificate that a `tls` step shows; may be empty */
};

/* Reads the format of doc/tapes.md. False and an error that names the line. */
bool tape_parse(struct arena *a, struct span text, struct tape *ret, struct error *e);

struct tape_play {
    size_t piece_bytes;   /* at most so many bytes a read; 0 = as given */
    size_t cut_at;        /* the peer closes after so many bytes in all; SIZE_MAX = never */
    size_t flip_at;       /* this byte of all given arrives with one bit flipped; SIZE_MAX = never */
    uint8_t flip_mask;
    size_t fault_at_read; /* the n-th read (from 0) ends with `fault`; SIZE_MAX = never */
    enum wire_fault fault;
};

extern const struct tape_play TAPE_AS_WRITTEN;

struct tape_back {
    struct wire_back back; /* first member */
    const struct tape *tape;
    struct tape_play play;
    size_t step, step_offset; /* what is read next */
    size_t asked;             /* every request before this step was sent */
    size_t given, reads;
    bool opened, off_script, udp;
    int64_t now_ms;
    struct error mismatch; /* the first request that was not as written; empty text = none */
    struct buf sent;       /* of the running TAPE_EXPECT */
    uint8_t scratch[65536];
};

void tape_back_init(struct tape_back *b, const struct tape *t, const struct tape_play *play);
void tape_back_release(struct tape_back *b);
/* Whether the script was played to its end: every expected request was sent. */
bool tape_back_finished(const struct tape_back *b, struct error *e);

#endif
