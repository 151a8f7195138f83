package io.ferrule.sys;

import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The address of a Unix socket that is a name and no file: it is gone with the socket, and no permission guards it. A Linux notion, see
 * {@code unix(7)}.
 */
public final class AbstractAddress extends SocketAddress {
    /** The longest name, in bytes: {@code sun_path} but for the NUL that marks it. */
    public static final int MAX_LENGTH = 107;

    private static final long serialVersionUID = 1;

    private final byte[] name;

    private AbstractAddress(byte[] name) {
        if (name.length < 1 || name.length > MAX_LENGTH) {
            throw new IllegalArgumentException("an abstract name has 1 to " + MAX_LENGTH + " bytes, not " + name.length
                    + (name.length == 0 ? ": bind to UnixDomainSocketAddress.of(\"\") to be given one" : ""));
        }
        this.name = name;
    }

    /**
     * The address with a name, in UTF-8.
     *
     * @throws IllegalArgumentException for more than {@link #MAX_LENGTH} bytes, or none
     */
    public static AbstractAddress of(String name) {
        return new AbstractAddress(name.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The address with a name: any bytes, also NUL.
     *
     * @throws IllegalArgumentException for more than {@link #MAX_LENGTH} bytes, or none
     */
    public static AbstractAddress of(byte[] name) {
        return new AbstractAddress(name.clone());
    }

    /** The name. */
    public byte[] name() {
        return name.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AbstractAddress address && Arrays.equals(name, address.name);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(name);
    }

    /** The name after "@", as {@code ss(8)} shows it. */
    @Override
    public String toString() {
        return "@" + new String(name, StandardCharsets.UTF_8);
    }
}
