package io.gensweep;

import java.io.PrintWriter;
import java.nio.charset.Charset;

/** Driver. What spark-submit starts. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    RunCommand run =
        job -> {
          throw new UnsupportedOperationException("the command run has no Spark job behind it yet");
        };
    ExitCode code =
        new Cli(run, TextSource.local())
            .execute(
                new PrintWriter(System.out, true, Charset.defaultCharset()),
                new PrintWriter(System.err, true, Charset.defaultCharset()),
                arguments);
    System.exit(code.code());
  }
}
