package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.DescriptorMessage;
import io.ferrule.sys.Fd;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.SocketException;
import java.util.List;

/** A descriptor that is to come from a peer. */
final class DescriptorReceiving extends Task<Fd> {
    private final DescriptorMessage message = DescriptorMessage.allocate(Arena.ofAuto());

    DescriptorReceiving(Connection connection) {
        super(connection.loop, OperationKind.RECEIVE_MESSAGE, connection, null);
        step.address = message.segment().address();
        step.flags = LibC.MSG_CMSG_CLOEXEC();
    }

    @Override
    void prepare() {
        message.makeRoom();
    }

    @Override
    Fd value(int result) throws IOException {
        if (result == 0) {
            throw new EOFException(this + ": the stream ended before a descriptor came");
        }
        List<Fd> all = message.received();
        if (all.isEmpty()) {
            throw new SocketException(this + ": a byte came without a descriptor, and is lost");
        }
        for (Fd unwanted : all.subList(1, all.size())) {
            unwanted.close();
        }
        return all.getFirst();
    }
}
