/* ajar show: what is open now and since when; one finding in full; the scans that are stored. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/db.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "keep/stored_report.h"
#include "report/finding_json.h"
#include "report/layout.h"
#include "report/words.h"
#include "target/ports.h"
#include "text/amount.h"
#include "text/escape.h"

enum {
    SCAN_BYTES = 128 << 20,
    SHOWN_DEFAULT = 50,
    SHOWN_MAX = 1000000000,
    ARENA_BYTES = 64 << 20,
    RULES_BYTES = 256 << 20,
    COLLECTIONS_SHOWN = 20,
    PORT_ARENA_BYTES = 1 << 20, /* a list of every port, too */
};

enum row {
    ROW_SEVERITY,
    ROW_PRODUCT,
    ROW_RULE,
    ROW_AT,
    ROW_PORT,
    ROW_SINCE,
    ROW_TAG,
    ROW_CLOSED,
    ROW_EVER,
    ROW_ACCEPTED,
    ROW_NOT_SEEN,
    ROW_SCANS,
    ROW_LIMIT,
    ROW_JSON,
    ROW_FORMAT,
    ROW_DB,
    ROW_END
};

static const struct option_row ROWS[] = {
    [ROW_SEVERITY] = { "severity", "SEVERITY", N_("this one and worse") },
    [ROW_PRODUCT] = { "product", "NAME", N_("of this product only") },
    [ROW_RULE] = { "rule", "NAME", N_("of this rule only") },
    [ROW_AT] = { "at", "ADDRESS", N_("at this address or prefix only, as in 10.1.0.0/16") },
    [ROW_PORT] = { "port", "N", N_("at this port only: 9200, or 161/udp") },
    [ROW_SINCE] = { "since", "TIME", N_("opened after this: 7d, 12h or a date") },
    [ROW_TAG] = { "tag", "KEY=VALUE...",
                  N_("tagged so in the scope file; another key must hold too, another value may") },
    [ROW_CLOSED] = { "closed", NULL, N_("what was open once and is no more") },
    [ROW_EVER] = { "ever", NULL, N_("open or closed") },
    [ROW_ACCEPTED] = { "accepted", NULL, N_("accepted risks only") },
    [ROW_NOT_SEEN] = { "not-seen", NULL, N_("open, and not seen when it was asked for last") },
    [ROW_SCANS] = { "scans", NULL, N_("the stored scans instead of findings") },
    [ROW_LIMIT] = { "limit", "N",
                    N_("at most so many, worst and largest first; default 50, 0 for all") },
    [ROW_JSON] = { "json", NULL, N_("JSON Lines") },
    [ROW_FORMAT] = { "format", "NAME", N_("one of the report formats of `ajar scan`, for all that is open") },
    [ROW_DB] = { "db", "FILE", N_("the store; default: the one that `ajar scan` fills") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct showing {
    struct arena *arena; /* of the tags */
    struct store_filter filter;
    const char *db;
    bool json, scans, limited;
    const struct report *report; /* NULL: a list */
    struct buf out;
    struct json line; /* of the one finding that is shown */
    struct error error;
    size_t columns, shown;
    struct span command; /* the line that asked for it */
};

void help_show(void)
{
    puts(_("\nWithout a finding's number: what is open now. With its first digits: all about it.\n"));
    options_print(ROWS);
}

/* ---- options ---- */

static bool take_prefix(struct store_filter *f, const char *value, struct error *e)
{
    struct span rest = span_str(value), address = span_cut(&rest, '/');
    uint64_t bits;
    if (!address_parse(address, &f->address))
        return error_set(e, "--at %s: expected an address or a prefix such as 10.1.0.0/16", value);
    f->prefix = f->address.family == 4 ? 32 : 128;
    if (rest.len == 0 && address.len == strlen(value))
        return true;
    if (!span_u64(rest, f->prefix, &bits))
        return error_set(e, "--at %s: the prefix length goes from 0 to %u", value, f->prefix);
    f->prefix = (unsigned)bits;
    return true;
}

static bool take_port(struct store_filter *f, const char *value, struct error *e)
{
    struct arena a;
    struct ports ports;
    arena_init(&a, PORT_ARENA_BYTES);
    bool ok = ports_parse(&a, span_str(value), &ports, e);
    if (!ok)
        error_in(e, "--port");
    else if (ports.len != 1)
        ok = error_set(e, "--port %.80s: one port is wanted, as in 9200 or 161/udp", value);
    else
        f->port = ports_at(&ports, 0);
    arena_release(&a);
    return ok;
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct showing *s = self;
    struct store_filter *f = &s->filter;
    double n = 0;
    switch ((enum row)row) {
    case ROW_SEVERITY:
        return severity_parse(span_str(value), &f->severity_min) ||
               error_set(e, "--severity %s: write info, low, medium, high or critical", value);
    case ROW_AT:
        return take_prefix(f, value, e);
    case ROW_PORT:
        return take_port(f, value, e);
    case ROW_LIMIT:
        if (!option_number("limit", value, 0, SHOWN_MAX, &n, e))
            return false;
        f->max = (size_t)n;
        return s->limited = true;
    case ROW_SINCE:
        return time_option("since", value, f->now_ms, &f->opened_after_ms, e);
    case ROW_TAG:
        return tag_filter_add(s->arena, &f->tags, value, e);
    case ROW_PRODUCT:
        f->product = value;
        return true;
    case ROW_RULE:
        f->rule = value;
        return true;
    case ROW_DB:
        s->db = value;
        return true;
    case ROW_CLOSED:
    case ROW_EVER:
        f->which = row == ROW_CLOSED ? STORE_CLOSED : STORE_ALL;
        return true;
    case ROW_ACCEPTED:
        return f->accepted_only = true;
    case ROW_NOT_SEEN:
        return f->unseen_only = true;
    case ROW_SCANS:
        return s->scans = true;
    case ROW_FORMAT:
        return (s->report = report_option(value, e)) != NULL;
    default:
        return s->json = true;
    }
}

/* ---- the list ---- */

static bool show_row(void *self, const struct stored_finding *f)
{
    struct showing *s = self;
    if (s->json) {
        struct json j = stored_json(&s->out, "finding");
        stored_json_finding(&j, f);
        json_line(&j);
    } else {
        if (s->shown == 0)
            stored_row_head(&s->out, NULL, s->columns);
        stored_row(&s->out, f, NULL, NULL, s->filter.now_ms, s->columns);
    }
    s->shown++;
    return stored_flush(&s->out, false, &s->error);
}

static void put_totals(struct showing *s, const struct store_totals *t)
{
    uint64_t open = 0;
    for (int i = SEVERITY_CRITICAL; i >= 0; i--)
        open += t->open[i];
    if (s->json) {
        struct json j = stored_json(&s->out, "totals");
        json_u64(&j, "shown", s->shown);
        json_u64(&j, "open", open);
        for (int i = SEVERITY_CRITICAL; i >= 0; i--)
            json_u64(&j, severity_name((enum severity)i), t->open[i]);
        json_u64(&j, "accepted", t->accepted);
        json_u64(&j, "not_seen", t->unseen);
        json_line(&j);
        return;
    }
    if (s->shown)
        buf_byte(&s->out, '\n');
    buf_str(&s->out, _("Open now: "));
    put_count(&s->out, open);
    for (int i = SEVERITY_CRITICAL; i >= 0; i--)
        if (t->open[i]) {
            buf_str(&s->out, _(", "));
            buf_printf(&s->out, _("%s %s"), COUNTED(t->open[i]), say(severity_name((enum severity)i)));
        }
    buf_printf(&s->out, _("; %llu of them accepted"), (unsigned long long)t->accepted);
    if (t->unseen)
        buf_printf(&s->out, _(", %llu not seen when last asked"), (unsigned long long)t->unseen);
    buf_printf(&s->out, _(". Shown: %zu.\n"), s->shown);
}

/* What is not shown may be open all the same: how much the newest scan got to see. */
static void put_newest(struct showing *s, struct store *store)
{
    struct arena a;
    struct stored_scan scan;
    struct error none;
    arena_init(&a, SCAN_BYTES);
    if (!s->json && store_scan_find(store, SCAN_NEWEST, &a, &scan, &none)) {
        const struct scan_sums *n = &scan.sums;
        buf_printf(&s->out, _("The newest scan, %lld of "), (long long)scan.id);
        put_minute(&s->out, scan.started_ms);
        buf_printf(&s->out, _(", is %s: "), say(scan_state_name(scan.state)));
        buf_printf(&s->out, say_many("of %s endpoint %llu answered, %llu were left out, %llu could not be asked.\n",
                                     "of %s endpoints %llu answered, %llu were left out, %llu could not be asked.\n",
                                     scan.plan.total),
                   COUNTED(scan.plan.total), (unsigned long long)n->answered, (unsigned long long)n->skipped,
                   (unsigned long long)n->failed);
    }
    arena_release(&a);
}

static bool show_list(struct showing *s, struct store *store)
{
    struct store_totals totals;
    if (!store_findings(store, &s->filter, show_row, s, &s->error) || s->error.text[0] ||
        !store_totals(store, s->filter.now_ms, &totals, &s->error))
        return false;
    put_totals(s, &totals);
    put_newest(s, store);
    return true;
}

/* ---- one finding ---- */

static bool show_exposure(void *self, const struct exposure *x)
{
    struct showing *s = self;
    if (s->json) {
        json_object(&s->line, NULL);
        json_i64(&s->line, "opened_scan", x->opened_scan);
        json_known_time(&s->line, "opened", x->opened_ms);
        json_known_time(&s->line, "last_seen", x->seen_ms);
        json_known_time(&s->line, "closed", x->closed_ms);
        json_text_or_null(&s->line, "proof", span_str(proof_name(x->proof)));
        json_text_or_null(&s->line, "proof_detail", x->proof_detail);
        json_close(&s->line);
        return true;
    }
    buf_str(&s->out, "  ");
    put_minute(&s->out, x->opened_ms);
    buf_str(&s->out, _("  to  "));
    put_minute(&s->out, x->closed_ms >= 0 ? x->closed_ms : x->seen_ms);
    buf_str(&s->out, x->closed_ms >= 0 ? _("  closed: ") : _("  last seen open"));
    if (x->closed_ms >= 0)
        put_proof(&s->out, x);
    buf_byte(&s->out, '\n');
    return true;
}

static void put_value(struct buf *out, const struct fact *f)
{
    char text[TIME_TEXT_MAX];
    if (f->type == FACT_TEXT)
        escape_tty(out, f->text);
    else if (f->type == FACT_TIME)
        buf_str(out, time_text(f->number, text));
    else if (f->type == FACT_BOOL)
        buf_str(out, f->number ? "true" : "false");
    else
        buf_i64(out, f->number);
}

static void put_observation(struct buf *out, const struct observation *o, size_t columns)
{
    buf_printf(out, _("\nWhat was seen: %s, %s\n"), o->product, say(outcome_name(o->outcome)));
    for (size_t i = 0; i < o->facts.len; i++) {
        struct buf value;
        buf_init(&value, 1 << 20);
        put_value(&value, &o->facts.at[i]);
        buf_str(out, "  ");
        layout_left(out, span_str(o->facts.at[i].key), 24);
        buf_byte(out, ' ');
        layout_clip(out, buf_span(&value), columns > 40 ? columns - 28 : 20);
        buf_byte(out, '\n');
        if (o->facts.at[i].proof.len) {
            buf_reset(&value);
            escape_bytes(&value, o->facts.at[i].proof);
            buf_printf(out, "    %s: ", o->facts.at[i].ask ? o->facts.at[i].ask : "proof");
            layout_clip(out, buf_span(&value), columns > 60 ? columns - 28 : 40);
            buf_byte(out, '\n');
        }
        buf_release(&value);
    }
    for (size_t i = 0; i < o->collections.len && i < COLLECTIONS_SHOWN; i++) {
        const struct collection *c = &o->collections.at[i];
        buf_str(out, "  - ");
        escape_tty(out, c->name);
        if (c->records >= 0) {
            buf_str(out, ", ");
            say_count(out, (uint64_t)c->records, "record", "records");
        }
        if (c->bytes >= 0) {
            buf_str(out, ", ");
            put_size(out, (uint64_t)c->bytes);
        }
        buf_byte(out, '\n');
    }
    if (o->collections.len > COLLECTIONS_SHOWN)
        buf_printf(out, _("  and %zu more\n"), o->collections.len - COLLECTIONS_SHOWN);
}

static void put_finding_head(struct showing *s, const struct stored_finding *f)
{
    struct buf *out = &s->out;
    char where[ENDPOINT_CALLED_MAX];
    const struct finding *g = &f->finding;
    bool open = f->exposure.closed_ms < 0;
    buf_printf(out, "%s  %s  ", g->fingerprint, say(severity_name(g->severity)));
    escape_tty(out, span_str(endpoint_called(&g->endpoint, where)));
    buf_byte(out, '\n');
    words_made(out, "rule", span_str(g->title));
    buf_printf(out, " (%s)\n", g->rule);
    struct buf why;
    buf_init(&why, 1 << 20);
    words_made(&why, "rule", g->why);
    layout_wrap(out, buf_span(&why), 0, s->columns);
    buf_release(&why);
    int64_t until_ms = open ? s->filter.now_ms : f->exposure.closed_ms;
    buf_str(out, open ? _("\nOpen since ") : _("\nClosed; it was open for "));
    if (open) {
        put_minute(out, f->exposure.opened_ms);
        buf_str(out, _(", "));
    }
    say_age(out, until_ms - f->exposure.opened_ms);
    if (f->accepted_until_ms >= 0) {
        buf_str(out, _("; accepted until "));
        put_date(out, f->accepted_until_ms - 1);
        buf_str(out, _(": "));
        escape_tty(out, f->accepted_why);
    }
    if (open && f->unseen != UNSEEN_NOT) {
        buf_str(out, _("; "));
        put_unseen(out, f);
    }
    buf_str(out, _("."));
    buf_byte(out, '\n');
}

static bool show_one_text(struct showing *s, struct store *store, const struct stored_finding *f,
                          const struct visit *v)
{
    put_finding_head(s, f);
    if (!store_exposures(store, f->id, show_exposure, s, &s->error))
        return false;
    for (size_t i = 0; i < v->observations.len; i++)
        put_observation(&s->out, &v->observations.at[i], s->columns);
    buf_str(&s->out, _("\nHow to close it:\n"));
    struct span left = f->finding.fix;
    while (left.len) {
        buf_str(&s->out, "    ");
        escape_tty(&s->out, span_cut(&left, '\n'));
        buf_byte(&s->out, '\n');
    }
    return true;
}

static bool show_one_json(struct showing *s, struct store *store, const struct stored_finding *f,
                          const struct visit *v)
{
    struct json *j = &s->line;
    *j = stored_json(&s->out, "finding");
    stored_json_finding(j, f);
    json_array(j, "exposures");
    if (!store_exposures(store, f->id, show_exposure, s, &s->error))
        return false;
    json_close(j);
    if (v->observations.len) {
        const struct observation *o = &v->observations.at[0];
        json_object(j, "facts");
        for (size_t i = 0; i < o->facts.len; i++)
            if (fact_key_ok(span_str(o->facts.at[i].key)))
                json_fact(j, o->facts.at[i].key, &o->facts.at[i]);
    }
    json_line(j);
    return true;
}

static bool show_one(struct showing *s, struct store *store, const char *prefix)
{
    struct arena a;
    struct stored_finding f;
    struct visit v;
    arena_init(&a, ARENA_BYTES);
    bool ok = store_finding_get(store, prefix, s->filter.now_ms, &a, &f, &s->error) &&
              store_finding_visit(store, f.id, &a, &v, &s->error) &&
              (s->json ? show_one_json : show_one_text)(s, store, &f, &v);
    arena_release(&a);
    return ok;
}

/* ---- scans ---- */

static bool show_scan(void *self, const struct stored_scan *scan)
{
    struct showing *s = self;
    uint64_t heard = scan->sums.done + scan->sums.skipped + scan->sums.failed;
    if (s->json) {
        struct json j = stored_json(&s->out, "scan");
        json_known(&j, "scan", scan->id);
        json_str(&j, "state", scan_state_name(scan->state));
        json_known_time(&j, "started", scan->started_ms);
        json_known_time(&j, "ended", scan->ended_ms);
        json_known(&j, "endpoints", (int64_t)scan->plan.total);
        json_known(&j, "done", (int64_t)scan->sums.done);
        json_known(&j, "skipped", (int64_t)scan->sums.skipped);
        json_known(&j, "failed", (int64_t)scan->sums.failed);
        json_known(&j, "answered", (int64_t)scan->sums.answered);
        json_text_or_null(&j, "why", scan->why);
        json_line(&j);
        return stored_flush(&s->out, false, &s->error);
    }
    buf_printf(&s->out, "%6lld  ", (long long)scan->id);
    layout_left(&s->out, span_str(say(scan_state_name(scan->state))), 12);
    put_minute(&s->out, scan->started_ms);
    buf_printf(&s->out, _("  %llu of %llu endpoints, %llu answered"), (unsigned long long)heard,
               (unsigned long long)scan->plan.total, (unsigned long long)scan->sums.answered);
    if (scan->why.len) {
        buf_str(&s->out, _("; "));
        words_made(&s->out, NULL, scan->why);
    }
    buf_byte(&s->out, '\n');
    return stored_flush(&s->out, false, &s->error);
}

/* ---- the verb ---- */

/* A report is of all that is open; what else a list can show has no place in it. */
static bool suits_report(struct showing *s, int args, struct error *e)
{
    if (args || s->scans || s->json || s->limited || s->filter.which != STORE_OPEN)
        return error_set(e, "--format is for all that is open: it goes without a finding, --scans, --json, --limit, "
                            "--closed and --ever");
    s->filter.max = 0;
    return true;
}

static bool show_report(struct showing *s, struct store *store)
{
    struct arena a;
    arena_init(&a, RULES_BYTES);
    struct stored_report r = {
        .store = store,
        .book = load_rulebook(&a, NULL, &s->error),
        .report = s->report,
        .run = { .ajar_version = AJAR_VERSION, .columns = (unsigned)s->columns, .command = s->command },
        .now_ms = s->filter.now_ms,
        .filter = &s->filter,
        .flush = stored_flush,
    };
    bool ok = r.book && stored_report(&r, &s->error);
    s->out.failed |= r.unwritten;
    arena_release(&a);
    return ok;
}

static bool show(struct showing *s, struct store *store, int args, char **argv)
{
    if (s->report)
        return show_report(s, store);
    if (s->scans)
        return store_scans(store, show_scan, s, &s->error) && !s->error.text[0];
    return args ? show_one(s, store, argv[1]) : show_list(s, store);
}

int cmd_show(int argc, char **argv)
{
    int args = 0;
    struct error e;
    struct showing s = { .filter = { .max = SHOWN_DEFAULT,
                                     .opened_after_ms = COUNT_UNKNOWN,
                                     .now_ms = clock_wall_ms(&CLOCK_SYSTEM) },
                         .columns = stored_columns() };
    struct arena a;
    arena_init(&a, ARENA_BYTES);
    s.arena = &a;
    s.command = command_line(&a, argc, argv);
    struct store *store = NULL;
    bool good = options_parse(ROWS, argc, argv, &args, take, &s, &e) &&
                (args <= 1 || error_set(&e, "one finding at a time: ajar show FINGERPRINT")) &&
                (!s.report || suits_report(&s, args, &e)) && (store = db_open(s.db, STORE_READ, &e));
    if (!good) {
        arena_release(&a);
        return cmd_fail(EXIT_USAGE, &e);
    }
    buf_init(&s.out, STORED_OUT_MAX);
    bool ok = show(&s, store, args, argv);
    ok = ok && stored_flush(&s.out, true, &s.error);
    enum exit_status status = ok ? EXIT_NOTHING : stored_status(&s.out);
    store_close(store);
    buf_release(&s.out);
    arena_release(&a);
    return ok ? EXIT_NOTHING : cmd_fail(status, &s.error);
}
