/* A notice: one thing that changed, as one JSON object that every receiver is told in its own way.
 *
 * Invariant: the texts inside were made visible before they were written, so that what a receiver
 * decodes holds no control byte and no bidirectional mark either (line feeds in `fix` only), and no text is
 * longer than NOTICE_TEXT_MAX. doc/watch.md describes the members. */
#ifndef AJAR_WATCH_NOTICE_H
#define AJAR_WATCH_NOTICE_H

#include "base/buf.h"
#include "store/store.h"

enum { NOTICE_ID_MAX = 33, NOTICE_TEXT_MAX = 2000, NOTICE_BYTES_MAX = 64 * 1024, DIGEST_NOTICES_MAX = 200,
       DIGEST_BYTES_MAX = 4 << 20,
       DIGEST_ROOM = DIGEST_BYTES_MAX - 2 * NOTICE_BYTES_MAX }; /* no further part once there is more */

enum notice_kind { NOTICE_NEW, NOTICE_REOPENED, NOTICE_CHANGED, NOTICE_FIXED, NOTICE_ACCEPTANCE_ENDED,
                   NOTICE_SCAN_FAILED, NOTICE_SCAN_INCOMPLETE, NOTICE_SCAN_WELL,
                   NOTICE_NOT_SEEN }; /* numbers are kept in the state of a watch */
const char *notice_kind_name(enum notice_kind k);
/* What became of it, in English: "open again". */
const char *notice_says(enum notice_kind k);
/* About the watch itself: goes to every receiver, whatever severity it asks for. */
bool notice_is_of_scan(enum notice_kind k);

struct notice {
    enum notice_kind kind;
    enum severity severity;
    int64_t at_ms;                       /* when it was noticed */
    int64_t scan;                        /* number in the store, 0 where there is none */
    const struct stored_finding *about;  /* NULL: of the scan */
    struct span what;                    /* what changed, or why the scan failed */
};

/* `from` names the sender (instance of the queue): the same change always has the same id, and the
 * changes of another queue never do. */
void notice_id(const struct notice *n, struct span from, char id[static NOTICE_ID_MAX]);
/* The id of a digest, from those of its parts. */
void digest_id(struct span ids, char id[static NOTICE_ID_MAX]);
/* Appends the object; false where it does not fit. */
bool notice_write(const struct notice *n, const char *host, const char *id, struct buf *out);

/* Appends a digest of notices: JSON objects as notice_write() made them. */
bool digest_write(const struct span *notices, size_t count, const char *host, const char *id, int64_t at_ms,
                  struct buf *out);

/* Appends `s` in visible form and at most `max` bytes of it. */
void put_visible(struct buf *out, struct span s, size_t max);

#endif
