package io.ferrule;

import io.ferrule.driver.OperationKind;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A driver that this library has, and whether it can be had on this machine. See {@link Loop#drivers}.
 *
 * @param name as {@link LoopOptions#driver(String)} takes it
 * @param kinds what it can do; nothing where it cannot be had
 * @param whyNot the reason why it cannot be had, in words; null where it can
 */
public record DriverInfo(
        String name, Set<OperationKind> kinds, @Nullable String whyNot) {
    /** Copies them. */
    public DriverInfo {
        kinds = Set.copyOf(kinds);
    }

    /** Whether a loop can have it, here and now. */
    public boolean isAvailable() {
        return whyNot == null;
    }

    /** Whether it can be had and does operations of this kind. */
    public boolean can(OperationKind kind) {
        return kinds.contains(kind);
    }

    /** Its name, and the reason why it cannot be had where it cannot. */
    @Override
    public String toString() {
        return name + (isAvailable() ? "" : " (not available: " + whyNot + ")");
    }
}
