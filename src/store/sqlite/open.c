/* Opening the file: to write, or only to read, which works where nothing may be written, too. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/say.h"
#include "store/sqlite/sqlite.h"

/* ---- the file ---- */

/* Makes the file before SQLite does, so that it is never readable by others. What SQLite puts
 * beside it inherits the mode. */
static bool make_file(const char *path, struct error *e)
{
    if (!folder_make_for(path, e))
        return false;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(e, "%s: %s", path, strerror(errno));
    close(fd);
    return true;
}

/* ---- one connection ---- */

enum connect { CONNECT_WRITE, CONNECT_READ, CONNECT_READ_FROZEN };

/* As a URI, so that a path is a path whatever it holds: every byte three characters at most. */
enum { URI_MAX = 3 * STORE_PATH_MAX + 64 };

static void uri_of(const char *path, enum connect how, char ret[static URI_MAX])
{
    static const char *const MODES[] = { "rw", "ro", "ro&immutable=1" };
    size_t n = (size_t)snprintf(ret, URI_MAX, "file:");
    for (const char *c = path; *c; c++)
        n += (size_t)snprintf(ret + n, URI_MAX - n, strchr("%?#", *c) ? "%%%02x" : "%c", *c);
    snprintf(ret + n, URI_MAX - n, "?mode=%s", MODES[how]);
}

/* SQLite asks: the store is locked, by a process that need not be of Ajar; try again? */
static int on_busy(void *self, int times)
{
    struct store *s = self;
    if (times == 0)
        store_wait_begins(s);
    return store_wait_on(s);
}

static int connect_as(struct store *s, enum connect how)
{
    struct sqlite *link = s->link;
    char uri[URI_MAX];
    int flags = how == CONNECT_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    uri_of(s->path, how, uri);
    errno = 0;
    flags |= SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(uri, &link->db, flags, NULL);
    if (code != SQLITE_OK)
        return code;
    sqlite3_busy_handler(link->db, on_busy, s);
    sqlite3_db_config(link->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(link->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return sqlite3_exec(link->db, SQLITE_CACHE "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0", NULL,
                        NULL, NULL);
}

/* Bringing a file up to date may have prepared statements: they belong to this connection. */
static void disconnect(struct store *s)
{
    struct sqlite *link = s->link;
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(link->statements[i]);
        link->statements[i] = NULL;
    }
    sqlite3_close(link->db);
    link->db = NULL;
}

static bool open_to_write(struct store *s, enum store_use use)
{
    int code = connect_as(s, CONNECT_WRITE);
    if (code != SQLITE_OK)
        return sqlite_fail(s, code);
    /* References are not checked row by row, which would cost a look for each and an index for each way back. What
     * removes does it in an order that leaves none behind; a migration checks them all at its end.
     * NORMAL: a commit survives every death of a process; only a power cut may take the last
     * batches, and then as a whole. */
    return sqlite_run(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;"
                        /* Fewer waits for the disk: every 32 MB instead of every 4. */
                        "PRAGMA wal_autocheckpoint = 8000") &&
           sqlite_migrate(s, use);
}

/* ---- to read ---- */

/* Whether reading fails for want of a place for what lies beside the file (`-wal`, `-shm`). */
static bool wants_place(int code)
{
    return (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY || (code & 0xff) == SQLITE_IOERR;
}

/* Nobody can write there, not even another process: an own answer of the kernel. */
static bool is_read_only_medium(const char *path)
{
    return access(path, W_OK) != 0 && errno == EROFS;
}

/* Whether beside the file lies what was written and is not in it yet. */
static bool has_log(const char *path)
{
    char log[STORE_PATH_MAX + 8];
    struct stat st;
    snprintf(log, sizeof(log), "%s-wal", path);
    return stat(log, &st) == 0 && st.st_size > 0;
}

/* Opens the file without a right to change it. */
static bool connect_to_read(struct store *s)
{
    struct sqlite *link = s->link;
    int code = connect_as(s, CONNECT_READ);
    /* The first look at the file is the first that can fail. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(link->db, "PRAGMA schema_version", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return true;
    if (!wants_place(code) || access(s->path, R_OK) != 0)
        return sqlite_fail(s, code);
    if (has_log(s->path))
        return error_set(&s->error, "%s: what was written last lies in its -wal and cannot be read where nothing may"
                                    " be written: copy both to where you may write, and name the copy with --db",
                         s->path);
    if (!is_read_only_medium(s->path))
        return error_set(&s->error, "%s: its folder may not be written, which reading needs where others may write:"
                                    " copy the file, and name the copy with --db",
                         s->path);
    disconnect(s);
    code = connect_as(s, CONNECT_READ_FROZEN);
    return code == SQLITE_OK || sqlite_fail(s, code);
}

/* An old file is brought up to date first, where it may be written. */
static bool open_to_read(struct store *s)
{
    bool is_old;
    if (!connect_to_read(s) || !sqlite_is_readable(s, &is_old))
        return false;
    if (!is_old)
        return true;
    if (access(s->path, W_OK) != 0)
        return error_set(&s->error, "%s: an older Ajar wrote it, and it may not be written where it lies: copy it to"
                                    " where you may write, name the copy with --db, and it is brought up to date there",
                         s->path);
    disconnect(s);
    if (!open_to_write(s, STORE_EXISTING))
        return false;
    disconnect(s);
    return connect_to_read(s);
}

/* ---- the back end ---- */

static bool sqlite_open(struct store *s, enum store_use use)
{
    struct sqlite *link = s->link = calloc(1, sizeof(*link));
    if (!link)
        return error_set(&s->error, "no memory for the store");
    link->lock_fd = -1;
    /* Nobody asks for SQLite's count of its memory, for which every allocation takes a lock. Once SQLite is in use it
     * refuses, and goes on as it is. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (use != STORE_WRITE && access(s->path, F_OK) != 0)
        return error_set(&s->error, "%s: %s", s->path,
                         errno == ENOENT ? N_("there is no store yet; `ajar scan` makes it") : strerror(errno));
    if (use == STORE_READ)
        return open_to_read(s);
    if (use == STORE_EXISTING && access(s->path, W_OK) != 0)
        return error_set(&s->error, "%s: it may not be written: %s", s->path, strerror(errno));
    return (use == STORE_EXISTING || make_file(s->path, &s->error)) && open_to_write(s, use);
}

static void sqlite_close(struct store *s)
{
    struct sqlite *link = s->link;
    if (!link)
        return;
    disconnect(s);
    if (link->lock_fd >= 0)
        close(link->lock_fd);
    free(link);
    s->link = NULL;
}

const struct back BACK_SQLITE = {
    .name = "SQLite",
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .end = sqlite_end,
    .compact = sqlite_compact,
    .claim = sqlite_claim,
    .query = sqlite_query,
    .bind_int = sqlite_bind_int,
    .bind_real = sqlite_bind_real,
    .bind_text = sqlite_bind_text,
    .bind_blob = sqlite_bind_blob,
    .row = sqlite_row,
    .over = sqlite_over,
    .get_int = sqlite_get_int,
    .get_real = sqlite_get_real,
    .get_span = sqlite_get_span,
    .is_null = sqlite_is_null,
    .added = sqlite_added,
    .changed = sqlite_changed,
};
