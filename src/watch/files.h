/* Files that must be whole: read with a ceiling, replaced in one step. The room's own header. */
#ifndef AJAR_WATCH_FILES_H
#define AJAR_WATCH_FILES_H

#include "base/arena.h"
#include "base/error.h"

enum { FILE_PATH_MAX = 1024 };

/* All of the file. False and a sentence with its name where it cannot be read or is larger. */
bool file_read(struct arena *a, const char *path, size_t max, struct span *ret, struct error *e);
/* The first line of a file that holds a secret, without spaces around it. */
bool file_secret(struct arena *a, const char *path, struct span *ret, struct error *e);
/* Writes DIR/NAME so that after a crash there is the old content or the new one; the new one for
 * sure after folder_sync(). A name that starts with a point is not allowed: those are unfinished. */
bool file_replace(const char *dir, const char *name, struct span content, unsigned mode, struct error *e);
/* Makes the entries of a folder durable. */
bool folder_sync(const char *dir, struct error *e);
/* Makes the folder and what is above it, 0700. */
bool folder_make(const char *dir, struct error *e);

#endif
