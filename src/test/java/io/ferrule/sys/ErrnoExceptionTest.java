package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrnoExceptionTest {
    @Test
    void theMessageSaysWhatWasAskedOnWhatWhatTheKernelSaidAndWhatToDo() {
        assertThat(new ErrnoException(-24, "eventfd", "fd 7", "Close some"))
                .hasMessage("eventfd on fd 7: EMFILE (24), Too many open files. Close some");
    }

    @Test
    void theMessageLeavesOutWhatIsNotKnown() {
        assertThat(new ErrnoException(-38, "epoll_pwait2", null, null))
                .hasMessage("epoll_pwait2: ENOSYS (38), Function not implemented");
    }

    @Test
    void theNumberIsPositiveWhateverTheSignOfTheAnswer() {
        assertThat(new ErrnoException(-9, "read", null, null).number()).isEqualTo(9);
        assertThat(new ErrnoException(9, "read", null, null).number()).isEqualTo(9);
    }

    @Test
    void theErrorAndTheOperationCanBeAsked() {
        ErrnoException e = new ErrnoException(-9, "read", null, null);
        assertThat(e.errno()).isEqualTo(Errno.EBADF);
        assertThat(e.operation()).isEqualTo("read");
    }

    @Test
    void anUnknownNumberIsInTheMessageAndHasNoName() {
        ErrnoException e = new ErrnoException(-4095, "read", null, null);
        assertThat(e).hasMessage("read: errno 4095");
        assertThat(e.errno()).isNull();
    }

    @Test
    void aMissingPathIsNoSuchFileException() {
        assertThat(ErrnoException.forPath(-2, "open", "/a/b"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage("/a/b: open: ENOENT (2), No such file or directory");
    }

    @Test
    void aPathThatExistsIsFileAlreadyExistsException() {
        assertThat(ErrnoException.forPath(-17, "open", "/a/b"))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage("/a/b: open: EEXIST (17), File exists");
    }

    @Test
    void aPathThatIsForbiddenIsAccessDeniedException() {
        assertThat(ErrnoException.forPath(-13, "open", "/a/b"))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessage("/a/b: open: EACCES (13), Permission denied");
    }

    @Test
    void thePathItselfCanBeAskedOfTheJdksTypes() {
        FileSystemException e = (FileSystemException) ErrnoException.forPath(-2, "open", "/a/b");
        assertThat(e.getFile()).isEqualTo("/a/b");
    }

    @Test
    void anyOtherErrorOfAPathIsOurs() {
        assertThat(ErrnoException.forPath(-40, "open", "/a/b"))
                .isExactlyInstanceOf(ErrnoException.class)
                .hasMessage("open on /a/b: ELOOP (40), Too many levels of symbolic links");
    }

    @ParameterizedTest
    @EnumSource(names = {"ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"})
    void aPeerThatCannotBeReachedIsConnectException(Errno errno) {
        IOException e = ErrnoException.forPeer(-errno.number(), "connect", "127.0.0.1:9");
        assertThat(e)
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("connect on 127.0.0.1:9: " + errno.name());
    }

    @Test
    void anyOtherErrorOfAPeerIsOurs() {
        assertThat(ErrnoException.forPeer(-104, "recv", "127.0.0.1:9"))
                .isExactlyInstanceOf(ErrnoException.class)
                .hasMessage("recv on 127.0.0.1:9: ECONNRESET (104), Connection reset by peer");
    }
}
