/* The tail: visits of the running scan that are handed over and not committed yet, in a file beside
 * the store, as they came. What it holds survives the death of the process, so SQLite need not commit
 * at every turn; a scan that goes on takes it in first.
 *
 * A visit: its length as 4 bytes little-endian, then visit_encode()'s bytes. What is not whole at the
 * end was being written when the process died: it was never kept. A visit that is both in the tail
 * and in the journal was committed just before the death: it is done already. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/reader.h"
#include "record/codec.h"
#include "store/ledger.h"

enum { TAIL_BYTES_MAX = 256 << 20, VISIT_ARENA_MAX = 64 << 20 };

enum { TAIL_PATH_MAX = STORE_PATH_MAX + 32 };

static void path_of(const struct store *s, int64_t scan, char path[static TAIL_PATH_MAX])
{
    snprintf(path, TAIL_PATH_MAX, "%s-tail-%lld", s->path, (long long)scan);
}

static bool tail_fail(struct store *s)
{
    return errno == ENOSPC || errno == EDQUOT
               ? error_set(&s->error, "%s: no space is left on its disk", s->path)
               : error_set(&s->error, "%s: what was found cannot be kept beside it: %s", s->path,
                           strerror(errno));
}

bool store_keep(struct store *s, struct span visits, struct error *e)
{
    char path[TAIL_PATH_MAX];
    path_of(s, s->now.scan, path);
    if (store_ok(s) && s->ledger->tail_fd < 0)
        s->ledger->tail_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store_ok(s) && s->ledger->tail_fd < 0)
        tail_fail(s);
    if (store_ok(s) && visits.len && lseek(s->ledger->tail_fd, s->ledger->tail_bytes, SEEK_SET) < 0)
        tail_fail(s);
    while (store_ok(s) && visits.len) {
        ssize_t n = write(s->ledger->tail_fd, visits.at, visits.len);
        if (n < 0 && errno != EINTR)
            tail_fail(s);
        if (n > 0) {
            s->ledger->tail_bytes += n;
            visits = span_from(visits, (size_t)n);
        }
    }
    return store_told(s, e);
}

/* Where cutting fails, the next visits are written over what is stored already. */
void tail_forget(struct ledger *l)
{
    if (l->tail_bytes && ftruncate(l->tail_fd, 0) != 0)
        errno = 0;
    l->tail_bytes = 0;
}

void tail_close(struct ledger *l)
{
    if (l->tail_fd >= 0)
        close(l->tail_fd);
    l->tail_fd = -1;
    l->tail_bytes = 0;
}

void tail_remove(struct store *s, int64_t scan)
{
    char path[TAIL_PATH_MAX];
    path_of(s, scan, path);
    unlink(path);
}

bool tail_resume(struct store *s, int64_t scan)
{
    char path[TAIL_PATH_MAX];
    struct stat st;
    tail_close(s->ledger);
    path_of(s, scan, path);
    s->ledger->tail_fd = open(path, O_RDWR | O_CLOEXEC);
    if (s->ledger->tail_fd < 0)
        return errno == ENOENT || tail_fail(s);
    if (fstat(s->ledger->tail_fd, &st) != 0)
        return tail_fail(s);
    s->ledger->tail_bytes = st.st_size;
    return true;
}

/* False at the end: no whole visit is left. */
static bool next_kept(struct reader *r, struct span *ret)
{
    uint64_t len = reader_le(r, 4);
    if (len > VISIT_ENCODED_MAX)
        reader_fail(r, "too long");
    *ret = reader_take(r, len > VISIT_ENCODED_MAX ? 0 : (size_t)len);
    return reader_ok(r);
}

bool store_tail(struct store *s, int64_t scan,
                bool (*each)(void *self, const struct visit *v, struct span encoded), void *self,
                struct error *e)
{
    char path[TAIL_PATH_MAX];
    struct buf all;
    struct span body;
    struct verdict bad;
    bool missing;
    path_of(s, scan, path);
    buf_init(&all, TAIL_BYTES_MAX);
    bool more = file_append(&all, path, &missing, &s->error) ||
                error_in(&s->error, "what was found last cannot be read");
    struct reader r = reader_over(&bad, buf_span(&all));
    while (more && next_kept(&r, &body)) {
        struct arena a;
        struct visit v;
        struct verdict unread;
        struct reader one = reader_over(&unread, body);
        arena_init(&a, VISIT_ARENA_MAX);
        more = visit_decode(&one, &a, &v) && each(self, &v, body) && store_ok(s);
        arena_release(&a);
    }
    buf_release(&all);
    return store_told(s, e);
}
