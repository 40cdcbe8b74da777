/* ajar accept: a risk that somebody carries knowingly, until a date. */
#include <stdio.h>

#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/db.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "text/amount.h"
#include "text/escape.h"

enum { ARENA_BYTES = 16 << 20, WHY_BYTES_MAX = 500 };
static const int64_t DAY_MS = 86400000, LONGEST_DAYS = 2 * 366;

enum row { ROW_UNTIL, ROW_WHY, ROW_WITHDRAW, ROW_JSON, ROW_DB, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_UNTIL] = { "until", "DATE",
                    N_("the last day of it, as in 2026-12-31; at most two years ahead") },
    [ROW_WHY] = { "why", "TEXT", N_("why, for those who come after you") },
    [ROW_WITHDRAW] = { "withdraw", NULL, N_("take an acceptance back") },
    [ROW_JSON] = { "json", NULL, N_("print the finding or fleet as JSON") },
    [ROW_DB] = { "db", "FILE", N_("the store; default: the one that `ajar scan` fills") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct accepting {
    const char *until, *why, *db;
    bool withdraw, json;
};

void help_accept(void)
{
    puts(
        _("\nAn accepted finding is still shown, marked, and fails no run. When its date has passed it counts again.\n"
        "A fleet is accepted with all open findings of its members, and with the same ones of members that join it\n"
        "later; `ajar fleets` lists fleets.\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct accepting *a = self;
    (void)e;
    if (row == ROW_WITHDRAW)
        return a->withdraw = true;
    if (row == ROW_JSON)
        return a->json = true;
    *(row == ROW_UNTIL ? &a->until : row == ROW_WHY ? &a->why : &a->db) = value;
    return true;
}

/* The end of the named day. */
static bool read_until(const struct accepting *a, int64_t now_ms, int64_t *ret_ms, struct error *e)
{
    if (a->withdraw) {
        *ret_ms = 0;
        return !a->until || error_set(e, "--withdraw and --until contradict each other");
    }
    if (!a->until)
        return error_set(e, "say until when: ajar accept FINDING --until 2026-12-31 --why TEXT");
    if (!time_parse(a->until, ret_ms))
        return error_set(e, "--until %.40s: write a date such as 2026-12-31", a->until);
    if (strlen(a->until) == sizeof("2026-12-31") - 1)
        *ret_ms += DAY_MS;
    if (*ret_ms <= now_ms)
        return error_set(e, "--until %.40s: that has passed", a->until);
    if (*ret_ms > now_ms + LONGEST_DAYS * DAY_MS)
        return error_set(e, "--until %.40s: at most two years ahead; decide again then", a->until);
    return true;
}

static bool check(const struct accepting *a, int args, struct error *e)
{
    if (args != 1)
        return error_set(e, "name one finding: ajar accept FINDING --until 2026-12-31 --why TEXT");
    if (!a->withdraw && (!a->why || !*a->why))
        return error_set(e, "say why: ajar accept FINDING --until 2026-12-31 --why TEXT");
    return !a->why || strlen(a->why) <= WHY_BYTES_MAX ||
           error_set(e, "--why is longer than %d bytes", WHY_BYTES_MAX);
}

static void tell(const struct accepting *a, const struct stored_finding *f, struct buf *out)
{
    char where[ENDPOINT_CALLED_MAX];
    if (a->json) {
        struct json j = stored_json(out, "finding");
        stored_json_finding(&j, f);
        json_line(&j);
        return;
    }
    buf_printf(out, _("%s at "), f->finding.rule);
    escape_tty(out, span_str(endpoint_called(&f->finding.endpoint, where)));
    buf_str(out, _(" is "));
    if (f->accepted_until_ms < 0) {
        buf_str(out, _("not accepted any more.\n"));
        return;
    }
    buf_str(out, _("accepted until "));
    put_date(out, f->accepted_until_ms - 1);
    buf_str(out, _(": "));
    escape_tty(out, f->accepted_why);
    buf_byte(out, '\n');
}

static void tell_fleet(const struct accepting *a, const struct stored_fleet *f, size_t findings, struct buf *out)
{
    if (a->json) {
        struct json j = stored_json(out, "fleet");
        json_str(&j, "fingerprint", f->fleet.fingerprint);
        json_u64(&j, "members", f->fleet.member_count);
        json_u64(&j, "findings", findings);
        json_known_time(&j, "accepted_until", f->fleet.accepted_until_ms ? f->fleet.accepted_until_ms : COUNT_UNKNOWN);
        json_text_or_null(&j, "accepted_why", f->accepted_why);
        json_line(&j);
        return;
    }
    buf_printf(out, _("Fleet %.12s (%zu members, %zu findings) is "), f->fleet.fingerprint, f->fleet.member_count,
               findings);
    if (!f->fleet.accepted_until_ms) {
        buf_str(out, _("not accepted any more.\n"));
        return;
    }
    buf_str(out, _("accepted until "));
    put_date(out, f->fleet.accepted_until_ms - 1);
    buf_str(out, _(": "));
    escape_tty(out, f->accepted_why);
    buf_byte(out, '\n');
}

/* One call of the verb, with what it was about found. */
static bool accept_fleet(const struct accepting *a, struct store *store, const struct stored_fleet *f, int64_t until_ms,
                         int64_t now_ms, struct arena *arena, struct buf *out, struct error *e)
{
    struct stored_fleet now;
    size_t findings = 0;
    bool ok = store_fleet_accept(store, f->id, until_ms, a->why ? a->why : "", now_ms, &findings, e) &&
              store_fleet_get(store, f->fleet.fingerprint, now_ms, arena, &now, e);
    if (ok)
        tell_fleet(a, &now, findings, out);
    return ok;
}

static bool accept_finding(const struct accepting *a, struct store *store, const char *prefix, int64_t until_ms,
                           int64_t now_ms, struct arena *arena, struct buf *out, struct error *e)
{
    struct stored_finding f;
    bool ok = store_finding_get(store, prefix, now_ms, arena, &f, e) &&
              store_accept(store, f.finding.fingerprint, until_ms, a->why ? a->why : "", now_ms, e) &&
              store_finding_by_id(store, f.id, now_ms, arena, &f, e);
    if (ok)
        tell(a, &f, out);
    return ok;
}

int cmd_accept(int argc, char **argv)
{
    int args = 0;
    struct accepting a = { 0 };
    struct error e;
    struct arena arena;
    struct stored_fleet fleet;
    struct buf out;
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM), until_ms;
    struct store *store = NULL;
    if (!options_parse(ROWS, argc, argv, &args, take, &a, &e) || !check(&a, args, &e) ||
        !read_until(&a, now_ms, &until_ms, &e) || !(store = db_open(a.db, STORE_EXISTING, &e)))
        return cmd_fail(EXIT_USAGE, &e);
    arena_init(&arena, ARENA_BYTES);
    buf_init(&out, STORED_OUT_MAX);
    bool is_fleet = store_fleet_get(store, argv[1], now_ms, &arena, &fleet, &e);
    bool ok = is_fleet || !e.text[0];
    if (is_fleet)
        ok = accept_fleet(&a, store, &fleet, until_ms, now_ms, &arena, &out, &e);
    else if (ok)
        ok = accept_finding(&a, store, argv[1], until_ms, now_ms, &arena, &out, &e);
    ok = ok && stored_flush(&out, true, &e);
    enum exit_status failed = stored_status(&out);
    store_close(store);
    buf_release(&out);
    arena_release(&arena);
    return ok ? EXIT_NOTHING : cmd_fail(failed, &e);
}
