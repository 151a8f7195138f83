package io.ferrule.driver;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The functions of libuv that its driver calls, each by its own name without the prefix, more or less. Pointers are addresses, as numbers, which spares
 * each call an object. Structures are never looked into: libuv says how large they are, and keeps a number of ours in each.
 *
 * <p>{@link UvLibrary#load} comes first.
 */
final class Uv {
    // Of enum uv_run_mode.
    static final int RUN_DEFAULT = 0;
    static final int RUN_ONCE = 1;
    static final int RUN_NOWAIT = 2;

    // Of enum uv_handle_type and enum uv_req_type.
    static final int ASYNC = 1;
    static final int POLL = 8;
    static final int TIMER = 13;
    static final int FS = 6;

    // Of enum uv_poll_event.
    static final int READABLE = 1;
    static final int WRITABLE = 2;
    static final int DISCONNECT = 4;
    static final int PRIORITIZED = 8;

    private static final MethodHandle VERSION_STRING =
            function("uv_version_string", FunctionDescriptor.of(ValueLayout.JAVA_LONG));
    private static final MethodHandle LOOP_SIZE =
            function("uv_loop_size", FunctionDescriptor.of(ValueLayout.JAVA_LONG));
    private static final MethodHandle LOOP_INIT =
            function("uv_loop_init", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle LOOP_CLOSE =
            function("uv_loop_close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle RUN = function(
            "uv_run", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle UPDATE_TIME =
            function("uv_update_time", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
    private static final MethodHandle BACKEND_FD =
            function("uv_backend_fd", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle HANDLE_SIZE =
            function("uv_handle_size", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle HANDLE_TYPE_NAME =
            function("uv_handle_type_name", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle HANDLE_SET_DATA =
            function("uv_handle_set_data", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle HANDLE_GET_DATA =
            function("uv_handle_get_data", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle CLOSE =
            function("uv_close", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle ASYNC_INIT = function(
            "uv_async_init",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle ASYNC_SEND =
            function("uv_async_send", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle TIMER_INIT = function(
            "uv_timer_init", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle TIMER_START = function(
            "uv_timer_start",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle TIMER_STOP =
            function("uv_timer_stop", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle POLL_INIT = function(
            "uv_poll_init",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle POLL_START = function(
            "uv_poll_start",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle REQ_SIZE =
            function("uv_req_size", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle REQ_TYPE_NAME =
            function("uv_req_type_name", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
    private static final MethodHandle REQ_SET_DATA =
            function("uv_req_set_data", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle REQ_GET_DATA =
            function("uv_req_get_data", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle CANCEL =
            function("uv_cancel", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_GET_RESULT =
            function("uv_fs_get_result", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_REQ_CLEANUP =
            function("uv_fs_req_cleanup", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_OPEN = function(
            "uv_fs_open",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_CLOSE = function(
            "uv_fs_close",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_READ = function(
            "uv_fs_read",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_WRITE = function(
            "uv_fs_write",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_FSYNC = function(
            "uv_fs_fsync",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_FDATASYNC = function(
            "uv_fs_fdatasync",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_FTRUNCATE = function(
            "uv_fs_ftruncate",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_MKDIR = function(
            "uv_fs_mkdir",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_RMDIR = function(
            "uv_fs_rmdir",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_UNLINK = function(
            "uv_fs_unlink",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_RENAME = function(
            "uv_fs_rename",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_LINK = function(
            "uv_fs_link",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FS_SYMLINK = function(
            "uv_fs_symlink",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));

    static {
        requireName("async", handleTypeName(ASYNC));
        requireName("poll", handleTypeName(POLL));
        requireName("timer", handleTypeName(TIMER));
        requireName("fs", requestTypeName(FS));
    }

    private Uv() {}

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        MemorySegment address =
                UvLibrary.symbols().find(name).orElseThrow(() -> new UnsatisfiedLinkError("libuv has no " + name));
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    /** The numbers of types are those of the header, and have never changed; with others, all would go wrong. */
    private static void requireName(String name, long actual) {
        if (!string(actual).equals(name)) {
            throw new LinkageError("this libuv, " + versionString() + ", numbers its types otherwise: " + string(actual)
                    + " and not " + name);
        }
    }

    static String versionString() {
        return string(version());
    }

    private static String string(long address) {
        return MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static AssertionError thrown(Throwable e) {
        return new AssertionError("a downcall throws nothing", e);
    }

    private static long version() {
        try {
            return (long) VERSION_STRING.invokeExact();
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** Bytes of a {@code uv_loop_t}. */
    static long loopSize() {
        try {
            return (long) LOOP_SIZE.invokeExact();
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int loopInit(long loop) {
        try {
            return (int) LOOP_INIT.invokeExact(loop);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int loopClose(long loop) {
        try {
            return (int) LOOP_CLOSE.invokeExact(loop);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** Waits, and calls back. Returns 0 when nothing is active any more. */
    static int run(long loop, int mode) {
        try {
            return (int) RUN.invokeExact(loop, mode);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static void updateTime(long loop) {
        try {
            UPDATE_TIME.invokeExact(loop);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int backendFd(long loop) {
        try {
            return (int) BACKEND_FD.invokeExact(loop);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** Bytes of a handle of this type. */
    static long handleSize(int type) {
        try {
            return (long) HANDLE_SIZE.invokeExact(type);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    private static long handleTypeName(int type) {
        try {
            return (long) HANDLE_TYPE_NAME.invokeExact(type);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static void setHandleData(long handle, long data) {
        try {
            HANDLE_SET_DATA.invokeExact(handle, data);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static long handleData(long handle) {
        try {
            return (long) HANDLE_GET_DATA.invokeExact(handle);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** Its memory is free when it is called back, and not before. */
    static void close(long handle, long callback) {
        try {
            CLOSE.invokeExact(handle, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int asyncInit(long loop, long async, long callback) {
        try {
            return (int) ASYNC_INIT.invokeExact(loop, async, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** Any thread. */
    static int asyncSend(long async) {
        try {
            return (int) ASYNC_SEND.invokeExact(async);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int timerInit(long loop, long timer) {
        try {
            return (int) TIMER_INIT.invokeExact(loop, timer);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int timerStart(long timer, long callback, long millis, long repeat) {
        try {
            return (int) TIMER_START.invokeExact(timer, callback, millis, repeat);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int timerStop(long timer) {
        try {
            return (int) TIMER_STOP.invokeExact(timer);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int pollInit(long loop, long poll, int fd) {
        try {
            return (int) POLL_INIT.invokeExact(loop, poll, fd);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int pollStart(long poll, int events, long callback) {
        try {
            return (int) POLL_START.invokeExact(poll, events, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** Bytes of a request of this type. */
    static long requestSize(int type) {
        try {
            return (long) REQ_SIZE.invokeExact(type);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    private static long requestTypeName(int type) {
        try {
            return (long) REQ_TYPE_NAME.invokeExact(type);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static void setRequestData(long request, long data) {
        try {
            REQ_SET_DATA.invokeExact(request, data);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static long requestData(long request) {
        try {
            return (long) REQ_GET_DATA.invokeExact(request);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** 0 when no thread has begun it; it is called back all the same. */
    static int cancel(long request) {
        try {
            return (int) CANCEL.invokeExact(request);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** What the system call returned: a negative errno on failure. */
    static long fsResult(long request) {
        try {
            return (long) FS_GET_RESULT.invokeExact(request);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static void fsCleanup(long request) {
        try {
            FS_REQ_CLEANUP.invokeExact(request);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsOpen(long loop, long request, long path, int flags, int mode, long callback) {
        try {
            return (int) FS_OPEN.invokeExact(loop, request, path, flags, mode, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsClose(long loop, long request, int fd, long callback) {
        try {
            return (int) FS_CLOSE.invokeExact(loop, request, fd, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsRead(long loop, long request, int fd, long buffers, int count, long offset, long callback) {
        try {
            return (int) FS_READ.invokeExact(loop, request, fd, buffers, count, offset, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsWrite(long loop, long request, int fd, long buffers, int count, long offset, long callback) {
        try {
            return (int) FS_WRITE.invokeExact(loop, request, fd, buffers, count, offset, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsSync(long loop, long request, int fd, long callback) {
        try {
            return (int) FS_FSYNC.invokeExact(loop, request, fd, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsDataSync(long loop, long request, int fd, long callback) {
        try {
            return (int) FS_FDATASYNC.invokeExact(loop, request, fd, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsTruncate(long loop, long request, int fd, long length, long callback) {
        try {
            return (int) FS_FTRUNCATE.invokeExact(loop, request, fd, length, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsMakeDirectory(long loop, long request, long path, int mode, long callback) {
        try {
            return (int) FS_MKDIR.invokeExact(loop, request, path, mode, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsRemoveDirectory(long loop, long request, long path, long callback) {
        try {
            return (int) FS_RMDIR.invokeExact(loop, request, path, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsUnlink(long loop, long request, long path, long callback) {
        try {
            return (int) FS_UNLINK.invokeExact(loop, request, path, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsRename(long loop, long request, long from, long to, long callback) {
        try {
            return (int) FS_RENAME.invokeExact(loop, request, from, to, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsLink(long loop, long request, long from, long to, long callback) {
        try {
            return (int) FS_LINK.invokeExact(loop, request, from, to, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static int fsSymbolicLink(long loop, long request, long target, long path, int flags, long callback) {
        try {
            return (int) FS_SYMLINK.invokeExact(loop, request, target, path, flags, callback);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }
}
