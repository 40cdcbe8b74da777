/* The charts: what holds the most, whose it is, how many were open over time. Bars and
 * areas are SVG that stretches, words are text beside it, so that both stay readable on a phone
 * and on paper. */
#include "base/say.h"
#include "report/html.h"
#include "text/amount.h"

/* ---- what holds the most ---- */

static void holdings(const struct story_holding *top, size_t count, bool by_bytes, struct buf *out)
{
    if (!count)
        return;
    double most = (double)(by_bytes ? top[0].bytes : top[0].records);
    html_say(out, by_bytes ? "<div><h3>By size</h3><ol class=\"bars\">"
             : "<div><h3>By records</h3><ol class=\"bars\">");
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

static void personal_data(const struct people *p, struct buf *out)
{
    size_t shown = p->count < HTML_KINDS_MAX ? p->count : HTML_KINDS_MAX;
    if (!shown)
        return;
    html_say(out, "<h3>Personal data</h3><p class=\"dim\">Told by the names of fields, or confirmed in a random sample "
                 "where the owner asked for one. Records are all that these services hold.</p>\n"
                 "<table class=\"kinds\"><thead><tr><th>Kind</th><th>Known from</th><th class=\"num\">Services</th>"
                 "<th class=\"num\">Records</th>");
    html_say(out, p->sampled ? "<th class=\"num\">Persons</th></tr></thead><tbody>\n" : "</tr></thead><tbody>\n");
    for (size_t i = 0; i < shown; i++) {
        const struct people_kind *k = &p->kinds[i];
        buf_str(out, "<tr><td>");
        html_text(out, k->name);
        buf_str(out, "</td><td>");
        buf_str(out, people_how(k));
        buf_str(out, "</td>");
        html_number_cell(out, k->services > INT64_MAX ? INT64_MAX : (int64_t)k->services, html_count);
        html_number_cell(out, k->records, html_count);
        if (p->sampled) {
            buf_str(out, "<td class=\"num\">");
            people_persons(k, out);
            buf_str(out, "</td>");
        }
        buf_str(out, "</tr>\n");
    }
    buf_str(out, "</tbody></table>\n");
    if (p->count > shown || p->left)
        html_say(out, "<p class=\"dim\">and more kinds; <code>--format json</code> has all of them.</p>\n");
}

bool html_has_within(const struct story *s)
{
    return s->by_records_count || s->by_bytes_count || s->people.count;
}

void html_within(const struct story *s, struct buf *out)
{
    if (!html_has_within(s))
        return;
    html_say(out, "<section id=\"within\"><h2>What is in it</h2>");
    if (s->by_records_count || s->by_bytes_count) {
        html_say(out, "<p class=\"dim\">The open services that hold the most, as they say themselves.</p>\n"
                     "<div class=\"two\">");
        holdings(s->by_records, s->by_records_count, false, out);
        holdings(s->by_bytes, s->by_bytes_count, true, out);
        buf_str(out, "</div>");
    }
    personal_data(&s->people, out);
    buf_str(out, "</section>\n");
}

/* ---- whose ---- */

static void party(const struct story_party *p, struct buf *out)
{
    buf_str(out, "<tr><td>");
    html_text(out, p->who);
    if (p->contact.len) {
        buf_str(out, "<small>");
        html_text(out, p->contact);
        buf_str(out, "</small>");
    }
    buf_str(out, "</td><td>");
    html_text(out, p->tier);
    buf_str(out, "</td><td>");
    if (p->how.len) {
        html_text(out, p->how);
        buf_byte(out, ' ');
        html_tag(out, say(strength_name(p->strength)));
    } else {
        buf_str(out, _("scope file"));
    }
    buf_str(out, "</td><td data-v=\"");
    buf_u64(out, p->worst);
    buf_str(out, "\">");
    html_severity(out, p->worst);
    buf_str(out, "</td>");
    html_number_cell(out, (int64_t)p->findings, html_count);
    html_number_cell(out, (int64_t)p->open, html_count);
    html_number_cell(out, p->records, html_count);
    html_number_cell(out, p->bytes, html_bytes);
    buf_str(out, "</tr>\n");
}

void html_whose(const struct story *s, struct buf *out)
{
    size_t shown = s->parties.len < HTML_PARTIES_MAX ? s->parties.len : HTML_PARTIES_MAX;
    if (!shown)
        return;
    html_say(out, "<section id=\"whose\"><h2>Whose</h2><p class=\"dim\">As the scope file states it, else the best "
                  "that "
                 "points to somebody");
    if (s->ownerless) {
        buf_printf(out, say_many("; of %s finding nobody is known", "; of %s findings nobody is known", s->ownerless),
                   COUNTED(s->ownerless));
    }
    html_say(out, ".</p>\n<table class=\"parties sortable\"><thead><tr><th>Who</th><th>Tier</th><th>Known from</th>"
                 "<th>Worst</th><th class=\"num\">Findings</th><th class=\"num\">Open</th>"
                 "<th class=\"num\">Records</th><th class=\"num\">Size</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < shown; i++)
        party(s->parties.at[i], out);
    buf_str(out, "</tbody></table>\n");
    if (s->parties.len > shown) {
        html_say(out, "<p class=\"dim\">and ");
        put_count(out, s->parties.len - shown);
        html_say(out, " more; <code>--format json</code> has all of them.</p>\n");
    }
    buf_str(out, "</section>\n");
}

/* ---- open over time ---- */

static void area(struct buf *out, const uint32_t *values, uint32_t most, const char *class)
{
    buf_str(out, "<path class=\"");
    buf_str(out, class);
    buf_str(out, "\" d=\"M0 100");
    for (int i = 0; i < REPORT_PAST_POINTS; i++) {
        buf_str(out, " V");
        put_tenths(out, 100 - 96.0 * (double)values[i] / (double)most);
        buf_str(out, " H");
        put_tenths(out, 1000.0 * (i + 1) / REPORT_PAST_POINTS);
    }
    buf_str(out, " V100Z\"/>");
}

static void over_time(const struct report_past *p, struct buf *out)
{
    uint32_t most = 1;
    for (int i = 0; i < REPORT_PAST_POINTS; i++)
        most = p->all[i] > most ? p->all[i] : most;
    html_say(out, "<p class=\"dim\">Findings open at a time; at most ");
    put_count(out, most);
    buf_str(out, _(", now "));
    put_count(out, p->all[REPORT_PAST_POINTS - 1]);
    html_say(out, ". <span class=\"key fill\"></span>high and critical <span class=\"key faint\"></span>less</p>\n"
                 "<figure class=\"time\"><svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" "
                 "aria-label=\"Open findings over time\"><path class=\"grid\" d=\"M0 4H1000M0 52H1000M0 100H1000\"/>");
    area(out, p->all, most, "faint");
    area(out, p->severe, most, "fill");
    buf_str(out, "</svg><figcaption><span>");
    put_date(out, p->from_ms);
    buf_str(out, "</span><span>");
    put_date(out, p->from_ms + (p->to_ms - p->from_ms) / 2);
    buf_str(out, "</span><span>");
    put_date(out, p->to_ms);
    buf_str(out, "</span></figcaption></figure>\n");
}

/* ---- open the longest ---- */

/* When it was open already, by what the store knows or what at least makes it likely. */
static int64_t open_by(const struct story_row *r)
{
    int64_t at_ms = r->life.known ? r->life.opened_ms : INT64_MAX;
    bool sure = r->proven_ms != COUNT_UNKNOWN && r->proven >= STRENGTH_LIKELY;
    return sure && r->proven_ms < at_ms ? r->proven_ms : at_ms;
}

static size_t oldest_of(const struct story *s, const struct story_row *top[HTML_OLDEST_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < s->rows.len; i++) {
        const struct story_row *r = s->rows.at[i];
        size_t at = count;
        if (open_by(r) == INT64_MAX || open_by(r) >= s->run.started_ms)
            continue;
        while (at > 0 && open_by(top[at - 1]) > open_by(r))
            at--;
        if (at == HTML_OLDEST_MAX)
            continue;
        count += count < HTML_OLDEST_MAX;
        memmove(&top[at + 1], &top[at], (count - at - 1) * sizeof(top[0]));
        top[at] = r;
    }
    return count;
}

static void put_source(const struct story_row *r, struct buf *out)
{
    if (r->life.known && open_by(r) == r->life.opened_ms) {
        buf_str(out, _("seen open by Ajar"));
        return;
    }
    for (size_t i = 0; i < r->since_count; i++)
        if (r->since[i].at_ms == open_by(r)) {
            html_text(out, r->since[i].source);
            buf_str(out, _(": "));
            html_text(out, r->since[i].text);
            buf_byte(out, ' ');
            html_tag(out, say(strength_name(r->since[i].strength)));
            return;
        }
}

static void longest(const struct story *s, struct buf *out)
{
    const struct story_row *top[HTML_OLDEST_MAX];
    size_t count = oldest_of(s, top);
    if (!count)
        return;
    html_say(out, "<h3>Open the longest</h3><table class=\"small\"><thead><tr><th>Since</th><th>For</th><th>Where</th>"
                 "<th>Finding</th><th>What says so</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        buf_str(out, "<tr><td class=\"date\">");
        put_date(out, open_by(top[i]));
        buf_str(out, "</td><td class=\"date\">");
        say_age(out, s->run.started_ms - open_by(top[i]));
        buf_str(out, "</td><td><code>");
        html_text(out, top[i]->where);
        buf_str(out, "</code></td><td>");
        html_text(out, top[i]->group->title);
        buf_str(out, "</td><td>");
        put_source(top[i], out);
        buf_str(out, "</td></tr>\n");
    }
    buf_str(out, "</tbody></table>\n");
}

bool html_has_since(const struct story *s)
{
    const struct story_row *top[HTML_OLDEST_MAX];
    return (s->has_past && s->past.from_ms < s->past.to_ms) || oldest_of(s, top);
}

void html_since(const struct story *s, struct buf *out)
{
    if (!html_has_since(s))
        return;
    html_say(out, "<section id=\"since\"><h2>Since when</h2>");
    if (s->has_past && s->past.from_ms < s->past.to_ms)
        over_time(&s->past, out);
    longest(s, out);
    buf_str(out, "</section>\n");
}
