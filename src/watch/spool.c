#include "watch/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/random.h"
#include "base/table.h"
#include "text/node.h"

enum { STATE_BYTES_MAX = 16 * 1024, ARENA_BYTES = 32 << 20, GROUPED_BYTES_MAX = 64 << 20 };

/* ---- names -------------------------------------------------------------------------------- */

/* BATCH(10)-PLACE(6)-CREATED(13)-SEVERITY FORM-ID(32): sorts as it was made. */
static void name_of(char name[static SPOOL_NAME_MAX], uint64_t batch, unsigned place, const struct queued *m)
{
    snprintf(name, SPOOL_NAME_MAX, "%010llu-%06u-%013lld-%d%c-%s", (unsigned long long)batch, place,
             (long long)m->created_ms, (int)m->severity, m->form, m->id);
}

static bool read_name(const char *name, uint64_t *ret_batch, struct queued *ret)
{
    struct span s = span_str(name);
    uint64_t place, created, severity;
    *ret = (struct queued){ 0 };
    if (s.len != 10 + 1 + 6 + 1 + 13 + 1 + 2 + 1 + 32 || !span_u64(span_cut(&s, '-'), UINT64_MAX, ret_batch) ||
        !span_u64(span_cut(&s, '-'), 999999, &place) || !span_u64(span_cut(&s, '-'), INT64_MAX, &created))
        return false;
    struct span kind = span_cut(&s, '-');
    if (kind.len != 2 || !span_u64(span_first(kind, 1), SEVERITY_CRITICAL, &severity) || s.len != NOTICE_ID_MAX - 1)
        return false;
    ret->form = (char)kind.at[1];
    ret->severity = (enum severity)severity;
    ret->created_ms = (int64_t)created;
    memcpy(ret->id, s.at, s.len);
    snprintf(ret->name, sizeof(ret->name), "%.*s", SPOOL_NAME_MAX - 1, name);
    return ret->form == SPOOL_SINGLE || ret->form == SPOOL_DIGEST || ret->form == SPOOL_PART;
}

static bool folder_of(const struct spool *s, const char *part, const char *receiver, char dir[static FILE_PATH_MAX],
                      struct error *e)
{
    int n = snprintf(dir, FILE_PATH_MAX, "%s/%s/%s", s->dir, part, receiver);
    return (n > 0 && n + SPOOL_NAME_MAX + 8 < FILE_PATH_MAX) || error_set(e, "the path of the queue is too long");
}

/* ---- state -------------------------------------------------------------------------------- */

static int64_t number(const struct node *root, const char *key, int64_t otherwise)
{
    int64_t n;
    return node_i64(node_get(root, key), &n) ? n : otherwise;
}

static void new_instance(char text[static SPOOL_INSTANCE_MAX])
{
    uint8_t bytes[SPOOL_INSTANCE_MAX / 2];
    if (RAND_bytes(bytes, sizeof(bytes)) != 1)
        memset(bytes, 0, sizeof(bytes));
    hex_encode(bytes, sizeof(bytes), text);
}

static bool write_state(struct spool *s, const struct spool_state *t, struct error *e)
{
    char text[1024];
    int n = snprintf(text, sizeof(text),
                     "{\"schema\":\"ajar-watch/1\",\"instance\":\"%s\",\"batch\":%llu,\"told_scan\":%lld,"
                     "\"base_scan\":%lld,\"told_ms\":%lld,\"started_ms\":%lld,\"ended_ms\":%lld,\"complete\":%s,"
                     "\"trouble\":%lld,\"trouble_ms\":%lld,\"trouble_why\":%lld,\"scanning_ms\":%lld}\n",
                     t->instance, (unsigned long long)t->batch, (long long)t->told_scan, (long long)t->base_scan,
                     (long long)t->told_ms, (long long)t->started_ms, (long long)t->ended_ms,
                     t->complete ? "true" : "false", (long long)t->trouble, (long long)t->trouble_ms,
                     (long long)t->trouble_why, (long long)t->scanning_ms);
    if (!file_replace(s->dir, "state.json", span_of(text, (size_t)n), 0600, e) || !folder_sync(s->dir, e))
        return false;
    s->state = *t;
    return true;
}

static bool read_state(struct spool *s, struct error *e)
{
    struct arena a;
    struct span text;
    char path[FILE_PATH_MAX + 16];
    struct spool_state *t = &s->state;
    snprintf(path, sizeof(path), "%s/state.json", s->dir);
    *t = (struct spool_state){ .trouble = -1 };
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        new_instance(t->instance);
        return write_state(s, t, e);
    }
    arena_init(&a, 1 << 20);
    struct node *root = file_read(&a, path, STATE_BYTES_MAX, &text, e) ? json_parse(&a, text, e) : NULL;
    struct span instance = node_text(node_get(root, "instance"));
    bool ok = root && (instance.len == SPOOL_INSTANCE_MAX - 1 || error_set(e, "%s is no state of a watch", path));
    if (ok) {
        memcpy(t->instance, instance.at, instance.len);
        t->batch = (uint64_t)number(root, "batch", 0);
        t->told_scan = number(root, "told_scan", 0);
        t->base_scan = number(root, "base_scan", 0);
        t->told_ms = number(root, "told_ms", 0);
        t->started_ms = number(root, "started_ms", 0);
        t->ended_ms = number(root, "ended_ms", 0);
        const struct node *complete = node_get(root, "complete");
        t->complete = complete && complete->integer;
        t->trouble = number(root, "trouble", -1);
        t->trouble_ms = number(root, "trouble_ms", 0);
        t->trouble_why = number(root, "trouble_why", 0);
        t->scanning_ms = number(root, "scanning_ms", 0);
    }
    arena_release(&a);
    return ok;
}

struct spool *spool_open(const char *dir, struct error *e)
{
    char path[FILE_PATH_MAX + 16];
    struct spool *s = calloc(1, sizeof(*s));
    if (!s) {
        error_set(e, "no memory for the queue");
        return NULL;
    }
    s->lock = -1;
    if (snprintf(s->dir, sizeof(s->dir), "%s", dir) >= FILE_PATH_MAX / 2) {
        error_set(e, "the path of the queue is too long");
        goto out;
    }
    if (!folder_make(s->dir, e))
        goto out;
    snprintf(path, sizeof(path), "%s/lock", s->dir);
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock < 0 || flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
        if (s->lock >= 0 && errno == EWOULDBLOCK)
            error_set(e, "another watch uses %s; give this one a spool of its own", s->dir);
        else
            error_set(e, "cannot lock %s: %s", path, strerror(errno));
        goto out;
    }
    if (read_state(s, e))
        return s;
out:
    spool_close(s);
    return NULL;
}

void spool_leave(struct spool *s)
{
    close(s->lock);
    s->lock = -1;
}

void spool_close(struct spool *s)
{
    if (!s)
        return;
    if (s->lock >= 0)
        close(s->lock);
    free(s);
}

/* ---- making a batch ----------------------------------------------------------------------- */

bool spool_add(struct spool *s, const char *receiver, int form, enum severity severity, const char *id, int64_t at_ms,
               struct span content, struct error *e)
{
    char dir[FILE_PATH_MAX], name[SPOOL_NAME_MAX];
    struct queued m = { .created_ms = at_ms, .severity = severity, .form = (char)form };
    snprintf(m.id, sizeof(m.id), "%s", id);
    name_of(name, s->state.batch + 1, s->places++, &m);
    return folder_of(s, "queue", receiver, dir, e) && folder_make(dir, e) &&
           file_replace(dir, name, content, 0600, e);
}

static bool sync_queues(struct spool *s, struct error *e)
{
    char path[FILE_PATH_MAX + 512];
    struct dirent *d;
    bool ok = true;
    snprintf(path, sizeof(path), "%s/queue", s->dir);
    DIR *all = opendir(path);
    while (ok && all && (d = readdir(all)))
        if (d->d_name[0] != '.') {
            snprintf(path, sizeof(path), "%s/queue/%s", s->dir, d->d_name);
            ok = folder_sync(path, e);
        }
    if (all)
        closedir(all);
    snprintf(path, sizeof(path), "%s/queue", s->dir);
    return ok && (!all || folder_sync(path, e));
}

bool spool_commit(struct spool *s, const struct spool_state *state, struct error *e)
{
    struct spool_state next = *state;
    if (s->places) {
        next.batch = s->state.batch + 1;
        if (!sync_queues(s, e))
            return false;
    }
    s->places = 0;
    return write_state(s, &next, e);
}

bool spool_scanning(struct spool *s, int64_t since_ms, struct error *e)
{
    struct spool_state next = s->state;
    next.scanning_ms = since_ms;
    return write_state(s, &next, e);
}

/* ---- reading a queue ---------------------------------------------------------------------- */

void queue_release(struct queue *q)
{
    free(q->at);
    *q = (struct queue){ 0 };
}

void queue_drop(struct queue *q, size_t i)
{
    memmove(&q->at[i], &q->at[i + 1], (q->len - i - 1) * sizeof(q->at[0]));
    q->len--;
}

static struct queued *queue_push(struct queue *q, const struct queued *m)
{
    if (q->len == q->cap) {
        size_t cap = q->cap ? 2 * q->cap : 64;
        struct queued *at = realloc(q->at, cap * sizeof(*at));
        if (!at)
            return NULL;
        q->at = at;
        q->cap = cap;
    }
    q->at[q->len] = *m;
    return &q->at[q->len++];
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct queued *)a)->name, ((const struct queued *)b)->name);
}

static void remove_file(const char *dir, const char *name)
{
    char path[FILE_PATH_MAX + 300];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    unlink(path);
}

static struct span read_message(struct arena *a, const struct queue *q, const struct queued *m)
{
    char path[FILE_PATH_MAX + SPOOL_NAME_MAX];
    struct span text = SPAN_NONE;
    struct error e;
    snprintf(path, sizeof(path), "%s/%s", q->dir, m->name);
    return file_read(a, path, DIGEST_BYTES_MAX, &text, &e) ? text : SPAN_NONE;
}

/* One list of ids that digests hold. */
struct grouped {
    struct arena arena;
    struct table ids;
};

static const uint8_t PRESENT;

/* Puts down which messages the digests of the queue hold. What cannot be read, or held for want of memory, is
 * told twice in the worst case, never lost. */
static void note_grouped(struct grouped *g, const struct queue *q)
{
    for (size_t d = 0; d < q->len; d++) {
        struct arena a;
        struct error e;
        if (q->at[d].form != SPOOL_DIGEST)
            continue;
        arena_init(&a, ARENA_BYTES);
        const struct node *root = json_parse(&a, read_message(&a, q, &q->at[d]), &e), *list = node_get(root, "changes");
        for (const struct node *c = list ? list->first : NULL; c; c = c->next) {
            struct span id = arena_copy(&g->arena, node_text(node_get(c, "id")));
            if (id.len)
                table_put(&g->ids, id, (void *)(uintptr_t)&PRESENT);
        }
        arena_release(&a);
    }
}

/* Drops the parts that are in a digest, from disk and list, in one pass. */
static void drop_grouped(const struct grouped *g, struct queue *q)
{
    size_t kept = 0;
    for (size_t i = 0; i < q->len; i++) {
        if (q->at[i].form == SPOOL_PART && table_get(&g->ids, span_str(q->at[i].id)))
            remove_file(q->dir, q->at[i].name);
        else
            q->at[kept++] = q->at[i];
    }
    q->len = kept;
}

static bool has(const struct queue *q, char form)
{
    for (size_t i = 0; i < q->len; i++)
        if (q->at[i].form == form)
            return true;
    return false;
}

/* A digest that was written makes its parts void; a crash may have left them. */
static void remove_grouped(struct queue *q)
{
    struct grouped g;
    if (!has(q, SPOOL_PART) || !has(q, SPOOL_DIGEST))
        return;
    arena_init(&g.arena, GROUPED_BYTES_MAX);
    table_init(&g.ids, &g.arena, random_seed());
    note_grouped(&g, q);
    drop_grouped(&g, q);
    arena_release(&g.arena);
}

static bool take_name(struct spool *s, struct queue *fresh, const char *name)
{
    struct queued m;
    uint64_t batch;
    if (!read_name(name, &batch, &m) || batch > s->state.batch) {
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            remove_file(fresh->dir, name);
        return true;
    }
    return queue_push(fresh, &m) != NULL;
}

static void sort(struct queue *q)
{
    if (q->len)
        qsort(q->at, q->len, sizeof(q->at[0]), by_name);
}

/* What is known of a message stays known: both lists by name, one walk over them. */
static void keep_known(struct queue *fresh, struct queue *known)
{
    size_t k = 0;
    sort(fresh);
    sort(known);
    for (size_t i = 0; i < fresh->len; i++) {
        int order = -1;
        while (k < known->len && (order = by_name(&known->at[k], &fresh->at[i])) < 0)
            k++;
        if (k < known->len && order == 0)
            fresh->at[i] = known->at[k];
    }
}

bool spool_load(struct spool *s, const char *receiver, struct queue *q, struct error *e)
{
    struct queue fresh = { 0 };
    struct dirent *d;
    bool ok = true;
    if (!folder_of(s, "queue", receiver, fresh.dir, e) || !folder_make(fresh.dir, e))
        return false;
    DIR *all = opendir(fresh.dir);
    if (!all)
        return error_set(e, "cannot read %s: %s", fresh.dir, strerror(errno));
    while (ok && fresh.len < SPOOL_PENDING_MAX && (d = readdir(all)))
        ok = take_name(s, &fresh, d->d_name);
    closedir(all);
    if (!ok) {
        queue_release(&fresh);
        return error_set(e, "no memory for the queue of %s", receiver);
    }
    keep_known(&fresh, q);
    remove_grouped(&fresh);
    queue_release(q);
    *q = fresh;
    return true;
}

/* ---- digests, the dead -------------------------------------------------------------------- */

struct group {
    struct span content[DIGEST_NOTICES_MAX];
    size_t at[DIGEST_NOTICES_MAX], len;
};

static bool collect(struct arena *a, const struct queue *q, struct group *g, struct queued *ret)
{
    struct buf ids;
    char hash[NOTICE_ID_MAX];
    *ret = (struct queued){ .form = SPOOL_DIGEST };
    size_t bytes = 0;
    buf_init(&ids, DIGEST_NOTICES_MAX * NOTICE_ID_MAX + 1);
    for (size_t i = 0; i < q->len && g->len < DIGEST_NOTICES_MAX && bytes < DIGEST_ROOM; i++) {
        if (q->at[i].form != SPOOL_PART)
            continue;
        struct span text = read_message(a, q, &q->at[i]);
        if (text.len == 0)
            continue;
        bytes += text.len;
        g->content[g->len] = text;
        g->at[g->len++] = i;
        buf_str(&ids, q->at[i].id);
        ret->severity = q->at[i].severity > ret->severity ? q->at[i].severity : ret->severity;
    }
    digest_id(buf_span(&ids), hash);
    memcpy(ret->id, hash, sizeof(hash));
    buf_release(&ids);
    return g->len > 0;
}

bool spool_group(struct spool *s, struct queue *q, const char *host, int64_t now_ms, struct error *e)
{
    struct arena a;
    struct buf out;
    struct queued m;
    struct group *g = calloc(1, sizeof(*g));
    arena_init(&a, ARENA_BYTES);
    buf_init(&out, DIGEST_BYTES_MAX);
    bool ok = g && collect(&a, q, g, &m);
    if (ok) {
        m.created_ms = now_ms;
        name_of(m.name, s->state.batch, 999999, &m);
        ok = (digest_write(g->content, g->len, host, m.id, now_ms, &out) || error_set(e, "the digest is too large")) &&
             file_replace(q->dir, m.name, buf_span(&out), 0600, e) && folder_sync(q->dir, e);
        for (size_t i = g->len; ok && i-- > 0;) {
            remove_file(q->dir, q->at[g->at[i]].name);
            queue_drop(q, g->at[i]);
        }
        ok = ok && folder_sync(q->dir, e) && (queue_push(q, &m) || error_set(e, "no memory for the queue"));
    } else {
        error_set(e, "there is nothing to group");
    }
    free(g);
    buf_release(&out);
    arena_release(&a);
    return ok;
}

bool spool_bury(struct spool *s, const char *receiver, const struct queue *q, size_t i, struct error *e)
{
    char dir[FILE_PATH_MAX], from[FILE_PATH_MAX + SPOOL_NAME_MAX], to[FILE_PATH_MAX + SPOOL_NAME_MAX];
    if (!folder_of(s, "dead", receiver, dir, e) || !folder_make(dir, e))
        return false;
    snprintf(from, sizeof(from), "%s/%s", q->dir, q->at[i].name);
    snprintf(to, sizeof(to), "%s/%s", dir, q->at[i].name);
    return rename(from, to) == 0 || error_set(e, "cannot move %s: %s", from, strerror(errno));
}
