package io.ferrule.examples.serve;

import io.ferrule.Callback;
import io.ferrule.File;
import io.ferrule.Loop;
import java.io.IOException;
import java.nio.file.Path;

/** What is served: files beneath a directory, and nothing else, whatever a path says and wherever symbolic links lead. */
interface Site {
    /**
     * Opens what a path names. Fails with an IOException, for everything outside as for what is not there.
     *
     * @param path relative
     * @param callback called on the loop's thread; a file that comes is the caller's to close
     */
    void open(String path, Callback<Resource> callback);

    /** What keeps it in, in words. */
    String guard();

    /**
     * The best there is on a loop. Not on the loop's thread.
     *
     * @param root a real path
     */
    static Site of(Loop loop, Path root) throws IOException {
        try {
            File directory = loop.openFile(root).await();
            try (File itself = directory.openBeneath(Path.of("")).await()) {
                itself.status().await();
                return new KernelSite(directory);
            } catch (UnsupportedOperationException | IOException e) {
                directory.close();
            }
        } catch (UnsupportedOperationException | IOException e) {
            // A driver without these calls, an old kernel, a sandbox that forbids them: the JDK does it as well, on
            // other threads.
        }
        return new JdkSite(loop, root);
    }
}
