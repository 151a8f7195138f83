package io.ferrule.epoll;

import static io.ferrule.epoll.Epoll.EPOLLET;
import static io.ferrule.epoll.Epoll.EPOLLIN;
import static io.ferrule.epoll.Epoll.EPOLLOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A descriptor's place in the list, from add to delete, and what comes after. */
@Timeout(60)
class RegistrationTest {
    @AutoClose
    private final Epoll epoll = Epoll.open();

    @AutoClose
    private final Pipe pipe = Pipe.nonBlocking();

    RegistrationTest() throws IOException {}

    @Test
    void aRegistrationKnowsWhatItWasAddedWith() throws IOException {
        Object attachment = new Object();
        Registration registration = epoll.add(pipe.reader(), EPOLLIN, attachment);
        assertThat(registration.fd()).isSameAs(pipe.reader());
        assertThat(registration.events()).isEqualTo(EPOLLIN);
        assertThat(registration.attachment()).isSameAs(attachment);
        assertThat(registration.isActive()).isTrue();
        assertThat(epoll.size()).isEqualTo(1);
    }

    @Test
    void theAttachmentMayBeNull() throws IOException {
        assertThat(epoll.add(pipe.reader(), EPOLLIN, null).attachment()).isNull();
    }

    @Test
    void modifyChangesWhatIsAwaited() throws IOException {
        try (Pipe sockets = Pipe.sockets()) {
            Registration registration = epoll.add(sockets.reader(), EPOLLIN, null);
            assertThat(epoll.await(0)).isZero();
            registration.modify(EPOLLOUT);
            assertThat(registration.events()).isEqualTo(EPOLLOUT);
            assertThat(epoll.await(0)).isEqualTo(1);
            assertThat(epoll.next()).isTrue();
            assertThat(epoll.events()).isEqualTo(EPOLLOUT);
        }
    }

    @Test
    void modifyReportsAnEdgeTriggeredDescriptorAgainThatIsReady() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN | EPOLLET, null);
        pipe.write("x");
        assertThat(epoll.await(0)).isEqualTo(1);
        assertThat(epoll.await(0)).isZero();
        registration.modify(EPOLLIN | EPOLLET);
        assertThat(epoll.await(0)).isEqualTo(1);
    }

    @Test
    void afterDeleteNothingIsReported() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.write("x");
        registration.delete();
        assertThat(epoll.await(0)).isZero();
        assertThat(registration.isActive()).isFalse();
        assertThat(epoll.size()).isZero();
    }

    @Test
    void aSecondDeleteDoesNothingToWhoeverHasTheSlotNow() throws IOException {
        Registration first = epoll.add(pipe.reader(), EPOLLIN, null);
        first.delete();
        Registration second = epoll.add(pipe.reader(), EPOLLIN, null);
        first.delete();
        assertThat(second.isActive()).isTrue();
        pipe.write("x");
        assertThat(epoll.await(0)).isEqualTo(1);
    }

    @Test
    void modifyAfterDeleteIsRefused() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN, null);
        registration.delete();
        assertThatIllegalStateException()
                .isThrownBy(() -> registration.modify(EPOLLIN))
                .withMessage("the registration of " + pipe.reader() + " has been deleted");
    }

    @Test
    void aDescriptorCanBeAddedAgainAfterDelete() throws IOException {
        pipe.write("x");
        for (int i = 0; i < 100; i++) {
            Registration registration = epoll.add(pipe.reader(), EPOLLIN, i);
            assertThat(epoll.await(0)).isEqualTo(1);
            assertThat(epoll.next()).isTrue();
            assertThat(epoll.registration()).isSameAs(registration);
            registration.delete();
        }
        assertThat(epoll.staleEvents()).isZero();
    }

    @Test
    void manyRegistrationsAreToldApart() throws IOException {
        Pipe[] pipes = new Pipe[100];
        for (int i = 0; i < pipes.length; i++) {
            pipes[i] = Pipe.open();
            epoll.add(pipes[i].reader(), EPOLLIN, i);
        }
        assertThat(epoll.size()).isEqualTo(pipes.length);
        for (int i = 0; i < pipes.length; i++) {
            pipes[i].write("x");
            assertThat(epoll.await(0)).isEqualTo(1);
            assertThat(epoll.next()).isTrue();
            assertThat(epoll.registration().attachment()).isEqualTo(i);
            pipes[i].close();
        }
    }

    @Test
    void saysInItsTextWhatItIs() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN | EPOLLOUT, null);
        assertThat(registration).hasToString(pipe.reader() + " for events 0x5");
        registration.delete();
        assertThat(registration).hasToString(pipe.reader() + " for events 0x5 (deleted)");
    }

    // ---- refused by the kernel ----

    @Test
    void aRegularFileIsRefusedAndTheAlternativeNamed(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (Fd fd = Fd.open(file, LibC.O_RDWR(), 0)) {
            assertThat(refusal(Errno.EPERM, () -> epoll.add(fd, EPOLLIN, null)))
                    .isInstanceOf(NotPollableException.class)
                    .hasMessageStartingWith("epoll_ctl ADD on " + fd + ": EPERM (1), Operation not permitted")
                    .hasMessageContaining("io_uring");
        }
        assertThat(epoll.size()).isZero();
    }

    @Test
    void aDirectoryIsRefused(@TempDir Path directory) throws IOException {
        try (Fd fd = Fd.open(directory, LibC.O_RDONLY(), 0)) {
            assertThat(refusal(Errno.EPERM, () -> epoll.add(fd, EPOLLIN, null)))
                    .isInstanceOf(NotPollableException.class);
        }
    }

    @Test
    void aDescriptorThatIsInTheListAlreadyIsRefused() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN, null);
        assertThat(refusal(Errno.EEXIST, () -> epoll.add(pipe.reader(), EPOLLIN, null)))
                .hasMessageContaining("modify its registration");
        assertThat(registration.isActive()).isTrue();
        assertThat(epoll.size()).isEqualTo(1);
    }

    @Test
    void aDuplicateOfADescriptorIsAnotherEntry() throws IOException {
        try (Fd duplicate = Pipe.duplicate(pipe.reader())) {
            epoll.add(pipe.reader(), EPOLLIN, null);
            epoll.add(duplicate, EPOLLIN, null);
            pipe.write("x");
            assertThat(epoll.await(0)).isEqualTo(2);
        }
    }

    @Test
    void aClosedDescriptorIsRefused() throws IOException {
        pipe.reader().close();
        assertThatIllegalStateException()
                .isThrownBy(() -> epoll.add(pipe.reader(), EPOLLIN, null))
                .withMessage("the file descriptor is closed");
        assertThat(epoll.size()).isZero();
    }

    @Test
    void aNumberThatIsNotOpenIsRefused() throws IOException {
        Fd nobody = Fd.borrow(Integer.MAX_VALUE);
        assertThat(refusal(Errno.EBADF, () -> epoll.add(nobody, EPOLLIN, null)))
                .hasMessageContaining(nobody.toString());
    }

    // ---- lists in lists ----

    @Test
    void aListCanWatchAnother() throws IOException {
        try (Epoll inner = Epoll.open()) {
            epoll.add(inner.descriptor(), EPOLLIN, inner);
            inner.add(pipe.reader(), EPOLLIN, null);
            assertThat(epoll.await(0)).isZero();
            pipe.write("x");
            assertThat(epoll.await(0)).isEqualTo(1);
            assertThat(epoll.next()).isTrue();
            assertThat(epoll.registration().attachment()).isSameAs(inner);
            assertThat(inner.await(0)).isEqualTo(1);
        }
    }

    @Test
    void aWakeUpOfAListIsSeenByTheOneThatWatchesIt() throws IOException {
        try (Epoll inner = Epoll.open()) {
            epoll.add(inner.descriptor(), EPOLLIN, null);
            inner.wakeUp();
            assertThat(epoll.await(0)).isEqualTo(1);
            assertThat(inner.await(0)).isZero();
            assertThat(epoll.await(0)).as("the inner list's wait has taken it").isZero();
        }
    }

    @Test
    void listsInACircleAreRefused() throws IOException {
        try (Epoll other = Epoll.open()) {
            epoll.add(other.descriptor(), EPOLLIN, null);
            assertThat(refusal(Errno.ELOOP, () -> other.add(epoll.descriptor(), EPOLLIN, null)))
                    .hasMessageContaining("circle");
        }
    }

    @Test
    void aListThatWouldWatchItselfIsRefused() {
        assertThat(refusal(Errno.EINVAL, () -> epoll.add(epoll.descriptor(), EPOLLIN, null)))
                .hasMessageStartingWith("epoll_ctl ADD");
    }

    // ---- stale events ----

    @Test
    void anEventOfARegistrationThatWasDeletedSinceTheWaitIsDroppedAndCounted() throws IOException {
        try (Pipe other = Pipe.open()) {
            Registration first = epoll.add(pipe.reader(), EPOLLIN, null);
            Registration second = epoll.add(other.reader(), EPOLLIN, null);
            pipe.write("x");
            other.write("x");
            assertThat(epoll.await(0)).isEqualTo(2);
            assertThat(epoll.next()).isTrue();
            (epoll.registration() == first ? second : first).delete();
            assertThat(epoll.next()).isFalse();
            assertThat(epoll.staleEvents()).isEqualTo(1);
        }
    }

    @Test
    void aReusedNumberDoesNotGetAnEventThatItsForerunnerLeftInTheBatch() throws IOException {
        try (Pipe quiet = Pipe.open()) {
            Fd old = Pipe.duplicate(pipe.reader());
            Registration forerunner = epoll.add(old, EPOLLIN, null);
            pipe.write("x");
            assertThat(epoll.await(0)).isEqualTo(1);
            int number = old.number();
            forerunner.delete();
            old.close();
            try (Fd reused = Pipe.duplicateAs(number, quiet.reader())) {
                Registration registration = epoll.add(reused, EPOLLIN, null);
                assertThat((int) registration.key()).as("slot").isEqualTo((int) forerunner.key());
                assertThat(epoll.next()).isFalse();
                assertThat(epoll.staleEvents()).isEqualTo(1);
            }
        }
    }

    @Test
    void aReusedNumberDoesNotGetEventsOfAFileThatADuplicateKeepsOpen() throws IOException {
        try (Pipe quiet = Pipe.open()) {
            // pipe.reader() stays open, so the kernel goes on watching what the closed duplicate was added for.
            Fd old = Pipe.duplicate(pipe.reader());
            Registration forerunner = epoll.add(old, EPOLLIN, null);
            int number = old.number();
            old.close();
            assertThatIllegalStateException().isThrownBy(forerunner::delete);
            try (Fd reused = Pipe.duplicateAs(number, quiet.reader())) {
                Registration registration = epoll.add(reused, EPOLLIN, null);
                pipe.write("x");
                assertThat(epoll.await(0)).as("the kernel reports the old file").isEqualTo(1);
                assertThat(epoll.next()).isFalse();
                assertThat(epoll.staleEvents()).isEqualTo(1);

                quiet.write("y");
                assertThat(epoll.await(0)).isEqualTo(2);
                assertThat(epoll.next()).isTrue();
                assertThat(epoll.registration()).isSameAs(registration);
                assertThat(epoll.next()).isFalse();
            }
        }
    }

    @Test
    void deleteAfterTheDescriptorWasClosedIsRefusedAndEndsTheRegistration() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.reader().close();
        assertThatIllegalStateException()
                .isThrownBy(registration::delete)
                .withMessageStartingWith("the descriptor was closed before its registration was deleted");
        assertThat(registration.isActive()).isFalse();
        assertThat(epoll.size()).isZero();
    }

    @Test
    void deleteOfANumberThatBelongsToAnotherFileNowSaysSo() throws IOException {
        try (Pipe other = Pipe.open()) {
            Fd old = Pipe.duplicate(pipe.reader());
            Fd borrowed = Fd.borrow(old.number());
            Registration registration = epoll.add(borrowed, EPOLLIN, null);
            old.close();
            try (Fd reused = Pipe.duplicateAs(borrowed.number(), other.reader())) {
                assertThat(reused.number()).isEqualTo(borrowed.number());
                assertThat(refusal(Errno.ENOENT, registration::delete))
                        .hasMessageContaining("its number belongs to another file now");
                assertThat(registration.isActive()).isFalse();
            }
        }
    }

    private static ErrnoException refusal(Errno errno, ThrowingCallable call) {
        ErrnoException e = catchThrowableOfType(ErrnoException.class, call);
        assertThat(e).isNotNull();
        assertThat(e.errno()).isEqualTo(errno);
        return e;
    }
}
