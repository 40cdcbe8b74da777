/* What a report says where no finding is: never more than what was asked and answered allows. Nothing open was found is
 * one thing, nobody answered or nobody could be asked is another, and what does not speak for it is counted beside it.
 * The one place of these sentences, for all reports for people. */
#ifndef AJAR_REPORT_CALM_H
#define AJAR_REPORT_CALM_H

#include "report/story.h"

enum calm {
    CALM_NOT_ASKED, /* nothing was to be asked, or all of it is left out */
    CALM_SO_FAR,    /* the run ended early */
    CALM_FAILED,    /* nothing could be asked */
    CALM_SILENT,    /* nobody answered */
    CALM_UNSURE,    /* somebody answered whose door was not proven shut, or not all was looked at */
    CALM_KEPT,      /* all that answered was proven locked, or is of a kind that holds nothing */
};

/* After all visits and remarks. */
enum calm calm_of(const struct story *s, const struct report_summary *sum);
/* A sentence for the top: "Nothing answered." */
const char *calm_headline(enum calm c);
/* What it means for the reader, a sentence; "" where there is nothing to add. */
const char *calm_meaning(enum calm c);
/* "Of 256 endpoints 6 answered; 240 refused the connection or gave no answer, 10 were left out." and whatever ended the
 * run early. Belongs beside every sentence that says how little was found. */
void calm_counts(const struct story *s, const struct report_summary *sum, struct buf *out);
/* "1 service stayed unclear, 2 answered like nothing that Ajar knows", or nothing. */
void calm_doubts(const struct story *s, struct buf *out);

#endif
