package io.ferrule.sys;

import io.ferrule.bindings.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A message of one byte with which descriptors go over a Unix socket ({@code SCM_RIGHTS}). It can be used again and again. */
public final class DescriptorMessage {
    /** Room for control data: the most descriptors that one message carries ({@code SCM_MAX_FD}, 253), and credentials besides. */
    private static final long ROOM = 1104;

    private final MessageHeader header;
    private final MemorySegment control;

    private DescriptorMessage(MessageHeader header, MemorySegment control) {
        this.header = header;
        this.control = control;
    }

    /** One that carries nothing. The memory lives as long as the arena. */
    public static DescriptorMessage allocate(Arena arena) {
        MessageHeader header = MessageHeader.allocate(arena);
        header.pieces(IovecArray.of(arena, arena.allocate(1)), 0, 1);
        return new DescriptorMessage(header, arena.allocate(ROOM, Long.BYTES));
    }

    /** Has it carry descriptors: the peer gets duplicates. */
    public void carry(Fd... descriptors) {
        long length = Layout.DATA + (long) descriptors.length * Integer.BYTES;
        control.set(ValueLayout.JAVA_LONG, Layout.LENGTH, length);
        control.set(ValueLayout.JAVA_INT, Layout.LEVEL, LibC.SOL_SOCKET());
        control.set(ValueLayout.JAVA_INT, Layout.TYPE, LibC.SCM_RIGHTS());
        for (int i = 0; i < descriptors.length; i++) {
            control.set(ValueLayout.JAVA_INT, Layout.DATA + (long) i * Integer.BYTES, descriptors[i].number());
        }
        header.control(control.asSlice(0, length));
    }

    /** Makes room for what is to be received. */
    public void makeRoom() {
        header.control(control);
    }

    /** The descriptors that came: the caller's to close, all of them. */
    public List<Fd> received() {
        List<Fd> all = new ArrayList<>();
        long end = Math.min(header.controlLength(), ROOM);
        long at = 0;
        while (at + Layout.DATA <= end) {
            long length = control.get(ValueLayout.JAVA_LONG, at + Layout.LENGTH);
            if (length < Layout.DATA) {
                break;
            }
            long last = Math.min(at + length, end) - Integer.BYTES;
            if (isRights(at)) {
                for (long each = at + Layout.DATA; each <= last; each += Integer.BYTES) {
                    all.add(Fd.own(control.get(ValueLayout.JAVA_INT, each)));
                }
            }
            at += (length + Long.BYTES - 1) & -Long.BYTES;
        }
        return all;
    }

    private boolean isRights(long at) {
        return control.get(ValueLayout.JAVA_INT, at + Layout.LEVEL) == LibC.SOL_SOCKET()
                && control.get(ValueLayout.JAVA_INT, at + Layout.TYPE) == LibC.SCM_RIGHTS();
    }

    /** The message's {@code struct msghdr}. */
    public MemorySegment segment() {
        return header.segment();
    }

    /** A class of its own, so that it is loaded after the helper library, whose errors then reach the caller as they are. */
    private static final class Layout {
        static final long LENGTH = 0;
        static final long LEVEL = 8;
        static final long TYPE = 12;
        static final long DATA = 16;

        static {
            Abi.require("cmsghdr.cmsg_len", LENGTH);
            Abi.require("cmsghdr.cmsg_level", LEVEL);
            Abi.require("cmsghdr.cmsg_type", TYPE);
            Abi.require("sizeof cmsghdr", DATA);
        }
    }
}
