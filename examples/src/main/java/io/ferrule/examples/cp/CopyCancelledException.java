package io.ferrule.examples.cp;

import java.io.IOException;

/** The copy was cancelled; nothing of it is left. */
public final class CopyCancelledException extends IOException {
    private static final long serialVersionUID = 1L;

    CopyCancelledException() {
        super("cancelled; nothing of the copy is left");
    }
}
