#include "cmd/say.h"

#include <stdarg.h>
#include <stdio.h>

#include "report/words.h"
#include "text/escape.h"

enum { SAID_MAX = 2000 };

void watch_say(const char *format, ...)
{
    char text[SAID_MAX];
    struct buf shown;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_init(&shown, 16 * SAID_MAX);
    words_made(&shown, NULL, span_str(text));
    fprintf(stderr, "ajar: %.*s\n", SPAN_FMT(buf_span(&shown)));
    buf_release(&shown);
}
