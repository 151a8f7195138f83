package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring_query_hdr;
import io.ferrule.bindings.liburing.io_uring_query_opcode;
import io.ferrule.bindings.liburing.io_uring_query_scq;
import io.ferrule.bindings.liburing.io_uring_query_zcrx;
import io.ferrule.sys.Errno;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What the running kernel says of its io_uring, asked without a ring. Mirrors {@code io_uring_register_query}. Linux 6.18; an older kernel does not
 * answer, and is asked with a ring: {@link IoUring#probe()}, {@link IoUring#features()}.
 *
 * @param operations how many operations it knows: the numbers below. Some of them it may have been built without, which {@link Probe} tells
 * @param registerOperations how many operations of {@code io_uring_register} it knows: the numbers below
 * @param features what its rings can do, of what this version of Ferrule has a name for
 * @param setupFlags what {@code io_uring_setup} takes, of what this version of Ferrule has a name for
 * @param enterFlags what {@code io_uring_enter} takes: the bits of {@code IORING_ENTER_...}
 * @param entryFlags what an entry takes: the bits of {@code Sqe.IOSQE_...}
 */
public record Query(
        int operations,
        int registerOperations,
        Set<Feature> features,
        Set<SetupFlag> setupFlags,
        long enterFlags,
        long entryFlags) {
    /**
     * What zero-copy receive offers. Linux 6.19.
     *
     * @param registerFlags the bits of {@code ZCRX_REG_...}
     * @param areaFlags the bits of {@code IORING_ZCRX_AREA_...}
     * @param controls how many operations {@link Registration#zeroCopyReceiveControl} has
     * @param features the bits of {@code ZCRX_FEATURE_...}
     * @param headerBytes the size of the refill ring's header
     * @param headerAlignment in bytes
     */
    public record ZeroCopyReceive(
            long registerFlags, long areaFlags, int controls, int features, int headerBytes, int headerAlignment) {}

    /**
     * The header of the queues in memory. Linux 6.19.
     *
     * @param bytes its size
     * @param alignment in bytes
     */
    public record QueueHeader(long bytes, long alignment) {}

    /**
     * Asks.
     *
     * @return nothing where the kernel is too old to be asked
     * @throws IOException when the kernel refuses, such as EPERM in a sandbox
     */
    public static Optional<Query> ask() throws IOException {
        return ask(
                UringFlags.IO_URING_QUERY_OPCODES,
                io_uring_query_opcode.layout(),
                answer -> new Query(
                        io_uring_query_opcode.nr_request_opcodes(answer),
                        io_uring_query_opcode.nr_register_opcodes(answer),
                        Feature.in((int) io_uring_query_opcode.feature_flags(answer)),
                        SetupFlag.in((int) io_uring_query_opcode.ring_setup_flags(answer)),
                        io_uring_query_opcode.enter_flags(answer),
                        io_uring_query_opcode.sqe_flags(answer)));
    }

    /**
     * Asks about zero-copy receive.
     *
     * @return nothing where the kernel has no answer
     * @throws IOException as {@link #ask()}
     */
    public static Optional<ZeroCopyReceive> zeroCopyReceive() throws IOException {
        return ask(
                UringFlags.IO_URING_QUERY_ZCRX,
                io_uring_query_zcrx.layout(),
                answer -> new ZeroCopyReceive(
                        io_uring_query_zcrx.register_flags(answer),
                        io_uring_query_zcrx.area_flags(answer),
                        io_uring_query_zcrx.nr_ctrl_opcodes(answer),
                        io_uring_query_zcrx.features(answer),
                        io_uring_query_zcrx.rq_hdr_size(answer),
                        io_uring_query_zcrx.rq_hdr_alignment(answer)));
    }

    /**
     * Asks about the queues' header.
     *
     * @return nothing where the kernel has no answer
     * @throws IOException as {@link #ask()}
     */
    public static Optional<QueueHeader> queueHeader() throws IOException {
        return ask(
                UringFlags.IO_URING_QUERY_SCQ,
                io_uring_query_scq.layout(),
                answer ->
                        new QueueHeader(io_uring_query_scq.hdr_size(answer), io_uring_query_scq.hdr_alignment(answer)));
    }

    /** Whether the kernel knows an operation. */
    public boolean knows(Opcode operation) {
        return operation.number() < operations;
    }

    /** Whether the kernel knows an operation of {@code io_uring_register}. */
    public boolean knows(RegisterOpcode operation) {
        return operation.number() < registerOperations;
    }

    /** The operations of {@code io_uring_register} that the kernel knows, of those this version of Ferrule knows. */
    public Set<RegisterOpcode> knownRegisterOperations() {
        EnumSet<RegisterOpcode> set = EnumSet.allOf(RegisterOpcode.class);
        set.removeIf(operation -> !knows(operation));
        return set;
    }

    /** Has the kernel fill a structure, and reads it. Returns nothing where the kernel cannot. */
    private static <T> Optional<T> ask(int query, MemoryLayout structure, Function<MemorySegment, T> read)
            throws IOException {
        NativeLibrary.load();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(structure);
            MemorySegment header = io_uring_query_hdr.allocate(arena);
            io_uring_query_hdr.query_op(header, query);
            io_uring_query_hdr.query_data(header, answer.address());
            io_uring_query_hdr.size(header, (int) answer.byteSize());
            int result = LibUring.io_uring_register_query(header);
            // The first without the query, the second without any call that needs no ring: its descriptor is -1.
            if (result == -Errno.EINVAL.number() || result == -Errno.EBADF.number()) {
                return Optional.empty();
            }
            Registration.checkResult(result, "QUERY", "query " + query);
            if (io_uring_query_hdr.result(header) == -Errno.EOPNOTSUPP.number()) {
                return Optional.empty();
            }
            Registration.checkResult(io_uring_query_hdr.result(header), "QUERY", "query " + query);
            return Optional.of(read.apply(answer));
        }
    }
}
