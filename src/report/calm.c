#include "report/calm.h"

#include "text/amount.h"
#include "text/escape.h"

static uint64_t strangers(const struct story *s)
{
    return s->unknown.spoke + s->unknown.silent;
}

enum calm calm_of(const struct story *s, const struct report_summary *sum)
{
    if (sum->interrupted || sum->trouble)
        return CALM_SO_FAR;
    if (!sum->done && !sum->failed)
        return CALM_NOT_ASKED;
    if (!sum->answered)
        return sum->done ? CALM_SILENT : CALM_FAILED;
    bool sure = !sum->failed && !strangers(s) && !s->outcomes[OUTCOME_UNCLEAR] && !s->outcomes[OUTCOME_PARTIAL] &&
                !s->outcomes[OUTCOME_OPEN] && !s->remarks.incomplete;
    return sure ? CALM_KEPT : CALM_UNSURE;
}

const char *calm_headline(enum calm c)
{
    static const char *const SAYS[] = {
        [CALM_NOT_ASKED] = "Nothing was asked.",
        [CALM_SO_FAR] = "Nothing open was found so far.",
        [CALM_FAILED] = "Nothing could be asked.",
        [CALM_SILENT] = "Nothing answered.",
        [CALM_UNSURE] = "Nothing was proven open.",
        [CALM_KEPT] = "Nothing open was found. Well kept.",
    };
    return SAYS[c];
}

const char *calm_meaning(enum calm c)
{
    static const char *const SAYS[] = {
        [CALM_NOT_ASKED] = "All that was named is left out; this says nothing about what is open.",
        [CALM_SO_FAR] = "The scan did not come to its end.",
        [CALM_FAILED] = "This says nothing about what is open.",
        [CALM_SILENT] = "This is no proof that nothing is open: is the target right, and the way clear?",
        [CALM_UNSURE] = "No rule has anything to say about what answered.",
        [CALM_KEPT] = "",
    };
    return SAYS[c];
}

static void part(struct buf *out, uint64_t n, const char *one, const char *many, bool *ret_first)
{
    if (!n)
        return;
    buf_str(out, *ret_first ? "; " : ", ");
    *ret_first = false;
    put_count(out, n);
    buf_str(out, n == 1 ? one : many);
}

void calm_counts(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    uint64_t all = sum->done + sum->skipped + sum->failed;
    uint64_t silent = sum->done > sum->answered ? sum->done - sum->answered : 0;
    uint64_t unreached = sum->unreached < sum->skipped ? sum->unreached : sum->skipped;
    bool first = true;
    buf_str(out, "Of ");
    put_many(out, all, "endpoint", "endpoints");
    buf_byte(out, ' ');
    put_count(out, sum->answered);
    buf_str(out, " answered");
    part(out, silent, " refused the connection or gave no answer", " refused the connection or gave no answer", &first);
    part(out, sum->skipped - unreached, " was left out", " were left out", &first);
    part(out, unreached, " was not reached", " were not reached", &first);
    part(out, sum->failed, " could not be asked", " could not be asked", &first);
    buf_byte(out, '.');
    if (s->remarks.incomplete)
        buf_str(out, " Not all that was named was looked at, see below.");
    if (sum->trouble) {
        buf_str(out, " It ended early: ");
        escape_tty(out, span_first(span_str(sum->trouble), STORY_TEXT_MAX));
        buf_byte(out, '.');
    }
}

static void doubt(struct buf *out, uint64_t n, const char *one, const char *many, size_t *mark)
{
    if (!n)
        return;
    if (out->len > *mark)
        buf_str(out, ", ");
    put_count(out, n);
    buf_str(out, n == 1 ? one : many);
}

void calm_doubts(const struct story *s, struct buf *out)
{
    size_t mark = out->len;
    doubt(out, s->outcomes[OUTCOME_OPEN], " service is open", " services are open", &mark);
    doubt(out, s->outcomes[OUTCOME_PARTIAL], " tells metadata to anyone", " tell metadata to anyone", &mark);
    doubt(out, s->outcomes[OUTCOME_UNCLEAR], " stayed unclear", " stayed unclear", &mark);
    doubt(out, strangers(s), " answered like nothing that Ajar knows", " answered like nothing that Ajar knows", &mark);
}
