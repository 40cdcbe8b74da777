/* ajar close: the owner's word that a finding is over, where no answer can prove it. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/db.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "text/escape.h"

enum { ARENA_BYTES = 16 << 20, WHY_BYTES_MAX = 120 };

enum row { ROW_WHY, ROW_JSON, ROW_DB, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_WHY] = { "why", "TEXT", N_("how you know, for those who come after you") },
    [ROW_JSON] = { "json", NULL, N_("print the finding as JSON") },
    [ROW_DB] = { "db", "FILE", N_("the store; default: the one that `ajar scan` fills") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct closing {
    const char *why, *db;
    bool json;
};

void help_close(void)
{
    puts(_("\nA scan closes what it proves closed. This is for the rest: a machine that is gone, a port behind a\n"
         "firewall that drops. Where it is seen again it is open again.\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct closing *c = self;
    (void)e;
    if (row == ROW_JSON)
        return c->json = true;
    *(row == ROW_WHY ? &c->why : &c->db) = value;
    return true;
}

static bool check(const struct closing *c, int args, struct error *e)
{
    if (args != 1)
        return error_set(e, "name one finding: ajar close FINDING --why TEXT");
    if (!c->why || !*c->why)
        return error_set(e, "say how you know: ajar close FINDING --why TEXT");
    return strlen(c->why) <= WHY_BYTES_MAX || error_set(e, "--why is longer than %d bytes", WHY_BYTES_MAX);
}

static void tell(const struct closing *c, const struct stored_finding *f, struct buf *out)
{
    char where[ENDPOINT_CALLED_MAX];
    if (c->json) {
        struct json j = stored_json(out, "finding");
        stored_json_finding(&j, f);
        json_line(&j);
        return;
    }
    buf_printf(out, _("%s at "), f->finding.rule);
    escape_tty(out, span_str(endpoint_called(&f->finding.endpoint, where)));
    buf_str(out, _(" is "));
    put_proof(out, &f->exposure);
    buf_str(out, _("."));
    buf_byte(out, '\n');
}

int cmd_close(int argc, char **argv)
{
    int args = 0;
    struct closing c = { 0 };
    struct error e;
    struct arena a;
    struct stored_finding f;
    struct buf out;
    struct store *store = NULL;
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    if (!options_parse(ROWS, argc, argv, &args, take, &c, &e) || !check(&c, args, &e) ||
        !(store = db_open(c.db, STORE_EXISTING, &e)))
        return cmd_fail(EXIT_USAGE, &e);
    arena_init(&a, ARENA_BYTES);
    buf_init(&out, STORED_OUT_MAX);
    bool ok = store_finding_get(store, argv[1], now_ms, &a, &f, &e) &&
              store_close_finding(store, f.id, c.why, now_ms, &e) &&
              store_finding_by_id(store, f.id, now_ms, &a, &f, &e);
    if (ok)
        tell(&c, &f, &out);
    ok = ok && stored_flush(&out, true, &e);
    enum exit_status failed = stored_status(&out);
    store_close(store);
    buf_release(&out);
    arena_release(&a);
    return ok ? EXIT_NOTHING : cmd_fail(failed, &e);
}
