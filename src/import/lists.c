/* What people keep: Ansible inventories (INI and YAML) and DNS zone files. */
#include "import/inside.h"

#include "base/buf.h"
#include "text/node.h"

enum { HEAD_BYTES = 4096, LINES_SEEN = 200, PATTERN_HOSTS_MAX = 10000, NAME_BYTES = 512, YAML_ARENA = 128 << 20,
       DEPTH_MAX = 30 };

/* ---- "web[01:20].corp" ---- */

/* Puts each host that a pattern of Ansible stands for. */
static void put_pattern(struct importing *x, struct span host)
{
    size_t open = span_index(host, '['), close = span_index(host, ']');
    struct span range = open < close && close < host.len ? span_from(span_first(host, close), open + 1) : SPAN_NONE;
    struct span to = range, from = span_cut(&to, ':');
    uint64_t first, last;
    if (!range.len || open == 0) { /* a literal of IPv6 begins with the bracket */
        import_put(x, host, 0);
        return;
    }
    if (!span_u64(from, UINT32_MAX, &first) || !span_u64(to, UINT32_MAX, &last) || last < first ||
        last - first >= PATTERN_HOSTS_MAX) {
        import_pass(x);
        return;
    }
    for (uint64_t i = first; i <= last && !x->full; i++) {
        char room[NAME_BYTES];
        struct buf name = { .at = (uint8_t *)room, .cap = sizeof(room), .max = sizeof(room) };
        buf_put(&name, span_first(host, open));
        buf_printf(&name, "%0*llu", from.len < 12 ? (int)from.len : 1, (unsigned long long)i);
        buf_put(&name, span_from(host, close + 1));
        if (buf_ok(&name))
            import_put(x, buf_span(&name), 0);
        else
            import_pass(x);
    }
}

/* ---- Ansible, INI ---- */

static bool is_section(struct span line)
{
    bool good = line.len > 2 && line.at[0] == '[' && line.at[line.len - 1] == ']';
    for (size_t i = 1; good && i + 1 < line.len; i++) {
        uint8_t c = ascii_lower(line.at[i]);
        good = (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '_' || c == '-' || (c == ':' && i > 1);
    }
    return good;
}

bool import_is_ini(struct span text)
{
    text = span_first(text, HEAD_BYTES);
    for (size_t i = 0; text.len && i < LINES_SEEN; i++) {
        struct span line = span_trim(span_cut(&text, '\n'));
        if (is_section(line) || span_find(line, SPAN(" ansible_host=")) != SIZE_MAX)
            return true;
    }
    return false;
}

/* Of "web1 ansible_host=10.0.0.5 x=y" the address, else the name. */
static void put_host(struct importing *x, struct span line)
{
    struct span host = import_word(&line), at = SPAN_NONE;
    while (line.len) {
        struct span word = import_word(&line);
        if (span_starts(word, SPAN("ansible_host=")))
            at = span_from(word, strlen("ansible_host="));
    }
    if (at.len >= 2 && (at.at[0] == '"' || at.at[0] == '\'') && at.at[at.len - 1] == at.at[0])
        at = span_from(span_first(at, at.len - 1), 1);
    if (span_is(host, "localhost") || span_find(at, SPAN("{{")) != SIZE_MAX)
        import_pass(x);
    else
        put_pattern(x, at.len ? at : host);
}

void import_ini(struct importing *x, struct span text)
{
    bool hosts = true; /* not under [group:vars] or [group:children] */
    while (text.len) {
        struct span line = span_trim(import_line(x, &text));
        if (!line.len || line.at[0] == '#' || line.at[0] == ';')
            continue;
        if (line.at[0] == '[' && line.at[line.len - 1] == ']')
            hosts = span_index(line, ':') == line.len;
        else if (hosts)
            put_host(x, line);
    }
}

/* ---- Ansible, YAML ---- */

static void put_group(struct importing *x, const struct node *group, size_t depth)
{
    const struct node *hosts = node_get(group, "hosts"), *children = node_get(group, "children");
    for (const struct node *h = hosts && hosts->kind == NODE_MAP ? hosts->first : NULL; h; h = h->next) {
        struct span at = node_text(node_get(h, "ansible_host"));
        x->line = h->line;
        if (span_is(h->key, "localhost") || span_find(at, SPAN("{{")) != SIZE_MAX)
            import_pass(x);
        else
            put_pattern(x, at.len ? at : h->key);
    }
    for (const struct node *c = children && children->kind == NODE_MAP ? children->first : NULL; c && depth < DEPTH_MAX;
         c = c->next)
        put_group(x, c, depth + 1);
}

bool import_is_yaml(struct span text)
{
    text = span_first(text, HEAD_BYTES);
    for (size_t i = 0; text.len && i < LINES_SEEN; i++) {
        struct span line = span_trim(span_cut(&text, '\n'));
        if (span_is(line, "hosts:") || span_is(line, "children:"))
            return true;
    }
    return false;
}

bool import_yaml(struct importing *x, struct span text)
{
    struct arena a;
    struct error none;
    bool known = false;
    arena_init(&a, YAML_ARENA);
    const struct node *root = yaml_parse(&a, text, &none);
    for (const struct node *g = root && root->kind == NODE_MAP ? root->first : NULL; g; g = g->next) {
        known |= node_get(g, "hosts") || node_get(g, "children");
        put_group(x, g, 0);
    }
    arena_release(&a);
    return known;
}

/* ---- DNS zones (RFC 1035, 5) ---- */

static bool is_class(struct span word)
{
    return span_eq_nocase(word, SPAN("IN"));
}

/* The type of a record, and its data in *ret_data; empty where the line is no record. Before it may stand a time to
 * live and the class, in either order. */
static struct span record_type(struct span line, struct span *ret_data)
{
    for (int i = 0; i < 3; i++) {
        struct span word = import_word(&line);
        if (!is_class(word) && !(word.len && ascii_is_digit(word.at[0]))) {
            *ret_data = line;
            return word;
        }
    }
    return SPAN_NONE;
}

static bool is_address_type(struct span type)
{
    return span_eq_nocase(type, SPAN("A")) || span_eq_nocase(type, SPAN("AAAA"));
}

static struct span without_comment(struct span line)
{
    return span_first(line, span_index(line, ';'));
}

bool import_is_zone(struct span text)
{
    text = span_first(text, HEAD_BYTES);
    for (size_t i = 0; text.len && i < LINES_SEEN; i++) {
        struct span line = without_comment(span_cut(&text, '\n')), rest = line, data;
        if (span_starts(line, SPAN("$ORIGIN")) || span_starts(line, SPAN("$TTL")))
            return true;
        import_word(&rest);
        struct span type = record_type(rest, &data);
        if (span_eq_nocase(type, SPAN("SOA")) && span_trim(data).len)
            return true;
    }
    return false;
}

struct zone {
    char origin[NAME_BYTES], owner[NAME_BYTES];
    size_t origin_len, owner_len;
};

/* The whole name, without the dot at its end, into room[NAME_BYTES]; 0 where it is too long. */
static size_t whole_name(const struct zone *z, struct span name, char room[static NAME_BYTES])
{
    struct buf b = { .at = (uint8_t *)room, .cap = NAME_BYTES, .max = NAME_BYTES };
    bool at = span_is(name, "@"), absolute = name.len && name.at[name.len - 1] == '.';
    if (!at)
        buf_put(&b, absolute ? span_first(name, name.len - 1) : name);
    if (!absolute && z->origin_len) {
        buf_str(&b, at ? "" : ".");
        buf_put(&b, span_of(z->origin, z->origin_len));
    }
    return buf_ok(&b) ? b.len : 0;
}

static void set_origin(struct zone *z, struct span name)
{
    char room[NAME_BYTES];
    size_t len = whole_name(z, name, room);
    memcpy(z->origin, room, len);
    z->origin_len = len;
}

/* A host is what has an address; its name is asked, since a name is part of what is found. */
static void read_record(struct importing *x, struct zone *z, struct span line)
{
    struct span data, rest = line;
    if (!ascii_is_space(line.at[0])) {
        char room[NAME_BYTES];
        size_t len = whole_name(z, import_word(&rest), room);
        memcpy(z->owner, room, len);
        z->owner_len = len;
    }
    struct span type = record_type(rest, &data), owner = span_of(z->owner, z->owner_len);
    if (span_eq_nocase(type, SPAN("SOA")) && !z->origin_len && owner.len) {
        memcpy(z->origin, z->owner, z->owner_len);
        z->origin_len = z->owner_len;
    }
    if (!is_address_type(type))
        return;
    if (!z->origin_len && !import_is_name(owner)) /* where the zone does not say what it is called */
        import_put(x, import_word(&data), 0);
    else if (import_is_name(owner))
        import_put(x, owner, 0);
    else
        import_pass(x);
}

void import_zone(struct importing *x, struct span text)
{
    struct zone *z = ARENA_NEW(x->arena, struct zone);
    bool inside = false; /* brackets of a SOA */
    if (!z)
        return;
    *z = (struct zone){ 0 };
    while (text.len) {
        struct span line = without_comment(import_line(x, &text)), rest = line;
        bool opens = span_index(line, '(') < line.len, closes = span_index(line, ')') < line.len;
        if (!span_trim(line).len)
            continue;
        if (span_starts(line, SPAN("$"))) {
            if (span_is(import_word(&rest), "$ORIGIN"))
                set_origin(z, import_word(&rest));
        } else if (!inside) {
            read_record(x, z, line);
        }
        inside = (inside || opens) && !closes;
    }
}
