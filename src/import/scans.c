/* What scanners write: nmap's XML and grepable output (masscan's look alike), masscan's list, and tables with a line of
 * names at their head, as zmap's modules and the Shadowserver's reports have. */
#include "import/inside.h"

enum { HEAD_BYTES = 4096, COLUMNS_MAX = 256 };

/* ---- nmap XML ---- */

/* nmap writes a document type, which the reader of foreign XML refuses; so only tags and their attributes are looked
 * at, one after the other. */
static bool next_tag(struct span *text, struct span *ret_name, struct span *ret_attributes)
{
    for (;;) {
        size_t open = span_index(*text, '<');
        if (open == text->len)
            return false;
        struct span rest = span_from(*text, open + 1);
        if (span_starts(rest, SPAN("!--"))) {
            size_t end = span_find(rest, SPAN("-->"));
            *text = end == SIZE_MAX ? SPAN_NONE : span_from(rest, end + 3);
            continue;
        }
        size_t at = 0;
        uint8_t quote = 0;
        for (; at < rest.len && (quote || rest.at[at] != '>'); at++)
            if (quote ? rest.at[at] == quote : rest.at[at] == '"' || rest.at[at] == '\'')
                quote = quote ? 0 : rest.at[at];
        if (at == rest.len)
            return false;
        struct span tag = span_first(rest, at);
        *text = span_from(rest, at + 1);
        *ret_name = import_word(&tag);
        *ret_attributes = tag;
        return true;
    }
}

static struct span attribute(struct span attributes, const char *name)
{
    while (attributes.len) {
        size_t sign = span_index(attributes, '=');
        struct span key = span_trim(span_first(attributes, sign));
        struct span rest = span_trim(span_from(attributes, sign < attributes.len ? sign + 1 : sign));
        if (!rest.len || (rest.at[0] != '"' && rest.at[0] != '\''))
            return SPAN_NONE;
        uint8_t quote = rest.at[0];
        rest = span_from(rest, 1);
        struct span value = span_cut(&rest, quote);
        if (span_is(key, name))
            return value;
        attributes = span_trim(rest);
    }
    return SPAN_NONE;
}

bool import_is_nmap_xml(struct span text)
{
    return span_find(span_first(text, HEAD_BYTES), SPAN("<nmaprun")) != SIZE_MAX;
}

struct nmap_host {
    struct span address, port;
    bool up, has_ports, tcp, open;
};

/* A host without a word about ports was only looked for: it is asked whole. */
static void end_host(struct importing *x, const struct nmap_host *h)
{
    if (h->address.len && h->up && !h->has_ports)
        import_put(x, h->address, 0);
}

void import_nmap_xml(struct importing *x, struct span text)
{
    struct nmap_host h = { 0 };
    struct span name, attributes;
    bool whole = false;
    while (next_tag(&text, &name, &attributes)) {
        if (span_is(name, "host")) {
            h = (struct nmap_host){ .up = true };
        } else if (span_is(name, "/host")) {
            end_host(x, &h);
            h = (struct nmap_host){ 0 };
        } else if (span_is(name, "status")) {
            h.up = span_is(attribute(attributes, "state"), "up");
        } else if (span_is(name, "address") && !span_is(attribute(attributes, "addrtype"), "mac")) {
            h.address = attribute(attributes, "addr");
        } else if (span_is(name, "port")) {
            h.tcp = span_is(attribute(attributes, "protocol"), "tcp");
            h.port = attribute(attributes, "portid");
        } else if (span_is(name, "state") && h.port.len) {
            h.has_ports = true;
            if (h.tcp && span_is(attribute(attributes, "state"), "open") && h.address.len)
                import_put_at(x, h.address, h.port);
            else
                import_pass(x);
            h.port = SPAN_NONE;
        } else if (span_is(name, "extraports")) {
            h.has_ports = true;
        }
        whole |= span_is(name, "/nmaprun");
    }
    x->told->cut |= !whole;
}

/* ---- grepable ---- */

static bool is_host_line(struct span line)
{
    size_t host = span_find(line, SPAN("Host: "));
    return host == 0 || (host != SIZE_MAX && span_starts(line, SPAN("Timestamp: ")));
}

/* Whether the first line that is no comment is such a one. */
static bool first_line(struct span text, bool (*is)(struct span line))
{
    text = span_first(text, HEAD_BYTES);
    while (text.len) {
        struct span line = span_trim(span_cut(&text, '\n'));
        if (line.len && line.at[0] != '#')
            return is(line);
    }
    return false;
}

bool import_is_grepable(struct span text)
{
    return first_line(text, is_host_line);
}

/* "80/open/tcp//http///, 161/open/udp//snmp///" */
static void put_ports(struct importing *x, struct span host, struct span list)
{
    list = span_cut(&list, '\t');
    while (list.len) {
        struct span item = span_trim(span_cut(&list, ','));
        struct span port = span_cut(&item, '/'), state = span_cut(&item, '/'), protocol = span_cut(&item, '/');
        if (port.len && span_is(state, "open") && span_is(protocol, "tcp"))
            import_put_at(x, host, port);
        else
            import_pass(x);
    }
}

void import_grepable(struct importing *x, struct span text)
{
    bool scanned = span_find(text, SPAN("Ports: ")) != SIZE_MAX; /* else hosts were only looked for */
    while (text.len) {
        struct span line = import_line(x, &text);
        if (!is_host_line(line))
            continue;
        struct span rest = span_from(line, span_find(line, SPAN("Host: ")) + strlen("Host: "));
        struct span host = import_word(&rest);
        size_t ports = span_find(rest, SPAN("Ports: "));
        if (ports != SIZE_MAX)
            put_ports(x, host, span_from(rest, ports + strlen("Ports: ")));
        else if (span_find(line, SPAN("Status: Up")) == SIZE_MAX)
            import_pass(x);
        else if (!scanned)
            import_put(x, host, 0);
    }
}

/* ---- masscan list ---- */

static bool is_list_line(struct span line)
{
    struct span state = import_word(&line), protocol = import_word(&line), port = import_word(&line);
    uint64_t n;
    return (span_is(state, "open") || span_is(state, "closed") || span_is(state, "banner")) &&
           (span_is(protocol, "tcp") || span_is(protocol, "udp") || span_is(protocol, "icmp") ||
            span_is(protocol, "sctp")) &&
           span_u64(port, 65535, &n);
}

bool import_is_masscan_list(struct span text)
{
    return first_line(text, is_list_line);
}

/* "open tcp 80 10.0.0.1 1700000000" */
void import_masscan_list(struct importing *x, struct span text)
{
    x->told->cut = true;
    while (text.len) {
        struct span line = span_trim(import_line(x, &text));
        if (span_is(line, "# end"))
            x->told->cut = false;
        if (!line.len || line.at[0] == '#' || span_starts(line, SPAN("banner ")))
            continue;
        bool open = is_list_line(line) && span_is(import_word(&line), "open") && span_is(import_word(&line), "tcp");
        struct span port = open ? import_word(&line) : SPAN_NONE, host = open ? import_word(&line) : SPAN_NONE;
        if (open)
            import_put_at(x, host, port);
        else
            import_pass(x);
    }
}

/* ---- tables ---- */

/* A field of a line of CSV off its front; quotes around it are left out. */
static struct span next_field(struct span *line)
{
    if (!line->len || line->at[0] != '"')
        return span_trim(span_cut(line, ','));
    size_t end = 1;
    while (end < line->len && (line->at[end] != '"' || (end + 1 < line->len && line->at[end + 1] == '"')))
        end += line->at[end] == '"' ? 2 : 1;
    struct span field = span_trim(span_from(span_first(*line, end), 1));
    *line = span_from(*line, end < line->len ? end + 1 : end);
    span_cut(line, ',');
    return field;
}

struct table_head {
    int host, port, protocol, state, moment; /* columns, or -1 */
    bool outside; /* a report of Shadowserver's */
};

static bool is_any(struct span field, const char *const *words)
{
    for (; *words; words++)
        if (span_eq_nocase(field, span_str(*words)))
            return true;
    return false;
}

/* The columns by the names that tools give them. */
static bool read_head(struct span line, struct table_head *ret)
{
    static const char *const HOSTS[] = { "ip", "saddr", "ip_str", "src_ip", "address", "host", NULL };
    static const char *const PORTS[] = { "port", "sport", "src_port", "portid", NULL };
    static const char *const PROTOCOLS[] = { "protocol", "transport", "proto", NULL };
    static const char *const STATES[] = { "state", "status", "success", "classification", NULL };
    static const char *const MOMENTS[] = { "timestamp", NULL }, *const OUTSIDE[] = { "asn", "geo", NULL };
    int outside = 0;
    *ret = (struct table_head){ -1, -1, -1, -1, -1, false };
    for (int i = 0; line.len && i < COLUMNS_MAX; i++) {
        struct span field = next_field(&line);
        ret->host = ret->host < 0 && is_any(field, HOSTS) ? i : ret->host;
        ret->port = ret->port < 0 && is_any(field, PORTS) ? i : ret->port;
        ret->protocol = ret->protocol < 0 && is_any(field, PROTOCOLS) ? i : ret->protocol;
        ret->state = ret->state < 0 && is_any(field, STATES) ? i : ret->state;
        ret->moment = ret->moment < 0 && is_any(field, MOMENTS) ? i : ret->moment;
        outside += is_any(field, OUTSIDE);
    }
    ret->outside = outside == 2 && ret->moment >= 0 && ret->port >= 0;
    return ret->host >= 0;
}

static bool is_head_line(struct span line)
{
    struct table_head head;
    return line.at[0] != '{' && line.at[0] != '[' && read_head(line, &head);
}

bool import_is_table(struct span text)
{
    return first_line(text, is_head_line);
}

static bool is_closed_word(struct span s)
{
    static const char *const WORDS[] = { "closed", "filtered", "down", "rst", "0", "false", NULL };
    return is_any(s, WORDS);
}

void import_table(struct importing *x, struct span text)
{
    struct table_head head = { -1, -1, -1, -1, -1, false };
    while (text.len) {
        struct span line = import_line(x, &text), fields[5] = { { 0 } };
        if (!span_trim(line).len || line.at[0] == '#')
            continue;
        if (head.host < 0) {
            read_head(line, &head);
            continue;
        }
        for (int i = 0; line.len && i < COLUMNS_MAX; i++) {
            struct span field = next_field(&line);
            fields[0] = i == head.host ? field : fields[0];
            fields[1] = i == head.port ? field : fields[1];
            fields[2] = i == head.protocol ? field : fields[2];
            fields[3] = i == head.state ? field : fields[3];
            fields[4] = i == head.moment ? field : fields[4];
        }
        uint64_t port = 0;
        bool udp = span_eq_nocase(fields[2], SPAN("udp"));
        if (head.outside && span_u64(fields[1], UINT16_MAX, &port))
            import_saw(x, fields[0], port, udp, fields[4], "Shadowserver");
        if (udp || is_closed_word(fields[3]) || !fields[0].len)
            import_pass(x);
        else
            import_put_at(x, fields[0], fields[1]);
    }
}
