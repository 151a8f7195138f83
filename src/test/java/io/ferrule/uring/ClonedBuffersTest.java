package io.ferrule.uring;

import static io.ferrule.uring.UringFlags.IORING_REGISTER_DST_REPLACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One ring's registered buffers, or some of them, serve another ring too, without being pinned twice. */
@Covers("IORING_REGISTER_CLONE_BUFFERS")
@Timeout(30)
class ClonedBuffersTest {
    private static final int COUNT = 8;
    private static final int HALF = COUNT / 2;
    private static final int USABLE = 1;
    private static final int EMPTY = Completion.error(Errno.EFAULT);

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment[] buffers = new MemorySegment[COUNT];
    private IoUring source;
    private IoUring ring;
    private Pipe pipe;

    @BeforeEach
    void open() throws IOException {
        pipe = Pipe.open();
        source = IoUring.open(4);
        ring = IoUring.open(4);
        for (int i = 0; i < COUNT; i++) {
            buffers[i] = arena.allocate(4096);
        }
        source.register().buffers(buffers);
        try (IoUring probe = IoUring.open(4)) {
            Kernel.needs(
                    RegisterOpcode.IORING_REGISTER_CLONE_BUFFERS,
                    () -> probe.register().cloneBuffers(source, 0, 0, 1, 0));
        }
    }

    @AfterEach
    void close() throws IOException {
        ring.close();
        source.close();
        pipe.close();
        arena.close();
    }

    @Test
    void allBuffersAreSharedUnderTheSameNumbers() throws IOException {
        ring.register().cloneBuffers(source);
        assertThat(use(0, 0)).isEqualTo(USABLE);
        assertThat(use(COUNT - 1, COUNT - 1)).isEqualTo(USABLE);
        assertThat(use(0, 1)).isEqualTo(EMPTY);
    }

    @Test
    void theyOutliveTheirRegistrationAtTheSource() throws IOException {
        ring.register().cloneBuffers(source);
        source.register().unregisterBuffers();
        assertThat(use(3, 3)).isEqualTo(USABLE);
    }

    @Test
    void someAreSharedUnderOtherNumbers() throws IOException {
        clone(HALF, 0, HALF, 0);
        assertThat(use(HALF, 0)).isEqualTo(USABLE);
        assertThat(use(0, HALF)).isEqualTo(EMPTY);
    }

    @Test
    void placesBeforeTheOffsetStayEmpty() throws IOException {
        clone(HALF, HALF, HALF, 0);
        assertThat(use(0, 0)).isEqualTo(EMPTY);
        assertThat(use(HALF, HALF)).isEqualTo(USABLE);
    }

    @Test
    void moreThanTheSourceHasCannotBeShared() {
        Kernel.refuses(Errno.EOVERFLOW, () -> clone(HALF, 0, COUNT, 0));
        Kernel.refuses(Errno.EINVAL, () -> clone(0, 0, COUNT + 1, 0));
    }

    @Test
    void anOffsetThatOverflowsIsRefused() {
        Kernel.refuses(Errno.EOVERFLOW, () -> clone(0, -4, COUNT, 0));
    }

    @Test
    void whatIsRegisteredIsNotReplacedUnasked() throws IOException {
        clone(HALF, HALF, HALF, 0);
        Kernel.refuses(Errno.EBUSY, () -> clone(0, 0, HALF, 0)).hasMessageContaining("unregister them first");
    }

    @Test
    @Covers("IORING_REGISTER_DST_REPLACE")
    void whatIsRegisteredIsReplacedWhenAskedFor() throws IOException {
        clone(HALF, HALF, HALF, 0);
        clone(0, 0, HALF, IORING_REGISTER_DST_REPLACE);
        assertThat(use(0, 0)).isEqualTo(USABLE);
        assertThat(use(HALF, HALF)).isEqualTo(USABLE);
    }

    @Test
    @Covers("IORING_REGISTER_DST_REPLACE")
    void replacingMayMakeTheTableLonger() throws IOException {
        ring.register().sparseBuffers(COUNT);
        clone(0, HALF, COUNT, IORING_REGISTER_DST_REPLACE);
        assertThat(use(0, 0)).isEqualTo(EMPTY);
        assertThat(use(0, HALF)).isEqualTo(USABLE);
        assertThat(use(COUNT - 1, COUNT + HALF - 1)).isEqualTo(USABLE);
    }

    @Test
    void aSourceWithoutBuffersHasNoneToShare() throws IOException {
        try (IoUring none = IoUring.open(4)) {
            Kernel.refuses(Errno.ENXIO, () -> ring.register().cloneBuffers(none));
        }
    }

    @Test
    @Covers({"IORING_SETUP_REGISTERED_FD_ONLY", "IORING_SETUP_NO_MMAP"})
    void aSourceWithoutADescriptorIsFoundAmongTheThreadsRings() throws IOException {
        try (IoUring hidden = openWithoutDescriptor()) {
            hidden.register().buffers(buffers);
            ring.register().cloneBuffers(hidden);
            assertThat(use(2, 2)).isEqualTo(USABLE);
        }
        assertThat(use(3, 3)).as("after its end").isEqualTo(USABLE);
    }

    @Test
    void aRingWithoutADescriptorSharesToo() throws IOException {
        try (IoUring hidden = openWithoutDescriptor()) {
            hidden.register().cloneBuffers(source);
            pipe.write("x");
            hidden.sq().next().readFixed(pipe.reader(), buffers[5].asSlice(0, 1), -1, 5);
            assertThat(Completion.result(hidden)).isEqualTo(1);
        }
    }

    /** Its place among the rings that thread has registered says nothing to another. */
    @Test
    void aSourceWithoutADescriptorSharesWithRingsOfItsThreadOnly() throws Exception {
        try (IoUring hidden = openWithoutDescriptor()) {
            hidden.register().buffers(buffers);
            OtherThread.call("other", () -> {
                try (IoUring other = IoUring.open(4)) {
                    assertThatThrownBy(() -> other.register().cloneBuffers(hidden))
                            .isInstanceOf(WrongThreadException.class);
                }
                return null;
            });
        }
    }

    @Test
    void aSourceOfAnotherThreadSharesUnlessItIsSingleIssuer() throws Exception {
        try (IoUring plain = IoUring.open(4, RingVariant.withoutDefaults())) {
            plain.register().buffers(buffers);
            OtherThread.call("other", () -> {
                try (IoUring other = IoUring.open(4)) {
                    if (source.setupFlags().contains(SetupFlag.IORING_SETUP_SINGLE_ISSUER)) {
                        Kernel.refuses(Errno.EEXIST, () -> other.register().cloneBuffers(source));
                    }
                    other.register().cloneBuffers(plain);
                    pipe.write("x");
                    other.sq().next().readFixed(pipe.reader(), buffers[5].asSlice(0, 1), -1, 5);
                    assertThat(Completion.result(other)).isEqualTo(1);
                }
                return null;
            });
        }
    }

    /** Its number may be another ring's by now. */
    @Test
    void aClosedRingHasNoBuffersToShare() {
        source.close();
        assertThatThrownBy(() -> ring.register().cloneBuffers(source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void flagsThatAreNoneAreRefused() {
        Kernel.refuses(Errno.EINVAL, () -> clone(0, 0, 1, 1 << 20));
    }

    private void clone(int from, int to, int count, int flags) throws IOException {
        ring.register().cloneBuffers(source, from, to, count, flags);
    }

    private static IoUring openWithoutDescriptor() throws IOException {
        Kernel.needs(SetupFlag.IORING_SETUP_REGISTERED_FD_ONLY);
        return IoUring.open(4, RingOptions.defaults().with(SetupFlag.IORING_SETUP_REGISTERED_FD_ONLY));
    }

    /** Reads one byte into a buffer by the number it is expected to have. */
    private int use(int buffer, int index) throws IOException {
        pipe.write("x");
        ring.sq().next().readFixed(pipe.reader(), buffers[buffer].asSlice(0, 1), -1, index);
        int result = Completion.result(ring);
        if (result < 0) {
            pipe.read();
        }
        return result;
    }
}
