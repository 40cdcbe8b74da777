/* Invariants: whatever arrives is judged, stored and reported once; the scan counts as complete
 * only when the sweeper said so, every place of it was heard of and all of the report was written. */
#include "cmd/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/progress.h"
#include "record/codec.h"
#include "text/escape.h"

enum {
    READ_BYTES = 64 * 1024,
    IN_BYTES_MAX = VISIT_ENCODED_MAX + READ_BYTES + 16,
    OUT_BYTES_MAX = 512 * 1024 * 1024,
    OUT_AT_BYTES = 64 * 1024,
    VISIT_ARENA_MAX = 64 * 1024 * 1024,
    GRACE_MS = 5000, /* after the first Ctrl-C */
    TURN_MS = 200,
    COMMIT_MS = 50, /* what a killed keeper loses at most is asked again */
};

struct keeping {
    struct keeper *k;
    struct progress_line line;
    int64_t kill_at_ms; /* 0 = not asked to stop */
    uint64_t before;    /* endpoints that an earlier run of this scan did */
    int64_t stored_ms;  /* when something was stored that is not committed; 0 = nothing */
    bool output_broken;
};

static void trouble(struct keeping *c, const char *why)
{
    if (!c->k->trouble.text[0])
        error_set(&c->k->trouble, "%s", why);
}

static void stop_sweeping(struct keeping *c, const char *why)
{
    trouble(c, why);
    atomic_store(&c->k->progress->stop, true);
    if (!c->kill_at_ms)
        c->kill_at_ms = clock_mono_ms(&CLOCK_SYSTEM) + GRACE_MS;
}

static void write_report(struct keeping *c)
{
    char why[160];
    if (c->output_broken) {
        buf_reset(&c->k->out);
        return;
    }
    if (buf_ok(&c->k->out) && write_out(&c->k->out))
        return;
    c->output_broken = true;
    snprintf(why, sizeof(why), "cannot write the report: %s",
             buf_ok(&c->k->out) ? strerror(errno) : "no memory");
    stop_sweeping(c, errno == EPIPE ? "the reader of the report went away" : why);
}

static void count_visit(struct keeper *k, const struct visit *v)
{
    k->summary.done += v->end == END_DONE;
    k->summary.skipped += v->end == END_SKIPPED;
    k->summary.failed += v->end == END_FAILED;
    k->summary.answered += v->answered;
}

/* An accepted risk is reported like any other, and fails no run. */
static void report_visit(struct keeper *k, const struct visit *v, struct findings *found,
                         int64_t now_ms)
{
    for (size_t i = 0; i < found->list.len; i++) {
        struct finding *f = &found->list.at[i];
        if (k->store && store_accepted(k->store, f->fingerprint, now_ms, &f->accepted_until_ms))
            continue;
        f->accepted_until_ms = 0;
        k->found |= f->severity >= k->fail_on;
    }
    for (size_t i = 0; i < found->list.len; i++)
        k->summary.findings[found->list.at[i].severity]++;
    k->report->visit(k->report_state, v, found->list.at, found->list.len, &k->out);
}

/* Whether the visit is news: it is stored then, and to be reported. */
static bool store_it(struct keeping *c, const struct visit *v, const struct findings *found,
                     int64_t now_ms)
{
    struct error e;
    bool is_new = false;
    if (!c->k->store)
        return true;
    if (!store_visit(c->k->store, v, found->list.at, found->list.len, now_ms, &is_new, &e)) {
        stop_sweeping(c, e.text);
        return true;
    }
    if (!c->stored_ms)
        c->stored_ms = clock_mono_ms(&CLOCK_SYSTEM);
    return is_new;
}

static void take_visit(struct keeping *c, struct span body)
{
    struct keeper *k = c->k;
    struct arena a;
    struct verdict bad;
    struct reader r = reader_over(&bad, body);
    struct visit v;
    struct findings found = { 0 };
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    arena_init(&a, VISIT_ARENA_MAX);
    if (!visit_decode(&r, &a, &v) || v.place >= k->endpoints) {
        stop_sweeping(c, "the sweeper sent a record that cannot be read");
    } else {
        if (v.observations.len && !judge_visit(k->rules, &v, now_ms, &a, &found))
            stop_sweeping(c, "no memory for judging");
        if (store_it(c, &v, &found, now_ms)) {
            count_visit(k, &v);
            report_visit(k, &v, &found, now_ms);
        }
    }
    arena_release(&a);
}

static void commit(struct keeping *c)
{
    struct error e;
    if (c->stored_ms && !store_commit(c->k->store, &e))
        stop_sweeping(c, e.text);
    c->stored_ms = 0;
}

static void take_sent(struct keeping *c, struct span body)
{
    struct buf line;
    char now[TIME_TEXT_MAX];
    struct span where = span_cut(&body, ' '), name = span_cut(&body, ' ');
    if (!c->k->transcript)
        return;
    buf_init(&line, 1 << 20);
    buf_printf(&line, "%s ", time_text(clock_wall_ms(&CLOCK_SYSTEM), now));
    escape_tty(&line, where);
    buf_byte(&line, ' ');
    escape_tty(&line, name);
    buf_str(&line, " \"");
    escape_bytes(&line, body);
    buf_str(&line, "\"\n");
    if (fwrite(line.at, 1, line.len, c->k->transcript) != line.len)
        stop_sweeping(c, "cannot write the transcript");
    buf_release(&line);
}

static void take_messages(struct keeping *c)
{
    struct span left = buf_span(&c->k->in), body;
    enum sweep_message kind;
    bool bad;
    while (sweep_message_cut(&left, &kind, &body, &bad)) {
        switch (kind) {
        case SWEEP_VISIT:
            take_visit(c, body);
            break;
        case SWEEP_SENT:
            take_sent(c, body);
            break;
        case SWEEP_END:
            c->k->ended = true;
            break;
        case SWEEP_ERROR: {
            struct buf text;
            buf_init(&text, 1024);
            escape_tty(&text, body);
            buf_byte(&text, '\0');
            trouble(c, buf_ok(&text) ? (const char *)text.at : "the sweeper failed");
            buf_release(&text);
            break;
        }
        }
        if (c->k->out.len >= OUT_AT_BYTES)
            write_report(c);
    }
    buf_consume(&c->k->in, c->k->in.len - left.len);
    if (bad)
        stop_sweeping(c, "the sweeper sent bytes that are no message");
}

/* False at the end of the pipe. */
static bool read_some(struct keeping *c)
{
    uint8_t *room = buf_room(&c->k->in, READ_BYTES);
    ssize_t n = room ? read(c->k->from_sweeper, room, READ_BYTES) : -1;
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0)
        return false;
    c->k->in.len += (size_t)n;
    take_messages(c);
    return true;
}

static void take_signal(struct keeping *c, int signals)
{
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (c->kill_at_ms) {
        c->kill_at_ms = 1;
        return;
    }
    stop_sweeping(c, "interrupted");
    c->k->summary.interrupted = true;
    progress_wipe(&c->line);
    fprintf(stderr,
            "ajar: stopping; conversations under way get %d s, once more ends them at once\n",
            GRACE_MS / 1000);
}

static void keep(struct keeping *c, int signals)
{
    struct pollfd p[2] = { { .fd = c->k->from_sweeper, .events = POLLIN },
                           { .fd = signals, .events = POLLIN } };
    for (;;) {
        int n = poll(p, 2, c->stored_ms ? COMMIT_MS : TURN_MS);
        int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM);
        if (n > 0 && p[1].revents)
            take_signal(c, signals);
        if (n > 0 && p[0].revents && !read_some(c))
            return;
        if (c->stored_ms && now_ms >= c->stored_ms + COMMIT_MS)
            commit(c);
        if (c->kill_at_ms && now_ms >= c->kill_at_ms) {
            kill(c->k->sweeper, SIGKILL);
            c->kill_at_ms = INT64_MAX;
        }
        if (c->k->show_progress) {
            uint64_t findings = 0;
            for (size_t i = 0; i < 5; i++)
                findings += c->k->summary.findings[i];
            progress_show(&c->line, c->k->progress, c->k->endpoints, findings, now_ms);
        }
        if (n == 0 && c->k->out.len)
            write_report(c);
    }
}

static void reap(struct keeping *c)
{
    int status = 0;
    char why[128];
    while (waitpid(c->k->sweeper, &status, 0) < 0 && errno == EINTR)
        continue;
    if (c->k->ended)
        return;
    if (WIFSIGNALED(status))
        snprintf(why, sizeof(why),
                 "the sweeper was ended by signal %d; what it had not reported is missing",
                 WTERMSIG(status));
    else
        snprintf(why, sizeof(why), "the sweeper ended early with status %d", WEXITSTATUS(status));
    trouble(c, why);
}

static void summarise(struct keeping *c)
{
    struct report_summary *s = &c->k->summary;
    const struct sweep_progress *p = c->k->progress;
    uint64_t lost = atomic_load(&p->lost);
    s->took_ms = clock_mono_ms(&CLOCK_SYSTEM) - c->line.started_ms;
    s->rate = s->took_ms > 0
                  ? 1000.0 * (double)(s->done + s->failed - c->before) / (double)s->took_ms
                  : 0;
    s->loss = lost ? (double)lost / (double)(lost + s->answered) : 0;
}

/* ---- the store ------------------------------------------------------------------------- */

/* What an earlier run of this scan stored, so that the report is of the whole scan. */
static bool replay_visit(void *self, const struct visit *v)
{
    struct keeping *c = self;
    struct arena a;
    struct findings found = { 0 };
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    arena_init(&a, VISIT_ARENA_MAX);
    bool ok = judge_visit(c->k->rules, v, now_ms, &a, &found);
    if (ok)
        report_visit(c->k, v, &found, now_ms);
    else
        stop_sweeping(c, "no memory for judging");
    arena_release(&a);
    if (c->k->out.len >= OUT_AT_BYTES)
        write_report(c);
    return ok;
}

static void replay(struct keeping *c)
{
    struct error e;
    struct scan_sums sums = store_scan_sums(c->k->store);
    struct report_summary *s = &c->k->summary;
    if (!store_visits(c->k->store, c->k->scan, replay_visit, c, &e))
        stop_sweeping(c, e.text);
    s->done = sums.done;
    s->skipped = sums.skipped;
    s->failed = sums.failed;
    s->answered = sums.answered;
    c->before = sums.done + sums.failed;
}

static void end_store(struct keeping *c)
{
    struct error e;
    struct keeper *k = c->k;
    uint64_t heard = runs_count(store_scan_places(k->store));
    if (k->ended && !k->trouble.text[0] && heard != k->endpoints)
        error_set(
            &k->trouble,
            "the sweeper ended without a word about %llu endpoints; `ajar scan --resume` asks them",
            (unsigned long long)(k->endpoints - heard));
    enum scan_state state = heard == k->endpoints ? SCAN_COMPLETE : SCAN_UNFINISHED;
    const char *why = k->trouble.text[0] ? k->trouble.text : NULL;
    if (!store_scan_end(k->store, state, why, clock_wall_ms(&CLOCK_SYSTEM), &e))
        trouble(c, e.text);
}

/* ---- the whole run --------------------------------------------------------------------- */

static int catch_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int keeper_run(struct keeper *k, const struct report_run *run)
{
    struct keeping c = { .k = k, .line = { .started_ms = clock_mono_ms(&CLOCK_SYSTEM) } };
    int signals = catch_signals();
    buf_init(&k->in, IN_BYTES_MAX);
    buf_init(&k->out, OUT_BYTES_MAX);
    k->trouble.text[0] = '\0';
    k->report->begin(k->report_state, run, &k->out);
    if (k->resumed)
        replay(&c);
    keep(&c, signals);
    reap(&c);
    if (k->store)
        end_store(&c);
    progress_wipe(&c.line);
    summarise(&c);
    k->report->end(k->report_state, &k->summary, &k->out);
    write_report(&c);
    if (k->transcript && fflush(k->transcript) != 0)
        trouble(&c, "cannot write the transcript");
    buf_release(&k->in);
    buf_release(&k->out);
    close(signals);
    if (k->trouble.text[0])
        return cmd_fail(EXIT_INCOMPLETE, &k->trouble);
    return k->summary.failed ? EXIT_INCOMPLETE : k->found ? EXIT_FOUND : EXIT_NOTHING;
}
