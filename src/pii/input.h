/* From bytes as they lie in a file to a reader: gzip and zstd are unpacked, GB18030, UTF-16 and
 * UTF-32 are turned into UTF-8, the format is guessed, and readers are shown one buffer after the
 * other. A stream of any size takes the same memory. */
#ifndef AJAR_PII_INPUT_H
#define AJAR_PII_INPUT_H

#include "base/error.h"
#include "pii/container.h"
#include "pii/reader.h"
#include "pii/recast.h"

enum {
    INPUT_BUFFER_BYTES = 128 * 1024,
    INPUT_RAW_BYTES = 64 * 1024,
    INPUT_BUFFER_LEAST = 4096,
    INPUT_BUFFER_MOST = 64 << 20
};

enum input_packing { PACKED_UNKNOWN, PACKED_NOT, PACKED_GZIP, PACKED_ZSTD };
enum input_coding {
    CODING_UNKNOWN,
    CODING_UTF8,
    CODING_GB18030,
    CODING_UTF16LE,
    CODING_UTF16BE,
    CODING_UTF32LE,
    CODING_UTF32BE,
    CODING_OTHER,  /* `charset` says which */
    CODING_UNTOLD, /* text, but in no encoding that could be told: its bytes are searched as they are */
};

enum { CHARSET_NAME_MAX = 32 };

struct input {
    struct profile *profile;
    struct reader_state reader;
    enum pii_format wanted; /* FORMAT_UNKNOWN: guess */
    enum input_packing packing;
    enum input_coding coding;
    char charset[CHARSET_NAME_MAX]; /* as iconv knows it; empty for those above */
    uint8_t *memory, *buffer, *raw, *unpacked;
    struct masks masks;
    size_t cap, len, raw_len, unpacked_len;
    void *unpacker, *decoder;
    const struct container *container; /* of this format; its bytes are searched as text only */
    uint64_t raw_from;                 /* bytes of the stream in front of raw[0] */
    uint64_t *came;                    /* as in struct ajar_pii_options; or NULL */
    uint64_t bytes, damaged;           /* after unpacking; bytes that could not be decoded */
    struct recast *recast;             /* writes what is no table, JSON or text anew; or NULL */
    enum recast_kind recasting;
    bool started, broken;
    bool midway; /* in a packed member or frame that has not ended */
    bool over;   /* behind the last gzip member: padding, or what gzip(1) leaves alone, too */
};

/* `buffer_bytes` 0 takes the usual size; tests take small ones. False where there is no memory. */
bool input_init(struct input *in, struct profile *p, enum pii_format wanted, size_t buffer_bytes);
void input_release(struct input *in);
void input_write(struct input *in, struct span bytes);
/* So many more bytes of the stream were taken. */
static inline void input_count(const struct input *in, uint64_t bytes)
{
    if (in->came)
        __atomic_fetch_add(in->came, bytes, __ATOMIC_RELAXED);
}

/* Reads up to `limit` bytes of a descriptor, or to its end. */
bool input_read(struct input *in, int fd, uint64_t limit, struct error *e);
/* Shows the reader all there is. True where it took all, at the end of a line, and what follows can
 * be read by others as well: plain UTF-8 or ASCII, in a format of lines. */
bool input_settle(struct input *in);
/* Nothing follows. False where the packed data was broken or cut short, or there is a container
 * that is not read; what was read counts. */
bool input_end(struct input *in, struct error *e);

/* "csv", "xml": what was read. */
const char *input_format_name(const struct input *in);
/* "utf-8", "windows-1251", "unknown". */
const char *input_coding_name(const struct input *in);

/* coding.c: what the bytes are written in; CODING_UNKNOWN for pure ASCII. `whole`: the head is the
 * whole stream, so nothing is cut at its end. */
enum input_coding coding_guess(struct span head, char charset[static CHARSET_NAME_MAX]);
/* charset_guess.c: the name of an older encoding that the letters speak for, and in which all of it can be
 * read. False where there is none. */
bool charset_guess(struct span s, char out[static CHARSET_NAME_MAX]);
/* Nothing but 0x01 to 0x7f. */
bool coding_is_ascii(struct span s);

#endif
