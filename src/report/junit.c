/* JUnit's XML, as Jenkins, GitLab and GitHub's actions read it: a test a finding, which fails, and a test a service
 * with none, which passes. A finding of severity info passes with a word; an accepted one is skipped, with the reason.
 * The run itself is a test: whatever was not asked is its error, so that no green tick stands for what nobody saw.
 * The counts stand in front of the tests, which are kept until the end. */
#include "report/formats.h"
#include "report/words.h"
#include "text/amount.h"
#include "text/escape.h"

enum { CASES_BYTES_MAX = 256 << 20, TEXT_BYTES_MAX = 4000 };

struct junit {
    struct report_run run;
    struct buf cases;
    uint64_t tests, failures, errors, skipped;
};

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    struct junit *j = state;
    (void)out;
    j->run = *run;
    buf_init(&j->cases, CASES_BYTES_MAX);
}

/* Foreign text, between tags or in quotes. */
static void put(struct buf *out, struct span foreign)
{
    struct buf shown;
    buf_init(&shown, 8 * TEXT_BYTES_MAX);
    while (foreign.len) {
        buf_reset(&shown);
        escape_tty(&shown, span_first(span_cut(&foreign, '\n'), TEXT_BYTES_MAX));
        escape_html(out, buf_span(&shown));
        if (foreign.len)
            buf_byte(out, '\n');
    }
    buf_release(&shown);
}

static void open_case(struct junit *j, const char *class, struct span about, const struct endpoint *e)
{
    char where[ENDPOINT_CALLED_MAX];
    j->tests++;
    buf_str(&j->cases, "    <testcase classname=\"ajar.");
    put(&j->cases, span_str(class));
    buf_str(&j->cases, "\" name=\"");
    put(&j->cases, about);
    buf_str(&j->cases, " at ");
    put(&j->cases, span_str(endpoint_called(e, where)));
}

static void put_finding(struct junit *j, const struct finding_view *v)
{
    const struct finding *f = v->finding;
    struct buf *out = &j->cases;
    open_case(j, f->rule, span_str(f->title), &f->endpoint);
    if (v->accepted_until_ms > 0) {
        j->skipped++;
        buf_str(out, "\"><skipped message=\"accepted until ");
        put_date(out, v->accepted_until_ms - 1);
        buf_str(out, v->accepted_why.len ? ": " : "");
        put(out, v->accepted_why);
        buf_str(out, "\"/></testcase>\n");
        return;
    }
    bool fails = f->severity > SEVERITY_INFO;
    j->failures += fails;
    buf_str(out, fails ? "\"><failure type=\"" : "\"><system-out>");
    if (fails) {
        buf_str(out, severity_name(f->severity));
        buf_str(out, "\" message=\"");
        buf_str(out, severity_name(f->severity));
        buf_str(out, ": ");
        put(out, f->why);
        buf_str(out, "\">");
    }
    put(out, f->why);
    buf_str(out, "\n\n");
    put(out, f->fix);
    buf_str(out, "\n\nFinding ");
    buf_str(out, f->fingerprint);
    buf_str(out, fails ? "</failure></testcase>\n" : "</system-out></testcase>\n");
}

static void visit(void *state, const struct visit *v, const struct finding_view *f, size_t findings, struct buf *out)
{
    struct junit *j = state;
    (void)out;
    for (size_t i = 0; i < findings; i++)
        put_finding(j, &f[i]);
    for (size_t i = 0; i < v->observations.len; i++) {
        const struct observation *o = &v->observations.at[i];
        bool spoken_of = o->kind == KIND_TLS;
        for (size_t k = 0; k < findings; k++)
            spoken_of |= f[k].finding->seen == i;
        if (spoken_of)
            continue;
        open_case(j, o->product, span_str(o->product), &v->endpoint);
        buf_str(&j->cases, ", ");
        buf_str(&j->cases, outcome_name(o->outcome));
        buf_str(&j->cases, "\"/>\n");
    }
}

static void closed(void *state, const struct finding_view *v, struct buf *out)
{
    struct junit *j = state;
    (void)out;
    open_case(j, v->finding->rule, span_str(v->finding->title), &v->finding->endpoint);
    buf_str(&j->cases, "\"><system-out>");
    buf_str(&j->cases, proof_says(v->proof));
    buf_str(&j->cases, "</system-out></testcase>\n");
}

/* Whether all was asked that was to be. */
static void put_run(struct junit *j, const struct report_summary *s)
{
    struct buf *out = &j->cases;
    j->tests++;
    buf_str(out, "    <testcase classname=\"ajar.scan\" name=\"all that was planned was asked\"");
    if (!s->failed && !s->interrupted && !s->unreached && !s->trouble) {
        bool silent = s->done > 0 && s->answered == 0;
        j->skipped += silent;
        buf_str(out, silent ? "><skipped message=\"nothing answered: this proves nothing\"/></testcase>\n" : "/>\n");
        return;
    }
    j->errors++;
    buf_str(out, "><error type=\"incomplete\" message=\"");
    put_many(out, s->failed, "endpoint could", "endpoints could");
    buf_str(out, " not be asked, ");
    put_count(out, s->unreached);
    buf_str(out, " were not reached");
    buf_str(out, s->trouble ? "; " : "");
    put(out, span_str(s->trouble));
    buf_str(out, "\"/></testcase>\n");
}

static void end(void *state, const struct report_summary *s, struct buf *out)
{
    struct junit *j = state;
    put_run(j, s);
    if (!buf_ok(&j->cases)) { /* a part is never taken for the whole */
        buf_reset(&j->cases);
        j->tests = j->errors = 1;
        j->failures = j->skipped = 0;
        buf_str(&j->cases, "    <testcase classname=\"ajar.scan\" name=\"the report fits\"><error type=\"incomplete\" "
                           "message=\"more findings than this format holds; see the JSON output\"/></testcase>\n");
    }
    buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"ajar\"");
    buf_printf(out,
               " tests=\"%llu\" failures=\"%llu\" errors=\"%llu\" skipped=\"%llu\" time=\"%lld.%03lld\" timestamp=\"",
               (unsigned long long)j->tests, (unsigned long long)j->failures, (unsigned long long)j->errors,
               (unsigned long long)j->skipped, (long long)(s->took_ms / 1000), (long long)(s->took_ms % 1000));
    put_time(out, j->run.started_ms);
    buf_str(out, "\">\n");
    buf_put(out, buf_span(&j->cases));
    buf_str(out, "  </testsuite>\n</testsuites>\n");
    buf_release(&j->cases);
}

const struct report report_junit = {
    .name = "junit",
    .about = "JUnit's XML: a failing test a finding, for Jenkins, GitLab and the like",
    .state_size = sizeof(struct junit),
    .begin = begin,
    .visit = visit,
    .closed = closed,
    .end = end,
};
