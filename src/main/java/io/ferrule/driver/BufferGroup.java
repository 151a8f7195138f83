package io.ferrule.driver;

/** Buffers that a driver takes from when data has come for an operation that names the group. Belongs to the driver's thread. */
public interface BufferGroup {
    /** Gives a buffer back that a completion named. */
    void giveBack(int id);

    /** Ends the group. Nothing that names it is in flight. */
    void close();
}
