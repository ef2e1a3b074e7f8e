package koodrive;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that writes raw bytes, and counts the connections and requests on the wire. */
final class RawServer implements AutoCloseable {
    /** Answers a request. */
    interface Answer {
        /** Writes the answer. Returns whether the connection stays open. */
        boolean to(int request, OutputStream out) throws IOException, InterruptedException;
    }

    final AtomicInteger connections = new AtomicInteger();
    final List<String> requests = new CopyOnWriteArrayList<>();
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Answer answer;

    RawServer(Answer answer) throws IOException {
        this.answer = answer;
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    connections.incrementAndGet();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException _) {
                    // The server was closed.
                }
            }
        });
    }

    /** Returns a complete answer that keeps the connection open. */
    static byte[] answer(String status, String headers, byte[] body) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("HTTP/1.1 " + status + "\r\n" + headers + "content-length: " + body.length + "\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }

    static byte[] success() {
        return answer("200 OK", "content-type: application/json\r\n", "{\"code\":0,\"msg\":\"Success.\"}".getBytes(StandardCharsets.UTF_8));
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    KooDrive.Builder builder() {
        return KooDrive.builder().endpoint(url()).userId(Sandbox.USER_ID).token(Sandbox.TOKEN);
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream());
            String head;
            boolean open = true;
            while (open && (head = head(in)) != null) {
                var length = head.lines().filter(line -> line.toLowerCase().startsWith("content-length:")).findFirst();
                in.readNBytes(length.map(line -> Integer.valueOf(line.substring(15).strip())).orElse(0));
                requests.add(head);
                open = answer.to(requests.size(), socket.getOutputStream());
            }
        } catch (IOException | InterruptedException _) {
            // The client closed the connection.
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
