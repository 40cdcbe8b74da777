/* One HTML page that asks nobody for anything: style, script and charts are inside, the policy in
 * its head names their hashes and forbids all else. It reads without script; the script sorts,
 * filters, copies and switches light and dark. What is open, what is in it, whose, since when, how
 * many alike, what to do first. */
#include "report/html.h"

#include "base/say.h"
#include "text/amount.h"
#include "text/escape.h"

enum { SENTENCE_MAX = 1024 };

void html_text(struct buf *out, struct span visible)
{
    escape_html(out, visible);
}

/* What stands between two tags, and the label of a tag. */
static void say_text(struct buf *out, struct span text)
{
    char sentence[SENTENCE_MAX];
    if (!say_is_foreign() || text.len >= sizeof(sentence)) {
        buf_put(out, text);
        return;
    }
    memcpy(sentence, text.at, text.len);
    sentence[text.len] = '\0';
    const char *said = say(sentence);
    buf_str(out, said);
}

static void say_label(struct buf *out, struct span tag)
{
    static const char LABEL[] = "aria-label=\"";
    size_t at = span_find(tag, SPAN("aria-label=\"")), from = at + strlen(LABEL);
    struct span label = at == SIZE_MAX ? SPAN_NONE : span_from(tag, from);
    label = span_first(label, span_index(label, '"'));
    if (!label.len) {
        buf_put(out, tag);
        return;
    }
    buf_put(out, span_first(tag, from));
    say_text(out, label);
    buf_put(out, span_from(tag, from + label.len));
}

void html_say(struct buf *out, const char *markup)
{
    struct span rest = span_str(markup);
    while (rest.len) {
        struct span text = span_first(rest, span_index(rest, '<'));
        if (text.len)
            say_text(out, text);
        rest = span_from(rest, text.len);
        size_t end = span_index(rest, '>');
        struct span tag = span_first(rest, end < rest.len ? end + 1 : end);
        say_label(out, tag);
        rest = span_from(rest, tag.len);
    }
}

static bool is_comment(struct span line)
{
    line = span_trim(line);
    return span_starts(line, SPAN("#")) || span_starts(line, SPAN("//")) || span_starts(line, SPAN("-- "));
}

void html_code(struct buf *out, struct span visible_lines)
{
    while (visible_lines.len) {
        struct span line = span_cut(&visible_lines, '\n');
        bool comment = is_comment(line);
        if (comment)
            buf_str(out, "<i>");
        html_text(out, line);
        if (comment)
            buf_str(out, "</i>");
        if (visible_lines.len)
            buf_byte(out, '\n');
    }
}

void html_count(struct buf *out, int64_t n)
{
    if (n < 0)
        buf_str(out, "<span class=\"none\">&ndash;</span>");
    else
        say_brief(out, (uint64_t)n);
}

void html_count_words(struct buf *out, int64_t n)
{
    static const char *const WORDS[] = { " million", " billion", " trillion", " quadrillion", " quintillion" };
    double value = (double)n / 1e6;
    size_t word = 0;
    if (n < 1000000) {
        put_count(out, n > 0 ? (uint64_t)n : 0);
        return;
    }
    for (; value >= 999.95 && word + 1 < sizeof(WORDS) / sizeof(WORDS[0]); word++)
        value /= 1000;
    if (say_is_foreign()) {
        say_brief(out, (uint64_t)n);
        return;
    }
    put_tenths(out, value);
    buf_str(out, WORDS[word]);
}

void html_bytes(struct buf *out, int64_t n)
{
    if (n < 0)
        buf_str(out, "<span class=\"none\">&ndash;</span>");
    else
        put_size(out, (uint64_t)n);
}

void html_count_at_least(struct buf *out, int64_t n)
{
    html_count(out, n);
    buf_str(out, n < 0 ? "" : "+");
}

void html_bytes_at_least(struct buf *out, int64_t n)
{
    html_bytes(out, n);
    buf_str(out, n < 0 ? "" : "+");
}

void html_severity(struct buf *out, enum severity s)
{
    buf_str(out, "<span class=\"sev ");
    buf_str(out, severity_name(s));
    buf_str(out, "\">");
    html_text(out, span_str(say(severity_name(s))));
    buf_str(out, "</span>");
}

void html_bar(struct buf *out, double share, const char *class)
{
    share = share > 0 ? share < 1 ? share : 1 : 0;
    buf_str(out, "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                 "<rect class=\"track\" width=\"100\" height=\"8\"/><rect class=\"");
    buf_str(out, class);
    buf_str(out, "\" width=\"");
    put_tenths(out, share * 100 < 0.6 && share > 0 ? 0.6 : share * 100);
    buf_str(out, "\" height=\"8\"/></svg>");
}

void html_tag(struct buf *out, const char *word)
{
    buf_str(out, "<span class=\"tag\">");
    buf_str(out, word);
    buf_str(out, "</span>");
}

bool html_in_full(const struct story_row *r)
{
    return r->in_group < r->group->detailed;
}

/* How many findings of each job are shown in full. */
static void choose_details(struct story *s)
{
    size_t left = HTML_DETAILS_MAX;
    for (size_t i = 0; i < s->groups.len && i < HTML_JOBS_MAX; i++) {
        struct story_group *g = s->groups.at[i];
        size_t n = g->count < HTML_DETAILS_EACH_MAX ? g->count : HTML_DETAILS_EACH_MAX;
        g->detailed = n < left ? n : left;
        left -= g->detailed;
    }
}

static void begin(void *state, const struct report_run *run, struct buf *out)
{
    (void)out;
    story_init(state, run, STORY_WHOLE);
}

static void end(void *state, const struct report_summary *sum, struct buf *out)
{
    struct story *s = state;
    story_sort(s);
    choose_details(s);
    html_page_begin(s, out);
    html_lead(s, sum, out);
    html_table(s, out);
    html_within(s, out);
    html_whose(s, out);
    html_since(s, out);
    html_fleets(s, out);
    html_jobs(s, out);
    html_closed(s, out);
    html_certificates(s, out);
    html_coverage(s, sum, out);
    html_page_end(s, out);
    story_release(s);
}

const struct report report_html = {
    .name = "html",
    .about = N_("one page for a browser, phone or paper; nothing is loaded from elsewhere"),
    .state_size = sizeof(struct story),
    .begin = begin,
    .visit = story_visit,
    .closed = story_closed,
    .remark = story_remark,
    .fleets = story_fleets,
    .past = story_past,
    .end = end,
};
