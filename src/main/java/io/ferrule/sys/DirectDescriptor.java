package io.ferrule.sys;

/** A direct descriptor: a slot of one ring's table of registered files. It has no number in the process and works on that ring only. */
public final class DirectDescriptor extends Descriptor {
    /** In place of a slot for a new descriptor: whichever is free, as the kernel chooses. Linux 5.19. */
    public static final DirectDescriptor ANY = new DirectDescriptor(-1);

    private final int slot;

    private DirectDescriptor(int slot) {
        super(true);
        this.slot = slot;
    }

    /**
     * The descriptor in a slot.
     *
     * @param slot index in the ring's table, from 0
     */
    public static DirectDescriptor of(int slot) {
        if (slot < 0) {
            throw new IllegalArgumentException("a slot is counted from 0; " + slot + " is none");
        }
        return new DirectDescriptor(slot);
    }

    /** The slot. */
    @Override
    public int number() {
        if (this == ANY) {
            throw new IllegalStateException(
                    "ANY stands for a slot the kernel will choose; it is no descriptor to work on");
        }
        return slot;
    }

    @Override
    public String toString() {
        return this == ANY ? "any direct descriptor" : "direct descriptor " + slot;
    }
}
