/**
 * The commands, from a resolved job to the end: run, score, dry run and verify. Runs in the driver:
 * plans, starts the tasks, watches them, and writes what says that all is done.
 */
package io.gensweep.spark.run;
