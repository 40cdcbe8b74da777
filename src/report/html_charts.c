/* The charts: what holds the most, how many were open over time, when certificates end. Bars and
 * areas are SVG that stretches, words are text beside it, so that both stay readable on a phone
 * and on paper. */
#include <stdlib.h>

#include "report/html.h"
#include "report/layout.h"

enum { SAMPLES = 72 };

/* ---- what holds the most ---- */

static void holdings(const struct story_holding *top, size_t count, bool by_bytes, struct buf *out)
{
    if (!count)
        return;
    double most = (double)(by_bytes ? top[0].bytes : top[0].records);
    buf_str(out, by_bytes ? "<div><h3>By size</h3><ol class=\"bars\">" : "<div><h3>By records</h3><ol class=\"bars\">");
    for (size_t i = 0; i < count; i++) {
        int64_t mine = by_bytes ? top[i].bytes : top[i].records;
        buf_str(out, "<li><span class=\"label\"><code>");
        html_text(out, top[i].where);
        buf_str(out, "</code> <span class=\"dim\">");
        html_text(out, top[i].what);
        buf_str(out, "</span></span><b>");
        if (by_bytes)
            html_bytes(out, mine);
        else
            html_count(out, mine);
        buf_str(out, "</b>");
        html_bar(out, (double)mine / most, "fill");
        buf_str(out, "</li>");
    }
    buf_str(out, "</ol></div>");
}

void html_within(const struct story *s, struct buf *out)
{
    if (!s->by_records_count && !s->by_bytes_count)
        return;
    buf_str(out, "<section id=\"within\"><h2>What is in it</h2><p class=\"dim\">The open services that hold the most, "
                 "as they say themselves.</p>\n<div class=\"two\">");
    holdings(s->by_records, s->by_records_count, false, out);
    holdings(s->by_bytes, s->by_bytes_count, true, out);
    buf_str(out, "</div></section>\n");
}

/* ---- open over time ---- */

struct step {
    int64_t at_ms;
    int severe, other; /* +1 or -1 */
};

static int by_time(const void *left, const void *right)
{
    const struct step *a = left, *b = right;
    return a->at_ms < b->at_ms ? -1 : a->at_ms > b->at_ms;
}

bool html_has_past(const struct story *s)
{
    return s->run.history && s->run.history->exposure_count > 0;
}

static struct step step_of(int64_t at_ms, enum severity severity, int by)
{
    bool severe = severity >= SEVERITY_HIGH;
    return (struct step){ .at_ms = at_ms, .severe = severe ? by : 0, .other = severe ? 0 : by };
}

/* What the history knows, and what this run adds to it. */
static struct step *steps_of(struct story *s, size_t *ret_count)
{
    const struct report_history *h = s->run.history;
    struct step *steps = arena_array(&s->arena, 2 * h->exposure_count + s->rows.len, sizeof(*steps));
    size_t n = 0;
    for (size_t i = 0; steps && i < h->exposure_count; i++) {
        const struct report_exposure *x = &h->exposures[i];
        if (x->opened_ms > s->run.started_ms)
            continue;
        steps[n++] = step_of(x->opened_ms, x->severity, 1);
        if (x->closed_ms != COUNT_UNKNOWN)
            steps[n++] = step_of(x->closed_ms, x->severity, -1);
    }
    for (size_t i = 0; steps && i < s->rows.len; i++)
        if (s->rows.at[i]->since_ms >= s->run.started_ms)
            steps[n++] = step_of(s->run.started_ms, s->rows.at[i]->group->severity, 1);
    if (n)
        qsort(steps, n, sizeof(*steps), by_time);
    *ret_count = n;
    return steps;
}

struct curve {
    int64_t severe[SAMPLES + 1], all[SAMPLES + 1], most;
};

static void sample(const struct step *steps, size_t count, int64_t from_ms, int64_t to_ms, struct curve *c)
{
    int64_t severe = 0, other = 0;
    size_t at = 0;
    for (int i = 0; i <= SAMPLES; i++) {
        int64_t until_ms = from_ms + (int64_t)((double)(to_ms - from_ms) * i / SAMPLES);
        if (i == SAMPLES)
            until_ms = INT64_MAX;
        for (; at < count && steps[at].at_ms <= until_ms; at++) {
            severe += steps[at].severe;
            other += steps[at].other;
        }
        c->severe[i] = severe > 0 ? severe : 0;
        c->all[i] = c->severe[i] + (other > 0 ? other : 0);
        c->most = c->all[i] > c->most ? c->all[i] : c->most;
    }
}

static void area(struct buf *out, const int64_t *values, int64_t most, const char *class)
{
    buf_str(out, "<path class=\"");
    buf_str(out, class);
    buf_str(out, "\" d=\"M0 100");
    for (int i = 0; i <= SAMPLES; i++) {
        buf_str(out, " V");
        put_tenths(out, 100 - 96.0 * (double)values[i] / (double)most);
        buf_str(out, " H");
        put_tenths(out, 1000.0 * (i + 1) / (SAMPLES + 1));
    }
    buf_str(out, " V100Z\"/>");
}

void html_since(struct story *s, struct buf *out)
{
    size_t count = 0;
    struct curve c = { .most = 1 };
    if (!html_has_past(s))
        return;
    const struct step *steps = steps_of(s, &count);
    if (!steps || !count)
        return;
    int64_t from_ms = steps[0].at_ms;
    sample(steps, count, from_ms, s->run.started_ms, &c);
    buf_str(out, "<section id=\"since\"><h2>Since when</h2><p class=\"dim\">Findings open at a time; at most ");
    layout_number(out, (uint64_t)c.most);
    buf_str(out, ", now ");
    layout_number(out, (uint64_t)c.all[SAMPLES]);
    buf_str(out, ". <span class=\"key fill\"></span>high and critical <span class=\"key faint\"></span>less</p>\n"
                 "<figure class=\"time\"><svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" "
                 "aria-label=\"Open findings over time\"><path class=\"grid\" d=\"M0 4H1000M0 52H1000M0 100H1000\"/>");
    area(out, c.all, c.most, "faint");
    area(out, c.severe, c.most, "fill");
    buf_str(out, "</svg><figcaption><span>");
    html_date(out, from_ms);
    buf_str(out, "</span><span>");
    html_date(out, from_ms + (s->run.started_ms - from_ms) / 2);
    buf_str(out, "</span><span>");
    html_date(out, s->run.started_ms);
    buf_str(out, "</span></figcaption></figure></section>\n");
}
