/* The loop of a watch: one thread that never waits for a network. A scan and the delivery to each
 * receiver run in processes of their own, at most one each; what they report comes through pipes.
 *
 * Invariant: nothing is delivered before the round that it belongs to is whole on disk; a message is
 * forgotten only after its receiver took it or it grew too old. So a watch that is killed at any
 * instant tells every change, and the process that was delivering at that instant finishes alone. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "base/say.h"
#include "cmd/db.h"
#include "cmd/say.h"
#include "cmd/watch_loop.h"
#include "cmd/watch_scan.h"
#include "text/amount.h"
#include "watch/deliver.h"
#include "watch/metrics.h"
#include "watch/schedule.h"

enum { WATCH_HOST_MAX = 256 };
enum { TICK_MS = 1000, BACKOFF_DOUBLINGS = 20, METRICS_EVERY_MS = 15000, STOP_MS = 30000, POLLS_MAX = 64 };
static const int64_t BACKOFF_MAX_MS = 3600000;
/* A scan that was broken off longer ago starts over: what it saw is old by then. */
static const int64_t RESUME_MAX_MS = 86400000;

/* One receiver, and who is delivering to it. */
struct line {
    const struct receiver *to;
    struct queue queue;
    pid_t pid; /* 0: nobody */
    int from;
    int64_t kill_ms;  /* monotonic */
    int64_t hold_ms;  /* wall: nothing is tried before */
    unsigned failures;
    size_t count;
    char names[DELIVER_BATCH_MAX][SPOOL_NAME_MAX];
};

struct watching {
    const struct watch_config *config;
    bool once, stopping, again, round_done, metrics_due;
    char host[WATCH_HOST_MAX];
    struct spool *spool;
    struct line *lines;
    size_t line_count;
    struct watch_scan scan;
    enum round_end last_end;
    int64_t next_ms, stop_ms, saved_ms;
    int64_t resume_ms; /* monotonic: a scan that was broken off is not gone on with before */
    bool fresh;        /* it could not be gone on with: the next scan starts over */
    struct random random;
    int signals;
    struct metrics metrics;
    struct metrics_server server;
    struct buf text; /* of the metrics */
};

static int64_t wall(void)
{
    return clock_wall_ms(&CLOCK_SYSTEM);
}

static int64_t mono(void)
{
    return clock_mono_ms(&CLOCK_SYSTEM);
}

/* ---- telling what changed ------------------------------------------------------------------ */

static void load_queues(struct watching *w)
{
    struct error e;
    for (size_t i = 0; i < w->line_count; i++)
        if (!spool_load(w->spool, w->lines[i].to->name, &w->lines[i].queue, &e))
            watch_say("%s", e.text);
    w->metrics_due = true;
}

static void look_at_numbers(struct watching *w, struct store *s)
{
    struct error e;
    struct arena a;
    struct stored_scan newest;
    w->metrics.known = s && store_totals(s, wall(), &w->metrics.totals, &e);
    arena_init(&a, 128 << 20);
    if (w->metrics.known && store_scan_find(s, SCAN_NEWEST, &a, &newest, &e)) {
        w->metrics.endpoints = newest.plan.total;
        w->metrics.answered = newest.sums.answered;
    }
    arena_release(&a);
}

/* False: what changed could not be put down; it will be found again in the next round. */
static bool tell(struct watching *w, const struct round *r)
{
    struct error e = { "" };
    char changes[MANY_TEXT_MAX];
    uint64_t told = 0;
    struct store *s = db_open(w->config->db, STORE_READ, &e);
    if (!s && r->end != ROUND_UNKNOWN)
        watch_say("%s", e.text);
    bool ok = round_tell(w->spool, w->config, w->host, s, r, wall(), &told, &e);
    look_at_numbers(w, s);
    store_close(s);
    if (!ok)
        watch_say("what changed cannot be queued: %s", e.text);
    else if (told || r->end != ROUND_UNKNOWN)
        watch_say("%s%s%s; %s to tell", r->end == ROUND_COMPLETE ? N_("the scan is complete") :
                  r->end == ROUND_INCOMPLETE ? N_("the scan is incomplete") :
                  r->end == ROUND_FAILED ? N_("the scan could not run") : N_("looked at the store"),
                  r->why[0] ? ": " : "", r->why, many_text(told, "change", "changes", changes));
    w->metrics.scan_ended_ms = w->spool->state.ended_ms;
    w->metrics.scan_took_ms = w->spool->state.ended_ms - w->spool->state.started_ms;
    w->metrics.scan_complete = w->spool->state.complete;
    load_queues(w);
    return ok;
}

/* ---- rounds -------------------------------------------------------------------------------- */

static void end_round(struct watching *w, const struct round *r)
{
    w->metrics.rounds++;
    w->last_end = r->end;
    w->round_done = true;
    tell(w, r);
    w->next_ms = schedule_next(&w->config->schedule, r->started_ms, wall(), random_next(&w->random));
}

/* The last scan was begun by a watch that did not see its end. */
static bool is_broken_off(const struct watching *w)
{
    int64_t since_ms = w->spool->state.scanning_ms;
    return since_ms > 0 && !w->fresh && wall() - since_ms < RESUME_MAX_MS && wall() >= since_ms;
}

static void begin_round(struct watching *w)
{
    struct error e;
    struct round r = { .end = ROUND_FAILED, .started_ms = wall() };
    bool resume = is_broken_off(w);
    if ((resume || spool_scanning(w->spool, r.started_ms, &e)) &&
        watch_scan_start(&w->scan, w->config, resume ? WATCH_RESUME : WATCH_SCAN, &e)) {
        if (resume && !w->resume_ms)
            watch_say("going on with the scan that was broken off");
        return;
    }
    snprintf(r.why, sizeof(r.why), "%.290s", e.text);
    r.ended_ms = r.started_ms;
    end_round(w, &r);
}

/* Whether a scan that was to go on could not: then another turn comes, at once with a new scan, or a
 * little later where the old one has not quite ended, or ended while we looked. */
static bool takes_another_turn(struct watching *w, const struct round *r, int exit_status)
{
    if (!w->scan.resumed || w->stopping)
        return false;
    bool runs = exit_status == EXIT_BUSY || exit_status == EXIT_OVER;
    if (!runs && r->end != ROUND_FAILED)
        return false;
    w->fresh = !runs;
    w->resume_ms = mono() + (runs ? TICK_MS : 0);
    if (!runs)
        watch_say("the scan that was broken off starts over: %s", r->why);
    return true;
}

static void reap_scan(struct watching *w)
{
    int status;
    struct round r;
    if (waitpid(w->scan.pid, &status, 0) != w->scan.pid)
        return;
    close(w->scan.from);
    int exit_status = watch_scan_end(&w->scan, status, &r);
    w->scan.pid = 0;
    if (takes_another_turn(w, &r, exit_status))
        return;
    w->fresh = false;
    w->resume_ms = 0;
    /* A scan that we broke off ourselves is no trouble; what it stored is told when we are back. */
    if (w->stopping)
        r.end = ROUND_UNKNOWN;
    end_round(w, &r);
}

/* ---- delivering ---------------------------------------------------------------------------- */

/* RETRY, twice that, four times that... up to an hour, each shortened by up to a half by chance. */
static int64_t backoff(struct watching *w, const struct receiver *r, unsigned failures)
{
    int64_t pause = r->retry_ms;
    for (unsigned i = 1; i < failures && i < BACKOFF_DOUBLINGS && pause < BACKOFF_MAX_MS; i++)
        pause *= 2;
    if (pause > BACKOFF_MAX_MS)
        pause = BACKOFF_MAX_MS;
    return pause - (int64_t)random_below(&w->random, (uint64_t)pause / 2 + 1);
}

static bool is_due(const struct line *l, const struct queued *m, int64_t now_ms)
{
    if (m->due_ms > now_ms || m->sending || quiet_now(&l->to->quiet, m->severity, now_ms))
        return false;
    return m->form != SPOOL_PART || now_ms - m->created_ms >= l->to->digest_ms || now_ms < m->created_ms;
}

/* Parts that have waited long enough become one digest, and so does everything else that waits. */
static void group_parts(struct watching *w, struct line *l, int64_t now_ms)
{
    struct error e;
    for (size_t i = 0; i < l->queue.len; i++)
        if (l->queue.at[i].form == SPOOL_PART && is_due(l, &l->queue.at[i], now_ms)) {
            if (spool_group(w->spool, &l->queue, w->host, now_ms, &e))
                i = SIZE_MAX;
            else {
                watch_say("%s: %s", l->to->name, e.text);
                return;
            }
        }
}

static void bury_old(struct watching *w, struct line *l, int64_t now_ms)
{
    struct error e;
    for (size_t i = l->queue.len; i-- > 0;) {
        const struct queued *m = &l->queue.at[i];
        if (m->attempts == 0 || now_ms - m->created_ms < l->to->give_up_ms)
            continue;
        if (spool_bury(w->spool, l->to->name, &l->queue, i, &e))
            watch_say("%s: message %.8s could not be delivered for too long and was put aside", l->to->name, m->id);
        else
            watch_say("%s", e.text);
        w->metrics.of[l - w->lines].dead++;
        queue_drop(&l->queue, i);
    }
}

static size_t pick(struct line *l, int64_t now_ms)
{
    l->count = 0;
    for (size_t i = 0; i < l->queue.len && l->count < DELIVER_BATCH_MAX; i++)
        if (is_due(l, &l->queue.at[i], now_ms)) {
            l->queue.at[i].sending = true;
            memcpy(l->names[l->count++], l->queue.at[i].name, SPOOL_NAME_MAX);
        }
    return l->count;
}

/* The delivering process. It outlives a watch that is killed, so that a message that was taken is
 * removed; its terminal signals are the watch's business. */
static void be_sender(struct watching *w, struct line *l, int to)
{
    char instance[SPOOL_INSTANCE_MAX];
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    memcpy(instance, w->spool->state.instance, sizeof(instance));
    spool_leave(w->spool);
    metrics_close(&w->server);
    deliver_batch(l->to, l->queue.dir, (const char(*)[SPOOL_NAME_MAX])l->names, l->count, w->host, instance, to);
    _exit(0);
}

static void start_sender(struct watching *w, struct line *l)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return;
    l->pid = fork();
    if (l->pid == 0)
        be_sender(w, l, fds[1]);
    close(fds[1]);
    if (l->pid < 0) {
        l->pid = 0;
        close(fds[0]);
        return;
    }
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    l->from = fds[0];
    l->kill_ms = mono() + (int64_t)l->count * l->to->timeout_ms + l->to->timeout_ms + 5000;
}

static void dispatch(struct watching *w, struct line *l, int64_t now_ms)
{
    if (l->pid || l->hold_ms > now_ms)
        return;
    bury_old(w, l, now_ms);
    group_parts(w, l, now_ms);
    if (pick(l, now_ms))
        start_sender(w, l);
    if (!l->pid)
        for (size_t i = 0; i < l->queue.len; i++)
            l->queue.at[i].sending = false;
}

/* ---- what senders report ------------------------------------------------------------------- */

static size_t find(const struct line *l, const char *name)
{
    size_t i = 0;
    while (i < l->queue.len && strcmp(l->queue.at[i].name, name) != 0)
        i++;
    return i;
}

static void failed(struct watching *w, struct line *l, struct queued *m, enum delivery what, const char *why)
{
    m->attempts++;
    l->failures += what == DELIVERY_UNREACHABLE;
    int64_t pause = what == DELIVERY_BUSY ? l->to->retry_ms
                                          : backoff(w, l->to, what == DELIVERY_UNREACHABLE ? l->failures : m->attempts);
    m->due_ms = wall() + pause;
    if (what == DELIVERY_UNREACHABLE)
        l->hold_ms = m->due_ms;
    if (what == DELIVERY_BUSY)
        return;
    w->metrics.of[l - w->lines].failed++;
    watch_say(_("%s: message %.8s was not delivered: %s; next attempt in %lld s"), l->to->name, m->id, why,
              (long long)(pause + 999) / 1000);
}

static void take_report(struct watching *w, struct line *l, const struct delivery_report *r)
{
    size_t i = r->which < l->count ? find(l, l->names[r->which]) : l->queue.len;
    if (i == l->queue.len)
        return;
    l->queue.at[i].sending = false;
    if (r->what == DELIVERED || r->what == DELIVERY_GONE) {
        if (r->what == DELIVERED) {
            w->metrics.of[l - w->lines].delivered++;
            l->failures = 0;
            if (r->why[0])
                watch_say("%s: %.200s", l->to->name, r->why);
        }
        queue_drop(&l->queue, i);
    } else {
        failed(w, l, &l->queue.at[i], r->what, r->why);
    }
    w->metrics_due = true;
}

static bool hear_sender(struct watching *w, struct line *l)
{
    struct delivery_report r;
    ssize_t n;
    while ((n = read(l->from, &r, sizeof(r))) == (ssize_t)sizeof(r))
        take_report(w, l, &r);
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* What nobody reported on was not tried, or its sender was ended. */
static void end_sender(struct watching *w, struct line *l, bool killed)
{
    bool blamed = false;
    waitpid(l->pid, NULL, 0);
    close(l->from);
    l->pid = 0;
    for (size_t i = 0; i < l->queue.len; i++) {
        struct queued *m = &l->queue.at[i];
        if (m->sending && killed && !blamed) {
            failed(w, l, m, DELIVERY_UNREACHABLE, "no answer in time");
            blamed = true;
        }
        m->sending = false;
    }
}

static void watch_senders(struct watching *w)
{
    for (size_t i = 0; i < w->line_count; i++) {
        struct line *l = &w->lines[i];
        bool late = l->pid && mono() > l->kill_ms;
        if (late)
            kill(l->pid, SIGKILL);
        if (l->pid && !hear_sender(w, l))
            end_sender(w, l, late);
    }
}

/* ---- metrics ------------------------------------------------------------------------------- */

static void refresh_metrics(struct watching *w)
{
    struct error e;
    for (size_t i = 0; i < w->line_count; i++)
        w->metrics.of[i].pending = w->lines[i].queue.len;
    w->metrics.next_ms = w->next_ms;
    buf_reset(&w->text);
    metrics_write(&w->metrics, w->config, AJAR_VERSION, &w->text);
    if (w->config->metrics.file && buf_ok(&w->text) && !metrics_save(w->config->metrics.file, buf_span(&w->text), &e))
        watch_say("%s", e.text);
    w->saved_ms = mono();
    w->metrics_due = false;
}

/* ---- the loop ------------------------------------------------------------------------------ */

static void take_signals(struct watching *w)
{
    struct signalfd_siginfo info;
    while (read(w->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP) {
            w->again = true;
        } else if (info.ssi_signo != SIGCHLD && !w->stopping) {
            w->stopping = true;
            w->stop_ms = mono() + STOP_MS;
            if (w->scan.pid)
                kill(w->scan.pid, SIGTERM);
        }
    }
}

static bool is_busy(const struct watching *w)
{
    bool busy = w->scan.pid != 0;
    for (size_t i = 0; i < w->line_count; i++)
        busy |= w->lines[i].pid != 0;
    return busy;
}

static size_t poll_list(const struct watching *w, struct pollfd *p)
{
    size_t n = 0;
    p[n++] = (struct pollfd){ .fd = w->signals, .events = POLLIN };
    if (w->scan.pid)
        p[n++] = (struct pollfd){ .fd = w->scan.from, .events = POLLIN };
    for (size_t i = 0; i < w->line_count; i++)
        if (w->lines[i].pid)
            p[n++] = (struct pollfd){ .fd = w->lines[i].from, .events = POLLIN };
    return n + metrics_poll(&w->server, p + n);
}

static bool scan_has_ended(struct watching *w)
{
    struct pollfd p = { .fd = w->scan.from, .events = POLLIN };
    while (poll(&p, 1, 0) > 0)
        if (!watch_scan_hear(&w->scan))
            return true;
    return false;
}

/* Whether there is nothing left to do. */
static bool is_over(const struct watching *w)
{
    int64_t now_ms = wall();
    if (is_busy(w))
        return w->stopping && mono() > w->stop_ms;
    if (w->stopping || w->again)
        return true;
    if (!w->once || !w->round_done)
        return false;
    for (size_t i = 0; i < w->line_count; i++)
        for (size_t k = 0; w->lines[i].hold_ms <= now_ms && k < w->lines[i].queue.len; k++)
            if (w->lines[i].queue.at[k].attempts == 0 && is_due(&w->lines[i], &w->lines[i].queue.at[k], now_ms))
                return false;
    return true;
}

static void loop(struct watching *w)
{
    struct pollfd p[POLLS_MAX];
    while (!is_over(w)) {
        int64_t now_ms = wall();
        if (!w->scan.pid && !w->stopping && !w->again && mono() >= w->resume_ms &&
            (w->once ? !w->round_done : now_ms >= w->next_ms))
            begin_round(w);
        for (size_t i = 0; i < w->line_count && !w->stopping && (!w->again || w->scan.pid); i++)
            dispatch(w, &w->lines[i], now_ms);
        size_t n = poll_list(w, p);
        poll(p, n, TICK_MS);
        take_signals(w);
        if (w->scan.pid && scan_has_ended(w))
            reap_scan(w);
        watch_senders(w);
        if (w->metrics_due || mono() - w->saved_ms > METRICS_EVERY_MS)
            refresh_metrics(w);
        metrics_serve(&w->server, buf_span(&w->text), mono());
    }
    refresh_metrics(w);
}

/* ---- beginning and end --------------------------------------------------------------------- */

/* The name of this machine as it may stand in a header: letters, digits, points and dashes. */
static void name_host(char host[static WATCH_HOST_MAX])
{
    if (gethostname(host, WATCH_HOST_MAX - 1) != 0 || !host[0])
        snprintf(host, WATCH_HOST_MAX, "localhost");
    host[WATCH_HOST_MAX - 1] = '\0';
    for (char *c = host; *c; c++) {
        uint8_t low = ascii_lower((uint8_t)*c);
        if (!ascii_is_digit(low) && !(low >= 'a' && low <= 'z') && low != '.')
            *c = '-';
    }
}

/* Beside the store, so that what was told and what is known are kept and lost together. */
static bool spool_place(const struct watch_config *c, char dir[static FILE_PATH_MAX], struct error *e)
{
    char path[STORE_PATH_MAX];
    const char *db = c->db ? c->db : store_default_path(path);
    if (c->spool)
        return snprintf(dir, FILE_PATH_MAX, "%s", c->spool) < FILE_PATH_MAX ||
               error_set(e, "spool: the path is too long");
    const char *slash = db ? strrchr(db, '/') : NULL;
    if (!slash)
        return error_set(e, "there is no place for the queue: name a folder with spool:, or set HOME");
    return snprintf(dir, FILE_PATH_MAX, "%.*s/watch", (int)(slash - db), db) < FILE_PATH_MAX ||
           error_set(e, "the path of the store is too long");
}

static bool begin(struct watching *w, struct error *e)
{
    char dir[FILE_PATH_MAX];
    w->server.fd = w->signals = -1;
    w->random.state = random_seed();
    buf_init(&w->text, METRICS_BYTES_MAX);
    name_host(w->host);
    w->lines = calloc(w->config->receivers.len + 1, sizeof(*w->lines));
    if (!w->lines)
        return error_set(e, "no memory for the receivers");
    w->line_count = w->config->receivers.len;
    for (size_t i = 0; i < w->line_count; i++)
        w->lines[i].to = &w->config->receivers.at[i];
    if (!spool_place(w->config, dir, e) || !(w->spool = spool_open(dir, e)))
        return false;
    if (w->config->metrics.listen.host && !metrics_listen(&w->server, &w->config->metrics.listen, e))
        return false;
    w->signals = catch_signals(SIGCHLD, SFD_NONBLOCK);
    return w->signals >= 0 || error_set(e, "cannot take signals: %s", strerror(errno));
}

/* What was stored while no watch ran is told first: nothing is delivered before the last round that
 * was begun is whole in the queue. */
static void catch_up(struct watching *w)
{
    const struct spool_state *t = &w->spool->state;
    struct round nothing = { .end = ROUND_UNKNOWN };
    w->next_ms = schedule_next(&w->config->schedule, t->started_ms, wall(), random_next(&w->random));
    if (is_broken_off(w))
        w->next_ms = wall();
    if (t->told_scan > 0)
        tell(w, &nothing);
    else
        load_queues(w);
}

static int status_of(const struct watching *w)
{
    bool left = false;
    for (size_t i = 0; i < w->line_count; i++)
        for (size_t k = 0; k < w->lines[i].queue.len; k++)
            left |= w->lines[i].queue.at[k].attempts > 0;
    return w->once && (left || w->last_end != ROUND_COMPLETE) ? EXIT_INCOMPLETE : EXIT_NOTHING;
}

enum watch_end watch_run(const struct watch_config *c, bool once, int *ret_status)
{
    struct error e;
    struct watching *w = calloc(1, sizeof(*w));
    enum watch_end end = WATCH_FAILED;
    if (!w) {
        error_set(&e, "no memory");
        *ret_status = cmd_fail(EXIT_INCOMPLETE, &e);
        return end;
    }
    w->config = c;
    w->once = once;
    if (begin(w, &e)) {
        catch_up(w);
        loop(w);
        end = w->again && !w->stopping ? WATCH_AGAIN : WATCH_STOPPED;
        *ret_status = status_of(w);
    } else {
        *ret_status = cmd_fail(EXIT_INCOMPLETE, &e);
    }
    if (w->signals >= 0)
        close(w->signals);
    metrics_close(&w->server);
    for (size_t i = 0; i < w->line_count; i++)
        queue_release(&w->lines[i].queue);
    spool_close(w->spool);
    buf_release(&w->text);
    free(w->lines);
    free(w);
    return end;
}
