#include "report/calm.h"

#include "base/say.h"
#include "report/words.h"
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
        [CALM_NOT_ASKED] = N_("Nothing was asked."),
        [CALM_SO_FAR] = N_("Nothing open was found so far."),
        [CALM_FAILED] = N_("Nothing could be asked."),
        [CALM_SILENT] = N_("Nothing answered."),
        [CALM_UNSURE] = N_("Nothing was proven open."),
        [CALM_KEPT] = N_("Nothing open was found. Well kept."),
    };
    return say(SAYS[c]);
}

const char *calm_meaning(enum calm c)
{
    static const char *const SAYS[] = {
        [CALM_NOT_ASKED] = N_("All that was named is left out; this says nothing about what is open."),
        [CALM_SO_FAR] = N_("The scan did not come to its end."),
        [CALM_FAILED] = N_("This says nothing about what is open."),
        [CALM_SILENT] = N_("This is no proof that nothing is open: is the target right, and the way clear?"),
        [CALM_UNSURE] = N_("No rule has anything to say about what answered."),
        [CALM_KEPT] = "",
    };
    return say(SAYS[c]);
}

static void part(struct buf *out, uint64_t n, const char *sentence, bool *ret_first)
{
    if (!n)
        return;
    buf_str(out, *ret_first ? _("; ") : _(", "));
    *ret_first = false;
    put_count(out, n);
    buf_str(out, sentence);
}

void calm_counts(const struct story *s, const struct report_summary *sum, struct buf *out)
{
    uint64_t all = sum->done + sum->skipped + sum->failed;
    uint64_t silent = sum->done > sum->answered ? sum->done - sum->answered : 0;
    uint64_t unreached = sum->unreached < sum->skipped ? sum->unreached : sum->skipped;
    bool first = true;
    buf_printf(out, say_many("Of %s endpoint %s answered", "Of %s endpoints %s answered", all), COUNTED(all),
               COUNTED(sum->answered));
    part(out, silent, _(" refused the connection or gave no answer"), &first);
    part(out, sum->skipped - unreached, say_many(" was left out", " were left out", sum->skipped - unreached), &first);
    part(out, unreached, say_many(" was not reached", " were not reached", unreached), &first);
    part(out, sum->failed, _(" could not be asked"), &first);
    buf_str(out, _("."));
    if (s->remarks.incomplete)
        buf_str(out, _(" Not all that was named was looked at, see below."));
    if (sum->trouble) {
        buf_str(out, _(" It ended early: "));
        words_trouble(out, sum->trouble);
        buf_str(out, _("."));
    }
}

static void doubt(struct buf *out, uint64_t n, const char *sentence, size_t *mark)
{
    if (!n)
        return;
    if (out->len > *mark)
        buf_str(out, _(", "));
    put_count(out, n);
    buf_str(out, sentence);
}

void calm_doubts(const struct story *s, struct buf *out)
{
    uint64_t open = s->outcomes[OUTCOME_OPEN], partial = s->outcomes[OUTCOME_PARTIAL];
    size_t mark = out->len;
    doubt(out, open, say_many(" service is open", " services are open", open), &mark);
    doubt(out, partial, say_many(" tells metadata to anyone", " tell metadata to anyone", partial), &mark);
    doubt(out, s->outcomes[OUTCOME_UNCLEAR], _(" stayed unclear"), &mark);
    doubt(out, strangers(s), _(" answered like nothing that Ajar knows"), &mark);
}
