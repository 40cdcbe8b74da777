/* See classify_report.h: one file in each format. */
#include "cmd/classify_report.h"

#include <stdio.h>

#include "base/say.h"
#include "report/html.h"
#include "report/words.h"
#include "text/escape.h"
#include "text/json_write.h"

static void put_number(struct buf *b, double value)
{
    buf_printf(b, "%.0f", value);
}

/* The same as a C string, for a sentence with %s. */
enum { NUMBER_TEXT_MAX = 40 };
static char *number_text(double value, char text[static NUMBER_TEXT_MAX])
{
    struct buf out = { .at = (uint8_t *)text, .cap = NUMBER_TEXT_MAX - 1, .max = NUMBER_TEXT_MAX - 1 };
    put_number(&out, value);
    text[out.len] = '\0';
    return text;
}
#define NUMBER(value) number_text((value), (char[NUMBER_TEXT_MAX]){ "" })

static void json_real(struct json *j, const char *key, double value, int places)
{
    char text[400]; /* the longest double has 309 digits before the point */
    int len = snprintf(text, sizeof(text), "%.*f", places, value);
    json_raw(j, key, span_of(text, (size_t)len));
}

/* So small that its places cannot be fixed. */
static void json_chance(struct json *j, double value)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%g", value);
    json_raw(j, "chance", span_of(text, (size_t)len));
}

static void json_signals(struct json *j, unsigned signals)
{
    static const char *const NAMES[] = { "values", "name", "spread", "sibling" };
    json_array(j, "signals");
    for (unsigned i = 0; i < 4; i++)
        if (signals >> i & 1)
            json_str(j, NULL, NAMES[i]);
    json_close(j);
}

static void json_estimate(struct json *j, double low, double estimate, double high)
{
    json_real(j, "low", low, 0);
    json_real(j, "estimate", estimate, 0);
    json_real(j, "high", high, 0);
}

static void json_finding(struct json *j, const struct ajar_pii_finding *f)
{
    json_object(j, NULL);
    json_text(j, "field", span_str(f->field));
    json_text(j, "type", span_str(f->type));
    json_text(j, "category", span_str(f->category));
    json_str(j, "state", f->state == AJAR_PII_CONFIRMED ? "confirmed" : "suspected");
    json_signals(j, f->signals);
    json_bool(j, "in_text", f->in_text);
    json_bool(j, "test_data", f->test_data);
    json_u64(j, "k", f->passed);
    json_u64(j, "n", f->shaped);
    json_u64(j, "sampled", f->sampled);
    json_u64(j, "hits", f->hits);
    json_chance(j, f->chance);
    json_real(j, "log10_odds", f->log10_odds, 1);
    json_object(j, "distinct");
    json_estimate(j, f->distinct_low, f->distinct, f->distinct_high);
    json_close(j);
    json_str(j, "shape", f->shape);
    if (f->line)
        json_u64(j, "line", f->line);
    if (f->record)
        json_u64(j, "record", f->record);
    json_close(j);
}

static void json_report(struct buf *b, const char *path, const struct ajar_pii_summary *s,
                        const struct ajar_pii_finding *f, size_t count)
{
    struct json j = json_over(b);
    json_object(&j, NULL);
    json_text(&j, "file", span_str(path));
    json_str(&j, "format", s->format);
    json_str(&j, "coding", s->coding);
    json_u64(&j, "bytes", s->bytes);
    json_u64(&j, "records", s->records);
    json_u64(&j, "fields", s->fields);
    if (s->persons_known) {
        json_object(&j, "persons");
        json_estimate(&j, s->persons_low, s->persons, s->persons_high);
        json_text(&j, "by", span_str(s->persons_field));
        json_close(&j);
    }
    json_str(&j, "unread", s->unread);
    json_array(&j, "findings");
    for (size_t i = 0; i < count; i++)
        json_finding(&j, &f[i]);
    json_line(&j);
}

/* Text and blanks up to a column; at least one blank. */
static void column(struct buf *b, struct span escaped, size_t width)
{
    size_t used = text_columns(escaped);
    buf_put(b, escaped);
    do
        buf_byte(b, ' ');
    while (++used < width);
}

static const char *odds_in_words(double log10_odds)
{
    return log10_odds >= 12 ? _("beyond doubt")
           : log10_odds >= 6 ? _("all but sure")
           : log10_odds >= 3 ? _("very likely")
           : log10_odds >= 1 ? _("likely")
                             : "-";
}

/* "line 17", "record 3", or nothing. */
static void put_place(struct buf *b, uint64_t line, uint64_t record)
{
    if (line || record)
        buf_printf(b, line ? _("line %llu") : _("record %llu"), (unsigned long long)(line ? line : record));
    else
        buf_str(b, "-");
}

static void put_label(struct buf *b, const struct ajar_pii_finding *f, tongue *in)
{
    buf_printf(b, "%s%s%s", in(f->label), f->in_text ? in(", in text") : "", f->test_data ? in(", test data") : "");
}

static void put_distinct(struct buf *b, const struct ajar_pii_finding *f)
{
    put_number(b, f->distinct);
    if (f->distinct_high <= f->distinct)
        return;
    buf_str(b, " [");
    put_number(b, f->distinct_low);
    buf_str(b, ", ");
    put_number(b, f->distinct_high);
    buf_str(b, "]");
}

/* How wide the columns of fields and labels are: as their longest cell, within reason. */
struct widths {
    size_t field, label;
};

static void text_finding(struct buf *b, const struct ajar_pii_finding *f, struct widths w)
{
    struct buf cell;
    buf_init(&cell, 4096);
    escape_tty(&cell, span_str(f->field));
    buf_str(b, "  ");
    column(b, buf_span(&cell), w.field);
    buf_reset(&cell);
    put_label(&cell, f, say);
    column(b, buf_span(&cell), w.label);
    column(b, span_str(f->state == AJAR_PII_CONFIRMED ? _("confirmed") : _("suspected")), 11);
    buf_reset(&cell);
    buf_printf(&cell, _("%u of %u"), f->passed, f->shaped);
    column(b, buf_span(&cell), 14);
    column(b, span_str(odds_in_words(f->log10_odds)), 14);
    buf_reset(&cell);
    put_place(&cell, f->line, f->record);
    column(b, buf_span(&cell), 12);
    put_distinct(b, f);
    if (f->shape) {
        buf_str(b, "  ");
        escape_tty(b, span_str(f->shape));
    }
    buf_str(b, "\n");
    buf_release(&cell);
}

static struct widths widths_of(const struct ajar_pii_finding *f, size_t count)
{
    enum { FIELD_LEAST = 16, FIELD_MOST = 44, LABEL_LEAST = 24, LABEL_MOST = 60 };
    struct widths w = { FIELD_LEAST, LABEL_LEAST };
    struct buf cell;
    buf_init(&cell, 4096);
    for (size_t i = 0; i < count; i++) {
        buf_reset(&cell);
        escape_tty(&cell, span_str(f[i].field));
        size_t n = text_columns(buf_span(&cell)) + 2;
        w.field = n > w.field && n <= FIELD_MOST ? n : w.field;
        buf_reset(&cell);
        put_label(&cell, &f[i], say);
        n = text_columns(buf_span(&cell)) + 2;
        w.label = n > w.label && n <= LABEL_MOST ? n : w.label;
    }
    buf_release(&cell);
    return w;
}

/* "about 400 distinct persons [390, 410]", or the ends where they are far apart. */
static void put_persons(struct buf *b, double low, double persons, double high)
{
    if (high > 1.5 * low)
        buf_printf(b, _("between %s and %s distinct persons"), NUMBER(low), NUMBER(high));
    else
        buf_printf(b, _("about %s distinct persons [%s, %s]"), NUMBER(persons), NUMBER(low), NUMBER(high));
}

static void text_report(struct buf *b, const char *path, const struct ajar_pii_summary *s,
                        const struct ajar_pii_finding *f, size_t count)
{
    struct widths w = widths_of(f, count);
    escape_tty(b, span_str(path));
    buf_printf(b, _("  (%s, %s, %llu bytes"), s->unread ? say(s->unread) : s->format,
               s->unread ? _("not read") : s->coding, (unsigned long long)s->bytes);
    if (s->records)
        buf_printf(b, say_many(", %llu record", ", %llu records", s->records), (unsigned long long)s->records);
    buf_str(b, count ? ")\n" : s->unread ? _("): nothing lies in the clear\n") : _("): nothing found\n"));
    if (count) {
        buf_str(b, "  ");
        column(b, span_str(_("field")), w.field);
        column(b, span_str(_("what")), w.label);
        column(b, span_str(_("state")), 11);
        column(b, span_str(_("k of n")), 14);
        column(b, span_str(_("odds")), 14);
        column(b, span_str(_("first in")), 12);
        buf_str(b, _("distinct"));
        buf_byte(b, '\n');
    }
    for (size_t i = 0; i < count; i++)
        text_finding(b, &f[i], w);
    if (s->persons_known) {
        buf_str(b, "  ");
        put_persons(b, s->persons_low, s->persons, s->persons_high);
        buf_str(b, _(", by "));
        escape_tty(b, span_str(s->persons_field));
        buf_str(b, "\n");
    }
}

static void csv_text(struct buf *b, const char *text)
{
    escape_csv(b, span_str(text ? text : ""));
    buf_byte(b, ',');
}

static void csv_report(struct buf *b, const char *path, const struct ajar_pii_summary *s,
                       const struct ajar_pii_finding *f, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        csv_text(b, path);
        csv_text(b, s->format);
        csv_text(b, f[i].field);
        csv_text(b, f[i].type);
        csv_text(b, f[i].label);
        csv_text(b, f[i].category);
        buf_printf(b, "%s,%s,%u,%u,%llu,", f[i].state == AJAR_PII_CONFIRMED ? "confirmed" : "suspected",
                   f[i].test_data ? "true" : "false", f[i].passed, f[i].shaped, (unsigned long long)f[i].hits);
        put_number(b, f[i].distinct_low);
        buf_byte(b, ',');
        put_number(b, f[i].distinct);
        buf_byte(b, ',');
        put_number(b, f[i].distinct_high);
        buf_printf(b, ",%.1f,%llu,%llu\n", f[i].log10_odds, (unsigned long long)f[i].line,
                   (unsigned long long)f[i].record);
    }
}

static void html_report(struct buf *b, const char *path, const struct ajar_pii_summary *s,
                        const struct ajar_pii_finding *f, size_t count)
{
    struct buf label;
    buf_init(&label, 4096);
    buf_str(b, "<h2>");
    escape_html(b, span_str(path));
    buf_str(b, "</h2>\n<p>");
    buf_printf(b, _("%s, %llu bytes, %llu records"), s->unread ? say(s->unread) : s->format,
               (unsigned long long)s->bytes, (unsigned long long)s->records);
    if (s->persons_known) {
        buf_str(b, "; ");
        put_persons(b, s->persons_low, s->persons, s->persons_high);
        buf_str(b, _(", by "));
        escape_html(b, span_str(s->persons_field));
    }
    html_say(b, count ? "</p>\n<table><tr><th>field</th><th>what</th><th>state</th>"
                        "<th>k of n</th><th>odds</th><th>first in</th>"
                        "<th>distinct</th></tr>\n"
                      : "</p>\n<p>Nothing found.</p>\n");
    for (size_t i = 0; i < count; i++) {
        bool confirmed = f[i].state == AJAR_PII_CONFIRMED;
        buf_printf(b, "<tr class=\"%s\"><td>", confirmed ? "confirmed" : "suspected");
        escape_html(b, span_str(f[i].field));
        buf_str(b, "<td>");
        buf_reset(&label);
        put_label(&label, &f[i], say);
        escape_html(b, buf_span(&label));
        buf_printf(b, "<td>%s<td>", confirmed ? _("confirmed") : _("suspected"));
        buf_printf(b, _("%u of %u"), f[i].passed, f[i].shaped);
        buf_printf(b, "<td>%s<td>", odds_in_words(f[i].log10_odds));
        put_place(b, f[i].line, f[i].record);
        buf_str(b, "<td>");
        put_distinct(b, &f[i]);
        buf_str(b, "</tr>\n");
    }
    buf_str(b, count ? "</table>\n" : "");
    buf_release(&label);
}

/* A path as a relative or absolute URI reference: what has a meaning in one is written with a percent sign. */
static void put_uri(struct buf *b, const char *path)
{
    for (; *path; path++) {
        uint8_t c = (uint8_t)*path;
        bool plain = ascii_is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || strchr("/._-~", c);
        if (plain)
            buf_byte(b, c);
        else
            buf_printf(b, "%%%02X", c);
    }
}

static void sarif_report(struct buf *b, const char *path, const struct ajar_pii_finding *f, size_t count)
{
    struct buf text;
    buf_init(&text, 64 << 10);
    for (size_t i = 0; i < count; i++) {
        struct json j = json_over(b);
        bool confirmed = f[i].state == AJAR_PII_CONFIRMED;
        buf_str(b, ",\n"); /* behind an empty object that stands first */
        json_object(&j, NULL);
        json_text(&j, "ruleId", span_str(f[i].type));
        json_str(&j, "level", confirmed ? "error" : "warning");
        buf_reset(&text);
        put_label(&text, &f[i], in_english);
        buf_printf(&text, " in %s: %u of %u distinct values, %s", f[i].field, f[i].passed, f[i].shaped,
                   confirmed ? "confirmed" : "suspected");
        json_object(&j, "message");
        json_text(&j, "text", buf_span(&text));
        json_close(&j);
        buf_reset(&text);
        put_uri(&text, path);
        json_array(&j, "locations");
        json_object(&j, NULL);
        json_object(&j, "physicalLocation");
        json_object(&j, "artifactLocation");
        json_text(&j, "uri", buf_span(&text));
        json_close(&j);
        if (f[i].line) {
            json_object(&j, "region");
            json_u64(&j, "startLine", f[i].line);
            json_close(&j);
        }
        while (j.depth)
            json_close(&j);
    }
    buf_release(&text);
}

void classify_put_file(struct buf *b, enum classify_format format, const char *path, const struct ajar_pii_summary *s,
                       const struct ajar_pii_finding *f, size_t count)
{
    switch (format) {
    case CLASSIFY_JSON:
        json_report(b, path, s, f, count);
        break;
    case CLASSIFY_CSV:
        csv_report(b, path, s, f, count);
        break;
    case CLASSIFY_HTML:
        html_report(b, path, s, f, count);
        break;
    case CLASSIFY_SARIF:
        sarif_report(b, path, f, count);
        break;
    default:
        text_report(b, path, s, f, count);
        break;
    }
}
