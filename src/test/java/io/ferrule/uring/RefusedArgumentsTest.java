package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Arguments that are refused leave no entry behind: nothing half filled ever reaches the kernel. */
class RefusedArgumentsTest extends OperationTest {
    private static final MemorySegment NATIVE = Arena.global().allocate(256, 8);
    private static final MemorySegment HEAP = MemorySegment.ofArray(new byte[256]);
    private static final MemorySegment READ_ONLY = NATIVE.asReadOnly();
    private static final MemorySegment PATH = Arena.global().allocateFrom("file");
    private static final MemorySegment UNENDED = PATH.asSlice(0, 4);
    private static final MemorySegment SHORT = NATIVE.asSlice(0, 3);
    private static final IovecArray PIECES = IovecArray.of(Arena.global(), NATIVE);
    private static final Fd FD = Fd.borrow(0);
    private static final DirectDescriptor ANY = DirectDescriptor.ANY;
    private static final DirectDescriptor SLOT = DirectDescriptor.of(0);
    private static final int NO_ID = 1 << 16;

    /** Fills an entry, or tries to. */
    interface Filling {
        void fill(Sqe sqe);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refused("a heap segment to send", s -> s.send(FD, HEAP, 0)),
                refused("a heap segment to receive into", s -> s.recv(FD, HEAP, 0)),
                refused("a read-only segment to receive into", s -> s.recv(FD, READ_ONLY, 0)),
                refused("a heap segment for an address", s -> s.sendTo(FD, NATIVE, 0, HEAP)),
                refused("a heap segment to send without copying", s -> s.sendZc(FD, HEAP, 0, 0)),
                refused("a buffer index", s -> s.sendZcFixed(FD, NATIVE, 0, 0, NO_ID)),
                refused("a negative buffer index", s -> s.sendmsgZcFixed(FD, NATIVE, 0, -1)),
                refused("a message that is too short", s -> s.sendmsg(FD, SHORT, 0)),
                refused("a message on the heap", s -> s.recvmsg(FD, HEAP, 0)),
                refused("a group to receive into", s -> s.recvMultishot(FD, 0, NO_ID)),
                refused("a group to receive messages into", s -> s.recvmsgMultishot(FD, NATIVE, 0, NO_ID)),
                refused("a group to read into", s -> s.readMultishot(FD, 0, 0, -1)),
                refused("a group to send from", s -> s.sendBundle(FD, 0, 0, NO_ID)),
                refused("an address's length beyond its room", s -> s.accept(FD, SHORT, length(4), 0)),
                refused("a negative length of an address", s -> s.socketName(FD, NATIVE, length(-1), false)),
                refused("no slot to accept into", s -> s.acceptDirect(FD, 0, null)),
                refused("no slot to open into", s -> s.openatDirect(Fd.CWD, PATH, 0, 0, null)),
                refused("no slot to open by rules into", s -> s.openat2Direct(Fd.CWD, PATH, NATIVE, null)),
                refused("no slot for a socket", s -> s.socketDirect(1, 1, 0, null)),
                refused("no slot for a pipe", s -> s.pipeDirect(NATIVE, 0, null)),
                refused("no slot to pass to", s -> s.messageRingDescriptor(FD, SLOT, null, 0, 0)),
                refused("no slot to close", s -> s.close((DirectDescriptor) null)),
                refused("any slot to install", s -> s.fixedFdInstall(ANY, 0)),
                refused("any slot to read from", s -> s.read(ANY, NATIVE, 0)),
                refused("any slot to splice from", s -> s.splice(ANY, 0, FD, 0, 1, 0)),
                refused("any slot to tee into", s -> s.tee(FD, ANY, 1, 0)),
                refused("any slot to pass", s -> s.messageRingDescriptor(FD, ANY, SLOT, 0, 0)),
                refused("room for one end of a pipe", s -> s.pipe(NATIVE.asSlice(0, 4), 0)),
                refused("a path without its end", s -> s.unlinkat(Fd.CWD, UNENDED, 0)),
                refused("a path to rename to", s -> s.renameat(Fd.CWD, PATH, Fd.CWD, HEAP, 0)),
                refused("an attribute's name", s -> s.setxattr(PATH, UNENDED, NATIVE, 0)),
                refused("an attribute's path", s -> s.getxattr(UNENDED, PATH, NATIVE)),
                refused("a read-only value", s -> s.fgetxattr(FD, PATH, READ_ONLY)),
                refused("an attribute's value", s -> s.fsetxattr(FD, PATH, HEAP, 0)),
                refused("rules on the heap", s -> s.openat2(Fd.CWD, PATH, HEAP)),
                refused("more pieces than there are", s -> s.writev(FD, PIECES, 2, 0)),
                refused("more registered pieces than there are", s -> s.readvFixed(FD, PIECES, 2, 0, 0, 0)),
                refused("an index of a registered buffer", s -> s.writevFixed(FD, PIECES, 1, 0, 0, NO_ID)),
                refused("a range outside its segment", s -> s.read(FD, NATIVE, 200, 100, 0)),
                refused("a siginfo_t that is too short", s -> s.waitid(0, 0, SHORT, 0)),
                refused("a futex that is too short", s -> s.futexWait(SHORT, 0, 0, 0)),
                refused("a futex on the heap", s -> s.futexWake(HEAP, 0, 0, 0)),
                refused("futexes on the heap", s -> s.futexWaitv(HEAP)),
                refused("an event that is too short", s -> s.epollCtl(FD, FD, 0, SHORT)),
                refused("room for no event", s -> s.epollWait(FD, SHORT)),
                refused("buffers that do not fill their segment", s -> s.provideBuffers(NATIVE, 100, 0, 0)),
                refused("a group of buffers", s -> s.removeBuffers(1, NO_ID)),
                refused("an option's value", s -> s.socketCommand(FD, 0, 0, 0, READ_ONLY)),
                refused("memory to advise about", s -> s.madvise(HEAP, 0)),
                refused("slots on the heap", s -> s.filesUpdate(HEAP, 0)),
                refused("an operation beyond a byte", s -> s.raw(256, 0, 0, 0, 0)));
    }

    private static Arguments refused(String what, Filling filling) {
        return Arguments.of(what, filling);
    }

    private static MemorySegment length(int length) {
        return Arena.global().allocateFrom(java.lang.foreign.ValueLayout.JAVA_INT, length);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void nothingIsLeftBehind(String what, Filling filling) throws IOException {
        Sqe sqe = sq();
        assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> filling.fill(sqe));
        assertThat(ring.sq().ready()).isZero();
        assertThat(ring.submit()).isZero();
        sq().nop().userData(1);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 0));
    }
}
