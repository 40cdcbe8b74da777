/* How far `ajar classify` is, on standard error: in files and in bytes, since one file may take an hour. */
#ifndef AJAR_CMD_CLASSIFY_PROGRESS_H
#define AJAR_CMD_CLASSIFY_PROGRESS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/progress.h"

struct classify_progress {
    struct progress_line line;
    uint64_t came;      /* bytes read; scans add to it on their threads, by atomic operations */
    uint64_t total;     /* bytes of the files; 0 where it is not known (pipes, what is unpacked elsewhere) */
    size_t files, over; /* how many there are, and have been read; `over` under `lock` */
    bool ended;         /* under `lock` */
    bool watched;
    pthread_t watcher;
    pthread_mutex_t *lock;
    pthread_cond_t end;
};

/* Begins to watch, on a thread of its own, which takes `lock` whenever it says something; where there can be no such
 * thread, nothing is said. `total` and `files` are known. */
void classify_progress_begin(struct classify_progress *p, pthread_mutex_t *lock);
/* Ends it and wipes its line. Called without the lock. */
void classify_progress_end(struct classify_progress *p);
/* What it would say now, where that is due. Called with the lock held. */
void classify_progress_tell(struct classify_progress *p, int64_t now_ms);

#endif
