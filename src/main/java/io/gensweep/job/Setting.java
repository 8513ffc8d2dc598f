package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;

/**
 * A resolved setting of a job and its origin.
 *
 * @param key dotted, such as {@code sampling.top_p}
 * @param value a JSON null when the key is optional and not given
 */
public record Setting(String key, JsonNode value, Origin origin) implements Serializable {}
