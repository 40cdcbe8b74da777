/* See coding.h. What was undone before a stream breaks is kept: the front of a page is worth reading. */
#include "http/coding.h"

#include <zlib.h>
#include <zstd.h>

enum {
    PIECE = 16 * 1024,
    MEMBERS_MAX = 64,    /* gzip members, zstd frames: one after the other */
    WINDOW_LOG_MAX = 23, /* zstd: 8 MiB, what RFC 8878 asks a decoder to support */
    ZLIB_FRAME = 15,     /* zlib's windowBits: 32 KiB and its own frame, */
    GZIP_FRAME = 15 + 16,
    NO_FRAME = -15,
};

enum coding coding_named(struct span word)
{
    word = span_trim(word);
    if (word.len == 0 || span_eq_nocase(word, SPAN("identity")))
        return CODING_NONE;
    if (span_eq_nocase(word, SPAN("gzip")) || span_eq_nocase(word, SPAN("x-gzip")))
        return CODING_GZIP;
    if (span_eq_nocase(word, SPAN("deflate")))
        return CODING_DEFLATE;
    return span_eq_nocase(word, SPAN("zstd")) ? CODING_ZSTD : CODING_UNKNOWN;
}

/* Room for one more piece, or as much as the ceiling leaves; NULL where it is met. */
static uint8_t *room(struct buf *out, size_t *ret)
{
    *ret = out->max - out->len < PIECE ? out->max - out->len : PIECE;
    return *ret ? buf_room(out, *ret) : NULL;
}

/* RFC 1950: the method is 8 and the first two bytes are a multiple of 31. */
static bool has_zlib_frame(struct span in)
{
    return in.len >= 2 && (in.at[0] & 15) == 8 && (in.at[0] << 8 | in.at[1]) % 31 == 0;
}

/* One member after the other, as far as they go. */
static bool inflate_all(z_stream *z, bool members, struct buf *out)
{
    int status = Z_OK;
    for (int member = 0; member < MEMBERS_MAX;) {
        size_t n;
        uint8_t *at = room(out, &n);
        if (!at)
            return false;
        z->next_out = at;
        z->avail_out = (uInt)n;
        status = inflate(z, Z_NO_FLUSH);
        out->len += n - z->avail_out;
        if (status == Z_STREAM_END) {
            bool another = members && z->avail_in >= 2 && z->next_in[0] == 0x1f && z->next_in[1] == 0x8b;
            if (!another)
                return true;
            member++;
            if (inflateReset(z) != Z_OK)
                return false;
        } else if (status != Z_OK) {
            return false; /* broken, or all input is used and the stream has no end */
        }
    }
    return false;
}

static bool undo_zlib(int frame, struct span in, struct buf *out)
{
    /* zlib reads through a pointer that is not const. */
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.at, .avail_in = (uInt)in.len };
    if (inflateInit2(&z, frame) != Z_OK)
        return false;
    bool whole = inflate_all(&z, frame == GZIP_FRAME, out);
    (void)inflateEnd(&z);
    return whole;
}

static bool undo_zstd(struct span in, struct buf *out)
{
    ZSTD_DCtx *z = ZSTD_createDCtx();
    ZSTD_inBuffer from = { in.at, in.len, 0 };
    size_t left = z && !ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX));
    bool whole = false;
    for (int frame = 0; left && frame < MEMBERS_MAX;) {
        size_t n, before = from.pos;
        ZSTD_outBuffer to = { room(out, &n), n, 0 };
        if (!to.dst)
            break;
        left = ZSTD_decompressStream(z, &to, &from);
        if (ZSTD_isError(left))
            break;
        out->len += to.pos;
        whole = left == 0 && from.pos == from.size;
        if (whole || (to.pos == 0 && from.pos == before))
            break; /* the end, or nothing moves any more */
        if (left == 0) {
            frame++;
            left = 1;
        }
    }
    (void)ZSTD_freeDCtx(z);
    return whole;
}

bool coding_undo(enum coding c, struct span in, struct buf *out, bool *ret_whole)
{
    size_t before = out->len;
    *ret_whole = false;
    switch (c) {
    case CODING_GZIP:
        *ret_whole = undo_zlib(GZIP_FRAME, in, out);
        break;
    case CODING_DEFLATE:
        *ret_whole = undo_zlib(has_zlib_frame(in) ? ZLIB_FRAME : NO_FRAME, in, out);
        break;
    case CODING_ZSTD:
        *ret_whole = undo_zstd(in, out);
        break;
    case CODING_NONE:
    case CODING_UNKNOWN:
        break;
    }
    return *ret_whole || out->len > before;
}
