/* The command line as a shell takes it again: for the reports, which say by which command they were made. */
#ifndef AJAR_CMD_COMMAND_LINE_H
#define AJAR_CMD_COMMAND_LINE_H

#include "base/arena.h"

/* "ajar scan --ports 6379 10.0.0.0/24" out of what a verb was given (argv[0] is the verb), with quotes where a shell
 * wants them. To be called before the options are taken, which turns their order around. At most 64 KB, cut beyond. */
struct span command_line(struct arena *a, int argc, char *const *argv);

#endif
