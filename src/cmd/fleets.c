/* ajar fleets: what is set up alike, and who is in it. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/db.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "report/layout.h"
#include "text/amount.h"
#include "text/escape.h"

enum {
    ARENA_BYTES = 16 << 20,
    FINGERPRINT_SHOWN = 12,
    SEVERITY_COLUMNS = 9,
    NUMBER_COLUMNS = 8,
    SINCE_COLUMNS = 17,
    WHAT_COLUMNS = 16,
    WHERE_COLUMNS = 24,
    WHY_COLUMNS_MIN = 20,
    REASONS_SHOWN = 3,
    SCRATCH_BYTES = 64 * 1024
};

enum row { ROW_EVER, ROW_TAG, ROW_JSON, ROW_DB, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_EVER] = { "ever", NULL, N_("also those that are no more") },
    [ROW_TAG] = { "tag", "KEY=VALUE...",
                  N_("with a member that is tagged so in the scope file; another key must hold too, another value "
                     "may") },
    [ROW_JSON] = { "json", NULL, N_("JSON Lines") },
    [ROW_DB] = { "db", "FILE", N_("the store; default: the one that `ajar scan` fills") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct listing {
    struct arena arena; /* of the tags */
    struct tag_filter tags;
    struct store *store;
    const char *db;
    bool ever, json;
    struct json line; /* of the one fleet that is shown */
    struct buf out;
    struct error error;
    size_t columns, shown;
};

void help_fleets(void)
{
    puts(_("\nWithout a fleet's number: the fleets as they were seen last. With its first digits: why they belong\n"
         "together, and every member. `ajar accept FLEET --until DATE --why TEXT` decides about all of them.\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct listing *l = self;
    if (row == ROW_TAG)
        return tag_filter_add(&l->arena, &l->tags, value, e);
    if (row == ROW_DB)
        l->db = value;
    else
        *(row == ROW_EVER ? &l->ever : &l->json) = true;
    return true;
}

/* ---- text ---- */

/* Foreign text, cut or filled to so many columns. */
static void put_cell(struct buf *out, struct span text, size_t columns)
{
    struct buf cell;
    buf_init(&cell, SCRATCH_BYTES);
    escape_tty(&cell, text);
    layout_left(out, buf_span(&cell), columns);
    buf_byte(out, ' ');
    buf_release(&cell);
}

static void put_column(struct buf *out, size_t n, size_t columns)
{
    struct buf cell;
    buf_init(&cell, 64);
    put_count(&cell, n);
    layout_right(out, buf_span(&cell), columns);
    buf_byte(out, ' ');
    buf_release(&cell);
}

static void put_head(struct buf *out)
{
    put_cell(out, span_str(_("FLEET")), FINGERPRINT_SHOWN);
    put_cell(out, span_str(_("SEVERITY")), SEVERITY_COLUMNS - 1);
    layout_right(out, span_str(_("MEMBERS")), NUMBER_COLUMNS);
    buf_byte(out, ' ');
    layout_right(out, span_str(_("OPEN")), NUMBER_COLUMNS);
    buf_byte(out, ' ');
    put_cell(out, span_str(_("SINCE")), SINCE_COLUMNS - 1);
    put_cell(out, span_str(_("ALIKE")), 5);
    put_cell(out, span_str(_("PRODUCT")), WHAT_COLUMNS);
    buf_str(out, _("WHY"));
    buf_byte(out, '\n');
}

/* "certificate key (14), ports (13)", strongest first. */
static void put_why(struct buf *out, const struct stored_fleet *f, size_t columns)
{
    struct buf why;
    char date[TIME_TEXT_MAX];
    buf_init(&why, SCRATCH_BYTES);
    if (f->fleet.accepted_until_ms) {
        buf_printf(&why, _("accepted until %.10s: "), time_text(f->fleet.accepted_until_ms - 1, date));
        escape_tty(&why, f->accepted_why);
        buf_str(&why, _(". "));
    }
    for (size_t i = 0; i < f->fleet.reasons.len && i < REASONS_SHOWN; i++) {
        buf_str(&why, i ? _(", ") : "");
        escape_tty(&why, span_str(say(f->fleet.reasons.at[i].trait)));
        buf_printf(&why, " (%zu)", f->fleet.reasons.at[i].shared_by);
    }
    layout_clip(out, buf_span(&why), columns);
    buf_release(&why);
}

static void put_row(struct listing *l, const struct stored_fleet *f)
{
    struct buf *out = &l->out;
    size_t used = FINGERPRINT_SHOWN + 1 + SEVERITY_COLUMNS + 2 * (NUMBER_COLUMNS + 1) + SINCE_COLUMNS + 6 +
                  WHAT_COLUMNS + 1;
    put_cell(out, span_of(f->fleet.fingerprint, FINGERPRINT_SHOWN), FINGERPRINT_SHOWN);
    put_cell(out, span_str(say(severity_name(f->fleet.severity))), SEVERITY_COLUMNS - 1);
    put_column(out, f->fleet.member_count, NUMBER_COLUMNS);
    put_column(out, f->open_now, NUMBER_COLUMNS);
    put_minute(out, f->first_ms);
    buf_printf(out, " %5.2f ", f->fleet.score);
    put_cell(out, span_str(f->fleet.product), WHAT_COLUMNS);
    put_why(out, f, l->columns > used + WHY_COLUMNS_MIN ? l->columns - used : WHY_COLUMNS_MIN);
    buf_byte(out, '\n');
}

/* ---- JSON ---- */

static struct json fleet_json(struct buf *out, const struct stored_fleet *f)
{
    const struct fleet *g = &f->fleet;
    struct json j = stored_json(out, "fleet");
    json_str(&j, "fingerprint", g->fingerprint);
    json_text(&j, "title", g->title);
    json_str(&j, "severity", severity_name(g->severity));
    json_text_or_null(&j, "product", span_str(g->product));
    json_share(&j, "score", g->score);
    json_u64(&j, "members", g->member_count);
    json_u64(&j, "open", g->open);
    json_u64(&j, "partial", g->partial);
    json_u64(&j, "locked", g->locked);
    json_u64(&j, "open_now", f->open_now);
    json_known(&j, "records", g->records);
    json_known(&j, "bytes", g->bytes);
    json_known_time(&j, "first_seen", f->first_ms);
    json_known_time(&j, "last_seen", f->last_ms);
    json_known(&j, "scan", f->last_scan);
    json_known_time(&j, "accepted_until", g->accepted_until_ms ? g->accepted_until_ms : COUNT_UNKNOWN);
    json_text_or_null(&j, "accepted_why", f->accepted_why);
    json_array(&j, "reasons");
    for (size_t i = 0; i < g->reasons.len; i++) {
        json_object(&j, NULL);
        json_text(&j, "trait", span_str(g->reasons.at[i].trait));
        json_text(&j, "value", g->reasons.at[i].value);
        json_u64(&j, "shared_by", g->reasons.at[i].shared_by);
        json_close(&j);
    }
    json_close(&j);
    return j;
}

/* ---- the list ---- */

/* Tags lie with what proved a finding. */
struct search {
    struct listing *listing;
    bool found;
};

static bool look_at_member(void *self, const struct fleet_member *m)
{
    struct search *s = self;
    struct listing *l = s->listing;
    struct arena a;
    struct stored_finding f;
    arena_init(&a, ARENA_BYTES);
    bool ok = !m->worst[0] || (store_finding_get(l->store, m->worst, clock_wall_ms(&CLOCK_SYSTEM), &a, &f, &l->error) &&
                               store_finding_tagged(l->store, f.id, &l->tags, &s->found, &l->error));
    arena_release(&a);
    return ok && !s->found;
}

/* *ret: whether a member passes the filter. */
static bool is_wanted(struct listing *l, int64_t fleet, bool *ret)
{
    struct search s = { .listing = l };
    bool ok = !l->tags.list.len || store_fleet_members(l->store, fleet, look_at_member, &s, &l->error);
    *ret = s.found || !l->tags.list.len;
    return ok && !l->error.text[0];
}

static bool show_row(void *self, const struct stored_fleet *f)
{
    struct listing *l = self;
    bool wanted;
    if (!is_wanted(l, f->id, &wanted))
        return false;
    if (!wanted)
        return true;
    if (l->json) {
        struct json j = fleet_json(&l->out, f);
        json_line(&j);
    } else {
        if (l->shown == 0)
            put_head(&l->out);
        put_row(l, f);
    }
    l->shown++;
    return stored_flush(&l->out, false, &l->error);
}

static bool show_list(struct listing *l, struct store *store, int64_t now_ms)
{
    if (!store_fleet_list(store, l->ever, now_ms, show_row, l, &l->error) || l->error.text[0])
        return false;
    if (!l->shown && !l->json && l->tags.list.len)
        buf_str(&l->out, _("No fleet has a member that is tagged so.\n"));
    else if (!l->shown && !l->json)
        buf_str(&l->out, _("No two deployments are set up alike, as far as can be seen.\n"));
    return true;
}

/* ---- one fleet ---- */

static bool show_member(void *self, const struct fleet_member *m)
{
    struct listing *l = self;
    char where[ENDPOINT_CALLED_MAX], address[ADDRESS_TEXT_MAX];
    struct buf *out = &l->out;
    struct json *j = &l->line;
    if (l->json) {
        json_object(j, NULL);
        json_str(j, "endpoint", endpoint_text(&m->endpoint, where));
        json_str(j, "address", address_text(&m->endpoint.address, address));
        json_text_or_null(j, "name", span_str(m->endpoint.name));
        json_text_or_null(j, "product", span_str(m->product));
        json_text_or_null(j, "version", m->version);
        json_str(j, "verdict", outcome_name(m->outcome));
        json_text_or_null(j, "severity", span_str(m->worst[0] ? severity_name(m->severity) : ""));
        json_known(j, "records", m->records);
        json_known(j, "bytes", m->bytes);
        json_text_or_null(j, "finding", span_str(m->worst));
        json_close(j);
        return stored_flush(out, false, &l->error);
    }
    buf_str(out, "  ");
    put_cell(out, span_str(endpoint_called(&m->endpoint, where)), WHERE_COLUMNS);
    put_cell(out, span_str(say(outcome_name(m->outcome))), 10);
    put_cell(out, span_str(m->product), WHAT_COLUMNS);
    put_cell(out, m->version, 12);
    put_cell(out, span_of(m->worst, m->worst[0] ? FINGERPRINT_SHOWN : 0), FINGERPRINT_SHOWN);
    if (m->records >= 0) {
        say_count(out, (uint64_t)m->records, "record", "records");
    }
    if (m->bytes >= 0) {
        buf_str(out, m->records >= 0 ? _(", ") : "");
        put_size(out, (uint64_t)m->bytes);
    }
    buf_byte(out, '\n');
    return stored_flush(out, false, &l->error);
}

static void put_fleet_head(struct listing *l, const struct stored_fleet *f, int64_t now_ms)
{
    struct buf *out = &l->out;
    buf_printf(out, "%s  %s  ", f->fleet.fingerprint, say(severity_name(f->fleet.severity)));
    escape_tty(out, f->fleet.title);
    buf_str(out, _("\nKnown for "));
    say_age(out, now_ms - f->first_ms);
    buf_str(out, _(", seen last "));
    put_minute(out, f->last_ms);
    buf_printf(out, _(" in scan %lld. Likeness %.2f. Of those that were open, %zu still are.\n"),
               (long long)f->last_scan,
               f->fleet.score, f->open_now);
    if (f->fleet.accepted_until_ms) {
        buf_str(out, _("Accepted until "));
        put_date(out, f->fleet.accepted_until_ms - 1);
        buf_str(out, _(": "));
        escape_tty(out, f->accepted_why);
        buf_byte(out, '\n');
    }
    buf_str(out, _("\nWhat they share, strongest first:\n"));
    for (size_t i = 0; i < f->fleet.reasons.len; i++) {
        const struct fleet_reason *r = &f->fleet.reasons.at[i];
        buf_str(out, "  ");
        put_column(out, r->shared_by, NUMBER_COLUMNS);
        put_cell(out, span_str(say(r->trait)), 20);
        put_cell(out, r->value, l->columns > 60 ? l->columns - 33 : 40);
        buf_byte(out, '\n');
    }
    buf_str(out, _("\nMembers, worst first:\n"));
}

static bool show_one(struct listing *l, struct store *store, const char *prefix, int64_t now_ms)
{
    struct arena a;
    struct stored_fleet f;
    arena_init(&a, ARENA_BYTES);
    bool ok = store_fleet_get(store, prefix, now_ms, &a, &f, &l->error);
    if (!ok && !l->error.text[0])
        error_set(&l->error, "no fleet \"%.40s\" is stored; `ajar fleets` lists them", prefix);
    if (ok && l->json) {
        l->line = fleet_json(&l->out, &f);
        json_array(&l->line, "member_list");
    } else if (ok) {
        put_fleet_head(l, &f, now_ms);
    }
    ok = ok && store_fleet_members(store, f.id, show_member, l, &l->error) && !l->error.text[0];
    if (ok && l->json)
        json_line(&l->line);
    else if (ok)
        buf_byte(&l->out, '\n');
    arena_release(&a);
    return ok;
}

int cmd_fleets(int argc, char **argv)
{
    int args = 0;
    struct listing l = { .columns = stored_columns() };
    struct store *store = NULL;
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    arena_init(&l.arena, ARENA_BYTES);
    if (!options_parse(ROWS, argc, argv, &args, take, &l, &l.error) ||
        (args > 1 && !error_set(&l.error, "one fleet at a time: ajar fleets FLEET")) ||
        (args && l.tags.list.len && !error_set(&l.error, "--tag chooses among fleets; it goes without FLEET")) ||
        !(store = db_open(l.db, STORE_READ, &l.error))) {
        arena_release(&l.arena);
        return cmd_fail(EXIT_USAGE, &l.error);
    }
    l.store = store;
    buf_init(&l.out, STORED_OUT_MAX);
    bool ok = args ? show_one(&l, store, argv[1], now_ms) : show_list(&l, store, now_ms);
    ok = ok && stored_flush(&l.out, true, &l.error);
    enum exit_status failed = stored_status(&l.out);
    store_close(store);
    buf_release(&l.out);
    arena_release(&l.arena);
    return ok ? EXIT_NOTHING : cmd_fail(failed, &l.error);
}
