/* Whose turn it is to write, and who works on which scan. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "store/sqlite/sqlite.h"

/* Bytes of a file beside the store are locks; the kernel gives them back however the process dies.
 * Byte N stands for scan N; TURN for the right to write, which a scan holds most of the time; NEXT for
 * the right to have it next, so that no process overtakes one that waits. */
static const int64_t TURN = 1ll << 62, NEXT = (1ll << 62) + 1;

/* 0, or why not. */
static int set_lock(struct store *s, int64_t byte, short type)
{
    char path[STORE_PATH_MAX + 8];
    struct sqlite *link = s->link;
    snprintf(path, sizeof(path), "%s.lock", s->path);
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
    if (link->lock_fd < 0)
        link->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (link->lock_fd >= 0 && fcntl(link->lock_fd, F_OFD_SETLK, &lock) == 0)
        return 0;
    return link->lock_fd >= 0 && errno == EACCES ? EAGAIN : errno;
}

bool sqlite_claim(struct store *s, int64_t id)
{
    int why = set_lock(s, id, F_WRLCK);
    if (why == EAGAIN)
        return false;
    return why == 0 || error_set(&s->error, "%s.lock: %s", s->path, strerror(why));
}

static bool wait_for(struct store *s, int64_t byte)
{
    int why;
    store_wait_begins(s);
    while ((why = set_lock(s, byte, F_WRLCK)) == EAGAIN && store_wait_on(s))
        continue;
    return why == 0 || (why == EAGAIN
                            ? store_held(s)
                            : error_set(&s->error, "%s.lock: %s", s->path, strerror(why)));
}

static bool take_turn(struct store *s)
{
    bool mine = store_ok(s) && wait_for(s, NEXT) && wait_for(s, TURN);
    set_lock(s, NEXT, F_UNLCK);
    return mine;
}

bool sqlite_begin(struct store *s)
{
    return take_turn(s) && sqlite_run(s, "BEGIN IMMEDIATE");
}

bool sqlite_end(struct store *s, bool keep)
{
    if (!sqlite_run(s, keep ? "COMMIT" : "ROLLBACK"))
        return false;
    set_lock(s, TURN, F_UNLCK);
    return true;
}

void sqlite_compact(struct store *s)
{
    if (!take_turn(s))
        return;
    sqlite_run(s, "VACUUM");
    set_lock(s, TURN, F_UNLCK);
}
