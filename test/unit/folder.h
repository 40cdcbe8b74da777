/* A folder of a test's own, gone with all that is in it when the test is over. */
#ifndef AJAR_UNIT_FOLDER_H
#define AJAR_UNIT_FOLDER_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEST_FOLDER_MAX = 64 };

static inline bool test_folder_make(char dir[static TEST_FOLDER_MAX])
{
    snprintf(dir, TEST_FOLDER_MAX, "/tmp/ajar-unit-XXXXXX");
    return mkdtemp(dir) != NULL;
}

/* 0, or what the shell says. */
static inline int test_folder_remove(const char *dir)
{
    char command[TEST_FOLDER_MAX + 16];
    snprintf(command, sizeof(command), "rm -r %s", dir);
    return system(command);
}

#endif
