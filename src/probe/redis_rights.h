/* What a visitor without a password may do in a Redis: the answer to reads of a key that cannot exist.
 *
 * Whoever may not read is refused (-NOPERM, -NOAUTH), whoever may is told that there is no such key, so no record
 * is read. The right to write is asked by GETEX without an option, which reads like GET but is counted
 * among the writing commands, or by BITFIELD without an operation (before 6.2), which does nothing: neither
 * can change a byte. */
#ifndef AJAR_PROBE_REDIS_RIGHTS_H
#define AJAR_PROBE_REDIS_RIGHTS_H

#include "probe/redis_info.h"
#include "wire/wire.h"

/* How a command was answered. */
enum redis_answer {
    REDIS_NONE,     /* not asked, or no answer */
    REDIS_DONE,     /* as it is answered to those who may */
    REDIS_STATE,    /* the server cannot now: loading, busy, moved, out of memory... */
    REDIS_READONLY, /* a replica that takes no writes */
    REDIS_NO_KEY,   /* the command, but not on this key or in this database */
    REDIS_DENIED,   /* not this command */
    REDIS_PASSWORD, /* nothing without a password */
    REDIS_UNKNOWN,  /* no such command, or renamed */
    REDIS_ODD,      /* anything else */
};

enum redis_answer redis_answer_of(struct span line);

struct redis_rights {
    enum redis_answer read, write, scan; /* `scan`: the names of keys may be listed */
    struct span read_proof, write_proof;
    const char *read_ask, *write_ask;
    bool broken; /* the conversation broke before all was asked: what was refused may be granted elsewhere */
};

extern const struct ask REDIS_RIGHTS, REDIS_READS, REDIS_SCAN, REDIS_WRITE, REDIS_ACL, REDIS_EXISTS,
    REDIS_ELSEWHERE, REDIS_SENTINEL;

/* The longest line of RESP that is read, and a number as it writes it, ":42". */
enum { REDIS_LINE_MAX = 2048 };
bool redis_number(struct span line, uint64_t *ret);

/* Takes the two answers to REDIS_RIGHTS, which was sent, and asks on where they leave it open; of a
 * Sentinel, where a master is. */
struct redis_rights redis_rights_take(struct wire *w, bool sentinel);
/* One read by a RESP array, for proxies that know no other form. */
struct redis_rights redis_rights_of_proxy(struct wire *w);

/* States `writable` where the rights, or else the role, tell. */
void redis_writable(struct observation *o, const struct redis_rights *rights, const struct redis_info *info);

#endif
