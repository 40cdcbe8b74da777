#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void mark_cut(char *text, size_t cap, int wanted)
{
    if (wanted >= 0 && (size_t)wanted >= cap)
        memcpy(text + cap - 4, "...", 4);
}

bool error_set(struct error *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    mark_cut(e->text, sizeof(e->text), vsnprintf(e->text, sizeof(e->text), format, args));
    va_end(args);
    return false;
}

bool error_in(struct error *e, const char *format, ...)
{
    struct error whole;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(whole.text, sizeof(whole.text), format, args);
    va_end(args);
    size_t used = n < 0 ? 0 : (size_t)n < sizeof(whole.text) ? (size_t)n : sizeof(whole.text) - 1;
    size_t left = sizeof(whole.text) - used;
    mark_cut(whole.text, sizeof(whole.text),
             (int)used + snprintf(whole.text + used, left, ": %s", e->text));
    *e = whole;
    return false;
}
