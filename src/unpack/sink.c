#include "unpack/unpack.h"

#include "unpack/frames.h"

void sink_init(struct sink *s, uint64_t container_bytes, bool (*write)(void *, struct span), void *self)
{
    uint64_t most = container_bytes < UINT64_MAX / UNPACK_RATIO ? container_bytes * UNPACK_RATIO
                                                                : UINT64_MAX;
    *s = (struct sink){ .write = write, .self = self };
    s->left = most < UNPACK_BYTES_LEAST ? UNPACK_BYTES_LEAST : most;
    buf_init(&s->data, FRAME_BYTES_MAX);
}

void sink_release(struct sink *s)
{
    buf_release(&s->data);
}

static void put_frame(struct sink *s, enum frame_tag tag, struct span bytes)
{
    uint8_t head[FRAME_HEAD_BYTES];
    frame_head(tag, (uint32_t)bytes.len, head);
    s->dead = s->dead || !s->write(s->self, span_of(head, sizeof(head))) ||
              (bytes.len && !s->write(s->self, bytes));
    s->over = s->over || s->dead;
}

static void flush(struct sink *s)
{
    if (s->data.len)
        put_frame(s, FRAME_DATA, buf_span(&s->data));
    buf_reset(&s->data);
}

bool sink_begin(struct sink *s, const char *kind)
{
    if (s->over)
        return false;
    if (s->parts++ == UNPACK_PARTS_MAX) {
        sink_fault(s, "it has more than 100,000 parts; the others were not read");
        s->over = true;
        return false;
    }
    put_frame(s, FRAME_BEGIN, span_str(kind));
    s->open = true;
    return !s->over;
}

bool sink_data(struct sink *s, struct span bytes)
{
    if (bytes.len > s->left) {
        sink_fault(s, "it unpacks to more than 200 times its size; the rest was not read");
        s->over = true;
    }
    s->left -= s->over ? 0 : bytes.len;
    while (bytes.len && !s->over) {
        struct span part = span_first(bytes, FRAME_BYTES_MAX - s->data.len);
        buf_put(&s->data, part);
        if (!buf_ok(&s->data))
            s->over = true;
        if (s->data.len == FRAME_BYTES_MAX)
            flush(s);
        bytes = span_from(bytes, part.len);
    }
    return !s->over;
}

void sink_end(struct sink *s)
{
    if (!s->open)
        return;
    flush(s);
    put_frame(s, FRAME_END, SPAN_NONE);
    s->open = false;
}

void sink_fault(struct sink *s, const char *sentence)
{
    if (s->told)
        return;
    s->told = true;
    if (s->open)
        flush(s);
    put_frame(s, FRAME_FAULT, span_str(sentence));
}

bool sink_cell(struct sink *s, struct span cell)
{
    (void)sink_data(s, SPAN("\""));
    while (cell.len) {
        struct span part = span_first(cell, span_index(cell, '"'));
        (void)sink_data(s, part);
        cell = span_from(cell, part.len);
        if (cell.len) {
            (void)sink_data(s, SPAN("\"\""));
            cell = span_from(cell, 1);
        }
    }
    return sink_data(s, SPAN("\""));
}
