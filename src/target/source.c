/* Where targets come from: arguments, files, standard input. */
#include "target/target.h"

#include "base/file.h"

enum { TARGETS_BYTES_MAX = 64 * 1024 * 1024 };

/* A # starts a comment at the start of a line or after a space; a URL may hold one. */
static struct span strip_comment(struct span line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] == '#' && (i == 0 || ascii_is_space(line.at[i - 1])))
            return span_first(line, i);
    return line;
}

/* Room for as many targets as there are lines, at once: a list that grows by doubling leaves as much behind as
 * it holds. */
static bool reserve(struct arena *a, struct targets *list, struct span text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    if (lines <= list->list.cap - list->list.len)
        return true;
    struct target *room = arena_array(a, list->list.len + lines, sizeof(*room));
    if (!room)
        return false;
    if (list->list.len)
        memcpy(room, list->list.at, list->list.len * sizeof(*room));
    list->list.at = room;
    list->list.cap = list->list.len + lines;
    return true;
}

bool targets_add_lines(struct arena *a, struct targets *list, struct span text, const char *file,
                       struct error *e)
{
    struct origin origin = { .file = file };
    if (span_starts(text, SPAN("\xef\xbb\xbf")))
        text = span_from(text, 3);
    if (!reserve(a, list, text))
        return error_set(e, "%s: not enough memory for the targets", file);
    while (text.len) {
        origin.line++;
        struct span line = span_trim(strip_comment(span_cut(&text, '\n')));
        struct target t;
        if (line.len == 0)
            continue;
        if (line.at[0] == '@')
            return error_set(e, "%s:%u: a target file cannot name another file", file, origin.line);
        if (!target_parse(a, line, origin, &t, e))
            return error_in(e, "%s:%u", file, origin.line);
        struct target *new = list_add(a, &list->list);
        if (!new)
            return error_set(e, "%s:%u: not enough memory for the targets", file, origin.line);
        *new = t;
    }
    return true;
}

static bool add_file(struct arena *a, struct targets *list, struct span path, struct error *e)
{
    struct span text;
    const char *name = arena_str(a, path);
    if (!name)
        return error_set(e, "not enough memory for the targets");
    if (path.len == 0)
        return error_set(
            e, "a file name is missing after \"@\"; write @hosts.txt, or @- for standard input");
    return file_read_or_stdin(a, name, TARGETS_BYTES_MAX, &text, e) &&
           targets_add_lines(a, list, text,
                             path.len == 1 && path.at[0] == '-' ? "standard input" : name, e);
}

bool targets_add(struct arena *a, struct targets *list, struct span argument, struct error *e)
{
    struct target t;
    if (argument.len && argument.at[0] == '@')
        return add_file(a, list, span_from(argument, 1), e);
    if (!target_parse(a, argument, (struct origin){ 0 }, &t, e))
        return false;
    struct target *new = list_add(a, &list->list);
    if (!new)
        return error_set(e, "not enough memory for the targets");
    *new = t;
    return true;
}
