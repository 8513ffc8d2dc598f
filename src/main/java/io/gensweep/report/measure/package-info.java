/**
 * Measures of sweep points, from sums that executors gather to numbers with intervals. Plain Java.
 */
package io.gensweep.report.measure;
