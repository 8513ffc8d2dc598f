package io.gensweep.report.measure;

/** The mean score of the sample that the model finds likeliest, by the sum or by the mean. */
public record BestOfN(double cumulativeLogprob, double meanLogprob) {}
