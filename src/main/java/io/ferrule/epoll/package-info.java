/** The interest list: epoll as a plain object. A product in its own right, for authors of I/O frameworks. */
package io.ferrule.epoll;
