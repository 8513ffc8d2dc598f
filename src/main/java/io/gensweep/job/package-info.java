/** The job: its file, its settings and where each came from, and the grid of its sweep. */
package io.gensweep.job;
