#include "watch/round.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"

enum { PILE_BYTES_MAX = DIGEST_BYTES_MAX, ARENA_BYTES = 16 << 20 };
static const int64_t REMIND_MS = 86400000;

/* What is about to be queued for one receiver. */
struct pile {
    struct buf text;
    size_t end[DIGEST_NOTICES_MAX], len;
    char id[DIGEST_NOTICES_MAX][NOTICE_ID_MAX];
    enum severity severity[DIGEST_NOTICES_MAX];
    bool grouped; /* a digest of this round is queued already */
};

struct telling {
    struct spool *spool;
    const struct watch_config *config;
    const char *host;
    struct store *store;
    struct pile *piles;
    int64_t now_ms, new_scan;
    struct spool_state since;
    uint64_t told;
    struct error *error;
    bool failed;
};

/* ---- piles -------------------------------------------------------------------------------- */

static struct span pile_at(const struct pile *p, size_t i)
{
    size_t from = i ? p->end[i - 1] : 0;
    return span_sub(buf_span(&p->text), from, p->end[i] - from);
}

static bool add_digest(struct telling *t, const struct receiver *r, struct pile *p)
{
    struct span parts[DIGEST_NOTICES_MAX];
    struct buf ids, out;
    char id[NOTICE_ID_MAX];
    enum severity worst = SEVERITY_INFO;
    buf_init(&ids, DIGEST_NOTICES_MAX * NOTICE_ID_MAX + 1);
    buf_init(&out, DIGEST_BYTES_MAX);
    for (size_t i = 0; i < p->len; i++) {
        parts[i] = pile_at(p, i);
        buf_str(&ids, p->id[i]);
        worst = p->severity[i] > worst ? p->severity[i] : worst;
    }
    digest_id(buf_span(&ids), id);
    bool ok = (digest_write(parts, p->len, t->host, id, t->now_ms, &out) ||
               error_set(t->error, "no memory for a digest")) &&
              spool_add(t->spool, r->name, SPOOL_DIGEST, worst, id, t->now_ms, buf_span(&out), t->error);
    buf_release(&ids);
    buf_release(&out);
    return ok;
}

/* Empties the pile into the queue. */
static bool flush(struct telling *t, const struct receiver *r, struct pile *p, bool grouped)
{
    bool ok = true;
    if (p->len && grouped)
        ok = add_digest(t, r, p);
    for (size_t i = 0; ok && !grouped && i < p->len; i++)
        ok = spool_add(t->spool, r->name, SPOOL_SINGLE, p->severity[i], p->id[i], t->now_ms, pile_at(p, i), t->error);
    p->len = 0;
    p->grouped |= grouped;
    buf_reset(&p->text);
    return ok;
}

static bool push(struct telling *t, const struct receiver *r, struct pile *p, const struct notice *n, const char *id)
{
    if ((p->len == DIGEST_NOTICES_MAX || p->text.len > DIGEST_ROOM) && !flush(t, r, p, true))
        return false;
    if (!notice_write(n, t->host, id, &p->text))
        return error_set(t->error, "no memory for a message");
    memcpy(p->id[p->len], id, NOTICE_ID_MAX);
    p->severity[p->len] = n->severity;
    p->end[p->len++] = p->text.len;
    return true;
}

/* One change, to everybody who wants to hear it. */
static bool tell(struct telling *t, const struct notice *n)
{
    char id[NOTICE_ID_MAX];
    notice_id(n, span_str(t->since.instance), id);
    t->told++;
    for (size_t i = 0; i < t->config->receivers.len && !t->failed; i++) {
        const struct receiver *r = &t->config->receivers.at[i];
        if (n->severity < r->severity_min && !notice_is_of_scan(n->kind))
            continue;
        t->failed = !push(t, r, &t->piles[i], n, id);
        /* What may wait for a later round lies in the queue as a part. */
        if (!t->failed && r->digest && r->digest_ms) {
            struct pile *p = &t->piles[i];
            t->failed = !spool_add(t->spool, r->name, SPOOL_PART, n->severity, id, t->now_ms, pile_at(p, 0), t->error);
            p->len = 0;
            buf_reset(&p->text);
        }
    }
    return !t->failed;
}

static bool flush_all(struct telling *t)
{
    for (size_t i = 0; i < t->config->receivers.len && !t->failed; i++) {
        const struct receiver *r = &t->config->receivers.at[i];
        struct pile *p = &t->piles[i];
        t->failed = !flush(t, r, p, r->digest || p->grouped || p->len > ROUND_BURST_MAX);
    }
    return !t->failed;
}

/* ---- changes ------------------------------------------------------------------------------ */

static struct notice about(const struct telling *t, enum notice_kind kind, const struct stored_finding *f)
{
    return (struct notice){ .kind = kind, .severity = f->finding.severity, .at_ms = t->now_ms, .scan = t->new_scan,
                            .about = f };
}

/* A scan that ran beside ours may have stored something under an older number after we told. What bears a time to come
 * is of a clock that went back since, and was told. */
static bool is_later(const struct telling *t, int64_t scan, int64_t at_ms)
{
    return scan > t->since.told_scan || (at_ms > t->since.told_ms && at_ms <= t->now_ms);
}

static bool each_open(void *self, const struct stored_finding *f)
{
    struct telling *t = self;
    if (!is_later(t, f->exposure.opened_scan, f->exposure.opened_ms))
        return true;
    struct notice n = about(t, f->reopened ? NOTICE_REOPENED : NOTICE_NEW, f);
    return tell(t, &n);
}

static bool each_closed(void *self, const struct stored_finding *f)
{
    struct telling *t = self;
    /* What came and went since then was never told, and is no news now. */
    if (!is_later(t, f->exposure.closed_scan, f->exposure.closed_ms) ||
        is_later(t, f->exposure.opened_scan, f->exposure.opened_ms))
        return true;
    struct notice n = about(t, NOTICE_FIXED, f);
    char text[ENDING_TEXT_MAX];
    n.what = proof_text(f->exposure.proof, f->exposure.proof_detail, text);
    return tell(t, &n);
}

/* Once for each time that it goes out of sight. Nothing is better for it, so it is never told as severe. */
static bool each_unseen(void *self, const struct stored_finding *f)
{
    struct telling *t = self;
    if (f->unseen_scan <= t->since.told_scan || is_later(t, f->exposure.opened_scan, f->exposure.opened_ms))
        return true;
    struct notice n = about(t, NOTICE_NOT_SEEN, f);
    char text[ENDING_TEXT_MAX];
    n.severity = n.severity > SEVERITY_LOW ? SEVERITY_LOW : n.severity;
    n.what = unseen_text(f->unseen, f->unseen_detail, text);
    return tell(t, &n);
}

static bool each_change(void *self, const struct stored_change *c)
{
    struct telling *t = self;
    struct arena a;
    struct stored_finding f;
    if (c->change != CHANGE_CHANGED)
        return true;
    arena_init(&a, ARENA_BYTES);
    bool ok = store_finding_by_id(t->store, c->finding, t->now_ms, &a, &f, t->error);
    if (!ok)
        t->failed = true;
    if (ok && f.accepted_until_ms < 0 && f.exposure.closed_ms < 0 &&
        !is_later(t, f.exposure.opened_scan, f.exposure.opened_ms)) {
        f.finding.severity = c->after;
        struct notice n = about(t, NOTICE_CHANGED, &f);
        n.what = span_str(c->what);
        ok = tell(t, &n);
    }
    arena_release(&a);
    return ok;
}

/* Asked as of the last telling, so that what was accepted then and is no more now is in the list. */
static bool each_accepted(void *self, const struct stored_finding *f)
{
    struct telling *t = self;
    if (f->accepted_until_ms > t->now_ms)
        return true;
    struct notice n = about(t, NOTICE_ACCEPTANCE_ENDED, f);
    n.what = f->accepted_why;
    return tell(t, &n);
}

static int64_t started_ms(struct telling *t, int64_t scan)
{
    struct arena a;
    struct stored_scan found;
    struct error ignored;
    arena_init(&a, 128 << 20);
    int64_t at = scan > 0 && store_scan_find(t->store, scan, &a, &found, &ignored) ? found.started_ms : COUNT_UNKNOWN;
    arena_release(&a);
    return at;
}

static bool tell_changes(struct telling *t, bool complete)
{
    /* Nothing that a later scan opened or closed was so before the last one told of began. */
    int64_t since_ms = started_ms(t, t->since.told_scan);
    struct store_filter open = { .which = STORE_OPEN, .no_accepted = true, .now_ms = t->now_ms,
                                 .opened_after_ms = since_ms - 1, .after_scan = t->since.told_scan };
    struct store_filter closed = { .which = STORE_CLOSED, .now_ms = t->now_ms, .opened_after_ms = COUNT_UNKNOWN,
                                   .closed_after_ms = since_ms > 1 ? since_ms - 1 : 0,
                                   .after_scan = t->since.told_scan };
    struct store_filter unseen = { .which = STORE_OPEN, .unseen_only = true, .no_accepted = true, .now_ms = t->now_ms,
                                   .opened_after_ms = COUNT_UNKNOWN };
    struct store_filter accepted = { .which = STORE_OPEN, .accepted_only = true, .now_ms = t->since.told_ms,
                                     .opened_after_ms = COUNT_UNKNOWN };
    if (!store_findings(t->store, &open, each_open, t, t->error) || t->failed)
        return false;
    if (t->since.told_scan > 0 && (!store_findings(t->store, &closed, each_closed, t, t->error) || t->failed))
        return false;
    if (t->since.told_scan > 0 && (!store_findings(t->store, &unseen, each_unseen, t, t->error) || t->failed))
        return false;
    if (t->since.told_ms > 0 && (!store_findings(t->store, &accepted, each_accepted, t, t->error) || t->failed))
        return false;
    return !complete || t->since.base_scan <= 0 || t->since.base_scan >= t->new_scan ||
           (store_diff(t->store, t->since.base_scan, t->new_scan, false, each_change, t, NULL, t->error) && !t->failed);
}

/* ---- the scan itself ---------------------------------------------------------------------- */

/* A trouble is told when it begins, once a day while it lasts, and when it is over. Where the scan came to its end and
 * something of it could not be asked, as one target without a route, that is told once and not each day. */
static bool tell_trouble(struct telling *t, const struct round *r, bool complete, struct spool_state *next)
{
    bool whole = r->end == ROUND_INCOMPLETE && complete && t->new_scan > t->since.told_scan;
    int64_t why = (int64_t)siphash(1, 3, span_str(r->why));
    struct notice n = { .severity = SEVERITY_HIGH, .at_ms = t->now_ms, .scan = t->new_scan, .what = span_str(r->why) };
    if (r->end == ROUND_UNKNOWN)
        return true;
    n.kind = r->end == ROUND_FAILED       ? NOTICE_SCAN_FAILED
             : r->end == ROUND_INCOMPLETE ? NOTICE_SCAN_INCOMPLETE
                                          : NOTICE_SCAN_WELL;
    if (r->end == ROUND_COMPLETE) {
        n.severity = SEVERITY_INFO;
        next->trouble = -1;
        return t->since.trouble < 0 || tell(t, &n);
    }
    if (whole)
        n.severity = SEVERITY_MEDIUM;
    bool told_today = t->now_ms - t->since.trouble_ms < REMIND_MS && t->now_ms >= t->since.trouble_ms;
    if (t->since.trouble == n.kind && (whole ? t->since.trouble_why == why : told_today))
        return true;
    next->trouble = n.kind;
    next->trouble_why = why;
    next->trouble_ms = t->now_ms;
    return tell(t, &n);
}

/* What the store has new: *ret_scan is its newest scan. Another store than last time starts anew. */
static bool look_at_store(struct telling *t, struct spool_state *next, bool *ret_complete)
{
    struct arena a;
    struct stored_scan newest;
    struct error none;
    arena_init(&a, 128 << 20);
    bool there = store_scan_find(t->store, SCAN_NEWEST, &a, &newest, &none);
    t->new_scan = there ? newest.id : 0;
    *ret_complete = there && newest.state == SCAN_COMPLETE;
    if (t->new_scan < t->since.told_scan)
        t->since.told_scan = t->since.base_scan = t->since.told_ms = 0;
    next->told_scan = t->new_scan;
    next->base_scan = *ret_complete ? t->new_scan : t->since.base_scan;
    next->told_ms = t->now_ms;
    arena_release(&a);
    return there;
}

bool round_tell(struct spool *spool, const struct watch_config *c, const char *host, struct store *s,
                const struct round *r, int64_t now_ms, uint64_t *ret_told, struct error *e)
{
    bool complete = false;
    struct spool_state next = spool->state;
    struct telling t = { .spool = spool, .config = c, .host = host, .store = s, .now_ms = now_ms, .since = spool->state,
                         .error = e, .piles = calloc(c->receivers.len + 1, sizeof(struct pile)) };
    if (!t.piles)
        return error_set(e, "no memory for the messages");
    for (size_t i = 0; i < c->receivers.len; i++)
        buf_init(&t.piles[i].text, PILE_BYTES_MAX);
    spool->places = 0;
    bool ok = !s || !look_at_store(&t, &next, &complete) || tell_changes(&t, complete);
    if (r->end != ROUND_UNKNOWN) {
        next.started_ms = r->started_ms;
        next.ended_ms = r->ended_ms;
        next.complete = r->end == ROUND_COMPLETE;
        next.scanning_ms = 0;
    }
    ok = ok && tell_trouble(&t, r, complete, &next) && flush_all(&t) && spool_commit(spool, &next, e);
    for (size_t i = 0; i < c->receivers.len; i++)
        buf_release(&t.piles[i].text);
    free(t.piles);
    if (ok)
        *ret_told = t.told;
    return ok;
}
