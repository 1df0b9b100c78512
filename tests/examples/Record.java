import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import resumate.v1.ResumeServiceGrpc;
import resumate.v1.Watch.WatchProgressRequest;
import resumate.v1.Watch.WatchProgressResponse;

/**
 * Watches by the example's loop and writes what it sees, a word and proto JSON a line, for tests/examples/test_java.py.
 *
 * <p>record HOST:PORT NAME RESUME_ID
 */
final class Record implements Watching.Observer {
  public static void main(String[] arguments) throws InterruptedException {
    var channel = ManagedChannelBuilder.forTarget(arguments[0]).usePlaintext().build();
    var service = ResumeServiceGrpc.newBlockingStub(channel);
    var watching = new Watching(service, arguments[2], true, 1, new Record());
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> System.err.println("verified " + watching.verified() + " events")));
    try {
      watching.run(event -> true);
    } catch (Watching.WatchException error) {
      System.err.println(error.getMessage());
    }
    System.exit(1);
  }

  @Override
  public void opened(WatchProgressRequest request) {
    write("opened " + json(request));
  }

  @Override
  public void update(WatchProgressResponse update) {
    write("update " + json(update));
  }

  @Override
  public void closed(Status status) {
    write("closed " + status.getCode().value());
  }

  private static void write(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static String json(MessageOrBuilder message) {
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().print(message);
    } catch (InvalidProtocolBufferException error) {
      throw new IllegalStateException(error);
    }
  }
}
