/* No report for people says or implies that nothing is open, unless all that was asked answered or is counted beside
 * the sentence: one situation a row, in every format. */
#include "report/calm.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { OUT_MAX = 8 << 20 };

struct situation {
    const char *name;
    struct report_summary sum;
    bool answers, stranger, incomplete;
    enum outcome outcome; /* of what answers */
    const char *headline;
    const char *counted[3]; /* stand beside it */
};

static const struct situation SITUATIONS[] = {
    { "nothing planned", { 0 }, false, false, false, 0, "Nothing was asked.", { "Of 0 endpoints 0 answered." } },
    { "all excluded", { .skipped = 7 }, false, false, false, 0, "Nothing was asked.", { "7 were left out" } },
    { "no route", { .failed = 3 }, false, false, false, 0, "Nothing could be asked.", { "3 could not be asked" } },
    { "silence", { .done = 65536 }, false, false, false, 0, "Nothing answered.",
      { "Of 65,536 endpoints 0 answered; 65,536 refused the connection or gave no answer", "no proof" } },
    { "silence and no route", { .done = 4, .failed = 1 }, false, false, false, 0, "Nothing answered.",
      { "1 could not be asked" } },
    { "one locked, a route missing", { .done = 4, .failed = 1, .answered = 1 }, true, false, false, OUTCOME_LOCKED,
      "Nothing was proven open.", { "1 could not be asked" } },
    { "one locked, a stranger", { .done = 4, .answered = 2 }, true, true, false, OUTCOME_LOCKED,
      "Nothing was proven open.", { "1 answered like nothing that Ajar knows" } },
    { "one unclear", { .done = 4, .answered = 1 }, true, false, false, OUTCOME_UNCLEAR, "Nothing was proven open.",
      { "1 stayed unclear" } },
    { "a dead name", { .done = 4, .answered = 1 }, true, false, true, OUTCOME_LOCKED, "Nothing was proven open.",
      { "Not all that was named was looked at" } },
    { "Ctrl-C", { .done = 4, .answered = 1, .skipped = 9, .unreached = 9, .interrupted = true }, true, false, false,
      OUTCOME_LOCKED, "Nothing open was found so far.", { "9 were not reached", "did not come to its end" } },
    { "a full disk", { .done = 4, .answered = 1, .skipped = 9, .unreached = 8, .trouble = "No space left" }, true, false,
      false, OUTCOME_LOCKED, "Nothing open was found so far.",
      { "1 was left out, 8 were not reached", "It ended early: No space left" } },
    { "all locked", { .done = 4, .answered = 1, .skipped = 2 }, true, false, false, OUTCOME_LOCKED,
      "Nothing open was found. Well kept.", { "3 refused the connection or gave no answer", "2 were left out" } },
};

static void tell(const struct report *r, void *state, const struct situation *x, struct buf *out)
{
    struct arena a;
    struct visit v;
    struct endpoint e = { .address = { 4, { 10, 0, 0, 1 } }, .port = 6379 };
    struct remark remark = { REMARK_UNRESOLVED, SPAN("gone.example"), SPAN("it does not resolve"), 1, true };
    struct report_run run = { .ajar_version = "0.1.0", .columns = 400, .targets = SPAN("10.0.0.0/30\n<b>db</b>"),
                              .host = SPAN("scan1"), .command = SPAN("ajar scan 10.0.0.0/30"),
                              .started_ms = 1656633600000 };
    arena_init(&a, OUT_MAX);
    r->begin(state, &run, out);
    visit_init(&v, &a, &e);
    v.answered = true;
    if (x->stranger)
        report_tell_visit(r, state, &v, NULL, 0, out);
    if (x->answers) {
        visit_observe(&v, "redis", KIND_STORE)->outcome = x->outcome;
        report_tell_visit(r, state, &v, NULL, 0, out);
    }
    if (x->incomplete)
        r->remark(state, &remark, out);
    r->end(state, &x->sum, out);
    arena_release(&a);
}

/* Markdown escapes what stands in prose. */
static struct span without_backslashes(struct buf *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->len; i++)
        if (b->at[i] != '\\')
            b->at[kept++] = b->at[i];
    return span_first(buf_span(b), kept);
}

static void test_every_format(void **state)
{
    static const char *const FORMATS[] = { "tty", "html", "markdown" };
    (void)state;
    for (size_t i = 0; i < sizeof(SITUATIONS) / sizeof(*SITUATIONS); i++) {
        for (size_t k = 0; k < sizeof(FORMATS) / sizeof(*FORMATS); k++) {
            const struct situation *x = &SITUATIONS[i];
            const struct report *r = report_by_name(FORMATS[k]);
            void *told = calloc(1, r->state_size);
            struct buf out;
            buf_init(&out, OUT_MAX);
            tell(r, told, x, &out);
            struct span text = without_backslashes(&out);
            bool good = span_has(text, x->headline) && !span_has(text, "Nothing is open") &&
                        !span_has(text, "Nothing to report.") && span_has(text, "10.0.0.0/30, ") &&
                        span_has(text, "on scan1 by Ajar 0.1.0: ajar scan 10.0.0.0/30") &&
                        span_has(text, "2022-07-01 00:00 UTC");
            for (size_t n = 0; n < 3 && x->counted[n]; n++)
                good = good && span_has(text, x->counted[n]);
            if (!good)
                fail_msg("%s, %s: %.*s", x->name, FORMATS[k], SPAN_FMT(text));
            free(told);
            buf_release(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
