/* What is read: blocks of a file, in the order in which the Java side reads them (RandomBlocks). */
#ifndef BLOCKS_H
#define BLOCKS_H

#include "twin.h"

#include <stddef.h>
#include <stdint.h>

#define BLOCK 4096

/* Opens a file whose size is a power of two. how: "cached" or "direct". */
int open_blocks(const char *path, const char *how);

/* At the begin of a page, and written to once: no page fault while we measure. bytes: a multiple of BLOCK. */
char *allocate(size_t bytes);

char *allocate_blocks(unsigned count);

/* The file's blocks at random. After open_blocks. */
uint64_t next_offset(void);

#endif
