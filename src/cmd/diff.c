/* ajar diff: what changed between two scans. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/db.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "text/amount.h"

enum { SHOWN_DEFAULT = 1000, SHOWN_MAX = 1000000000, ARENA_BYTES = 16 << 20 };

enum row { ROW_STILL, ROW_TAG, ROW_FAIL_ON, ROW_LIMIT, ROW_JSON, ROW_DB, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_STILL] = { "still", NULL, N_("also list what is as it was") },
    [ROW_TAG] = { "tag", "KEY=VALUE...", N_("only what is tagged so in the scope file, also in the counts") },
    [ROW_FAIL_ON] = { "fail-on", "SEVERITY",
                      N_("lowest severity of something new that gives exit status 1, default high") },
    [ROW_LIMIT] = { "limit", "N",
                    N_("list at most so many changes, default 1000, 0 for all; all are counted") },
    [ROW_JSON] = { "json", NULL, N_("JSON Lines") },
    [ROW_DB] = { "db", "FILE", N_("the store; default: the one that `ajar scan` fills") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct differing {
    struct arena arena; /* of the tags */
    struct tag_filter tags;
    uint64_t tagged[CHANGE_COUNT];
    struct store *store;
    const char *db;
    bool still, json, found;
    enum severity fail_on;
    size_t limit, shown, columns;
    int64_t now_ms;
    struct buf out;
    struct error error;
};

void help_diff(void)
{
    puts(
        _("\nA and B are numbers of scans (`ajar show --scans`); default: the two newest complete ones.\n"
        "  new          seen in B, not in A         changed      another severity, version, size\n"
        "  fixed        closed on proof, and which  not-seen     asked in B without an answer that decides\n"
        "  not-asked    B did not ask there         still        as it was (counted; listed with --still)\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct differing *d = self;
    double n = 0;
    switch ((enum row)row) {
    case ROW_FAIL_ON:
        return severity_parse(span_str(value), &d->fail_on) ||
               error_set(e, "--fail-on %s: write info, low, medium, high or critical", value);
    case ROW_LIMIT:
        if (!option_number("limit", value, 0, SHOWN_MAX, &n, e))
            return false;
        d->limit = (size_t)n;
        return true;
    case ROW_TAG:
        return tag_filter_add(&d->arena, &d->tags, value, e);
    case ROW_STILL:
        return d->still = true;
    case ROW_JSON:
        return d->json = true;
    default:
        d->db = value;
        return true;
    }
}

static void put_json(struct differing *d, const struct stored_change *c,
                     const struct stored_finding *f)
{
    struct json j = stored_json(&d->out, "change");
    json_str(&j, "change", change_name(c->change));
    json_text_or_null(&j, "what", span_str(c->what));
    if (c->change == CHANGE_FIXED)
        json_str(&j, "proof", proof_name(c->proof));
    if (c->change == CHANGE_NOT_SEEN)
        json_str(&j, "not_seen", unseen_name(c->unseen));
    if (c->change == CHANGE_NEW)
        json_bool(&j, "reopened", c->reopened);
    json_object(&j, "finding");
    json_str(&j, "type", "finding");
    stored_json_finding(&j, f);
    json_line(&j);
}

/* A door that was shut is fixed; what merely goes by another name, or was closed by somebody's word, is not. */
static const char *mark_of(const struct stored_change *c)
{
    if (c->change == CHANGE_FIXED)
        return c->proof == PROOF_JUDGED ? N_("judged") : proof_says(c->proof);
    return c->reopened ? N_("new (again)") : change_name(c->change);
}

static bool show_change(void *self, const struct stored_change *c)
{
    struct differing *d = self;
    struct arena a;
    struct stored_finding f;
    bool wanted;
    if (!store_finding_tagged(d->store, c->finding, &d->tags, &wanted, &d->error))
        return false;
    if (!wanted)
        return true;
    d->tagged[c->change]++;
    if (c->change == CHANGE_STILL && !d->still)
        return true;
    /* Severity decides first, so that what is only counted costs no look. */
    bool fails = c->change == CHANGE_NEW && c->after >= d->fail_on && !d->found;
    bool listed = d->limit == 0 || d->shown < d->limit;
    if (!listed && !fails)
        return true;
    arena_init(&a, ARENA_BYTES);
    bool ok = store_finding_by_id(d->store, c->finding, d->now_ms, &a, &f, &d->error);
    if (ok) {
        d->found |= fails && f.accepted_until_ms < 0;
        f.finding.severity = c->after;
    }
    if (ok && listed) {
        if (d->json) {
            put_json(d, c, &f);
        } else {
            if (d->shown == 0)
                stored_row_head(&d->out, N_("CHANGE"), d->columns);
            stored_row(&d->out, &f, mark_of(c), c->what, d->now_ms, d->columns);
        }
        d->shown++;
    }
    arena_release(&a);
    return ok && stored_flush(&d->out, false, &d->error);
}

static void put_counts(struct differing *d, const struct stored_scan scans[2],
                       const uint64_t counts[CHANGE_COUNT])
{
    if (d->json) {
        struct json j = stored_json(&d->out, "changes");
        json_known(&j, "older", scans[0].id);
        json_known(&j, "newer", scans[1].id);
        for (int i = 0; i < CHANGE_COUNT; i++)
            json_u64(&j, change_name((enum change)i), counts[i]);
        json_line(&j);
        return;
    }
    buf_str(&d->out, d->shown ? "\n" : "");
    buf_printf(&d->out, _("Scan %lld of "), (long long)scans[0].id);
    put_minute(&d->out, scans[0].started_ms);
    buf_printf(&d->out, _(" and scan %lld of "), (long long)scans[1].id);
    put_minute(&d->out, scans[1].started_ms);
    buf_str(&d->out, _(":"));
    for (int i = 0; i < CHANGE_COUNT; i++)
        buf_printf(&d->out, "%s %llu %s", i ? _(",") : "", (unsigned long long)counts[i],
                   say(change_name((enum change)i)));
    buf_str(&d->out, _("."));
    buf_byte(&d->out, '\n');
    if (scans[1].state != SCAN_COMPLETE)
        buf_str(&d->out, _("The newer scan is unfinished: what it has not asked yet is not-asked.\n"));
}

/* Both scans, the older first. */
static bool find_scans(struct differing *d, char **argv, int args, struct arena *a,
                       struct stored_scan scans[2])
{
    uint64_t ids[2];
    if (args == 0)
        return store_scan_find(d->store, SCAN_SECOND_COMPLETE, a, &scans[0], &d->error) &&
               store_scan_find(d->store, SCAN_NEWEST_COMPLETE, a, &scans[1], &d->error);
    if (args != 2)
        return error_set(&d->error,
                         "name two scans or none: ajar diff 3 7 (`ajar show --scans` lists them)");
    for (int i = 0; i < 2; i++)
        if (!span_u64(span_str(argv[i + 1]), INT64_MAX, &ids[i]) || ids[i] == 0)
            return error_set(&d->error,
                             "%.40s is no number of a scan; `ajar show --scans` lists them",
                             argv[i + 1]);
    int64_t low = (int64_t)(ids[0] < ids[1] ? ids[0] : ids[1]),
            high = (int64_t)(ids[0] < ids[1] ? ids[1] : ids[0]);
    return store_scan_find(d->store, low, a, &scans[0], &d->error) &&
           store_scan_find(d->store, high, a, &scans[1], &d->error);
}

static bool run_diff(struct differing *d, char **argv, int args)
{
    struct arena a;
    struct stored_scan scans[2];
    uint64_t counts[CHANGE_COUNT];
    arena_init(&a, ARENA_BYTES * 16);
    bool ok = find_scans(d, argv, args, &a, scans) &&
              store_diff(d->store, scans[0].id, scans[1].id, d->still || d->tags.list.len, show_change, d, counts,
                         &d->error) &&
              !d->error.text[0];
    if (ok)
        put_counts(d, scans, d->tags.list.len ? d->tagged : counts);
    arena_release(&a);
    return ok && stored_flush(&d->out, true, &d->error);
}

int cmd_diff(int argc, char **argv)
{
    int args = 0;
    struct differing d = { .fail_on = SEVERITY_HIGH,
                           .limit = SHOWN_DEFAULT,
                           .columns = stored_columns(),
                           .now_ms = clock_wall_ms(&CLOCK_SYSTEM) };
    arena_init(&d.arena, ARENA_BYTES);
    if (!options_parse(ROWS, argc, argv, &args, take, &d, &d.error) ||
        !(d.store = db_open(d.db, STORE_READ, &d.error))) {
        arena_release(&d.arena);
        return cmd_fail(EXIT_USAGE, &d.error);
    }
    buf_init(&d.out, STORED_OUT_MAX);
    bool ok = run_diff(&d, argv, args);
    enum exit_status failed = stored_status(&d.out);
    store_close(d.store);
    buf_release(&d.out);
    arena_release(&d.arena);
    if (!ok)
        return cmd_fail(failed, &d.error);
    return d.found ? EXIT_FOUND : EXIT_NOTHING;
}
