import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import resumate.v1.Progress.ProgressEvent;
import resumate.v1.Progress.Stage;
import resumate.v1.ResumeServiceGrpc.ResumeServiceBlockingStub;
import resumate.v1.Watch.Heartbeat;
import resumate.v1.Watch.WatchProgressRequest;
import resumate.v1.Watch.WatchProgressResponse;

/** A watch of one résumé that comes back after the last event, so that each arrives once and in order, and verifies it. */
final class Watching {
  /** What coming back cannot mend: the server's status, or a difference from its log. */
  static final class WatchException extends Exception {
    private static final long serialVersionUID = 1;

    WatchException(String message) {
      super(message);
    }
  }

  /** Told of each call's request, messages and end; for logs and tests. */
  interface Observer {
    default void opened(WatchProgressRequest request) {}

    default void update(WatchProgressResponse update) {}

    default void closed(Status status) {}
  }

  private static final long PATIENCE_MS = 120_000;

  private final ResumeServiceBlockingStub service;
  private final String resumeId;
  private final boolean follow;
  private final int heartbeatSeconds;
  private final Observer observer;
  private long position;
  private String epoch = "";
  private ByteString digest = Digest.NONE;
  private boolean ended;
  private volatile int verified;

  Watching(ResumeServiceBlockingStub service, String resumeId, boolean follow, int heartbeatSeconds, Observer observer) {
    this.service = service;
    this.resumeId = resumeId;
    this.follow = follow;
    this.heartbeatSeconds = heartbeatSeconds;
    this.observer = observer;
  }

  /** Returns how many events were given and compared with the log's digest. */
  int verified() {
    return verified;
  }

  /** Calls `take` with each event until it returns false or the résumé has ended. */
  void run(Predicate<ProgressEvent> take) throws WatchException, InterruptedException {
    var timer = Executors.newSingleThreadScheduledExecutor();
    try {
      long heardAt = System.nanoTime();
      int failures = 0;
      while (true) {
        long before = verified;
        var call = new Call(timer, take);
        Status status = call.run();
        if (call.left || (status.isOk() && ended)) return;
        if (call.heard || verified > before) {
          heardAt = System.nanoTime();
          failures = 0;
        }
        boolean isAway = System.nanoTime() - heardAt > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        if (!mayPass(status) || isAway) throw new WatchException(status.toString());
        // Full jitter: not all clients come back at once.
        double pause = call.askedMs + ThreadLocalRandom.current().nextDouble() * Math.min(15_000, 200L << Math.min(failures++, 10));
        Thread.sleep((long) pause);
      }
    } finally {
      timer.shutdownNow();
    }
  }

  /** One call. A link is dead when two heartbeats are missing: then it is cancelled. */
  private final class Call {
    final ScheduledExecutorService timer;
    final Predicate<ProgressEvent> take;
    final Context.CancellableContext context = Context.current().withCancellation();
    Future<?> silence;
    boolean heard;
    boolean left;
    long askedMs;

    Call(ScheduledExecutorService timer, Predicate<ProgressEvent> take) {
      this.timer = timer;
      this.take = take;
    }

    Status run() throws WatchException {
      Status status = Status.OK;
      Context outer = context.attach();
      try {
        var request = request();
        observer.opened(request);
        await();
        var updates = service.watchProgress(request);
        while (updates.hasNext()) {
          var update = updates.next();
          await();
          heard = true;
          observer.update(update);
          if (!understood(update)) {
            status = Status.CANCELLED; // something that was sent has not arrived: ask again
            break;
          }
          if (left) break;
        }
      } catch (StatusRuntimeException error) {
        status = error.getStatus();
      } finally {
        silence.cancel(false);
        context.detach(outer);
        context.cancel(null);
      }
      observer.closed(status);
      return status;
    }

    private void await() {
      if (silence != null) silence.cancel(false);
      silence = timer.schedule(() -> context.cancel(null), heartbeatSeconds * 2500L, TimeUnit.MILLISECONDS);
    }

    /** Returns false where an event is missing before this message. */
    private boolean understood(WatchProgressResponse update) throws WatchException {
      switch (update.getUpdateCase()) {
        case DRAINING -> {
          Duration asked = update.getDraining().getReconnectAfter();
          askedMs = asked.getSeconds() * 1000 + asked.getNanos() / 1_000_000;
        }
        case HEARTBEAT -> {
          return taken(update.getHeartbeat());
        }
        case EVENT -> {
          if (update.getEvent().getSequence() <= position) return true;
          if (!taken(update.getEvent())) return false;
          left = !take.test(update.getEvent());
        }
        default -> {}
      }
      return true;
    }
  }

  private WatchProgressRequest request() {
    return WatchProgressRequest.newBuilder()
        .setResumeId(resumeId)
        .setAfterSequence(position)
        .setEpoch(epoch)
        .setFollow(follow)
        .setHeartbeatInterval(Duration.newBuilder().setSeconds(heartbeatSeconds))
        .build();
  }

  private boolean taken(ProgressEvent event) throws WatchException {
    if (event.getSequence() > position + 1) return false;
    digest = Digest.chained(digest, event);
    if (!digest.equals(event.getDigest())) {
      throw new WatchException("event " + event.getSequence() + " differs from the log");
    }
    position = event.getSequence();
    epoch = event.getEpoch();
    Stage stage = event.getStage();
    ended = stage == Stage.STAGE_COMPLETE || stage == Stage.STAGE_ERROR || stage == Stage.STAGE_CANCELLED;
    verified++;
    return true;
  }

  private boolean taken(Heartbeat heartbeat) throws WatchException {
    epoch = heartbeat.getEpoch();
    if (heartbeat.getSequence() > position) return false;
    if (!heartbeat.getDigest().equals(digest)) throw new WatchException("the events are not those that were sent");
    return true;
  }

  private static boolean mayPass(Status status) {
    return switch (status.getCode()) {
      case OK, UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED -> true; // OK: it ended before the résumé did
      case INTERNAL -> String.valueOf(status.getDescription()).contains("RST_STREAM");
      default -> false;
    };
  }
}
