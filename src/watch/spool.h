/* The queue on disk: what changed and was not told yet, one file a message and receiver, and one
 * small file with how far the watch has come.
 *
 *   DIR/lock                  held while a watch runs
 *   DIR/state.json            see struct spool_state
 *   DIR/queue/RECEIVER/NAME   a message; the name says batch, place, time, severity, form and id
 *
 * Invariants: all messages of a round become valid in one step, when state.json names their batch;
 * what an earlier crash left of a later batch is removed, so a round is told whole and once.
 * A message is removed only when its receiver has taken it, or when it is too old. Who delivers a
 * message holds a lock on its file, also when the watch that started him is dead. */
#ifndef AJAR_WATCH_SPOOL_H
#define AJAR_WATCH_SPOOL_H

#include "base/file.h"
#include "watch/notice.h"

enum { SPOOL_NAME_MAX = 96, SPOOL_INSTANCE_MAX = 33, SPOOL_WHY_MAX = 300, SPOOL_PENDING_MAX = 100000 };

struct spool_state {
    char instance[SPOOL_INSTANCE_MAX]; /* of this queue; random, made once */
    uint64_t batch;                    /* batches up to this one are valid */
    int64_t told_scan;                 /* changes up to this scan were told */
    int64_t base_scan;                 /* the complete scan that later ones are compared with */
    int64_t told_ms;                   /* and when */
    int64_t started_ms, ended_ms;      /* of the last round; 0: none yet */
    int64_t scanning_ms;               /* a scan began then and its end was not seen; 0: none */
    bool complete;                     /* the last scan came to its end */
    int64_t trouble;                   /* enum notice_kind of what was told last about scans, or -1 */
    int64_t trouble_ms;                /* and when */
    int64_t trouble_why;               /* and a hash of its reason */
};

struct spool {
    char dir[FILE_PATH_MAX];
    int lock;
    struct spool_state state;
    unsigned places; /* in the batch that is being made */
};

/* Forms of a message. */
enum { SPOOL_SINGLE = 's', SPOOL_DIGEST = 'd', SPOOL_PART = 'p' };

struct queued {
    char name[SPOOL_NAME_MAX], id[NOTICE_ID_MAX];
    int64_t created_ms, due_ms;
    enum severity severity;
    char form;
    unsigned attempts;
    bool sending;
};

/* What waits for one receiver, oldest first. */
struct queue {
    char dir[FILE_PATH_MAX];
    struct queued *at;
    size_t len, cap;
};

/* Makes the folder, takes the lock, reads the state. NULL and a sentence, also while another watch
 * uses the folder. */
struct spool *spool_open(const char *dir, struct error *e);
void spool_close(struct spool *s);
/* In a child process: the lock is its parent's. */
void spool_leave(struct spool *s);

/* Adds a message to the batch that is being made. */
bool spool_add(struct spool *s, const char *receiver, int form, enum severity severity, const char *id, int64_t at_ms,
               struct span content, struct error *e);
/* Makes the batch and the new state valid in one step. */
bool spool_commit(struct spool *s, const struct spool_state *state, struct error *e);
/* Notes that a scan began (or, with 0, that none runs); no message is made valid by that. */
bool spool_scanning(struct spool *s, int64_t since_ms, struct error *e);

/* Reads what waits for a receiver; keeps what is known of those that are in the queue already.
 * Removes what is not valid. */
bool spool_load(struct spool *s, const char *receiver, struct queue *q, struct error *e);
void queue_release(struct queue *q);
/* Takes an entry out of the list; the file is not touched. */
void queue_drop(struct queue *q, size_t i);
/* Groups parts into one message: afterwards the list holds the digest in their place. `host` as in
 * notice_write(). At most DIGEST_NOTICES_MAX parts, the oldest first. */
bool spool_group(struct spool *s, struct queue *q, const char *host, int64_t now_ms, struct error *e);
/* Moves a message to DIR/dead/RECEIVER, where nobody looks for it again but a person. */
bool spool_bury(struct spool *s, const char *receiver, const struct queue *q, size_t i, struct error *e);

#endif
