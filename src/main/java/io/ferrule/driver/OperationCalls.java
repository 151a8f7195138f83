package io.ferrule.driver;

/** Does operations on the calling thread, once, and answers as system calls do. Belongs to one thread. */
interface OperationCalls extends AutoCloseable {
    /**
     * Does an operation, once: not {@link Operation#multishot} nor {@link Operation#next}, and without its group.
     *
     * @return what the call returned: a negative errno on failure
     */
    int perform(Operation op);

    /** {@code recv}, once. */
    int receive(int fd, long address, long length, int flags);

    /** Those of some events that are there, and errors and hang-ups; 0 for none; a negative errno on failure. Does not wait. */
    int poll(int fd, int events);

    /** Whether closing this descriptor, which is no file, waits until what was sent has been received: a socket with {@code SO_LINGER}. */
    default boolean waitsToClose(int fd) {
        return false;
    }

    @Override
    void close();
}
