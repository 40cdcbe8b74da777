#include "report/origin.h"

#include "base/clock.h"
#include "base/say.h"
#include "text/amount.h"
#include "text/escape.h"

enum { TARGET_BYTES_MAX = 300, DATE_BYTES = 10 };

void origin_targets(const struct report_run *run, size_t max, struct buf *out)
{
    size_t shown = 0, left = 0;
    for (struct span rest = run->targets; rest.len;) {
        struct span one = span_cut(&rest, '\n');
        if (!one.len)
            continue;
        if (shown == max) {
            left++;
            continue;
        }
        buf_str(out, shown++ ? _(", ") : "");
        escape_tty(out, span_first(one, TARGET_BYTES_MAX));
    }
    if (left)
        buf_printf(out, _(" and %s more"), COUNTED(left));
}

void origin_when(const struct report_run *run, const struct report_summary *sum, struct buf *out)
{
    int64_t from_ms = run->scan_ms ? run->scan_ms : run->started_ms, to_ms = from_ms + sum->took_ms;
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    put_minute(out, from_ms);
    time_text(from_ms, from);
    time_text(to_ms, to);
    if (from_ms >= 0 && strncmp(from, to, strlen("2026-11-30T11:19")) != 0) {
        size_t before = out->len;
        buf_str(out, _(" to "));
        put_minute(out, to_ms);
        if (strncmp(from, to, DATE_BYTES) == 0) { /* the same day: the minute will do */
            out->len = before;
            buf_str(out, _(" to "));
            buf_put(out, span_first(span_str(to + DATE_BYTES + 1), strlen("11:21")));
        }
    }
    buf_str(out, _(" UTC"));
}

void origin_how(const struct report_run *run, struct buf *out)
{
    struct span version = span_str(run->ajar_version);
    if (run->host.len) {
        struct buf host = { .at = (uint8_t[16 * TARGET_BYTES_MAX]){ 0 }, .cap = 16 * TARGET_BYTES_MAX,
                            .max = 16 * TARGET_BYTES_MAX };
        escape_tty(&host, span_first(run->host, TARGET_BYTES_MAX));
        buf_printf(out, _("on %.*s by Ajar %.*s"), SPAN_FMT(buf_span(&host)), SPAN_FMT(version));
    } else {
        buf_printf(out, _("by Ajar %.*s"), SPAN_FMT(version));
    }
    if (!run->command.len)
        return;
    buf_str(out, _(": "));
    escape_tty(out, span_first(run->command, ORIGIN_COMMAND_MAX));
    if (run->command.len > ORIGIN_COMMAND_MAX)
        buf_str(out, " ...");
}
