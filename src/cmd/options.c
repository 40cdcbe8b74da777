#include "cmd/options.h"

#include "base/say.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MAX = 64 };

/* The same letter is the same option in every verb that has it. */
static const struct {
    char letter;
    const char *name;
} LETTERS[] = { { 'p', "ports" }, { 'o', "output" }, { 'q', "quiet" }, { 'v', "verbose" } };

static bool unknown(const struct option_row *rows, const char *verb, const char *typed, struct error *e)
{
    const char *names[ROWS_MAX + 1] = { NULL };
    for (size_t i = 0; i < ROWS_MAX && rows[i].name; i++)
        names[i] = rows[i].name;
    const char *near = nearest_word(names, typed);
    if (near)
        return error_set(e, "unknown option --%s; did you mean --%s?", typed, near);
    return error_set(e, "unknown option --%s; `ajar help %s` lists what there is", typed, verb);
}

static size_t find_row(const struct option_row *rows, struct span name)
{
    size_t i = 0;
    while (rows[i].name && !span_is(name, rows[i].name))
        i++;
    return i;
}

/* What a letter stands for; the row behind the last one where it stands for nothing here. */
static size_t find_letter(const struct option_row *rows, const char *arg)
{
    const char *name = "";
    for (size_t i = 0; arg[2] == '\0' && i < sizeof(LETTERS) / sizeof(*LETTERS); i++)
        if (LETTERS[i].letter == arg[1])
            name = LETTERS[i].name;
    return find_row(rows, span_str(name));
}

/* May be given again: its value is shown as "TARGET...". */
static bool is_list(const struct option_row *row)
{
    size_t len = row->value ? strlen(row->value) : 0;
    return len > 3 && strcmp(row->value + len - 3, "...") == 0;
}

/* The row of one option, and its value where it stands in the same word. */
static bool read_option(const struct option_row *rows, const char *verb, const char *arg, size_t *ret_row,
                        const char **ret_value, struct error *e)
{
    *ret_value = NULL;
    if (arg[1] != '-') {
        *ret_row = find_letter(rows, arg);
        return rows[*ret_row].name ||
               error_set(e, "unknown option %s; options are long ones, as in --ports 6379: `ajar help %s` lists them",
                         arg, verb);
    }
    struct span rest = span_str(arg + 2), name = span_cut(&rest, '=');
    const char *sign = strchr(arg, '=');
    *ret_row = find_row(rows, name);
    *ret_value = sign ? sign + 1 : NULL;
    if (rows[*ret_row].name)
        return true;
    char typed[64];
    snprintf(typed, sizeof(typed), "%.*s", SPAN_FMT(name));
    return unknown(rows, verb, typed, e);
}

bool options_parse(const struct option_row *rows, int argc, char **argv, int *ret_args,
                   bool (*take)(void *self, size_t row, const char *value, struct error *e), void *self,
                   struct error *e)
{
    int kept = 0;
    bool ended = false, given[ROWS_MAX] = { false };
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i], *value;
        size_t row;
        if (ended || arg[0] != '-' || arg[1] == '\0') {
            argv[1 + kept++] = argv[i];
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            ended = true;
            continue;
        }
        if (!read_option(rows, argv[0], arg, &row, &value, e))
            return false;
        const struct option_row *r = &rows[row];
        if (row < ROWS_MAX && given[row] && r->value && !is_list(r))
            return error_set(e, "--%s is given twice; say once what is meant", r->name);
        if (row < ROWS_MAX)
            given[row] = true;
        if (!r->value && value)
            return error_set(e, "--%s takes no value", r->name);
        if (r->value && !value && i + 1 == argc)
            return error_set(e, "--%s wants a value: --%s %s", r->name, r->name, r->value);
        value = !r->value ? NULL : value ? value : argv[++i];
        if (!take(self, row, value, e))
            return false;
    }
    *ret_args = kept;
    return true;
}

void options_print(const struct option_row *rows)
{
    for (; rows->name; rows++) {
        char left[48];
        snprintf(left, sizeof(left), "--%s%s%s", rows->name, rows->value ? " " : "", rows->value ? rows->value : "");
        printf("  %-24s %s\n", left, say(rows->help));
    }
}

bool option_number(const char *name, const char *value, double min, double max, double *ret, struct error *e)
{
    char *end;
    double number = strtod(value, &end);
    if (end == value || *end || !isfinite(number) || number < min || number > max)
        return error_set(e, "--%s %s: expected a number from %g to %g", name, value, min, max);
    *ret = number;
    return true;
}
