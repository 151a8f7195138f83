/**
 * {@code serve}: a static file server that walks the whole path of a web request on the safe layer: accept, read the request, open and read the file,
 * answer. With callbacks, on the loops' own threads.
 *
 * <p>Read {@link io.ferrule.examples.serve.Session} first, which is one connection. {@link io.ferrule.examples.serve.RequestReader} makes requests of
 * bytes, {@link io.ferrule.examples.serve.Target} paths of their targets, {@link io.ferrule.examples.serve.Site} files of paths.
 */
@NullMarked
package io.ferrule.examples.serve;

import org.jspecify.annotations.NullMarked;
