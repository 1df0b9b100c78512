import io.grpc.ManagedChannelBuilder;
import resumate.v1.ResumeServiceGrpc;

/**
 * Watches a résumé through restarts of the server and prints its events, each verified by the log's digest.
 *
 * <p>make && ./watch RESUME_ID [host:port]
 */
final class Main {
  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length < 1) {
      System.err.println("usage: watch RESUME_ID [host:port]");
      System.exit(2);
    }
    String target = arguments.length > 1 ? arguments[1] : "127.0.0.1:50051";
    var channel = ManagedChannelBuilder.forTarget(target).usePlaintext().build();
    var service = ResumeServiceGrpc.newBlockingStub(channel);
    var watching = new Watching(service, arguments[0], false, 15, new Watching.Observer() {});
    int status = 0;
    try {
      watching.run(
          event -> {
            System.out.println(event.getSequence() + " " + event.getPercent() + "% " + event.getMessage());
            return true;
          });
      System.err.println("verified " + watching.verified() + " events");
    } catch (Watching.WatchException error) {
      System.err.println(error.getMessage());
      status = 1;
    }
    channel.shutdownNow();
    System.exit(status);
  }
}
