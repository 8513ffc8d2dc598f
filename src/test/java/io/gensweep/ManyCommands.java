package io.gensweep;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Driver. What spark-submit starts in the place of {@link Main} where a test has many commands:
 * carries out those that standard input names, one after another, each with a Spark of its own. It
 * sees the classes of the jar that users have, and no others.
 */
public final class ManyCommands {
  /** Begins the line that ends what a command prints; its exit code follows. */
  public static final String ENDED = "\u0004ended ";

  private ManyCommands() {}

  public static void main(String[] unused) throws IOException {
    Properties submitted = (Properties) System.getProperties().clone();
    DataInputStream in = new DataInputStream(System.in);
    try {
      while (true) {
        Properties all = (Properties) submitted.clone();
        all.putAll(settings(in));
        System.setProperties(all);
        ExitCode code = Driver.execute(texts(in));
        System.out.println(ENDED + code.code());
      }
    } catch (EOFException e) {
      System.exit(0);
    }
  }

  /** What {@code --master} and {@code --conf} of a spark-submit would have set. */
  private static Map<String, String> settings(DataInputStream in) throws IOException {
    Map<String, String> settings = new TreeMap<>();
    for (String each : texts(in)) {
      String[] keyAndValue = each.split("=", 2);
      settings.put(keyAndValue[0], keyAndValue[1]);
    }
    return settings;
  }

  private static String[] texts(DataInputStream in) throws IOException {
    String[] texts = new String[in.readInt()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = in.readUTF();
    }
    return texts;
  }
}
