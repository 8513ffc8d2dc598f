/**
 * Scorers: how right a continuation is, by its text, its references or another column. Plain Java.
 */
package io.gensweep.scorer;
