#include "cmd/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS_MAX = 64 };

static bool unknown(const struct option_row *rows, const char *typed, struct error *e)
{
    const char *names[ROWS_MAX + 1] = { NULL };
    for (size_t i = 0; i < ROWS_MAX && rows[i].name; i++)
        names[i] = rows[i].name;
    const char *near = nearest_word(names, typed);
    if (near)
        return error_set(e, "unknown option --%s; did you mean --%s?", typed, near);
    return error_set(e, "unknown option --%s; `ajar help` lists what there is", typed);
}

static size_t find_row(const struct option_row *rows, struct span name)
{
    size_t i = 0;
    while (rows[i].name && !span_is(name, rows[i].name))
        i++;
    return i;
}

bool options_parse(const struct option_row *rows, int argc, char **argv, int *ret_args,
                   bool (*take)(void *self, size_t row, const char *value, struct error *e), void *self,
                   struct error *e)
{
    int kept = 0;
    bool ended = false;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (ended || arg[0] != '-' || arg[1] == '\0') {
            argv[1 + kept++] = argv[i];
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            ended = true;
            continue;
        }
        if (arg[1] != '-')
            return error_set(e, "unknown option %s; options are long ones, as in --ports 6379", arg);
        struct span rest = span_str(arg + 2), name = span_cut(&rest, '=');
        const char *value = strchr(arg, '=');
        size_t row = find_row(rows, name);
        if (!rows[row].name) {
            char typed[64];
            snprintf(typed, sizeof(typed), "%.*s", SPAN_FMT(name));
            return unknown(rows, typed, e);
        }
        if (!rows[row].value && value)
            return error_set(e, "--%s takes no value", rows[row].name);
        if (rows[row].value && !value && i + 1 == argc)
            return error_set(e, "--%s wants a value: --%s %s", rows[row].name, rows[row].name, rows[row].value);
        value = !rows[row].value ? NULL : value ? value + 1 : argv[++i];
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
        printf("  %-24s %s\n", left, rows->help);
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
