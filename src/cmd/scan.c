/* ajar scan: plan, start the sweeper in a process of its own, keep what it finds. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/keeper.h"
#include "cmd/scan_options.h"
#include "probe/probe.h"
#include "text/escape.h"

enum {
    ARENA_MAX = 1 << 30,
    DEFAULT_PORTS_MAX = 4096,
    SPARE_DESCRIPTORS = 64,
    SESSION_MS = 15000,
    ANSWER_BYTES = 1 << 20,
    COLUMNS_DEFAULT = 100,
};

/* ---- plan ------------------------------------------------------------------------------ */

static size_t add_ports(uint16_t *list, size_t len, const uint16_t *ports)
{
    for (; *ports && len < DEFAULT_PORTS_MAX; ports++)
        list[len++] = *ports;
    return len;
}

/* All ports at which a product is usual. Printers and control systems are on none of them. */
static bool default_ports(struct arena *a, const struct catalog *c, struct ports *ret)
{
    static const uint16_t WEB[] = { 80, 443, 8000, 8080, 8443, 8888, 0 };
    uint16_t *list = arena_array(a, DEFAULT_PORTS_MAX, sizeof(*list));
    if (!list)
        return false;
    size_t len = add_ports(list, 0, WEB);
    for (size_t i = 0; PROBES[i]; i++) {
        len = add_ports(list, len, PROBES[i]->ports);
        len = add_ports(list, len, PROBES[i]->tls_ports);
    }
    for (size_t i = 0; i < catalog_count(c); i++) {
        len = add_ports(list, len, catalog_product(c, i)->ports);
        len = add_ports(list, len, catalog_product(c, i)->tls_ports);
    }
    return ports_of(a, list, len, ret);
}

static int dry_run(const struct scan_options *o, const struct plan *p, uint64_t endpoints)
{
    struct plan_target *targets;
    size_t count;
    struct error e;
    struct buf b;
    if (!plan_targets(p, o->arena, &targets, &count)) {
        error_set(&e, "no memory for the plan");
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    buf_init(&b, 256 << 20);
    buf_printf(&b, "%llu endpoints in %zu targets; %llu of them are excluded. Nothing was sent.\n\n",
               (unsigned long long)endpoints, count, (unsigned long long)plan_skipped(p));
    for (size_t i = 0; i < count; i++) {
        const struct plan_target *t = &targets[i];
        escape_tty(&b, span_str(t->text));
        buf_printf(&b, "\n    %llu endpoints, %llu addresses, %s space\n    ports   %s\n    why     ",
                   (unsigned long long)t->endpoints, (unsigned long long)t->addresses, address_class_name(t->class),
                   t->ports);
        escape_tty(&b, span_str(t->problem ? t->problem : t->why));
        buf_byte(&b, '\n');
    }
    double seconds = (double)endpoints / o->rate;
    buf_printf(&b, "\nAt %g connections a second at least %.0f s, unless it is all loopback.\n", o->rate, seconds);
    bool written = write_out(&b);
    buf_release(&b);
    if (!written) {
        error_set(&e, "cannot write the plan: %s", strerror(errno));
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    return EXIT_NOTHING;
}

/* ---- the sweeper's process ----------------------------------------------------------------- */

struct walk {
    const struct plan *plan;
    struct permutation order;
    struct shard shard;
    uint64_t at, end;
};

static bool next_endpoint(void *self, struct turn *ret, const char **ret_skip)
{
    struct walk *w = self;
    if (w->at == w->end)
        return false;
    ret->place = w->at++;
    uint64_t index = permutation_at(&w->order, shard_place(&w->shard, ret->place));
    if (!plan_endpoint(w->plan, index, &ret->endpoint, ret_skip) && !*ret_skip)
        *ret_skip = "excluded";
    return true;
}

/* Raises the limit of descriptors to what the wish needs; how many conversations it allows. */
static size_t descriptors_for(size_t parallel)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return parallel;
    rlim_t wish = parallel + SPARE_DESCRIPTORS;
    if (r.rlim_cur < wish) {
        struct rlimit more = { .rlim_cur = wish, .rlim_max = r.rlim_max < wish ? wish : r.rlim_max };
        if (setrlimit(RLIMIT_NOFILE, &more) != 0) {
            more = (struct rlimit){ .rlim_cur = r.rlim_max < wish ? r.rlim_max : wish, .rlim_max = r.rlim_max };
            setrlimit(RLIMIT_NOFILE, &more);
        }
        getrlimit(RLIMIT_NOFILE, &r);
    }
    if (r.rlim_cur >= wish)
        return parallel;
    return r.rlim_cur > 2 * SPARE_DESCRIPTORS ? r.rlim_cur - SPARE_DESCRIPTORS : SPARE_DESCRIPTORS;
}

static int run_sweeper(const struct scan_options *o, const struct catalog *c, struct walk *walk,
                       struct sweep_progress *progress, int out_fd)
{
    struct error e;
    int64_t patience_ms = (int64_t)(o->timeout_s * 1000);
    struct sweep_config config = {
        .catalog = c,
        .pace = scan_pace(o->rate),
        .source = { next_endpoint, walk },
        .limits = { .connect_ms = patience_ms, .patience_ms = patience_ms, .budget_bytes = ANSWER_BYTES,
                    .session_ms = SESSION_MS > 5 * patience_ms ? SESSION_MS : 5 * patience_ms },
        .parallel = descriptors_for(o->parallel),
        .loops = o->loops,
        .transcript = o->transcript != NULL,
        .seed = o->seed,
    };
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGINT, SIG_IGN); /* the keeper decides when to stop */
    return sweep_run(&config, progress, out_fd, &e) ? 0 : 1;
}

/* Starts the sweeper and keeps its pipe; the exit status of the scan. */
static int sweep_and_keep(const struct scan_options *o, const struct catalog *c, struct keeper *k, struct walk *walk,
                          const struct report_run *run)
{
    struct error e;
    int fds[2];
    k->progress = mmap(NULL, sizeof(*k->progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (k->progress == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        error_set(&e, "cannot start the sweeper: %s", strerror(errno));
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    fflush(NULL);
    k->sweeper = fork();
    if (k->sweeper < 0) {
        error_set(&e, "cannot start the sweeper: %s", strerror(errno));
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    if (k->sweeper == 0) {
        close(fds[0]);
        _exit(run_sweeper(o, c, walk, k->progress, fds[1]));
    }
    close(fds[1]);
    k->from_sweeper = fds[0];
    int status = keeper_run(k, run);
    close(fds[0]);
    munmap(k->progress, sizeof(*k->progress));
    return status;
}

/* ---- the verb ------------------------------------------------------------------------------ */

static bool wants_colour(enum colour c)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    if (c != COLOUR_AUTO)
        return c == COLOUR_ALWAYS;
    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

static unsigned terminal_columns(void)
{
    struct winsize size;
    const char *set = getenv("COLUMNS");
    uint64_t columns;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    return set && span_u64(span_str(set), 1000, &columns) && columns >= 20 ? (unsigned)columns : COLUMNS_DEFAULT;
}

static bool open_transcript(const char *path, FILE **ret, struct error *e)
{
    *ret = path ? fopen(path, "we") : NULL;
    return !path || *ret || error_set(e, "--transcript %s: %s", path, strerror(errno));
}

static int scan_planned(const struct scan_options *o, const struct catalog *c, const struct plan *p, struct error *e)
{
    char dir[PATH_MAX_TEXT];
    struct walk walk = { .plan = p, .shard = o->shard, .end = shard_total(&o->shard, p->total) };
    permutation_init(&walk.order, p->total, o->seed);
    if (o->dry_run)
        return dry_run(o, p, walk.end);
    struct keeper k = {
        .rules = rules_load(o->arena, o->rules ? o->rules : data_dir("rules", dir), e),
        .report = o->report,
        .endpoints = walk.end,
        .fail_on = o->fail_on,
        .show_progress = isatty(STDERR_FILENO),
    };
    if (!k.rules || !open_transcript(o->transcript, &k.transcript, e))
        return cmd_fail(EXIT_USAGE, e);
    k.report_state = calloc(1, o->report->state_size + 1);
    struct report_run run = {
        .ajar_version = AJAR_VERSION,
        .started_ms = clock_wall_ms(&CLOCK_SYSTEM),
        .endpoints = walk.end,
        .seed = o->seed,
        .columns = terminal_columns(),
        .colour = wants_colour(o->colour),
        .verbose = o->verbose,
    };
    int status = EXIT_INCOMPLETE;
    if (k.report_state)
        status = sweep_and_keep(o, c, &k, &walk, &run);
    free(k.report_state);
    if (k.transcript)
        fclose(k.transcript);
    return status;
}

int cmd_scan(int argc, char **argv)
{
    struct arena a;
    struct error e;
    struct scan_options o;
    const struct catalog *c;
    const struct plan *p = NULL;
    arena_init(&a, ARENA_MAX);
    bool ok = scan_options_parse(&o, &a, argc, argv, &e) &&
              (c = load_catalog(&a, o.catalogs, o.catalog_count, &e)) &&
              (default_ports(&a, c, &o.plan.default_ports) || error_set(&e, "no memory for the ports")) &&
              (p = plan_build(&a, &o.plan, &e));
    int status = ok ? scan_planned(&o, c, p, &e) : cmd_fail(EXIT_USAGE, &e);
    arena_release(&a);
    return status;
}
