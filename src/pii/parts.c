/* See parts.h. A wave is one part a thread, read into memory. Each part starts behind the first line
 * end at or after its nominal place; lines are counted before anything is read, since which records
 * are looked at closely goes by their number. A part that turns out otherwise than was assumed (a
 * record over several lines, bytes that are no ASCII where the encoding is not known yet, a limit)
 * is thrown away with all behind it, and the thread of the caller reads on from there. */
#include "pii/parts.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FIRST_BYTES = 4 << 20, /* read by one thread */
    WAVE_BYTES = 16 << 20,
    LINE_BYTES_MAX = 64 << 10, /* longer ones are read by one thread */
    FAILURES_MAX = 3
};

struct part {
    const struct input *whole;
    struct profile profile;
    struct input in;
    uint8_t *memory;
    int fd;
    off_t at; /* nominal place in the file */
    size_t nominal, len;
    size_t from, to; /* whole lines in memory */
    uint64_t lines;  /* in [from, to) */
    uint64_t before; /* lines of the wave in front of this part */
    bool first, fine, profiled;
};

/* Line ends in `n` bytes; sixteen lanes of bytes are summed before they can overflow. */
static uint64_t count_lines(const uint8_t *s, size_t n)
{
    typedef uint8_t lanes __attribute__((vector_size(16)));
    const lanes end = (lanes){} + '\n';
    uint64_t count = 0;
    size_t i = 0;
    while (n - i >= sizeof(lanes)) {
        lanes sum = {}, v;
        for (unsigned k = 0; k < 255 && n - i >= sizeof(v); k++, i += sizeof(v)) {
            memcpy(&v, s + i, sizeof(v));
            sum -= (lanes)(v == end);
        }
        for (unsigned k = 0; k < sizeof(sum); k++)
            count += sum[k];
    }
    for (; i < n; i++)
        count += s[i] == '\n';
    return count;
}

/* The offset behind the first line end at or after `at`; SIZE_MAX where there is none. */
static size_t line_behind(const struct part *p, size_t at)
{
    const uint8_t *hit = at < p->len ? memchr(p->memory + at, '\n', p->len - at) : NULL;
    return hit ? (size_t)(hit - p->memory) + 1 : SIZE_MAX;
}

/* Reads a part and finds its lines. */
static void *load(void *self)
{
    struct part *p = self;
    size_t room = p->nominal + LINE_BYTES_MAX;
    p->fine = false;
    for (p->len = 0; p->len < room;) {
        ssize_t got = pread(p->fd, p->memory + p->len, room - p->len, p->at + (off_t)p->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        p->len += (size_t)got;
    }
    p->from = p->first ? 0 : line_behind(p, 0);
    if (p->len > p->nominal) {
        p->to = line_behind(p, p->nominal);
    } else {
        const uint8_t *hit = p->len ? memrchr(p->memory, '\n', p->len) : NULL;
        p->to = hit ? (size_t)(hit - p->memory) + 1 : 0;
    }
    if (p->from > p->to || p->to == SIZE_MAX)
        return NULL;
    p->lines = count_lines(p->memory + p->from, p->to - p->from);
    p->fine = true;
    return NULL;
}

/* Reads the lines of a part into its profile. */
static void *scan(void *self)
{
    struct part *p = self;
    const struct input *whole = p->whole;
    struct span s = span_of(p->memory + p->from, p->to - p->from);
    bool known = whole->coding == CODING_UTF8;
    p->fine = (known || coding_is_ascii(s)) &&
              profile_init(&p->profile, whole->profile->d, whole->profile->engine);
    p->profiled = p->fine;
    if (!p->fine || !profile_split(whole->profile, &p->profile))
        return p->fine = false, NULL;
    p->profile.budget.left_bytes = SAMPLES_BYTES_MAX / PARTS_MAX;
    p->in.reader = whole->reader;
    p->in.len = 0;
    if (whole->reader.format == FORMAT_TEXT)
        p->in.reader.text.lines += p->before;
    else
        p->profile.records += p->before;
    p->profile.window_line = whole->profile->window_line + p->before;
    uint64_t expected = p->profile.records + p->lines;
    input_write(&p->in, s);
    p->fine = input_settle(&p->in) && !p->profile.cut &&
              (whole->reader.format == FORMAT_TEXT || p->profile.records == expected);
    return NULL;
}

static void all_at_once(struct part *parts, unsigned count, void *(*what)(void *part))
{
    pthread_t threads[PARTS_MAX];
    bool runs[PARTS_MAX] = { false };
    for (unsigned i = 1; i < count; i++)
        runs[i] = pthread_create(&threads[i], NULL, what, &parts[i]) == 0;
    what(&parts[0]);
    for (unsigned i = 1; i < count; i++) {
        if (runs[i])
            pthread_join(threads[i], NULL);
        else
            what(&parts[i]);
    }
}

/* One wave from `at` on. Returns where the file goes on; *ret_fine is false where a part failed. */
static off_t wave(struct input *in, struct part *parts, unsigned count, off_t at, bool *ret_fine)
{
    uint64_t before = 0;
    for (unsigned i = 0; i < count; i++) {
        parts[i].at = at + (off_t)(i * parts[i].nominal);
        parts[i].first = i == 0;
        parts[i].profiled = false;
    }
    all_at_once(parts, count, load);
    *ret_fine = true;
    for (unsigned i = 0; i < count; i++) {
        parts[i].before = before;
        before += parts[i].lines;
        if (!parts[i].fine) {
            *ret_fine = false;
            count = i;
        }
    }
    if (count)
        all_at_once(parts, count, scan);
    for (unsigned i = 0; i < count; i++) {
        struct part *p = &parts[i];
        if (!p->fine || !profile_merge(in->profile, &p->profile)) {
            *ret_fine = false;
            break;
        }
        reader_merge(&in->reader, in->profile, &p->in.reader);
        in->profile->window_line += p->lines;
        in->bytes += p->to - p->from;
        input_count(in, p->to - p->from);
        in->raw_from += p->to - p->from;
        at = p->at + (off_t)p->to;
    }
    for (unsigned i = 0; i < count; i++)
        if (parts[i].profiled)
            profile_release(&parts[i].profile);
    return at;
}

static void parts_release(struct part *parts, unsigned count)
{
    for (unsigned i = 0; parts && i < count; i++) {
        input_release(&parts[i].in);
        free(parts[i].memory);
    }
    free(parts);
}

static struct part *parts_new(struct input *in, int fd, unsigned count)
{
    struct part *parts = calloc(count, sizeof(*parts));
    bool fine = parts != NULL;
    for (unsigned i = 0; i < count && fine; i++) {
        struct part *p = &parts[i];
        *p = (struct part){ .whole = in, .fd = fd, .nominal = WAVE_BYTES / count };
        p->memory = malloc(p->nominal + LINE_BYTES_MAX);
        fine = p->memory && input_init(&p->in, &p->profile, in->reader.format, in->cap);
        p->in.packing = PACKED_NOT;
        p->in.coding = CODING_UTF8;
        p->in.started = true;
    }
    if (fine)
        return parts;
    parts_release(parts, parts ? count : 0);
    return NULL;
}

/* Where the first line end at or after `at` is, plus one; 0 where none is near. */
static off_t next_line(int fd, off_t at)
{
    uint8_t near[4096];
    ssize_t got = pread(fd, near, sizeof(near), at);
    const uint8_t *hit = got > 0 ? memchr(near, '\n', (size_t)got) : NULL;
    return hit ? at + (hit - near) + 1 : 0;
}

/* Reads on with one thread, up to a line's end about `bytes` further. True where threads may take
 * over from there. */
static bool read_alone(struct input *in, int fd, off_t *at, off_t bytes, struct error *e,
                       bool *ret_failed)
{
    off_t to = next_line(fd, *at + bytes);
    if (to == 0)
        return false;
    *ret_failed = lseek(fd, *at, SEEK_SET) < 0 || !input_read(in, fd, (uint64_t)(to - *at), e);
    *at = to;
    return !*ret_failed && !in->profile->cut && in->started && input_settle(in);
}

bool parts_read(struct input *in, int fd, unsigned threads, struct error *e)
{
    struct stat st;
    off_t at = lseek(fd, 0, SEEK_CUR);
    bool failed = false;
    unsigned count = threads < PARTS_MAX ? threads : PARTS_MAX, failures = 0;
    if (count < 2 || at < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size - at < 2 * FIRST_BYTES || !read_alone(in, fd, &at, FIRST_BYTES, e, &failed))
        return !failed && input_read(in, fd, UINT64_MAX, e);
    struct part *parts = parts_new(in, fd, count);
    while (parts && failures < FAILURES_MAX && st.st_size - at > FIRST_BYTES) {
        bool fine;
        at = wave(in, parts, count, at, &fine);
        if (fine)
            continue;
        failures++;
        if (!read_alone(in, fd, &at, WAVE_BYTES, e, &failed))
            break;
    }
    parts_release(parts, count);
    if (failed)
        return false;
    return (lseek(fd, at, SEEK_SET) >= 0 || error_set(e, "cannot read: %s", strerror(errno))) &&
           input_read(in, fd, UINT64_MAX, e);
}
