/* ajar forget: retention. What is open now is never forgotten. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/db.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "report/words.h"
#include "text/amount.h"

enum row { ROW_OLDER, ROW_DRY_RUN, ROW_JSON, ROW_DB, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_OLDER] = { "older-than", "TIME",
                    N_("scans that ended and findings that closed before: 90d, 8w, 1y or a date") },
    [ROW_DRY_RUN] = { "dry-run", NULL, N_("only say what would go") },
    [ROW_JSON] = { "json", NULL, N_("JSON") },
    [ROW_DB] = { "db", "FILE", N_("the store; default: the one that `ajar scan` fills") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct forgetting {
    const char *older, *db;
    bool dry_run, json;
};

void help_forget(void)
{
    puts(_("\nWhat is open now, what proves it, and the newest complete scan always stay.\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct forgetting *f = self;
    (void)e;
    if (row == ROW_DRY_RUN)
        return f->dry_run = true;
    if (row == ROW_JSON)
        return f->json = true;
    *(row == ROW_OLDER ? &f->older : &f->db) = value;
    return true;
}

static void tell(const struct forgetting *f, const struct forgotten *gone, struct buf *out)
{
    if (f->json) {
        struct json j = stored_json(out, "forgotten");
        json_bool(&j, "dry_run", f->dry_run);
        json_u64(&j, "scans", gone->scans);
        json_u64(&j, "observations", gone->observations);
        json_u64(&j, "findings", gone->findings);
        json_u64(&j, "endpoints", gone->endpoints);
        json_line(&j);
        return;
    }
    buf_str(out, f->dry_run ? _("Would forget ") : _("Forgot "));
    say_count(out, gone->scans, "scan", "scans");
    buf_str(out, _(", "));
    say_count(out, gone->observations, "observation", "observations");
    buf_str(out, _(", "));
    say_count(out, gone->findings, "closed finding", "closed findings");
    buf_str(out, _(", "));
    say_count(out, gone->endpoints, "endpoint", "endpoints");
    buf_str(out, ".\n");
}

int cmd_forget(int argc, char **argv)
{
    int args = 0;
    struct forgetting f = { 0 };
    struct error e;
    struct forgotten gone;
    struct buf out;
    int64_t before_ms;
    struct store *store;
    bool ok = options_parse(ROWS, argc, argv, &args, take, &f, &e) &&
              ((args == 0 && f.older) ||
               error_set(&e, "say how old: ajar forget --older-than 1y")) &&
              time_option("older-than", f.older, clock_wall_ms(&CLOCK_SYSTEM), &before_ms, &e);
    if (!ok || !(store = db_open(f.db, STORE_EXISTING, &e)))
        return cmd_fail(EXIT_USAGE, &e);
    buf_init(&out, STORED_OUT_MAX);
    ok = store_forget(store, before_ms, f.dry_run, &gone, &e);
    if (ok) {
        tell(&f, &gone, &out);
        ok = stored_flush(&out, true, &e);
    }
    store_close(store);
    buf_release(&out);
    return ok ? EXIT_NOTHING : cmd_fail(EXIT_INCOMPLETE, &e);
}
