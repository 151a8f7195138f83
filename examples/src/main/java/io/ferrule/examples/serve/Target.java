package io.ferrule.examples.serve;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a request's target names.
 *
 * @param path decoded, relative to what is served, empty for that itself; none of its names is empty, {@code .} or {@code ..}, or has a slash, a
 *     backslash or a control character in it
 * @param isDirectory whether it ends with a slash
 * @param isHidden whether one of its names begins with a dot
 * @param query from the question mark on, as it was sent; empty when there is none
 */
record Target(String path, boolean isDirectory, boolean isHidden, String query) {
    private static final int FIRST_PRINTABLE = 0x21;
    private static final int LAST_PRINTABLE = 0x7e;
    private static final int DELETE = 0x7f;
    private static final int HEX = 16;

    /**
     * Reads a target: a path with its query, or a whole http URL, as a proxy sends it.
     *
     * @return null for one that is wrong, or that no client in order would send
     */
    static @Nullable Target of(String sent) {
        String target = withoutAuthority(sent);
        if (!target.startsWith("/")) {
            return null;
        }
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c < FIRST_PRINTABLE || c > LAST_PRINTABLE || c == '#') {
                return null;
            }
        }
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        return read(path, mark < 0 ? "" : target.substring(mark));
    }

    private static String withoutAuthority(String sent) {
        if (!sent.regionMatches(true, 0, "http://", 0, 7)) {
            return sent;
        }
        int slash = sent.indexOf('/', 7);
        return slash < 0 ? "" : sent.substring(slash);
    }

    private static @Nullable Target read(String path, String query) {
        byte[] decoded = new byte[path.length()];
        int length = 0;
        int nameStart = 0;
        boolean hidden = false;
        for (int i = 1; i < path.length(); i++) {
            int c = path.charAt(i);
            if (c == '/') {
                if (!isName(decoded, nameStart, length)) {
                    return null;
                }
                hidden |= decoded[nameStart] == '.';
                decoded[length++] = '/';
                nameStart = length;
                continue;
            }
            if (c == '%') {
                c = octet(path, i + 1);
                i += 2;
            }
            // Also those that were sent encoded: a slash in a name is an attempt at something, a NUL would end it for
            // the kernel.
            if (c < ' ' || c == DELETE || c == '/' || c == '\\') {
                return null;
            }
            decoded[length++] = (byte) c;
        }
        boolean directory = nameStart == length;
        if (!directory) {
            if (!isName(decoded, nameStart, length)) {
                return null;
            }
            hidden |= decoded[nameStart] == '.';
        }
        int end = directory && length > 0 ? length - 1 : length;
        String text = utf8(decoded, end);
        return text == null ? null : new Target(text, directory, hidden, query);
    }

    /** Not empty, not itself and not its parent: no client in order leaves those in. */
    private static boolean isName(byte[] bytes, int from, int to) {
        int length = to - from;
        return switch (length) {
            case 0 -> false;
            case 1 -> bytes[from] != '.';
            case 2 -> bytes[from] != '.' || bytes[from + 1] != '.';
            default -> true;
        };
    }

    /** The value of two hexadecimal digits; -1 when they are none. */
    private static int octet(String path, int at) {
        if (at + 2 > path.length()) {
            return -1;
        }
        int high = Character.digit(path.charAt(at), HEX);
        int low = Character.digit(path.charAt(at + 1), HEX);
        return high < 0 || low < 0 ? -1 : high * HEX + low;
    }

    private static @Nullable String utf8(byte[] bytes, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** The last name. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** It with a slash at its end, for a Location field. */
    String asDirectory() {
        return "/" + encode(path) + "/" + query;
    }

    /** A path or name as it stands in a URL. */
    static String encode(String path) {
        return URLEncoder.encode(path, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }
}
