package io.ferrule.examples.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ferrule.examples.Quantity;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A directory as a page: what a client can get of it, directories first. Blocks, since the kernel reads no directory asynchronously. */
final class Listing {
    /** More make no page that anyone reads. */
    private static final int MOST = 10_000;

    /** A name that can be got; its size is -1 for a directory. */
    private record Item(String name, long size) {
        boolean isDirectory() {
            return size < 0;
        }
    }

    private final Path root;
    private final boolean hidden;

    /**
     * Lists what is below a directory.
     *
     * @param root a real path
     * @param hidden whether names that begin with a dot are listed
     */
    Listing(Path root, boolean hidden) {
        this.root = root;
        this.hidden = hidden;
    }

    /** The page of a directory, as HTML in UTF-8. */
    byte[] of(String path) throws IOException {
        Path directory = root.resolve(path).toRealPath();
        if (!directory.startsWith(root)) {
            throw new NoSuchFileException(path, null, "leads out of " + root);
        }
        List<Item> items = new ArrayList<>();
        boolean more = collect(directory, items);
        items.sort(Comparator.comparing(Item::isDirectory).reversed().thenComparing(Item::name));
        return page("/" + path + (path.isEmpty() ? "" : "/"), items, more).getBytes(UTF_8);
    }

    private boolean collect(Path directory, List<Item> items) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path each : all) {
                if (items.size() == MOST) {
                    return true;
                }
                Item item = item(each);
                if (item != null) {
                    items.add(item);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return false;
    }

    private @Nullable Item item(Path path) {
        String name = path.getFileName().toString();
        if (name.startsWith(".") && !hidden) {
            return null;
        }
        try {
            Path real = Files.isSymbolicLink(path) ? path.toRealPath() : path;
            if (!real.startsWith(root)) {
                return null;
            }
            if (Files.isDirectory(real)) {
                return new Item(name, -1);
            }
            return Files.isRegularFile(real) ? new Item(name, Files.size(real)) : null;
        } catch (IOException e) {
            return null; // gone meanwhile, or a link to nothing
        }
    }

    private static String page(String path, List<Item> items, boolean more) {
        StringBuilder html = new StringBuilder(256 + items.size() * 64);
        String title = escape(path);
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(title)
                .append("</title></head>\n<body><h1>")
                .append(title)
                .append("</h1>\n<ul>\n");
        if (!path.equals("/")) {
            html.append("<li><a href=\"../\">../</a></li>\n");
        }
        for (Item each : items) {
            String slash = each.isDirectory() ? "/" : "";
            // "./" first, or a name with a colon in it would be taken for a scheme.
            html.append("<li><a href=\"./")
                    .append(Target.encode(each.name()))
                    .append(slash)
                    .append("\">")
                    .append(escape(each.name()))
                    .append(slash)
                    .append("</a>");
            if (!each.isDirectory()) {
                html.append(" ").append(Quantity.ofBytes(each.size()));
            }
            html.append("</li>\n");
        }
        html.append("</ul>\n");
        if (more) {
            html.append("<p>and more</p>\n");
        }
        return html.append("</body></html>\n").toString();
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
