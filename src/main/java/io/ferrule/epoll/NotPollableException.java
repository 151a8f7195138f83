package io.ferrule.epoll;

import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;

/** A regular file or directory cannot be watched: it counts as ready always. epoll says EPERM. */
public final class NotPollableException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    NotPollableException(Fd fd) {
        super(
                Errno.EPERM.number(),
                "epoll_ctl ADD",
                fd.toString(),
                "Regular files and directories cannot be watched for readiness: read and write them through io_uring (io.ferrule.uring), or on a helper"
                        + " thread");
    }
}
