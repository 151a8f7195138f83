package io.ferrule.sys;

/**
 * What an operation works on: a file descriptor of the process ({@link Fd}), or a slot of a ring's table of registered files
 * ({@link DirectDescriptor}). Two types, so that one cannot be passed where the other is meant.
 */
public abstract sealed class Descriptor permits Fd, DirectDescriptor {
    /** True for a slot of a ring's table. */
    private final boolean direct;

    Descriptor(boolean direct) {
        this.direct = direct;
    }

    /**
     * The number the kernel knows it by.
     *
     * @throws IllegalStateException when it has been closed
     */
    public abstract int number();

    /** Whether this is a slot of a ring's table of registered files. */
    public final boolean isDirect() {
        return direct;
    }
}
