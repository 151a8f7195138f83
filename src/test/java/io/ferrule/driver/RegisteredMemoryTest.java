package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Memory that the kernel is told of once instead of with each operation. */
class RegisteredMemoryTest extends DriverContract {
    /** More than a ring has places. */
    private static final int MANY = 300;

    private final MemorySegment memory = arena.allocate(64, 4096);

    private TestOperation read(Pipe pipe, int index) {
        TestOperation read = TestOperation.read(pipe.reader(), memory);
        read.registered = index;
        return read;
    }

    private int register() {
        int index = driver.register(memory);
        assumeTrue(
                index >= 0,
                "this driver's kernel interface knows no registered memory, or has locked too much already");
        return index;
    }

    @Test
    void anOperationOnItDoesWhatItDoesOnAnyOther() throws IOException {
        Pipe pipe = pipe();
        pipe.write("text");
        assertThat(text(memory, result(read(pipe, driver.register(memory))))).isEqualTo("text");
    }

    @Test
    @Covers("IORING_REGISTER_BUFFERS_UPDATE")
    void theKernelForgetsIt() throws IOException {
        int index = register();
        driver.unregister(index);
        Pipe pipe = pipe();
        pipe.write("text");
        assertThat(result(read(pipe, index))).isEqualTo(error(Errno.EFAULT));
        assertThat(text(memory, result(read(pipe, -1)))).as("without its index").isEqualTo("text");
    }

    @Test
    void itsPlaceServesForOther() {
        for (int i = 0; i < MANY; i++) {
            driver.unregister(register());
        }
        assertThat(register()).isNotNegative();
    }

    @Test
    void whereNoPlaceIsLeftAnOperationDoesWithout() throws IOException {
        register();
        int last = 0;
        for (int i = 1; i < MANY; i++) {
            last = driver.register(memory);
        }
        assertThat(last).isEqualTo(-1);
        Pipe pipe = pipe();
        pipe.write("text");
        assertThat(text(memory, result(read(pipe, last)))).isEqualTo("text");
    }

    @Test
    void itIsForgottenOnce() {
        int index = register();
        driver.unregister(index);
        assertThatIllegalArgumentException().isThrownBy(() -> driver.unregister(index));
    }
}
