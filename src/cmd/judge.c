/* ajar judge: today's rules over what is stored. Nothing is asked, nothing is changed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "keep/alike.h"
#include "cmd/cmd.h"
#include "keep/closed.h"
#include "keep/history.h"
#include "cmd/memory.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "report/report.h"

enum { RULES_BYTES = 256 << 20, VISIT_BYTES = 64 << 20 };

enum row { ROW_SCAN, ROW_RULES, ROW_JSON, ROW_FORMAT, ROW_VERBOSE, ROW_FAIL_ON, ROW_DB, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_SCAN] = { "scan", "N", "what this scan saw; default: each endpoint as it last answered" },
    [ROW_RULES] = { "rules", "DIR", "judge by the rules in DIR instead of the shipped ones" },
    [ROW_JSON] = { "json", NULL, "JSON Lines; the same as --format json" },
    [ROW_FORMAT] = { "format", "NAME", "one of the report formats of `ajar scan`" },
    [ROW_VERBOSE] = { "verbose", NULL, "also show services without a finding in full" },
    [ROW_FAIL_ON] = { "fail-on", "SEVERITY",
                      "lowest severity that gives exit status 1, default high" },
    [ROW_DB] = { "db", "FILE", "the store; default: the one that `ajar scan` fills" },
    [ROW_END] = { NULL, NULL, NULL },
};

struct judging {
    const char *rules_dir, *db;
    uint64_t scan;
    int64_t newest; /* what this scan was the first to see is new */
    bool verbose, found;
    enum severity fail_on;
    const struct report *report;
    void *state;
    const struct rules *rules;
    struct store *store;
    struct fleets *fleets;
    struct report_summary summary;
    int64_t now_ms;
    struct buf out;
    struct error error;
    bool failed; /* a visit could not be judged or written: error says why */
};

void help_judge(void)
{
    puts(
        "\nObservations are facts, so new rules apply to old scans: what would today's rules have said?\n");
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

static bool judge_one(void *self, const struct visit *v)
{
    struct judging *j = self;
    struct arena a;
    struct findings found = { 0 };
    arena_init(&a, VISIT_BYTES);
    bool ok = judge_visit(j->rules, v, j->now_ms, &a, &found) ||
              error_set(&j->error, "no memory for judging");
    ok = ok && store_lives(j->store, j->newest, found.list.at, found.list.len, &j->error);
    ok = ok && (judge_history(j->rules, v, &found, &a) || error_set(&j->error, "no memory for judging"));
    for (size_t i = 0; ok && i < found.list.len; i++) {
        struct finding *f = &found.list.at[i];
        j->summary.findings[f->severity]++;
        if (store_accepted(j->store, f->fingerprint, j->now_ms, &f->accepted_until_ms)) {
            f->accepted_why = store_accepted_why(j->store, f->fingerprint, &a);
        } else {
            f->accepted_until_ms = 0;
            j->found |= f->severity >= j->fail_on;
        }
    }
    if (ok) {
        j->summary.done += v->end == END_DONE;
        j->summary.failed += v->end == END_FAILED;
        j->summary.skipped += v->end == END_SKIPPED;
        j->summary.answered += v->answered;
        fleets_visit(j->fleets, v, found.list.at, found.list.len);
        report_tell_visit(j->report, j->state, v, found.list.at, found.list.len, &j->out);
    }
    arena_release(&a);
    j->failed = !(ok && stored_flush(&j->out, false, &j->error));
    return !j->failed;
}

/* The whole of it; false and a sentence in j->error. */
static bool judge_all(struct judging *j, struct arena *a)
{
    struct stored_scan scan;
    struct report_run run = { .ajar_version = AJAR_VERSION,
                              .started_ms = j->now_ms,
                              .columns = (unsigned)stored_columns(),
                              .verbose = j->verbose,
                              .remembers = true };
    struct store_filter all = { .opened_after_ms = COUNT_UNKNOWN, .now_ms = j->now_ms };
    j->rules = load_rules(a, j->rules_dir, &j->error);
    if (!j->rules || !(j->store = memory_open(j->db, STORE_READ, &j->error)))
        return false;
    if (!store_scan_find(j->store, j->scan ? (int64_t)j->scan : SCAN_NEWEST, a, &scan, &j->error))
        return false;
    j->newest = scan.id;
    run.endpoints = scan.plan.total;
    run.seed = scan.plan.seed;
    if (j->scan)
        run.started_ms = scan.started_ms;
    j->state = calloc(1, j->report->state_size + 1);
    if (!j->state)
        return error_set(&j->error, "no memory for a report");
    j->report->begin(j->state, &run, &j->out);
    int64_t began_ms = clock_mono_ms(&CLOCK_SYSTEM);
    if (!store_visits(j->store, (int64_t)j->scan, judge_one, j, &j->error) || j->failed)
        return false;
    if (!alike_report(j->fleets, j->store, j->report, j->state, j->now_ms, &j->out, &j->error) ||
        !closed_report(j->report, j->state, j->store, j->newest, &all, &j->out, &j->error) ||
        !history_report(j->report, j->state, j->store, run.started_ms, &j->out, &j->error))
        return false;
    j->summary.took_ms = clock_mono_ms(&CLOCK_SYSTEM) - began_ms;
    j->report->end(j->state, &j->summary, &j->out);
    return stored_flush(&j->out, true, &j->error);
}

int cmd_judge(int argc, char **argv)
{
    int args = 0;
    struct arena a;
    struct judging j = { .fail_on = SEVERITY_HIGH,
                         .report = report_by_name("tty"),
                         .now_ms = clock_wall_ms(&CLOCK_SYSTEM) };
    if (!options_parse(ROWS, argc, argv, &args, take, &j, &j.error) ||
        (args && !error_set(&j.error, "judge takes no target: it asks nothing; see --scan")))
        return cmd_fail(EXIT_USAGE, &j.error);
    arena_init(&a, RULES_BYTES);
    buf_init(&j.out, STORED_OUT_MAX);
    j.fleets = fleets_new(random_seed());
    bool ok = judge_all(&j, &a);
    fleets_free(j.fleets);
    free(j.state);
    store_close(j.store);
    buf_release(&j.out);
    arena_release(&a);
    if (!ok)
        return cmd_fail(EXIT_USAGE, &j.error);
    return j.found ? EXIT_FOUND : EXIT_NOTHING;
}
