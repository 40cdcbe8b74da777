/* Where the reports of a scan go: one to standard output, and any number of formats to files in the same run. To those
 * who tell a scan they are one report that hands everything on. */
#ifndef AJAR_CMD_OUTPUTS_H
#define AJAR_CMD_OUTPUTS_H

#include "report/report.h"

enum { OUTPUTS_MAX = 8 };

struct output {
    const struct report *report;
    const char *path; /* NULL: standard output */
    int fd;
    void *state;
    struct buf out;
};

struct outputs {
    struct output list[OUTPUTS_MAX];
    size_t count;
    struct report all;         /* the report that hands on; its state is the struct itself */
    const char *broken;        /* the file that could not be written, or NULL; `why` says why */
    int why;
};

/* Adds one; a format to standard output at most once, a file at most once. False and a sentence. */
bool outputs_add(struct outputs *o, const struct report *r, const char *path, struct error *e);
/* Opens the files, which are emptied by that, and makes `all`; before the sandbox is entered. False and a sentence
 * where a file cannot be written. outputs_close() is due in any case. */
bool outputs_open(struct outputs *o, struct error *e);
/* Closes what is open. False and a sentence where a file could not be written whole. */
bool outputs_close(struct outputs *o, struct error *e);

#endif
