#include "pii/tree.h"

#include "pii/hash.h"

static void flush(struct tree *t)
{
    if (t->len)
        t->emit(t->self, span_of(t->out, t->len));
    t->len = 0;
}

static void put(struct tree *t, struct span s)
{
    while (s.len) {
        struct span part = span_first(s, TREE_OUT_BYTES - t->len);
        memcpy(t->out + t->len, part.at, part.len);
        t->len += part.len;
        s = span_from(s, part.len);
        if (t->len == TREE_OUT_BYTES)
            flush(t);
    }
}

/* What stands in a string of JSON; control characters become blanks. */
static void put_chars(struct tree *t, struct span s)
{
    while (s.len) {
        size_t n = 0;
        while (n < s.len && s.at[n] >= ' ' && s.at[n] != '"' && s.at[n] != '\\')
            n++;
        put(t, span_first(s, n));
        s = span_from(s, n);
        if (s.len == 0)
            break;
        put(t, s.at[0] == '"' ? SPAN("\\\"") : s.at[0] == '\\' ? SPAN("\\\\") : SPAN(" "));
        s = span_from(s, 1);
    }
}

static void put_string(struct tree *t, struct span s)
{
    put(t, SPAN("\""));
    put_chars(t, s);
    put(t, SPAN("\""));
}

/* The text that is open ends. */
static void end_text(struct tree *t)
{
    if (t->text) {
        put(t, SPAN("\""));
        t->comma = true;
    }
    t->text = 0;
}

static void put_key(struct tree *t, struct span name)
{
    if (t->comma)
        put(t, SPAN(","));
    put_string(t, name);
    put(t, SPAN(":"));
    t->comma = t->told = false;
}

static struct span name_of(const struct tree_branch *b)
{
    return span_of(b->name, b->name_len);
}

void tree_init(struct tree *t, void (*emit)(void *self, struct span bytes), void *self)
{
    t->emit = emit;
    t->self = self;
    t->depth = t->deeper = t->record = t->floor = t->len = t->text = 0;
    t->first_key = 0;
    t->comma = false;
}

static void write_branch(struct tree *t, struct tree_branch *b)
{
    b->written = true;
    if (b->name_len == 0)
        return;
    put_key(t, name_of(b));
    put(t, SPAN("{"));
}

static void close_branch(struct tree *t, struct tree_branch *b)
{
    if (b->written && b->name_len) {
        put(t, SPAN("}"));
        t->comma = true;
    }
    b->written = false;
}

void tree_end_record(struct tree *t)
{
    end_text(t);
    if (!t->record)
        return;
    for (size_t i = t->depth; i >= t->record; i--)
        close_branch(t, &t->at[i - 1]);
    put(t, SPAN("}\n"));
    t->at[t->record - 1].last = 0;
    t->record = 0;
}

void tree_begin_root(struct tree *t)
{
    if (t->depth == 0)
        tree_open(t, SPAN_NONE);
}

void tree_begin_record(struct tree *t)
{
    tree_begin_root(t);
    if (t->record)
        return;
    put(t, SPAN("{"));
    t->comma = false;
    t->first_key = 0;
    t->record = t->depth;
}

/* Writes the branches from the record's on that are not written yet. */
static void write_down(struct tree *t)
{
    tree_begin_record(t);
    for (size_t i = t->record; i <= t->depth; i++)
        if (!t->at[i - 1].written)
            write_branch(t, &t->at[i - 1]);
}

void tree_open(struct tree *t, struct span name)
{
    end_text(t);
    if (t->depth == TREE_LEVELS_MAX) {
        t->deeper++;
        return;
    }
    name = span_first(name, TREE_NAME_MAX);
    struct tree_branch *parent = t->depth ? &t->at[t->depth - 1] : NULL;
    if (parent && !t->told && t->record == t->depth && parent->last && parent->last == (profile_hash(name) | 1)) {
        tree_end_record(t);
        t->floor = t->depth + 1;
    }
    struct tree_branch *b = &t->at[t->depth++];
    b->written = false;
    b->last = 0;
    b->name_len = (uint8_t)name.len;
    if (name.len)
        memcpy(b->name, name.at, name.len);
}

void tree_close(struct tree *t)
{
    end_text(t);
    if (t->deeper) {
        t->deeper--;
        return;
    }
    if (t->depth == 0)
        return;
    if (t->record == t->depth)
        tree_end_record(t);
    struct tree_branch *b = &t->at[t->depth - 1];
    uint64_t name = profile_hash(name_of(b)) | 1;
    close_branch(t, b);
    if (--t->depth)
        t->at[t->depth - 1].last = name;
}

/* The value's name is written, and its record begun where there is none. */
static void begin_value(struct tree *t, struct span name)
{
    end_text(t);
    write_down(t);
    if (t->first_key == 0)
        t->first_key = profile_hash(span_first(name, TREE_NAME_MAX)) | 1;
    put_key(t, span_first(name, TREE_NAME_MAX));
}

void tree_value(struct tree *t, struct span name, struct span value)
{
    value = span_trim(value);
    if (value.len == 0)
        return;
    begin_value(t, name);
    put_string(t, value);
    t->comma = true;
    if (t->record && t->depth < t->floor)
        tree_end_record(t);
}

void tree_lines(struct tree *t, struct span name, struct span line)
{
    line = span_trim(line);
    if (t->text && (t->text + line.len > TREE_TEXT_MAX || span_starts(line, SPAN("-----BEGIN"))))
        end_text(t);
    while (line.len) {
        struct span part = span_first(line, TREE_TEXT_MAX);
        if (t->text) {
            put(t, SPAN("\\n"));
        } else {
            begin_value(t, name);
            put(t, SPAN("\""));
        }
        put_chars(t, part);
        t->text += part.len + 1;
        line = span_from(line, part.len);
        if (line.len)
            end_text(t);
    }
}

void tree_value_of_list(struct tree *t, struct span name, struct span value)
{
    if (t->record == t->depth && t->record && t->first_key == (profile_hash(span_first(name, TREE_NAME_MAX)) | 1))
        tree_end_record(t);
    tree_value(t, name, value);
}

void tree_text(struct tree *t, struct span text)
{
    while (text.len)
        tree_lines(t, SPAN("(text)"), span_cut(&text, '\n'));
}

void tree_finish(struct tree *t)
{
    end_text(t);
    tree_end_record(t);
    t->depth = t->deeper = 0;
    flush(t);
}
