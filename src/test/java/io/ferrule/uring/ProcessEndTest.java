package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that ends without closing its rings ends all the same, whatever they were doing, and whether it was asked or killed. */
@Tag("subprocess")
@Timeout(120)
class ProcessEndTest {
    private static final long HOUR = 3_600_000_000_000L;
    private static final long MATCH_ANY = 0xffff_ffffL;
    private static final int FUTEX2_SIZE_U32 = 2;
    private static final int FUTEX2_PRIVATE = 128;

    /** What a ring is in the middle of. */
    enum Work {
        /** Workers sit in system calls, more are queued behind them. */
        WORKERS {
            @Override
            void start(IoUring ring, Pipe pipe, Arena arena) throws IOException {
                for (int i = 0; i < 32; i++) {
                    ring.sq().next().read(pipe.reader(), arena.allocate(8), -1).async();
                }
                ring.submit();
            }
        },
        /** A ring that polls itself holds itself open. */
        POLL_OF_ITSELF {
            @Override
            void start(IoUring ring, Pipe pipe, Arena arena) throws IOException {
                Fd self = Fd.borrow(ring.descriptor());
                ring.sq().next().pollAdd(self, LibC.POLLIN()).link();
                ring.sq().next().timeout(HOUR, 0, 0);
                ring.sq().next().pollAdd(self, LibC.POLLIN()).link();
                ring.sq().next().linkTimeout(HOUR, 0);
                ring.submit();
            }
        },
        /** Two rings that poll each other hold each other open. */
        POLL_OF_EACH_OTHER {
            @Override
            void start(IoUring ring, Pipe pipe, Arena arena) throws IOException {
                IoUring other = IoUring.open(8);
                ring.sq().next().pollAdd(Fd.borrow(other.descriptor()), LibC.POLLIN());
                other.sq().next().pollMultishot(Fd.borrow(ring.descriptor()), LibC.POLLIN());
                ring.submit();
                other.submit();
            }
        },
        /** A poll whose link never comes to run. */
        LINKED_POLL {
            @Override
            void start(IoUring ring, Pipe pipe, Arena arena) throws IOException {
                ring.sq().next().pollAdd(pipe.reader(), LibC.POLLIN()).link();
                ring.sq().next().read(pipe.reader(), arena.allocate(8), -1);
                ring.submit();
            }
        },
        /** Waits for a futex of the process itself. */
        FUTEX {
            @Override
            void start(IoUring ring, Pipe pipe, Arena arena) throws IOException {
                MemorySegment futex = arena.allocate(4);
                if (ring.probe().supports(Opcode.IORING_OP_FUTEX_WAIT)) {
                    ring.sq().next().futexWait(futex, 0, MATCH_ANY, FUTEX2_SIZE_U32 | FUTEX2_PRIVATE);
                    ring.submit();
                }
            }
        },
        /** Completions that nobody reads, more than the queue holds. */
        OVERFLOW {
            @Override
            void start(IoUring ring, Pipe pipe, Arena arena) throws IOException {
                for (int i = 0; i < 100; i++) {
                    ring.sq().next().nop();
                }
                ring.submit();
            }
        },
        /** Registered files and buffers with tags, and requests that use them. */
        REGISTERED {
            @Override
            void start(IoUring ring, Pipe pipe, Arena arena) throws IOException {
                MemorySegment buffer = arena.allocate(4096);
                ring.register().taggedFiles(new long[] {1}, pipe.reader());
                ring.register().taggedBuffers(new long[] {2}, buffer);
                ring.sq().next().readFixed(pipe.reader(), buffer, -1, 0);
                ring.sq()
                        .next()
                        .readFixed(DirectDescriptor.of(0), buffer, -1, 0)
                        .async();
                ring.submit();
            }
        };

        abstract void start(IoUring ring, Pipe pipe, Arena arena) throws IOException;
    }

    /** Starts the work, says so, and ends as it is told, without closing anything. */
    static class Unclosed {
        public static void main(String[] args) throws Exception {
            Work work = Work.valueOf(args[0]);
            boolean polled = args[1].equals("polled");
            Arena arena = Arena.global();
            Pipe pipe = Pipe.open();
            RingOptions options = RingOptions.defaults();
            IoUring ring = IoUring.open(64, polled ? options.sqPoll(Duration.ofMillis(20)) : options);
            work.start(ring, pipe, arena);
            System.out.println("started");
            if (args[2].equals("wait")) {
                new CountDownLatch(1).await();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Work.class)
    @Covers({"IORING_OP_READ", "IORING_OP_POLL_ADD"})
    void aProcessThatReturnsEnds(Work work) throws Exception {
        Jvm.Result result = Jvm.onModulePath(Unclosed.class)
                .arguments(work.name(), "plain", "return")
                .run();
        assertThat(result.out()).as(result.toString()).isEqualTo("started\n");
        assertThat(result.status()).as(result.toString()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Work.class)
    @Covers("IORING_SETUP_SQPOLL")
    void aProcessWhoseRingIsPolledEnds(Work work) throws Exception {
        Jvm.Result result = Jvm.onModulePath(Unclosed.class)
                .arguments(work.name(), "polled", "return")
                .run();
        assertThat(result.out()).as(result.toString()).isEqualTo("started\n");
        assertThat(result.status()).as(result.toString()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Work.class)
    @Covers({"IORING_OP_READ", "IORING_OP_POLL_ADD"})
    void aProcessThatIsKilledEnds(Work work) throws Exception {
        Process process = new ProcessBuilder(Jvm.onModulePath(Unclosed.class)
                        .arguments(work.name(), "plain", "wait")
                        .command())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(process.inputReader().readLine()).isEqualTo("started");
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("has ended").isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + LibC.SIGKILL());
        } finally {
            process.destroyForcibly();
        }
    }
}
