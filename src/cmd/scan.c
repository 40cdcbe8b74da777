/* ajar scan: plan, start the sweeper in a process of its own, keep what it finds. */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
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

#include "base/file.h"
#include "base/say.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/db.h"
#include "cmd/progress.h"
#include "cmd/sandbox.h"
#include "cmd/scan_follow.h"
#include "cmd/scan_knock.h"
#include "cmd/scan_journal.h"
#include "cmd/scan_options.h"
#include "cmd/scan_plan.h"
#include "keep/keeper.h"
#include "sweep/sweep.h"
#include "text/escape.h"

enum {
    ARENA_MAX = 1 << 30,
    SPARE_DESCRIPTORS = 64,
    VISITS_BYTES_MAX = 512 << 20, /* of all visits in flight together */
    MEMORY_SHARE = 4,             /* and at most one part in so many of the machine's */
    HEAP_STEP_BYTES = 1 << 20,
    COLUMNS_DEFAULT = 100,
    PLAN_BYTES_MAX = 64 << 20,
    DIFFERENCES_MAX = 20,
    ORIGIN_BYTES_MAX = 1 << 20,
    ORIGIN_TARGETS_MAX = 1000,
    OWN_DESCRIPTORS_MAX = 255, /* before the sweep starts there are a handful */
    PIPE_BYTES = 32 * 1024,    /* what is in the pipe when the keeper is killed is asked again */
};

/* What one run of the verb is about. */
struct scanning {
    struct scan_options o;
    struct pin_book pins;
    const struct catalog *catalog;
    struct tls_trust *trust;
    const struct plan *plan;
    struct enrichment *enrichment; /* what the user's files say */
    struct baseline baseline;      /* what --baseline accepts */
    struct buf text;           /* the plan as lines */
    struct stored_scan before; /* --resume: the scan to go on with */
    struct runs places;        /* and what of it is done */
    struct span command;       /* the line that started it */
    struct scan_follow follow; /* --follow */
    struct scan_knock knock;
};

/* ---- the sweeper's process ----------------------------------------------------------------- */

struct walk {
    const struct plan *plan;
    const struct runs *done; /* places to leave out */
    struct permutation order;
    struct shard shard;
    struct scan_knock *knock;
    uint64_t at, end;
};

/* Any place, for a knock, which has no order of its own to keep. */
static void endpoint_at(void *self, uint64_t place, struct endpoint *ret, const char **ret_skip)
{
    const struct walk *w = self;
    uint64_t index = permutation_at(&w->order, shard_place(&w->shard, place));
    if (!plan_endpoint(w->plan, index, ret, ret_skip) && !*ret_skip)
        *ret_skip = "excluded";
}

static bool next_endpoint(void *self, struct turn *ret, const char **ret_skip)
{
    struct walk *w = self;
    w->at = runs_gap(w->done, w->at);
    if (w->at >= w->end)
        return false;
    ret->place = w->at++;
    endpoint_at(w, ret->place, &ret->endpoint, ret_skip);
    return true;
}

static uint64_t gap_from(void *self, uint64_t from)
{
    const struct walk *w = self;
    return runs_gap(w->done, from);
}

static bool is_known(void *self, const struct endpoint *e)
{
    const struct walk *w = self;
    return scan_knock_knows(w->knock, e);
}

static void first_endpoint_again(void *self)
{
    struct walk *w = self;
    w->at = 0;
}

/* Raises the limit of descriptors to what the wish needs; how many conversations it allows. */
static size_t descriptors_for(size_t parallel)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return parallel;
    rlim_t wish = parallel + SPARE_DESCRIPTORS;
    if (r.rlim_cur < wish) {
        struct rlimit more = { .rlim_cur = wish,
                               .rlim_max = r.rlim_max < wish ? wish : r.rlim_max };
        if (setrlimit(RLIMIT_NOFILE, &more) != 0) {
            more = (struct rlimit){ .rlim_cur = r.rlim_max < wish ? r.rlim_max : wish,
                                    .rlim_max = r.rlim_max };
            setrlimit(RLIMIT_NOFILE, &more);
        }
        getrlimit(RLIMIT_NOFILE, &r);
    }
    if (r.rlim_cur >= wish)
        return parallel;
    return r.rlim_cur > 2 * SPARE_DESCRIPTORS ? r.rlim_cur - SPARE_DESCRIPTORS : SPARE_DESCRIPTORS;
}

static size_t memory_for_visits(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t share = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page / MEMORY_SHARE : VISITS_BYTES_MAX;
    return share < VISITS_BYTES_MAX ? (size_t)share : VISITS_BYTES_MAX;
}

/* Whether the owner lets records be drawn here: only a scope file says so, endpoint by endpoint. */
static const char *sample_refused(void *self, const struct endpoint *e)
{
    const struct plan *p = self;
    const struct scope_entry *entry = plan_entry(p, e);
    if (!p->options.scope)
        return "no scope file marks it as owned: true";
    return entry && entry->owned ? NULL : "the scope file does not mark it as owned: true";
}

/* What a process that reads records leaves behind when it dies: no core, and nothing for a debugger of
 * the same user. */
static void leave_no_trace(void)
{
    struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

static int run_sweeper(const struct scanning *scanning, struct walk *walk, const struct ajar_pii *pii,
                       struct sweep_progress *progress, int out_fd)
{
    struct error e;
    const struct scan_options *o = &scanning->o;
    int64_t patience_ms = (int64_t)(o->timeout_s * 1000);
    struct sweep_config config = {
        .catalog = scanning->catalog,
        .trust = scanning->trust,
        .pace = scan_pace(o),
        .source = { .next = next_endpoint, .self = walk, .again = first_endpoint_again },
        .limits = wire_limits_for(patience_ms),
        .parallel = descriptors_for(scan_parallel(o)),
        .loops = o->loops,
        .memory_bytes = memory_for_visits(),
        .many_names = walk->plan->labels.count > 0,
        .audit = o->tls_full,
        .transcript = o->transcript != NULL,
        .leavings = o->leavings,
        .all_protocols = o->all_protocols,
        .names = o->resolvers,
        .seed = o->seed,
        .sample = { .records = pii ? o->sample : 0,
                    .seed = o->seed,
                    .pii = pii,
                    .refusal = sample_refused,
                    .self = (void *)(uintptr_t)walk->plan },
    };
    if (walk->knock->socket) {
        config.knock = walk->knock->socket;
        config.knock_per_second = walk->knock->per_second;
        config.knock_answered_per_second = walk->knock->answered_per_second;
        config.places = (struct knock_places){ .at = endpoint_at, .gap = gap_from, .known = is_known, .self = walk,
                                               .end = walk->end };
    }
    struct scan_follow follow = scanning->follow;
    follow.plan = walk->plan;
    follow.done = walk->done;
    if (o->follow)
        config.follow = (struct follow_config){ .find = scan_follow_find, .is_done = scan_follow_is_done,
                                                .self = &follow, .before = follow.before.at,
                                                .before_len = follow.before.len,
                                                .seed = o->seed };
    signal(SIGINT, SIG_IGN); /* the keeper decides when to stop */
    /* glibc grows and shrinks the heap of a thread page by page, a system call each. */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, HEAP_STEP_BYTES);
    return sweep_run(&config, progress, out_fd, &e) ? 0 : 1;
}

static void tell_missing(const char *missing)
{
    if (missing)
        fprintf(stderr, _("ajar: this kernel offers %s\n"), say(missing));
}

/* Nothing that this program opened for itself reaches the process that reads hostile bytes. */
static void close_others(int fd)
{
    if (fd > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, OWN_DESCRIPTORS_MAX, 0);
}

/* The sweeper starts only when the keeper has the store open and says so; where the keeper has
 * died, nobody ever asks anything. */
static int sweeper_main(const struct scanning *s, struct walk *walk,
                        struct sweep_progress *progress, int fd, pid_t keeper)
{
    uint8_t go = 0;
    ssize_t n;
    struct error e;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    do
        n = read(fd, &go, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1 || getppid() != keeper)
        return 1;
    const char *missing;
    struct ajar_pii *pii = NULL;
    char why[AJAR_PII_ERROR_MAX];
    close_others(fd);
    if (s->o.sample) {
        leave_no_trace();
        if (!(pii = ajar_pii_new(why)))
            return 1;
    }
    if (walk->knock->on && !scan_knock_open(walk->knock, s->o.seed, &e)) {
        struct error told;
        error_set(&told, "%s; every endpoint is visited instead", e.text);
        cmd_say(told.text);
    }
    sandbox_enter(SANDBOX_SWEEPER, &missing);
    tell_missing(missing);
    int status = run_sweeper(s, walk, pii, progress, fd);
    ajar_pii_free(pii);
    return status;
}

/* What a scan's trouble with its store means to who started it. */
static enum exit_status status_of(const struct store *s)
{
    enum store_trouble why = s ? store_trouble(s) : STORE_FAILED;
    return why == STORE_BUSY ? EXIT_BUSY : why == STORE_OVER ? EXIT_OVER : EXIT_INCOMPLETE;
}

/* Opens the store for this scan. False where it cannot be used: then nothing was asked. */
static bool open_store(struct scanning *s, struct keeper *k, enum exit_status *ret_status, struct error *e)
{
    *ret_status = EXIT_INCOMPLETE;
    struct scan_plan plan = { .seed = s->o.seed,
                              .total = k->endpoints,
                              .plan = buf_span(&s->text),
                              .scope = s->o.scope_text,
                              .version = AJAR_VERSION };
    if (!db_wanted(s->o.db))
        return true;
    if (!(k->pipeline.store = db_open(s->o.db, STORE_WRITE, e))) {
        *ret_status = EXIT_USAGE; /* the file that was named is none that a scan can be stored in */
        return false;
    }
    if (!s->o.resume) {
        bool begun = store_scan_begin(k->pipeline.store, &plan, clock_wall_ms(&CLOCK_SYSTEM), &k->pipeline.scan, e) &&
                     store_commit(k->pipeline.store, e);
        *ret_status = status_of(k->pipeline.store);
        return begun;
    }
    k->pipeline.scan = s->before.id;
    k->resumed = true;
    struct runs now = { 0 };
    bool known = store_scan_resume(k->pipeline.store, k->pipeline.scan, e) &&
                 store_scan_runs(k->pipeline.store, k->pipeline.scan, &now, e);
    bool same = known && runs_count(&now) == runs_count(&s->places);
    *ret_status = known ? EXIT_BUSY : status_of(k->pipeline.store);
    if (known && !same)
        error_set(e, "scan %lld went on in another process in between", (long long)k->pipeline.scan);
    runs_release(&now);
    return same;
}

/* ---- the keeper's process -------------------------------------------------------------------- */

static bool write_report(void *self, struct buf *b)
{
    (void)self;
    return write_out(b);
}

/* `self` is the progress line and what it shows. */
struct looking {
    struct progress_line line;
    const struct keeper *keeper;
};

static void show_progress(void *self, uint64_t findings, int64_t now_ms)
{
    struct looking *l = self;
    progress_show(&l->line, l->keeper->progress, l->keeper->endpoints, findings, now_ms);
}

static void tell_waiting(void *self)
{
    struct looking *l = self;
    progress_wipe(&l->line);
    db_tell_wait();
}

static void tell_stopping(void *self, int grace_ms)
{
    struct looking *l = self;
    progress_wipe(&l->line);
    l->line.stopping = true;
    fprintf(stderr, _("ajar: stopping; conversations under way get %d s, once more ends them at once\n"),
            grace_ms / 1000);
}

static void tell_samples(const struct sample_tally *t)
{
    struct buf line;
    buf_init(&line, 1 << 16);
    sample_tally_put(t, &line);
    buf_byte(&line, '\0');
    if (buf_ok(&line) && line.len > 1)
        cmd_say((const char *)line.at);
    buf_release(&line);
}

static void tell_unasked(const struct unasked *u)
{
    struct buf line;
    buf_init(&line, 1 << 12);
    unasked_put(u, &line);
    buf_byte(&line, '\0');
    if (buf_ok(&line) && line.len > 1)
        cmd_say((const char *)line.at);
    buf_release(&line);
}

/* Runs the keeper and says on stderr what it found worth saying; the exit status of the scan. */
static int keep_scan(struct keeper *k, const struct report_run *run, bool quiet)
{
    struct looking l = { .keeper = k };
    l.line = (struct progress_line){ .started_ms = clock_mono_ms(&CLOCK_SYSTEM), .redraws = progress_redraws(),
                                     .quiet = quiet };
    k->calls = (struct keeper_calls){ write_report, show_progress, tell_waiting, tell_stopping, &l };
    k->signals = catch_signals(0, 0);
    keeper_run(k, run);
    close(k->signals);
    progress_wipe(&l.line);
    if (k->fleets.left_out)
        fprintf(stderr, _("ajar: fleets: %zu answers were left out; %zu deployments were compared\n"),
                k->fleets.left_out,
                k->fleets.deployments);
    tell_samples(&k->pipeline.samples);
    enum exit_status status = k->pipeline.failing ? EXIT_FOUND : EXIT_NOTHING, worse = EXIT_INCOMPLETE;
    if (k->trouble.text[0]) {
        worse = k->pipeline.summary.interrupted ? EXIT_INCOMPLETE : status_of(k->pipeline.store);
        cmd_fail(worse, &k->trouble);
    } else if (!k->pipeline.summary.failed && !k->incomplete) {
        return status;
    } else if (k->endpoints) { /* else the line that nothing was asked says it all */
        tell_unasked(&k->pipeline.unasked);
    }
    return status == EXIT_FOUND && worse == EXIT_INCOMPLETE ? EXIT_FOUND_INCOMPLETE : worse;
}

static int keep(struct scanning *s, struct keeper *k, const struct report_run *run)
{
    struct error e;
    const char *missing;
    enum exit_status why;
    bool open = open_store(s, k, &why, &e);
    if (!open || write(k->from_sweeper, "g", 1) != 1) {
        if (open)
            error_set(&e, "the sweeper ended before it began");
        close(k->from_sweeper);
        waitpid(k->sweeper, NULL, 0);
        store_close(k->pipeline.store);
        return cmd_fail(open ? EXIT_INCOMPLETE : why, &e);
    }
    sandbox_enter(SANDBOX_KEEPER, &missing);
    tell_missing(missing);
    int status = keep_scan(k, run, s->o.quiet);
    close(k->from_sweeper);
    store_close(k->pipeline.store);
    return status;
}

/* Starts the sweeper and keeps what it finds; the exit status of the scan. */
static int sweep_and_keep(struct scanning *s, struct keeper *k, struct walk *walk,
                          const struct report_run *run)
{
    struct error e;
    int fds[2], pipe_bytes = PIPE_BYTES;
    pid_t keeper = getpid();
    k->progress = mmap(NULL, sizeof(*k->progress), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (k->progress == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        error_set(&e, "cannot start the sweeper: %s", strerror(errno));
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &pipe_bytes, sizeof(pipe_bytes));
    fflush(NULL);
    k->sweeper = fork();
    if (k->sweeper < 0) {
        error_set(&e, "cannot start the sweeper: %s", strerror(errno));
        return cmd_fail(EXIT_INCOMPLETE, &e);
    }
    if (k->sweeper == 0) {
        close(fds[0]);
        _exit(sweeper_main(s, walk, k->progress, fds[1], keeper));
    }
    close(fds[1]);
    k->from_sweeper = fds[0];
    int status = keep(s, k, run);
    if (atomic_load(&k->progress->names_lost))
        fprintf(stderr, _("ajar: no name server answered; names of addresses are missing\n"));
    munmap(k->progress, sizeof(*k->progress));
    return status;
}

/* ---- going on ------------------------------------------------------------------------------ */

/* Finds the scan to go on with, and takes from it what the command line does not say. */
static bool find_before(struct scanning *s, struct error *e)
{
    struct store *store = db_open(s->o.db, STORE_READ, e);
    if (!store)
        return false;
    int64_t id = s->o.resume_scan ? (int64_t)s->o.resume_scan : SCAN_NEWEST_UNFINISHED;
    bool ok = store_scan_find(store, id, s->o.arena, &s->before, e) &&
              (s->before.state == SCAN_UNFINISHED ||
               error_set(e, "scan %lld is complete; there is nothing to go on with",
                         (long long)s->before.id)) &&
              store_scan_runs(store, s->before.id, &s->places, e) &&
              journal_read(s->before.plan.plan, s->before.plan.scope, !s->o.plan_given, &s->o, &s->pins, e) &&
              (!s->o.follow || scan_follow_load(&s->follow, store, s->before.id, s->o.arena, e));
    store_close(store);
    return ok;
}

/* A continued scan asks exactly what it set out to ask. Otherwise the difference is shown. */
static bool is_same_plan(struct scanning *s, struct error *e)
{
    struct buf b;
    buf_init(&b, PLAN_BYTES_MAX);
    size_t differ = journal_compare(s->before.plan.plan, buf_span(&s->text), DIFFERENCES_MAX, &b);
    differ += journal_compare(s->before.plan.scope, s->o.scope_text, DIFFERENCES_MAX, &b);
    if (differ) {
        struct buf shown;
        struct span left = buf_span(&b);
        buf_init(&shown, PLAN_BYTES_MAX);
        buf_printf(&shown, _("ajar: scan %lld set out differently; - was, + is now:\n"),
                   (long long)s->before.id);
        while (left.len) {
            buf_str(&shown, "  ");
            escape_tty(&shown, span_cut(&left, '\n'));
            buf_byte(&shown, '\n');
        }
        fwrite(shown.at, 1, shown.len, stderr);
        buf_release(&shown);
        error_set(
            e,
            "scan %lld cannot be continued with another plan (%zu lines differ); undo the change, or start a new scan",
            (long long)s->before.id, differ);
    }
    buf_release(&b);
    return differ == 0;
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
    return set && span_u64(span_str(set), 1000, &columns) && columns >= 20 ? (unsigned)columns
                                                                           : COLUMNS_DEFAULT;
}

static bool open_transcript(const char *path, FILE **ret, struct error *e)
{
    *ret = path ? fopen(path, "we") : NULL;
    return !path || *ret || error_set(e, "--transcript %s: %s", path, strerror(errno));
}

/* What a report says of itself; it lies in the arena. A name of a machine that cannot be had is left out. */
static void tell_origin(const struct scanning *s, struct report_run *run)
{
    char host[HOST_NAME_MAX + 1] = "";
    struct buf b;
    buf_init(&b, ORIGIN_BYTES_MAX);
    size_t count = plan_target_count(s->plan), listed = count < ORIGIN_TARGETS_MAX ? count : ORIGIN_TARGETS_MAX;
    for (size_t i = 0; i < listed; i++) {
        buf_str(&b, i ? "\n" : "");
        buf_str(&b, plan_target_text(s->plan, i));
    }
    if (count > listed)
        buf_printf(&b, "\nand %zu more", count - listed);
    run->command = s->command;
    run->targets = arena_copy(s->o.arena, buf_span(&b));
    buf_release(&b);
    if (gethostname(host, sizeof(host) - 1) == 0)
        run->host = span_str(arena_str(s->o.arena, span_str(host)));
}

/* A plan of dead names only: the report has them, but whoever reads only the last line is told, too. */
static int tell_nothing_asked(const struct plan *p, int status)
{
    struct error e;
    if (p->total)
        return status;
    error_set(&e, "no name of the targets resolves; nothing was asked");
    return cmd_fail(EXIT_INCOMPLETE, &e);
}

/* What could not be written makes a scan incomplete, and hides nothing that was found. */
static int worst(int status, int incomplete)
{
    return status == EXIT_NOTHING ? incomplete : status == EXIT_FOUND ? EXIT_FOUND_INCOMPLETE : status;
}

/* A store that is not there yet, or cannot be read, is the keeper's to tell of. */
static bool load_known(struct scanning *s, struct error *e)
{
    struct error none;
    struct store *store = db_wanted(s->o.db) ? db_open(s->o.db, STORE_READ, &none) : NULL;
    bool ok = !store || scan_knock_load(&s->knock, store, e);
    store_close(store);
    return ok;
}

static __attribute__((noinline)) int scan_planned(struct scanning *s, struct error *e)
{
    struct scan_options *o = &s->o;
    struct walk walk = { .plan = s->plan,
                         .shard = o->shard,
                         .end = shard_total(&o->shard, s->plan->total),
                         .done = &s->places };
    scan_knock_decide(&s->knock, o, s->plan, walk.end);
    walk.knock = &s->knock;
    permutation_init(&walk.order, s->plan->total, o->seed);
    if (o->dry_run)
        return tell_nothing_asked(s->plan, scan_dry_run(o, s->plan, walk.end, &s->knock));
    struct keeper k = {
        .pipeline = { .book = load_rulebook(o->arena, o->rules, e),
                      .enrichment = s->enrichment,
                      .baseline = o->baseline ? &s->baseline : NULL,
                      .report = &o->outputs.all,
                      .report_state = &o->outputs,
                      .fail_on = o->fail_on },
        .endpoints = walk.end,
        .follows = o->follow,
        .remarks = s->plan->remarks.at,
        .remark_count = s->plan->remarks.len,
    };
    if (!k.pipeline.book || !open_transcript(o->transcript, &k.transcript, e) || !outputs_open(&o->outputs, e)) {
        struct error none;
        outputs_close(&o->outputs, &none);
        return cmd_fail(EXIT_USAGE, e);
    }
    struct report_run run = {
        .ajar_version = AJAR_VERSION,
        .started_ms = clock_wall_ms(&CLOCK_SYSTEM),
        .endpoints = walk.end,
        .seed = o->seed,
        .columns = terminal_columns(),
        .colour = wants_colour(o->colour),
        .verbose = o->verbose,
        .remembers = db_wanted(o->db),
    };
    tell_origin(s, &run);
    if (s->knock.refused && !o->quiet)
        cmd_say(s->knock.why);
    if (s->knock.on && !load_known(s, e))
        return cmd_fail(EXIT_USAGE, e);
    int status = sweep_and_keep(s, &k, &walk, &run);
    if (!outputs_close(&o->outputs, e))
        status = worst(status, cmd_fail(EXIT_INCOMPLETE, e));
    if (k.transcript)
        fclose(k.transcript);
    return tell_nothing_asked(s->plan, status);
}

static bool make_plan(struct scanning *s, struct error *e)
{
    struct scan_options *o = &s->o;
    s->catalog = load_catalog_to_ask(o->arena, o->catalogs, o->catalog_count, e);
    if (!s->catalog)
        return false;
    s->plan = scan_plan_make(o, s->catalog, &s->pins, e);
    if (!s->plan)
        return false;
    journal_write(o, s->plan, &s->pins, shard_total(&o->shard, s->plan->total), &s->text);
    return buf_ok(&s->text) || error_set(e, "no memory for the plan");
}

/* An enrich_sources' scope. */
static bool scope_of(void *self, const struct endpoint *e, struct scope_words *ret)
{
    const struct plan *p = self;
    const struct scope_entry *entry = plan_entry(p, e);
    if (entry)
        *ret = (struct scope_words){ p->options.scope->owner, entry->owner, entry->tier, entry->contact,
                                      entry->tags.at, entry->tags.len };
    return entry != NULL;
}

static void tell_sentence(void *self, const char *sentence)
{
    (void)self;
    cmd_say(sentence);
}

static bool open_enrichment(struct scanning *s, struct error *e)
{
    const struct scan_options *o = &s->o;
    struct enrich_sources from = { .names = o->names, .log_count = o->log_count,
                                   .registry_count = o->registry_count, .scope = scope_of, .say = tell_sentence,
                                   .sightings = o->saw.list.at, .sighting_count = o->saw.list.len,
                                   .self = (void *)(uintptr_t)s->plan };
    memcpy(from.logs, o->logs, sizeof(o->logs));
    memcpy(from.registries, o->registries, sizeof(o->registries));
    return (s->enrichment = enrich_open(&from, o->arena, e)) != NULL;
}

/* An entry whose day is over accepts nothing: that is said, so that nobody wonders. */
static bool open_baseline(struct scanning *s, struct error *e)
{
    struct span text;
    char until[TIME_TEXT_MAX];
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    if (!s->o.baseline)
        return true;
    if (!file_read_or_stdin(s->o.arena, s->o.baseline, BASELINE_BYTES_MAX, &text, e) ||
        !baseline_parse(s->o.arena, s->o.baseline, text, &s->baseline, e))
        return false;
    for (size_t i = 0; i < s->baseline.entries.len; i++) {
        const struct baseline_entry *x = &s->baseline.entries.at[i];
        if (x->until_ms <= now_ms)
            fprintf(stderr, _("ajar: %s:%u: over since %.10s: the finding counts again\n"), s->baseline.file, x->line,
                    time_text(x->until_ms, until));
    }
    return true;
}

int cmd_scan(int argc, char **argv)
{
    struct arena a;
    struct error e;
    struct scanning s = { 0 };
    arena_init(&a, ARENA_MAX);
    pin_book_init(&s.pins, &a);
    buf_init(&s.text, PLAN_BYTES_MAX);
    s.command = command_line(&a, argc, argv);
    bool ok = scan_options_parse(&s.o, &a, argc, argv, &e) &&
              (!s.o.resume || find_before(&s, &e)) && make_plan(&s, &e) &&
              (!s.o.resume || is_same_plan(&s, &e)) && open_enrichment(&s, &e) && open_baseline(&s, &e) &&
              (s.trust = tls_trust_load(s.o.authorities, &e));
    int status = ok ? scan_planned(&s, &e) : cmd_fail(EXIT_USAGE, &e);
    tls_trust_free(s.trust);
    enrich_close(s.enrichment);
    scan_knock_release(&s.knock);
    runs_release(&s.places);
    buf_release(&s.text);
    arena_release(&a);
    return status;
}
