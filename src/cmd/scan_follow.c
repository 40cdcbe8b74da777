#include "cmd/scan_follow.h"

static enum follow_answer may(const struct plan *p, const struct address *a, uint16_t port, const char *name,
                              struct endpoint *ret)
{
    const char *why;
    if (plan_asks(p, a, port))
        return FOLLOW_ASKED;
    *ret = (struct endpoint){ .address = *a, .port = port, .name = name };
    return plan_allows(p, a, port, &why) ? FOLLOW_YES : FOLLOW_OUTSIDE;
}

enum follow_answer scan_follow_find(void *self, const struct peer_place *p,
                                    struct endpoint ret[static FOLLOW_AT_A_NAME], size_t *ret_len)
{
    const struct scan_follow *f = self;
    struct address one;
    const struct address *at = &one;
    size_t len = 1;
    const char *name = NULL;
    enum follow_answer all = FOLLOW_OUTSIDE;
    *ret_len = 0;
    if (!address_parse(p->host, &one) && !(name = plan_pinned_name(f->plan, p->host, &at, &len)))
        return FOLLOW_OUTSIDE;
    for (size_t i = 0; i < len && *ret_len < FOLLOW_AT_A_NAME; i++) {
        enum follow_answer answer = may(f->plan, &at[i], p->port, name, &ret[*ret_len]);
        *ret_len += answer == FOLLOW_YES;
        all = all == FOLLOW_YES || answer == FOLLOW_OUTSIDE ? all : answer;
    }
    return all;
}

bool scan_follow_is_done(void *self, uint64_t place)
{
    const struct scan_follow *f = self;
    return runs_has(f->done, place);
}

struct loading {
    struct scan_follow *follow;
    struct arena *arena;
};

static bool keep(struct loading *l, struct span list)
{
    struct span *kept = list.len ? list_add(l->arena, &l->follow->before) : NULL;
    if (kept)
        *kept = arena_copy(l->arena, list);
    return !list.len || (kept && kept->len);
}

static bool take(void *self, const struct visit *v)
{
    struct loading *l = self;
    bool ok = true;
    for (size_t i = 0; ok && i < v->observations.len; i++)
        ok = keep(l, fact_get_text(&v->observations.at[i], "peers")) &&
             keep(l, fact_get_text(&v->observations.at[i], "master"));
    return ok;
}

static bool take_kept(void *self, const struct visit *v, struct span encoded)
{
    (void)encoded;
    return take(self, v);
}

bool scan_follow_load(struct scan_follow *f, struct store *s, int64_t scan, struct arena *a, struct error *e)
{
    struct loading l = { f, a };
    return store_visits(s, scan, take, &l, e) && store_tail(s, scan, take_kept, &l, e);
}
