package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.driver.Operation;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loop that may read files and do nothing else. */
class LockDownTest extends LoopContract {
    @TempDir
    Path folder;

    private final Buffer buffer = Buffer.allocate(8);

    @Override
    LoopOptions options() {
        return super.options().lockedTo(OperationKind.OPEN, OperationKind.READ);
    }

    private File file() throws IOException {
        return loop.openFile(
                        folder.resolve("file"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)
                .await();
    }

    @Test
    void itDoesWhatIsAllowed() throws Exception {
        try (File file = file()) {
            assertThat(file.read(buffer, 0).await()).isZero();
        }
    }

    @Test
    void itRefusesAllElse() throws Exception {
        File file = file();
        List<ThrowingCallable> forbidden = List.of(
                () -> file.write(buffer, 0, 8, 0).await(),
                () -> file.write(new Buffer[] {buffer}, 0).await(),
                () -> file.read(new Buffer[] {buffer}, 0).await(),
                () -> file.writeDurably(buffer, 0, 8, 0).await(),
                () -> file.sync().await(),
                () -> file.syncData().future(),
                () -> file.truncate(0).await(),
                () -> file.allocate(0, 0, 1).await(),
                () -> loop.connect(LOOPBACK).await(),
                () -> loop.listen(LOOPBACK).await());
        assertThat(forbidden)
                .allSatisfy(each -> assertThatExceptionOfType(UnsupportedOperationException.class)
                        .isThrownBy(each)
                        .withMessageContaining("locked down"));
        assertThat(buffer.isInFlight()).isFalse();
        assertThat(loop.counters().inFlight()).isZero();
    }

    @Test
    void allPartsOfARequestMustBeAllowed() throws Exception {
        try (Loop writing =
                Loop.start(super.options().lockedTo(OperationKind.OPEN, OperationKind.READ, OperationKind.WRITE))) {
            File file = writing.openFile(folder.resolve("other"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .await();
            assertThat(file.write(buffer, 0, 8, 0).await()).isEqualTo(8);
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> file.writeDurably(buffer, 0, 8, 8).await())
                    .withMessageContaining("fdatasync");
        }
        assertThat(java.nio.file.Files.size(folder.resolve("other"))).isEqualTo(8);
    }

    @Test
    void whatIsForbiddenOnALoopIsAllowedOnAnother() throws Exception {
        try (Loop free = Loop.start(super.options())) {
            File file = free.openFile(folder.resolve("third"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .await();
            assertThat(file.write(buffer, 0, 8, 0).await()).isEqualTo(8);
        }
    }

    @Test
    void itsDescriptorCanBePolledLikeAnyOther() throws Exception {
        Drivers.need(driver, Drivers.Feature.DESCRIPTOR);
        assertThat(onLoop(() -> loop.descriptor().number())).isNotNegative();
        itDoesWhatIsAllowed();
    }

    /** An operation that nobody above the driver has looked at. */
    private static final class Smuggled extends Operation {
        private final CompletableFuture<Integer> result = new CompletableFuture<>();

        Smuggled(OperationKind kind, int fd, long address) {
            this.kind = kind;
            this.fd = fd;
            this.address = address;
            this.length = 1;
            this.offset = -1;
        }

        @Override
        protected void complete(int outcome, int flags) {
            result.complete(outcome);
        }
    }

    private int smuggled(OperationKind kind, Pipe pipe) throws Exception {
        Smuggled operation =
                new Smuggled(kind, pipe.writer().number(), buffer.segment().address());
        onLoop(() -> {
            loop.driver().start(operation);
            return null;
        });
        return operation.result.get();
    }

    @Test
    @Covers({"IORING_REGISTER_RESTRICTIONS", "IORING_REGISTER_ENABLE_RINGS", "IORING_SETUP_R_DISABLED"})
    void whatGetsPastTheLoopIsRefusedByTheKernel() throws Exception {
        assumeTrue(driver.equals("uring"), "with " + driver + " the loop is the only guard");
        try (Pipe pipe = Pipe.open()) {
            List<OperationKind> forbidden = List.of(
                    OperationKind.WRITE,
                    OperationKind.WRITEV,
                    OperationKind.SEND,
                    OperationKind.CONNECT,
                    OperationKind.FSYNC,
                    OperationKind.TRUNCATE,
                    OperationKind.MKDIR);
            for (OperationKind kind : forbidden) {
                assertThat(smuggled(kind, pipe)).as(kind.name()).isEqualTo(-Errno.EACCES.number());
            }
            pipe.write("x");
            assertThat(pipe.read()).isEqualTo("x"); // and nothing before it
        }
    }

    @Test
    void aRingThatIsNotLockedDownDoesThemAll() throws Exception {
        assumeTrue(driver.equals("uring"), "the counterpart of a test for uring");
        try (Loop free = Loop.start(super.options());
                Pipe pipe = Pipe.open()) {
            Smuggled operation = new Smuggled(
                    OperationKind.WRITE,
                    pipe.writer().number(),
                    buffer.segment().address());
            on(free, () -> {
                free.driver().start(operation);
                return null;
            });
            assertThat(operation.result.get()).isEqualTo(1);
        }
    }
}
