package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The operations that a model has none of: tests are skipped for these, and for no others. */
class LackingTest extends DriverContract {
    private static final Map<DriverUnderTest, Set<OperationKind>> LACKING = Map.of(
            DriverUnderTest.MMAP,
            EnumSet.of(
                    OperationKind.SOCKET,
                    OperationKind.BIND,
                    OperationKind.LISTEN,
                    OperationKind.SHUTDOWN,
                    OperationKind.DISCONNECT,
                    OperationKind.SET_OPTION,
                    OperationKind.GET_OPTION,
                    OperationKind.LOCAL_ADDRESS,
                    OperationKind.REMOTE_ADDRESS,
                    OperationKind.PIPE,
                    OperationKind.ADOPT,
                    OperationKind.ACCEPT,
                    OperationKind.CONNECT,
                    OperationKind.RECEIVE,
                    OperationKind.SEND,
                    OperationKind.RECEIVE_MESSAGE,
                    OperationKind.SEND_MESSAGE,
                    OperationKind.SEND_ZERO_COPY,
                    OperationKind.POLL,
                    OperationKind.SPLICE,
                    OperationKind.TEE));

    @Test
    void aDriverDoesAllButWhatItsModelLacks() {
        Set<OperationKind> lacking = EnumSet.allOf(OperationKind.class);
        lacking.removeIf(driver::can);
        assertThat(lacking).isEqualTo(LACKING.getOrDefault(underTest, Set.of()));
    }
}
