#include "cmd/progress.h"

#include <stdio.h>

enum { REDRAW_MS = 200, FIRST_MS = 500 };

static void print_left(double seconds)
{
    if (seconds < 60)
        fprintf(stderr, "%.0f s left", seconds);
    else if (seconds < 3600)
        fprintf(stderr, "%.0f min left", seconds / 60);
    else
        fprintf(stderr, "%.1f h left", seconds / 3600);
}

void progress_show(struct progress_line *l, const struct sweep_progress *p, uint64_t endpoints, uint64_t findings,
                   int64_t now_ms)
{
    if (now_ms - l->started_ms < FIRST_MS || now_ms - l->shown_ms < REDRAW_MS)
        return;
    uint64_t over = atomic_load(&p->done) + atomic_load(&p->skipped) + atomic_load(&p->failed);
    double seconds = (double)(now_ms - l->started_ms) / 1000, rate = (double)over / seconds;
    fprintf(stderr, "\r\033[K%3.0f%%  %llu of %llu endpoints, %llu answered, %llu findings, %.0f a second, ",
            endpoints ? 100.0 * (double)over / (double)endpoints : 100.0, (unsigned long long)over,
            (unsigned long long)endpoints, (unsigned long long)atomic_load(&p->answered),
            (unsigned long long)findings, rate);
    if (over && endpoints > over)
        print_left((double)(endpoints - over) / rate);
    else
        fprintf(stderr, "%llu under way", (unsigned long long)atomic_load(&p->in_flight));
    fflush(stderr);
    l->shown_ms = now_ms;
    l->visible = true;
}

void progress_wipe(struct progress_line *l)
{
    if (l->visible)
        fputs("\r\033[K", stderr);
    l->visible = false;
}
