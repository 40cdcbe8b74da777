/* What the reports ask beside the findings themselves: how many were open when, and what was said
 * when a risk was accepted. */
#include "store/inside.h"

bool store_past(struct store *s,
                bool (*each)(void *self, enum severity severity, int64_t opened_ms, int64_t closed_ms),
                void *self, struct error *e)
{
    struct query q = query(s, SQL_PAST);
    bool more = true;
    while (more && query_row(&q)) {
        int64_t severity = query_get(&q, 0);
        if (severity >= SEVERITY_INFO && severity <= SEVERITY_CRITICAL)
            more = each(self, (enum severity)severity, query_get(&q, 1), query_get_or_unknown(&q, 2));
    }
    query_end(&q);
    return store_told(s, e);
}

struct span store_accepted_why(struct store *s, const char *fingerprint, struct arena *a)
{
    uint8_t bytes[16];
    struct span why = SPAN_NONE;
    fingerprint_bytes(fingerprint, bytes);
    struct query q = query(s, SQL_DECISION_NEWEST);
    query_blob(&q, 1, span_of(bytes, 16));
    if (query_row(&q))
        why = arena_copy(a, query_span(&q, 2));
    query_end(&q);
    return why;
}
