/* Ports, names, plan; and the plan as `--dry-run` prints it. */
#include "cmd/scan_plan.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "cmd/estimate.h"
#include "cmd/known_ports.h"
#include "cmd/progress.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { NAMES_SHOWN_AFTER_MS = 500, NAMES_SHOWN_EVERY_MS = 200, DRY_RUN_BYTES_MAX = 256 << 20,
       TARGET_BYTES_MAX = 16 << 20, SAID_MAX = 1024, WRITE_BYTES = 64 * 1024 };

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
    fputs("\r\x1b[K", stderr);
    fprintf(stderr, _("%zu names looked up"), done);
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

/* A count as it may be pasted: without commas. */
static char *plain_text(uint64_t n, char text[static COUNT_TEXT_MAX])
{
    snprintf(text, COUNT_TEXT_MAX, "%llu", (unsigned long long)n);
    return text;
}
#define PLAIN(n) plain_text((n), (char[COUNT_TEXT_MAX]){ "" })

static void put_target(struct buf *b, const struct plan_target *t)
{
    escape_tty(b, span_str(t->text));
    if (t->problem) {
        buf_str(b, "\n    ");
        buf_str(b, _("nothing is asked: "));
        words_made(b, NULL, span_str(t->problem));
        buf_byte(b, '\n');
        return;
    }
    buf_str(b, "\n    ");
    buf_printf(b, say_many("%s endpoint, ", "%s endpoints, ", t->endpoints), PLAIN(t->endpoints));
    buf_printf(b, say_many("%s address, %s space", "%s addresses, %s space", t->addresses), PLAIN(t->addresses),
               say(address_class_name(t->class)));
    buf_printf(b, "\n    %s%s\n    %s", _("ports   "), t->ports, _("why     "));
    words_made(b, NULL, span_str(t->why));
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
        buf_str(b, _(": "));
        words_made(b, NULL, p->remarks.at[i].text);
        buf_byte(b, '\n');
    }
}

/* A sentence of another room in the reader's language, cut where it is long. */
static const char *said_of(const char *made, char text[static SAID_MAX])
{
    struct buf out = { .at = (uint8_t *)text, .cap = SAID_MAX - 1, .max = SAID_MAX - 1 };
    words_made(&out, NULL, span_str(made));
    text[out.len] = '\0';
    return text;
}

int scan_dry_run(const struct scan_options *o, const struct plan *p, uint64_t endpoints, const struct scan_knock *k)
{
    size_t count = plan_target_count(p);
    char text[SAID_MAX];
    struct error e;
    struct buf b;
    buf_init(&b, DRY_RUN_BYTES_MAX);
    buf_printf(&b, say_many("%s endpoint ", "%s endpoints ", endpoints), PLAIN(endpoints));
    buf_printf(&b, say_many("in %s target; ", "in %s targets; ", count), PLAIN(count));
    buf_printf(&b, say_many("%s of them is excluded. Nothing was sent.", "%s of them are excluded. Nothing was sent.",
                            plan_skipped(p)), PLAIN(plan_skipped(p)));
    buf_str(&b, "\n\n");
    bool written = put_targets(&b, p, count);
    put_remarks(&b, p);
    struct scan_estimate time = scan_estimate(p, o, endpoints, k->per_second);
    buf_byte(&b, '\n');
    if (k->on)
        buf_printf(&b,
                   k->tracked ? _("Asked by single packets first, %s; who answers is visited. At %.0f endpoints a "
                                  "second, which this machine's connection tracking has room for: ")
                              : _("Asked by single packets first, %s; who answers is visited. At %.0f endpoints a "
                                  "second: "),
                   said_of(k->why, text), k->per_second);
    else if (time.near)
        buf_str(&b, _("Loopback has no pace: "));
    else
        buf_printf(&b,
                   o->rate_given ? _("At %g connections a second in all: ")
                                 : _("At %g connections a second in all, those that nobody answers counted half: "),
                   o->rate);
    scan_estimate_put(&time, &b);
    buf_str(&b, _("."));
    buf_byte(&b, '\n');
    if (!k->on && k->why[0]) {
        buf_printf(&b, k->refused ? _("Note: %s.") : _("Every endpoint is visited, %s."), said_of(k->why, text));
        buf_byte(&b, '\n');
    }
    written = written && buf_ok(&b) && write_out(&b);
    buf_release(&b);
    if (!written) {
        error_set(&e, "cannot write the plan: %s", strerror(errno));
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    return EXIT_NOTHING;
}
