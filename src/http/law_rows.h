/* The rows of the law (law.h): requests that are written out, each with why it reads only. */
#ifndef AJAR_HTTP_LAW_ROWS_H
#define AJAR_HTTP_LAW_ROWS_H

struct law_row {
    const char *method;   /* "GET" also permits HEAD */
    const char *products; /* for these only, blanks between them; NULL: for any */
    const char *path;     /* forms: law_form.h */
    const char *query;    /* NULL: none */
    const char *body;     /* NULL: none */
    const char *accept;   /* NULL: whatever Accept may say; else just this */
    unsigned front;       /* not 0: a GET asks for the first so many bytes at most, by the field range */
    const char *why;      /* what the answer tells; of a POST why it changes nothing */
};

extern const struct law_row LAW_GETS[];  /* ended by a row without a method */
extern const struct law_row LAW_LEFT[];  /* likewise; what was left behind on sites */
extern const struct law_row LAW_POSTS[]; /* likewise; POST, PROPFIND and HEAD */

#endif
