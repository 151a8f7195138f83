package io.ferrule.examples.serve;

import io.ferrule.File;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a path names: a file that is open, or a directory.
 *
 * @param file null for a directory
 * @param size in bytes
 * @param inode or another number that the file has for itself; 0 where there is none
 */
record Resource(@Nullable File file, long size, Instant modified, long inode) {}
