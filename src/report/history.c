/* Lookups in sorted lists; nothing is copied. */
#include "report/history.h"

const struct report_exposure *history_of(const struct report_history *h, const char *fingerprint,
                                         size_t *ret_count)
{
    size_t low = 0, high = h ? h->exposure_count : 0;
    *ret_count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(h->exposures[middle].fingerprint, fingerprint) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (h && end < h->exposure_count && strcmp(h->exposures[end].fingerprint, fingerprint) == 0)
        end++;
    *ret_count = end - low;
    return end > low ? &h->exposures[low] : NULL;
}

int64_t history_since(const struct report_history *h, const char *fingerprint, int64_t now_ms)
{
    size_t count;
    const struct report_exposure *x = history_of(h, fingerprint, &count);
    if (count == 0 || x[count - 1].closed_ms != COUNT_UNKNOWN)
        return now_ms;
    return x[count - 1].opened_ms;
}

const struct report_acceptance *history_accepted(const struct report_history *h, const char *fingerprint,
                                                 int64_t now_ms)
{
    size_t low = 0, high = h ? h->accepted_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(h->accepted[middle].fingerprint, fingerprint);
        if (order == 0)
            return h->accepted[middle].until_ms > now_ms ? &h->accepted[middle] : NULL;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
