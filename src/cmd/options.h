/* Command-line options from one table: the same rows parse, print the help and catch typos. */
#ifndef AJAR_CMD_OPTIONS_H
#define AJAR_CMD_OPTIONS_H

#include "base/error.h"
#include "base/span.h"
#include "text/nearest.h"

struct option_row {
    const char *name;  /* "ports", without dashes */
    const char *value; /* "LIST", or NULL for a switch; "TARGET..." where it may be given again */
    const char *help;  /* one line */
};

/* Parses argv[1..]; argv[0] is the verb. Long options as --name VALUE or --name=VALUE, short ones as -p VALUE where a
 * row has the name that the letter stands for (-p ports, -o output, -q quiet, -v verbose), "--" ends them, "-" is an
 * argument. Only a row that says so is taken twice. Calls `take` for each option (its row's index and value, or NULL)
 * and moves all other arguments to the front of argv[1..]; *ret_args is their number. False and a sentence for an
 * unknown option (with the nearest name), a missing or an unwanted value, one that is given twice, or where `take`
 * says so. */
bool options_parse(const struct option_row *rows, int argc, char **argv, int *ret_args,
                   bool (*take)(void *self, size_t row, const char *value, struct error *e), void *self,
                   struct error *e);

/* Prints the rows to stdout as an aligned list. */
void options_print(const struct option_row *rows);

/* A number in [min, max]; else a sentence that names the option. */
bool option_number(const char *name, const char *value, double min, double max, double *ret, struct error *e);

#endif
