/* The line between the two processes of a scan: the sweeper, which reads hostile bytes, loses the
 * disk; the keeper, which has the disk, loses the network. Both lose the right to start programs
 * and to look into other processes. For good, and for all threads started afterwards. */
#ifndef AJAR_CMD_SANDBOX_H
#define AJAR_CMD_SANDBOX_H

#include <stdbool.h>

enum sandbox { SANDBOX_SWEEPER, SANDBOX_KEEPER };

/* Call it while the process has one thread, with everything open that will be needed. What the
 * kernel does not offer is left out: *ret_missing is then a clause for a notice ("no seccomp and no
 * Landlock"), else NULL. */
void sandbox_enter(enum sandbox which, const char **ret_missing);

#endif
