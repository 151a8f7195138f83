package io.ferrule.driver;

import io.ferrule.sys.Abi;

/** How the kernel's native AIO has requests and completions, in bytes: {@code struct iocb} and {@code struct io_event} of linux/aio_abi.h. */
final class IocbLayout {
    static final long SIZE = 64;
    static final long DATA = 0;
    static final long RW_FLAGS = 12;
    static final long OPCODE = 16;
    static final long DESCRIPTOR = 20;
    static final long BUFFER = 24;
    static final long LENGTH = 32;
    static final long OFFSET = 40;
    static final long FLAGS = 56;
    static final long NOTIFIED = 60;

    static final long EVENT_SIZE = 32;
    static final long EVENT_DATA = 0;
    static final long EVENT_RESULT = 16;

    static {
        Abi.require("sizeof iocb", SIZE);
        Abi.require("iocb.aio_data", DATA);
        Abi.require("iocb.aio_rw_flags", RW_FLAGS);
        Abi.require("iocb.aio_lio_opcode", OPCODE);
        Abi.require("iocb.aio_fildes", DESCRIPTOR);
        Abi.require("iocb.aio_buf", BUFFER);
        Abi.require("iocb.aio_nbytes", LENGTH);
        Abi.require("iocb.aio_offset", OFFSET);
        Abi.require("iocb.aio_flags", FLAGS);
        Abi.require("iocb.aio_resfd", NOTIFIED);
        Abi.require("sizeof io_event", EVENT_SIZE);
        Abi.require("io_event.data", EVENT_DATA);
        Abi.require("io_event.res", EVENT_RESULT);
    }

    private IocbLayout() {}
}
