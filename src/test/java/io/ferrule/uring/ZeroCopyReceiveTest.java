package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.liburing.io_uring_region_desc;
import io.ferrule.bindings.liburing.io_uring_zcrx_area_reg;
import io.ferrule.bindings.liburing.io_uring_zcrx_ifq_reg;
import io.ferrule.bindings.liburing.io_uring_zcrx_offsets;
import io.ferrule.bindings.liburing.io_uring_zcrx_rqe;
import io.ferrule.bindings.liburing.zcrx_ctrl;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Receiving into a queue's own area. Without a network device that can do it, the kernel fills the area by copying; all the rest is as with one.
 */
class ZeroCopyReceiveTest extends SocketTest {
    private static final long PAGE = 4096;
    private static final int PAGES = 4;
    private static final int REFILLS = 8;
    private static final long OFFSET_MASK = (1L << 48) - 1; // above it lies the number of the area

    private final MemorySegment area = arena.allocate(PAGES * PAGE, PAGE);
    private final MemorySegment refills = arena.allocate(2 * PAGE, PAGE);

    private MemorySegment queue;
    private long areaToken;

    @ParameterizedTest
    @EnumSource(names = {"CQE32", "CQE_MIXED"})
    @Covers({"IORING_OP_RECV_ZC", "IORING_REGISTER_ZCRX_IFQ", "IORING_CQE_F_MORE"})
    void whatComesLiesInTheAreaUntilTheStreamEnds(RingVariant variant) throws IOException {
        IoUring ring = keep(variant.open(8));
        register(ring);
        Fd[] connection = connection();
        ring.sq().next().recvZc(connection[1], 0, io_uring_zcrx_ifq_reg.zcrx_id(queue));
        ring.submit();
        Pipe.write(connection[0], "without copying");
        assertThat(result(ring)).isEqualTo(15);
        assertThat(ring.cq().hasMore()).isTrue();
        assertThat(received(ring)).isEqualTo("without copying");
        connection[0].close();
        assertThat(result(ring)).isZero();
        assertThat(ring.cq().hasMore()).isFalse();
    }

    /** More comes than there is room for at a time. */
    @ParameterizedTest
    @EnumSource(names = {"CQE32", "CQE_MIXED"})
    @Covers({"IORING_OP_RECV_ZC", "IORING_REGISTER_ZCRX_IFQ", "IORING_REGISTER_ZCRX_CTRL"})
    void whatIsGivenBackIsFilledAgain(RingVariant variant) throws IOException {
        IoUring ring = keep(variant.open(8));
        register(ring);
        Fd[] connection = connection();
        ring.sq().next().recvZc(connection[1], 0, io_uring_zcrx_ifq_reg.zcrx_id(queue));
        ring.submit();
        for (int i = 0; i < 5 * PAGES; i++) {
            Pipe.write(connection[0], "message " + i);
            assertThat(result(ring)).isPositive();
            assertThat(ring.cq().hasMore()).isTrue();
            assertThat(received(ring)).isEqualTo("message " + i);
            giveBack(ring, i);
        }
    }

    private void register(IoUring ring) throws IOException {
        MemorySegment region = io_uring_region_desc.allocate(arena);
        io_uring_region_desc.user_addr(region, refills.address());
        io_uring_region_desc.size(region, refills.byteSize());
        io_uring_region_desc.flags(region, UringFlags.IORING_MEM_REGION_TYPE_USER);
        MemorySegment place = io_uring_zcrx_area_reg.allocate(arena);
        io_uring_zcrx_area_reg.addr(place, area.address());
        io_uring_zcrx_area_reg.len(place, area.byteSize());
        queue = io_uring_zcrx_ifq_reg.allocate(arena);
        io_uring_zcrx_ifq_reg.flags(queue, UringFlags.ZCRX_REG_NODEV);
        io_uring_zcrx_ifq_reg.rq_entries(queue, REFILLS);
        io_uring_zcrx_ifq_reg.area_ptr(queue, place.address());
        io_uring_zcrx_ifq_reg.region_ptr(queue, region.address());
        try {
            ring.register().zeroCopyReceiveQueue(queue);
        } catch (ErrnoException e) {
            assumeTrue(e.errno() != Errno.EINVAL, "needs a kernel with ZCRX_REG_NODEV (Linux 7.2 has it)");
            throw e;
        }
        areaToken = io_uring_zcrx_area_reg.rq_area_token(place);
    }

    /** What the completion read last brought. */
    private String received(IoUring ring) {
        return text(area.asSlice(ring.cq().extra1() & OFFSET_MASK, ring.cq().res()));
    }

    /** Lets the kernel fill again what the completion read last brought. */
    private void giveBack(IoUring ring, int number) throws IOException {
        MemorySegment offsets = io_uring_zcrx_ifq_reg.offsets(queue);
        long entries = Integer.toUnsignedLong(io_uring_zcrx_offsets.rqes(offsets));
        MemorySegment entry =
                refills.asSlice(entries + number % REFILLS * io_uring_zcrx_rqe.sizeof(), io_uring_zcrx_rqe.sizeof());
        io_uring_zcrx_rqe.off(entry, ring.cq().extra1() & OFFSET_MASK | areaToken);
        io_uring_zcrx_rqe.len(entry, ring.cq().res());
        MemorySegment tail = refills.asSlice(Integer.toUnsignedLong(io_uring_zcrx_offsets.tail(offsets)), 4);
        ValueLayout.JAVA_INT.varHandle().setRelease(tail, 0L, number + 1);
        MemorySegment control = zcrx_ctrl.allocate(arena);
        zcrx_ctrl.zcrx_id(control, io_uring_zcrx_ifq_reg.zcrx_id(queue));
        zcrx_ctrl.op(control, io.ferrule.bindings.liburing.LibUring.ZCRX_CTRL_FLUSH_RQ());
        ring.register().zeroCopyReceiveControl(control);
    }
}
