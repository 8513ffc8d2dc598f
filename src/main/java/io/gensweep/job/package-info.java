/**
 * The job: its file, its settings with the origin of each, and the grid of its sweep. Plain Java:
 * no Spark, no DJL.
 */
package io.gensweep.job;
