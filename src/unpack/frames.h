/* What `ajar-unpack` says to `ajar classify`: on standard input lies a container, on standard output come
 * frames: a tag, four bytes of length (lowest first), as many bytes.
 *
 *   BEGIN  a part begins; what it is called for people: "csv", "txt", never a name from inside
 *   DATA   bytes of it
 *   END    it is whole
 *   FAULT  a sentence why not all could be read; what came counts
 *
 * The program has no disk, no network and no other program (fence.c), and bounded memory and time. */
#ifndef AJAR_UNPACK_FRAMES_H
#define AJAR_UNPACK_FRAMES_H

#include "base/span.h"

enum frame_tag { FRAME_BEGIN = 'B', FRAME_DATA = 'D', FRAME_END = 'E', FRAME_FAULT = 'F' };

enum { FRAME_HEAD_BYTES = 5, FRAME_BYTES_MAX = 64 << 10 };

static inline void frame_head(enum frame_tag tag, uint32_t n, uint8_t out[static FRAME_HEAD_BYTES])
{
    out[0] = (uint8_t)tag;
    for (unsigned i = 0; i < 4; i++)
        out[1 + i] = (uint8_t)(n >> 8 * i);
}

#endif
