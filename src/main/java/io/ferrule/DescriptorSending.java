package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.DescriptorMessage;
import io.ferrule.sys.Fd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A descriptor on its way to a peer: a duplicate, so that it makes no difference when the original is closed meanwhile. */
final class DescriptorSending extends Task<@Nullable Void> {
    private final DescriptorMessage message = DescriptorMessage.allocate(Arena.ofAuto());
    private final IntSupplier original;
    private @Nullable Fd duplicate;

    DescriptorSending(Connection connection, String what, IntSupplier original) {
        super(connection.loop, OperationKind.SEND_MESSAGE, connection, what + " over " + connection);
        this.original = original;
        step.address = message.segment().address();
        step.flags = LibC.MSG_NOSIGNAL();
    }

    @Override
    void prepare() throws IOException {
        Fd copy = Fd.borrow(original.getAsInt()).duplicate();
        duplicate = copy;
        message.carry(copy);
    }

    @Override
    @Nullable
    Void value(int result) throws IOException {
        closeDuplicate();
        return null;
    }

    @Override
    void failed() {
        try {
            closeDuplicate();
        } catch (IOException e) {
            // there is a failure to report already
        }
    }

    private void closeDuplicate() throws IOException {
        Fd copy = duplicate;
        if (copy != null) {
            copy.close();
        }
    }
}
