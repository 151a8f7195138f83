package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests act with the credentials of their thread, or with some that were registered before. */
@Covers({"IORING_REGISTER_PERSONALITY", "IORING_UNREGISTER_PERSONALITY"})
@Timeout(30)
class PersonalityTest {
    private static final int NOBODY = 65_534;

    private final Arena arena = Arena.ofConfined();
    private IoUring ring;

    @BeforeEach
    void open() throws IOException {
        ring = IoUring.open(4);
    }

    @AfterEach
    void close() {
        ring.close();
        arena.close();
    }

    @Test
    void aRegisteredIdCanBeUsedUntilItIsForgotten() throws IOException {
        int id = ring.register().personality();
        assertThat(id).isPositive();
        assertThat(nop(id)).isZero();
        ring.register().unregisterPersonality(id);
        assertThat(nop(id)).isEqualTo(Completion.error(Errno.EINVAL));
    }

    @Test
    void eachRegistrationHasAnIdOfItsOwn() throws IOException {
        int first = ring.register().personality();
        int second = ring.register().personality();
        assertThat(second).isNotEqualTo(first);
        ring.register().unregisterPersonality(first);
        assertThat(nop(second)).isZero();
    }

    @Test
    void anUnknownIdIsRefused() {
        Kernel.refuses(Errno.EINVAL, () -> ring.register().unregisterPersonality(2));
    }

    @Test
    void aRequestWithAnUnknownIdIsRefused() throws IOException {
        assertThat(nop(2)).isEqualTo(Completion.error(Errno.EINVAL));
    }

    /** The system call changes the user of its thread only, which ends with the test. */
    @Test
    @Covers({"IORING_REGISTER_PERSONALITY", "IORING_FEAT_CUR_PERSONALITY", "IORING_OP_OPENAT"})
    void whatTheThreadMayNoLongerDoItDoesWithTheCredentialsItHad(@TempDir Path folder) throws Exception {
        Path secret = Files.createFile(
                folder.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        OtherThread.call("once root", () -> {
            try (Arena own = Arena.ofConfined();
                    IoUring asRoot = IoUring.open(4)) {
                int root = asRoot.register().personality();
                assumeTrue(becomeNobody() == 0, "needs root, to become another user");
                MemorySegment path = own.allocateFrom(secret.toString());
                asRoot.sq().next().openat(Fd.CWD, path, LibC.O_RDONLY(), 0);
                assertThat(Completion.result(asRoot)).isEqualTo(Completion.error(Errno.EACCES));
                asRoot.sq().next().openat(Fd.CWD, path, LibC.O_RDONLY(), 0).personality(root);
                int opened = Completion.result(asRoot);
                assertThat(opened).isNotNegative();
                Fd.own(opened).close();
                asRoot.sq().next().nop().link();
                asRoot.sq().next().openat(Fd.CWD, path, LibC.O_RDONLY(), 0).personality(root);
                Completion.next(asRoot);
                Fd.own(Completion.result(asRoot)).close();
            }
            return null;
        });
    }

    /** setresuid, which has a number on each architecture. */
    private static int becomeNobody() {
        int number = System.getProperty("os.arch").equals("aarch64") ? 147 : 117;
        return SystemCall.invoke(number, -1, NOBODY, -1);
    }

    private int nop(int id) throws IOException {
        ring.sq().next().nop().personality(id);
        return Completion.result(ring);
    }
}
