package io.gensweep.engine;

import java.util.Optional;

/** Plain Java. The text of one continuation while it grows. Stop tokens are not shown to it. */
public interface ContinuationText {

  /** Appends a token. Gives the stop string that ends the text now, if one does. */
  Optional<String> append(int tokenId);

  /** The text so far, cut before the stop string. */
  String text();
}
