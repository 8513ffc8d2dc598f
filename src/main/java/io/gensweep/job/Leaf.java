package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The value that a layer gives to a key, with its origin.
 *
 * @param place what an error calls the layer, such as {@code jobs/x.yaml:7} or {@code --set}
 */
record Leaf(JsonNode value, Origin origin, String place) {}
