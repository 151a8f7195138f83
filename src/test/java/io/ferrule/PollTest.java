package io.ferrule;

import static io.ferrule.bindings.libc.LibC.POLLERR;
import static io.ferrule.bindings.libc.LibC.POLLHUP;
import static io.ferrule.bindings.libc.LibC.POLLIN;
import static io.ferrule.bindings.libc.LibC.POLLOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.Fd;
import io.ferrule.testing.Descriptors;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting for events of descriptors that somebody else uses. */
class PollTest extends LoopContract {
    private Pipe pipe;

    @BeforeEach
    void openPipe() throws IOException {
        Drivers.need(driver, Drivers.Feature.POLL);
        pipe = keep(Pipe.open());
    }

    @Test
    void whatIsReadyIsToldAtOnce() throws IOException {
        assertThat(loop.poll(pipe.writer(), POLLOUT()).await()).isEqualTo(POLLOUT());
    }

    @Test
    void whatIsNotReadyIsWaitedFor() throws Exception {
        CompletableFuture<Integer> polling = loop.poll(pipe.reader(), POLLIN()).future();
        settle();
        assertThat(polling).isNotDone();
        pipe.write("x");
        assertThat(polling.get()).isEqualTo(POLLIN());
        assertThat(pipe.read()).isEqualTo("x");
    }

    @Test
    void aHangUpIsToldAskedForOrNot() throws IOException {
        pipe.writer().close();
        assertThat(loop.poll(pipe.reader(), 0).await()).isEqualTo(POLLHUP());
    }

    @Test
    void anErrorIsToldAskedForOrNot() throws IOException {
        pipe.reader().close();
        assertThat(loop.poll(pipe.writer(), 0).await()).isEqualTo(POLLERR());
    }

    @Test
    void severalMayWaitForTheSame() throws Exception {
        CompletableFuture<Integer> one = loop.poll(pipe.reader(), POLLIN()).future();
        CompletableFuture<Integer> two = loop.poll(pipe.reader(), POLLIN()).future();
        settle();
        pipe.write("x");
        assertThat(one.get()).isEqualTo(POLLIN());
        assertThat(two.get()).isEqualTo(POLLIN());
    }

    @Test
    void aNumberThatIsUsedAgainDoesNotConfuseIt() throws Exception {
        for (int i = 0; i < 10; i++) {
            Pipe other = Pipe.open();
            CompletableFuture<Integer> polling =
                    loop.poll(other.reader(), POLLIN()).future();
            settle();
            other.reader().close(); // its number is the next one's
            try (Pipe next = Pipe.open()) {
                next.write("not for the one that polls");
                settle();
                assertThat(polling).isNotDone();
            }
            other.write("x");
            assertThat(polling.get()).isEqualTo(POLLIN());
            other.writer().close();
        }
    }

    @Test
    void oneThatTakesTooLongIsCancelled() {
        assertThatThrownBy(() -> loop.poll(pipe.reader(), POLLIN())
                        .within(Duration.ofMillis(5))
                        .await())
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("poll on fd " + pipe.reader().number());
    }

    @Test
    void itLeavesNothingOpen() throws Exception {
        Set<String> before = Descriptors.targets("pipe:.*");
        String ends = Descriptors.same(pipe.reader().number());
        assertThat(Descriptors.openTo(ends)).isEqualTo(2);
        CompletableFuture<Integer> polling = loop.poll(pipe.reader(), POLLIN()).future();
        loop.poll(pipe.writer(), POLLOUT()).await();
        polling.cancel(true);
        assertThatThrownBy(polling::get).hasCauseInstanceOf(OperationCancelledException.class);
        assertThat(Descriptors.openTo(ends)).isEqualTo(2);
        assertThat(Descriptors.targets("pipe:.*")).isSubsetOf(before);
    }

    @Test
    void whatMakesNoSenseIsRefused() throws IOException {
        assertThatThrownBy(() -> loop.poll(pipe.reader(), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> loop.poll(pipe.reader(), 1 << 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("events are POLLIN and its like, 16 bits, not 0x10000");
        pipe.reader().close();
        assertThatThrownBy(() -> loop.poll(pipe.reader(), POLLIN())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aNumberThatIsNotOpenIsAnError() {
        assertThatThrownBy(() -> loop.poll(Fd.borrow(1 << 20), POLLIN()).await())
                .hasMessageContaining("EBADF");
    }

    @Test
    void afterCloseNothingIsPolled() {
        loop.close();
        assertThatThrownBy(() -> loop.poll(pipe.reader(), POLLIN())).isInstanceOf(IllegalStateException.class);
    }
}
