/* Ports, names, plan; and the plan as `--dry-run` prints it. */
#include "cmd/scan_plan.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/estimate.h"
#include "cmd/known_ports.h"
#include "cmd/progress.h"
#include "text/escape.h"

enum { NAMES_SHOWN_AFTER_MS = 500, NAMES_SHOWN_EVERY_MS = 200, DRY_RUN_BYTES_MAX = 256 << 20,
       TARGET_BYTES_MAX = 16 << 20, WRITE_BYTES = 64 * 1024 };

/* ---- names ---- */

struct names_line {
    int64_t began_ms, shown_ms;
    bool visible;
};

static void show_names(void *self, size_t done)
{
    struct names_line *l = self;
    int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM);
    if (now_ms - l->began_ms < NAMES_SHOWN_AFTER_MS || now_ms - l->shown_ms < NAMES_SHOWN_EVERY_MS)
        return;
    fprintf(stderr, "\r\x1b[K%zu names looked up", done);
    fflush(stderr);
    l->shown_ms = now_ms;
    l->visible = true;
}

static bool fill_names(struct pin_book *pins, const struct plan_options *o, struct error *e)
{
    struct names_line line = { .began_ms = clock_mono_ms(&CLOCK_SYSTEM) };
    struct lookup_watcher watcher = { progress_redraws() ? show_names : NULL, &line };
    bool ok = pin_book_fill(pins, o, &watcher, e);
    if (line.visible)
        fputs("\r\x1b[K", stderr);
    return ok;
}

/* ---- plan ---- */

/* Whether anything is asked at the ports that are asked by default. */
static bool uses_default_ports(const struct plan_options *o)
{
    bool named = o->targets.list.len > 0;
    if (o->ports.len || (o->scope && o->scope->ports.len))
        return false;
    for (size_t i = 0; i < o->targets.list.len; i++)
        if (!o->targets.list.at[i].ports.len)
            return true;
    for (size_t i = 0; !named && i < o->scope->allow.len; i++)
        if (!o->scope->allow.at[i].target.ports.len)
            return true;
    return false;
}

/* What is known and not asked by default is said each time. */
static bool remark_ports(struct plan *p, const struct known_ports *known)
{
    const struct ports *asked = &p->options.default_ports;
    size_t left = known->all.len - ports_common(&known->all, asked);
    if (left == 0 || !uses_default_ports(&p->options))
        return true;
    const char *text = arena_printf(p->arena,
                                    "%zu ports at which known products are less usual are not asked; "
                                    "--ports all-known asks them, too",
                                    left);
    return text && plan_remark(p, REMARK_CUT, "ports", text, left, false);
}

/* What a file of another tool gave, and what of it did not become a target, is said in the report. */
static bool remark_imports(struct plan *p, const struct scan_options *o)
{
    for (size_t i = 0; i < o->import_count; i++) {
        const struct imported *n = &o->imports[i].told;
        const char *cut = n->cut ? "; it ends in the middle, and what is missing is not asked" : "", *passed = "";
        if (n->passed_over)
            passed = arena_printf(p->arena, "; %zu of its entries are none (closed, UDP, wildcards, or neither address "
                                            "nor name)", n->passed_over);
        const char *text = passed ? arena_printf(p->arena, "%s: %zu targets%s%s", n->format, n->targets, passed, cut)
                                  : NULL;
        if (!text || !plan_remark(p, REMARK_CUT, o->imports[i].file, text, n->targets, n->cut))
            return false;
    }
    return true;
}

const struct plan *scan_plan_make(struct scan_options *o, const struct catalog *c, struct pin_book *pins,
                                  struct error *e)
{
    struct known_ports known;
    if (!known_ports_make(o->arena, c, &known, e))
        return NULL;
    if (o->ports_text && !known_ports_parse(o->arena, &known, span_str(o->ports_text), &o->plan.ports, e))
        return NULL;
    if (!o->plan.default_ports.len)
        o->plan.default_ports = known.usual;
    if (!fill_names(pins, &o->plan, e))
        return NULL;
    o->plan.resolver = &pins->resolver;
    struct plan *p = plan_build(o->arena, &o->plan, e);
    if (p && (!remark_ports(p, &known) || !remark_imports(p, o))) {
        error_set(e, "no memory for the plan");
        return NULL;
    }
    return p;
}

/* ---- the plan in words ---- */

static void put_target(struct buf *b, const struct plan_target *t)
{
    escape_tty(b, span_str(t->text));
    if (t->problem) {
        buf_str(b, "\n    nothing is asked: ");
        escape_tty(b, span_str(t->problem));
        buf_byte(b, '\n');
        return;
    }
    buf_printf(b, "\n    %llu %s, %llu %s, %s space\n    ports   %s\n    why     ", (unsigned long long)t->endpoints,
               t->endpoints == 1 ? "endpoint" : "endpoints", (unsigned long long)t->addresses,
               t->addresses == 1 ? "address" : "addresses", address_class_name(t->class), t->ports);
    escape_tty(b, span_str(t->why));
    buf_byte(b, '\n');
}

/* Written as it grows: a list may have a million lines. */
static bool put_targets(struct buf *b, const struct plan *p, size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        struct arena a;
        struct plan_target t;
        arena_init(&a, TARGET_BYTES_MAX);
        if (plan_target_at(p, i, &a, &t))
            put_target(b, &t);
        else
            ok = (errno = ENOMEM) == 0;
        arena_release(&a);
        if (b->len >= WRITE_BYTES)
            ok = ok && write_out(b);
    }
    return ok;
}

static void put_remarks(struct buf *b, const struct plan *p)
{
    if (p->remarks.len)
        buf_byte(b, '\n');
    for (size_t i = 0; i < p->remarks.len; i++) {
        escape_tty(b, p->remarks.at[i].about);
        buf_str(b, ": ");
        escape_tty(b, p->remarks.at[i].text);
        buf_byte(b, '\n');
    }
}

int scan_dry_run(const struct scan_options *o, const struct plan *p, uint64_t endpoints, const struct scan_knock *k)
{
    size_t count = plan_target_count(p);
    struct error e;
    struct buf b;
    buf_init(&b, DRY_RUN_BYTES_MAX);
    buf_printf(&b, "%llu %s in %zu %s; %llu of them %s excluded. Nothing was sent.\n\n", (unsigned long long)endpoints,
               endpoints == 1 ? "endpoint" : "endpoints", count, count == 1 ? "target" : "targets",
               (unsigned long long)plan_skipped(p), plan_skipped(p) == 1 ? "is" : "are");
    bool written = put_targets(&b, p, count);
    put_remarks(&b, p);
    struct scan_estimate time = scan_estimate(p, o, endpoints, k->per_second);
    if (k->on)
        buf_printf(&b, "\nAsked by single packets first, %s; who answers is visited. At %.0f endpoints a second%s: ",
                   k->why, k->per_second, k->tracked ? ", which this machine's connection tracking has room for" : "");
    else if (time.near)
        buf_str(&b, "\nLoopback has no pace: ");
    else
        buf_printf(&b, "\nAt %g connections a second in all%s: ", o->rate,
                   o->rate_given ? "" : ", those that nobody answers counted half");
    scan_estimate_put(&time, &b);
    buf_str(&b, ".\n");
    if (!k->on && k->why[0])
        buf_printf(&b, "%s %s.\n", k->refused ? "Note:" : "Every endpoint is visited,", k->why);
    written = written && buf_ok(&b) && write_out(&b);
    buf_release(&b);
    if (!written) {
        error_set(&e, "cannot write the plan: %s", strerror(errno));
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    return EXIT_NOTHING;
}
