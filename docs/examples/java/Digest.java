import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import resumate.v1.Progress.ProgressEvent;

/** The log's digest, as protos/resumate/v1/progress.proto specifies it. */
final class Digest {
  /** That of a log without events. */
  static final ByteString NONE = ByteString.copyFrom(new byte[32]);

  private Digest() {}

  /** Returns a résumé's digest up to an event, given that up to the event before. */
  static ByteString chained(ByteString before, ProgressEvent event) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      before.writeTo(out);
      text(out, event.getResumeId());
      out.writeLong(event.getSequence());
      out.writeLong(event.getAttempt());
      out.writeLong(event.getStageValue());
      out.writeLong(event.getStagePercent());
      out.writeLong(event.getPercent());
      out.writeLong(event.getCreateTime().getSeconds() * 1000 + event.getCreateTime().getNanos() / 1_000_000);
      text(out, event.getMessage());
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException(error); // every Java has it
    }
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    out.writeLong(encoded.length);
    out.write(encoded);
  }
}
