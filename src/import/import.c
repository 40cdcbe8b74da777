#include "import/inside.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"

enum { MOMENT_BYTES = sizeof("2026-11-29 02:10:11") - 1, HOST_MAX = 1024, NAME_MAX_BYTES = 253 };

/* ---- what is found ---- */

void import_pass(struct importing *x)
{
    x->told->passed_over++;
}

void import_put(struct importing *x, struct span host, uint64_t port)
{
    char room[HOST_MAX + 32];
    struct target t;
    struct error none;
    host = span_trim(host);
    bool colon = span_index(host, ':') < host.len, url = span_find(host, SPAN("://")) != SIZE_MAX;
    bool bare6 = colon && !url && host.at[0] != '[';
    struct buf text = { .at = (uint8_t *)room, .cap = sizeof(room), .max = sizeof(room) };
    if (!host.len || host.len > HOST_MAX || port > 65535 || host.at[0] == '@') {
        import_pass(x);
        return;
    }
    if (x->full || x->told->targets >= IMPORT_TARGETS_MAX) {
        x->told->cut = x->full = true;
        return;
    }
    buf_str(&text, bare6 && port ? "[" : "");
    buf_put(&text, host);
    buf_str(&text, bare6 && port ? "]" : "");
    if (port)
        buf_printf(&text, ":%llu", (unsigned long long)port);
    struct origin origin = { .file = x->file, .line = x->line };
    if (!buf_ok(&text) || !target_parse(x->arena, buf_span(&text), origin, &t, &none)) {
        import_pass(x);
        x->full |= arena_failed(x->arena);
        return;
    }
    struct target *slot = list_add(x->arena, &x->list->list);
    x->full |= !slot;
    if (slot) {
        *slot = t;
        x->told->targets++;
    }
}

void import_put_at(struct importing *x, struct span host, struct span port)
{
    uint64_t n = 0;
    port = span_trim(port);
    if (port.len && (!span_u64(port, 65535, &n) || !n))
        import_pass(x);
    else
        import_put(x, host, n);
}

void import_saw(struct importing *x, struct span address, uint64_t port, bool udp, struct span moment, const char *who)
{
    struct sighting s = { .port = (uint32_t)port | (udp ? PORT_UDP : 0), .who = who };
    char text[TIME_TEXT_MAX];
    if (!port || port > UINT16_MAX || moment.len < MOMENT_BYTES || !address_parse(address, &s.address))
        return;
    snprintf(text, sizeof(text), "%.10sT%.8sZ", (const char *)moment.at, (const char *)moment.at + 11);
    struct sighting *slot = time_parse(text, &s.at_ms) ? list_add(x->arena, &x->saw->list) : NULL;
    if (slot)
        *slot = s;
}

bool import_is_name(struct span s)
{
    bool dot = false;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = ascii_lower(s.at[i]);
        dot |= c == '.' && i > 0 && i + 1 < s.len;
        if (!(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && c != '-' && c != '.' && c != '_')
            return false;
    }
    return dot && s.len <= NAME_MAX_BYTES;
}

struct span import_line(struct importing *x, struct span *text)
{
    struct span line = span_cut(text, '\n');
    x->line++;
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

struct span import_word(struct span *line)
{
    struct span rest = span_trim(*line);
    size_t n = 0;
    while (n < rest.len && !ascii_is_space(rest.at[n]))
        n++;
    *line = span_trim(span_from(rest, n));
    return span_first(rest, n);
}

/* ---- which format ---- */

/* One that is known by its first lines, and cannot fail once it is. */
static const struct {
    const char *name;
    bool (*is)(struct span text);
    void (*read)(struct importing *x, struct span text);
} FORMATS[] = {
    { "nmap XML", import_is_nmap_xml, import_nmap_xml },
    { "nmap grepable", import_is_grepable, import_grepable },
    { "masscan list", import_is_masscan_list, import_masscan_list },
    { "a table (CSV)", import_is_table, import_table },
    { "a DNS zone", import_is_zone, import_zone },
    { "an Ansible inventory", import_is_ini, import_ini },
};

static bool read_list(struct importing *x, struct span text, struct error *e)
{
    size_t before = x->list->list.len;
    x->told->format = "a list of targets";
    if (!targets_add_lines(x->arena, x->list, text, x->file, e))
        return false;
    x->told->targets = x->list->list.len - before;
    return true;
}

static bool read_json(struct importing *x, struct span text, struct error *e)
{
    x->told->format = import_json(x, text);
    return x->told->format ||
           error_set(e, "%s: JSON of a form that is not known; doc/targets.md lists those that are", x->file);
}

static bool read_any(struct importing *x, struct span text, struct error *e)
{
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(*FORMATS); i++)
        if (FORMATS[i].is(text)) {
            x->told->format = FORMATS[i].name;
            FORMATS[i].read(x, text);
            return true;
        }
    if (import_is_json(text))
        return read_json(x, text, e);
    if (import_is_yaml(text) && import_yaml(x, text)) {
        x->told->format = "an Ansible inventory";
        return true;
    }
    if (text.len && span_trim(text).len && span_trim(text).at[0] == '<')
        return error_set(e, "%s: XML of a form that is not known; doc/targets.md lists those that are", x->file);
    return read_list(x, text, e);
}

bool import_targets(struct arena *a, struct span text, const char *file, struct targets *list, struct sightings *saw,
                    struct imported *ret, struct error *e)
{
    struct importing x = { .arena = a, .list = list, .saw = saw, .told = ret, .file = file };
    *ret = (struct imported){ 0 };
    if (span_starts(text, SPAN("\xef\xbb\xbf")))
        text = span_from(text, 3);
    if (!read_any(&x, text, e))
        return false;
    return !arena_failed(a) || error_set(e, "%s: not enough memory for the targets", file);
}
