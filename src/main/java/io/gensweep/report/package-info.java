/**
 * What a run did and what it comes to: counts, tables, report.json and the dataset card. Plain
 * Java.
 */
package io.gensweep.report;
