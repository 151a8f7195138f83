package io.ferrule.examples.serve;

import io.ferrule.Callback;
import io.ferrule.File;
import io.ferrule.Loop;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Real paths keep it in: symbolic links are followed first, and then the path has to begin with the directory's. Who can change links beneath the
 * directory between that and the opening can still have something outside served.
 */
final class JdkSite implements Site {
    private final Loop loop;
    private final Path root;

    /**
     * On threads of their own, for a loop.
     *
     * @param root a real path
     */
    JdkSite(Loop loop, Path root) {
        this.loop = loop;
        this.root = root;
    }

    @Override
    public void open(String path, Callback<Resource> callback) {
        Thread.ofVirtual().name("opens " + path).start(() -> {
            try {
                tell(callback, find(path), null);
            } catch (InvalidPathException e) {
                tell(callback, null, new NoSuchFileException(path, null, e.getReason()));
            } catch (IOException e) {
                tell(callback, null, e);
            } catch (IllegalStateException e) {
                // The loop is closed: nobody waits for it any more.
            }
        });
    }

    private Resource find(String path) throws IOException {
        Path real = realPath(path);
        if (!real.startsWith(root)) {
            throw new NoSuchFileException(path, null, "leads out of " + root);
        }
        BasicFileAttributes attributes =
                Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile() && !attributes.isDirectory()) {
            throw new NoSuchFileException(path, null, "is no file");
        }
        File file = attributes.isDirectory() ? null : loop.openFile(real).await();
        return new Resource(
                file,
                attributes.size(),
                attributes.lastModifiedTime().toInstant(),
                Objects.hashCode(attributes.fileKey()));
    }

    private Path realPath(String path) throws IOException {
        try {
            return root.resolve(path).toRealPath();
        } catch (AccessDeniedException e) {
            throw e;
        } catch (FileSystemException e) {
            // A name in it is a file's, is too long or leads in circles: the JDK has no types for these.
            throw new NoSuchFileException(path, null, e.getReason());
        }
    }

    private void tell(Callback<Resource> callback, @Nullable Resource resource, @Nullable IOException error) {
        try {
            loop.execute(() -> callback.done(resource, error));
        } catch (IllegalStateException e) {
            // the server has ended, and with its loop all that is open
        }
    }

    @Override
    public String guard() {
        return "real paths";
    }
}
