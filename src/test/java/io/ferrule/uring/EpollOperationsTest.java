package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_EPOLL_CTL;
import static io.ferrule.uring.Opcode.IORING_OP_EPOLL_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interest lists of epoll, changed and waited for by requests. */
class EpollOperationsTest extends OperationTest {
    private static final long EVENT = Abi.value("sizeof epoll_event");
    private static final long EVENT_DATA = Abi.value("epoll_event.data");

    private final MemorySegment events = arena.allocate(4 * EVENT);
    private Fd epoll;
    private Pipe pipe;

    @BeforeEach
    void open() throws IOException {
        needs(IORING_OP_EPOLL_CTL);
        epoll = descriptor(LibC.epoll_create1(LibC.EPOLL_CLOEXEC()));
        pipe = keep(Pipe.open());
    }

    private int control(Fd fd, int operation, int interest, long data) throws IOException {
        MemorySegment event = arena.allocate(EVENT);
        event.set(ValueLayout.JAVA_INT, 0, interest);
        event.set(ValueLayout.JAVA_LONG_UNALIGNED, EVENT_DATA, data);
        sq().epollCtl(epoll, fd, operation, event);
        return result();
    }

    @Test
    @Covers({"IORING_OP_EPOLL_WAIT", "IORING_OP_EPOLL_CTL"})
    void aDescriptorIsAddedAndItsEventsAreWaitedFor() throws IOException {
        needs(IORING_OP_EPOLL_WAIT);
        assertThat(control(pipe.reader(), LibC.EPOLL_CTL_ADD(), LibC.EPOLLIN(), 1L << 40))
                .isZero();
        sq().epollWait(epoll, events);
        expectNothing();
        pipe.write("x");
        assertThat(result()).isEqualTo(1);
        assertThat(events.get(ValueLayout.JAVA_INT, 0)).isEqualTo(LibC.EPOLLIN());
        assertThat(events.get(ValueLayout.JAVA_LONG_UNALIGNED, EVENT_DATA)).isEqualTo(1L << 40);
    }

    @Test
    @Covers("IORING_OP_EPOLL_CTL")
    void aDescriptorIsChangedAndDeleted() throws IOException {
        assertThat(control(pipe.reader(), LibC.EPOLL_CTL_MOD(), LibC.EPOLLIN(), 0))
                .isEqualTo(error(Errno.ENOENT));
        assertThat(control(pipe.reader(), LibC.EPOLL_CTL_ADD(), LibC.EPOLLIN(), 0))
                .isZero();
        assertThat(control(pipe.reader(), LibC.EPOLL_CTL_ADD(), LibC.EPOLLIN(), 0))
                .isEqualTo(error(Errno.EEXIST));
        assertThat(control(pipe.reader(), LibC.EPOLL_CTL_MOD(), LibC.EPOLLET(), 0))
                .isZero();
        assertThat(control(pipe.reader(), LibC.EPOLL_CTL_DEL(), 0, 0)).isZero();
        assertThat(control(pipe.reader(), LibC.EPOLL_CTL_DEL(), 0, 0)).isEqualTo(error(Errno.ENOENT));
    }

    @Test
    @Covers("IORING_OP_EPOLL_CTL")
    void aRegularFileIsNotTaken(@TempDir Path folder) throws IOException {
        Fd file = keep(Fd.open(Files.createFile(folder.resolve("file")), LibC.O_RDONLY(), 0));
        assertThat(control(file, LibC.EPOLL_CTL_ADD(), LibC.EPOLLIN(), 0)).isEqualTo(error(Errno.EPERM));
    }

    @Test
    @Covers("IORING_OP_EPOLL_WAIT")
    void aWaitOnAnEmptyListCanBeCancelled() throws IOException {
        needs(IORING_OP_EPOLL_WAIT);
        sq().epollWait(epoll, events).userData(1);
        expectNothing();
        sq().cancel(1, 0).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ECANCELED), 0);
    }

    @Test
    @Covers("IORING_OP_EPOLL_WAIT")
    void onlyInterestListsAreWaitedFor() throws IOException {
        needs(IORING_OP_EPOLL_WAIT);
        sq().epollWait(pipe.reader(), events);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_EPOLL_WAIT", "IORING_OP_EPOLL_CTL"})
    void noMoreEventsAreGivenThanThereIsRoomFor() throws IOException {
        needs(IORING_OP_EPOLL_WAIT);
        Pipe second = keep(Pipe.open());
        control(pipe.reader(), LibC.EPOLL_CTL_ADD(), LibC.EPOLLIN(), 1);
        control(second.reader(), LibC.EPOLL_CTL_ADD(), LibC.EPOLLIN(), 2);
        pipe.write("x");
        second.write("x");
        sq().epollWait(epoll, events.asSlice(0, EVENT));
        assertThat(result()).isEqualTo(1);
        sq().epollWait(epoll, events);
        assertThat(result()).isEqualTo(2);
    }
}
