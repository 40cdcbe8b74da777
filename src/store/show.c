/* Questions about findings: lists, totals, one in full. */
#include <stdio.h>

#include "base/hex.h"
#include "store/inside.h"

enum { FINDING_ARENA_MAX = 4 << 20, TAGGED_ARENA_MAX = 64 << 20 };

static const char *text_or_null(struct query *q, int column, struct arena *a)
{
    return query_is_null(q, column) ? NULL : arena_str(a, query_span(q, column));
}

static void take_address(struct query *q, struct arena *a, struct endpoint *ret)
{
    struct span address = query_span(q, 19), name = query_span(q, 21), path = query_span(q, 25);
    *ret = (struct endpoint){ .name = name.len ? arena_str(a, name) : NULL,
                              .path = path.len ? arena_str(a, path) : NULL };
    endpoint_set_port(ret, (uint32_t)query_get(q, 20));
    if (address.len == 4 || address.len == 16) {
        ret->address.family = address.len == 4 ? 4 : 6;
        memcpy(ret->address.bytes, address.at, address.len);
    }
}

static bool take_finding(struct query *q, struct arena *a, struct stored_finding *ret)
{
    *ret = (struct stored_finding){
        .id = query_get(q, 0),
        .finding = { .rule = text_or_null(q, 2, a),
                     .title = text_or_null(q, 3, a),
                     .product = text_or_null(q, 4, a),
                     .via = text_or_null(q, 5, a),
                     .severity = (enum severity)query_get(q, 6),
                     .version = arena_copy(a, query_span(q, 7)),
                     .why = arena_copy(a, query_span(q, 8)),
                     .fix = arena_copy(a, query_span(q, 9)) },
        .exposure = { query_get(q, 13), query_get(q, 14), query_get_or_unknown(q, 15),
                      query_get(q, 16), query_get(q, 17), query_get_or_unknown(q, 18),
                      (enum proof)query_get(q, 26), arena_copy(a, query_span(q, 27)) },
        .unseen = (enum unseen)query_get(q, 28),
        .unseen_detail = arena_copy(a, query_span(q, 29)),
        .unseen_scan = query_get(q, 30),
        .records = query_get(q, 10),
        .bytes = query_get(q, 11),
        .first_ms = query_get(q, 12),
        .accepted_until_ms = query_get_or_unknown(q, 22),
        .accepted_why = arena_copy(a, query_span(q, 23)),
        .reopened = (size_t)query_get(q, 24),
    };
    fingerprint_text(query_span(q, 1), ret->finding.fingerprint);
    take_address(q, a, &ret->finding.endpoint);
    return !arena_failed(a);
}

static bool each_finding(struct query *q, bool (*each)(void *self, const struct stored_finding *f),
                         void *self)
{
    struct store *s = q->store;
    bool more = true;
    while (more && query_row(q)) {
        struct arena a;
        struct stored_finding f;
        arena_init(&a, FINDING_ARENA_MAX);
        more = take_finding(q, &a, &f) ? each(self, &f)
                                       : error_set(&s->error, "no memory for a finding");
        arena_release(&a);
    }
    query_end(q);
    return store_ok(s);
}

/* ---- lists ---- */

/* The first and last address of a prefix, as bytes that compare like the addresses do. */
static void prefix_bounds(const struct store_filter *f, uint8_t first[16], uint8_t last[16],
                          size_t *ret_len)
{
    size_t len = *ret_len = f->address.family == 4 ? 4 : 16;
    for (size_t i = 0; i < len; i++) {
        size_t bits = f->prefix > 8 * i ? f->prefix - 8 * i : 0;
        uint8_t rest = (uint8_t)(bits >= 8 ? 0 : 0xff >> bits);
        first[i] = (uint8_t)(f->address.bytes[i] & ~rest);
        last[i] = (uint8_t)(f->address.bytes[i] | rest);
    }
}

/* The number of a word; -1, which nothing has, for one that was never stored, 0 for NULL. */
static int64_t known_word(struct store *s, const char *word)
{
    if (!word)
        return 0;
    struct query q = query(s, SQL_WORD_FIND);
    query_text(&q, 1, span_str(word));
    return query_value(&q, -1);
}

bool store_finding_tagged(struct store *s, int64_t finding, const struct tag_filter *tags, bool *ret, struct error *e)
{
    struct arena a;
    struct visit v;
    *ret = true;
    if (!tags->list.len)
        return true;
    arena_init(&a, TAGGED_ARENA_MAX);
    bool ok = store_finding_visit(s, finding, &a, &v, e);
    *ret = ok && v.observations.len && tag_filter_sees(tags, &v.observations.at[0]);
    arena_release(&a);
    return ok;
}

/* Tags lie with what was seen, not with the findings: each is looked up, worst first, until there are enough. */
struct tagged {
    struct store *store;
    const struct store_filter *filter;
    bool (*each)(void *self, const struct stored_finding *f);
    void *self;
    size_t told;
    struct error error;
};

static bool each_tagged(void *self, const struct stored_finding *f)
{
    struct tagged *t = self;
    bool wanted;
    if (!store_finding_tagged(t->store, f->id, &t->filter->tags, &wanted, &t->error))
        return false;
    if (!wanted)
        return true;
    t->told++;
    return t->each(t->self, f) && (!t->filter->max || t->told < t->filter->max);
}

bool store_findings(struct store *s, const struct store_filter *filter,
                    bool (*each)(void *self, const struct stored_finding *f), void *self,
                    struct error *e)
{
    /* Four ways in: along the open ones, worst first; through the addresses; those not seen; all. */
    uint8_t first[16], last[16];
    size_t len = 0;
    int64_t product = known_word(s, filter->product), rule = known_word(s, filter->rule);
    struct query q = query(s, filter->address.family        ? SQL_FINDINGS_AT
                              : filter->unseen_only         ? SQL_FINDINGS_UNSEEN
                              : filter->which == STORE_OPEN ? SQL_FINDINGS_OPEN
                                                            : SQL_FINDINGS_ALL);
    if (filter->address.family) {
        prefix_bounds(filter, first, last, &len);
        query_blob(&q, 14, span_of(first, len));
        query_blob(&q, 15, span_of(last, len));
    }
    query_int(&q, 1, filter->now_ms);
    query_int(&q, 2, filter->severity_min);
    bool by_tags = filter->tags.list.len > 0;
    struct tagged t = { .store = s, .filter = filter, .each = each, .self = self };
    query_int(&q, 3, filter->max && !by_tags ? (int64_t)filter->max : INT64_MAX);
    query_int(&q, 4, product);
    query_int(&q, 5, rule);
    query_int(&q, 8, filter->port);
    query_int(&q, 9, filter->opened_after_ms);
    query_int(&q, 10, filter->accepted_only);
    query_int(&q, 11, filter->no_accepted);
    query_int(&q, 12, filter->which);
    query_int(&q, 13, filter->closed_after_ms);
    query_int(&q, 7, filter->after_scan);
    query_int(&q, 6, filter->unseen_only);
    each_finding(&q, by_tags ? each_tagged : each, by_tags ? &t : self);
    if (t.error.text[0])
        *e = t.error;
    return store_told(s, e) && !t.error.text[0];
}

bool store_totals(struct store *s, int64_t now_ms, struct store_totals *ret, struct error *e)
{
    *ret = (struct store_totals){ 0 };
    struct query q = query(s, SQL_TOTALS_OPEN);
    while (query_row(&q)) {
        int64_t severity = query_get(&q, 0);
        if (severity >= 0 && severity <= SEVERITY_CRITICAL)
            ret->open[severity] = (uint64_t)query_get(&q, 1);
    }
    q = query(s, SQL_TOTALS_ACCEPTED);
    query_int(&q, 1, now_ms);
    ret->accepted = (uint64_t)query_value(&q, 0);
    q = query(s, SQL_TOTALS_UNSEEN);
    ret->unseen = (uint64_t)query_value(&q, 0);
    return store_told(s, e);
}

/* ---- one ---- */

bool fingerprint_bounds(const char *prefix, uint8_t first[16], uint8_t last[16])
{
    char low[FINGERPRINT_MAX], high[FINGERPRINT_MAX];
    size_t n = strlen(prefix);
    if (n < FINGERPRINT_TYPED_MIN || n >= FINGERPRINT_MAX)
        return false;
    for (size_t i = 0; i < FINGERPRINT_MAX - 1; i++) {
        char c = i < n ? (char)ascii_lower((uint8_t)prefix[i]) : '0';
        if (!hex_is_digit((uint8_t)c))
            return false;
        low[i] = c;
        high[i] = i < n ? c : 'f';
    }
    fingerprint_bytes(low, first);
    fingerprint_bytes(high, last);
    return true;
}

bool store_finding_get(struct store *s, const char *prefix, int64_t now_ms, struct arena *a,
                       struct stored_finding *ret, struct error *e)
{
    uint8_t first[16], last[16];
    if (!fingerprint_bounds(prefix, first, last))
        return error_set(
            e,
            "\"%.40s\" is no fingerprint: write at least the first %d of its hexadecimal digits, as "
            "`ajar show` prints them",
            prefix, FINGERPRINT_TYPED_MIN);
    struct query q = query(s, SQL_FINDING_BY_PREFIX);
    query_int(&q, 1, now_ms);
    query_blob(&q, 2, span_of(first, 16));
    query_blob(&q, 3, span_of(last, 16));
    bool there = query_row(&q), whole = there && take_finding(&q, a, ret),
         more = there && query_row(&q);
    query_end(&q);
    if (!store_told(s, e))
        return false;
    if (!there)
        return error_set(e, "no finding %s is stored in %s", prefix, s->path);
    if (more)
        return error_set(e, "several findings start with %s; write more of its digits", prefix);
    return whole || error_set(e, "no memory for a finding");
}

bool store_finding_by_id(struct store *s, int64_t finding, int64_t now_ms, struct arena *a,
                         struct stored_finding *ret, struct error *e)
{
    struct query q = query(s, SQL_FINDING_BY_ID);
    query_int(&q, 1, now_ms);
    query_int(&q, 2, finding);
    bool there = query_row(&q), whole = there && take_finding(&q, a, ret);
    query_end(&q);
    return store_told(s, e) && (there || error_set(e, "the finding is not stored any more")) &&
           (whole || error_set(e, "no memory for a finding"));
}

bool store_exposures(struct store *s, int64_t finding,
                     bool (*each)(void *self, const struct exposure *x), void *self,
                     struct error *e)
{
    struct query q = query(s, SQL_EXPOSURES);
    bool more = true;
    query_int(&q, 1, finding);
    while (more && query_row(&q)) {
        struct exposure x = { query_get(&q, 0), query_get(&q, 1), query_get_or_unknown(&q, 2),
                              query_get(&q, 3), query_get(&q, 4), query_get_or_unknown(&q, 5),
                              (enum proof)query_get(&q, 6), query_span(&q, 7) };
        more = each(self, &x);
    }
    query_end(&q);
    return store_told(s, e);
}

/* ---- accepted risks ---- */

bool store_accept(struct store *s, const char *fingerprint, int64_t until_ms, const char *why,
                  int64_t now_ms, struct error *e)
{
    uint8_t bytes[16];
    fingerprint_bytes(fingerprint, bytes);
    store_batch(s);
    struct query q = query(s, SQL_DECISION_PUT);
    query_blob(&q, 1, span_of(bytes, 16));
    query_int(&q, 2, now_ms);
    query_int(&q, 3, until_ms);
    query_text(&q, 4, span_str(why));
    query_int(&q, 5, 0);
    query_run(&q);
    s->accepts_known = false;
    return store_commit(s, e);
}

/* Mostly there is none, and a scan need not ask for each finding. What is known holds for a batch,
 * while nobody else can write. */
static bool accepts_any(struct store *s)
{
    if (!s->in_batch || !s->accepts_known) {
        struct query q = query(s, SQL_DECISION_ANY);
        s->accepts = query_value(&q, 0) != 0;
        s->accepts_known = true;
    }
    return s->accepts;
}

bool store_accepted(struct store *s, const char *fingerprint, int64_t now_ms, int64_t *ret_until_ms)
{
    uint8_t bytes[16];
    *ret_until_ms = 0;
    if (!accepts_any(s))
        return false;
    fingerprint_bytes(fingerprint, bytes);
    struct query q = query(s, SQL_DECISION_NEWEST);
    query_blob(&q, 1, span_of(bytes, 16));
    *ret_until_ms = query_value(&q, 0);
    return *ret_until_ms > now_ms;
}
