/* The process: threads that take the next name, and one that watches their time. What they learn goes
 * through a pipe, an answer a message: u32 which name, u32 how many addresses it has, u16 addresses that
 * follow (family and 16 bytes each), u16 length of a text that follows (why there is none); little-endian.
 * The answers are foreign data by way of DNS, so the reading end takes them for such. */
#include "target/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/reader.h"

enum {
    AT_ONCE = 32,
    ONE_MS = 15000,
    SILENT_MS = 30000,
    ALL_MS = 30000,
    ALL_MS_A_NAME = 30,
    HEAD_BYTES = 12,
    ADDRESS_BYTES = 17,
    TEXT_BYTES_MAX = 300,
    MESSAGE_BYTES_MAX = HEAD_BYTES + RESOLVED_MAX * ADDRESS_BYTES + TEXT_BYTES_MAX,
    WATCH_MS = 50,
    READ_BYTES = 64 * 1024,
    STACK_BYTES = 1024 * 1024,
};

static const char LATE[] = "no answer came in time";

struct lookup_limits lookup_limits(size_t count)
{
    return (struct lookup_limits){ AT_ONCE, ONE_MS, SILENT_MS, ALL_MS + ALL_MS_A_NAME * (int64_t)count };
}

/* ---- the process --------------------------------------------------------------------------- */

struct pool;

struct worker {
    struct pool *pool;
    size_t job;
    int64_t started_ms;
    bool busy, given_up; /* given up: another took its place, and its answer comes too late */
};

struct pool {
    const struct resolver *resolver;
    const struct lookup *list;
    size_t count, next, answered;
    struct lookup_limits limits;
    int fd;
    pthread_mutex_t lock; /* of all of this */
    pthread_cond_t changed;
    struct worker workers[LOOKUPS_MAX];
    size_t started, active; /* threads; those that are not given up */
};

static void put_le(struct buf *b, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_byte(b, (uint8_t)(value >> 8 * i));
}

static void send_answer(struct pool *p, size_t job, const struct resolved *found, const char *problem)
{
    struct buf b;
    size_t len = found ? found->len : 0;
    struct span text = span_first(span_str(problem), TEXT_BYTES_MAX);
    buf_init(&b, MESSAGE_BYTES_MAX);
    put_le(&b, job, 4);
    put_le(&b, found ? found->all : 0, 4);
    put_le(&b, len, 2);
    put_le(&b, text.len, 2);
    for (size_t i = 0; i < len; i++) {
        buf_byte(&b, found->at[i].family);
        buf_put(&b, span_of(found->at[i].bytes, 16));
    }
    buf_put(&b, text);
    if (!buf_ok(&b) || !io_write_all(p->fd, buf_span(&b)))
        _exit(1);
    buf_release(&b);
    p->answered++;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    struct resolved *found = calloc(1, sizeof(*found));
    pthread_mutex_lock(&p->lock);
    while (found && !w->given_up && p->next < p->count) {
        struct error why = { "" };
        w->job = p->next++;
        w->started_ms = clock_mono_ms(&CLOCK_SYSTEM);
        w->busy = true;
        pthread_mutex_unlock(&p->lock);
        bool ok = p->resolver->resolve(p->resolver->self, p->list[w->job].name, found, &why);
        pthread_mutex_lock(&p->lock);
        w->busy = false;
        if (!w->given_up)
            send_answer(p, w->job, ok ? found : NULL, ok ? NULL : why.text);
    }
    p->active -= !w->given_up;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    free(found);
    return NULL;
}

static bool start_worker(struct pool *p)
{
    pthread_attr_t attributes;
    pthread_t thread;
    if (p->started == LOOKUPS_MAX)
        return false;
    struct worker *w = &p->workers[p->started];
    *w = (struct worker){ .pool = p };
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    bool ok = pthread_create(&thread, &attributes, work, w) == 0;
    pthread_attr_destroy(&attributes);
    p->started += ok;
    p->active += ok;
    return ok;
}

/* Those that take too long lose their turn to another thread. */
static void give_up_late(struct pool *p)
{
    int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM);
    for (size_t i = 0; i < p->started; i++) {
        struct worker *w = &p->workers[i];
        if (!w->busy || w->given_up || now_ms - w->started_ms < p->limits.one_ms)
            continue;
        w->given_up = true;
        p->active--;
        send_answer(p, w->job, NULL, LATE);
        if (p->next < p->count)
            start_worker(p);
    }
}

/* Ends the process when all names have their answer, or nobody is left to look for one. */
_Noreturn static void run_pool(struct pool *p)
{
    pthread_condattr_t attributes;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &attributes);
    pthread_mutex_lock(&p->lock);
    while (p->started < p->limits.at_once && p->started < p->count && start_worker(p))
        continue;
    while (p->answered < p->count && p->active) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WATCH_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&p->changed, &p->lock, &until);
        give_up_late(p);
    }
    _exit(p->answered == p->count ? 0 : 1);
}

/* ---- the caller's side --------------------------------------------------------------------- */

struct waiting {
    struct lookup *list;
    size_t count, answered;
    struct arena *arena;
    struct buf in;
    int64_t heard_ms; /* of the resolver, not of its lateness */
    bool broken;      /* what comes is no answer, or there is no memory for it */
};

static bool take_addresses(struct waiting *w, struct lookup *l, struct reader *r, size_t len)
{
    l->at = len ? arena_array(w->arena, len, sizeof(*l->at)) : NULL;
    if (len && !l->at)
        return false;
    for (size_t i = 0; i < len; i++) {
        l->at[i].family = reader_u8(r);
        struct span bytes = reader_take(r, 16);
        if (!reader_ok(r) || (l->at[i].family != 4 && l->at[i].family != 6))
            return false;
        memcpy(l->at[i].bytes, bytes.at, 16);
    }
    l->len = len;
    return true;
}

static bool take_answer(struct waiting *w, struct reader *r, uint32_t job, uint32_t all, size_t len, size_t text_len)
{
    struct lookup *l = job < w->count ? &w->list[job] : NULL;
    if (!l || l->len || l->problem || len > RESOLVED_MAX || !take_addresses(w, l, r, len))
        return false;
    struct span text = reader_take(r, text_len);
    l->all = all;
    if (len == 0)
        l->problem = text.len ? arena_str(w->arena, text) : "the name has no address";
    w->answered++;
    if (!span_is(text, LATE))
        w->heard_ms = clock_mono_ms(&CLOCK_SYSTEM);
    return reader_ok(r) && (l->len || l->problem);
}

/* Takes all whole messages off the front of what has come. */
static void take_answers(struct waiting *w)
{
    struct span left = buf_span(&w->in);
    while (left.len >= HEAD_BYTES && !w->broken) {
        struct verdict bad;
        struct reader r = reader_over(&bad, left);
        uint32_t job = reader_le32(&r), all = reader_le32(&r);
        size_t len = reader_le16(&r), text_len = reader_le16(&r), whole = len * ADDRESS_BYTES + text_len;
        if (reader_left(&r) < whole)
            break;
        w->broken = !take_answer(w, &r, job, all, len, text_len);
        left = span_from(left, HEAD_BYTES + whole);
    }
    buf_consume(&w->in, w->in.len - left.len);
}

/* False at the end of the pipe. */
static bool read_some(struct waiting *w, int fd)
{
    uint8_t *room = buf_room(&w->in, READ_BYTES);
    ssize_t n = room ? read(fd, room, READ_BYTES) : -1;
    if (n < 0 && room && errno == EINTR)
        return true;
    if (n <= 0)
        return false;
    w->in.len += (size_t)n;
    take_answers(w);
    return !w->broken;
}

static void wait_for_answers(struct waiting *w, int fd, const struct lookup_limits *limits,
                             const struct lookup_watcher *watcher)
{
    int64_t began_ms = clock_mono_ms(&CLOCK_SYSTEM);
    w->heard_ms = began_ms;
    while (w->answered < w->count) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int n = poll(&p, 1, WATCH_MS);
        int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM);
        if (n > 0 && !read_some(w, fd))
            return;
        if (watcher->answered)
            watcher->answered(watcher->self, w->answered);
        if (now_ms - began_ms >= limits->all_ms || now_ms - w->heard_ms >= limits->silent_ms)
            return;
    }
}

static pid_t start_pool(struct pool *p, int fds[2], struct error *e)
{
    pid_t caller = getpid(), child = pipe2(fds, O_CLOEXEC) == 0 ? fork() : -1;
    if (child < 0)
        error_set(e, "cannot look up names: %s", strerror(errno));
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != caller)
        _exit(1);
    close(fds[0]);
    p->fd = fds[1];
    run_pool(p);
}

bool lookup_all(const struct resolver *r, struct lookup *list, size_t count, const struct lookup_limits *limits,
                const struct lookup_watcher *watcher, struct arena *a, struct error *e)
{
    struct pool *p = count ? ARENA_NEW(a, struct pool) : NULL;
    struct waiting w = { .list = list, .count = count, .arena = a };
    int fds[2];
    if (count == 0)
        return true;
    if (!p)
        return error_set(e, "not enough memory for the names");
    *p = (struct pool){ .resolver = r, .list = list, .count = count, .limits = *limits };
    pid_t child = start_pool(p, fds, e);
    if (child < 0)
        return false;
    close(fds[1]);
    buf_init(&w.in, MESSAGE_BYTES_MAX + READ_BYTES);
    wait_for_answers(&w, fds[0], limits, watcher);
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(fds[0]);
    buf_release(&w.in);
    for (size_t i = 0; i < count; i++)
        if (!list[i].len && !list[i].problem)
            list[i].problem = LATE;
    return !w.broken || error_set(e, "not enough memory for the names");
}
