package io.ferrule.driver;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;

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

    /** Arguments of one function at most. */
    private static final int MOST = 7;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle VERSION_STRING = function(LONG, "uv_version_string");
    private static final MethodHandle LOOP_SIZE = function(LONG, "uv_loop_size");
    private static final MethodHandle LOOP_INIT = function(INT, "uv_loop_init", LONG);
    private static final MethodHandle LOOP_CLOSE = function(INT, "uv_loop_close", LONG);
    private static final MethodHandle RUN = function(INT, "uv_run", LONG, INT);
    private static final MethodHandle UPDATE_TIME = procedure("uv_update_time", LONG);
    private static final MethodHandle BACKEND_FD = function(INT, "uv_backend_fd", LONG);
    private static final MethodHandle HANDLE_SIZE = function(LONG, "uv_handle_size", INT);
    private static final MethodHandle HANDLE_TYPE_NAME = function(LONG, "uv_handle_type_name", INT);
    private static final MethodHandle HANDLE_SET_DATA = procedure("uv_handle_set_data", LONG, LONG);
    private static final MethodHandle HANDLE_GET_DATA = function(LONG, "uv_handle_get_data", LONG);
    private static final MethodHandle CLOSE = procedure("uv_close", LONG, LONG);
    private static final MethodHandle ASYNC_INIT = function(INT, "uv_async_init", LONG, LONG, LONG);
    private static final MethodHandle ASYNC_SEND = function(INT, "uv_async_send", LONG);
    private static final MethodHandle TIMER_INIT = function(INT, "uv_timer_init", LONG, LONG);
    private static final MethodHandle TIMER_START = function(INT, "uv_timer_start", LONG, LONG, LONG, LONG);
    private static final MethodHandle TIMER_STOP = function(INT, "uv_timer_stop", LONG);
    private static final MethodHandle POLL_INIT = function(INT, "uv_poll_init", LONG, LONG, INT);
    private static final MethodHandle POLL_START = function(INT, "uv_poll_start", LONG, INT, LONG);
    private static final MethodHandle REQ_SIZE = function(LONG, "uv_req_size", INT);
    private static final MethodHandle REQ_TYPE_NAME = function(LONG, "uv_req_type_name", INT);
    private static final MethodHandle REQ_SET_DATA = procedure("uv_req_set_data", LONG, LONG);
    private static final MethodHandle REQ_GET_DATA = function(LONG, "uv_req_get_data", LONG);
    private static final MethodHandle CANCEL = function(INT, "uv_cancel", LONG);
    private static final MethodHandle FS_GET_RESULT = function(LONG, "uv_fs_get_result", LONG);
    private static final MethodHandle FS_REQ_CLEANUP = procedure("uv_fs_req_cleanup", LONG);
    private static final MethodHandle FS_OPEN = function(INT, "uv_fs_open", LONG, LONG, LONG, INT, INT, LONG);
    private static final MethodHandle FS_CLOSE = function(INT, "uv_fs_close", LONG, LONG, INT, LONG);
    private static final MethodHandle FS_READ = function(INT, "uv_fs_read", LONG, LONG, INT, LONG, INT, LONG, LONG);
    private static final MethodHandle FS_WRITE = function(INT, "uv_fs_write", LONG, LONG, INT, LONG, INT, LONG, LONG);
    private static final MethodHandle FS_FSYNC = function(INT, "uv_fs_fsync", LONG, LONG, INT, LONG);
    private static final MethodHandle FS_FDATASYNC = function(INT, "uv_fs_fdatasync", LONG, LONG, INT, LONG);
    private static final MethodHandle FS_FTRUNCATE = function(INT, "uv_fs_ftruncate", LONG, LONG, INT, LONG, LONG);
    private static final MethodHandle FS_MKDIR = function(INT, "uv_fs_mkdir", LONG, LONG, LONG, INT, LONG);
    private static final MethodHandle FS_RMDIR = function(INT, "uv_fs_rmdir", LONG, LONG, LONG, LONG);
    private static final MethodHandle FS_UNLINK = function(INT, "uv_fs_unlink", LONG, LONG, LONG, LONG);
    private static final MethodHandle FS_RENAME = function(INT, "uv_fs_rename", LONG, LONG, LONG, LONG, LONG);
    private static final MethodHandle FS_LINK = function(INT, "uv_fs_link", LONG, LONG, LONG, LONG, LONG);
    private static final MethodHandle FS_SYMLINK = function(INT, "uv_fs_symlink", LONG, LONG, LONG, LONG, INT, LONG);

    static {
        requireName("async", handleTypeName(ASYNC));
        requireName("poll", handleTypeName(POLL));
        requireName("timer", handleTypeName(TIMER));
        requireName("fs", requestTypeName(FS));
    }

    private Uv() {}

    /** A function, with the type of its result first, as in C. */
    private static MethodHandle function(MemoryLayout result, String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments));
    }

    private static MethodHandle procedure(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.ofVoid(arguments));
    }

    /** To be called with {@link #MOST} longs, of which it takes as many as it has; and it returns one. So there is one way to call all of them. */
    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        MemorySegment address =
                UvLibrary.symbols().find(name).orElseThrow(() -> new UnsatisfiedLinkError("libuv has no " + name));
        MethodHandle exact = Linker.nativeLinker().downcallHandle(address, descriptor);
        int taken = exact.type().parameterCount();
        MethodHandle with = MethodHandles.dropArguments(exact, taken, Collections.nCopies(MOST - taken, long.class));
        return MethodHandles.explicitCastArguments(
                with, MethodType.methodType(long.class, Collections.nCopies(MOST, long.class)));
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

    private static long version() {
        return call(VERSION_STRING);
    }

    /** Bytes of a {@code uv_loop_t}. */
    static long loopSize() {
        return call(LOOP_SIZE);
    }

    static int loopInit(long loop) {
        return (int) call(LOOP_INIT, loop);
    }

    static int loopClose(long loop) {
        return (int) call(LOOP_CLOSE, loop);
    }

    /** Waits, and calls back. Returns 0 when nothing is active any more. */
    static int run(long loop, int mode) {
        return (int) call(RUN, loop, mode);
    }

    static void updateTime(long loop) {
        call(UPDATE_TIME, loop);
    }

    static int backendFd(long loop) {
        return (int) call(BACKEND_FD, loop);
    }

    /** Bytes of a handle of this type. */
    static long handleSize(int type) {
        return call(HANDLE_SIZE, type);
    }

    private static long handleTypeName(int type) {
        return call(HANDLE_TYPE_NAME, type);
    }

    static void setHandleData(long handle, long data) {
        call(HANDLE_SET_DATA, handle, data);
    }

    static long handleData(long handle) {
        return call(HANDLE_GET_DATA, handle);
    }

    /** Its memory is free when it is called back, and not before. */
    static void close(long handle, long callback) {
        call(CLOSE, handle, callback);
    }

    static int asyncInit(long loop, long async, long callback) {
        return (int) call(ASYNC_INIT, loop, async, callback);
    }

    /** Any thread. */
    static int asyncSend(long async) {
        return (int) call(ASYNC_SEND, async);
    }

    static int timerInit(long loop, long timer) {
        return (int) call(TIMER_INIT, loop, timer);
    }

    static int timerStart(long timer, long callback, long millis, long repeat) {
        return (int) call(TIMER_START, timer, callback, millis, repeat);
    }

    static int timerStop(long timer) {
        return (int) call(TIMER_STOP, timer);
    }

    static int pollInit(long loop, long poll, int fd) {
        return (int) call(POLL_INIT, loop, poll, fd);
    }

    static int pollStart(long poll, int events, long callback) {
        return (int) call(POLL_START, poll, events, callback);
    }

    /** Bytes of a request of this type. */
    static long requestSize(int type) {
        return call(REQ_SIZE, type);
    }

    private static long requestTypeName(int type) {
        return call(REQ_TYPE_NAME, type);
    }

    static void setRequestData(long request, long data) {
        call(REQ_SET_DATA, request, data);
    }

    static long requestData(long request) {
        return call(REQ_GET_DATA, request);
    }

    /** 0 when no thread has begun it; it is called back all the same. */
    static int cancel(long request) {
        return (int) call(CANCEL, request);
    }

    /** What the system call returned: a negative errno on failure. */
    static long fsResult(long request) {
        return call(FS_GET_RESULT, request);
    }

    static void fsCleanup(long request) {
        call(FS_REQ_CLEANUP, request);
    }

    static int fsOpen(long loop, long request, long path, int flags, int mode, long callback) {
        return (int) call(FS_OPEN, loop, request, path, flags, mode, callback);
    }

    static int fsClose(long loop, long request, int fd, long callback) {
        return (int) call(FS_CLOSE, loop, request, fd, callback);
    }

    static int fsRead(long loop, long request, int fd, long buffers, int count, long offset, long callback) {
        return (int) call(FS_READ, loop, request, fd, buffers, count, offset, callback);
    }

    static int fsWrite(long loop, long request, int fd, long buffers, int count, long offset, long callback) {
        return (int) call(FS_WRITE, loop, request, fd, buffers, count, offset, callback);
    }

    static int fsSync(long loop, long request, int fd, long callback) {
        return (int) call(FS_FSYNC, loop, request, fd, callback);
    }

    static int fsDataSync(long loop, long request, int fd, long callback) {
        return (int) call(FS_FDATASYNC, loop, request, fd, callback);
    }

    static int fsTruncate(long loop, long request, int fd, long length, long callback) {
        return (int) call(FS_FTRUNCATE, loop, request, fd, length, callback);
    }

    static int fsMakeDirectory(long loop, long request, long path, int mode, long callback) {
        return (int) call(FS_MKDIR, loop, request, path, mode, callback);
    }

    static int fsRemoveDirectory(long loop, long request, long path, long callback) {
        return (int) call(FS_RMDIR, loop, request, path, callback);
    }

    static int fsUnlink(long loop, long request, long path, long callback) {
        return (int) call(FS_UNLINK, loop, request, path, callback);
    }

    static int fsRename(long loop, long request, long from, long to, long callback) {
        return (int) call(FS_RENAME, loop, request, from, to, callback);
    }

    static int fsLink(long loop, long request, long from, long to, long callback) {
        return (int) call(FS_LINK, loop, request, from, to, callback);
    }

    static int fsSymbolicLink(long loop, long request, long target, long path, int flags, long callback) {
        return (int) call(FS_SYMLINK, loop, request, target, path, flags, callback);
    }

    // ---- calls ----

    private static long call(MethodHandle function) {
        return call(function, 0, 0, 0, 0, 0, 0, 0);
    }

    private static long call(MethodHandle function, long a) {
        return call(function, a, 0, 0, 0, 0, 0, 0);
    }

    private static long call(MethodHandle function, long a, long b) {
        return call(function, a, b, 0, 0, 0, 0, 0);
    }

    private static long call(MethodHandle function, long a, long b, long c) {
        return call(function, a, b, c, 0, 0, 0, 0);
    }

    private static long call(MethodHandle function, long a, long b, long c, long d) {
        return call(function, a, b, c, d, 0, 0, 0);
    }

    private static long call(MethodHandle function, long a, long b, long c, long d, long e) {
        return call(function, a, b, c, d, e, 0, 0);
    }

    private static long call(MethodHandle function, long a, long b, long c, long d, long e, long f) {
        return call(function, a, b, c, d, e, f, 0);
    }

    private static long call(MethodHandle function, long a, long b, long c, long d, long e, long f, long g) {
        try {
            return (long) function.invokeExact(a, b, c, d, e, f, g);
        } catch (Throwable thrown) {
            throw new AssertionError("a downcall throws nothing", thrown);
        }
    }
}
