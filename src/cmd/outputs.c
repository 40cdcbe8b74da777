#include "cmd/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"

enum { OUT_BYTES_MAX = 512 << 20, FLUSH_BYTES = 64 * 1024 };

bool outputs_add(struct outputs *o, const struct report *r, const char *path, struct error *e)
{
    if (o->count == OUTPUTS_MAX)
        return error_set(e, "at most %d formats in one run", OUTPUTS_MAX);
    for (size_t i = 0; i < o->count; i++) {
        const char *other = o->list[i].path;
        if (!path && !other)
            return error_set(e, "two formats for standard output, %s and %s; write --format %s=FILE for one of them",
                             o->list[i].report->name, r->name, r->name);
        if (path && other && strcmp(path, other) == 0)
            return error_set(e, "two reports for the file %s", path);
    }
    o->list[o->count++] = (struct output){ .report = r, .path = path, .fd = -1 };
    return true;
}

/* ---- handing on ---- */

/* What goes to standard output is written by whoever called; files are written here. */
static struct buf *room_of(struct output *x, struct buf *out)
{
    return x->path ? &x->out : out;
}

static void flush(struct outputs *o, struct output *x, bool all)
{
    if (!x->path || (!all && x->out.len < FLUSH_BYTES))
        return;
    if (!o->broken && (!buf_ok(&x->out) || !io_write_all(x->fd, buf_span(&x->out)))) {
        o->broken = x->path;
        o->why = buf_ok(&x->out) ? errno : ENOMEM;
    }
    buf_reset(&x->out);
}

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    struct outputs *o = state;
    for (size_t i = 0; i < o->count; i++) {
        struct report_run mine = *run;
        mine.colour = run->colour && !o->list[i].path;
        o->list[i].report->begin(o->list[i].state, &mine, room_of(&o->list[i], out));
    }
}

/* Each format decides for itself whether it tells strangers as findings: so the findings are handed on, not the views
 * of them. */
static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings, struct buf *out)
{
    struct outputs *o = state;
    struct finding *plain = findings ? calloc(findings, sizeof(*plain)) : NULL;
    if (findings && !plain) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < findings; i++)
        plain[i] = *f[i].finding;
    for (size_t i = 0; i < o->count; i++) {
        report_tell_visit(o->list[i].report, o->list[i].state, v, plain, findings, room_of(&o->list[i], out));
        flush(o, &o->list[i], false);
    }
    free(plain);
}

static void closed(void *state, const struct finding_view *f, struct buf *out)
{
    struct outputs *o = state;
    for (size_t i = 0; i < o->count; i++)
        if (o->list[i].report->closed)
            o->list[i].report->closed(o->list[i].state, f, room_of(&o->list[i], out));
}

static void remark(void *state, const struct remark *r, struct buf *out)
{
    struct outputs *o = state;
    for (size_t i = 0; i < o->count; i++)
        if (o->list[i].report->remark)
            o->list[i].report->remark(o->list[i].state, r, room_of(&o->list[i], out));
}

static void fleets(void *state, const struct fleet *list, size_t count, struct buf *out)
{
    struct outputs *o = state;
    for (size_t i = 0; i < o->count; i++)
        if (o->list[i].report->fleets)
            o->list[i].report->fleets(o->list[i].state, list, count, room_of(&o->list[i], out));
}

static void past(void *state, const struct report_past *p, struct buf *out)
{
    struct outputs *o = state;
    for (size_t i = 0; i < o->count; i++)
        if (o->list[i].report->past)
            o->list[i].report->past(o->list[i].state, p, room_of(&o->list[i], out));
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct outputs *o = state;
    for (size_t i = 0; i < o->count; i++) {
        o->list[i].report->end(o->list[i].state, s, room_of(&o->list[i], out));
        flush(o, &o->list[i], true);
    }
}

/* ---- files ---- */

static bool open_one(struct output *x, struct error *e)
{
    x->state = calloc(1, x->report->state_size + 1);
    if (!x->state)
        return error_set(e, "no memory for a report");
    buf_init(&x->out, OUT_BYTES_MAX);
    if (x->path)
        x->fd = open(x->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return !x->path || x->fd >= 0 || error_set(e, "%s: %s", x->path, strerror(errno));
}

bool outputs_open(struct outputs *o, struct error *e)
{
    o->all = (struct report){ .name = "all", .begin = begin, .visit = visit, .end = end, .remark = remark };
    for (size_t i = 0; i < o->count; i++) {
        const struct report *r = o->list[i].report;
        o->all.closed = r->closed ? closed : o->all.closed;
        o->all.fleets = r->fleets ? fleets : o->all.fleets;
        o->all.past = r->past ? past : o->all.past;
        if (!open_one(&o->list[i], e))
            return false;
    }
    return true;
}

bool outputs_close(struct outputs *o, struct error *e)
{
    for (size_t i = 0; i < o->count; i++) {
        struct output *x = &o->list[i];
        if (x->fd >= 0 && close(x->fd) != 0 && !o->broken) {
            o->broken = x->path;
            o->why = errno;
        }
        buf_release(&x->out);
        free(x->state);
        x->state = NULL;
        x->fd = -1;
    }
    return !o->broken || error_set(e, "cannot write %s: %s", o->broken, strerror(o->why));
}
