/* ajar certs: the certificates of the estate, by the store: when they end, where they are, whose key they share, and
 * whether somebody renews them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/db.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "report/estate.h"
#include "report/layout.h"
#include "report/report.h"
#include "text/amount.h"
#include "text/escape.h"

enum { DAYS_MAX = 36500, PLACES_SHOWN = 3, LEFT_COLUMNS = 15, DATE_COLUMNS = 12, COUNT_COLUMNS = 6, INDENT = 35 };

static const size_t CERTS_ARENA_MAX = 2ul << 30;
static const int64_t DAY_MS = 86400000, NEWLY_SEEN_MS = 30 * 86400000LL;

enum row { ROW_WITHIN, ROW_EVER, ROW_TAG, ROW_FORMAT, ROW_DB, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_WITHIN] = { "within", "DAYS", N_("only those that end within so many days, or have ended") },
    [ROW_EVER] = { "ever", NULL, N_("also those that nobody shows any more") },
    [ROW_TAG] = { "tag", "KEY=VALUE...",
                  N_("tagged so in the scope file; another key must hold too, another value may") },
    [ROW_FORMAT] = { "format", "NAME",
                     N_("text (default), json (JSON Lines), html, or ical: a calendar of their ends") },
    [ROW_DB] = { "db", "FILE", N_("the store; default: the one that `ajar scan` fills") },
    [ROW_END] = { NULL, NULL, NULL },
};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_HTML, FORMAT_ICAL };

struct listing {
    const char *db;
    enum format format;
    bool ever;
    struct tag_filter tags;
    struct arena *arena;
    int64_t within_days, now_ms; /* COUNT_UNKNOWN: however long they last */
    struct estate estate;
    struct buf out;
    struct error error;
    size_t columns;
};

void help_certs(void)
{
    puts(_("\nWhat scans have seen of certificates, those that end first at the top. A renewal is another certificate\n"
         "of the same subject at the same place; how long before the end of the old one it came tells who renews it.\n"
         "Exit status 1 where one that is shown has ended.\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    static const char *const FORMATS[] = { "text", "json", "html", "ical", NULL };
    struct listing *l = self;
    double n = 0;
    switch ((enum row)row) {
    case ROW_WITHIN:
        if (!option_number("within", value, 0, DAYS_MAX, &n, e))
            return false;
        l->within_days = (int64_t)n;
        return true;
    case ROW_EVER:
        return l->ever = true;
    case ROW_TAG:
        return tag_filter_add(l->arena, &l->tags, value, e);
    case ROW_FORMAT:
        for (size_t i = 0; FORMATS[i]; i++)
            if (strcmp(value, FORMATS[i]) == 0) {
                l->format = (enum format)i;
                return true;
            }
        return error_set(e, "--format %s: there are text, json, html, ical", value);
    default:
        l->db = value;
        return true;
    }
}

static bool is_wanted(const struct listing *l, const struct estate_certificate *c)
{
    bool in_time = l->within_days == COUNT_UNKNOWN || c->until_ms - l->now_ms <= l->within_days * DAY_MS;
    return in_time && (c->now_count || l->ever);
}

/* ---- what is said -------------------------------------------------------------------------- */

static void put_renewal(struct buf *out, const struct listing *l, const struct estate_certificate *c)
{
    if (c->renewal == RENEWED_NEVER) {
        bool new_here = l->now_ms - c->first_ms < NEWLY_SEEN_MS;
        buf_str(out, new_here ? _("first seen ") : _("never renewed since it was first seen "));
        put_date(out, c->first_ms);
        return;
    }
    buf_printf(out, say_many("renewed %zu time, last ", "renewed %zu times, last ", c->renewals), c->renewals);
    put_date(out, c->from_ms);
    buf_printf(out, c->lead_ms < 0 ? _(", %lld days after the one before it ended")
               : _(", %lld days before the one before it ended"),
               (long long)llabs(c->lead_ms / DAY_MS));
    if (c->keeps_key)
        buf_str(out, _(", with the same key"));
    if (c->renewal == RENEWED_REGULAR)
        buf_str(out, _("; always alike: by a machine, it seems"));
    else if (c->renewal == RENEWED_LATE)
        buf_str(out, _("; once at least too late: by hand, it seems"));
}

static void put_left(struct buf *out, const struct listing *l, const struct estate_certificate *c)
{
    int64_t days = (c->until_ms - l->now_ms) / DAY_MS;
    if (c->until_ms <= l->now_ms)
        buf_printf(out, _("ended, %lld d"), (long long)-days);
    else
        buf_printf(out, _("%lld days"), (long long)days);
}

static void put_sharers(struct buf *out, const struct estate_certificate *c)
{
    if (c->now_count > 1)
        buf_printf(out, _("one key at %llu places"), (unsigned long long)c->now_count);
    if (c->sharers) {
        buf_str(out, c->now_count > 1 ? _("; ") : "");
        buf_printf(out, say_many("its key is in %zu other certificate, too",
                                 "its key is in %zu other certificates, too",
                                 c->sharers), c->sharers);
    }
}

/* Of those that show it now, or of all that did. */
static void put_places(struct buf *out, const struct estate_certificate *c)
{
    size_t shown = 0;
    uint64_t all = c->now_count ? c->now_count : c->place_count;
    for (size_t i = 0; i < c->places.len && shown < PLACES_SHOWN; i++) {
        if (c->now_count && !c->places.at[i].now)
            continue;
        buf_str(out, shown++ ? _(", ") : c->now_count ? "" : _("formerly "));
        escape_tty(out, span_str(c->places.at[i].where));
    }
    if (all > shown)
        buf_printf(out, _(" and %llu more"), (unsigned long long)(all - shown));
}

/* ---- text ---------------------------------------------------------------------------------- */

static void put_note(struct listing *l, struct buf *line)
{
    if (line->len)
        layout_wrap(&l->out, buf_span(line), INDENT, l->columns > INDENT + 20 ? l->columns : INDENT + 60);
    buf_reset(line);
}

static void put_head(struct listing *l)
{
    layout_left(&l->out, span_str(_("UNTIL")), DATE_COLUMNS);
    layout_left(&l->out, span_str(_("LEFT")), LEFT_COLUMNS);
    layout_right(&l->out, span_str(_("PLACES")), COUNT_COLUMNS);
    layout_spaces(&l->out, INDENT - DATE_COLUMNS - LEFT_COLUMNS - COUNT_COLUMNS);
    buf_str(&l->out, _("CERTIFICATE"));
    buf_byte(&l->out, '\n');
}

static void put_text(struct listing *l, const struct estate_certificate *c, struct buf *line)
{
    put_date(line, c->until_ms);
    layout_left(&l->out, buf_span(line), DATE_COLUMNS);
    buf_reset(line);
    put_left(line, l, c);
    layout_left(&l->out, buf_span(line), LEFT_COLUMNS);
    buf_reset(line);
    put_count(line, c->now_count);
    layout_right(&l->out, buf_span(line), COUNT_COLUMNS);
    buf_reset(line);
    escape_tty(line, c->subject.len ? c->subject : c->names);
    if (!c->self_signed && c->issuer.len) {
        buf_str(line, _(", by "));
        escape_tty(line, c->issuer);
    }
    layout_spaces(&l->out, INDENT - DATE_COLUMNS - LEFT_COLUMNS - COUNT_COLUMNS);
    layout_clip(&l->out, buf_span(line), l->columns > INDENT + 20 ? l->columns - INDENT : 60);
    buf_byte(&l->out, '\n');
    buf_reset(line);
    put_places(line, c);
    put_note(l, line);
    put_renewal(line, l, c);
    put_note(l, line);
    put_sharers(line, c);
    put_note(l, line);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static const char *renewal_name(enum estate_renewal r)
{
    static const char *const NAMES[] = { "never", "seen", "regular", "late" };
    return NAMES[r];
}

static void put_json(struct listing *l, const struct estate_certificate *c)
{
    struct json j = stored_json(&l->out, "certificate");
    json_text(&j, "subject", c->subject);
    json_text_or_null(&j, "issuer", c->issuer);
    json_text_if(&j, "names", c->names);
    json_time(&j, "not_before", c->from_ms);
    json_time(&j, "not_after", c->until_ms);
    json_i64(&j, "days_left", (c->until_ms - l->now_ms) / DAY_MS);
    json_text(&j, "sha256", c->sha256);
    json_text_if(&j, "key", c->key_text);
    json_text_if(&j, "spki_sha256", c->key);
    json_text_if(&j, "chain", c->chain);
    json_bool(&j, "self_signed", c->self_signed);
    json_time(&j, "first_seen", c->first_ms);
    json_time(&j, "last_seen", c->last_ms);
    json_str(&j, "renewal", renewal_name(c->renewal));
    json_u64(&j, "renewals", c->renewals);
    if (c->renewals) {
        json_i64(&j, "lead_days", c->lead_ms / DAY_MS);
        json_bool(&j, "keeps_key", c->keeps_key);
    }
    json_u64(&j, "key_in_other_certificates", c->sharers);
    json_u64(&j, "places_now", c->now_count);
    json_array(&j, "places");
    for (size_t i = 0; i < c->places.len; i++)
        if (c->places.at[i].now || !c->now_count)
            json_text(&j, NULL, span_str(c->places.at[i].where));
    json_line(&j);
}

/* ---- HTML ---------------------------------------------------------------------------------- */

static void html_cell(struct listing *l, const char *open, struct buf *text)
{
    buf_str(&l->out, open);
    escape_html(&l->out, buf_span(text));
    buf_str(&l->out, "</td>");
    buf_reset(text);
}

static void put_html_row(struct listing *l, const struct estate_certificate *c, struct buf *line)
{
    int64_t left = c->until_ms - l->now_ms;
    buf_str(&l->out, left <= 0 ? "<tr class=over>" : left < 30 * DAY_MS ? "<tr class=soon>" : "<tr>");
    put_date(line, c->until_ms);
    html_cell(l, "<td>", line);
    put_left(line, l, c);
    html_cell(l, "<td>", line);
    escape_tty(line, c->subject.len ? c->subject : c->names);
    html_cell(l, "<td>", line);
    escape_tty(line, c->issuer);
    html_cell(l, "<td>", line);
    put_places(line, c);
    html_cell(l, "<td>", line);
    put_renewal(line, l, c);
    html_cell(l, "<td>", line);
    put_sharers(line, c);
    html_cell(l, "<td>", line);
    buf_str(&l->out, "</tr>\n");
}

static const char HTML_STYLE[] =
    "body{font:14px/1.4 system-ui,sans-serif;"
    "margin:2em}table{border-collapse:collapse}td,th{padding:.3em .7em;border-bottom:1px solid #ccc;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}td:nth-child(-n+2){white-space:nowrap}.over{background:#fdd}"
    ".soon{background:#fec}@media(max-width:50em){body{margin:1em}table,tbody,tr,td{display:block}"
    "tr:first-child{display:none}tr{padding:.5em 0;border-bottom:1px solid #ccc}td{border:0;padding:.1em .7em}"
    "td:nth-child(3){font-weight:600}td:empty{display:none}}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}.over{background:#511}"
    ".soon{background:#431}}";

static void put_html_head(struct buf *out)
{
    static const char *const HEADS[] = { N_("Until"), N_("Left"), N_("Subject"), N_("Issuer"), N_("Shown at"),
                                         N_("Renewals"),
                                         N_("Key") };
    buf_printf(out, "<!doctype html>\n<html lang=%s><meta charset=utf-8><meta name=viewport "
                    "content=\"width=device-width,initial-scale=1\"><meta http-equiv=Content-Security-Policy "
                    "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>%s</title>\n<style>%s</style>\n"
                    "<main>\n<h1>%s</h1>\n<table><tr>", say_tag(), _("Certificates"), HTML_STYLE, _("Certificates"));
    for (size_t i = 0; i < sizeof(HEADS) / sizeof(*HEADS); i++)
        buf_printf(out, "<th>%s", say(HEADS[i]));
    buf_str(out, "</tr>\n");
}

/* ---- calendar ------------------------------------------------------------------------------ */

struct calendar {
    struct listing *listing;
    const struct report *report;
    void *state;
};

static bool to_calendar(void *self, const struct visit *v)
{
    struct calendar *c = self;
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct fact *until = fact_get(&v->observations.at[i], "cert.not_after");
        struct estate_certificate seen = { .until_ms = until ? until->number : INT64_MAX, .now_count = 1 };
        if (until && is_wanted(c->listing, &seen) && tag_filter_sees(&c->listing->tags, &v->observations.at[i])) {
            report_tell_visit(c->report, c->state, v, NULL, 0, &c->listing->out);
            return true;
        }
    }
    return true;
}

static bool put_calendar(struct listing *l, struct store *store)
{
    struct calendar c = { .listing = l, .report = report_by_name("ical") };
    struct report_run run = { .ajar_version = AJAR_VERSION, .started_ms = l->now_ms, .seed = random_seed() };
    struct report_summary none = { 0 };
    if (!(c.state = calloc(1, c.report->state_size)))
        return error_set(&l->error, "no memory for a calendar");
    c.report->begin(c.state, &run, &l->out);
    bool ok = store_visits(store, 0, to_calendar, &c, &l->error);
    c.report->end(c.state, &none, &l->out);
    free(c.state);
    return ok;
}

/* ---- the verb ------------------------------------------------------------------------------ */

static bool gather(void *self, const struct stored_certificate *c)
{
    struct listing *l = self;
    return !tag_filter_sees(&l->tags, c->seen) || estate_add(&l->estate, c) ||
           error_set(&l->error, "no memory for so many certificates");
}

/* *ret_ended: whether one that is shown now has ended. */
static bool put_list(struct listing *l, struct store *store, bool *ret_ended)
{
    struct buf line;
    if (!store_certificates(store, gather, l, &l->error) || l->error.text[0])
        return false;
    if (!estate_settle(&l->estate))
        return error_set(&l->error, "no memory for so many certificates");
    buf_init(&line, 64 * 1024);
    if (l->format == FORMAT_TEXT)
        put_head(l);
    if (l->format == FORMAT_HTML)
        put_html_head(&l->out);
    bool ok = true;
    for (size_t i = 0; i < l->estate.all.len && ok; i++) {
        const struct estate_certificate *c = l->estate.all.at[i];
        *ret_ended |= c->now_count && c->until_ms <= l->now_ms;
        if (!is_wanted(l, c))
            continue;
        if (l->format == FORMAT_JSON)
            put_json(l, c);
        else if (l->format == FORMAT_HTML)
            put_html_row(l, c, &line);
        else
            put_text(l, c, &line);
        ok = stored_flush(&l->out, false, &l->error);
    }
    if (l->format == FORMAT_HTML)
        buf_str(&l->out, "</table>\n</main>\n");
    buf_release(&line);
    return ok;
}

int cmd_certs(int argc, char **argv)
{
    int args = 0;
    struct arena arena;
    struct listing l = {
        .columns = stored_columns(), .within_days = COUNT_UNKNOWN, .now_ms = clock_wall_ms(&CLOCK_SYSTEM)
    };
    struct store *store = NULL;
    bool ended = false;
    arena_init(&arena, CERTS_ARENA_MAX);
    l.arena = &arena;
    if (!options_parse(ROWS, argc, argv, &args, take, &l, &l.error) ||
        (args && !error_set(&l.error, "`ajar certs` takes no argument such as \"%s\"", argv[1])) ||
        !(store = db_open(l.db, STORE_READ, &l.error))) {
        arena_release(&arena);
        return cmd_fail(EXIT_USAGE, &l.error);
    }
    estate_init(&l.estate, &arena, random_seed());
    buf_init(&l.out, STORED_OUT_MAX);
    bool ok = l.format == FORMAT_ICAL ? put_calendar(&l, store) : put_list(&l, store, &ended);
    ok = ok && stored_flush(&l.out, true, &l.error);
    enum exit_status failed = stored_status(&l.out);
    store_close(store);
    buf_release(&l.out);
    arena_release(&arena);
    return ok ? ended ? EXIT_FOUND : EXIT_NOTHING : cmd_fail(failed, &l.error);
}
