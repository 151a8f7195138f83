/* What is written: runs of blocks, one after the other through a file, and from its beginning again; as the Java side does (BlockWrites). */
#ifndef RUNS_H
#define RUNS_H

#include "blocks.h"

/* Blocks between two fsyncs. */
#define RUN 16

extern int run_fd;
extern unsigned run_block;
extern char *run_buffers;

/* Parameters: "cached" or "direct"; the size of a block; a file whose size is a multiple of a run's. */
void open_runs(char **argv);

/* Where the next run goes. Each of its blocks begins with a number that no block had before. */
uint64_t next_run(void);

/* Reads the last run back. */
void check_runs(void);

#endif
