#include "keep/closed.h"

enum { SCAN_BYTES = 128 << 20 };

struct telling {
    const struct report *report;
    void *state;
    struct buf *out;
    int64_t scan;
};

static bool tell(void *self, const struct stored_finding *f)
{
    struct telling *t = self;
    struct finding_view v = view_of_stored(f);
    if (f->exposure.closed_scan == t->scan)
        t->report->closed(t->state, &v, t->out);
    return true;
}

bool closed_report(const struct report *r, void *state, struct store *s, int64_t scan,
                   const struct store_filter *filter, struct buf *out, struct error *e)
{
    struct arena a;
    struct stored_scan found;
    struct telling t = { .report = r, .state = state, .out = out };
    struct store_filter closed = *filter;
    if (!r->closed || !s)
        return true;
    arena_init(&a, SCAN_BYTES);
    bool ok = store_scan_find(s, scan, &a, &found, e);
    arena_release(&a);
    if (!ok)
        return false;
    t.scan = found.id;
    closed.which = STORE_CLOSED;
    closed.closed_after_ms = found.started_ms > 0 ? found.started_ms - 1 : 0;
    closed.after_scan = found.id - 1;
    closed.max = 0;
    return store_findings(s, &closed, tell, &t, e);
}
