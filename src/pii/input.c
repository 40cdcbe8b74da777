/* The stages, each with a buffer of its own: raw -> unpacked -> buffer. Plain UTF-8 goes straight
 * into the last one. */
#include "pii/input.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

bool input_init(struct input *in, struct profile *p, enum pii_format wanted, size_t buffer_bytes)
{
    *in = (struct input){ .profile = p, .wanted = wanted };
    in->cap = buffer_bytes ? buffer_bytes : INPUT_BUFFER_BYTES;
    if (in->cap < INPUT_BUFFER_LEAST)
        in->cap = INPUT_BUFFER_LEAST;
    if (in->cap > INPUT_BUFFER_MOST)
        in->cap = INPUT_BUFFER_MOST;
    in->memory = calloc(1, in->cap + 3 * CLASS_SLACK);
    in->buffer = in->memory + CLASS_SLACK; /* a little is readable in front, too */
    in->raw = malloc(INPUT_RAW_BYTES);
    in->unpacked = malloc(INPUT_RAW_BYTES);
    if (in->memory && in->raw && in->unpacked && masks_init(&in->masks, in->cap / CLASS_BLOCK + 1))
        return true;
    input_release(in);
    return false;
}

void input_release(struct input *in)
{
    if (in->unpacker && in->packing == PACKED_GZIP)
        inflateEnd(in->unpacker);
    if (in->packing == PACKED_GZIP)
        free(in->unpacker);
    else if (in->packing == PACKED_ZSTD)
        ZSTD_freeDStream(in->unpacker);
    if (in->decoder)
        iconv_close(in->decoder);
    recast_free(in->recast);
    free(in->memory);
    free(in->raw);
    free(in->unpacked);
    masks_release(&in->masks);
    *in = (struct input){ 0 };
}

/* Leaves the first n bytes of the buffer out. */
static void drop(struct input *in, size_t n)
{
    in->len -= n;
    memmove(in->buffer, in->buffer + n, in->len);
}

static void show(struct input *in, bool last);

/* What a recast writes goes to the reader. */
static void put_recast(void *self, struct span s)
{
    struct input *in = self;
    while (s.len) {
        struct span part = span_first(s, in->cap - in->len);
        memcpy(in->buffer + in->len, part.at, part.len);
        in->len += part.len;
        s = span_from(s, part.len);
        if (in->len == in->cap)
            show(in, false);
    }
}

/* From here on a recast stands in front of the reader; what lies in the buffer goes through it. False where there
 * is no memory for that. */
static bool begin_recast(struct input *in, enum recast_kind kind, bool whole)
{
    size_t n = in->len;
    uint8_t *head = malloc(n + 1);
    if (!head)
        return false;
    memcpy(head, in->buffer, n);
    in->recast = recast_new(kind, span_of(head, n), whole, put_recast, in);
    if (in->recast) {
        in->recasting = kind;
        in->profile->places_are_records = true;
        in->len = 0;
        reader_init(&in->reader, in->profile, FORMAT_JSON, ',', SPAN("{}\n"));
        recast_write(in->recast, span_of(head, n));
    }
    free(head);
    return in->recast != NULL;
}

/* Chooses the reader by what lies in the buffer. */
static void begin(struct input *in, bool whole)
{
    uint8_t delim = ',';
    if (span_starts(span_of(in->buffer, in->len), SPAN("\xef\xbb\xbf")))
        drop(in, 3);
    if (!in->wanted)
        drop(in, reader_script_head(span_of(in->buffer, in->len)));
    struct span head = span_first(span_of(in->buffer, in->len), INPUT_BUFFER_BYTES / 2);
    enum pii_format guessed = reader_guess(head, &delim);
    enum recast_kind kind = in->wanted || guessed == FORMAT_JSON ? RECAST_NOT : recast_guess_begin(head);
    whole = whole && head.len == in->len;
    if (!in->wanted && kind == RECAST_NOT && guessed == FORMAT_TEXT)
        kind = recast_guess_lines(head, whole);
    in->started = true;
    if (kind == RECAST_NOT || !begin_recast(in, kind, whole))
        reader_init(&in->reader, in->profile, in->wanted ? in->wanted : guessed, delim,
                    span_of(in->buffer, in->len));
}

/* Shows the buffer to the reader and keeps what it leaves. */
static void show(struct input *in, bool last)
{
    size_t blocks = (in->len + CLASS_BLOCK - 1) / CLASS_BLOCK;
    memset(in->buffer + in->len, 0, 2 * CLASS_SLACK);
    in->profile->engine->fill(&in->profile->plan, in->buffer, blocks, &in->masks);
    const struct text t = { in->buffer, in->len, &in->masks };
    profile_window(in->profile, &t);
    size_t taken = reader_read(&in->reader, in->profile, &t, last, in->len == in->cap);
    taken = last ? in->len : taken;
    profile_window_taken(in->profile, taken);
    drop(in, taken);
}

static void turn(struct input *in, bool last)
{
    if (!in->started)
        begin(in, last);
    if (in->recast && last)
        recast_end(in->recast);
    if (last || !in->recast || in->len == in->cap)
        show(in, last);
}

static void put_plain(struct input *in, struct span s)
{
    in->bytes += s.len;
    while (s.len) {
        if (in->recast) {
            recast_write(in->recast, s);
            return;
        }
        struct span part = span_first(s, in->cap - in->len);
        memcpy(in->buffer + in->len, part.at, part.len);
        in->len += part.len;
        s = span_from(s, part.len);
        if (in->len == in->cap)
            turn(in, false);
    }
}

/* How many bytes are left out where they are no character, so that the next ones are not cut. */
static size_t coding_step(enum input_coding c)
{
    return c >= CODING_OTHER ? 1 : c >= CODING_UTF32LE ? 4 : c >= CODING_UTF16LE ? 2 : 1;
}

/* Decodes what it can; the tail of a character stays in *s for the next time. */
static void decode(struct input *in, struct span *s)
{
    char *from = (char *)(uintptr_t)s->at;
    size_t left = s->len;
    while (left) {
        char out[2048], *to = out;
        size_t room = sizeof(out);
        size_t got = iconv(in->decoder, &from, &left, &to, &room);
        int why = errno;
        put_plain(in, span_of(out, sizeof(out) - room));
        if (got == (size_t)-1 && why == EINVAL)
            break;
        if (got == (size_t)-1 && why == EILSEQ) {
            size_t step = coding_step(in->coding);
            step = step < left ? step : left;
            in->damaged += step;
            from += step;
            left -= step;
            (void)iconv(in->decoder, NULL, NULL, NULL, NULL);
        }
    }
    *s = span_of(from, left);
}

/* Takes the first bytes of what is to be read. Those of a container are searched as they are: a
 * guess at their encoding or format would be one about noise. */
static void look_for_container(struct input *in, struct span s)
{
    in->container = container_guess(s);
    if (!in->container)
        return;
    in->coding = CODING_UTF8;
    if (!in->wanted)
        in->wanted = FORMAT_TEXT;
}

static void choose_coding(struct input *in, struct span s)
{
    static const char *const ICONV[] = { NULL,       NULL,       "GB18030", "UTF-16LE",
                                         "UTF-16BE", "UTF-32LE", "UTF-32BE" };
    in->coding = coding_guess(s, in->charset);
    bool other = in->coding == CODING_OTHER;
    if (in->coding > CODING_UTF8 && in->coding != CODING_UNTOLD) {
        in->decoder = iconv_open("UTF-8", other ? in->charset : ICONV[in->coding]);
        if (in->decoder == (iconv_t)-1) {
            in->decoder = NULL;
            in->coding = CODING_UTF8;
        }
    }
}

/* Unpacked bytes gather here until a buffer is full, since the guess wants to see enough. */
static void flush_unpacked(struct input *in)
{
    struct span s = span_of(in->unpacked, in->unpacked_len);
    if (in->packing != PACKED_NOT && in->bytes == 0 && in->coding == CODING_UNKNOWN)
        look_for_container(in, s);
    if (in->coding == CODING_UNKNOWN)
        choose_coding(in, s);
    if (in->decoder)
        decode(in, &s);
    else
        put_plain(in, s), s = SPAN_NONE;
    if (s.len)
        memmove(in->unpacked, s.at, s.len);
    in->unpacked_len = s.len;
}

static void put_unpacked(struct input *in, struct span s)
{
    while (s.len) {
        struct span part = span_first(s, INPUT_RAW_BYTES - in->unpacked_len);
        memcpy(in->unpacked + in->unpacked_len, part.at, part.len);
        in->unpacked_len += part.len;
        s = span_from(s, part.len);
        if (in->unpacked_len == INPUT_RAW_BYTES)
            flush_unpacked(in);
    }
}

static void unpack_gzip(struct input *in, struct span s)
{
    z_stream *z = in->unpacker;
    uint8_t out[2048];
    z->next_in = (uint8_t *)(uintptr_t)s.at;
    z->avail_in = (uInt)s.len;
    while (!in->broken && !in->over) {
        z->next_out = out;
        z->avail_out = sizeof(out);
        int got = inflate(z, Z_NO_FLUSH);
        put_unpacked(in, span_of(out, sizeof(out) - z->avail_out));
        in->midway = got != Z_STREAM_END;
        in->over = got == Z_STREAM_END && z->avail_in && *z->next_in != 0x1f;
        if (in->over)
            return;
        if (got == Z_STREAM_END && z->avail_in)
            inflateReset(z); /* members follow one another */
        else if (got != Z_OK && got != Z_BUF_ERROR && got != Z_STREAM_END)
            in->broken = true;
        if (z->avail_in == 0 && z->avail_out)
            return;
    }
}

static void unpack_zstd(struct input *in, struct span s)
{
    ZSTD_inBuffer from = { s.at, s.len, 0 };
    uint8_t out[2048];
    while (!in->broken) {
        ZSTD_outBuffer to = { out, sizeof(out), 0 };
        size_t got = ZSTD_decompressStream(in->unpacker, &to, &from);
        if (ZSTD_isError(got))
            in->broken = true;
        put_unpacked(in, span_of(out, to.pos));
        in->midway = got != 0;
        if (from.pos == from.size && to.pos < to.size)
            return;
    }
}

/* A frame, or one of those to be skipped that pzstd puts in front. */
static bool is_zstd(struct span s)
{
    return span_starts(s, SPAN("\x28\xb5\x2f\xfd")) ||
           (s.len && (s.at[0] & 0xf0) == 0x50 &&
            span_starts(span_from(s, 1), SPAN("\x2a\x4d\x18")));
}

static void choose_packing(struct input *in, struct span s)
{
    in->packing = PACKED_NOT;
    if (span_starts(s, SPAN("\x1f\x8b\x08"))) {
        z_stream *z = calloc(1, sizeof(*z));
        in->broken = !z || inflateInit2(z, 15 + 16) != Z_OK;
        in->packing = PACKED_GZIP;
        in->unpacker = z;
    } else if (is_zstd(s)) {
        ZSTD_DStream *z = ZSTD_createDStream();
        in->broken = !z || ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, 24));
        in->packing = PACKED_ZSTD;
        in->unpacker = z;
    } else {
        look_for_container(in, s);
    }
}

/* Not packed, nothing but ASCII so far, and nothing waits to be decoded. */
static bool is_ascii_yet(const struct input *in)
{
    return in->packing == PACKED_NOT && in->coding == CODING_UNKNOWN && in->unpacked_len == 0 && !in->recast;
}

static void flush_raw(struct input *in)
{
    struct span s = span_of(in->raw, in->raw_len);
    if (in->packing == PACKED_UNKNOWN)
        choose_packing(in, s);
    if (is_ascii_yet(in) && coding_is_ascii(s)) {
        put_plain(in, s);
        s.len = 0;
    }
    if (in->broken)
        ;
    else if (in->packing == PACKED_GZIP)
        unpack_gzip(in, s);
    else if (in->packing == PACKED_ZSTD)
        unpack_zstd(in, s);
    else
        put_unpacked(in, s);
    in->raw_from += in->raw_len;
    in->raw_len = 0;
}

/* Raw bytes are looked at in steps that do not depend on how they came. */
static size_t raw_room(const struct input *in)
{
    return INPUT_RAW_BYTES - in->raw_from % INPUT_RAW_BYTES - in->raw_len;
}

/* Plain UTF-8 for sure, and nothing waits in an earlier stage. */
static bool is_straight(const struct input *in)
{
    return in->packing == PACKED_NOT && in->coding == CODING_UTF8 && in->raw_len == 0 &&
           in->unpacked_len == 0 && !in->recast;
}

void input_write(struct input *in, struct span s)
{
    while (s.len) {
        if (is_straight(in)) {
            put_plain(in, s);
            return;
        }
        struct span part = span_first(s, raw_room(in));
        memcpy(in->raw + in->raw_len, part.at, part.len);
        in->raw_len += part.len;
        s = span_from(s, part.len);
        if (raw_room(in) == 0)
            flush_raw(in);
    }
}

/* read() that is not interrupted; -1 and a sentence where it fails. */
static ssize_t read_some(int fd, uint8_t *to, size_t room, struct error *e)
{
    for (;;) {
        ssize_t got = read(fd, to, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            error_set(e, "cannot read: %s", strerror(errno));
        return got;
    }
}

/* ASCII yet, and a step of raw bytes is about to begin: makes room for it in the buffer. False where
 * it is otherwise, or there is no such room. */
static bool begin_ascii_step(struct input *in)
{
    bool plain = is_ascii_yet(in) && in->raw_len == 0 && raw_room(in) == INPUT_RAW_BYTES &&
                 in->cap > INPUT_RAW_BYTES;
    if (plain && in->len && in->cap - in->len < INPUT_RAW_BYTES)
        turn(in, false);
    return plain && !in->recast && in->cap - in->len >= INPUT_RAW_BYTES;
}

/* Reads a whole step to where it will be shown. What is not ASCII, or not a whole step, is put among
 * the raw bytes instead. Returns how many bytes came; 0 at the end, -1 and a sentence. */
static ssize_t read_ascii_step(struct input *in, int fd, uint64_t limit, struct error *e)
{
    uint8_t *to = in->buffer + in->len;
    size_t room = limit < INPUT_RAW_BYTES ? (size_t)limit : INPUT_RAW_BYTES, have = 0;
    ssize_t got = 1;
    while (have < room && got > 0) {
        got = read_some(fd, to + have, room - have, e);
        have += got > 0 ? (size_t)got : 0;
    }
    if (have == INPUT_RAW_BYTES && coding_is_ascii(span_of(to, have))) {
        in->len += have;
        in->bytes += have;
        in->raw_from += have;
        if (in->len == in->cap)
            turn(in, false);
        return (ssize_t)have;
    }
    memcpy(in->raw, to, have);
    in->raw_len = have;
    if (raw_room(in) == 0)
        flush_raw(in);
    return got < 0 ? got : (ssize_t)have;
}

/* Reads a little to where it belongs. Returns as read_ascii_step() does. */
static ssize_t read_step(struct input *in, int fd, uint64_t limit, struct error *e)
{
    bool straight = is_straight(in);
    uint8_t *to = straight ? in->buffer + in->len : in->raw + in->raw_len;
    size_t room = straight ? in->cap - in->len : raw_room(in);
    ssize_t got = read_some(fd, to, room < limit ? room : (size_t)limit, e);
    if (got <= 0)
        return got;
    if (straight) {
        in->len += (size_t)got;
        in->bytes += (size_t)got;
        if (in->len == in->cap)
            turn(in, false);
    } else {
        in->raw_len += (size_t)got;
        if (raw_room(in) == 0)
            flush_raw(in);
    }
    return got;
}

bool input_read(struct input *in, int fd, uint64_t limit, struct error *e)
{
    while (limit) {
        ssize_t got = begin_ascii_step(in) ? read_ascii_step(in, fd, limit, e)
                                           : read_step(in, fd, limit, e);
        if (got <= 0)
            return got == 0;
        input_count(in, (uint64_t)got);
        limit -= (uint64_t)got;
    }
    return true;
}

bool input_settle(struct input *in)
{
    bool ascii = is_ascii_yet(in) && coding_is_ascii(span_of(in->raw, in->raw_len));
    if (!ascii && !is_straight(in))
        return false;
    flush_raw(in);
    if (in->len)
        turn(in, false);
    return in->len == 0 && !in->recast && !in->profile->in_record && reader_is_between(&in->reader);
}

const char *input_format_name(const struct input *in)
{
    return in->recast ? recast_name(in->recasting) : reader_format_name(in->reader.format);
}

bool input_end(struct input *in, struct error *e)
{
    flush_raw(in);
    flush_unpacked(in);
    /* Readers take what they can; a reader that waits for more is told that there is none. */
    turn(in, true);
    if (in->container)
        return error_set(e, "%s %s, which is not read; %s", in->container->article,
                         in->container->name, in->container->advice);
    if (in->broken)
        return error_set(e, "the packed data is broken; what could be read of it counts");
    if (in->midway)
        return error_set(e, "the packed data is cut short; what could be read of it counts");
    size_t attached = in->recast && in->recasting == RECAST_MAIL ? recast_left_out(in->recast) : 0;
    if (attached)
        return error_set(e, "%zu %s of a mail that %s no text and not read; save %s as a file", attached,
                         attached == 1 ? "part" : "parts", attached == 1 ? "is" : "are", attached == 1 ? "it" : "each");
    return in->coding != CODING_UNTOLD ||
           error_set(e, "a text in an encoding that could not be told; its bytes were searched as "
                        "they are, save it as UTF-8");
}
