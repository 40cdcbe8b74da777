#include "watch/metrics.h"

#include <stdio.h>

#include "base/file.h"


static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(struct buf *out, const char *name, const char *help, double value)
{
    head(out, name, "gauge", help);
    buf_printf(out, "%s %.15g\n", name, value);
}

/* Names of receivers are letters, digits, - _ and . only; see config.c. */
static void per_receiver(struct buf *out, const struct metrics *m, const struct watch_config *c, const char *name,
                         const char *type, const char *help, size_t offset)
{
    if (c->receivers.len == 0)
        return;
    head(out, name, type, help);
    for (size_t i = 0; i < c->receivers.len; i++) {
        uint64_t value;
        memcpy(&value, (const char *)&m->of[i] + offset, sizeof(value));
        buf_printf(out, "%s{receiver=\"%s\"} %llu\n", name, c->receivers.at[i].name, (unsigned long long)value);
    }
}

void metrics_write(const struct metrics *m, const struct watch_config *c, const char *version, struct buf *out)
{
    head(out, "ajar_build_info", "gauge", "The version of Ajar.");
    buf_printf(out, "ajar_build_info{version=\"%s\"} 1\n", version);
    gauge(out, "ajar_store_readable", "Whether the store could be read after the last round.", m->known);
    if (m->known) {
        head(out, "ajar_findings", "gauge", "Findings that are open now, accepted ones included.");
        for (int i = SEVERITY_INFO; i <= SEVERITY_CRITICAL; i++)
            buf_printf(out, "ajar_findings{severity=\"%s\"} %llu\n", severity_name((enum severity)i),
                       (unsigned long long)m->totals.open[i]);
        gauge(out, "ajar_findings_accepted", "Findings that are open and accepted.", (double)m->totals.accepted);
        gauge(out, "ajar_findings_not_seen", "Findings that are open and were not seen when asked for last.",
              (double)m->totals.unseen);
        gauge(out, "ajar_endpoints", "Endpoints of the newest scan.", (double)m->endpoints);
        gauge(out, "ajar_endpoints_answered", "Endpoints of the newest scan that answered.", (double)m->answered);
    }
    if (m->scan_ended_ms > 0) {
        gauge(out, "ajar_last_scan_timestamp_seconds", "When the last scan ended.", (double)m->scan_ended_ms / 1000);
        gauge(out, "ajar_last_scan_duration_seconds", "How long the last scan took.", (double)m->scan_took_ms / 1000);
        gauge(out, "ajar_last_scan_complete", "Whether the last scan came to its end.", m->scan_complete);
    }
    if (m->next_ms > 0)
        gauge(out, "ajar_next_scan_timestamp_seconds", "When the next scan begins.", (double)m->next_ms / 1000);
    head(out, "ajar_rounds_total", "counter", "Scans since the watch was started.");
    buf_printf(out, "ajar_rounds_total %llu\n", (unsigned long long)m->rounds);
    per_receiver(out, m, c, "ajar_notices_pending", "gauge", "Messages that wait for the receiver.",
                 offsetof(struct receiver_counts, pending));
    per_receiver(out, m, c, "ajar_notices_delivered_total", "counter", "Messages that the receiver took.",
                 offsetof(struct receiver_counts, delivered));
    per_receiver(out, m, c, "ajar_notices_failed_total", "counter", "Attempts that failed.",
                 offsetof(struct receiver_counts, failed));
    per_receiver(out, m, c, "ajar_notices_dead_total", "counter", "Messages given up as too old.",
                 offsetof(struct receiver_counts, dead));
}

bool metrics_save(const char *path, struct span text, struct error *e)
{
    char dir[FILE_PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (!slash || (size_t)(slash - path) >= sizeof(dir))
        return error_set(e, "%s: the path of the metrics is too long", path);
    snprintf(dir, sizeof(dir), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return file_replace(dir, slash + 1, text, 0644, e);
}
