/* The parts of the HTML report. Every part prints from the sorted story; text of the story is
 * visible already and goes through html_text(), nothing else prints foreign text. The room's own
 * header. */
#ifndef AJAR_REPORT_HTML_H
#define AJAR_REPORT_HTML_H

#include "report/story.h"

enum {
    HTML_ROWS_MAX = 10000,       /* lines of the table */
    HTML_DETAILS_MAX = 1000,     /* findings shown in full, in all */
    HTML_DETAILS_EACH_MAX = 25,  /* ... of one job */
    HTML_PLACES_MAX = 500,       /* further endpoints of one job, by name */
    HTML_JOBS_MAX = 200,
    HTML_FIRST_MAX = 3,
    HTML_FLEETS_MAX = 50,
    HTML_CERTIFICATES_MAX = 500,
};

/* Escaped for text and attributes. */
void html_text(struct buf *out, struct span visible);
/* Each line by itself; comment lines are marked for the eye. */
void html_code(struct buf *out, struct span visible_lines);
/* "969.8 M", or a dash where it is not known. */
void html_count(struct buf *out, int64_t n);
/* "6.8 billion"; of what is known. */
void html_count_words(struct buf *out, int64_t n);
void html_bytes(struct buf *out, int64_t n);
/* "2026-11-22" */
void html_date(struct buf *out, int64_t wall_ms);
/* "3 years", "5 months", "12 days", "less than a day"; never negative. */
void html_age(struct buf *out, int64_t ms);
/* "1 endpoint", "1,234 endpoints" */
void html_many(struct buf *out, uint64_t n, const char *one, const char *many);
/* <span class="sev high">high</span> */
void html_severity(struct buf *out, enum severity s);
/* A bar of 0 to 1 of its room, as SVG. */
void html_bar(struct buf *out, double share, const char *class);

/* How many rows of a group are shown in full. The sum over all groups keeps to HTML_DETAILS_MAX
 * when `*left` starts there. */
size_t html_detailed(const struct story_group *g, size_t *left);

void html_page_begin(const struct story *s, struct buf *out);
void html_page_end(const struct story *s, struct buf *out);
void html_lead(const struct story *s, const struct report_summary *sum, struct buf *out);
void html_table(const struct story *s, struct buf *out);
void html_within(const struct story *s, struct buf *out);
void html_since(struct story *s, struct buf *out);
void html_fleets(const struct story *s, struct buf *out);
void html_jobs(const struct story *s, struct buf *out);
void html_certificates(const struct story *s, struct buf *out);
void html_coverage(const struct story *s, const struct report_summary *sum, struct buf *out);
bool html_has_fleets(const struct story *s);
bool html_has_past(const struct story *s);

#endif
