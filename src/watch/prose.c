#include "watch/prose.h"

static void put_line(struct buf *out, const char *label, struct span s)
{
    if (s.len == 0)
        return;
    buf_printf(out, "%s", label);
    put_visible(out, s, NOTICE_TEXT_MAX);
    buf_byte(out, '\n');
}

static void put_change(struct buf *out, const struct node *change, size_t fix_lines)
{
    const struct node *f = node_get(change, "finding");
    int64_t records;
    put_line(out, "", node_text(node_get(change, "text")));
    put_line(out, "  where     ", node_text(node_get(f, "endpoint")));
    put_line(out, "  name      ", node_text(node_get(f, "name")));
    put_line(out, "  why       ", node_text(node_get(f, "why")));
    put_line(out, "  open from ", node_text(node_get(f, "opened")));
    put_line(out, "  closed    ", node_text(node_get(f, "closed")));
    if (node_i64(node_get(f, "records"), &records))
        buf_printf(out, "  records   %lld\n", (long long)records);
    put_line(out, "  finding   ", node_text(node_get(f, "fingerprint")));
    /* What is closed needs no closing. */
    struct span fix = node_text(node_get(f, "closed")).len ? SPAN_NONE : node_text(node_get(f, "fix"));
    if (fix.len && fix_lines)
        buf_str(out, "\nHow to close it:\n");
    for (size_t i = 0; fix.len && i < fix_lines; i++)
        put_line(out, "    ", span_cut(&fix, '\n'));
}

void prose_changes(struct buf *out, const struct message *m, size_t fix_lines)
{
    const struct node *list = node_get(m->root, "changes");
    for (const struct node *c = list ? list->first : m->root; c; c = list ? c->next : NULL) {
        put_change(out, c, fix_lines);
        buf_byte(out, '\n');
    }
}
