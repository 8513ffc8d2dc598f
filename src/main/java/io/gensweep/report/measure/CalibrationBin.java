package io.gensweep.report.measure;

/**
 * Rows of like confidence.
 *
 * @param confidence their mean
 */
public record CalibrationBin(
    double from, double to, long rows, double confidence, double accuracy) {}
