/* ajar judge: today's rules over what is stored. Nothing is asked, nothing is changed. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/db.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "keep/stored_report.h"

enum { RULES_BYTES = 256 << 20 };

enum row { ROW_SCAN, ROW_TAG, ROW_RULES, ROW_JSON, ROW_FORMAT, ROW_VERBOSE, ROW_FAIL_ON, ROW_DB, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_SCAN] = { "scan", "N", N_("what this scan saw; default: each endpoint as it last answered") },
    [ROW_TAG] = { "tag", "KEY=VALUE...",
                  N_("tagged so in the scope file; another key must hold too, another value may") },
    [ROW_RULES] = { "rules", "DIR", N_("judge by the rules in DIR instead of the shipped ones") },
    [ROW_JSON] = { "json", NULL, N_("JSON Lines; the same as --format json") },
    [ROW_FORMAT] = { "format", "NAME", N_("one of the report formats of `ajar scan`") },
    [ROW_VERBOSE] = { "verbose", NULL, N_("also show services without a finding in full") },
    [ROW_FAIL_ON] = { "fail-on", "SEVERITY",
                      N_("lowest severity that gives exit status 1, default high") },
    [ROW_DB] = { "db", "FILE", N_("the store; default: the one that `ajar scan` fills") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct judging {
    struct span command; /* the line that asked for it */
    const char *rules_dir, *db;
    struct arena *arena; /* of the tags */
    struct tag_filter tags;
    uint64_t scan;
    bool verbose, found, unwritten;
    enum severity fail_on;
    const struct report *report;
    struct error error;
};

void help_judge(void)
{
    puts(
        _("\nObservations are facts, so new rules apply to old scans: what would today's rules have said?\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct judging *j = self;
    switch ((enum row)row) {
    case ROW_SCAN:
        return (span_u64(span_str(value), INT64_MAX, &j->scan) && j->scan) ||
               error_set(
                   e, "--scan %.40s: expected the number of a scan; `ajar show --scans` lists them",
                   value);
    case ROW_TAG:
        return tag_filter_add(j->arena, &j->tags, value, e);
    case ROW_JSON:
    case ROW_FORMAT:
        return (j->report = report_option(row == ROW_JSON ? "json" : value, e)) != NULL;
    case ROW_VERBOSE:
        return j->verbose = true;
    case ROW_FAIL_ON:
        return severity_parse(span_str(value), &j->fail_on) ||
               error_set(e, "--fail-on %s: write info, low, medium, high or critical", value);
    default:
        *(row == ROW_RULES ? &j->rules_dir : &j->db) = value;
        return true;
    }
}

/* The whole of it; false and a sentence in j->error. */
static bool judge_all(struct judging *j, struct arena *a)
{
    struct stored_report r = {
        .book = load_rulebook(a, j->rules_dir, &j->error),
        .report = j->report,
        .run = { .ajar_version = AJAR_VERSION, .columns = (unsigned)stored_columns(), .verbose = j->verbose,
                 .command = j->command },
        .scan = (int64_t)j->scan,
        .fail_on = j->fail_on,
        .tags = &j->tags,
        .now_ms = clock_wall_ms(&CLOCK_SYSTEM),
        .flush = stored_flush,
    };
    if (!r.book || !(r.store = db_open(j->db, STORE_READ, &j->error)))
        return false;
    bool ok = stored_report(&r, &j->error);
    j->found = r.failing > 0;
    j->unwritten = r.unwritten;
    store_close(r.store);
    return ok;
}

int cmd_judge(int argc, char **argv)
{
    int args = 0;
    struct arena a;
    struct judging j = { .fail_on = SEVERITY_HIGH, .report = report_by_name("tty") };
    arena_init(&a, RULES_BYTES);
    j.command = command_line(&a, argc, argv);
    j.arena = &a;
    if (!options_parse(ROWS, argc, argv, &args, take, &j, &j.error) ||
        (args && !error_set(&j.error, "judge takes no target: it asks nothing; see --scan"))) {
        arena_release(&a);
        return cmd_fail(EXIT_USAGE, &j.error);
    }
    bool ok = judge_all(&j, &a);
    arena_release(&a);
    if (!ok)
        return cmd_fail(j.unwritten ? EXIT_INCOMPLETE : EXIT_USAGE, &j.error);
    return j.found ? EXIT_FOUND : EXIT_NOTHING;
}
