package io.ferrule.epoll;

import io.ferrule.sys.Fd;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Registrations by slot. The key that travels through the kernel is the slot (low 32 bits) and how often the slot has been used (high 32 bits):
 * an old key of a slot used anew finds nothing.
 */
final class RegistrationTable {
    /** A key that no registration has: slots are never negative. */
    static final long WAKE_UP = -1;

    private static final int FIRST_CAPACITY = 16;

    private @Nullable Registration[] slots = new @Nullable Registration[FIRST_CAPACITY];
    private int[] generations = new int[FIRST_CAPACITY];

    /** Slots that are free, as a stack. */
    private int[] free = new int[FIRST_CAPACITY];

    private int freeCount;
    private int used;

    Registration take(Epoll epoll, Fd fd, @Nullable Object attachment) {
        int slot = freeCount > 0 ? free[--freeCount] : newSlot();
        long key = ((long) generations[slot] << 32) | slot;
        Registration registration = new Registration(epoll, fd, attachment, key);
        slots[slot] = registration;
        return registration;
    }

    /** The registration with a key, or null when it has been dropped since. */
    @Nullable
    Registration find(long key) {
        int slot = (int) key;
        if (slot < 0 || slot >= used) {
            return null;
        }
        Registration registration = slots[slot];
        return registration != null && registration.key() == key ? registration : null;
    }

    void drop(Registration registration) {
        int slot = (int) registration.key();
        registration.end();
        slots[slot] = null;
        generations[slot]++;
        free[freeCount++] = slot;
    }

    void clear() {
        for (int slot = 0; slot < used; slot++) {
            Registration registration = slots[slot];
            if (registration != null) {
                drop(registration);
            }
        }
    }

    int size() {
        return used - freeCount;
    }

    private int newSlot() {
        if (used == slots.length) {
            int capacity = used * 2;
            slots = Arrays.copyOf(slots, capacity);
            generations = Arrays.copyOf(generations, capacity);
            free = Arrays.copyOf(free, capacity);
        }
        return used++;
    }
}
