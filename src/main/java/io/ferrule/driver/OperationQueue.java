package io.ferrule.driver;

import org.jspecify.annotations.Nullable;

/** Operations, first in, first out, linked through themselves: an operation is in one queue at a time, and nothing is allocated. */
final class OperationQueue {
    private @Nullable Operation head;
    private @Nullable Operation tail;

    boolean isEmpty() {
        return head == null;
    }

    /** The first, or null. */
    @Nullable
    Operation head() {
        return head;
    }

    /** The last, or null. */
    @Nullable
    Operation tail() {
        return tail;
    }

    void add(Operation operation) {
        operation.queued = null;
        if (tail == null) {
            head = operation;
        } else {
            tail.queued = operation;
        }
        tail = operation;
    }

    /** Takes the first out; null when there is none. */
    @Nullable
    Operation poll() {
        Operation first = head;
        if (first != null) {
            head = first.queued;
            if (head == null) {
                tail = null;
            }
            first.queued = null;
        }
        return first;
    }

    /** Takes an operation out, wherever it is. Returns false when it is not here. */
    boolean remove(Operation operation) {
        Operation before = null;
        for (Operation each = head; each != null; each = each.queued) {
            if (each == operation) {
                if (before == null) {
                    head = each.queued;
                } else {
                    before.queued = each.queued;
                }
                if (tail == each) {
                    tail = before;
                }
                each.queued = null;
                return true;
            }
            before = each;
        }
        return false;
    }
}
