package io.ferrule.benchmarks.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;

/** nginx with one worker, as a process that ends when it is killed. */
final class Nginx {
    private Nginx() {}

    /** Without a process above the worker, which would outlive that. */
    private static final String CONFIGURATION = """
            daemon off; master_process off; pid %1$s/nginx.pid; error_log stderr crit;
            events { worker_connections 4096; }
            http {
                access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
                keepalive_requests 1000000000;
                client_body_temp_path %1$s/nginx; proxy_temp_path %1$s/nginx; fastcgi_temp_path %1$s/nginx;
                uwsgi_temp_path %1$s/nginx; scgi_temp_path %1$s/nginx;
                server { listen 127.0.0.1:%2$d; root %3$s; }
            }
            """;

    /** It tells its port before it listens: the load tries again. */
    private static final String SCRIPT = """
            command -v nginx > /dev/null || { echo "nginx is not installed" >&2; exit 127; }
            directory=$(mktemp -d); printf '%s' "$1" | sed "s|DIRECTORY|$directory|g" > "$directory/nginx.conf"
            echo "port $2"
            exec nginx -p "$directory" -c "$directory/nginx.conf"
            """;

    static List<String> command(Path files) {
        int port = freePort();
        return List.of(
                "sh", "-c", SCRIPT, "nginx", CONFIGURATION.formatted("DIRECTORY", port, files), String.valueOf(port));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
