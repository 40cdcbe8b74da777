/* Invariants: whatever arrives is judged, stored and reported once; the scan counts as complete
 * only when the sweeper said so, every place of it was heard of and all of the report was written. */
#include "keep/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "keep/closed.h"
#include "keep/endings.h"
#include "keep/fleet_names.h"
#include "keep/history.h"
#include "record/codec.h"
#include "text/amount.h"
#include "text/escape.h"

enum {
    READ_BYTES = 64 * 1024,
    IN_BYTES_MAX = VISIT_ENCODED_MAX + READ_BYTES + 16,
    OUT_BYTES_MAX = 512 * 1024 * 1024,
    OUT_AT_BYTES = 64 * 1024,
    VISIT_ARENA_MAX = 64 * 1024 * 1024,
    GRACE_MS = 5000, /* after the first Ctrl-C */
    TURN_MS = 200,
    COMMIT_MS = 1000, /* what came since is kept beside the store, see store_keep() */
    KEPT_BYTES_MAX = 16 * 1024 * 1024, /* then it is committed sooner */
};

struct keeping {
    struct keeper *k;
    struct pipeline *p;
    int64_t started_ms; /* monotonic, as all but the clocks of visits */
    int64_t kill_at_ms; /* 0 = not asked to stop */
    uint64_t before;    /* endpoints that an earlier run of this scan asked */
    uint64_t followed;  /* of all that were heard of, those that were not planned */
    uint64_t replayed;  /* and those that it skipped, too */
    int64_t stored_ms;  /* when something was stored that is not committed; 0 = nothing */
    struct buf kept;    /* visits on their way to store_keep() */
    size_t kept_bytes;  /* since the last commit */
    bool output_broken;
    bool resume_told; /* the trouble says already that the scan can go on */
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
    if (buf_ok(&c->k->out) && c->k->calls.write(c->k->calls.self, &c->k->out))
        return;
    c->output_broken = true;
    snprintf(why, sizeof(why), "cannot write the report: %s",
             buf_ok(&c->k->out) ? strerror(errno) : "no memory");
    stop_sweeping(c, errno == EPIPE ? "the reader of the report went away" : why);
}

/* One visit through the pipeline, with a clock and an arena of its own. False where it could not go all the way. */
static bool through(struct keeping *c, struct visit *v, enum visit_origin origin, struct arena *a)
{
    struct error e;
    enum pipeline_end end = pipeline_visit(c->p, v, origin, clock_wall_ms(&CLOCK_SYSTEM), a, &e);
    if (end == PIPELINE_POORER)
        trouble(c, e.text);
    if (end == PIPELINE_FAILED)
        stop_sweeping(c, e.text);
    return end != PIPELINE_FAILED;
}

static bool is_place(const struct keeping *c, uint64_t place)
{
    return place < c->k->endpoints || (c->k->follows && place & PLACE_FOLLOWED);
}

static void take_visit(struct keeping *c, struct span body)
{
    struct arena a;
    struct verdict bad;
    struct reader r = reader_over(&bad, body);
    struct visit v;
    arena_init(&a, VISIT_ARENA_MAX);
    if (!visit_decode(&r, &a, &v) || !is_place(c, v.place)) {
        stop_sweeping(c, "the sweeper sent a record that cannot be read");
    } else {
        c->followed += v.place & PLACE_FOLLOWED ? 1 : 0;
        through(c, &v, VISIT_HEARD, &a);
        if (c->p->store && !c->stored_ms)
            c->stored_ms = clock_mono_ms(&CLOCK_SYSTEM);
    }
    arena_release(&a);
}

static void take_places(struct keeping *c, struct span body)
{
    struct error e;
    struct sweep_places p;
    if (!sweep_places_read(body, &p) || p.first + p.count > c->k->endpoints)
        stop_sweeping(c, "the sweeper sent places that are none");
    else if (pipeline_places(c->p, &p, &e) == PIPELINE_FAILED)
        stop_sweeping(c, e.text);
    if (c->p->store && !c->stored_ms)
        c->stored_ms = clock_mono_ms(&CLOCK_SYSTEM);
}

static void commit(struct keeping *c)
{
    struct error e;
    if (c->stored_ms && !store_commit(c->p->store, &e))
        stop_sweeping(c, e.text);
    c->stored_ms = 0;
    c->kept_bytes = 0;
}

static void transcript_failed(struct keeping *c)
{
    char why[160];
    snprintf(why, sizeof(why), "cannot write the transcript: %s", strerror(errno));
    stop_sweeping(c, why);
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
        transcript_failed(c);
    buf_release(&line);
}

static void report_remark(struct keeping *c, const struct remark *r)
{
    struct keeper *k = c->k;
    k->incomplete |= r->incomplete;
    unasked_remark(&c->p->unasked, r);
    if (c->p->report->remark)
        c->p->report->remark(c->p->report_state, r, &k->out);
}

static void take_remark(struct keeping *c, struct span body)
{
    struct verdict bad;
    struct reader in = reader_over(&bad, body);
    struct remark r;
    if (remark_decode(&in, &r))
        report_remark(c, &r);
    else
        stop_sweeping(c, "the sweeper sent a remark that cannot be read");
}

/* Puts what has come where no death of this process takes it away; then there is time to judge it. */
static void keep_visits(struct keeping *c)
{
    struct span left = buf_span(&c->k->in), body;
    enum sweep_message kind;
    struct error e;
    bool bad;
    buf_reset(&c->kept);
    while (c->p->store && sweep_message_cut(&left, &kind, &body, &bad))
        if (kind == SWEEP_VISIT) /* with its length, which stands in front */
            buf_put(&c->kept, span_of(body.at - 4, body.len + 4));
    c->kept_bytes += c->kept.len;
    if (!buf_ok(&c->kept))
        stop_sweeping(c, "no memory for what was found");
    else if (c->kept.len && !store_keep(c->p->store, buf_span(&c->kept), &e))
        stop_sweeping(c, e.text);
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
        case SWEEP_PLACES:
            take_places(c, body);
            break;
        case SWEEP_SENT:
            take_sent(c, body);
            break;
        case SWEEP_REMARK:
            take_remark(c, body);
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
    keep_visits(c);
    take_messages(c);
    return true;
}

static void take_signal(struct keeping *c)
{
    struct signalfd_siginfo info;
    if (read(c->k->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (c->kill_at_ms) {
        c->kill_at_ms = 1;
        return;
    }
    stop_sweeping(c, "interrupted");
    c->p->summary.interrupted = true;
    c->k->calls.stopping(c->k->calls.self, GRACE_MS);
}

static void show_progress(struct keeping *c, int64_t now_ms)
{
    uint64_t findings = 0;
    for (size_t i = 0; i < sizeof(c->p->summary.findings) / sizeof(c->p->summary.findings[0]); i++)
        findings += c->p->summary.findings[i];
    c->k->calls.progress(c->k->calls.self, findings, now_ms);
}

/* While the store waits for another process: a signal is heard there, too. What was found lies in the tail. */
static bool wait_for_store(void *self, bool first)
{
    struct keeping *c = self;
    struct pollfd p = { .fd = c->k->signals, .events = POLLIN };
    if (first)
        c->k->calls.waiting(c->k->calls.self);
    if (poll(&p, 1, 0) > 0)
        take_signal(c);
    return !c->kill_at_ms || (c->kill_at_ms != INT64_MAX && clock_mono_ms(&CLOCK_SYSTEM) < c->kill_at_ms);
}

static void keep(struct keeping *c)
{
    struct pollfd p[2] = { { .fd = c->k->from_sweeper, .events = POLLIN },
                           { .fd = c->k->signals, .events = POLLIN } };
    for (;;) {
        int n = poll(p, 2, TURN_MS);
        int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM);
        if (n > 0 && p[1].revents)
            take_signal(c);
        if (n > 0 && p[0].revents && !read_some(c))
            return;
        if (c->stored_ms &&
            (now_ms >= c->stored_ms + COMMIT_MS || c->kept_bytes >= KEPT_BYTES_MAX))
            commit(c);
        if (c->kill_at_ms && now_ms >= c->kill_at_ms) {
            kill(c->k->sweeper, SIGKILL);
            c->kill_at_ms = INT64_MAX;
        }
        show_progress(c, now_ms);
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

/* Every endpoint is in one of the sums, also where the scan did not come to its end: conversations
 * that were cut off have failed, what was not asked was skipped. Neither is stored as such, so
 * --resume asks them. */
static void count_unheard(struct keeping *c)
{
    struct report_summary *s = &c->p->summary;
    const struct sweep_progress *p = c->k->progress;
    uint64_t all = s->done + s->skipped + s->failed, told = all - c->replayed;
    uint64_t heard = all > c->followed ? all - c->followed : 0;
    uint64_t begun = atomic_load(&p->done) + atomic_load(&p->skipped) + atomic_load(&p->failed) +
                     atomic_load(&p->in_flight);
    uint64_t unheard = c->k->endpoints > heard ? c->k->endpoints - heard : 0;
    uint64_t cut = begun > told ? begun - told : 0;
    if (cut > unheard)
        cut = unheard;
    s->failed += cut;
    s->skipped += unheard - cut;
    s->unreached = unheard - cut;
    if (!unheard || !c->k->trouble.text[0] || c->resume_told)
        return;
    struct error why = c->k->trouble;
    char ends[MANY_TEXT_MAX], unasked[MANY_TEXT_MAX];
    error_set(&c->k->trouble, "%s; %s cut off and %s not asked%s", why.text,
              many_text(cut, "conversation was", "conversations were", ends),
              many_text(unheard - cut, "endpoint was", "endpoints were", unasked),
              c->p->store ? "; `ajar scan --resume` asks them" : "");
}

static void summarise(struct keeping *c)
{
    struct report_summary *s = &c->p->summary;
    const struct sweep_progress *p = c->k->progress;
    s->took_ms = clock_mono_ms(&CLOCK_SYSTEM) - c->started_ms;
    s->rate = s->took_ms > 0
                  ? 1000.0 * (double)(s->done + s->failed - c->before) / (double)s->took_ms
                  : 0;
    s->loss = (double)atomic_load(&p->loss_ppm) / 1e6;
    s->missed = (double)atomic_load(&p->missed_milli) / 1e3;
}

/* ---- the store ------------------------------------------------------------------------- */

/* What an earlier run of this scan stored, so that the report is of the whole scan. */
static bool replay_visit(void *self, const struct visit *v)
{
    struct keeping *c = self;
    struct arena a;
    struct visit copy = *v;
    arena_init(&a, VISIT_ARENA_MAX);
    bool ok = through(c, &copy, VISIT_STORED, &a);
    arena_release(&a);
    if (c->k->out.len >= OUT_AT_BYTES)
        write_report(c);
    return ok;
}

/* What was found last, and kept, but not stored. */
static bool take_kept(void *self, const struct visit *v, struct span encoded)
{
    struct keeping *c = self;
    if (!is_place(c, v->place))
        return false;
    take_visit(c, encoded);
    return true;
}

static uint64_t followed_in(const struct keeping *c)
{
    const struct runs *places = store_scan_places(c->p->store);
    return runs_count(places) - runs_count_below(places, PLACE_FOLLOWED);
}

static void replay(struct keeping *c)
{
    struct error e;
    struct scan_sums sums = store_scan_sums(c->p->store);
    struct report_summary *s = &c->p->summary;
    if (!store_visits(c->p->store, c->p->scan, replay_visit, c, &e))
        stop_sweeping(c, e.text);
    s->done = sums.done;
    s->skipped = sums.skipped;
    s->failed = sums.failed;
    s->answered = sums.answered;
    c->followed = followed_in(c);
    if (!store_tail(c->p->store, c->p->scan, take_kept, c, &e) || !store_commit(c->p->store, &e))
        stop_sweeping(c, e.text);
    c->stored_ms = 0;
    c->before = s->done + s->failed;
    c->replayed = c->before + s->skipped;
}

/* For the reports that tell it; after the scan has ended, so that it is in the picture. */
static void tell_past(struct keeping *c)
{
    struct error e;
    const struct pipeline *p = c->p;
    struct store_filter all = { .opened_after_ms = COUNT_UNKNOWN, .now_ms = clock_wall_ms(&CLOCK_SYSTEM) };
    if (!closed_report(p->report, p->report_state, p->store, p->scan, &all, &c->k->out, &e) ||
        !history_report(p->report, p->report_state, p->store, all.now_ms, &c->k->out, &e))
        trouble(c, e.text);
}

static void tell_endings(struct keeping *c)
{
    char text[ENDINGS_TEXT_MAX];
    struct remark r;
    struct scan_endings e = store_scan_endings(c->p->store);
    if (endings_remark(&e, text, &r))
        report_remark(c, &r);
}

static void end_store(struct keeping *c)
{
    struct error e;
    struct keeper *k = c->k;
    uint64_t heard = runs_count_below(store_scan_places(c->p->store), PLACE_FOLLOWED);
    char unheard[MANY_TEXT_MAX];
    if (k->ended && !k->trouble.text[0] && heard != k->endpoints) {
        c->resume_told = true;
        error_set(
            &k->trouble,
            "the sweeper ended without a word about %s; `ajar scan --resume` asks again",
            many_text(k->endpoints - heard, "endpoint", "endpoints", unheard));
    }
    /* What is followed is known when it is named: where a scan was stopped while it was, it is not done. */
    bool is_whole = heard == k->endpoints && (!k->follows || (k->ended && !k->trouble.text[0]));
    enum scan_state state = is_whole ? SCAN_COMPLETE : SCAN_UNFINISHED;
    const char *why = k->trouble.text[0] ? k->trouble.text : NULL;
    if (!store_scan_end(c->p->store, state, why, clock_wall_ms(&CLOCK_SYSTEM), &e))
        trouble(c, e.text);
}

/* ---- fleets ---------------------------------------------------------------------------- */

/* A member that joined an accepted fleet in this scan: its findings were counted before that was known. */
static void accept_joined(void *self, enum severity severity)
{
    struct keeping *c = self;
    c->p->failing -= c->p->failing && severity >= c->p->fail_on;
}

static void keep_fleets(struct keeping *c, struct fleet *list, size_t count)
{
    struct error e;
    int64_t now_ms = clock_wall_ms(&CLOCK_SYSTEM);
    struct store *s = c->p->store;
    if (s && !(store_fleets_name(s, list, count, fleet_names_members, c->p->fleets, now_ms, &e) &&
               store_fleets(s, list, count, fleet_names_members, c->p->fleets, now_ms, accept_joined, c, &e)))
        trouble(c, e.text);
}

/* What was seen so far of a scan that was cut short says too little about who is alike. */
static void tell_fleets(struct keeping *c)
{
    struct pipeline *p = c->p;
    struct arena a;
    struct fleet_list found;
    arena_init(&a, FLEETS_BYTES_MAX);
    if (p->fleets && fleets_find(p->fleets, &a, &found)) {
        if (c->k->ended)
            keep_fleets(c, found.list.at, found.list.len);
        if (p->report->fleets)
            p->report->fleets(p->report_state, found.list.at, found.list.len, &c->k->out);
        c->k->fleets = fleets_measure(p->fleets);
    } else {
        trouble(c, "no memory for grouping what is set up alike");
    }
    arena_release(&a);
}

/* ---- the whole run --------------------------------------------------------------------- */

void keeper_run(struct keeper *k, const struct report_run *run)
{
    struct keeping c = { .k = k, .p = &k->pipeline, .started_ms = clock_mono_ms(&CLOCK_SYSTEM) };
    struct pipeline *p = c.p;
    buf_init(&k->in, IN_BYTES_MAX);
    buf_init(&k->out, OUT_BYTES_MAX);
    buf_init(&c.kept, IN_BYTES_MAX);
    k->trouble.text[0] = '\0';
    p->out = &k->out;
    p->fleets = fleets_new(random_seed());
    if (p->store) {
        store_on_wait(p->store, wait_for_store, &c);
        store_ask_endings(p->store, rules_ending, p->book->rules);
    }
    p->report->begin(p->report_state, run, &k->out);
    for (size_t i = 0; i < k->remark_count; i++)
        report_remark(&c, &k->remarks[i]);
    if (k->resumed)
        replay(&c);
    keep(&c);
    reap(&c);
    tell_fleets(&c);
    if (p->store) {
        end_store(&c);
        tell_endings(&c);
    }
    tell_past(&c);
    summarise(&c);
    count_unheard(&c);
    if (k->trouble.text[0])
        p->summary.trouble = k->trouble.text;
    p->report->end(p->report_state, &p->summary, &k->out);
    write_report(&c);
    p->summary.trouble = NULL; /* it may say something else by now */
    if (k->transcript && fflush(k->transcript) != 0)
        transcript_failed(&c);
    buf_release(&k->in);
    buf_release(&k->out);
    buf_release(&c.kept);
    if (p->store)
        store_on_wait(p->store, NULL, NULL);
    pipeline_release(p);
    fleets_free(p->fleets);
    p->fleets = NULL;
}
