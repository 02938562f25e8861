package io.nextscale.cli.download;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A web server on the loopback interface that can also misbehave: cut an answer short, fall silent,
 * promise a wrong length. One request per connection.
 */
final class TestServer implements AutoCloseable {

  record Request(String method, String path, Map<String, String> headers) {

    Optional<String> header(String name) {
      return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Where an open range starts, 0 without one. */
    int from() {
      return header("Range")
          .map(r -> Integer.parseInt(r.replaceAll("bytes=(\\d+)-", "$1")))
          .orElse(0);
    }
  }

  /** An answer; {@code sent} bytes of the body go out, then the connection closes or hangs. */
  static final class Answer {
    final int status;
    final Map<String, String> headers = new LinkedHashMap<>();
    byte[] body = new byte[0];
    int sent = -1;
    long hangMillis;
    long delayMillis;
    int pauseAt = -1;
    CountDownLatch resume = new CountDownLatch(0);

    Answer(int status) {
      this.status = status;
    }

    Answer with(String name, Object value) {
      headers.put(name, value.toString());
      return this;
    }

    /** The body and its length. */
    Answer body(byte[] bytes) {
      body = bytes;
      return with("Content-Length", bytes.length);
    }

    /** The body without its length: it ends with the connection. */
    Answer bodyOfUnknownLength(byte[] bytes) {
      body = bytes;
      return this;
    }

    Answer cutAfter(int bytes) {
      sent = bytes;
      return this;
    }

    Answer hangFor(long millis) {
      hangMillis = millis;
      return this;
    }

    Answer delay(long millis) {
      delayMillis = millis;
      return this;
    }

    /** Sends so many bytes, and the rest once the latch is open. */
    Answer pauseAfter(int bytes, CountDownLatch latch) {
      pauseAt = bytes;
      resume = latch;
      return this;
    }
  }

  private final ServerSocket socket;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile Function<Request, Answer> answers;

  TestServer(Function<Request, Answer> answers) throws IOException {
    this.answers = answers;
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  int port() {
    return socket.getLocalPort();
  }

  List<Request> requests() {
    return requests;
  }

  List<Request> requests(String method) {
    return requests.stream().filter(r -> r.method.equals(method)).toList();
  }

  void answer(Function<Request, Answer> answers) {
    this.answers = answers;
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        Thread.ofVirtual().start(() -> serve(connection));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(connection.getInputStream());
      String line = line(in);
      if (line == null) {
        return;
      }
      String[] start = line.split(" ");
      Map<String, String> headers = new LinkedHashMap<>();
      for (String h = line(in); h != null && !h.isEmpty(); h = line(in)) {
        int colon = h.indexOf(':');
        headers.put(h.substring(0, colon).toLowerCase(Locale.ROOT), h.substring(colon + 1).strip());
      }
      Request request = new Request(start[0], start[1], headers);
      requests.add(request);
      respond(request, answers.apply(request), connection.getOutputStream());
    } catch (IOException | InterruptedException e) {
      return; // the client went away
    }
  }

  private static void respond(Request request, Answer answer, OutputStream out)
      throws IOException, InterruptedException {
    Thread.sleep(answer.delayMillis);
    StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status + " Status\r\n");
    answer.headers.forEach((k, v) -> head.append(k).append(": ").append(v).append("\r\n"));
    head.append("Connection: close\r\n\r\n");
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    if (!request.method.equals("HEAD")) {
      int n = answer.sent < 0 ? answer.body.length : answer.sent;
      int first = answer.pauseAt < 0 ? n : Math.min(n, answer.pauseAt);
      out.write(answer.body, 0, first);
      out.flush();
      answer.resume.await();
      out.write(answer.body, first, n - first);
      out.flush();
      Thread.sleep(answer.hangMillis);
    }
  }

  private static @Nullable String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return null;
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
