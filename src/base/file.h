/* Files as wholes: read with a ceiling, replaced in one step, folders made on the way.
 *
 * Every error is "PATH: why", so that a caller adds nothing but what it wanted of the file. What is read
 * may be a pipe or grow meanwhile: the ceiling holds for the bytes that came, not for a size that was stated. */
#ifndef AJAR_BASE_FILE_H
#define AJAR_BASE_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/list.h"

enum { FILE_PATH_MAX = 1024, FILE_LINE_MAX = 4096 };

/* All of the file, in the arena; "-" is a file of that name. Blocks on a FIFO until its writer is done. False where it
 * cannot be read, holds more than `max` bytes, or there is no memory for it. */
bool file_read(struct arena *a, const char *path, size_t max, struct span *ret, struct error *e);
/* The same, "-" being standard input, which errors then call so. */
bool file_read_or_stdin(struct arena *a, const char *path, size_t max, struct span *ret, struct error *e);
/* A file that need not be there: where it is not, *ret is empty and *ret_missing is true, which is no error. */
bool file_read_optional(struct arena *a, const char *path, size_t max, struct span *ret, bool *ret_missing,
                        struct error *e);
/* The first line of a small file, such as one that holds a secret, without spaces around it. An empty
 * one is an error. */
bool file_read_line(struct arena *a, const char *path, struct span *ret, struct error *e);
/* As file_read(), behind what the buffer holds; the buffer's ceiling is the file's. Costs no second copy. */
bool file_append(struct buf *to, const char *path, bool *ret_missing, struct error *e);

/* Writes DIR/NAME so that after a crash there is the old content or the new one; the new one for sure after
 * folder_sync(). No second process may replace the same file at the same time. A name that starts with a point
 * is not allowed: those are unfinished. */
bool file_replace(const char *dir, const char *name, struct span content, unsigned mode, struct error *e);

struct paths {
    LIST_OF(const char *) list;
};

/* The files of a folder whose names end in `suffix` and begin with no point, as DIR/NAME, in the order of the names'
 * bytes. False where it cannot be read or holds more than `max` of them. */
bool folder_list(struct arena *a, const char *dir, struct span suffix, size_t max, struct paths *ret, struct error *e);
/* Makes the entries of a folder durable. */
bool folder_sync(const char *dir, struct error *e);
/* Makes the folder and what is above it, for the owner only (0700). */
bool folder_make(const char *dir, struct error *e);
/* The same for the folder that a file lies in. */
bool folder_make_for(const char *path, struct error *e);

/* Where a program of ours lies: beside this one in a build, in libexec where it was installed. */
bool program_find(const char *name, char path[static FILE_PATH_MAX], struct error *e);

#endif
