/* Opening, closing, and the plumbing under every query. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/random.h"
#include "store/inside.h"

enum { WORDS_BYTES_MAX = 64 << 20, JOURNAL_BYTES_MAX = 256 << 20,
       PACKED_BYTES_MAX = 16 << 20, WORDS_KEPT_MAX = 1 << 16, FIX_BYTES_MAX = 1 << 20 };

/* ---- errors and queries ---- */

bool store_told(const struct store *s, struct error *e)
{
    if (!store_ok(s))
        *e = s->error;
    return store_ok(s);
}

enum store_trouble store_trouble(const struct store *s)
{
    return store_ok(s) ? STORE_FINE : s->trouble ? s->trouble : STORE_FAILED;
}

bool store_fail(struct store *s, int code)
{
    if (!store_ok(s))
        return false;
    switch (code & 0xff) {
    case SQLITE_FULL:
        return error_set(&s->error, "%s: no space is left on its disk", s->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        s->trouble = STORE_BUSY;
        return error_set(&s->error, "%s: another process has held it for %lld s; try again when that one is done",
                         s->path, (long long)(clock_mono_ms(&CLOCK_SYSTEM) - s->wait.since_ms) / 1000);
    case SQLITE_NOTADB:
        return error_set(&s->error, "%s: it is no store of Ajar", s->path);
    case SQLITE_CORRUPT:
        return error_set(&s->error, "%s: the file is damaged: %s", s->path, sqlite3_errmsg(s->db));
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return error_set(&s->error, "%s: it may not be written", s->path);
    case SQLITE_CANTOPEN:
        return error_set(&s->error, "%s: %s", s->path,
                         errno ? strerror(errno) : "it cannot be opened");
    case SQLITE_IOERR:
        return error_set(&s->error, "%s: its disk fails: %s", s->path,
                         errno == ENOSPC ? "no space is left"
                         : errno         ? strerror(errno)
                                         : sqlite3_errmsg(s->db));
    case SQLITE_NOMEM:
        return error_set(&s->error, "%s: no memory", s->path);
    default:
        return error_set(&s->error, "%s: %s", s->path,
                         s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(code));
    }
}

bool store_run(struct store *s, const char *sql)
{
    if (!store_ok(s))
        return false;
    int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || store_fail(s, code);
}

struct query query(struct store *s, enum statement which)
{
    static const char *const TEXTS[STATEMENTS] = {
#define STATEMENT(name, text) [SQL_##name] = text,
#include "store/statements.def"
#undef STATEMENT
    };
    sqlite3_stmt **stmt = &s->statements[which];
    if (!store_ok(s))
        return (struct query){ s, NULL };
    if (*stmt && sqlite3_stmt_busy(*stmt)) {
        error_set(&s->error, "%s: a question was asked again before it was answered: %s", s->path, TEXTS[which]);
        return (struct query){ s, NULL };
    }
    if (!*stmt) {
        int code = sqlite3_prepare_v3(s->db, TEXTS[which], -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
        if (code != SQLITE_OK)
            store_fail(s, code);
    }
    return (struct query){ s, *stmt };
}

static void bound(struct query *q, int code)
{
    if (code != SQLITE_OK) {
        store_fail(q->store, code);
        query_end(q);
    }
}

void query_int(struct query *q, int at, int64_t value)
{
    if (q->stmt)
        bound(q, sqlite3_bind_int64(q->stmt, at, value));
}

void query_text(struct query *q, int at, struct span text)
{
    if (q->stmt)
        bound(q, sqlite3_bind_text64(q->stmt, at, text.len ? (const char *)text.at : "", text.len,
                                     SQLITE_STATIC, SQLITE_UTF8));
}

void query_blob(struct query *q, int at, struct span bytes)
{
    if (q->stmt)
        bound(q, sqlite3_bind_blob64(q->stmt, at, bytes.len ? (const void *)bytes.at : "",
                                     bytes.len, SQLITE_STATIC));
}

bool query_row(struct query *q)
{
    if (!q->stmt)
        return false;
    errno = 0;
    int code = sqlite3_step(q->stmt);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        store_fail(q->store, code);
    query_end(q);
    return false;
}

void query_end(struct query *q)
{
    if (q->stmt)
        sqlite3_reset(q->stmt);
    q->stmt = NULL;
}

bool query_run(struct query *q)
{
    while (query_row(q))
        continue;
    return store_ok(q->store);
}

int64_t query_value(struct query *q, int64_t none)
{
    int64_t value = query_row(q) ? query_get(q, 0) : none;
    query_end(q);
    return value;
}

/* ---- where it lies ---- */

const char *store_default_path(char path[static STORE_PATH_MAX])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n = -1;
    /* The XDG specification: a relative path is to be ignored. */
    if (state && state[0] == '/')
        n = snprintf(path, STORE_PATH_MAX, "%s/ajar/ajar.db", state);
    else if (home && home[0] == '/')
        n = snprintf(path, STORE_PATH_MAX, "%s/.local/state/ajar/ajar.db", home);
    return n > 0 && n < STORE_PATH_MAX ? path : NULL;
}

/* ---- waiting for another process ---- */

void store_on_wait(struct store *s, bool (*each)(void *self, bool first), void *self)
{
    s->wait.each = each;
    s->wait.self = self;
}

static void wait_begins(struct store *s)
{
    s->wait.since_ms = clock_mono_ms(&CLOCK_SYSTEM);
    s->wait.tell_ms = s->wait.since_ms + STORE_TELL_MS;
    s->wait.told = false;
}

/* Sleeps a little; false where there is no patience left. */
static bool wait_on(struct store *s)
{
    static const struct timespec SHORT = { .tv_nsec = 2000000 }, LONG = { .tv_nsec = 20000000 };
    int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM), waited_ms = now_ms - s->wait.since_ms;
    if (waited_ms >= STORE_PATIENCE_MS)
        return false;
    if (s->wait.each && now_ms >= s->wait.tell_ms) {
        s->wait.tell_ms = now_ms + 1000;
        bool first = !s->wait.told;
        s->wait.told = true;
        if (!s->wait.each(s->wait.self, first))
            return false;
    }
    nanosleep(waited_ms < 1000 ? &SHORT : &LONG, NULL);
    return true;
}

int store_busy(void *self, int times)
{
    struct store *s = self;
    if (times == 0)
        wait_begins(s);
    return wait_on(s);
}

/* ---- open, close ---- */

struct store *store_open(const char *path, enum store_use use, struct error *e)
{
    struct store *s = calloc(1, sizeof(*s));
    if (!s) {
        error_set(e, "no memory for the store");
        return NULL;
    }
    s->lock_fd = s->tail_fd = -1;
    arena_init(&s->arena, WORDS_BYTES_MAX);
    table_init(&s->words, &s->arena, random_seed());
    buf_init(&s->facts, PACKED_BYTES_MAX);
    buf_init(&s->collections, PACKED_BYTES_MAX);
    buf_init(&s->journal, JOURNAL_BYTES_MAX);
    int n = snprintf(s->path, sizeof(s->path), "%s", path);
    if (n <= 0 || (size_t)n >= sizeof(s->path))
        error_set(&s->error, "the path of the store is empty or too long");
    if (store_ok(s) && store_open_file(s, use))
        return s;
    *e = s->error;
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    tail_close(s);
    free(s->word_texts);
    runs_release(&s->places);
    buf_release(&s->facts);
    buf_release(&s->collections);
    buf_release(&s->journal);
    for (size_t i = 0; i < FIXES_CACHED; i++)
        buf_release(&s->fixes[i].text);
    arena_release(&s->arena);
    free(s);
}

/* ---- batches ---- */

/* Bytes of a file beside the store are locks; the kernel gives them back however the process dies.
 * Byte N stands for scan N; TURN for the right to write, which a scan holds most of the time; NEXT for
 * the right to have it next, so that no process overtakes one that waits. */
static const int64_t TURN = 1ll << 62, NEXT = (1ll << 62) + 1;

/* 0, or why not. */
static int set_lock(struct store *s, int64_t byte, short type)
{
    char path[STORE_PATH_MAX + 8];
    snprintf(path, sizeof(path), "%s.lock", s->path);
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
    if (s->lock_fd < 0)
        s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd >= 0 && fcntl(s->lock_fd, F_OFD_SETLK, &lock) == 0)
        return 0;
    return s->lock_fd >= 0 && errno == EACCES ? EAGAIN : errno;
}

bool store_lock_scan(struct store *s, int64_t id)
{
    int why = set_lock(s, id, F_WRLCK);
    if (why == EAGAIN) {
        s->trouble = STORE_BUSY;
        return error_set(&s->error, "scan %lld is being worked on by another process",
                         (long long)id);
    }
    return why == 0 || error_set(&s->error, "%s.lock: %s", s->path, strerror(why));
}

static bool wait_for(struct store *s, int64_t byte)
{
    int why;
    wait_begins(s);
    while ((why = set_lock(s, byte, F_WRLCK)) == EAGAIN && wait_on(s))
        continue;
    return why == 0 || (why == EAGAIN
                            ? store_fail(s, SQLITE_BUSY)
                            : error_set(&s->error, "%s.lock: %s", s->path, strerror(why)));
}

bool store_turn(struct store *s)
{
    bool mine = store_ok(s) && wait_for(s, NEXT) && wait_for(s, TURN);
    set_lock(s, NEXT, F_UNLCK);
    return mine;
}

void store_turn_end(struct store *s)
{
    set_lock(s, TURN, F_UNLCK);
}

bool store_batch(struct store *s)
{
    if (!store_ok(s) || s->in_batch)
        return store_ok(s);
    s->in_batch = store_turn(s) && store_run(s, "BEGIN IMMEDIATE");
    s->accepts_known = false; /* another process may have had its turn */
    return store_ok(s);
}

bool store_batch_end(struct store *s, const char *how)
{
    if (s->in_batch && store_run(s, how)) {
        s->in_batch = false;
        store_turn_end(s);
    }
    return store_ok(s);
}

/* ---- dictionary ---- */

/* Where a word used last is looked for. Words that meet there only lose the shortcut. */
static size_t near_of(struct span text)
{
    uint32_t h = (uint32_t)text.len;
    for (size_t i = 0; i < text.len; i++)
        h = h * 31 + text.at[i];
    return (h ^ h >> 8) % WORDS_NEAR;
}

static int64_t find_or_add_word(struct store *s, struct span text)
{
    struct query q = query(s, SQL_WORD_FIND);
    query_text(&q, 1, text);
    int64_t id = query_value(&q, 0);
    if (!id) {
        q = query(s, SQL_WORD_ADD);
        query_text(&q, 1, text);
        id = query_run(&q) ? sqlite3_last_insert_rowid(s->db) : 0;
    }
    return id;
}

/* A word of the dictionary in memory. */
struct known_word {
    int64_t id;
    char text[];
};

int64_t store_word(struct store *s, const char *word)
{
    struct span text = span_str(word);
    if (text.len == 0)
        return 0;
    size_t near = near_of(text);
    if (s->near[near].text && strcmp(s->near[near].text, word) == 0)
        return s->near[near].id;
    struct known_word *known = table_get(&s->words, text);
    if (!known) {
        int64_t id = find_or_add_word(s, text);
        /* A full arena only costs the shortcut. */
        known = store_ok(s) ? arena_alloc(&s->arena, sizeof(*known) + text.len + 1) : NULL;
        if (!known)
            return id;
        known->id = id;
        memcpy(known->text, text.at, text.len);
        table_put(&s->words, span_of(known->text, text.len), known);
    }
    s->near[near].text = known->text;
    s->near[near].id = known->id;
    return known->id;
}

/* Where the text of a word is kept once it was read; NULL for numbers beyond WORDS_KEPT_MAX. */
static const char **word_slot(struct store *s, int64_t id)
{
    if (id <= 0 || id >= WORDS_KEPT_MAX)
        return NULL;
    if ((size_t)id >= s->word_cap) {
        size_t cap = s->word_cap ? s->word_cap : 256;
        while (cap <= (size_t)id)
            cap *= 2;
        const char **moved = realloc(s->word_texts, cap * sizeof(*moved));
        if (!moved)
            return NULL;
        memset(moved + s->word_cap, 0, (cap - s->word_cap) * sizeof(*moved));
        s->word_texts = moved;
        s->word_cap = cap;
    }
    return &s->word_texts[id];
}

const char *store_word_text(struct store *s, int64_t id, struct arena *a)
{
    const char **slot = word_slot(s, id);
    if (!id)
        return NULL;
    if (slot && *slot)
        return arena_str(a, span_str(*slot));
    struct query q = query(s, SQL_WORD_TEXT);
    query_int(&q, 1, id);
    const char *text = query_row(&q) ? arena_str(a, query_span(&q, 0)) : NULL;
    query_end(&q);
    if (slot && text)
        *slot = arena_str(&s->arena, span_str(text));
    return text;
}

const char *store_word_kept(struct store *s, int64_t id)
{
    const char **slot = id ? word_slot(s, id) : NULL;
    if (slot && !*slot)
        *slot = store_word_text(s, id, &s->arena);
    return slot ? *slot : NULL;
}

static int64_t find_or_add_text(struct store *s, struct span text)
{
    /* Two keys would be needed against somebody who seeks collisions; here a collision shows the
     * wrong advice of our own for one finding. */
    uint64_t hash = siphash(0x7465787473, 1, text);
    struct query q = query(s, SQL_TEXT_FIND);
    query_int(&q, 1, (int64_t)hash);
    int64_t id = query_value(&q, 0);
    if (!id) {
        q = query(s, SQL_TEXT_ADD);
        query_int(&q, 1, (int64_t)hash);
        query_blob(&q, 2, text);
        id = query_run(&q) ? sqlite3_last_insert_rowid(s->db) : 0;
    }
    return id;
}

int64_t store_text(struct store *s, struct span text)
{
    struct span ends[2] = { span_first(text, 8), span_from(text, text.len / 2) };
    size_t slot = (near_of(ends[0]) * 7 + near_of(span_first(ends[1], 8)) + text.len) % FIXES_CACHED;
    if (s->fixes[slot].id && span_eq(buf_span(&s->fixes[slot].text), text))
        return s->fixes[slot].id;
    int64_t id = find_or_add_text(s, text);
    struct buf *kept = &s->fixes[slot].text;
    if (!kept->max)
        buf_init(kept, FIX_BYTES_MAX);
    buf_reset(kept);
    buf_put(kept, text);
    s->fixes[slot].id = store_ok(s) && buf_ok(kept) ? id : 0;
    return id;
}

/* ---- fingerprints ---- */

void fingerprint_bytes(const char *text, uint8_t ret[16])
{
    if (!hex_decode(text, 16, ret))
        memset(ret, 0, 16); /* no finding has this one */
}

void fingerprint_text(struct span bytes, char ret[static FINGERPRINT_MAX])
{
    hex_encode(bytes.at, bytes.len < 16 ? bytes.len : 16, ret);
}
