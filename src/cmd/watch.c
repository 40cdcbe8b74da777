/* ajar watch: the verb. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/say.h"
#include "cmd/options.h"
#include "cmd/say.h"
#include "cmd/watch_loop.h"
#include "cmd/watch_scan.h"
#include "text/amount.h"
#include "watch/schedule.h"

enum { CONFIG_ARENA = 64 << 20 };
enum row { ROW_CONFIG, ROW_ONCE, ROW_CHECK, ROW_END };

static const struct option_row ROWS[] = {
    [ROW_CONFIG] = { "config", "FILE", N_("what to scan, when, and whom to tell; doc/watch.md has every key") },
    [ROW_ONCE] = { "once", NULL, N_("one scan and one attempt to tell, then end; for a timer") },
    [ROW_CHECK] = { "check", NULL, N_("read the configuration, say what it means, send nothing") },
    [ROW_END] = { NULL, NULL, NULL },
};

struct watch_options {
    const char *config;
    bool once, check;
};

void help_watch(void)
{
    puts(_("\nScans again and again and tells what changed: new, open again, changed, fixed, no longer accepted,\n"
         "and when a scan could not run. SIGHUP reads the configuration again, SIGTERM ends it.\n\n"
         "  targets: [10.0.0.0/24]\n"
         "  schedule: {every: 6h}\n"
         "  notices:\n"
         "    - webhook: {url: https://chat.internal/hook, secret_file: /etc/ajar/hook.secret}\n"
         "      min_severity: high\n"));
    options_print(ROWS);
}

static bool take(void *self, size_t row, const char *value, struct error *e)
{
    struct watch_options *o = self;
    (void)e;
    if (row == ROW_CONFIG)
        o->config = value;
    else
        *(row == ROW_ONCE ? &o->once : &o->check) = true;
    return true;
}

/* ---- --check ---- */

static bool check_secret(const char *path, struct error *e)
{
    struct arena a;
    struct span secret;
    struct stat st;
    if (!path)
        return true;
    arena_init(&a, 1 << 20);
    bool ok = file_read_line(&a, path, &secret, e);
    arena_release(&a);
    if (ok && stat(path, &st) == 0 && (st.st_mode & S_IROTH))
        watch_say("warning: everybody on this machine can read %s", path);
    return ok;
}

/* The scan's own checks of targets, scope and ports: it is asked for its plan. */
static bool check_scan(const struct watch_config *c, struct error *e)
{
    struct watch_scan s;
    struct round r;
    int status = 0;
    if (!watch_scan_start(&s, c, WATCH_PLAN, e))
        return false;
    while (watch_scan_hear(&s))
        ;
    close(s.from);
    waitpid(s.pid, &status, 0);
    watch_scan_end(&s, status, &r);
    return r.end == ROUND_COMPLETE || error_set(e, "%s: %s", c->file, r.why);
}

/* A program that is started for each message: one that is not there is told of now, not at the first finding. */
static bool check_program(const struct watch_config *c, const char *path, struct error *e)
{
    return !path || access(path, X_OK) == 0 ||
           error_set(e, "%s: %s cannot be started: %s", c->file, path, strerror(errno));
}

static bool check_receiver(const struct watch_config *c, const struct receiver *r, struct error *e)
{
    return check_secret(r->webhook.secret_file, e) && check_secret(r->email.password_file, e) &&
           check_program(c, r->command.len ? r->command.at[0] : NULL, e) && check_program(c, r->email.sendmail, e);
}

static int check(const struct watch_config *c)
{
    struct error e;
    char when[TIME_TEXT_MAX];
    if (!check_scan(c, &e))
        return cmd_fail(EXIT_USAGE, &e);
    for (size_t i = 0; i < c->receivers.len; i++)
        if (!check_receiver(c, &c->receivers.at[i], &e))
            return cmd_fail(EXIT_USAGE, &e);
    if (!c->receivers.len && !c->metrics.file && !c->metrics.listen.host)
        watch_say("warning: nobody is told: there is neither a receiver under notices nor metrics");
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    printf(say_many("%s is good: %zu receiver; the first scan would begin at %s.\n",
                    "%s is good: %zu receivers; the first scan would begin at %s.\n", c->receivers.len),
           c->file, c->receivers.len,
           time_text(schedule_next(&c->schedule, 0, now_ms, 0), when));
    return EXIT_NOTHING;
}

/* ---- the verb ---- */

/* Runs with one configuration after the other; a new one that is wrong leaves the old one in place. */
static int run(const char *path, bool once)
{
    int status = EXIT_INCOMPLETE;
    struct arena arenas[2];
    struct error e;
    size_t at = 0;
    enum watch_end end = WATCH_AGAIN;
    arena_init(&arenas[0], CONFIG_ARENA);
    arena_init(&arenas[1], CONFIG_ARENA);
    struct watch_config *c = watch_config_load(&arenas[at], path, &e);
    if (!c)
        status = cmd_fail(EXIT_USAGE, &e);
    while (c && end == WATCH_AGAIN) {
        end = watch_run(c, once, &status);
        if (end != WATCH_AGAIN)
            break;
        struct watch_config *fresh = watch_config_load(&arenas[1 - at], path, &e);
        if (fresh) {
            arena_release(&arenas[at]);
            at = 1 - at;
            c = fresh;
            watch_say("the configuration was read again");
        } else {
            arena_release(&arenas[1 - at]);
            watch_say(_("%s; the old configuration stays"), e.text);
        }
    }
    arena_release(&arenas[0]);
    arena_release(&arenas[1]);
    return status;
}

int cmd_watch(int argc, char **argv)
{
    int args = 0;
    struct error e;
    struct arena a;
    struct watch_options o = { 0 };
    if (!options_parse(ROWS, argc, argv, &args, take, &o, &e))
        return cmd_fail(EXIT_USAGE, &e);
    if (args || !o.config) {
        error_set(&e, "say what to watch: ajar watch --config watch.yaml");
        return cmd_fail(EXIT_USAGE, &e);
    }
    if (!o.check)
        return run(o.config, o.once);
    arena_init(&a, CONFIG_ARENA);
    struct watch_config *c = watch_config_load(&a, o.config, &e);
    int status = c ? check(c) : cmd_fail(EXIT_USAGE, &e);
    arena_release(&a);
    return status;
}
