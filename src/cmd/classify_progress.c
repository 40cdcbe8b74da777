#include "cmd/classify_progress.h"

#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/say.h"
#include "text/amount.h"

enum { LINE_BYTES_MAX = 256, LEFT_BYTES_MAX = 32, FIRST_TOLD_MS = 3000, LEFT_FROM_MS = 10000 };

/* "12 of 340 files, 1.2 GB of 5 GB, 3 min left" */
static void put_progress(struct buf *b, const struct classify_progress *p, uint64_t came, int64_t since_ms)
{
    char left[LEFT_BYTES_MAX];
    bool of_total = p->total && came <= p->total;
    if (p->files > 1) {
        put_count(b, p->over);
        buf_printf(b, _(" of %s files, "), COUNTED(p->files));
    }
    put_size(b, came);
    if (of_total) {
        buf_str(b, _(" of "));
        put_size(b, p->total);
    }
    if (of_total && came && since_ms >= LEFT_FROM_MS) {
        progress_left((double)(p->total - came) * (double)since_ms / 1000 / (double)came, left, sizeof(left));
        buf_str(b, ", ");
        buf_str(b, left);
    }
    buf_byte(b, '\0');
}

void classify_progress_tell(struct classify_progress *p, int64_t now_ms)
{
    struct buf b;
    int64_t since_ms = now_ms - p->line.started_ms;
    if (since_ms < FIRST_TOLD_MS || !progress_is_due(&p->line, now_ms))
        return;
    buf_init(&b, LINE_BYTES_MAX);
    put_progress(&b, p, __atomic_load_n(&p->came, __ATOMIC_RELAXED), since_ms);
    if (!b.failed)
        progress_put(&p->line, (const char *)b.at, now_ms);
    buf_release(&b);
}

static void *watch(void *self)
{
    struct classify_progress *p = self;
    pthread_mutex_lock(p->lock);
    while (!p->ended) {
        struct timespec next;
        clock_gettime(CLOCK_REALTIME, &next);
        next.tv_sec++;
        pthread_cond_timedwait(&p->end, p->lock, &next);
        if (!p->ended)
            classify_progress_tell(p, clock_mono_ms(&CLOCK_SYSTEM));
    }
    pthread_mutex_unlock(p->lock);
    return NULL;
}

void classify_progress_begin(struct classify_progress *p, pthread_mutex_t *lock)
{
    p->line = (struct progress_line){ .started_ms = clock_mono_ms(&CLOCK_SYSTEM), .redraws = progress_redraws() };
    p->lock = lock;
    p->end = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    p->watched = pthread_create(&p->watcher, NULL, watch, p) == 0;
}

void classify_progress_end(struct classify_progress *p)
{
    if (!p->watched)
        return;
    pthread_mutex_lock(p->lock);
    p->ended = true;
    pthread_cond_signal(&p->end);
    pthread_mutex_unlock(p->lock);
    pthread_join(p->watcher, NULL);
    progress_wipe(&p->line);
}
