package io.gensweep.report.measure;

import java.util.Map;
import java.util.SortedMap;

/**
 * A scorer's measures of the prompts with the same values in the group's columns.
 *
 * @param group the value of each column
 */
public record GroupMeasures(
    Map<String, String> group,
    long prompts,
    double accuracy,
    double ciLow,
    double ciHigh,
    SortedMap<Integer, Double> passAtK,
    SortedMap<Integer, Double> majAtK) {}
