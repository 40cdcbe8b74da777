#include "cmd/progress.h"

#include "base/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { REDRAW_MS = 200, FIRST_MS = 500, LINE_MAX_COLUMNS = 160 };

/* The whole line is ASCII, so that a byte is a column. */
void progress_left(double seconds, char *text, size_t cap)
{
    if (seconds < 60)
        snprintf(text, cap, _("%.0f s left"), seconds);
    else if (seconds < 3600)
        snprintf(text, cap, _("%.0f min left"), seconds / 60);
    else
        snprintf(text, cap, _("%.1f h left"), seconds / 3600);
}

/* How much fits without a line break, which no carriage return could take back. */
static int room(void)
{
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known && size.ws_col <= LINE_MAX_COLUMNS ? size.ws_col - 1 : LINE_MAX_COLUMNS - 1;
}

bool progress_redraws(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

static void put_line(const struct progress_line *l, const struct sweep_progress *p, uint64_t endpoints,
                     uint64_t findings, int64_t now_ms, char *text, size_t cap)
{
    char end[48];
    uint64_t over = atomic_load(&p->done) + atomic_load(&p->skipped) + atomic_load(&p->failed);
    double seconds = (double)(now_ms - l->started_ms) / 1000, rate = (double)over / seconds;
    unsigned long long under_way = (unsigned long long)atomic_load(&p->in_flight);
    if (l->stopping)
        snprintf(end, sizeof(end), _("stopping: %llu under way"), under_way);
    else if (over && endpoints > over)
        progress_left((double)(endpoints - over) / rate, end, sizeof(end));
    else
        snprintf(end, sizeof(end), _("%llu under way"), under_way);
    snprintf(text, cap, _("%3.0f%%  %llu of %llu endpoints, %llu answered, %llu findings, %.0f a second, %s"),
             endpoints ? 100.0 * (double)over / (double)endpoints : 100.0, (unsigned long long)over,
             (unsigned long long)endpoints, (unsigned long long)atomic_load(&p->answered),
             (unsigned long long)findings, rate, end);
}

bool progress_is_due(const struct progress_line *l, int64_t now_ms)
{
    int64_t since_ms = l->shown_ms ? l->shown_ms : l->started_ms;
    return !l->quiet && now_ms - l->started_ms >= FIRST_MS &&
           now_ms - since_ms >= (l->redraws ? REDRAW_MS : PROGRESS_LINE_EVERY_MS);
}

void progress_put(struct progress_line *l, const char *text, int64_t now_ms)
{
    if (l->redraws)
        fprintf(stderr, "\r\033[K%.*s", room(), text);
    else
        fprintf(stderr, "ajar: %s\n", text + strspn(text, " "));
    fflush(stderr);
    l->shown_ms = now_ms;
    l->visible = l->redraws;
}

void progress_show(struct progress_line *l, const struct sweep_progress *p, uint64_t endpoints, uint64_t findings,
                   int64_t now_ms)
{
    char text[2 * LINE_MAX_COLUMNS];
    if (!progress_is_due(l, now_ms))
        return;
    put_line(l, p, endpoints, findings, now_ms, text, sizeof(text));
    progress_put(l, text, now_ms);
}

void progress_wipe(struct progress_line *l)
{
    if (l->visible)
        fputs("\r\033[K", stderr);
    l->visible = false;
}
